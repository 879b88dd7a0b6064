use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::domain::{
    candidate::{Channel, Status},
    cycle::Cycle,
    lead::LeadStatus,
    month::Month,
    policy::Policy,
    stage::StageCode,
    transition::{Action, target},
    window::{Window, WindowKind, Windows},
};

const FIRST: &str = "2026-11-03T00:00:00Z";

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn at(hours: i64) -> DateTime<Utc> {
    FIRST.parse::<DateTime<Utc>>().unwrap() + Duration::hours(hours)
}

/// Steps in writing: hours since the 3rd, the action, and the status that it leads to; `@` moves to the next month.
fn steps(text: &str) -> Vec<Move> {
    let (mut cycle, mut before) = (month("2026-11"), None);
    let step = |line: &str| {
        let mut words = line.split_whitespace();
        let hours = words.next().unwrap().parse().unwrap();
        let action = words.next().unwrap();
        let to: Status = words.next().unwrap().parse().unwrap();
        if words.next() == Some("@") {
            cycle = cycle.next();
        }
        let action = (action != "nominate").then(|| action.parse().unwrap());
        let moved = Move { at: at(hours), cycle, action, from: before, to };
        before = Some(to);
        moved
    };
    text.split(',').map(step).collect()
}

/// Passages in writing: month, stage, how it ended, after how many hours; `+` where the time was extended.
fn shown(found: &[Passage]) -> Vec<String> {
    let one = |passage: &Passage| {
        let extended = if passage.is_extended { "+" } else { "" };
        let left = passage.left.map_or("waiting".to_owned(), |(left_at, outcome)| {
            format!("{outcome} {}", (left_at - passage.entered_at).num_hours())
        });
        format!("{} {}{extended} {left}", passage.cycle.month(), passage.stage)
    };
    found.iter().map(one).collect()
}

#[rstest::rstest]
#[case::waits("0 nominate nominated", &["11 unit_verification waiting"])]
#[case::straight(
    "0 nominate nominated,5 verify verified,9 endorse endorsed,20 screen screened,30 forward forwarded,99 list listed,200 revoke revoked",
    &["11 unit_verification passed 5", "11 district_endorsement passed 4", "11 city_screening passed 11", "11 forwarding passed 10", "11 listing passed 69"]
)]
#[case::assigned("0 nominate nominated,3 assign nominated,5 verify verified", &["11 unit_verification passed 5", "11 district_endorsement waiting"])]
#[case::returned_and_again(
    "0 nominate nominated,5 return returned,8 resubmit nominated,9 verify verified",
    &["11 unit_verification returned 5", "11 unit_verification passed 1", "11 district_endorsement waiting"]
)]
#[case::returned_by_the_city(
    "0 nominate nominated,1 verify verified,2 endorse endorsed,3 return returned,4 resubmit nominated,5 verify verified",
    &["11 unit_verification passed 1", "11 district_endorsement passed 1", "11 city_screening returned 1", "11 unit_verification+ passed 1", "11 district_endorsement+ waiting"]
)]
#[case::returned_by_the_unit_is_not_extended(
    "0 nominate nominated,1 verify verified,2 return returned,4 resubmit nominated",
    &["11 unit_verification passed 1", "11 district_endorsement returned 1", "11 unit_verification waiting"]
)]
#[case::extension_ends_with_the_month(
    "0 nominate nominated,1 verify verified,2 endorse endorsed,3 return returned,4 resubmit nominated @",
    &["11 unit_verification passed 1", "11 district_endorsement passed 1", "11 city_screening returned 1", "12 unit_verification waiting"]
)]
#[case::carried_over(
    "0 nominate nominated,1 verify verified,2 endorse endorsed,50 carry_over verified @",
    &["11 unit_verification passed 1", "11 district_endorsement passed 1", "11 city_screening carried_over 48", "12 district_endorsement waiting"]
)]
#[case::carried_over_where_it_stood("0 nominate nominated,50 carry_over nominated @", &["11 unit_verification carried_over 50", "12 unit_verification waiting"])]
#[case::carried_over_while_returned("0 nominate nominated,5 return returned,50 carry_over returned @,60 resubmit nominated", &["11 unit_verification returned 5", "12 unit_verification waiting"])]
#[case::recalled(
    "0 nominate nominated,5 verify verified,6 recall nominated,7 verify verified",
    &["11 unit_verification passed 5", "11 district_endorsement reopened 1", "11 unit_verification passed 1", "11 district_endorsement waiting"]
)]
#[case::reinstated("0 nominate nominated,5 reject rejected,9 reinstate nominated", &["11 unit_verification rejected 5", "11 unit_verification waiting"])]
#[case::withdrawn("0 nominate nominated,5 withdraw withdrawn", &["11 unit_verification withdrawn 5"])]
#[case::without_consent("0 nominate nominated,5 withdraw_consent withdrawn", &["11 unit_verification withdrawn 5"])]
#[case::merged("0 nominate nominated,5 merge withdrawn", &["11 unit_verification merged 5"])]
#[case::merged_and_back("0 nominate nominated,1 verify verified,5 merge withdrawn,9 unmerge verified", &["11 unit_verification passed 1", "11 district_endorsement merged 4", "11 district_endorsement waiting"])]
#[case::survived("0 nominate nominated,1 verify verified,5 merge verified", &["11 unit_verification passed 1", "11 district_endorsement waiting"])]
#[case::survived_with_new_photos("0 nominate nominated,1 verify verified,5 merge nominated", &["11 unit_verification passed 1", "11 district_endorsement reopened 4", "11 unit_verification waiting"])]
#[case::refused_by_the_portal("0 nominate forwarded,9 refuse returned", &["11 listing returned 9"])]
#[case::disqualified("0 nominate forwarded,9 disqualify rejected", &["11 listing rejected 9"])]
#[case::left_off("0 nominate forwarded,9 not_list not_listed", &["11 listing not_listed 9"])]
fn passages_are_read_from_steps(#[case] text: &str, #[case] expected: &[&str]) {
    assert_eq!(shown(&passages(&steps(text))), expected);
}

