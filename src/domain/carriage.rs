//! In which cycle and status a candidate lands: resubmitted, reinstated and carried-over ones move to the intake cycle.

use chrono::{DateTime, Utc};

use super::{
    candidate::{Candidate, Status},
    cycle::Cycle,
    id::OrganizationId,
    month::Month,
    organization::Organization,
    transition::{Action, target},
    window::WindowKind,
};

/// The cycle in which the candidate runs after an action. What the city returned keeps its cycle while the screening
/// window is open, and is verified and endorsed again until that closes.
#[must_use]
pub fn landing_cycle(action: Action, candidate: &Candidate, cycle: &Cycle, intake: Month, now: DateTime<Utc>) -> Month {
    match action {
        Action::Resubmit if candidate.was_returned_by_city() && cycle.windows.screening.contains(now) => {
            candidate.cycle
        }
        Action::Resubmit | Action::Reinstate | Action::CarryOver => intake,
        Action::Assign
        | Action::Verify
        | Action::Endorse
        | Action::Screen
        | Action::Forward
        | Action::List
        | Action::NotList
        | Action::Return
        | Action::Recall
        | Action::Reject
        | Action::Withdraw
        | Action::WithdrawConsent
        | Action::Refuse
        | Action::Disqualify
        | Action::Revoke
        | Action::Merge
        | Action::Unmerge => candidate.cycle,
    }
}

/// The status in which the candidate lands, if the action is allowed in its status: as [`target`] says, except that what
/// is carried over and fails the new cycle's policy becomes `nominated`.
#[must_use]
pub fn landing_status(action: Action, from: Status, meets_new_policy: bool) -> Option<Status> {
    let to = target(from, action)?;
    let falls_back = action == Action::CarryOver && to == Status::Verified && !meets_new_policy;
    Some(if falls_back { Status::Nominated } else { to })
}

/// The unit that carries what is reinstated, or comes back from a merger: its former one while that takes part and still stands in the candidate's
/// district; else none, and the district's inbox holds it.
#[must_use]
pub fn reinstated_at(candidate: &Candidate, former: Option<&Organization>) -> Option<OrganizationId> {
    let stands = |unit: &&Organization| unit.active && unit.district_id == Some(candidate.district_id);
    former.filter(stands).map(|unit| unit.id)
}

/// What is remembered of returns after an action: the furthest status from which the city or another stage returned the
/// candidate in its cycle. A new cycle begins without.
#[must_use]
pub fn returned_from(action: Action, candidate: &Candidate, landing: Month) -> Option<Status> {
    if landing != candidate.cycle {
        return None;
    }
    match action {
        Action::Return | Action::Refuse => candidate.returned_from.max(Some(candidate.status)),
        Action::Assign
        | Action::Verify
        | Action::Endorse
        | Action::Screen
        | Action::Forward
        | Action::List
        | Action::NotList
        | Action::Resubmit
        | Action::Recall
        | Action::Reject
        | Action::Reinstate
        | Action::Withdraw
        | Action::WithdrawConsent
        | Action::Disqualify
        | Action::CarryOver
        | Action::Revoke
        | Action::Merge
        | Action::Unmerge => candidate.returned_from,
    }
}

/// The window of the candidate's next step: while it is not over there is nothing to carry over. `None` where nothing
/// is carried over.
#[must_use]
pub fn next_step(candidate: &Candidate) -> Option<WindowKind> {
    match candidate.status {
        Status::Nominated | Status::Verified | Status::Returned if candidate.was_returned_by_city() => {
            Some(WindowKind::Screening)
        }
        Status::Nominated | Status::Verified | Status::Returned => Some(WindowKind::Reporting),
        Status::Endorsed => Some(WindowKind::Screening),
        Status::Screened => Some(WindowKind::Forwarding),
        Status::Forwarded
        | Status::Listed
        | Status::NotListed
        | Status::Rejected
        | Status::Withdrawn
        | Status::Revoked => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::domain::guard::sample;

    #[test]
    fn only_three_actions_move_to_the_intake_cycle() {
        let (candidate, cycle) = (sample::candidate(Status::Returned), sample::cycle());
        let now = cycle.windows.reporting.closes_at;
        for action in Action::ALL {
            let landing = landing_cycle(*action, &candidate, &cycle, cycle.month.next(), now);
            let moves = ["resubmit", "reinstate", "carry_over"].contains(&action.as_str());
            assert_eq!(landing != cycle.month, moves, "{action}");
        }
    }

    #[test]
    fn what_the_city_returned_keeps_its_cycle_until_screening_closes() {
        let (mut candidate, cycle) = (sample::candidate(Status::Returned), sample::cycle());
        let keeps = |candidate: &Candidate, now| {
            landing_cycle(Action::Resubmit, candidate, &cycle, cycle.month.next(), now) == cycle.month
        };
        let closes = cycle.windows.screening.closes_at;
        for (from, expected) in
            Status::ALL.iter().map(|from| (*from, [Status::Endorsed, Status::Screened].contains(from)))
        {
            candidate.returned_from = Some(from);
            assert_eq!(keeps(&candidate, closes - Duration::milliseconds(1)), expected, "{from}");
            assert!(!keeps(&candidate, closes), "{from}");
        }
        candidate.returned_from = None;
        assert!(!keeps(&candidate, closes - Duration::milliseconds(1)));
    }

    #[test]
    fn what_fails_the_new_policy_is_nominated_again() {
        for from in Status::ALL {
            for action in Action::ALL {
                assert_eq!(landing_status(*action, *from, true), target(*from, *action));
            }
        }
        assert_eq!(landing_status(Action::CarryOver, Status::Screened, false), Some(Status::Nominated));
        assert_eq!(landing_status(Action::CarryOver, Status::Returned, false), Some(Status::Returned));
        assert_eq!(landing_status(Action::Verify, Status::Nominated, false), Some(Status::Verified));
        assert_eq!(landing_status(Action::CarryOver, Status::Listed, true), None);
    }

    #[test]
    fn the_furthest_return_is_remembered_within_the_cycle() {
        let mut candidate = sample::candidate(Status::Endorsed);
        let (own, next) = (candidate.cycle, candidate.cycle.next());
        assert_eq!(returned_from(Action::Return, &candidate, own), Some(Status::Endorsed));
        candidate.returned_from = Some(Status::Endorsed);
        candidate.status = Status::Nominated;
        assert_eq!(returned_from(Action::Return, &candidate, own), Some(Status::Endorsed));
        assert_eq!(returned_from(Action::Verify, &candidate, own), Some(Status::Endorsed));
        assert_eq!(returned_from(Action::CarryOver, &candidate, next), None);
    }
}
