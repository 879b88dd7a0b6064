//! Merging two candidates who are one person, and undoing it.
//!
//! Both are held in the order of their ids before anything is judged. The merged one goes the way of every transition; the
//! survivor is noted to have changed, for what a reviewer judges of it has: its nominations, and its photos where some come.

mod pair;
mod undo;

use uuid::Uuid;

use self::pair::{Pair, Side};
pub use self::undo::undo;
use super::{
    Service,
    caller::Caller,
    detours::{self, Outcome},
    error::{Error, refuse_invalid},
    generator,
    idempotency::{self, Attempt, FirstAnswer},
    transitions::{self, Order, sight},
};
use crate::{
    domain::{
        candidate::{Candidate, Status},
        fault::{Code, Fault},
        guard::{self, Said},
        id::{CandidateId, MergeId},
        merger,
        transition::Action,
    },
    storage::{
        self, Connection,
        candidates::CandidateChange,
        merge_items::{Handing, Moved},
        merges::MergeRow,
        sql_values::At,
    },
};

/// A merger to be carried out.
#[derive(Clone, Debug)]
pub struct NewMerger {
    /// Into which candidate.
    pub into: CandidateId,
    /// Why.
    pub reason: String,
    /// The version of the merged one that the client has seen.
    pub version: i64,
}

/// What came of a merger or its undoing.
#[derive(Clone, Debug)]
pub struct Merged {
    /// What the merged one has become.
    pub outcome: Outcome,
    /// The survivor as it is now.
    pub survivor: Candidate,
}

/// Merges a candidate into another of its district.
pub async fn merge(
    service: &Service,
    caller: &Caller,
    id: CandidateId,
    input: NewMerger,
    attempt: Option<Attempt>,
) -> Result<Merged, Error> {
    sight::require_part(caller, &[Action::Merge])?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            caller.account()?.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let merged = carry_out(&service, db, &caller, (id, &input))?;
            let first = FirstAnswer { status: 201, resource_id: merged.outcome.id, secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            Ok(merged)
        })
        .await
}

/// What came of a merger that was answered before.
pub async fn outcome(service: &Service, id: CandidateId, step: Uuid) -> Result<Merged, Error> {
    let outcome = detours::outcome(service, id, step, Action::Merge).await?;
    let survivor = service
        .store
        .read(move |db| {
            let step = storage::transitions::find(db, step.into())?.and_then(|step| step.other_candidate_id);
            storage::candidates::find(db, step.ok_or_else(Error::not_found)?)?.ok_or_else(Error::not_found)
        })
        .await?;
    Ok(Merged { outcome, survivor })
}

fn carry_out(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (id, input): (CandidateId, &NewMerger),
) -> Result<Merged, Error> {
    let seen = sight::seen(db, caller, id)?.candidate;
    if seen.version != input.version {
        return Err(Error::of(Code::PreconditionFailed));
    }
    if input.into == id {
        return Err(Error::invalid(vec![Fault::at("/into", Code::Inconsistent)]));
    }
    if !pair::is_inside(db, caller, input.into)? {
        return Err(Error::invalid(vec![Fault::at("/into", Code::UnknownReference)]));
    }
    let pair = Pair::hold(db, caller, (id, input.into))?;
    judge(service, &pair, input)?;
    let row = row(service, caller, &pair, input)?;
    let order = Order { survivor_id: Some(input.into), ..Order::new(Action::Merge, Some(input.reason.clone())) };
    let done = transitions::apply(service, db, caller, id, &order.at_version(input.version))?;
    storage::merges::insert(db, &row)?;
    let handing = Handing { merge: row.id, from: id, to: input.into };
    let moved = storage::merge_items::hand_over(db, handing)?;
    let side = Side { action: Action::Merge, moved, reason: Some(input.reason.clone()) };
    let survivor = side.keep(service, db, caller, (&pair, absorbed(service, &pair, moved)))?;
    Ok(Merged { outcome: Outcome::of(Action::Merge, &done), survivor })
}

/// Everything that stands against it, on both sides, reported together.
fn judge(service: &Service, pair: &Pair, input: &NewMerger) -> Result<(), Error> {
    let (now, merged, survivor) = (service.clocks.campaign(), &pair.merged, &pair.survivor);
    if merged.candidate.version != input.version {
        return Err(Error::of(Code::PreconditionFailed));
    }
    // What was handed in for another district is another district's decision.
    let is_elsewhere = merged.candidate.district_id != survivor.candidate.district_id;
    refuse_invalid(is_elsewhere.then(|| Fault::at("/into", Code::Inconsistent)).into_iter().collect())?;
    let mut faults = guard::check(Action::Merge, &merged.facts(now), &Said::default());
    let is_alone = |fault: &Fault| [Code::Forbidden, Code::NotFound, Code::TransitionNotAllowed].contains(&fault.code);
    if !faults.iter().any(is_alone) {
        let further = survivor.merger.map(|merger| merger.survivor.id);
        faults.extend(merger::against_survivor(&survivor.facts(now), further));
        faults.sort_by_key(|fault| fault.code);
        faults.dedup();
    }
    transitions::refuse(faults)
}

/// What is kept, so that the merger can be undone.
fn row(service: &Service, caller: &Caller, pair: &Pair, input: &NewMerger) -> Result<MergeRow, Error> {
    let (merged, survivor) = (&pair.merged.candidate, &pair.survivor.candidate);
    Ok(MergeRow {
        id: generator::new_id::<MergeId>(&service.clocks)?,
        candidate_id: merged.id,
        survivor_id: survivor.id,
        former_status: merged.status,
        former_since: At(merged.status_changed_at),
        survivor_status: survivor.status,
        survivor_since: At(survivor.status_changed_at),
        survivor_version: survivor.version + 1,
        reason: input.reason.clone(),
        merged_by: caller.account()?.id,
        merged_at: At(service.clocks.campaign()),
        undone_by: None,
        undone_at: None,
    })
}

/// How the survivor changes.
fn absorbed(service: &Service, pair: &Pair, moved: Moved) -> CandidateChange {
    let (before, now) = (pair.survivor.candidate.status, service.clocks.campaign());
    let after: Status = merger::survivor_status(before, moved.photos > 0);
    CandidateChange {
        status: (after != before).then_some(after),
        status_changed_at: (after != before).then_some(At(now)),
        materials_changed_at: (moved.photos > 0).then_some(At(now)),
        ..CandidateChange::default()
    }
}