#[test]
fn nobody_without_steps_passes() {
    assert_eq!(passages(&[]), []);
}

fn windows() -> Windows {
    Windows::standard(month("2026-11"), Tz::Asia__Shanghai)
}

#[test]
fn each_stage_has_its_time() {
    let of = windows();
    for (stage, extended, due) in [
        (StageCode::UnitVerification, false, Some(of.reporting.closes_at)),
        (StageCode::UnitVerification, true, Some(of.screening.closes_at)),
        (StageCode::DistrictEndorsement, false, Some(of.reporting.closes_at)),
        (StageCode::DistrictEndorsement, true, Some(of.screening.closes_at)),
        (StageCode::CityScreening, false, Some(of.screening.closes_at)),
        (StageCode::CityScreening, true, Some(of.screening.closes_at)),
        (StageCode::Forwarding, false, Some(of.forwarding.closes_at)),
        (StageCode::Listing, false, None),
    ] {
        assert_eq!(due_at(stage, extended, &of), due, "{stage} {extended}");
    }
}

fn counted(texts: &[&str]) -> Counts {
    let mut counts = Counts::default();
    for text in texts {
        for passage in passages(&steps(text)).iter().filter(|passage| passage.cycle == month("2026-11")) {
            counts.note_passage(passage, &windows());
        }
    }
    counts
}

fn cycle() -> Cycle {
    Cycle::begin(month("2026-11"), Tz::Asia__Shanghai, Policy::default(), &[], at(0))
}

fn figures(counts: &Counts, now: DateTime<Utc>) -> Figures {
    let mut figures = Figures::default();
    figures.add(counts, &Overdue::at(&cycle(), now));
    figures
}

/// Reporting closes 424 hours after the 3rd, 00:00 UTC: at the end of the 20th in Shanghai.
#[test]
fn rates_have_their_wholes_and_lateness_includes_who_still_waits() {
    let counts = counted(&[
        "0 nominate nominated,5 verify verified",
        "0 nominate nominated,7 return returned",
        "0 nominate nominated,424 reject rejected",
        "0 nominate nominated,430 carry_over nominated @",
        "0 nominate nominated,3 withdraw withdrawn",
        "0 nominate nominated",
    ]);
    let (before, after) = (figures(&counts, at(423)), figures(&counts, at(424)));
    let stage = before.stage(StageCode::UnitVerification);
    assert_eq!((stage.entered, stage.waiting), (6, 1));
    assert_eq!(stage.pass_rate, Ratio { numerator: 1, denominator: 3 });
    assert_eq!(stage.return_rate, Ratio { numerator: 1, denominator: 3 });
    assert_eq!(stage.pass_rate.share(), Some(0.3333));
    assert_eq!(stage.on_time, Some(Ratio { numerator: 2, denominator: 4 }));
    let stage = after.stage(StageCode::UnitVerification);
    assert_eq!(stage.on_time, Some(Ratio { numerator: 2, denominator: 5 }));
    assert_eq!(stage.days, Days { decided: 3, median: Some(0.29), p90: Some(17.67) });
    assert_eq!(after.stage(StageCode::Listing).on_time, None);
    let idle = after.stage(StageCode::CityScreening);
    assert_eq!((idle.pass_rate.share(), idle.days), (None, Days { decided: 0, median: None, p90: None }));
}

