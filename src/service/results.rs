//! The results of a nationally run vote: delivered by the portal, replaced by it until the list is published.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{
    Caller, Error, Service, cycles,
    error::refuse_invalid,
    record::{self, Deed, Place},
};
use crate::{
    domain::{
        candidate::Status,
        cycle::Cycle,
        fault::Code,
        id::{CandidateId, UserId},
        month::Month,
        policy::ResultSource,
        role::Role,
        verdict::{self, Verdict},
    },
    storage::{self, Connection, results::ResultsRow},
};

/// What was delivered for a cycle.
#[derive(Clone, Debug)]
pub struct CycleResults {
    /// When and by whom.
    pub row: ResultsRow,
    /// By candidate.
    pub verdicts: Vec<Verdict>,
}

/// Whether a delivery changed anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It was the first of the cycle.
    First,
    /// It replaced another one.
    Replaced,
    /// It says what stands already.
    Known,
}

/// Reads what the portal delivered for a cycle; 404 while it has not.
pub async fn get_results(service: &Service, caller: &Caller, month: Month) -> Result<CycleResults, Error> {
    caller.require(&[Role::CityReviewer, Role::Portal])?;
    cycles::ensure_exist(service).await?;
    service
        .store
        .read(move |db| {
            let cycle = storage::cycles::find(db, month)?.ok_or_else(Error::not_found)?;
            if cycle.policy.result_source == ResultSource::Local {
                return Err(Error::of(Code::VotingHere));
            }
            let row = storage::results::find(db, month)?.ok_or_else(Error::not_found)?;
            Ok(CycleResults { row, verdicts: storage::results::entries(db, month)? })
        })
        .await
}

/// Takes what the portal delivers for a cycle. What stands already changes nothing, also after publication; `seen`, where
/// it is given, must be the version of what is replaced.
pub async fn deliver_results(
    service: &Service,
    caller: &Caller,
    (month, seen): (Month, Option<i64>),
    mut verdicts: Vec<Verdict>,
) -> Result<(CycleResults, Delivery), Error> {
    let account = caller.require(&[Role::Portal])?.clone();
    cycles::ensure_exist(service).await?;
    let digest = digest(&verdicts)?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            storage::locks::cycle(db, month)?;
            let cycle = storage::cycles::find(db, month)?.ok_or_else(Error::not_found)?;
            let standing = storage::results::find(db, month)?;
            if let Some(row) = standing.clone().filter(|row| row.digest == digest && !is_local(&cycle)) {
                let verdicts = storage::results::entries(db, month)?;
                return Ok((CycleResults { row, verdicts }, Delivery::Known));
            }
            if seen.is_some() && seen != standing.as_ref().map(|row| row.version) {
                return Err(Error::of(Code::PreconditionFailed));
            }
            accept(db, &cycle, &verdicts)?;
            verdicts.sort_unstable();
            let row = next_row(&service, &cycle, account.id, (standing.as_ref(), digest));
            storage::results::replace(db, &row, &verdicts)?;
            note_delivered(&service, db, &caller, &row, &verdicts)?;
            let delivery = if standing.is_some() { Delivery::Replaced } else { Delivery::First };
            Ok((CycleResults { row, verdicts }, delivery))
        })
        .await
}

fn is_local(cycle: &Cycle) -> bool {
    cycle.policy.result_source == ResultSource::Local
}

/// Refuses what the cycle does not take now, and what is wrong with a delivery that it would take.
fn accept(db: &mut Connection, cycle: &Cycle, verdicts: &[Verdict]) -> Result<(), Error> {
    let closed =
        if is_local(cycle) { Some(Code::VotingHere) } else { cycle.published_at.map(|_| Code::AlreadyPublished) };
    match closed {
        Some(code) => {
            // What is wrong in itself is told first, as everywhere.
            refuse_invalid(verdict::judge_form(verdicts))?;
            Err(Error::of(code))
        }
        None => refuse_invalid(verdict::judge(verdicts, &forwarded(db, cycle.month)?)),
    }
}

/// Every candidate of the cycle's batches, with whether it stands as forwarded still.
fn forwarded(db: &mut Connection, month: Month) -> Result<BTreeMap<CandidateId, bool>, Error> {
    let standing: BTreeSet<CandidateId> = storage::contenders::ids(db, month, Status::Forwarded)?.into_iter().collect();
    let sent = storage::batches::candidates_of(db, month)?;
    Ok(sent.into_iter().map(|id| (id, standing.contains(&id))).collect())
}

fn next_row(
    service: &Service,
    cycle: &Cycle,
    by: UserId,
    (standing, digest): (Option<&ResultsRow>, Vec<u8>),
) -> ResultsRow {
    ResultsRow {
        cycle: cycle.month,
        digest,
        delivered_by: by,
        delivered_at: service.clocks.campaign(),
        version: standing.map_or(1, |row| row.version.saturating_add(1)),
    }
}

/// By which a delivery is recognised when it is sent again, in whatever order it names the candidates.
fn digest(verdicts: &[Verdict]) -> Result<Vec<u8>, Error> {
    let mut ordered = verdicts.to_vec();
    ordered.sort_unstable();
    let bytes = serde_json::to_vec(&ordered).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(Sha256::digest(bytes).to_vec())
}

/// The audit keeps a digest of every delivery, so that it can be told later what was replaced. The event says no votes and
/// not how many are listed: who may see that is the policy's.
fn note_delivered(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    row: &ResultsRow,
    verdicts: &[Verdict],
) -> Result<(), Error> {
    let listed = verdicts.iter().filter(|verdict| verdict.listed).count();
    let deed = Deed::new("results.delivered", "results", row.cycle);
    let said = json!({ "version": row.version, "candidates": verdicts.len() });
    let kept = json!({
        "version": row.version, "candidates": verdicts.len(), "listed": listed, "sha256": hex::encode(&row.digest),
    });
    record::audit(service, db, caller, &deed.clone().with(kept))?;
    record::announce(service, db, &deed.with(said), Place { cycle: Some(row.cycle), ..Place::default() })
}

/// What the portal said of each candidate of a cycle; none where it has not delivered.
pub(super) fn delivered(db: &mut Connection, month: Month) -> Result<Option<BTreeMap<CandidateId, Verdict>>, Error> {
    if storage::results::find(db, month)?.is_none() {
        return Ok(None);
    }
    let verdicts = storage::results::entries(db, month)?.into_iter();
    Ok(Some(verdicts.map(|verdict| (verdict.candidate_id, verdict)).collect()))
}
