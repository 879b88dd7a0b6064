//! The four windows of a month: what is allowed when.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{
    fault::{Code, Fault},
    local_day::start_of_day,
    month::Month,
};

text_enum! {
    /// What a window allows.
    pub enum WindowKind {
        /// Verify and endorse.
        Reporting = "reporting",
        /// Screen; and verify and endorse again what the city returned.
        Screening = "screening",
        /// Forward to the portal.
        Forwarding = "forwarding",
        /// Votes, comments and study records.
        Voting = "voting",
    }
}

/// A half-open interval: it contains its first instant and not its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// The first instant inside.
    pub opens_at: DateTime<Utc>,
    /// The first instant after.
    pub closes_at: DateTime<Utc>,
}

impl Window {
    /// Whether an instant lies inside.
    #[must_use]
    pub fn contains(&self, instant: DateTime<Utc>) -> bool {
        self.has_opened(instant) && !self.is_over(instant)
    }

    /// Whether the window has opened, be it over or not.
    #[must_use]
    pub fn has_opened(&self, now: DateTime<Utc>) -> bool {
        self.opens_at <= now
    }

    /// Whether the window has closed.
    #[must_use]
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.closes_at <= now
    }
}

/// The windows of one cycle. Publication has none of its own: it is allowed from the end of voting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Windows {
    /// Verify and endorse.
    pub reporting: Window,
    /// Screen; and verify and endorse again what the city returned.
    pub screening: Window,
    /// Forward to the portal.
    pub forwarding: Window,
    /// Votes, comments and study records.
    pub voting: Window,
}

impl Windows {
    /// The windows of the source document: reporting to the end of the 20th, screening to the end of the 25th,
    /// forwarding on the 25th, voting from the 25th to the end of the 30th, in February of its last day.
    #[must_use]
    pub fn standard(month: Month, tz: Tz) -> Self {
        let span = |from: u32, through: u32| Window {
            opens_at: start_of_day(month.day(from), tz),
            closes_at: start_of_day(month.day(through).succ_opt().unwrap_or_default(), tz),
        };
        Self { reporting: span(1, 20), screening: span(1, 25), forwarding: span(25, 25), voting: span(25, 30) }
    }

    /// One of the four.
    #[must_use]
    pub fn get(&self, kind: WindowKind) -> Window {
        match kind {
            WindowKind::Reporting => self.reporting,
            WindowKind::Screening => self.screening,
            WindowKind::Forwarding => self.forwarding,
            WindowKind::Voting => self.voting,
        }
    }

    /// Puts another in the place of one of the four.
    pub fn set(&mut self, kind: WindowKind, window: Window) {
        match kind {
            WindowKind::Reporting => self.reporting = window,
            WindowKind::Screening => self.screening = window,
            WindowKind::Forwarding => self.forwarding = window,
            WindowKind::Voting => self.voting = window,
        }
    }

    /// The instant from which the list may be published.
    #[must_use]
    pub fn publication_from(&self) -> DateTime<Utc> {
        self.voting.closes_at
    }

    /// The windows open now, in the order of the month.
    #[must_use]
    pub fn open(&self, now: DateTime<Utc>) -> Vec<WindowKind> {
        WindowKind::ALL.iter().copied().filter(|kind| self.get(*kind).contains(now)).collect()
    }

    /// Which windows differ.
    #[must_use]
    pub fn moved(&self, new: &Self) -> Vec<WindowKind> {
        WindowKind::ALL.iter().copied().filter(|kind| self.get(*kind) != new.get(*kind)).collect()
    }

    /// Everything that is wrong with the four as a whole: each opens before it closes, what is endorsed can still be
    /// screened, what is screened can still be forwarded, what is forwarded can still be voted for, and nobody votes before anything can be forwarded.
    #[must_use]
    pub fn validate(&self) -> Vec<Fault> {
        let mut faults: Vec<Fault> = WindowKind::ALL
            .iter()
            .copied()
            .filter(|kind| self.get(*kind).opens_at >= self.get(*kind).closes_at)
            .map(|kind| out_of_order(kind, Edge::Closes, "not_before", self.get(kind).opens_at))
            .collect();
        let mut not_before = |kind, edge, actual: DateTime<Utc>, bound: DateTime<Utc>| {
            if actual < bound {
                faults.push(out_of_order(kind, edge, "not_before", bound));
            }
        };
        not_before(WindowKind::Screening, Edge::Closes, self.screening.closes_at, self.reporting.closes_at);
        not_before(WindowKind::Forwarding, Edge::Opens, self.forwarding.opens_at, self.reporting.opens_at);
        not_before(WindowKind::Forwarding, Edge::Closes, self.forwarding.closes_at, self.screening.closes_at);
        not_before(WindowKind::Voting, Edge::Opens, self.voting.opens_at, self.forwarding.opens_at);
        not_before(WindowKind::Voting, Edge::Closes, self.voting.closes_at, self.forwarding.closes_at);
        faults
    }
}

/// One end of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    Opens,
    Closes,
}

/// The place of a window's end in the body that moves it.
pub(super) fn pointer(kind: WindowKind, edge: Edge) -> String {
    let member = match edge {
        Edge::Opens => "opens_at",
        Edge::Closes => "closes_at",
    };
    format!("/windows/{kind}/{member}")
}

fn out_of_order(kind: WindowKind, edge: Edge, figure: &'static str, bound: DateTime<Utc>) -> Fault {
    Fault::at(pointer(kind, edge), Code::Inconsistent).with(figure, instant_text(bound))
}

/// An instant as clients see it.
pub(super) fn instant_text(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests;