#[rstest::rstest]
#[case(&[], 50, None)]
#[case(&[7], 50, Some(7))]
#[case(&[1, 2], 50, Some(1))]
#[case(&[1, 2, 3], 50, Some(2))]
#[case(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90, Some(9))]
#[case(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 90, Some(10))]
#[case(&[5, 5, 5, 900], 90, Some(900))]
#[case(&[5, 5, 5, 5, 5, 5, 5, 5, 5, 900], 90, Some(5))]
fn percentiles_are_of_nearest_rank(#[case] hours: &[i64], #[case] percent: u32, #[case] expected: Option<u32>) {
    let mut all = Hours::default();
    for hours in hours.iter().rev() {
        all.add(Duration::minutes(hours * 60 + 59));
    }
    assert_eq!(all.percentile(percent), expected);
}

#[test]
fn what_is_longer_than_a_year_or_runs_backwards_is_bounded() {
    let mut all = Hours::default();
    all.add(Duration::days(4_000));
    all.add(Duration::hours(-3));
    assert_eq!(all.pairs().collect::<Vec<_>>(), [(0, 1), (366 * 24, 1)]);
}

/// The stored form is read by other versions: who changes it raises its number.
#[test]
fn the_stored_form_is_pinned() {
    let mut sheet = Sheet::default();
    let cell = sheet.cell(&"dedication".parse().unwrap(), Channel::Phone);
    cell.note_candidate(Status::Verified);
    cell.note_nominations(Channel::Phone, 300);
    for passage in passages(&steps("0 nominate nominated,200 verify verified")) {
        cell.note_passage(&passage, &windows());
    }
    sheet.note_leads(Channel::Letter, LeadStatus::Promoted, 2);
    let counts =
        [&[1, 1, 1, 1, 2, 0xAC, 2][..], &[2, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0xC8, 1, 1], &[1, 0, 1, 0, 0, 0, 0]].concat();
    let mut expected = vec![2, 1, 3, 1, 1, 2];
    expected.push(66);
    expected.extend(&counts);
    expected.extend([1, 10]);
    expected.extend(b"dedication");
    expected.extend(&counts);
    expected.extend([1, 10]);
    expected.extend(b"dedication");
    expected.push(2);
    expected.extend(&counts);
    assert_eq!(sheet.to_bytes(), expected);
    assert_eq!(Sheet::from_bytes(&expected), Ok(sheet));
    assert_eq!(Sheet::from_bytes(&[2, 0, 4, 0, 0, 0, 0, 0]), Ok(Sheet::default()));
    for wrong in [
        &[][..],
        &[1, 0, 0],
        &[2, 0],
        &[2, 0, 4, 0, 0, 0],
        &[2, 0, 4, 0, 0, 0, 0, 0, 0],
        &[2, 0x80, 0x80, 0x80, 0x80, 0x80],
        &[2, 0, 4, 0, 0, 0, 0, 1, 2, b'D', b'E'],
    ] {
        assert_eq!(Sheet::from_bytes(wrong), Err(NotASheet), "{wrong:?}");
    }
}

