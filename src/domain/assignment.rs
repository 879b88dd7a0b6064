//! Which unit carries a candidate: the district assigns and moves, the unit hands back to the district's inbox.

use super::{
    candidate::Candidate,
    fault::{Code, Fault},
    id::OrganizationId,
    organization::{Organization, OrganizationKind},
};

/// What an assignment asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// The unit to carry the candidate, as named; `None` for the district's inbox.
    pub unit_id: Option<OrganizationId>,
    /// That organization, when there is one.
    pub unit: Option<&'a Organization>,
    /// Whether a reason is given.
    pub has_reason: bool,
    /// Whether the unit itself asks, which hands back only.
    pub by_unit: bool,
}

/// All that is wrong with an assignment: another active unit of the same district; a reason when one was assigned before.
#[must_use]
pub fn validate(candidate: &Candidate, wish: Wish<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let fits = wish.unit.is_some_and(|unit| {
        unit.kind == OrganizationKind::Unit && unit.active && unit.district_id == Some(candidate.district_id)
    });
    if wish.unit_id == candidate.unit_id {
        faults.push(Fault::at("/unit_id", Code::Inconsistent));
    } else if wish.unit_id.is_some() && (wish.by_unit || !fits) {
        faults.push(Fault::at("/unit_id", Code::UnknownReference));
    }
    if candidate.unit_id.is_some() && !wish.has_reason {
        faults.push(Fault::at("/reason", Code::Required));
    }
    faults
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::domain::{candidate::Status, guard::sample};

    fn id(number: u128) -> OrganizationId {
        OrganizationId(Uuid::from_u128(number))
    }

    fn unit(district: u128) -> Organization {
        Organization {
            id: id(9),
            kind: OrganizationKind::Unit,
            parent_id: Some(id(district)),
            district_id: Some(id(district)),
            code: None,
            name: "某单位".into(),
            headcount: None,
            responsible_name: None,
            list_title: None,
            list_issuer: None,
            active: true,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    fn faults(unit: Option<&Organization>, has_reason: bool, by_unit: bool) -> Vec<(String, Code)> {
        let candidate = sample::candidate(Status::Nominated);
        let wish = Wish { unit_id: unit.map(|unit| unit.id), unit, has_reason, by_unit };
        validate(&candidate, wish).into_iter().map(|fault| (fault.pointer, fault.code)).collect()
    }

    #[test]
    fn another_active_unit_of_the_district_with_a_reason() {
        let refused = |code| vec![("/unit_id".to_owned(), code)];
        assert_eq!(faults(Some(&unit(2)), true, false), []);
        assert_eq!(faults(Some(&unit(2)), false, false), [("/reason".to_owned(), Code::Required)]);
        assert_eq!(faults(Some(&unit(5)), true, false), refused(Code::UnknownReference));
        assert_eq!(
            faults(Some(&Organization { active: false, ..unit(2) }), true, false),
            refused(Code::UnknownReference)
        );
        assert_eq!(faults(Some(&Organization { id: id(3), ..unit(2) }), true, false), refused(Code::Inconsistent));
        assert_eq!(faults(None, true, true), []);
        assert_eq!(faults(Some(&unit(2)), true, true), refused(Code::UnknownReference));
    }

    #[test]
    fn a_first_unit_needs_no_reason() {
        let mut candidate = sample::candidate(Status::Nominated);
        candidate.unit_id = None;
        let unit = unit(2);
        let wish = Wish { unit_id: Some(unit.id), unit: Some(&unit), has_reason: false, by_unit: false };
        assert_eq!(validate(&candidate, wish), []);
    }
}
