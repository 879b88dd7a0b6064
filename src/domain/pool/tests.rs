use uuid::Uuid;

use super::*;

fn entry(min_honours: u32, left: Option<LeftCause>) -> PoolEntry {
    PoolEntry {
        id: PoolEntryId(Uuid::from_u128(1)),
        honoree: HonoreeId(Uuid::from_u128(2)),
        cause: EntryCause::Rule,
        min_honours,
        entered_at: DateTime::UNIX_EPOCH,
        left: left.map(|cause| Left { at: DateTime::UNIX_EPOCH, cause, reason: None, by: None }),
    }
}

#[test]
fn who_enters_and_who_leaves() {
    use Change::{Enter, Leave, Stay};
    use EntryMode::{Automatic, ByRecommendation};
    let none: Option<PoolEntry> = None;
    let inside = Some(entry(1, None));
    let with_two = Some(entry(2, None));
    let by_rule = Some(entry(1, Some(LeftCause::Rule)));
    let by_city = Some(entry(1, Some(LeftCause::City)));
    let merged = Some(entry(1, Some(LeftCause::Merger)));
    for (listed, outside, min, mode, last, expected) in [
        (1, 0, 1, Automatic, &none, Enter),
        (1, 0, 1, ByRecommendation, &none, Stay),
        (1, 0, 2, Automatic, &none, Stay),
        (1, 1, 2, Automatic, &none, Enter),
        (0, 3, 1, Automatic, &none, Stay),
        (1, 0, 1, Automatic, &inside, Stay),
        (0, 3, 1, Automatic, &inside, Leave),
        (0, 0, 1, ByRecommendation, &inside, Leave),
        // A rule that became stricter puts nobody out.
        (1, 0, 5, Automatic, &inside, Stay),
        (1, 0, 1, Automatic, &with_two, Leave),
        (1, 0, 1, Automatic, &by_rule, Enter),
        (1, 0, 1, ByRecommendation, &by_rule, Stay),
        (9, 9, 1, Automatic, &by_city, Stay),
        (1, 0, 1, ByRecommendation, &merged, Stay),
        (1, 0, 1, Automatic, &merged, Enter),
        (0, 0, 1, Automatic, &merged, Stay),
    ] {
        let change = judge(Standing { listed, outside }, Rule { min_honours: min, mode }, last.as_ref());
        assert_eq!(change, expected, "{listed}+{outside} of {min} {mode} after {last:?}");
    }
}

#[test]
fn every_pair_of_status_and_step() {
    use RecommendationStatus::{Approved, Chosen, Lapsed, NotChosen, Proposed, Rejected, Returned};
    let ways = [
        (StepKind::Resubmitted, Returned, Proposed),
        (StepKind::Returned, Proposed, Returned),
        (StepKind::Approved, Proposed, Approved),
        (StepKind::Rejected, Proposed, Rejected),
        (StepKind::Chosen, Approved, Chosen),
        (StepKind::NotChosen, Approved, NotChosen),
        (StepKind::Lapsed, Proposed, Lapsed),
        (StepKind::Lapsed, Returned, Lapsed),
        (StepKind::Lapsed, Approved, Lapsed),
    ];
    for kind in StepKind::ALL {
        for from in RecommendationStatus::ALL {
            let expected = ways.iter().find(|(step, start, _)| (step, start) == (kind, from)).map(|way| way.2);
            assert_eq!(kind.leads(*from), expected, "{kind} from {from}");
            assert!(expected.is_none() || from.is_open(), "{kind} from {from}");
        }
    }
}

#[test]
fn nobody_reviews_what_they_put_forward() {
    let user = |number| UserId(Uuid::from_u128(number));
    let found = Recommendation {
        id: PoolRecommendationId(Uuid::from_u128(1)),
        honoree: HonoreeId(Uuid::from_u128(2)),
        level: RecommendationLevel::Provincial,
        status: RecommendationStatus::Proposed,
        reason: "事迹突出".to_owned(),
        material: None,
        proposed_by: user(2),
        organization: OrganizationId(Uuid::from_u128(3)),
        title: None,
        announced_on: None,
        version: 3,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    };
    let of = |kind, actor| PoolStep {
        id: PoolStepId(Uuid::from_u128(9)),
        recommendation: found.id,
        kind,
        words: None,
        actor: Some(Actor::from(actor)),
        organization: None,
        at: DateTime::UNIX_EPOCH,
    };
    let steps = [of(StepKind::Proposed, user(1)), of(StepKind::Returned, user(3)), of(StepKind::Resubmitted, user(2))];
    let standing_in = |id, absent| Actor { id, on_behalf_of: Some(absent) };
    for (actor, may) in [
        (user(1).into(), false),
        (user(2).into(), false),
        (user(3).into(), true),
        (user(4).into(), true),
        (standing_in(user(1), user(4)), false),
        (standing_in(user(4), user(2)), false),
        (standing_in(user(4), user(3)), true),
    ] {
        assert_eq!(step(&found, StepKind::Approved, (actor, &steps)).is_ok(), may, "{actor:?}");
    }
    let in_place = [PoolStep { actor: Some(standing_in(user(1), user(5))), ..of(StepKind::Proposed, user(1)) }];
    assert_eq!(
        step(&found, StepKind::Approved, (user(5).into(), &in_place)).unwrap_err().code,
        Code::OwnRecommendation
    );
    let early = step(&found, StepKind::Chosen, (user(4).into(), &steps)).unwrap_err();
    assert_eq!(early.code, Code::AlreadyDecided);
}
