//! What nominators see of their own nominations: by tracking code, or by account.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::access;
use crate::{
    domain::{
        candidate::{Candidate, Status},
        id::{CandidateId, NominationId},
        readiness::{Readiness, ReadinessItem},
    },
    service::{
        Service,
        caller::Caller,
        error::Error,
        transitions::{Files, cycles_of},
    },
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
            tracked(db, vec![nomination])?.pop().ok_or_else(Error::not_found)
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
            tracked(db, nominations)
        })
        .await
}

fn tracked(db: &mut Connection, nominations: Vec<NominationRow>) -> Result<Vec<Tracked>, Error> {
    let ids: Vec<CandidateId> = nominations.iter().map(|row| row.candidate_id).collect();
    let candidates = storage::candidates::list_of(db, &ids)?;
    let files = Files::of(db, &candidates)?;
    let cycles = cycles_of(db, &candidates)?;
    let returned: Vec<CandidateId> = candidates
        .iter()
        .filter(|candidate| candidate.status == Status::Returned)
        .map(|candidate| candidate.id)
        .collect();
    let reasons = storage::candidates::last_return_reasons(db, &returned)?;
    let candidates: BTreeMap<CandidateId, Candidate> =
        candidates.into_iter().map(|candidate| (candidate.id, candidate)).collect();
    let shown = nominations.into_iter().map(|nomination| {
        let candidate = candidates.get(&nomination.candidate_id).cloned().ok_or_else(Error::not_found)?;
        let cycle = cycles.get(&candidate.cycle).filter(|_| candidate.status.is_editable());
        let missing =
            cycle.map(|cycle| missing(files.readiness(&candidate, &cycle.policy).for_nominators())).unwrap_or_default();
        let return_reason = reasons.get(&candidate.id).cloned();
        Ok(Tracked { nomination, candidate, missing, return_reason })
    });
    shown.collect()
}

fn missing(readiness: Readiness) -> Vec<ReadinessItem> {
    readiness.items.into_iter().filter(|item| !item.ok && item.needed_to_verify).collect()
}
