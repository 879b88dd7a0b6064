//! The year of birth, which is optional and never a ground to refuse: only what cannot be is refused.

use chrono::{DateTime, Datelike as _, Utc};

use super::fault::{Code, Fault};

/// Nobody recommended, living or dead, was born longer ago, in years.
const OLDEST_YEARS: i32 = 130;
/// Who has not reached this age cannot consent alone, in years.
const OF_AGE_YEARS: i32 = 18;

/// Checks that somebody known today can be born in `year`. The pointer is empty; put it under the field's.
#[must_use]
pub fn check_year(year: i32, now: DateTime<Utc>) -> Option<Fault> {
    // Where it is already the next year in China, that year is taken too.
    let latest = (now + chrono::TimeDelta::hours(14)).year();
    let earliest = latest - OLDEST_YEARS;
    if year < earliest {
        Some(Fault::of(Code::TooSmall).with("minimum", earliest).with("actual", year))
    } else if year > latest {
        Some(Fault::of(Code::TooLarge).with("limit", latest).with("actual", year))
    } else {
        None
    }
}

/// Whether somebody born in `year` is surely under 18 throughout the present year, so that a guardian must speak.
#[must_use]
pub fn is_surely_minor(year: i32, now: DateTime<Utc>) -> bool {
    now.year() - year < OF_AGE_YEARS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_be_is_refused() {
        let now = "2026-11-23T10:00:00Z".parse().unwrap();
        for (year, expected) in [
            (1895, Some(Code::TooSmall)),
            (1896, None),
            (1990, None),
            (2026, None),
            (2027, Some(Code::TooLarge)),
            (0, Some(Code::TooSmall)),
            (-5, Some(Code::TooSmall)),
        ] {
            assert_eq!(check_year(year, now).map(|fault| fault.code), expected, "{year}");
        }
        assert_eq!(check_year(2027, "2026-12-31T17:00:00Z".parse().unwrap()), None);
    }

    #[test]
    fn a_minor_is_under_eighteen_all_year() {
        let now = "2026-11-23T10:00:00Z".parse().unwrap();
        assert!(is_surely_minor(2009, now));
        assert!(!is_surely_minor(2008, now));
    }
}
