//! Who belongs to an organization, as far as participation counts: citizens claim it, reviewers confirm it.

use chrono::{DateTime, Utc};

use super::{
    id::{OrganizationId, UserId},
    role::Role,
};

text_enum! {
    /// How sure it is that somebody belongs to an organization.
    pub enum MembershipStatus {
        /// The account says so.
        Claimed = "claimed",
        /// A reviewer has confirmed it, or the account is one of the organization's staff.
        Confirmed = "confirmed",
    }
}

/// That a reviewer has confirmed a citizen's membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// Who confirmed it.
    pub by: UserId,
    /// When.
    pub at: DateTime<Utc>,
}

/// An open account at an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The account.
    pub user: UserId,
    /// The name to sign in with.
    pub username: String,
    /// The name shown.
    pub display_name: String,
    /// What the account may do.
    pub role: Role,
    /// Where it belongs.
    pub organization: OrganizationId,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// A citizen's membership when it is confirmed; staff have none, and need none.
    pub confirmation: Option<Confirmation>,
}

impl Member {
    /// Whether the membership counts as confirmed.
    #[must_use]
    pub fn status(&self) -> MembershipStatus {
        if self.role.is_reviewer() || self.confirmation.is_some() {
            MembershipStatus::Confirmed
        } else {
            MembershipStatus::Claimed
        }
    }

    /// The version of the membership: another one for each confirmation, so that nobody takes back one that they have not
    /// seen.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.confirmation.map_or(1, |confirmation| confirmation.at.timestamp_micros().max(2))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn citizens_are_confirmed_and_staff_need_not_be() {
        let confirmation = Confirmation { by: UserId(Uuid::from_u128(9)), at: DateTime::UNIX_EPOCH };
        for (role, confirmed, status) in [
            (Role::Citizen, None, MembershipStatus::Claimed),
            (Role::Citizen, Some(confirmation), MembershipStatus::Confirmed),
            (Role::UnitReviewer, None, MembershipStatus::Confirmed),
            (Role::DistrictReviewer, None, MembershipStatus::Confirmed),
        ] {
            let member = Member {
                user: UserId(Uuid::from_u128(1)),
                username: "wang.fang".into(),
                display_name: "王芳".into(),
                role,
                organization: OrganizationId(Uuid::from_u128(2)),
                created_at: DateTime::UNIX_EPOCH,
                confirmation: confirmed,
            };
            assert_eq!(member.status(), status);
            assert_eq!(member.version() > 1, confirmed.is_some());
        }
    }
}
