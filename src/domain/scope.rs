//! The part of the organization tree in which an account acts.

use super::{id::OrganizationId, organization::Organization};

/// A subtree. Whatever lies outside is answered as if it did not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole city.
    City,
    /// One district with its units and its inbox of candidates without a unit.
    District(OrganizationId),
    /// One unit and the units under it.
    Units(Vec<OrganizationId>),
    /// No inner view at all.
    Nowhere,
}

impl Scope {
    /// True when a candidate carried by these organizations lies in the subtree.
    #[must_use]
    pub fn covers(&self, district: OrganizationId, unit: Option<OrganizationId>) -> bool {
        match self {
            Self::City => true,
            Self::District(own) => *own == district,
            Self::Units(own) => unit.is_some_and(|unit| own.contains(&unit)),
            Self::Nowhere => false,
        }
    }

    /// True when something that belongs to these organizations lies in the subtree; what belongs nowhere is the city's.
    #[must_use]
    pub fn covers_place(&self, district: Option<OrganizationId>, unit: Option<OrganizationId>) -> bool {
        *self == Self::City || district.is_some_and(|district| self.covers(district, unit))
    }

    /// True when an organization lies in the subtree.
    #[must_use]
    pub fn covers_organization(&self, organization: &Organization) -> bool {
        match self {
            Self::City => true,
            Self::District(own) => organization.id == *own || organization.district_id == Some(*own),
            Self::Units(own) => own.contains(&organization.id),
            Self::Nowhere => false,
        }
    }
}
