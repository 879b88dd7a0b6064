//! Delegations as they are read: by those whom they concern, and by administrators.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::{ROLES, acting::Officials};
pub use crate::storage::delegations::Eligible;
use crate::{
    domain::{
        delegation::{Delegation, DelegationStatus},
        id::{DelegationId, OrganizationId, UserId},
        role::Role,
    },
    service::{
        Service,
        caller::{Account, Caller},
        error::Error,
    },
    storage::{self, Connection, delegations::DelegationFilter},
};

/// A delegation with the names of people and places.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The delegation.
    pub delegation: Delegation,
    /// How it stands now.
    pub status: DelegationStatus,
    /// Its first and its last day.
    pub days: (NaiveDate, NaiveDate),
    /// The name shown of who is away.
    pub delegator_name: String,
    /// The name shown of who stands in.
    pub delegate_name: String,
    /// The name of the organization in which the delegate stands in.
    pub organization_name: String,
}

/// Whose delegations a reviewer asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mine {
    /// Those that the caller gave.
    Given,
    /// Those that the caller was given.
    Received,
}

/// Which delegations.
#[derive(Clone, Debug, Default)]
pub struct Delegations {
    /// Standing so; of any where nothing is said.
    pub statuses: Vec<DelegationStatus>,
    /// The caller's own of one side.
    pub mine: Option<Mine>,
}

/// One page, the one that was entered last first: of a reviewer those given or received, of an administrator all.
pub async fn list_delegations(
    service: &Service,
    caller: &Caller,
    wanted: Delegations,
    after: Option<(DateTime<Utc>, DelegationId)>,
    limit: i64,
) -> Result<Vec<Shown>, Error> {
    let account = caller.require(&ROLES)?.clone();
    let filter = DelegationFilter {
        delegator: Some(account.id).filter(|_| wanted.mine == Some(Mine::Given)),
        delegate: Some(account.id).filter(|_| wanted.mine == Some(Mine::Received)),
        party: Some(account.id).filter(|_| account.role != Role::Admin),
        statuses: wanted.statuses,
    };
    let service = service.clone();
    let store = service.store.clone();
    store
        .read(move |db| {
            let now = service.clocks.campaign();
            let rows = storage::delegations::list(db, (&filter, now), after, limit)?;
            named(&service, db, rows)
        })
        .await
}

/// Reads a delegation; 404 for whom it does not concern.
pub async fn get_delegation(service: &Service, caller: &Caller, id: DelegationId) -> Result<Shown, Error> {
    let account = caller.require(&ROLES)?.clone();
    let service = service.clone();
    let store = service.store.clone();
    store
        .read(move |db| {
            let found = storage::delegations::find(db, id)?.ok_or_else(Error::not_found)?;
            show(&service, db, own(&account, found)?)
        })
        .await
}

/// A delegation that concerns an account: it is one of the two, or an administrator; else 404.
pub(super) fn own(account: &Account, delegation: Delegation) -> Result<Delegation, Error> {
    let is_party = [delegation.delegator, delegation.delegate].contains(&account.id);
    if is_party || account.role == Role::Admin { Ok(delegation) } else { Err(Error::not_found()) }
}

pub(super) fn show(service: &Service, db: &mut Connection, delegation: Delegation) -> Result<Shown, Error> {
    named(service, db, vec![delegation])?.pop().ok_or_else(Error::not_found)
}

fn named(service: &Service, db: &mut Connection, rows: Vec<Delegation>) -> Result<Vec<Shown>, Error> {
    let people: BTreeSet<UserId> = rows.iter().flat_map(|row| [row.delegator, row.delegate]).collect();
    let people = storage::reviewers::names(db, &people.into_iter().collect::<Vec<_>>())?;
    let places: BTreeSet<OrganizationId> = rows.iter().map(|row| row.delegator_post.organization).collect();
    let places = storage::organizations::names(db, &places.into_iter().collect::<Vec<_>>())?;
    let places: BTreeMap<OrganizationId, String> = places.into_iter().collect();
    let now = service.clocks.campaign();
    let shown = rows.into_iter().map(|row| Shown {
        status: row.status(now),
        days: row.days(service.time_zone),
        delegator_name: people.get(&row.delegator).cloned().unwrap_or_default(),
        delegate_name: people.get(&row.delegate).cloned().unwrap_or_default(),
        organization_name: places.get(&row.delegator_post.organization).cloned().unwrap_or_default(),
        delegation: row,
    });
    Ok(shown.collect())
}

/// More than anybody stands in for at a time.
const MOST_STAND_INS: i64 = 100;

/// The delegations under which an account may act now.
pub async fn list_stand_ins(service: &Service, caller: &Caller) -> Result<Vec<Shown>, Error> {
    let account = caller.account()?.clone();
    let service = service.clone();
    let store = service.store.clone();
    store
        .read(move |db| {
            let statuses = vec![DelegationStatus::InForce];
            let filter = DelegationFilter { delegate: Some(account.id), statuses, ..DelegationFilter::default() };
            let now = service.clocks.campaign();
            let mut found = storage::delegations::list(db, (&filter, now), None, MOST_STAND_INS)?;
            let parties: Vec<UserId> = found.iter().map(|row| row.delegator).chain([account.id]).collect();
            let people = Officials::of(db, &parties)?;
            found.retain(|delegation| people.hold(delegation, &service.clocks));
            named(&service, db, found)
        })
        .await
}

/// One page of the reviewers who may stand in for somebody: for the caller, or for whom an administrator names. Nobody may for
/// who is no reviewer of an organization that takes part.
pub async fn list_eligible(
    service: &Service,
    caller: &Caller,
    delegator: Option<UserId>,
    after: Option<(DateTime<Utc>, UserId)>,
    limit: i64,
) -> Result<Vec<Eligible>, Error> {
    let account = caller.require(&ROLES)?.clone();
    let delegator = delegator.filter(|_| account.role == Role::Admin).unwrap_or(account.id);
    service
        .store
        .read(move |db| {
            let away = Officials::of(db, &[delegator])?.find(delegator);
            match away.filter(|away| away.post().is_some()).and_then(|away| away.organization) {
                Some(place) => Ok(storage::delegations::list_eligible(db, (&place, delegator), after, limit)?),
                None => Ok(Vec::new()),
            }
        })
        .await
}