/// Of the stored form no more is read than is asked for: behind that it may say anything.
#[test]
fn a_sum_is_read_without_the_cells() {
    let mut sheet = Sheet::default();
    sheet.cell(&"dedication".parse().unwrap(), Channel::Phone).note_candidate(Status::Verified);
    sheet.cell(&"dedication".parse().unwrap(), Channel::Letter).note_candidate(Status::Returned);
    sheet.cell(&"bravery".parse().unwrap(), Channel::Letter).note_candidate(Status::Verified);
    let bytes = sheet.to_bytes();
    let read = |bytes: &[u8], detail| {
        let parts = Parts::from_bytes(bytes, detail)?.parts;
        let one = |part: Part| {
            (part.category.map(|code| code.to_string()), part.channel.map(Channel::as_str), part.counts.candidates())
        };
        Ok::<_, NotASheet>(parts.into_iter().map(one).collect::<Vec<_>>())
    };
    let (bravery, dedication) = (Some("bravery".to_owned()), Some("dedication".to_owned()));
    assert_eq!(read(&bytes, Detail::Total).unwrap(), [(None, None, 3)]);
    assert_eq!(read(&bytes, Detail::Category).unwrap(), [(bravery.clone(), None, 1), (dedication.clone(), None, 2)]);
    assert_eq!(
        read(&bytes, Detail::Cell).unwrap(),
        [(bravery, Some("letter"), 1), (dedication.clone(), Some("phone"), 1), (dedication, Some("letter"), 1)]
    );
    let torn = bytes.get(..bytes.len() - 1).unwrap();
    assert_eq!(read(torn, Detail::Category).unwrap().len(), 2);
    assert_eq!(read(torn, Detail::Cell), Err(NotASheet));
    assert_eq!(read(&Sheet::default().to_bytes(), Detail::Total), Ok(vec![]));
}

#[test]
fn only_last_days_decide_what_was_in_time() {
    for kind in [WindowKind::Reporting, WindowKind::Screening, WindowKind::Forwarding, WindowKind::Voting] {
        let moved = |change: fn(&mut Window)| {
            let mut changed = windows();
            let mut window = changed.get(kind);
            change(&mut window);
            changed.set(kind, window);
            moves_last_days(&windows(), &changed)
        };
        assert!(!moved(|_| {}), "{kind}");
        assert!(!moved(|window| window.opens_at += Duration::hours(1)), "{kind}");
        assert_eq!(moved(|window| window.closes_at += Duration::hours(1)), kind != WindowKind::Voting, "{kind}");
    }
}

/// The steps of a candidate that walks through the state machine as `turns` say.
fn walk(turns: &[(u8, u16, bool)]) -> Vec<Move> {
    let (mut cycle, mut now, mut status) = (month("2026-11"), at(0), Status::Nominated);
    let mut moves = vec![Move { at: now, cycle, action: None, from: None, to: status }];
    for (choice, hours, moves_on) in turns {
        let open: Vec<Action> =
            Action::ALL.iter().copied().filter(|action| target(status, *action).is_some()).collect();
        let Some(action) = open.get(usize::from(*choice) % open.len().max(1)).copied() else { break };
        now += Duration::hours(i64::from(*hours));
        if action == Action::CarryOver || (action == Action::Resubmit && *moves_on) {
            cycle = cycle.next();
        }
        let to = target(status, action).unwrap();
        moves.push(Move { at: now, cycle, action: Some(action), from: Some(status), to });
        status = to;
    }
    moves
}

fn walks() -> impl Strategy<Value = Vec<Vec<(u8, u16, bool)>>> {
    let turn = (any::<u8>(), 0_u16..700, any::<bool>());
    prop::collection::vec(prop::collection::vec(turn, 0..12), 0..24)
}

