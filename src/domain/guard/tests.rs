use chrono::{Datelike as _, Duration};
use chrono_tz::Tz;
use rstest::rstest;

use super::*;
use crate::domain::{
    guard::sample::{self, candidate, cycle, facts, now, ready, standing, unready},
    month::Month,
    policy::Repeat,
    vote,
};

fn codes(faults: &[Fault]) -> Vec<Code> {
    faults.iter().map(|fault| fault.code).collect()
}

fn complete(cycle: &Cycle, stage: StageCode) -> Said {
    let answers = cycle.checklist(stage).iter().map(|item| (item.code.clone(), true)).collect();
    Said { checklist: Some(answers), ..Said::default() }
}

fn figure(fault: &Fault, name: &str) -> String {
    let found = fault.figures.iter().find(|(figure, _)| *figure == name);
    found.map(|(_, value)| value.to_string().trim_matches('"').to_owned()).unwrap_or_default()
}

#[test]
fn a_wrong_status_is_answered_alone() {
    let (cycle, unready) = (cycle(), unready());
    for status in Status::ALL {
        for action in Action::ALL {
            let candidate = candidate(*status);
            let merger = Some(sample::merger());
            let facts = Facts { merger, ..facts(&candidate, &cycle, &unready, standing("city_reviewer")) };
            let faults = check(*action, &facts, &Said::default());
            let owners = [Action::Resubmit, Action::Withdraw].contains(action);
            if target(*status, *action).is_none() && !owners {
                assert_eq!(codes(&faults), [Code::TransitionNotAllowed], "{action} from {status}");
            } else {
                assert!(!codes(&faults).contains(&Code::TransitionNotAllowed), "{action} from {status}");
            }
        }
    }
}

#[test]
fn all_that_stands_against_a_verification_in_order() {
    let (mut candidate, cycle, unready) = (candidate(Status::Nominated), cycle(), unready());
    candidate.returned_from = None;
    let mut facts = facts(&candidate, &cycle, &unready, standing("district_reviewer"));
    facts.now = cycle.windows.reporting.closes_at;
    facts.standing.part = Part::Later;
    facts.decided = &[StageCode::DistrictEndorsement];
    let refuting = [Refuting { id: VerificationId(uuid::Uuid::from_u128(7)), is_answered: true }];
    facts.refuting = &refuting;
    let said = Said { checklist: Some(BTreeMap::new()), answered: Some(BTreeSet::new()), has_answer: false };
    let faults = check(Action::Verify, &facts, &said);
    let mut expected = vec![Code::WindowClosed, Code::MaterialsIncomplete];
    expected.extend(cycle.checklist(StageCode::UnitVerification).iter().map(|_| Code::ChecklistIncomplete));
    expected.extend([Code::VerificationMissing, Code::VerificationUnanswered]);
    expected.extend([Code::OwnNomination, Code::DecidedBefore, Code::StageStaffed]);
    assert_eq!(codes(&faults), expected);
    assert_eq!(figure(&faults[0], "window"), "reporting");
    assert_eq!(figure(&faults[0], "opens_at"), "2026-10-31T16:00:00Z");
    assert_eq!(figure(&faults[0], "closes_at"), "2026-11-20T16:00:00Z");
}

#[test]
fn an_approval_answers_what_refutes_the_deed() {
    let (cycle, ready) = (cycle(), ready());
    let [answered, open] = [1, 2].map(|number| VerificationId(uuid::Uuid::from_u128(number)));
    let refuting = [Refuting { id: answered, is_answered: true }, Refuting { id: open, is_answered: false }];
    let check = |action, status, role: &str, named: Option<Vec<VerificationId>>| {
        let candidate = candidate(status);
        let facts = Facts { refuting: &refuting, ..facts(&candidate, &cycle, &ready, standing(role)) };
        let said = Said { answered: named.map(|named| named.into_iter().collect()), ..Said::default() };
        check(action, &facts, &said)
    };
    let verify = |named| check(Action::Verify, Status::Nominated, "unit_reviewer", named);
    let endorse = |named| check(Action::Endorse, Status::Verified, "district_reviewer", named);
    assert_eq!((verify(None), endorse(None)), (vec![], vec![]));
    let fault = |ids: &[VerificationId]| {
        let ids: Vec<String> = ids.iter().map(VerificationId::to_string).collect();
        vec![Fault::at("/answered_verifications", Code::VerificationUnanswered).with("verifications", ids)]
    };
    assert_eq!(verify(Some(vec![])), fault(&[answered, open]));
    assert_eq!(verify(Some(vec![open])), fault(&[answered]));
    assert_eq!(verify(Some(vec![open, answered])), []);
    assert_eq!(endorse(Some(vec![])), fault(&[open]));
    assert_eq!(endorse(Some(vec![open])), []);
    assert_eq!(check(Action::Return, Status::Nominated, "unit_reviewer", Some(vec![])), []);
}

