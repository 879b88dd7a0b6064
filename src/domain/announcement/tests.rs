use chrono::TimeDelta;
use proptest::prelude::*;
use rstest::rstest;
use uuid::Uuid;

use super::*;

fn moment(hours: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::hours(hours)
}

/// At hour 10 it is now.
fn window(publish_at: Option<i64>, expires_at: Option<i64>) -> Announcement {
    Announcement {
        id: AnnouncementId(Uuid::from_u128(1)),
        kind: AnnouncementKind::Notice,
        column: None,
        title: "启事".to_owned(),
        body: "正文".to_owned(),
        url: None,
        cycle: None,
        honoree: None,
        organization: OrganizationId(Uuid::from_u128(2)),
        publish_at: publish_at.map(moment),
        expires_at: expires_at.map(moment),
        pinned: false,
        told_at: None,
        entered_by: UserId(Uuid::from_u128(3)),
        version: 1,
        created_at: moment(0),
        updated_at: moment(0),
    }
}

#[rstest]
#[case(None, None, AnnouncementStatus::Draft, None)]
#[case(Some(11), None, AnnouncementStatus::Scheduled, Some(11))]
#[case(Some(11), Some(12), AnnouncementStatus::Scheduled, Some(11))]
#[case(Some(10), None, AnnouncementStatus::Published, None)]
#[case(Some(9), Some(11), AnnouncementStatus::Published, Some(11))]
#[case(Some(9), Some(10), AnnouncementStatus::Expired, None)]
fn a_window_is_half_open(
    #[case] publish_at: Option<i64>,
    #[case] expires_at: Option<i64>,
    #[case] status: AnnouncementStatus,
    #[case] next: Option<i64>,
) {
    let one = window(publish_at, expires_at);
    assert_eq!((one.status(moment(10)), one.next_change(moment(10))), (status, next.map(moment)));
}

#[test]
fn what_it_says_as_a_whole_fits_together() {
    let faults = |one: Announcement| -> Vec<(String, Code)> {
        one.faults().into_iter().map(|fault| (fault.pointer, fault.code)).collect()
    };
    let column = |column: Option<&str>, kind| Announcement {
        column: column.map(str::to_owned),
        kind,
        ..window(Some(1), Some(2))
    };
    let at = |pointer: &str, code| vec![(pointer.to_owned(), code)];
    assert_eq!(faults(column(None, AnnouncementKind::Notice)), []);
    assert_eq!(faults(column(Some("身边好人故事"), AnnouncementKind::ColumnItem)), []);
    assert_eq!(faults(column(None, AnnouncementKind::ColumnItem)), at("/column", Code::Required));
    assert_eq!(faults(column(Some("专栏"), AnnouncementKind::Notice)), at("/column", Code::Inconsistent));
    assert_eq!(faults(window(Some(2), Some(2))), at("/expires_at", Code::TooSmall));
    assert_eq!(faults(window(None, Some(2))), at("/expires_at", Code::Inconsistent));
}

#[rstest]
#[case::entered_for_later(None, Some((Some(11), None)), None)]
#[case::entered_as_published(None, Some((Some(10), None)), Some(EventKind::AnnouncementPublished))]
#[case::drafted(None, Some((None, None)), None)]
#[case::changed(Some((Some(9), None)), Some((Some(9), Some(12))), Some(EventKind::AnnouncementUpdated))]
#[case::back_to_draft(Some((Some(9), None)), Some((None, None)), Some(EventKind::AnnouncementWithdrawn))]
#[case::ended_at_once(Some((Some(8), None)), Some((Some(8), Some(9))), Some(EventKind::AnnouncementWithdrawn))]
#[case::taken_away(Some((Some(9), None)), None, Some(EventKind::AnnouncementWithdrawn))]
#[case::expired_and_taken_away(Some((Some(8), Some(9))), None, None)]
#[case::prolonged(Some((Some(8), Some(9))), Some((Some(8), Some(12))), Some(EventKind::AnnouncementPublished))]
#[case::a_draft_taken_away(Some((None, None)), None, None)]
fn everybody_is_told_of_what_everybody_reads(
    #[case] old: Option<(Option<i64>, Option<i64>)>,
    #[case] new: Option<(Option<i64>, Option<i64>)>,
    #[case] expected: Option<EventKind>,
) {
    let old = old.map(|(from, to)| Announcement { told_at: from.map(moment), ..window(from, to) });
    let new = new.map(|(from, to)| window(from, to));
    assert_eq!(told(old.as_ref(), new.as_ref(), moment(10)), expected);
}

#[test]
fn what_is_published_keeps_its_moment() {
    let now = moment(10);
    let old = window(Some(9), None);
    assert_eq!(barred(&old, &window(Some(9), Some(12)), now), None);
    assert_eq!(barred(&old, &window(None, None), now), None, "taken off");
    assert_eq!(barred(&old, &window(Some(11), None), now), None, "taken off until later");
    assert_eq!(barred(&window(Some(11), None), &window(Some(8), None), now), None, "not published yet");
    let fault = barred(&old, &window(Some(8), None), now).unwrap();
    assert_eq!((fault.pointer.as_str(), fault.code), ("/publish_at", Code::ContradictsRecords));
}

#[test]
fn what_is_not_said_stays_and_null_takes_away() {
    let old = Announcement { url: Some("https://example.org/".to_owned()), ..window(Some(9), Some(12)) };
    assert_eq!(AnnouncementFields::default().applied(&old), old);
    let fine = moment(9) + TimeDelta::nanoseconds(999);
    let fields = AnnouncementFields {
        title: Some(" 改 ".to_owned()),
        url: Some(None),
        publish_at: Some(Some(fine)),
        expires_at: Some(None),
        ..AnnouncementFields::default()
    };
    let new = Announcement { title: "改".to_owned(), url: None, expires_at: None, ..old.clone() };
    assert_eq!(fields.applied(&old), new, "to the microsecond, as it is stored");
}

#[test]
fn an_excerpt_is_one_line() {
    assert_eq!(excerpt("第一段。\n\n第二段。"), "第一段。 第二段。");
    let long = "好".repeat(141);
    assert_eq!(excerpt(&long), format!("{}…", "好".repeat(140)));
    let selected = format!("{}\u{E0100}好", "葛".repeat(140));
    assert_eq!(excerpt(&selected), format!("{}\u{E0100}…", "葛".repeat(140)));
}

proptest! {
    #[test]
    fn an_excerpt_is_the_beginning(body in "\\PC{0,300}") {
        let short = excerpt(&body);
        prop_assert!(short.chars().filter(|one| !text::is_selector(*one)).count() <= EXCERPT_CHARS + 1);
        let line = body.split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assert!(line.starts_with(short.strip_suffix('…').unwrap_or(&short)));
    }
}
