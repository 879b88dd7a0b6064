//! The festivals at which honorees are visited (节日慰问), with their days.
//!
//! The lunar ones are a table. It was drawn up from two independent conversions that agree on every day of it, the Python
//! packages `lunardate` 0.3.0 (from a table) and `lunar_python` 1.4.8 (computed), and ends with 2056: for autumn 2057 they do
//! not agree, as the new moon of that September falls very near to midnight.

use chrono::{Datelike as _, NaiveDate};

text_enum! {
    /// A festival at which it is customary to call on people.
    pub enum Festival {
        /// 春节: the first day of the first lunar month.
        SpringFestival = "spring_festival",
        /// 劳动节: 1 May.
        LabourDay = "labour_day",
        /// 中秋节: the fifteenth day of the eighth lunar month.
        MidAutumn = "mid_autumn",
        /// 国庆节: 1 October.
        NationalDay = "national_day",
        /// 重阳节: the ninth day of the ninth lunar month.
        DoubleNinth = "double_ninth",
    }
}

/// The first year of the table.
pub const FIRST_YEAR: i32 = 2024;
/// The last year of the table: later, lunar festivals are not known, and visits follow the other rules.
pub const LAST_YEAR: i32 = 2056;

/// Month and day as one number (`217` for 17 February) of 春节, 中秋节 and 重阳节, from [`FIRST_YEAR`] on.
const LUNAR: [(u32, u32, u32); 33] = [
    (210, 917, 1011),
    (129, 1006, 1029),
    (217, 925, 1018),
    (206, 915, 1008),
    (126, 1003, 1026),
    (213, 922, 1016),
    (203, 912, 1005),
    (123, 1001, 1024),
    (211, 919, 1012),
    (131, 908, 1001),
    (219, 927, 1020),
    (208, 916, 1009),
    (128, 1004, 1027),
    (215, 924, 1017),
    (204, 913, 1007),
    (124, 1002, 1026),
    (212, 920, 1014),
    (201, 910, 1003),
    (122, 928, 1022),
    (210, 917, 1011),
    (130, 1005, 1029),
    (217, 925, 1018),
    (206, 915, 1008),
    (126, 1004, 1027),
    (214, 922, 1016),
    (202, 911, 1005),
    (123, 930, 1024),
    (211, 919, 1013),
    (201, 907, 1030),
    (219, 926, 1020),
    (208, 916, 1009),
    (128, 1005, 1028),
    (215, 924, 1017),
];

impl Festival {
    /// The day of the festival in a year; none for a lunar festival of a year that is not in the table.
    #[must_use]
    pub fn day_in(self, year: i32) -> Option<NaiveDate> {
        let number = match self {
            Self::SpringFestival => lunar(year)?.0,
            Self::LabourDay => 501,
            Self::MidAutumn => lunar(year)?.1,
            Self::NationalDay => 1001,
            Self::DoubleNinth => lunar(year)?.2,
        };
        NaiveDate::from_ymd_opt(year, number / 100, number % 100)
    }

    /// The festival that falls on a day, of those given; the first where two do.
    #[must_use]
    pub fn on(festivals: &[Self], day: NaiveDate) -> Option<Self> {
        festivals.iter().copied().find(|festival| festival.day_in(day.year()) == Some(day))
    }
}

fn lunar(year: i32) -> Option<(u32, u32, u32)> {
    let index = usize::try_from(year.checked_sub(FIRST_YEAR)?).ok()?;
    LUNAR.get(index).copied()
}

/// The days of some festivals from a day on, that day included, in order: those of this year and the next.
#[must_use]
pub fn days_from(festivals: &[Festival], day: NaiveDate) -> Vec<NaiveDate> {
    let years = [day.year(), day.year().saturating_add(1)];
    let days = years.iter().flat_map(|year| festivals.iter().filter_map(|festival| festival.day_in(*year)));
    let mut days: Vec<NaiveDate> = days.filter(|found| *found >= day).collect();
    days.sort_unstable();
    days.dedup();
    days
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// As the State Council's notices on public holidays and the almanacs of the Hong Kong Observatory have them.
    #[rstest]
    #[case(Festival::SpringFestival, 2024, "2024-02-10")]
    #[case(Festival::SpringFestival, 2026, "2026-02-17")]
    #[case(Festival::SpringFestival, 2027, "2027-02-06")]
    #[case(Festival::SpringFestival, 2033, "2033-01-31")]
    #[case(Festival::SpringFestival, 2034, "2034-02-19")]
    #[case(Festival::SpringFestival, 2050, "2050-01-23")]
    #[case(Festival::MidAutumn, 2025, "2025-10-06")]
    #[case(Festival::MidAutumn, 2026, "2026-09-25")]
    #[case(Festival::MidAutumn, 2033, "2033-09-08")]
    #[case(Festival::DoubleNinth, 2026, "2026-10-18")]
    #[case(Festival::DoubleNinth, 2033, "2033-10-01")]
    #[case(Festival::LabourDay, 2090, "2090-05-01")]
    #[case(Festival::NationalDay, 2026, "2026-10-01")]
    fn days(#[case] festival: Festival, #[case] year: i32, #[case] expected: &str) {
        assert_eq!(festival.day_in(year).unwrap().to_string(), expected);
    }

    /// A lunar year has 12 or 13 months of 29 or 30 days; the eighth month's fifteenth is 23 or 24 days before the ninth's
    /// ninth, or a leap month more. A slip of the pen in the table breaks one of these.
    #[test]
    fn the_table_is_a_calendar() {
        let day = |festival: Festival, year| festival.day_in(year).unwrap();
        for year in FIRST_YEAR..=LAST_YEAR {
            let spring = day(Festival::SpringFestival, year);
            assert!(matches!((spring.month(), spring.day()), (1, 21..) | (2, ..=20)), "{spring}");
            let (autumn, ninth) = (day(Festival::MidAutumn, year), day(Festival::DoubleNinth, year));
            assert!(matches!((ninth - autumn).num_days(), 23 | 24 | 53), "{year}");
            assert!(matches!((autumn - spring).num_days(), 219..=223 | 248..=253), "{year}: {}", autumn - spring);
            if year > FIRST_YEAR {
                let length = (spring - day(Festival::SpringFestival, year - 1)).num_days();
                assert!(matches!(length, 353..=355 | 383..=385), "{year}: {length}");
            }
        }
        assert_eq!(Festival::SpringFestival.day_in(LAST_YEAR + 1), None);
        assert_eq!(Festival::DoubleNinth.day_in(FIRST_YEAR - 1), None);
    }

    #[test]
    fn days_come_in_order_and_each_once() {
        let all = Festival::ALL;
        let from = "2033-09-09".parse().unwrap();
        let days: Vec<String> = days_from(all, from).iter().map(ToString::to_string).collect();
        // In 2033 重阳节 is 国庆节.
        let expected = ["2033-10-01", "2034-02-19", "2034-05-01", "2034-09-27", "2034-10-01", "2034-10-20"];
        assert_eq!(days, expected);
        assert_eq!(Festival::on(all, "2033-10-01".parse().unwrap()), Some(Festival::NationalDay));
        assert_eq!(days_from(&[], from), []);
    }
}
