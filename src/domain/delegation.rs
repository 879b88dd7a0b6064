//! Delegation 代理、临时主持: a reviewer who is away lets another one stand in for some days.
//!
//! The delegate acts with the delegator's role and organization and stays the person that it is: both are held to the rules
//! about persons. A delegation holds on whole days of the campaign, while both are open accounts that serve where they served
//! when it was entered, in one line of the tree. It cannot be passed on, for what is delegated is what the delegator may in
//! its own right.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{
    fault::{Code, Fault},
    id::{DelegationId, OrganizationId, UserId},
    local_day::{day_of, start_of_day},
    organization::{Organization, OrganizationKind},
    role::Role,
};

/// The most days of one delegation.
pub const MAX_DAYS: i64 = 92;
/// How many days ahead a delegation may begin.
pub const MAX_DAYS_AHEAD: u64 = 366;
/// Most characters of a reason.
pub const REASON_MAX_CHARS: usize = 500;

text_enum! {
    /// How a delegation stands.
    pub enum DelegationStatus {
        /// Its first day has not come.
        Scheduled = "scheduled",
        /// Today is one of its days.
        InForce = "in_force",
        /// Its last day has passed.
        Ended = "ended",
        /// It was taken back or declined.
        Revoked = "revoked",
    }
}

/// What somebody does and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Post {
    /// The role.
    pub role: Role,
    /// The organization.
    pub organization: OrganizationId,
}

/// That it was taken back or declined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// By whom.
    pub by: UserId,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, where that was said.
    pub reason: Option<String>,
}

/// That somebody stands in for somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// Its identifier.
    pub id: DelegationId,
    /// Who is away.
    pub delegator: UserId,
    /// What the delegator did and where, which is what the delegate may.
    pub delegator_post: Post,
    /// Who stands in.
    pub delegate: UserId,
    /// What the delegate did and where.
    pub delegate_post: Post,
    /// The first instant of its first day.
    pub begins_at: DateTime<Utc>,
    /// The first instant after its last day.
    pub ends_at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// Who entered it: the delegator or an administrator.
    pub entered_by: UserId,
    /// Set once it was taken back or declined.
    pub revocation: Option<Revocation>,
    /// Grows with each change.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
}

/// An account, as far as it matters for whom it may stand in.
#[derive(Clone, Debug)]
pub struct Official {
    /// Whether the account is open.
    pub active: bool,
    /// What it does.
    pub role: Role,
    /// Where it serves.
    pub organization: Option<Organization>,
}

impl Official {
    /// What the account does and where, if it is an open one of a reviewer of an organization that takes part.
    #[must_use]
    pub fn post(&self) -> Option<Post> {
        let organization = self.organization.as_ref().filter(|organization| organization.active)?;
        (self.active && self.role.is_reviewer()).then_some(Post { role: self.role, organization: organization.id })
    }
}

impl Delegation {
    /// How it stands at a moment.
    #[must_use]
    pub fn status(&self, now: DateTime<Utc>) -> DelegationStatus {
        if self.revocation.is_some() {
            DelegationStatus::Revoked
        } else if now < self.begins_at {
            DelegationStatus::Scheduled
        } else if now < self.ends_at {
            DelegationStatus::InForce
        } else {
            DelegationStatus::Ended
        }
    }

    /// Its first and its last day.
    #[must_use]
    pub fn days(&self, zone: Tz) -> (NaiveDate, NaiveDate) {
        (day_of(self.begins_at, zone), day_of(self.ends_at - TimeDelta::microseconds(1), zone))
    }

    /// Whether the delegate may act under it now: on its days, while both serve where they served.
    #[must_use]
    pub fn holds(&self, delegator: &Official, delegate: &Official, now: DateTime<Utc>) -> bool {
        self.status(now) == DelegationStatus::InForce
            && delegator.post() == Some(self.delegator_post)
            && delegate.post() == Some(self.delegate_post)
            && may_stand_in(delegator, delegate)
    }
}

/// Whether one may stand in for the other: both are reviewers of organizations in one line of the tree.
#[must_use]
pub fn may_stand_in(delegator: &Official, delegate: &Official) -> bool {
    if delegator.post().is_none() || delegate.post().is_none() {
        return false;
    }
    let (Some(one), Some(other)) = (&delegator.organization, &delegate.organization) else { return false };
    one.id == other.id || is_above(one, other) || is_above(other, one)
}

fn is_above(above: &Organization, below: &Organization) -> bool {
    match above.kind {
        OrganizationKind::City => true,
        OrganizationKind::District => below.kind == OrganizationKind::Unit && below.district_id == Some(above.id),
        OrganizationKind::Unit => below.parent_id == Some(above.id),
    }
}

/// What is wrong with the days whatever today is: the last one is not before the first, and there are not too many.
#[must_use]
pub fn span_faults((from, to): (NaiveDate, NaiveDate)) -> Vec<Fault> {
    let days = to.signed_duration_since(from).num_days() + 1;
    if days < 1 {
        vec![Fault::at("/to", Code::TooSmall).with("minimum", from.to_string())]
    } else if days > MAX_DAYS {
        vec![Fault::at("/to", Code::TooLarge).with("limit", MAX_DAYS).with("actual", days)]
    } else {
        Vec::new()
    }
}

/// What is wrong with the days today: it may have begun yesterday, must not be over, and does not begin too far ahead.
#[must_use]
pub fn day_faults((from, to): (NaiveDate, NaiveDate), today: NaiveDate) -> Vec<Fault> {
    let mut faults = Vec::new();
    let yesterday = today.pred_opt().unwrap_or(today);
    let latest = today.checked_add_days(Days::new(MAX_DAYS_AHEAD)).unwrap_or(today);
    if from < yesterday {
        faults.push(Fault::at("/from", Code::TooSmall).with("minimum", yesterday.to_string()));
    }
    if from > latest {
        faults.push(Fault::at("/from", Code::TooLarge).with("limit", latest.to_string()));
    }
    if to < today && to >= from {
        faults.push(Fault::at("/to", Code::TooSmall).with("minimum", today.to_string()));
    }
    faults
}

/// The instants of some days: from the beginning of the first until the end of the last.
#[must_use]
pub fn instants((from, to): (NaiveDate, NaiveDate), zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
    (start_of_day(from, zone), start_of_day(to.succ_opt().unwrap_or(to), zone))
}

#[cfg(test)]
mod tests;
