//! The role of an account.

use super::organization::OrganizationKind;

text_enum! {
    /// What an account may do; the role belongs to the account, the reach of a reviewer to its organization.
    pub enum Role {
        /// Nominates, votes, comments.
        Citizen = "citizen",
        /// Verifies the candidates of its unit.
        UnitReviewer = "unit_reviewer",
        /// Endorses the candidates of its district.
        DistrictReviewer = "district_reviewer",
        /// Screens, forwards and publishes for the city.
        CityReviewer = "city_reviewer",
        /// The provincial portal's service account.
        Portal = "portal",
        /// Keeps accounts, organizations, reference data and windows; decides on no candidate.
        Admin = "admin",
    }
}

impl Role {
    /// Whether the role reviews candidates, at whatever level.
    #[must_use]
    pub const fn is_reviewer(self) -> bool {
        self.organization_kind().is_some()
    }

    /// The kind of organization that a reviewer of this role belongs to; `None` for the other roles.
    #[must_use]
    pub const fn organization_kind(self) -> Option<OrganizationKind> {
        match self {
            Self::UnitReviewer => Some(OrganizationKind::Unit),
            Self::DistrictReviewer => Some(OrganizationKind::District),
            Self::CityReviewer => Some(OrganizationKind::City),
            Self::Citizen | Self::Portal | Self::Admin => None,
        }
    }

    /// Whether an active account of this role may vote.
    #[must_use]
    pub const fn is_voter(self) -> bool {
        match self {
            Self::Citizen | Self::UnitReviewer | Self::DistrictReviewer | Self::CityReviewer => true,
            Self::Portal | Self::Admin => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reviewers_belong_to_an_organization_and_others_do_not() {
        let reviewers: Vec<_> = Role::ALL.iter().filter(|role| role.is_reviewer()).map(|role| role.as_str()).collect();
        assert_eq!(reviewers, ["unit_reviewer", "district_reviewer", "city_reviewer"]);
        let voters: Vec<_> = Role::ALL.iter().filter(|role| role.is_voter()).map(|role| role.as_str()).collect();
        assert_eq!(voters, ["citizen", "unit_reviewer", "district_reviewer", "city_reviewer"]);
    }
}
