//! The second reviewer's decision.

use serde_json::json;

use super::{
    REASON_MAX_CHARS,
    settling::{settle, settle_slice},
};
use crate::{
    domain::{
        fault::{Code, Fault},
        id::QuarantineId,
        quarantine::{self, Decision, Quarantine, Verdict},
        role::Role,
        text,
    },
    service::{
        Caller, Error, Service,
        error::refuse_invalid,
        idempotency::{self, Attempt, FirstAnswer},
        record::{self, Deed, Place},
    },
    storage::{self, Connection},
};

/// A decision as it comes in.
#[derive(Clone, Debug)]
pub struct DecisionInput {
    /// Which.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
    /// The version that was seen.
    pub version: i64,
}

impl DecisionInput {
    fn faults(&self) -> Vec<Fault> {
        text::paragraphs(&self.reason, REASON_MAX_CHARS).into_iter().map(|fault| fault.under("/reason")).collect()
    }
}

/// Decides a quarantine that another reviewer of the city opened.
pub async fn decide_quarantine(
    service: &Service,
    caller: &Caller,
    id: QuarantineId,
    input: DecisionInput,
    attempt: Option<Attempt>,
) -> Result<Quarantine, Error> {
    let account = caller.require(&[Role::CityReviewer])?.clone();
    refuse_invalid(input.faults())?;
    let (of_service, caller) = (service.clone(), caller.clone());
    let work = move |db: &mut Connection| {
        account.recheck(db)?;
        idempotency::claim(db, attempt.as_ref(), of_service.clocks.machine())?;
        let found = hold(db, id)?;
        if found.version != input.version {
            return Err(Error::of(Code::PreconditionFailed));
        }
        let cycle = storage::cycles::find(db, found.cycle)?.ok_or_else(Error::not_found)?;
        let at = of_service.clocks.campaign();
        let publication = (cycle.published_at, cycle.policy.objection_days);
        let status =
            quarantine::decide(&found, (account.actor(), input.verdict), publication, at).map_err(Error::guards)?;
        let decision = Decision { by: account.actor(), reason: text::tidy_paragraphs(&input.reason), at };
        storage::quarantines::set_decision(db, id, status, &decision)?;
        storage::held_votes::count_out(db, (id, found.cycle), status)?;
        let more = settle_slice(&of_service, db, id)?;
        let details = json!({ "cycle": found.cycle, "status": status.as_str(), "votes": found.held });
        let deed = Deed::new("quarantine.decided", "quarantine", id).with(details);
        record::audit(&of_service, db, &caller, &deed)?;
        record::announce(&of_service, db, &deed, Place { cycle: Some(found.cycle), ..Place::default() })?;
        let first = FirstAnswer { status: 201, resource_id: id.into(), secret: None };
        idempotency::keep(db, attempt.as_ref(), &first)?;
        Ok((storage::quarantines::find(db, id)?.ok_or_else(Error::not_found)?, more))
    };
    let (decided, more) = service.store.write(work).await?;
    if more {
        settle(service, id).await;
    }
    Ok(decided)
}

/// Holds cycle, log and quarantine, in this order.
fn hold(db: &mut Connection, id: QuarantineId) -> Result<Quarantine, Error> {
    let seen = storage::quarantines::find(db, id)?.ok_or_else(Error::not_found)?;
    storage::locks::cycle_shared(db, seen.cycle)?;
    storage::votes::lock_log(db, seen.cycle)?;
    let row = storage::quarantines::find_locked(db, id)?.ok_or_else(Error::not_found)?;
    Ok(row.into())
}
