//! What waits for a reviewer's decision, and until when.

use super::{
    authority::{Permission, Standing, permission},
    candidate::{Candidate, Status},
    carriage::next_step,
    guard::may_judge,
    stage::StageCode,
    transition::Action,
    window::WindowKind,
};

/// A decision that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// What is to be done if nothing stands against it.
    pub action: Action,
    /// In whose right the caller would decide.
    pub permission: Permission,
    /// The window that closes over it.
    pub window: WindowKind,
}

/// What of a candidate waits for the caller; `None` when it waits for somebody else, or for nobody.
#[must_use]
pub fn awaited(candidate: &Candidate, standing: Standing, decided: &[StageCode]) -> Option<Awaited> {
    let action = next_action(candidate)?;
    let permission = permission(action, candidate.status, candidate.unit_id.is_some(), standing);
    let is_theirs = match permission {
        Permission::Allowed | Permission::ActingFor(_) => true,
        Permission::Refused(_) => false,
    };
    let judges = may_judge(action, candidate.status, standing, decided).is_empty();
    (is_theirs && judges).then_some(Awaited { action, permission, window: next_step(candidate)? })
}

/// The next step on the way to the list, as far as it is decided candidate by candidate or in a batch.
const fn next_action(candidate: &Candidate) -> Option<Action> {
    match candidate.status {
        Status::Nominated if candidate.unit_id.is_none() => Some(Action::Assign),
        Status::Nominated => Some(Action::Verify),
        Status::Verified => Some(Action::Endorse),
        Status::Endorsed => Some(Action::Screen),
        Status::Screened => Some(Action::Forward),
        Status::Forwarded
        | Status::Listed
        | Status::NotListed
        | Status::Returned
        | Status::Rejected
        | Status::Withdrawn
        | Status::Revoked => None,
    }
}

/// The statuses in which anything can wait for a reviewer.
pub const WAITING: &[Status] = &[Status::Nominated, Status::Verified, Status::Endorsed, Status::Screened];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{authority::Part, guard::sample, organization::OrganizationKind};

    fn waits(status: Status, role: &str) -> Option<Action> {
        awaited(&sample::candidate(status), sample::standing(role), &[]).map(|awaited| awaited.action)
    }

    #[test]
    fn each_level_has_its_own_work() {
        let expected = [
            (Status::Nominated, [Some(Action::Verify), None, None]),
            (Status::Verified, [None, Some(Action::Endorse), None]),
            (Status::Endorsed, [None, None, Some(Action::Screen)]),
            (Status::Screened, [None, None, Some(Action::Forward)]),
        ];
        for status in Status::ALL {
            let row = expected.iter().find(|(waiting, _)| waiting == status).map_or([None; 3], |(_, row)| *row);
            let heard = ["unit_reviewer", "district_reviewer", "city_reviewer"].map(|role| waits(*status, role));
            assert_eq!(heard, row, "{status}");
            assert_eq!(WAITING.contains(status), row.iter().any(Option::is_some));
            assert_eq!(waits(*status, "admin"), None);
        }
    }

    #[test]
    fn what_one_may_not_judge_does_not_wait_for_one() {
        let candidate = sample::candidate(Status::Nominated);
        let mut standing = sample::standing("unit_reviewer");
        assert!(awaited(&candidate, standing, &[StageCode::CityScreening]).is_none());
        standing.part = Part::First;
        assert!(awaited(&candidate, standing, &[]).is_none());
    }

    #[test]
    fn the_level_above_sees_what_an_empty_unit_leaves() {
        let mut standing = sample::standing("district_reviewer");
        standing.deciders.unit = false;
        let awaited = awaited(&sample::candidate(Status::Nominated), standing, &[]).unwrap();
        assert_eq!(awaited.permission, Permission::ActingFor(OrganizationKind::Unit));
        let mut unassigned = sample::candidate(Status::Nominated);
        unassigned.unit_id = None;
        let awaited = super::awaited(&unassigned, sample::standing("district_reviewer"), &[]).unwrap();
        assert_eq!(awaited.action, Action::Assign);
    }
}
