//! The people of an organization: reviewers read them and confirm the citizens among them. A membership counts for
//! participation only and opens nothing.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    Caller, Error, Service,
    record::{self, Deed},
};
use crate::{
    domain::{
        fault::Code,
        id::{OrganizationId, UserId},
        membership::{Confirmation, Member, MembershipStatus},
        role::Role,
    },
    storage::{self, Connection},
};

/// Makes sure that an organization lies in the reviewer's subtree; else 404.
pub async fn require_inside(service: &Service, caller: &Caller, id: OrganizationId) -> Result<(), Error> {
    let scope = caller.require_reviewer()?.scope.clone();
    let found = service.store.read(move |db| Ok::<_, Error>(storage::organizations::find(db, id)?)).await?;
    found.filter(|found| scope.covers_organization(found)).map(|_| ()).ok_or_else(Error::not_found)
}

/// Lists an organization's own members in the order of entry; those of the organizations below are theirs.
pub async fn list_members(
    service: &Service,
    caller: &Caller,
    (organization, status): (OrganizationId, Option<MembershipStatus>),
    after: Option<(DateTime<Utc>, UserId)>,
    limit: i64,
) -> Result<Vec<Member>, Error> {
    require_inside(service, caller, organization).await?;
    service.store.read(move |db| Ok(storage::memberships::list(db, organization, status, after, limit)?)).await
}

/// Finds a member of an organization in the reviewer's subtree; else 404.
pub async fn get_member(
    service: &Service,
    caller: &Caller,
    (organization, user): (OrganizationId, UserId),
) -> Result<Member, Error> {
    require_inside(service, caller, organization).await?;
    service.store.read(move |db| storage::memberships::find(db, organization, user)?.ok_or_else(Error::not_found)).await
}

/// A member, and whether the membership was confirmed just now.
#[derive(Clone, Debug)]
pub struct Confirmed {
    /// The member.
    pub member: Member,
    /// False when it was confirmed before, or the account is one of the staff.
    pub is_new: bool,
}

/// Confirms that a citizen belongs to an organization in the reviewer's subtree.
pub async fn confirm_member(
    service: &Service,
    caller: &Caller,
    (organization, user): (OrganizationId, UserId),
) -> Result<Confirmed, Error> {
    let reviewer = caller.require_reviewer()?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            reviewer.recheck(db)?;
            let member = held(db, &caller, (organization, user))?;
            if member.status() == MembershipStatus::Confirmed {
                return Ok(Confirmed { member, is_new: false });
            }
            let confirmation = Confirmation { by: reviewer.id, at: service.clocks.campaign() };
            storage::memberships::confirm(db, (user, organization), confirmation)?;
            note(&service, db, &caller, (organization, user), "membership.confirmed")?;
            let member = storage::memberships::find(db, organization, user)?.ok_or_else(Error::not_found)?;
            Ok(Confirmed { member, is_new: true })
        })
        .await
}

/// Takes a confirmation back; the membership is claimed again. 404 where none was given.
pub async fn end_confirmation(
    service: &Service,
    caller: &Caller,
    (organization, user): (OrganizationId, UserId),
    version: i64,
) -> Result<(), Error> {
    let reviewer = caller.require_reviewer()?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            reviewer.recheck(db)?;
            let member = held(db, &caller, (organization, user))?;
            if !has_confirmation(&member) {
                return Err(Error::not_found());
            }
            if member.version() != version {
                return Err(Error::of(Code::PreconditionFailed));
            }
            storage::memberships::end(db, user)?;
            note(&service, db, &caller, (organization, user), "membership.confirmation_ended")
        })
        .await
}

/// Whether there is a confirmation to be taken back: staff have none.
#[must_use]
pub fn has_confirmation(member: &Member) -> bool {
    member.role == Role::Citizen && member.confirmation.is_some()
}

/// The member, with the account's row held, so that neither its organization nor another confirmation comes between.
fn held(db: &mut Connection, caller: &Caller, (organization, user): (OrganizationId, UserId)) -> Result<Member, Error> {
    let scope = &caller.require_reviewer()?.scope;
    let found = storage::organizations::find(db, organization)?;
    found.filter(|found| scope.covers_organization(found)).ok_or_else(Error::not_found)?;
    let member = storage::memberships::find(db, organization, user)?.ok_or_else(Error::not_found)?;
    if member.role != Role::Citizen {
        // Nothing is done to staff, and two of them who try would wait for each other.
        return Ok(member);
    }
    storage::locks::user(db, user)?;
    storage::memberships::find(db, organization, user)?.ok_or_else(Error::not_found)
}

fn note(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (organization, user): (OrganizationId, UserId),
    action: &str,
) -> Result<(), Error> {
    let deed = Deed::new(action, "user", user).with(json!({ "organization_id": organization }));
    record::audit(service, db, caller, &deed)
}