proptest! {
    /// However candidates are spread over places, the sums are those of all together, and they are what is stored.
    #[test]
    fn sums_do_not_depend_on_how_they_are_made(walks in walks(), places in 1_usize..5) {
        let mut whole = Sheet::default();
        let mut parts = vec![Sheet::default(); places];
        for (at, turns) in walks.iter().enumerate() {
            let category = ["dedication", "bravery", "integrity"][at % 3].parse().unwrap();
            let channel = Channel::ALL[at % Channel::ALL.len()];
            let moves = walk(turns);
            for sheet in [&mut whole, &mut parts[at % places]] {
                let cell = sheet.cell(&category, channel);
                cell.note_candidate(moves.last().unwrap().to);
                for passage in &passages(&moves) {
                    cell.note_passage(passage, &windows());
                }
            }
        }
        let mut sum = Sheet::default();
        for part in &parts {
            sum.merge(&Sheet::from_bytes(&part.to_bytes()).unwrap());
        }
        prop_assert_eq!(&sum, &whole);
        let added = |bytes: &[u8], detail| {
            let mut all = Counts::default();
            for part in Parts::from_bytes(bytes, detail).unwrap().parts {
                all.merge(&part.counts);
            }
            all
        };
        let bytes = whole.to_bytes();
        let total = added(&bytes, Detail::Total);
        prop_assert_eq!(&added(&bytes, Detail::Category), &total);
        prop_assert_eq!(&added(&bytes, Detail::Cell), &total);
        prop_assert_eq!(sum.candidates() as usize, walks.len());
    }

    /// Whoever enters a stage leaves it once or waits; the numbers add up, and percentiles are those of a sorted list.
    #[test]
    fn what_enters_leaves_or_waits(walks in walks()) {
        let (mut counts, mut entered, mut lengths) = (Counts::default(), BTreeMap::<StageCode, u32>::new(), BTreeMap::<StageCode, Vec<u32>>::new());
        let mut open = 0;
        for turns in &walks {
            let moves = walk(turns);
            open += u32::from(moves.last().unwrap().to.stage().is_some());
            for passage in passages(&moves) {
                counts.note_passage(&passage, &windows());
                *entered.entry(passage.stage).or_default() += 1;
                if let Some((left_at, outcome)) = passage.left && outcome.is_decision() {
                    lengths.entry(passage.stage).or_default().push(u32::try_from((left_at - passage.entered_at).num_hours()).unwrap());
                }
            }
        }
        let figures = figures(&counts, at(0));
        prop_assert_eq!(figures.stages().iter().map(|stage| stage.waiting).sum::<u32>(), open);
        for stage in figures.stages() {
            prop_assert_eq!(stage.entered, entered.get(&stage.stage).copied().unwrap_or(0));
            let mut sorted = lengths.remove(&stage.stage).unwrap_or_default();
            sorted.sort_unstable();
            prop_assert_eq!(stage.days.decided as usize, sorted.len());
            prop_assert_eq!(stage.pass_rate.denominator as usize, sorted.len());
            let nearest = |percent: usize| sorted.get((sorted.len() * percent).div_ceil(100).max(1) - 1).copied();
            let days = |hours: Option<u32>| hours.map(|hours| (f64::from(hours) / 24.0 * 100.0).round() / 100.0);
            prop_assert_eq!((stage.days.median, stage.days.p90), (days(nearest(50)), days(nearest(90))));
        }
    }
}

fn said(cycles: &[&str], range: (Option<&str>, Option<&str>), year: Option<i32>) -> Said {
    Said {
        cycles: cycles.iter().map(|text| month(text)).collect(),
        from: range.0.map(month),
        until: range.1.map(month),
        year,
        group_by: Vec::new(),
    }
}

#[test]
fn months_are_named_in_one_way() {
    let judged = |said: Said| {
        said.judge(month("2026-11")).map(|Months(months)| months.len()).map_err(|faults| {
            faults.into_iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect::<Vec<_>>()
        })
    };
    let none = (None, None);
    assert_eq!(said(&[], none, None).judge(month("2026-11")), Ok(Months(vec![month("2026-11")])));
    assert_eq!(judged(said(&["2026-11", "2026-10", "2026-11"], none, None)), Ok(2));
    assert_eq!(judged(said(&[], (Some("2026-01"), Some("2028-12")), None)), Ok(36));
    assert_eq!(judged(said(&[], none, Some(2026))), Ok(12));
    let refused = |said| judged(said).unwrap_err();
    assert_eq!(refused(said(&[], (Some("2026-01"), Some("2029-01")), None)), ["/until too_many"]);
    assert_eq!(refused(said(&[], (Some("2026-02"), Some("2026-01")), None)), ["/until inconsistent"]);
    assert_eq!(refused(said(&[], (Some("2026-02"), None), None)), ["/until required"]);
    assert_eq!(refused(said(&[], (None, Some("2026-02")), None)), ["/from required"]);
    assert_eq!(refused(said(&["2026-11"], none, Some(2026))), ["/year inconsistent"]);
    assert_eq!(refused(said(&["2026-11"], (Some("2026-01"), Some("2026-02")), None)), ["/from inconsistent"]);
    assert_eq!(refused(said(&[], none, Some(1999))), ["/year malformed"]);
    let twice = Said { group_by: vec![Dimension::Unit, Dimension::Unit], ..Said::default() };
    assert_eq!(refused(twice), ["/group_by duplicate"]);
    let all = Said { group_by: Dimension::ALL.to_vec(), ..Said::default() };
    assert_eq!(refused(all), ["/group_by too_many"]);
}

#[test]
fn keys_survive_a_cursor() {
    let of = |district, unit| GroupKey {
        place: PlaceKey { cycle: Some(month("2026-11")), district, unit },
        category: None,
        channel: Some(Channel::Phone),
    };
    let id = Place::NOWHERE;
    for key in [of(None, None), of(Some(None), None), of(Some(Some(id)), Some(None)), GroupKey::default()] {
        let text = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<GroupKey>(&text).unwrap(), key, "{text}");
    }
}