#[test]
fn nothing_stands_against_the_way_through_the_month() {
    let (cycle, ready) = (cycle(), ready());
    for (action, status, role, at, stage) in [
        (Action::Verify, Status::Nominated, "unit_reviewer", now(), StageCode::UnitVerification),
        (Action::Endorse, Status::Verified, "district_reviewer", now(), StageCode::DistrictEndorsement),
        (Action::Screen, Status::Endorsed, "city_reviewer", now(), StageCode::CityScreening),
        (Action::Forward, Status::Screened, "city_reviewer", cycle.windows.forwarding.opens_at, StageCode::Forwarding),
        (Action::List, Status::Forwarded, "city_reviewer", cycle.windows.voting.closes_at, StageCode::Listing),
    ] {
        let candidate = candidate(status);
        let facts = Facts { now: at, ..facts(&candidate, &cycle, &ready, standing(role)) };
        assert_eq!(check(action, &facts, &complete(&cycle, stage)), [], "{action}");
    }
}

#[rstest]
#[case(Action::Verify, Status::Nominated, "unit_reviewer", WindowKind::Reporting)]
#[case(Action::Endorse, Status::Verified, "district_reviewer", WindowKind::Reporting)]
#[case(Action::Screen, Status::Endorsed, "city_reviewer", WindowKind::Screening)]
#[case(Action::Forward, Status::Screened, "city_reviewer", WindowKind::Forwarding)]
fn windows_hold_to_the_millisecond(
    #[case] action: Action,
    #[case] status: Status,
    #[case] role: &str,
    #[case] kind: WindowKind,
) {
    let (candidate, cycle, ready) = (candidate(status), cycle(), ready());
    let window = cycle.windows.get(kind);
    let tick = Duration::milliseconds(1);
    for (at, is_open) in [
        (window.opens_at - tick, false),
        (window.opens_at, true),
        (window.closes_at - tick, true),
        (window.closes_at, false),
    ] {
        let facts = Facts { now: at, ..facts(&candidate, &cycle, &ready, standing(role)) };
        let faults = check(action, &facts, &Said::default());
        assert_eq!(codes(&faults).contains(&Code::WindowClosed), !is_open, "{at}");
    }
}

#[test]
fn every_act_opens_and_closes_to_the_millisecond_in_every_month_and_zone() {
    let (ready, tick) = (ready(), Duration::milliseconds(1));
    let months = [2024, 2026].into_iter().flat_map(|year| (1..=12).map(move |month| Month::new(year, month).unwrap()));
    let mut tried = 0;
    for (month, tz) in months
        .flat_map(|month| [Tz::Asia__Shanghai, Tz::UTC, Tz::America__New_York].into_iter().map(move |tz| (month, tz)))
    {
        let cycle = Cycle { windows: Windows::standard(month, tz), month, ..cycle() };
        for (action, status, role, kind) in [
            (Action::Verify, Status::Nominated, "unit_reviewer", WindowKind::Reporting),
            (Action::Endorse, Status::Verified, "district_reviewer", WindowKind::Reporting),
            (Action::Screen, Status::Endorsed, "city_reviewer", WindowKind::Screening),
            (Action::Forward, Status::Screened, "city_reviewer", WindowKind::Forwarding),
        ] {
            let candidate = candidate(status);
            let is_open = |now| {
                let facts = Facts { now, ..facts(&candidate, &cycle, &ready, standing(role)) };
                !codes(&check(action, &facts, &Said::default())).contains(&Code::WindowClosed)
            };
            let window = cycle.windows.get(kind);
            let edges = [window.opens_at - tick, window.opens_at, window.closes_at - tick, window.closes_at];
            assert_eq!(edges.map(is_open), [false, true, true, false], "{action} in {month} {tz}");
            tried += 1;
        }
        let from = cycle.windows.voting.closes_at;
        let early = [from - tick, from].map(|now| before_publication(&cycle.windows, now).is_some());
        assert_eq!(early, [true, false], "publishing in {month} {tz}");
        let day = |now| vote::day(Repeat::Daily, now, tz);
        let opens = cycle.windows.voting.opens_at;
        assert_eq!(day(opens) - day(opens - tick), 1, "{month} {tz}");
        assert_eq!(
            day(from - tick) - day(opens),
            if month.month() == 2 { i32::try_from(month.last_day().day()).unwrap() - 25 } else { 5 }
        );
    }
    assert_eq!(tried, 24 * 3 * 4);
}

