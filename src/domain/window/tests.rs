use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, Offset, TimeZone};
use rstest::rstest;

use super::*;

fn months() -> impl Iterator<Item = Month> {
    [2024, 2026].into_iter().flat_map(|year| (1..=12).map(move |month| Month::new(year, month).unwrap()))
}

/// The end of a local day, reckoned in another way than the code does: by the zone's offset at that instant.
fn midnight_after(day: NaiveDate, tz: Tz) -> DateTime<Utc> {
    let local: NaiveDateTime = day.and_hms_opt(0, 0, 0).unwrap() + Duration::days(1);
    let guess = local.and_utc() - Duration::seconds(tz.offset_from_utc_datetime(&local).fix().local_minus_utc().into());
    local.and_utc() - Duration::seconds(tz.offset_from_utc_datetime(&guess.naive_utc()).fix().local_minus_utc().into())
}

#[rstest]
#[case(Tz::Asia__Shanghai)]
#[case(Tz::UTC)]
#[case(Tz::America__New_York)]
fn every_window_opens_and_closes_to_the_millisecond(#[case] tz: Tz) {
    let ms = Duration::milliseconds(1);
    for month in months() {
        let windows = Windows::standard(month, tz);
        assert_eq!(windows.validate(), vec![], "{month}");
        let day = |day: u32| NaiveDate::from_ymd_opt(month.year(), month.month(), day).unwrap();
        let last_of_voting = if month.month() == 2 { if month.year() == 2024 { 29 } else { 28 } } else { 30 };
        for (kind, eve, last) in [
            (WindowKind::Reporting, day(1).pred_opt().unwrap(), day(20)),
            (WindowKind::Screening, day(1).pred_opt().unwrap(), day(25)),
            (WindowKind::Forwarding, day(24), day(25)),
            (WindowKind::Voting, day(24), day(last_of_voting)),
        ] {
            let window = windows.get(kind);
            let (first, end) = (midnight_after(eve, tz), midnight_after(last, tz));
            assert!(!window.contains(first - ms), "{month} {kind} {tz} just before");
            assert!(window.contains(first), "{month} {kind} {tz} first instant");
            assert!(window.contains(first + ms), "{month} {kind} {tz} just after the first");
            assert!(window.contains(end - ms), "{month} {kind} {tz} last instant");
            assert!(!window.contains(end), "{month} {kind} {tz} end");
            assert!(!window.contains(end + ms), "{month} {kind} {tz} after");
            assert!(!window.is_over(end - ms) && window.is_over(end));
            assert!(!window.has_opened(first - ms) && window.has_opened(first));
        }
        assert_eq!(windows.publication_from(), windows.voting.closes_at);
    }
}

#[test]
fn the_last_millisecond_of_the_20th_in_shanghai() {
    let windows = Windows::standard(Month::parse("2026-11").unwrap(), Tz::Asia__Shanghai);
    assert_eq!(windows.reporting.opens_at.to_rfc3339(), "2026-10-31T16:00:00+00:00");
    assert_eq!(windows.reporting.closes_at.to_rfc3339(), "2026-11-20T16:00:00+00:00");
    assert_eq!(windows.voting.closes_at.to_rfc3339(), "2026-11-30T16:00:00+00:00");
}

#[test]
fn open_lists_what_is_open_in_the_order_of_the_month() {
    use WindowKind::{Forwarding, Reporting, Screening, Voting};
    let windows = Windows::standard(Month::parse("2026-11").unwrap(), Tz::Asia__Shanghai);
    let at = |day| start_of_day(NaiveDate::from_ymd_opt(2026, 11, day).unwrap(), Tz::Asia__Shanghai);
    assert_eq!(windows.open(at(20)), [Reporting, Screening]);
    assert_eq!(windows.open(at(21)), [Screening]);
    assert_eq!(windows.open(at(25)), [Screening, Forwarding, Voting]);
    assert_eq!(windows.open(at(26)), [Voting]);
    assert!(windows.open(at(30) + Duration::days(1)).is_empty());
}

#[test]
fn all_faults_of_the_four_are_named_together() {
    let standard = Windows::standard(Month::parse("2026-11").unwrap(), Tz::Asia__Shanghai);
    let mut windows = standard;
    windows.reporting.closes_at = windows.reporting.opens_at;
    windows.voting.opens_at = standard.forwarding.opens_at - Duration::milliseconds(1);
    windows.voting.closes_at = windows.voting.opens_at - Duration::milliseconds(1);
    let places: Vec<_> = windows.validate().into_iter().map(|fault| (fault.pointer, fault.code)).collect();
    assert_eq!(
        places,
        [
            ("/windows/reporting/closes_at".into(), Code::Inconsistent),
            ("/windows/voting/closes_at".into(), Code::Inconsistent),
            ("/windows/voting/opens_at".into(), Code::Inconsistent),
            ("/windows/voting/closes_at".into(), Code::Inconsistent),
        ]
    );
    let mut windows = standard;
    windows.screening.closes_at = standard.reporting.closes_at - Duration::milliseconds(1);
    windows.forwarding.opens_at = standard.reporting.opens_at - Duration::milliseconds(1);
    let places: Vec<_> = windows.validate().into_iter().map(|fault| fault.pointer).collect();
    assert_eq!(places, ["/windows/screening/closes_at", "/windows/forwarding/opens_at"]);
    let mut windows = standard;
    windows.forwarding.closes_at = standard.screening.closes_at - Duration::milliseconds(1);
    let places: Vec<_> = windows.validate().into_iter().map(|fault| fault.pointer).collect();
    assert_eq!(places, ["/windows/forwarding/closes_at"]);
}

#[test]
fn every_month_of_a_leap_and_a_common_year_was_tried() {
    assert_eq!(months().count(), 24);
    assert_eq!(Month::parse("2024-02").unwrap().last_day().day(), 29);
}
