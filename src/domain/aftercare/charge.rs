//! Who is in charge of an honoree, which nobody has to enter: the unit that carried the latest honour, or the district
//! where there is none or the unit was closed; unless it was handed to another organization.

use crate::domain::{
    id::OrganizationId,
    organization::{Organization, OrganizationKind},
};

/// The district in whose part of the tree an organization lies: a district in its own, the city in none.
#[must_use]
pub fn district_of(organization: &Organization) -> Option<OrganizationId> {
    match organization.kind {
        OrganizationKind::City => None,
        OrganizationKind::District => Some(organization.id),
        OrganizationKind::Unit => organization.district_id,
    }
}

/// The organizations that come into question.
#[derive(Clone, Debug, Default)]
pub struct Nearest {
    /// To which it was handed.
    pub handed_to: Option<Organization>,
    /// The honoree's unit.
    pub unit: Option<Organization>,
    /// The honoree's district.
    pub district: Option<Organization>,
}

impl Nearest {
    /// The one in charge; none where not even a district is known, so that it is the city's.
    #[must_use]
    pub fn in_charge(&self) -> Option<&Organization> {
        let is_open = |one: &&Organization| one.active;
        self.handed_to.as_ref().filter(is_open).or_else(|| self.by_place())
    }

    /// The one in charge where nothing is handed over.
    #[must_use]
    pub fn by_place(&self) -> Option<&Organization> {
        self.unit.as_ref().filter(|one| one.active).or(self.district.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    fn node(kind: OrganizationKind, number: u128, active: bool) -> Organization {
        Organization {
            id: OrganizationId(Uuid::from_u128(number)),
            kind,
            parent_id: None,
            district_id: None,
            code: None,
            name: String::new(),
            headcount: None,
            responsible_name: None,
            active,
            list_title: None,
            list_issuer: None,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_district_lies_in_itself() {
        let unit = Organization {
            district_id: Some(OrganizationId(Uuid::from_u128(3))),
            ..node(OrganizationKind::Unit, 1, true)
        };
        let found = [unit, node(OrganizationKind::District, 3, true), node(OrganizationKind::City, 9, true)];
        let found: Vec<_> = found.iter().map(|one| district_of(one).map(|id| id.0.as_u128())).collect();
        assert_eq!(found, [Some(3), Some(3), None]);
    }

    #[test]
    fn the_open_one_that_is_nearest_is_in_charge() {
        let unit = |active| Some(node(OrganizationKind::Unit, 1, active));
        let other = |active| Some(node(OrganizationKind::Unit, 2, active));
        let district = |active| Some(node(OrganizationKind::District, 3, active));
        let cases = [
            (None, unit(true), district(true), Some(1)),
            (None, unit(false), district(true), Some(3)),
            (None, None, district(true), Some(3)),
            (None, unit(false), district(false), Some(3)),
            (other(true), unit(true), district(true), Some(2)),
            (other(false), unit(true), district(true), Some(1)),
            (None, None, None, None),
        ];
        for (handed_to, unit, district, expected) in cases {
            let nearest = Nearest { handed_to, unit, district };
            assert_eq!(nearest.in_charge().map(|one| one.id.0.as_u128()), expected, "{nearest:?}");
        }
    }
}
