//! The month of a cycle, local to the deployment's time zone.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

const FIRST_YEAR: i32 = 2000;
const LAST_YEAR: i32 = 2999;

/// One calendar month between 2000-01 and 2999-12, written `2026-11`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// Months since the beginning of year 0.
    index: i32,
}

/// The text or number is not a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a month of the form YYYY-MM between 2000-01 and 2999-12")]
pub struct NotAMonth;

impl Month {
    /// The month of a year; `None` outside 2000–2999 or 1–12.
    #[must_use]
    pub fn new(year: i32, month: u32) -> Option<Self> {
        let ordinal = i32::try_from(month).ok()?;
        ((FIRST_YEAR..=LAST_YEAR).contains(&year) && (1..=12).contains(&ordinal))
            .then_some(Self { index: year * 12 + ordinal - 1 })
    }

    /// Reads `YYYY-MM`, and nothing else.
    pub fn parse(text: &str) -> Result<Self, NotAMonth> {
        let (year, month) = text.split_once('-').ok_or(NotAMonth)?;
        let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(NotAMonth);
        }
        let (year, month) = (year.parse().map_err(|_| NotAMonth)?, month.parse().map_err(|_| NotAMonth)?);
        Self::new(year, month).ok_or(NotAMonth)
    }

    /// The local month in which an instant lies; instants outside 2000–2999 count to the nearest month.
    #[must_use]
    pub fn of(instant: DateTime<Utc>, tz: Tz) -> Self {
        let local = instant.with_timezone(&tz);
        let month = i32::try_from(local.month0()).unwrap_or(0);
        Self { index: (local.year() * 12 + month).clamp(FIRST_YEAR * 12, LAST_YEAR * 12 + 11) }
    }

    /// The month as a number that is stored and compared: 202611.
    #[must_use]
    pub fn number(self) -> i32 {
        self.year() * 100 + self.index.rem_euclid(12) + 1
    }

    /// The month of a stored number; `None` where it is none.
    #[must_use]
    pub fn from_number(number: i32) -> Option<Self> {
        Self::new(number.div_euclid(100), u32::try_from(number.rem_euclid(100)).ok()?)
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.index.div_euclid(12)
    }

    /// The month of the year, from 1 to 12.
    #[must_use]
    pub fn month(self) -> u32 {
        u32::try_from(self.index.rem_euclid(12) + 1).unwrap_or(1)
    }

    /// The month after. That of 2999-12 is not written or read any more.
    #[must_use]
    pub fn next(self) -> Self {
        Self { index: self.index + 1 }
    }

    /// The month before.
    #[must_use]
    pub fn previous(self) -> Self {
        Self { index: self.index - 1 }
    }

    /// The 1st.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        // The constructor keeps year and month within the calendar, so the default is never taken.
        NaiveDate::from_ymd_opt(self.year(), self.month(), 1).unwrap_or_default()
    }

    /// The 28th, 29th, 30th or 31st.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        self.next().first_day().pred_opt().unwrap_or_default()
    }

    /// A day of the month, or its last one where the month is shorter.
    #[must_use]
    pub fn day(self, day: u32) -> NaiveDate {
        self.first_day().with_day(day).unwrap_or_else(|| self.last_day())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

impl fmt::Debug for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Month {
    type Err = NotAMonth;
    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        Self::parse(text)
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_strict_form_is_read() {
        assert_eq!(Month::parse("2026-11").unwrap().number(), 202_611);
        for text in [
            "",
            "2026",
            "2026-1",
            "2026-00",
            "2026-13",
            "26-11",
            "1999-12",
            "3000-01",
            "+026-11",
            "2026-+1",
            "2026-11 ",
            " 2026-11",
            "2026/11",
            "2026-11-01",
            "２０２６-11",
            "-2026-11",
        ] {
            assert_eq!(Month::parse(text), Err(NotAMonth), "{text:?}");
        }
    }

    #[test]
    fn a_month_is_local() {
        let instant = Utc.with_ymd_and_hms(2026, 10, 31, 16, 0, 0).unwrap();
        assert_eq!(Month::of(instant, Tz::Asia__Shanghai).to_string(), "2026-11");
        assert_eq!(Month::of(instant, Tz::UTC).to_string(), "2026-10");
        assert_eq!(Month::of(Utc.with_ymd_and_hms(1970, 1, 1, 0, 0, 0).unwrap(), Tz::UTC).to_string(), "2000-01");
    }

    #[test]
    fn days_end_with_the_month() {
        let day = |text: &str, day| Month::parse(text).unwrap().day(day).to_string();
        assert_eq!(day("2024-02", 30), "2024-02-29");
        assert_eq!(day("2026-02", 30), "2026-02-28");
        assert_eq!(day("2026-11", 30), "2026-11-30");
        assert_eq!(day("2026-12", 30), "2026-12-30");
    }

    proptest! {
        #[test]
        fn text_number_and_order_agree(year in 2000..3000_i32, month in 1..13_u32) {
            let it = Month::new(year, month).unwrap();
            prop_assert_eq!(Month::parse(&it.to_string()), Ok(it));
            prop_assert_eq!(Month::from_number(it.number()), Some(it));
            prop_assert_eq!(it.next().previous(), it);
            prop_assert!(it < it.next() && it.number() < it.next().number());
            prop_assert_eq!(it.last_day().succ_opt().unwrap(), it.next().first_day());
            let json = serde_json::to_string(&it).unwrap();
            prop_assert_eq!(serde_json::from_str::<Month>(&json).unwrap(), it);
        }
    }
}
