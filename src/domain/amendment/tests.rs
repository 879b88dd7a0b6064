use chrono::Duration;
use chrono_tz::Tz;
use rstest::rstest;

use super::*;
use crate::domain::{
    month::Month,
    policy::{CommentModeration, ResultsVisibility},
    stage,
    window::Window,
};

fn cycle() -> Cycle {
    let stages = stage::defaults(DateTime::UNIX_EPOCH);
    let month = Month::parse("2026-11").unwrap();
    Cycle::begin(month, Tz::Asia__Shanghai, Policy::default(), &stages, DateTime::UNIX_EPOCH)
}

fn judged(
    cycle: &Cycle,
    policy: &Policy,
    has_reason: bool,
    done: &Done,
    now: DateTime<Utc>,
) -> Result<Change, Vec<Code>> {
    judge(cycle, &Wish { windows: &cycle.windows, policy, has_reason }, done, now)
        .map_err(|refused| contradictions(refused).into_iter().map(|fault| fault.code).collect())
}

fn moved(cycle: &Cycle, kind: WindowKind, window: Window, done: &Done) -> Result<Change, Vec<(String, Code)>> {
    let mut windows = cycle.windows;
    windows.set(kind, window);
    judge(cycle, &Wish { windows: &windows, policy: &cycle.policy, has_reason: true }, done, window.opens_at)
        .map_err(|refused| contradictions(refused).into_iter().map(|fault| (fault.pointer, fault.code)).collect())
}

fn contradictions(refused: Refused) -> Vec<Fault> {
    match refused {
        Refused::Contradicting(faults) => faults,
        Refused::Invalid(faults) => panic!("invalid: {faults:?}"),
    }
}

#[derive(Clone, Copy)]
enum When {
    Reporting,
    Verified,
    Voting,
    Counting,
    Published,
}

fn changed(group: FieldGroup) -> Policy {
    let mut policy = Policy::default();
    match group {
        FieldGroup::Material => policy.photo_count = 3,
        FieldGroup::Quota => policy.district_quota = 3,
        FieldGroup::Ballot => policy.results_visibility = ResultsVisibility::AfterClose,
        FieldGroup::List => policy.list_per_category = 3,
        FieldGroup::Other => policy.comment_moderation = CommentModeration::Pre,
    }
    policy
}

#[rstest]
#[case(When::Reporting, "plain plain plain plain plain", "plain plain plain plain plain")]
#[case(When::Verified, "frozen frozen plain plain plain", "amend amend plain plain plain")]
#[case(When::Voting, "frozen frozen frozen frozen plain", "amend amend frozen amend plain")]
#[case(When::Counting, "frozen frozen frozen frozen plain", "amend amend amend amend plain")]
#[case(When::Published, "over over over over over", "over over over over over")]
fn each_group_freezes_in_its_time(#[case] when: When, #[case] without_reason: &str, #[case] with_reason: &str) {
    let mut cycle = cycle();
    let windows = cycle.windows;
    let (is_frozen, is_published, now) = match when {
        When::Reporting => (false, false, windows.reporting.opens_at),
        When::Verified => (true, false, windows.voting.opens_at - Duration::milliseconds(1)),
        When::Voting => (true, false, windows.voting.opens_at),
        When::Counting => (true, false, windows.voting.closes_at),
        When::Published => (true, true, windows.voting.closes_at),
    };
    cycle.materials_frozen_at = is_frozen.then_some(windows.reporting.opens_at);
    cycle.published_at = is_published.then_some(now);
    let groups = [FieldGroup::Material, FieldGroup::Quota, FieldGroup::Ballot, FieldGroup::List, FieldGroup::Other];
    for (has_reason, expected) in [(false, without_reason), (true, with_reason)] {
        let words = groups.map(|group| match judged(&cycle, &changed(group), has_reason, &Done::default(), now) {
            Ok(Change::Plain) => "plain",
            Ok(Change::Amendment) => "amend",
            Err(codes) if codes == [Code::PolicyFrozen] => "frozen",
            Err(codes) if codes == [Code::AlreadyPublished] => "over",
            other => panic!("{other:?}"),
        });
        assert_eq!(words.join(" "), expected, "reason: {has_reason}");
    }
}