#[test]
fn what_the_city_returned_is_verified_and_endorsed_until_screening_closes() {
    let (cycle, ready) = (cycle(), ready());
    let closes = cycle.windows.screening.closes_at;
    for (action, status, role) in
        [(Action::Verify, Status::Nominated, "unit_reviewer"), (Action::Endorse, Status::Verified, "district_reviewer")]
    {
        for from in [None, Some(Status::Verified), Some(Status::Endorsed), Some(Status::Screened)] {
            let mut candidate = candidate(status);
            candidate.returned_from = from;
            let is_closed = |at| {
                let facts = Facts { now: at, ..facts(&candidate, &cycle, &ready, standing(role)) };
                codes(&check(action, &facts, &Said::default())).contains(&Code::WindowClosed)
            };
            let by_city = from > Some(Status::Verified);
            assert_eq!(is_closed(closes - Duration::milliseconds(1)), !by_city, "{action} {from:?}");
            assert!(is_closed(closes));
        }
    }
}

#[test]
fn the_quota_and_its_figures() {
    let (candidate, cycle, ready) = (candidate(Status::Verified), cycle(), ready());
    for (quota_used, is_full) in [(0, false), (1, false), (2, true), (3, true)] {
        let facts = Facts { quota_used, ..facts(&candidate, &cycle, &ready, standing("district_reviewer")) };
        let faults = check(Action::Endorse, &facts, &Said::default());
        assert_eq!(codes(&faults), if is_full { vec![Code::QuotaExceeded] } else { vec![] });
        if let Some(fault) = faults.first() {
            assert_eq!((figure(fault, "limit"), figure(fault, "used")), ("2".into(), quota_used.to_string()));
        }
    }
}

#[test]
fn consent_is_needed_to_screen_and_to_forward() {
    let (cycle, ready) = (cycle(), ready());
    for (action, status) in [(Action::Screen, Status::Endorsed), (Action::Forward, Status::Screened)] {
        let candidate = candidate(status);
        let facts = Facts {
            has_consent: false,
            now: cycle.windows.forwarding.opens_at,
            ..facts(&candidate, &cycle, &ready, standing("city_reviewer"))
        };
        assert_eq!(codes(&check(action, &facts, &Said::default())), [Code::ConsentMissing]);
    }
}

#[test]
fn nobody_reviews_the_own_nomination_or_decides_two_stages() {
    let (cycle, ready) = (cycle(), ready());
    for action in [Action::Screen, Action::Return, Action::Reject] {
        let candidate = candidate(Status::Endorsed);
        for part in [Part::First, Part::Later] {
            let mut facts = facts(&candidate, &cycle, &ready, standing("city_reviewer"));
            facts.standing.part = part;
            assert_eq!(codes(&check(action, &facts, &Said::default())), [Code::OwnNomination]);
        }
        let mut facts = facts(&candidate, &cycle, &ready, standing("city_reviewer"));
        facts.decided = &[StageCode::CityScreening];
        assert_eq!(check(action, &facts, &Said::default()), []);
        facts.decided = &[StageCode::CityScreening, StageCode::UnitVerification];
        assert_eq!(codes(&check(action, &facts, &Said::default())), [Code::DecidedBefore]);
    }
}

#[test]
fn nobody_merges_what_was_voted_for_and_nothing_unmerged_is_taken_apart() {
    let (cycle, ready) = (cycle(), ready());
    for status in [Status::Nominated, Status::Verified, Status::Returned] {
        let candidate = candidate(status);
        let mut facts = facts(&candidate, &cycle, &ready, standing("district_reviewer"));
        assert_eq!(check(Action::Merge, &facts, &Said::default()), []);
        facts.has_votes = true;
        assert_eq!(codes(&check(Action::Merge, &facts, &Said::default())), [Code::HasVotes]);
        facts.standing.part = Part::Telephone;
        assert_eq!(codes(&check(Action::Merge, &facts, &Said::default())), [Code::OwnNomination, Code::HasVotes]);
    }
    let candidate = candidate(Status::Withdrawn);
    let mut facts = facts(&candidate, &cycle, &ready, standing("unit_reviewer"));
    assert_eq!(codes(&check(Action::Unmerge, &facts, &Said::default())), [Code::TransitionNotAllowed]);
    facts.merger = Some(sample::merger());
    assert_eq!(check(Action::Unmerge, &facts, &Said::default()), []);
}

