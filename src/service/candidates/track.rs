//! What nominators see of their own nominations: by tracking code, or by account.

use chrono::{DateTime, Utc};

use super::access;
use crate::{
    domain::{
        candidate::{Candidate, Status},
        id::NominationId,
        readiness::ReadinessItem,
    },
    service::{Service, caller::Caller, error::Error, transitions},
    storage::{self, Connection, nominations::NominationRow},
};

/// A nomination as its nominator sees it: never contacts, reviewers or other nominators.
#[derive(Clone, Debug)]
pub struct Tracked {
    /// The nomination.
    pub nomination: NominationRow,
    /// Who was recommended.
    pub candidate: Candidate,
    /// What the unit's verification would still miss.
    pub missing: Vec<ReadinessItem>,
    /// Why it was returned, while it is.
    pub return_reason: Option<String>,
}

/// The nomination of a tracking code, as a person types it.
pub async fn get_tracked(service: &Service, code: String) -> Result<Tracked, Error> {
    service
        .store
        .read(move |db| {
            let nomination = access::find_coded(db, Some(&code))?.ok_or_else(Error::not_found)?;
            tracked(db, nomination)
        })
        .await
}

/// A page of the caller's own nominations, the latest first.
pub async fn list_own(
    service: &Service,
    caller: &Caller,
    after: Option<(DateTime<Utc>, NominationId)>,
    rows: i64,
) -> Result<Vec<Tracked>, Error> {
    let id = caller.account()?.id;
    service
        .store
        .read(move |db| {
            let nominations = storage::nominations::list_of_user(db, id, after, rows)?;
            nominations.into_iter().map(|nomination| tracked(db, nomination)).collect()
        })
        .await
}

fn tracked(db: &mut Connection, nomination: NominationRow) -> Result<Tracked, Error> {
    let candidate = storage::candidates::get(db, nomination.candidate_id)?;
    let missing = if candidate.status.is_editable() { missing(db, &candidate)? } else { Vec::new() };
    let return_reason = match candidate.status {
        Status::Returned => storage::candidates::last_return_reason(db, candidate.id)?,
        Status::Nominated
        | Status::Verified
        | Status::Endorsed
        | Status::Screened
        | Status::Forwarded
        | Status::Listed
        | Status::NotListed
        | Status::Rejected
        | Status::Withdrawn
        | Status::Revoked => None,
    };
    Ok(Tracked { nomination, candidate, missing, return_reason })
}

fn missing(db: &mut Connection, candidate: &Candidate) -> Result<Vec<ReadinessItem>, Error> {
    let Some(cycle) = storage::cycles::find(db, candidate.cycle)? else { return Ok(Vec::new()) };
    let readiness = transitions::readiness(db, candidate, &cycle.policy)?;
    Ok(readiness.items.into_iter().filter(|item| !item.ok && item.needed_to_verify).collect())
}
