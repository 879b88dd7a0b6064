use proptest::prelude::*;

use super::*;

fn vote(day: Option<&str>) -> Entry {
    Entry {
        sequence: 0,
        minute: "2026-11-25T00:31:00Z".parse().unwrap(),
        event: Event::Vote {
            candidate: CandidateId("019ab500-0000-7000-8000-000000000001".parse().unwrap()),
            day: day.map(|day| day.parse().unwrap()),
            voter: "00112233445566778899aabbccddeeff".parse().unwrap(),
        },
    }
}

/// The worked example of `docs/public-log.md`.
#[test]
fn the_bytes_of_an_entry_are_these() {
    let one = r#"{"seq":0,"kind":"vote","candidate":"019ab500-0000-7000-8000-000000000001","day":null,"voter":"00112233445566778899aabbccddeeff","minute":"2026-11-25T00:31Z"}"#;
    assert_eq!(vote(None).line(), one);
    let two = r#"{"seq":0,"kind":"vote","candidate":"019ab500-0000-7000-8000-000000000001","day":"2026-11-25","voter":"00112233445566778899aabbccddeeff","minute":"2026-11-25T00:31Z"}"#;
    assert_eq!(vote(Some("2026-11-25")).line(), two);
    let reason = "同一人以\"两个\\账号\"投票".parse().unwrap();
    let event = Event::Invalidation { vote: 0, reason };
    let three = r#"{"seq":0,"kind":"invalidation","vote":0,"reason":"同一人以\"两个\\账号\"投票","minute":"2026-11-25T00:31Z"}"#;
    assert_eq!(Entry { event, ..vote(None) }.line(), three);
    for line in [one, two, three] {
        assert_eq!(Entry::parse(line).unwrap().line(), line);
    }
}

#[test]
fn a_minute_is_cut_and_not_rounded() {
    let cut = minute_of("2026-11-25T00:31:59.999999Z".parse().unwrap());
    assert_eq!(cut.to_rfc3339(), "2026-11-25T00:31:00+00:00");
}

#[test]
fn only_the_exact_form_is_read() {
    let good = vote(None).line();
    let changed = [
        good.replace(":0,", ": 0,"),
        good.replace("\"seq\":0", "\"seq\":00"),
        good.replace("\"seq\":0", "\"seq\":-0"),
        good.replace("\"seq\":0", "\"seq\":0.0"),
        good.replace("ccddeeff", "CCDDEEFF"),
        good.replace("019ab500-", "019AB500-"),
        good.replace("019ab500-", "019ab500"),
        good.replace("\"day\":null,", ""),
        good.replace(":31Z", ":31:00Z"),
        good.replace(":31Z", ":61Z"),
        good.replace("vote", "ballot"),
        good.replace('}', ",\"more\":1}"),
        good.replace("null", "\"2026-11-31\""),
        format!("{good}\r"),
        format!("{good} "),
        String::new(),
    ];
    for line in changed {
        assert_eq!(Entry::parse(&line), Err(NotAnEntry), "{line}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        sequence: u64, minutes in 0_i64..1_000_000, id: u128, voter: [u8; 16], day in prop::option::of(0_i32..60_000),
        invalidates in prop::option::of((any::<u64>(), "[^\\p{Cc}]{0,30}")),
    ) {
        let minute = DateTime::from_timestamp(1_700_000_040 / 60 * 60 + minutes * 60, 0).unwrap();
        let event = match invalidates {
            Some((vote, reason)) => match reason.trim().parse() {
                Ok(reason) => Event::Invalidation { vote, reason },
                Err(NotAReason) => return Ok(()),
            },
            None => Event::Vote {
                candidate: CandidateId(Uuid::from_u128(id)),
                day: day.map(|day| NaiveDate::default() + TimeDelta::days(day.into())),
                voter: Pseudonym(voter),
            },
        };
        let entry = Entry { sequence, minute, event };
        prop_assert_eq!(Entry::parse(&entry.line()), Ok(entry));
    }
}

use crate::domain::vote_log::NotAReason;