#[test]
fn a_return_is_answered_by_a_change_or_in_words() {
    let (mut candidate, cycle, ready) = (candidate(Status::Returned), cycle(), ready());
    let resubmit = |candidate: &Candidate, has_answer| {
        let facts = facts(candidate, &cycle, &ready, standing("unit_reviewer"));
        codes(&check(Action::Resubmit, &facts, &Said { has_answer, ..Said::default() }))
    };
    assert_eq!(resubmit(&candidate, false), [Code::NothingChanged]);
    assert_eq!(resubmit(&candidate, true), []);
    candidate.materials_changed_at = candidate.status_changed_at;
    assert_eq!(resubmit(&candidate, false), [Code::NothingChanged]);
    candidate.materials_changed_at += Duration::microseconds(1);
    assert_eq!(resubmit(&candidate, false), []);
}

#[rstest]
#[case(Status::Nominated, "district_reviewer", WindowKind::Reporting, None)]
#[case(Status::Verified, "unit_reviewer", WindowKind::Reporting, None)]
#[case(Status::Returned, "unit_reviewer", WindowKind::Reporting, Some(Status::Verified))]
#[case(Status::Nominated, "unit_reviewer", WindowKind::Screening, Some(Status::Endorsed))]
#[case(Status::Returned, "unit_reviewer", WindowKind::Screening, Some(Status::Screened))]
#[case(Status::Endorsed, "city_reviewer", WindowKind::Screening, None)]
#[case(Status::Screened, "city_reviewer", WindowKind::Forwarding, None)]
fn carried_over_when_the_next_window_is_over(
    #[case] status: Status,
    #[case] role: &str,
    #[case] kind: WindowKind,
    #[case] returned_from: Option<Status>,
) {
    let (mut candidate, cycle, ready) = (candidate(status), cycle(), ready());
    candidate.returned_from = returned_from;
    let closes = cycle.windows.get(kind).closes_at;
    let faults = |at| {
        let facts = Facts { now: at, ..facts(&candidate, &cycle, &ready, standing(role)) };
        check(Action::CarryOver, &facts, &Said::default())
    };
    assert_eq!(faults(closes), []);
    let before = faults(closes - Duration::milliseconds(1));
    assert_eq!(codes(&before), [Code::WindowStillOpen]);
    assert_eq!(figure(&before[0], "window"), kind.as_str());
}

#[test]
fn a_published_list_is_not_touched_by_refusals() {
    let (candidate, mut cycle, ready) = (candidate(Status::Forwarded), cycle(), ready());
    cycle.published_at = Some(now());
    for action in [Action::Refuse, Action::Disqualify] {
        let facts = facts(&candidate, &cycle, &ready, standing("city_reviewer"));
        assert_eq!(codes(&check(action, &facts, &Said::default())), [Code::AlreadyPublished]);
    }
}

#[test]
fn a_nominator_does_not_end_what_another_recommends_and_the_unit_does() {
    let (candidate, cycle, ready) = (candidate(Status::Verified), cycle(), ready());
    let withdraw = |role: &str, part| {
        let mut facts = facts(&candidate, &cycle, &ready, standing(role));
        facts.other_nomination_stands = true;
        facts.standing.part = part;
        codes(&check(Action::Withdraw, &facts, &Said::default()))
    };
    assert_eq!(withdraw("citizen", Part::First), [Code::OtherNominationStands]);
    assert_eq!(withdraw("unit_reviewer", Part::First), []);
    assert_eq!(withdraw("unit_reviewer", Part::None), []);
    assert_eq!(withdraw("citizen", Part::Later), [Code::NotFound]);
}

#[test]
fn a_recall_ends_when_the_next_stage_has_decided() {
    let (cycle, ready) = (cycle(), ready());
    let recall = |status, role| {
        let candidate = candidate(status);
        codes(&check(Action::Recall, &facts(&candidate, &cycle, &ready, standing(role)), &Said::default()))
    };
    assert_eq!(recall(Status::Verified, "unit_reviewer"), []);
    assert_eq!(recall(Status::Endorsed, "unit_reviewer"), [Code::NextStageDecided]);
    assert_eq!(recall(Status::Endorsed, "district_reviewer"), []);
    assert_eq!(recall(Status::Screened, "district_reviewer"), [Code::TransitionNotAllowed]);
}

#[test]
fn places_are_freed_before_publication_only() {
    for from in Status::ALL {
        for action in Action::ALL {
            let Some(to) = target(*from, *action) else { continue };
            let leaves = from.counts_for_quota() && !to.counts_for_quota();
            assert_eq!(frees_place(*from, to, true, false), leaves, "{action} from {from}");
            assert!(!frees_place(*from, to, true, true));
        }
    }
}
