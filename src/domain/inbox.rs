//! What waits for a reviewer's decision, and until when.

use super::{
    authority::{Permission, Standing, permission},
    candidate::{Candidate, Status},
    carriage::next_step,
    guard::may_judge,
    organization::OrganizationKind,
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

/// Where work of a level can lie: candidates in a status, on whom levels below would decide if they had anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    /// The status of the candidates.
    pub status: Status,
    /// Whether they were returned by the city, so that a later window is theirs; none where that makes no difference.
    pub returned_by_city: Option<bool>,
    /// The window that closes over them: the deadline of the seat in each cycle.
    pub window: WindowKind,
    /// The levels that must have nobody who may decide.
    pub in_place_of: &'static [OrganizationKind],
}

/// Where the work of a level can lie. What lies elsewhere never waits for it, whatever else holds.
#[must_use]
pub const fn seats(level: OrganizationKind) -> &'static [Seat] {
    use OrganizationKind::{District, Unit};
    use WindowKind::{Forwarding, Reporting, Screening};
    const fn first(status: Status, in_place_of: &'static [OrganizationKind]) -> Seat {
        Seat { status, returned_by_city: Some(false), window: Reporting, in_place_of }
    }
    const fn again(status: Status, in_place_of: &'static [OrganizationKind]) -> Seat {
        Seat { status, returned_by_city: Some(true), window: Screening, in_place_of }
    }
    const fn of_city(status: Status, window: WindowKind) -> Seat {
        Seat { status, returned_by_city: None, window, in_place_of: &[] }
    }
    const OF_UNIT: [Seat; 2] = [first(Status::Nominated, &[]), again(Status::Nominated, &[])];
    // A candidate without a unit has nobody there who could decide.
    const OF_DISTRICT: [Seat; 4] = [
        first(Status::Nominated, &[Unit]),
        again(Status::Nominated, &[Unit]),
        first(Status::Verified, &[]),
        again(Status::Verified, &[]),
    ];
    const OF_CITY: [Seat; 6] = [
        first(Status::Nominated, &[Unit, District]),
        again(Status::Nominated, &[Unit, District]),
        first(Status::Verified, &[District]),
        again(Status::Verified, &[District]),
        of_city(Status::Endorsed, Screening),
        of_city(Status::Screened, Forwarding),
    ];
    match level {
        OrganizationKind::Unit => &OF_UNIT,
        OrganizationKind::District => &OF_DISTRICT,
        OrganizationKind::City => &OF_CITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        authority::{Levels, Part},
        guard::sample,
    };

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
            assert_eq!(waits(*status, "admin"), None);
        }
    }

    #[test]
    fn whatever_waits_lies_at_a_seat_of_the_level() {
        let levels = [OrganizationKind::Unit, OrganizationKind::District, OrganizationKind::City];
        let mut waiting = 0;
        for (level, role) in levels.into_iter().zip(["unit_reviewer", "district_reviewer", "city_reviewer"]) {
            for (status, bits) in Status::ALL.iter().flat_map(|status| (0..16).map(move |bits| (*status, bits))) {
                let (has_unit, unit, district) = (bits & 1 == 0, bits & 2 == 0, bits & 4 == 0);
                let mut candidate = sample::candidate(status);
                candidate.returned_from = (bits & 8 != 0).then_some(Status::Endorsed);
                candidate.unit_id = candidate.unit_id.filter(|_| has_unit);
                let deciders = Levels { unit: unit && has_unit, district };
                let standing = Standing { deciders, ..sample::standing(role) };
                let lacks = |level: &OrganizationKind| match level {
                    OrganizationKind::Unit => !deciders.unit,
                    OrganizationKind::District => !deciders.district,
                    OrganizationKind::City => false,
                };
                let returned = candidate.was_returned_by_city();
                let lies = |seat: &&Seat| {
                    let fits = seat.returned_by_city.is_none_or(|needed| needed == returned);
                    seat.status == status && fits && seat.in_place_of.iter().all(lacks)
                };
                let seat = seats(level).iter().find(lies);
                let found = awaited(&candidate, standing, &[]);
                if let (Some(seat), Some(found)) = (seat, found) {
                    assert_eq!(seat.window, found.window, "{role} {status}");
                }
                let (is_found, waits) = (seat.is_some(), found.is_some());
                // A candidate without a unit waits for a unit, and is nobody's at the unit's own seat.
                assert!(is_found || !waits, "{role} {status} {deciders:?}");
                if level != OrganizationKind::Unit {
                    assert_eq!(is_found, waits, "{role} {status} {deciders:?}");
                }
                waiting += usize::from(waits);
            }
        }
        assert!(waiting > 0);
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
