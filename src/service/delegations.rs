//! Delegations 代理: reviewers who are away let others stand in for them.

mod acting;
mod shown;

use chrono::NaiveDate;
use serde_json::json;

use self::acting::Officials;
pub use self::{
    acting::{Acting, assume},
    shown::{Delegations, Eligible, Mine, Shown, get_delegation, list_delegations, list_eligible, list_stand_ins},
};
use super::{
    Service,
    caller::{Account, Caller},
    error::{Error, refuse_invalid},
    generator,
    idempotency::{self, Attempt, FirstAnswer},
    notifications,
    record::{self, Deed, Place},
};
use crate::{
    domain::{
        delegation::{
            Delegation, DelegationStatus, Post, REASON_MAX_CHARS, Revocation, day_faults, instants, may_stand_in,
            span_faults,
        },
        event::EventKind,
        fault::{Code, Fault},
        id::{DelegationId, UserId},
        local_day::day_of,
        notification::{Notification, NotificationKind},
        organization::OrganizationKind,
        role::Role,
        text,
    },
    storage::{self, Connection},
};

/// Who reads and enters delegations.
pub const ROLES: [Role; 4] = [Role::UnitReviewer, Role::DistrictReviewer, Role::CityReviewer, Role::Admin];

/// A delegation to be entered.
#[derive(Clone, Debug)]
pub struct NewDelegation {
    /// Who is away; the caller where nobody is named.
    pub delegator: Option<UserId>,
    /// Who stands in.
    pub delegate: UserId,
    /// The first and the last day.
    pub days: (NaiveDate, NaiveDate),
    /// Why.
    pub reason: String,
}

/// What is wrong with a delegation whoever it is for and whatever today is.
#[must_use]
pub fn input_faults(input: &NewDelegation) -> Vec<Fault> {
    let mut faults = span_faults(input.days);
    faults.extend(reason_faults(&input.reason));
    faults
}

/// What is wrong with a reason.
#[must_use]
pub fn reason_faults(reason: &str) -> Vec<Fault> {
    text::paragraphs(reason, REASON_MAX_CHARS).into_iter().map(|fault| fault.under("/reason")).collect()
}

/// Enters a delegation: a reviewer for itself, an administrator for anybody.
pub async fn create_delegation(
    service: &Service,
    caller: &Caller,
    input: NewDelegation,
    attempt: Option<Attempt>,
) -> Result<Shown, Error> {
    let account = caller.require(&ROLES)?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            let delegator = input.delegator.or(Some(account.id).filter(|_| account.role != Role::Admin));
            hold_both(db, delegator, input.delegate)?;
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let delegation = judged(&service, db, (&account, delegator), &input)?;
            let span = (delegation.begins_at, delegation.ends_at);
            if let Some(other) = storage::delegations::find_overlapping(db, delegation.delegator, span)? {
                let fault = Fault::of(Code::DelegationOverlaps).with("delegation_id", other.to_string());
                return Err(Error::fault(fault));
            }
            storage::delegations::insert(db, &delegation)?;
            record_it(&service, db, &caller, (&delegation, EventKind::DelegationCreated))?;
            tell(&service, db, account.id, (&delegation, &delegation.reason))?;
            let first = FirstAnswer { status: 201, resource_id: delegation.id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            shown::show(&service, db, delegation)
        })
        .await
}

/// Holds both accounts, by id, before anything else: two delegations of one delegator wait for each other, and neither
/// account is closed or moved meanwhile.
fn hold_both(db: &mut Connection, delegator: Option<UserId>, delegate: UserId) -> Result<(), Error> {
    let mut accounts: Vec<UserId> = delegator.into_iter().chain([delegate]).collect();
    accounts.sort_unstable();
    for account in accounts {
        storage::locks::user_exclusive(db, account)?;
    }
    Ok(())
}

/// The delegation as it would be, or everything that is wrong with it.
fn judged(
    service: &Service,
    db: &mut Connection,
    (account, delegator): (&Account, Option<UserId>),
    input: &NewDelegation,
) -> Result<Delegation, Error> {
    let now = service.clocks.campaign();
    let mut faults = input_faults(input);
    faults.extend(day_faults(input.days, day_of(now, service.time_zone)));
    let posts = posts(db, (account, delegator), input.delegate)?;
    let (delegator, delegator_post, delegate_post) = match posts {
        Ok(posts) if faults.is_empty() => posts,
        Ok(_) => return Err(Error::invalid(faults)),
        Err(unfit) => {
            faults.insert(0, unfit);
            return Err(Error::invalid(faults));
        }
    };
    let (begins_at, ends_at) = instants(input.days, service.time_zone);
    Ok(Delegation {
        id: generator::new_id(&service.clocks)?,
        delegator,
        delegator_post,
        delegate: input.delegate,
        delegate_post,
        begins_at,
        ends_at,
        reason: text::tidy_paragraphs(&input.reason),
        entered_by: account.id,
        revocation: None,
        version: 1,
        created_at: now,
    })
}

