use uuid::Uuid;

use super::*;
use crate::domain::{authority::Part, guard::sample};

fn survivor(status: Status) -> Survivor {
    Survivor { status, ..sample::merger().survivor }
}

fn codes(faults: &[Fault]) -> Vec<Code> {
    faults.iter().map(|fault| fault.code).collect()
}

#[test]
fn a_survivor_is_nominated_verified_or_returned_and_without_votes() {
    let (cycle, ready) = (sample::cycle(), sample::ready());
    for status in Status::ALL {
        let candidate = sample::candidate(*status);
        let mut facts = sample::facts(&candidate, &cycle, &ready, sample::standing("district_reviewer"));
        let fits = [Status::Nominated, Status::Verified, Status::Returned].contains(status);
        let expected = if fits { vec![] } else { vec![Code::SurvivorUnfit] };
        assert_eq!(codes(&against_survivor(&facts, None)), expected, "{status}");
        facts.has_votes = true;
        assert!(codes(&against_survivor(&facts, None)).contains(&Code::HasVotes), "{status}");
    }
}

#[test]
fn a_survivor_that_is_merged_itself_names_where_it_went() {
    let (cycle, ready) = (sample::cycle(), sample::ready());
    let (candidate, further) = (sample::candidate(Status::Withdrawn), CandidateId(Uuid::from_u128(9)));
    let facts = sample::facts(&candidate, &cycle, &ready, sample::standing("unit_reviewer"));
    let faults = against_survivor(&facts, Some(further));
    assert_eq!(faults, [Fault::at("/into", Code::SurvivorMerged).with("merged_into", further.to_string())]);
}

#[test]
fn nobody_merges_the_own_nomination_and_the_city_only_where_the_district_has_nobody() {
    let (cycle, ready) = (sample::cycle(), sample::ready());
    let candidate = sample::candidate(Status::Nominated);
    for part in [Part::Telephone, Part::Later, Part::First] {
        let mut facts = sample::facts(&candidate, &cycle, &ready, sample::standing("unit_reviewer"));
        facts.standing.part = part;
        for action in [Action::Merge, Action::Unmerge] {
            assert_eq!(codes(&against_person(action, &facts)), [Code::OwnNomination], "{part:?}");
        }
    }
    let mut facts = sample::facts(&candidate, &cycle, &ready, sample::standing("city_reviewer"));
    assert_eq!(codes(&against_person(Action::Merge, &facts)), [Code::StageStaffed]);
    facts.standing.deciders.district = false;
    assert_eq!(against_person(Action::Merge, &facts), []);
}

#[test]
fn undone_until_the_survivor_is_endorsed() {
    for status in Status::ALL {
        let endorsed = status.counts_for_quota();
        let expected = if endorsed { vec![Code::NextStageDecided] } else { vec![] };
        assert_eq!(codes(&against_undoing(&survivor(*status), false)), expected, "{status}");
    }
    let further = CandidateId(Uuid::from_u128(9));
    let merged = Survivor { merged_into: Some(further), ..survivor(Status::Withdrawn) };
    assert_eq!(codes(&against_undoing(&merged, false)), [Code::SurvivorMerged]);
    let elsewhere = Survivor { is_inside: false, has_votes: true, ..survivor(Status::Nominated) };
    assert_eq!(codes(&against_undoing(&elsewhere, false)), [Code::StageStaffed, Code::HasVotes]);
    assert_eq!(codes(&against_undoing(&survivor(Status::Nominated), true)), [Code::HasVotes]);
}

#[test]
fn a_verification_stands_unless_photos_come() {
    for status in Status::ALL {
        assert_eq!(survivor_status(*status, false), *status);
        let expected = if *status == Status::Verified { Status::Nominated } else { *status };
        assert_eq!(survivor_status(*status, true), expected);
    }
}

#[test]
fn what_comes_back_is_as_it_was_unless_it_lost_what_was_verified() {
    for former in [Status::Nominated, Status::Verified, Status::Returned] {
        for (has_lost_photos, keeps_unit) in [(false, true), (true, true), (false, false), (true, false)] {
            let merger = Merger { has_lost_photos, former_status: former, ..sample::merger() };
            let whole = keeps_unit && !has_lost_photos;
            let expected = if former == Status::Verified && !whole { Status::Nominated } else { former };
            assert_eq!(restored_status(&merger, keeps_unit), expected, "{former}");
        }
    }
}