#[test]
fn nothing_contradicts_what_was_done() {
    let mut cycle = cycle();
    cycle.materials_frozen_at = Some(cycle.windows.reporting.opens_at);
    cycle.policy.repeat = Repeat::Daily;
    cycle.policy.district_quota = 5;
    let now = cycle.windows.voting.closes_at;
    let vote = cycle.windows.voting.opens_at;
    let done = Done { quota_used_max: 3, voting: Some(Span { earliest: vote, latest: vote }), ..Done::default() };
    let with = |change: fn(&mut Policy)| {
        let mut policy = cycle.policy.clone();
        change(&mut policy);
        judged(&cycle, &policy, true, &done, now)
    };
    assert_eq!(with(|policy| policy.district_quota = 3), Ok(Change::Amendment));
    for change in [
        |policy: &mut Policy| policy.district_quota = 2,
        |policy: &mut Policy| policy.repeat = Repeat::Once,
        |policy: &mut Policy| policy.votes_per_category = 19,
        |policy: &mut Policy| {
            policy.result_source = ResultSource::Portal;
            policy.voting_url = Some("https://example.org".into());
        },
    ] {
        assert_eq!(with(change), Err(vec![Code::ContradictsRecords]));
    }
    assert_eq!(with(|policy| policy.votes_per_category = 21), Ok(Change::Amendment));
}

#[test]
fn a_vote_with_delivered_results_was_held_elsewhere() {
    let mut cycle = cycle();
    cycle.policy.result_source = ResultSource::Portal;
    cycle.policy.voting_url = Some("https://example.org".into());
    let mut policy = cycle.policy.clone();
    policy.result_source = ResultSource::Local;
    let now = cycle.windows.voting.closes_at;
    assert_eq!(judged(&cycle, &policy, true, &Done::default(), now), Ok(Change::Amendment));
    let done = Done { has_results: true, ..Done::default() };
    assert_eq!(judged(&cycle, &policy, true, &done, now), Err(vec![Code::ContradictsRecords]));
}

#[test]
fn a_window_keeps_what_was_done_inside() {
    let cycle = cycle();
    let second = Duration::seconds(1);
    let ms = Duration::milliseconds(1);
    let old = cycle.windows.voting;
    let (earliest, latest) = (old.opens_at + second, old.closes_at - second);
    let done = Done { voting: Some(Span { earliest, latest }), ..Done::default() };
    let voting = |opens_at, closes_at| moved(&cycle, WindowKind::Voting, Window { opens_at, closes_at }, &done);
    assert_eq!(voting(earliest, latest + ms), Ok(Change::Amendment));
    assert_eq!(
        voting(earliest + ms, latest),
        Err(vec![
            ("/windows/voting/opens_at".to_owned(), Code::ContradictsRecords),
            ("/windows/voting/closes_at".to_owned(), Code::ContradictsRecords),
        ])
    );
    let reporting = Window { opens_at: cycle.windows.reporting.opens_at, closes_at: earliest };
    assert_eq!(moved(&cycle, WindowKind::Reporting, reporting, &done), Ok(Change::Amendment));
}

#[test]
fn moving_a_window_wants_a_reason_and_an_unpublished_cycle() {
    let mut cycle = cycle();
    let mut windows = cycle.windows;
    windows.reporting.closes_at -= Duration::days(1);
    let wish = Wish { windows: &windows, policy: &cycle.policy.clone(), has_reason: false };
    let now = windows.reporting.opens_at;
    assert_eq!(
        judge(&cycle, &wish, &Done::default(), now),
        Err(Refused::Invalid(vec![Fault::at("/reason", Code::Required)]))
    );
    cycle.published_at = Some(now);
    let wish = Wish { has_reason: true, ..wish };
    let expected = vec![Fault::at("/windows/reporting", Code::AlreadyPublished)];
    assert_eq!(judge(&cycle, &wish, &Done::default(), now), Err(Refused::Contradicting(expected)));
}

#[test]
fn moving_the_voting_window_away_does_not_thaw_the_ballot_in_the_same_change() {
    let cycle = cycle();
    let now = cycle.windows.voting.opens_at;
    let mut windows = cycle.windows;
    windows.voting.opens_at = now + Duration::days(1);
    let policy = changed(FieldGroup::Ballot);
    let wish = Wish { windows: &windows, policy: &policy, has_reason: true };
    let faults = contradictions(judge(&cycle, &wish, &Done::default(), now).unwrap_err());
    assert_eq!(faults[0], Fault::at("/policy/results_visibility", Code::PolicyFrozen));
}

#[test]
fn nothing_is_nothing() {
    let mut cycle = cycle();
    cycle.published_at = Some(cycle.windows.voting.closes_at);
    let wish = Wish { windows: &cycle.windows, policy: &cycle.policy, has_reason: false };
    assert_eq!(judge(&cycle, &wish, &Done::default(), cycle.windows.voting.closes_at), Ok(Change::Nothing));
}