/// Where both serve, or why one cannot stand in for the other. Of accounts that do not fit nothing is told, not even whether
/// they exist.
fn posts(
    db: &mut Connection,
    (account, delegator): (&Account, Option<UserId>),
    delegate: UserId,
) -> Result<Result<(UserId, Post, Post), Fault>, Error> {
    let Some(delegator) = delegator else { return Ok(Err(Fault::at("/delegator_id", Code::Required))) };
    let stranger = Fault::at("/delegator_id", Code::UnknownReference);
    if account.role != Role::Admin && delegator != account.id {
        return Ok(Err(stranger));
    }
    if delegator == delegate {
        return Ok(Err(Fault::at("/delegate_id", Code::Inconsistent)));
    }
    let people = Officials::of(db, &[delegator, delegate])?;
    let (away, here) = (people.find(delegator), people.find(delegate));
    let Some((away, away_post)) = away.and_then(|away| away.post().map(|post| (away, post))) else {
        return Ok(Err(stranger));
    };
    let fits = here.filter(|here| may_stand_in(&away, here)).and_then(|here| here.post());
    Ok(match fits {
        Some(here_post) => Ok((delegator, away_post, here_post)),
        None => Err(Fault::at("/delegate_id", Code::UnknownReference)),
    })
}

/// Ends a delegation at once: the delegator takes it back, the delegate declines it, or an administrator does either.
pub async fn revoke_delegation(
    service: &Service,
    caller: &Caller,
    (id, reason): (DelegationId, Option<String>),
    attempt: Option<Attempt>,
) -> Result<Shown, Error> {
    let account = caller.require(&ROLES)?.clone();
    refuse_invalid(reason.as_deref().map(reason_faults).unwrap_or_default())?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let found = storage::delegations::find_locked(db, id)?.ok_or_else(Error::not_found)?;
            let found = shown::own(&account, found)?;
            let now = service.clocks.campaign();
            let status = found.status(now);
            if matches!(status, DelegationStatus::Ended | DelegationStatus::Revoked) {
                return Err(Error::fault(Fault::of(Code::TransitionNotAllowed).with("status", status.as_str())));
            }
            let reason = reason.as_deref().map(text::tidy_paragraphs);
            let revocation = Revocation { by: account.id, at: now, reason };
            storage::delegations::set_revoked(db, id, &revocation)?;
            record_it(&service, db, &caller, (&found, EventKind::DelegationRevoked))?;
            tell(&service, db, account.id, (&found, revocation.reason.as_deref().unwrap_or_default()))?;
            let first = FirstAnswer { status: 201, resource_id: id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            let after = storage::delegations::find(db, id)?.ok_or_else(Error::not_found)?;
            shown::show(&service, db, after)
        })
        .await
}

fn record_it(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (delegation, kind): (&Delegation, EventKind),
) -> Result<(), Error> {
    let details = json!({
        "delegator_id": delegation.delegator,
        "delegate_id": delegation.delegate,
        "organization_id": delegation.delegator_post.organization,
        "begins_at": delegation.begins_at,
        "ends_at": delegation.ends_at,
    });
    let deed = Deed::new(kind.as_str(), "delegation", delegation.id).with(details);
    record::audit(service, db, caller, &deed)?;
    let place =
        storage::organizations::find(db, delegation.delegator_post.organization)?.ok_or_else(Error::not_found)?;
    let (district_id, unit_id) = match place.kind {
        OrganizationKind::City => (None, None),
        OrganizationKind::District => (Some(place.id), None),
        OrganizationKind::Unit => (place.district_id, Some(place.id)),
    };
    record::announce(service, db, &deed, Place { cycle: None, district_id, unit_id })
}

/// Tells the two whom it concerns, but for who did it.
fn tell(
    service: &Service,
    db: &mut Connection,
    by: UserId,
    (delegation, reason): (&Delegation, &str),
) -> Result<(), Error> {
    for person in [delegation.delegate, delegation.delegator].into_iter().filter(|person| *person != by) {
        let told = Notification {
            delegation: Some(delegation.id),
            reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
            ..notifications::blank(service, person, NotificationKind::Delegated)?
        };
        storage::notifications::insert(db, &told)?;
    }
    Ok(())
}
