//! One step of a recommendation, written down: its new status, the step, audit and outgoing event.

use serde_json::json;

use crate::{
    domain::{
        fault::Code,
        id::PoolRecommendationId,
        pool::{PoolStep, Recommendation, StepKind},
    },
    service::{
        Caller, Error, Service,
        caller::Account,
        generator,
        record::{self, Deed, Place},
    },
    storage::{self, Connection},
};

/// Writes a recommendation as it is after a step that was judged, and the step with its words.
pub(super) fn write(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (after, kind, words): (&Recommendation, StepKind, Option<String>),
) -> Result<(), Error> {
    if !storage::pool_recommendations::update_if(db, after, service.clocks.campaign())? {
        return Err(Error::of(Code::PreconditionFailed));
    }
    keep(service, db, caller, (after, kind, words))
}

/// A step that follows from something else, and is nobody's decision.
pub(super) fn follow(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (found, kind): (&Recommendation, StepKind),
) -> Result<(), Error> {
    let Some(status) = kind.leads(found.status) else { return Ok(()) };
    let after = Recommendation { status, ..found.clone() };
    write(service, db, caller, (&after, kind, None))
}

/// Keeps a step of a recommendation that was written.
pub(super) fn keep(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (after, kind, words): (&Recommendation, StepKind, Option<String>),
) -> Result<(), Error> {
    let step = PoolStep {
        id: generator::new_id(&service.clocks)?,
        recommendation: after.id,
        kind,
        words,
        actor: caller.actor(),
        organization: caller.account.as_ref().and_then(Account::organization_id),
        at: service.clocks.campaign(),
    };
    storage::pool_steps::insert(db, &step)?;
    let details = json!({ "honoree_id": after.honoree, "level": after.level, "step": kind, "status": after.status });
    let deed = Deed::new(event(kind), "pool_recommendation", after.id).with(details);
    record::audit(service, db, caller, &deed)?;
    let honoree = storage::honorees::find(db, after.honoree)?.ok_or_else(Error::not_found)?;
    record::announce(service, db, &deed, Place { cycle: None, district_id: honoree.district, unit_id: honoree.unit })
}

const fn event(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Proposed | StepKind::Resubmitted => "pool.recommended",
        StepKind::Returned | StepKind::Approved | StepKind::Rejected => "pool.reviewed",
        StepKind::Chosen | StepKind::NotChosen | StepKind::Lapsed => "pool.ended",
    }
}

/// Holds the honoree of a recommendation, then reads it anew; 412 when its version has passed.
pub(super) fn hold(db: &mut Connection, (id, version): (PoolRecommendationId, i64)) -> Result<Recommendation, Error> {
    let seen = storage::pool_recommendations::find(db, id)?.ok_or_else(Error::not_found)?;
    storage::locks::honoree(db, seen.honoree)?;
    let found = storage::pool_recommendations::find(db, id)?.ok_or_else(Error::not_found)?;
    // A merger may have handed it to another honoree meanwhile, who is not held.
    if found.version != version || found.honoree != seen.honoree {
        return Err(Error::of(Code::PreconditionFailed));
    }
    Ok(found)
}
