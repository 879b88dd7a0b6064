//! Days of the deployment's time zone. The process' own zone plays no part.

use chrono::{DateTime, Duration, MappedLocalTime, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;

/// The longest that clocks ever jumped: Samoa left out a whole day in 2011.
const LONGEST_GAP_MINUTES: i64 = 26 * 60;

/// The local day in which an instant lies.
#[must_use]
pub fn day_of(instant: DateTime<Utc>, tz: Tz) -> NaiveDate {
    instant.with_timezone(&tz).date_naive()
}

/// The first instant of a local day: midnight; the earlier one where midnight occurs twice, and the end of the gap
/// where the clocks jump over it.
#[must_use]
pub fn start_of_day(day: NaiveDate, tz: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    (0..=LONGEST_GAP_MINUTES)
        .find_map(|minutes| match tz.from_local_datetime(&(midnight + Duration::minutes(minutes))) {
            MappedLocalTime::Single(instant) | MappedLocalTime::Ambiguous(instant, _) => Some(instant.to_utc()),
            MappedLocalTime::None => None,
        })
        .unwrap_or_else(|| midnight.and_utc())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("2026-11-21", Tz::Asia__Shanghai, "2026-11-20T16:00:00Z")]
    #[case::utc("2026-11-21", Tz::UTC, "2026-11-21T00:00:00Z")]
    #[case::summer("2026-07-01", Tz::America__New_York, "2026-07-01T04:00:00Z")]
    #[case::winter("2026-12-01", Tz::America__New_York, "2026-12-01T05:00:00Z")]
    #[case::the_day_clocks_go_back("2026-11-01", Tz::America__New_York, "2026-11-01T04:00:00Z")]
    #[case::midnight_left_out("2018-11-04", Tz::America__Sao_Paulo, "2018-11-04T03:00:00Z")]
    #[case::last_hour_of_the_eve_twice("2022-10-30", Tz::Asia__Beirut, "2022-10-29T22:00:00Z")]
    #[case::midnight_twice("2022-10-30", Tz::Atlantic__Azores, "2022-10-30T00:00:00Z")]
    #[case::day_left_out("2011-12-30", Tz::Pacific__Apia, "2011-12-30T10:00:00Z")]
    fn days_begin_when_their_first_instant_comes(#[case] day: &str, #[case] tz: Tz, #[case] expected: &str) {
        let start = start_of_day(day.parse().unwrap(), tz);
        assert_eq!(start, expected.parse::<DateTime<Utc>>().unwrap());
        assert!(day_of(start - Duration::milliseconds(1), tz) < day_of(start, tz));
    }
}
