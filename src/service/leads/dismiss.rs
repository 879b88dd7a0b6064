//! Nothing comes of a lead.

use serde_json::json;

use super::{
    hold_open, note,
    read::{self, LeadFile},
};
use crate::{
    domain::{
        fault::Fault,
        id::LeadId,
        lead::{LeadStatus, REASON_MAX_CHARS},
        text,
    },
    service::{
        Service,
        caller::Caller,
        error::{Error, refuse_invalid},
        idempotency::{self, Attempt, FirstAnswer},
    },
    storage,
};

/// What is wrong with the reason of a dismissal.
#[must_use]
pub fn reason_faults(reason: &str) -> Vec<Fault> {
    text::paragraphs(reason, REASON_MAX_CHARS).into_iter().map(|fault| fault.under("/reason")).collect()
}

/// Dismisses a lead. What it says of anybody is erased after the days that its cycle's policy gives it.
pub async fn dismiss_lead(
    service: &Service,
    caller: &Caller,
    id: LeadId,
    reason: String,
    attempt: Option<Attempt>,
) -> Result<LeadFile, Error> {
    let account = caller.require_reviewer()?.clone();
    refuse_invalid(reason_faults(&reason))?;
    let reason = text::tidy_paragraphs(&reason);
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let (lead, handler) = hold_open(db, &account, id)?;
            storage::leads::set_dismissed(db, id, &reason, (account.id, service.clocks.campaign()))?;
            let details = json!({ "from": lead.status, "to": LeadStatus::Dismissed });
            note(&service, db, &caller, (&lead, handler.as_ref()), ("lead.dismissed", details))?;
            let first = FirstAnswer { status: 201, resource_id: id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            read::shown(db, id)
        })
        .await
}
