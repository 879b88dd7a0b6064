//! Undoing a merger: what was handed over goes back, and both are what they were, as far as nothing has followed.

use super::{
    Merged,
    pair::{Pair, Side},
};
use crate::{
    domain::{
        fault::{Code, Fault},
        guard::{self, Said},
        id::CandidateId,
        merger,
        transition::Action,
    },
    service::{
        Service,
        caller::Caller,
        detours::Outcome,
        error::Error,
        transitions::{self, Order, sight},
    },
    storage::{
        self, Connection,
        candidates::CandidateChange,
        merge_items::{Handing, Moved},
        merges::MergeRow,
        sql_values::At,
    },
};

/// Undoes the merger by which a candidate was withdrawn.
pub async fn undo(
    service: &Service,
    caller: &Caller,
    (id, version): (CandidateId, i64),
    reason: Option<String>,
) -> Result<Merged, Error> {
    sight::require_part(caller, &[Action::Unmerge])?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store.write(move |db| carry_out(&service, db, &caller, (id, version, reason))).await
}

fn carry_out(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (id, version, reason): (CandidateId, i64, Option<String>),
) -> Result<Merged, Error> {
    caller.account()?.recheck(db)?;
    let seen = sight::seen(db, caller, id)?.candidate;
    if seen.version != version {
        return Err(Error::of(Code::PreconditionFailed));
    }
    let Some(row) = storage::merges::find_standing(db, id)? else {
        let fault = Fault::of(Code::TransitionNotAllowed).with("action", Action::Unmerge.as_str());
        return Err(Error::fault(fault.with("status", seen.status.as_str())));
    };
    // The unit that carried it may have been closed or moved since; it is held before the cycles.
    if let Some(unit) = seen.unit_id {
        transitions::hold_organization(db, unit)?;
    }
    let pair = Pair::hold(db, caller, (id, row.survivor_id))?;
    judge(service, &pair, version)?;
    let order = Order { survivor_id: Some(row.survivor_id), ..Order::new(Action::Unmerge, reason.clone()) };
    let done = transitions::apply(service, db, caller, id, &order.at_version(version))?;
    let handing = Handing { merge: row.id, from: id, to: row.survivor_id };
    let moved = storage::merge_items::bring_back(db, handing)?;
    storage::merges::set_undone(db, row.id, (caller.account()?.id, service.clocks.campaign()))?;
    let side = Side { action: Action::Unmerge, moved, reason };
    let survivor = side.keep(service, db, caller, (&pair, released(service, &pair, (&row, moved))))?;
    Ok(Merged { outcome: Outcome::of(Action::Unmerge, &done), survivor })
}

/// Everything that stands against it. The version makes sure that it is still the merger that was looked at.
fn judge(service: &Service, pair: &Pair, version: i64) -> Result<(), Error> {
    let now = service.clocks.campaign();
    if pair.merged.candidate.version != version {
        return Err(Error::of(Code::PreconditionFailed));
    }
    let mut faults = guard::check(Action::Unmerge, &pair.merged.facts(now), &Said::default());
    if faults.first().is_none_or(|fault| fault.code != Code::TransitionNotAllowed && fault.code != Code::Forbidden) {
        faults.extend(merger::against_person(Action::Unmerge, &pair.survivor.facts(now)));
        faults.sort_by_key(|fault| fault.code);
        faults.dedup();
    }
    transitions::refuse(faults)
}

/// How the survivor changes. What fell back from `verified` when photos came is verified again, for its file is what it
/// was, unless anything has followed.
fn released(service: &Service, pair: &Pair, (row, moved): (&MergeRow, Moved)) -> CandidateChange {
    let (before, now) = (&pair.survivor.candidate, service.clocks.campaign());
    let is_untouched = before.version == row.survivor_version && before.status != row.survivor_status;
    CandidateChange {
        status: is_untouched.then_some(row.survivor_status),
        status_changed_at: is_untouched.then_some(row.survivor_since),
        materials_changed_at: (moved.photos > 0).then_some(At(now)),
        ..CandidateChange::default()
    }
}
