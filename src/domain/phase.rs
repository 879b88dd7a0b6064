//! Where a cycle stands in its month.

use chrono::{DateTime, Utc};

use super::window::Windows;

text_enum! {
    /// The last of these that holds.
    pub enum Phase {
        /// Nothing has opened yet.
        Upcoming = "upcoming",
        /// Reporting has opened.
        Reporting = "reporting",
        /// Reporting has closed.
        Screening = "screening",
        /// Voting has opened.
        Voting = "voting",
        /// Voting has closed.
        Counting = "counting",
        /// The list is published.
        Published = "published",
    }
}

/// The phase of a cycle with these windows, whose list was or was not published.
#[must_use]
pub fn phase(windows: &Windows, published_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Phase {
    if published_at.is_some() {
        Phase::Published
    } else if windows.voting.is_over(now) {
        Phase::Counting
    } else if windows.voting.has_opened(now) {
        Phase::Voting
    } else if windows.reporting.is_over(now) {
        Phase::Screening
    } else if windows.reporting.has_opened(now) {
        Phase::Reporting
    } else {
        Phase::Upcoming
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use chrono_tz::Tz;

    use super::*;
    use crate::domain::month::Month;

    #[test]
    fn each_phase_begins_with_its_boundary() {
        let windows = Windows::standard(Month::parse("2026-02").unwrap(), Tz::Asia__Shanghai);
        for (boundary, before, after) in [
            (windows.reporting.opens_at, Phase::Upcoming, Phase::Reporting),
            (windows.reporting.closes_at, Phase::Reporting, Phase::Screening),
            (windows.voting.opens_at, Phase::Screening, Phase::Voting),
            (windows.voting.closes_at, Phase::Voting, Phase::Counting),
        ] {
            assert_eq!(phase(&windows, None, boundary - Duration::milliseconds(1)), before);
            assert_eq!(phase(&windows, None, boundary), after);
            assert_eq!(phase(&windows, Some(boundary), boundary), Phase::Published);
        }
    }
}
