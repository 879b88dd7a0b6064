//! A lead is given to who is to deal with it, or back.

use serde_json::json;

use super::{
    hold_open, note,
    read::{self, LeadFile},
};
use crate::{
    domain::{
        fault::Fault,
        id::{LeadId, OrganizationId},
        lead::{self, Assignment, REASON_MAX_CHARS},
        text,
    },
    service::{
        Service,
        caller::Caller,
        error::{Error, refuse_invalid},
        idempotency::{self, Attempt, FirstAnswer},
        transitions,
    },
    storage,
};

/// To whom a lead is given, as it comes in.
#[derive(Clone, Debug)]
pub struct AssignmentInput {
    /// The organization; `None` gives it back to the city.
    pub organization_id: Option<OrganizationId>,
    /// Why.
    pub reason: Option<String>,
}

impl AssignmentInput {
    /// Everything that breaks a rule of its own.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let faults = self.reason.as_deref().map(|reason| text::paragraphs(reason, REASON_MAX_CHARS));
        faults.unwrap_or_default().into_iter().map(|fault| fault.under("/reason")).collect()
    }
}

/// Gives a lead to an organization of the caller's subtree, back to the district above, or back to the city.
pub async fn assign_lead(
    service: &Service,
    caller: &Caller,
    id: LeadId,
    input: AssignmentInput,
    attempt: Option<Attempt>,
) -> Result<LeadFile, Error> {
    let account = caller.require_reviewer()?.clone();
    refuse_invalid(input.faults())?;
    let reason = input.reason.as_deref().map(text::tidy_paragraphs);
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let (lead, present) = hold_open(db, &account, id)?;
            let to = match input.organization_id {
                Some(wished) => transitions::hold_organization(db, wished)?,
                None => None,
            };
            refuse_invalid(lead::assignment_faults(Assignment {
                scope: &account.scope,
                organization_id: input.organization_id,
                organization: to.as_ref(),
                present: present.as_ref(),
                has_reason: reason.is_some(),
            }))?;
            let now = service.clocks.campaign();
            storage::leads::set_organization(db, id, (input.organization_id, reason.as_deref()), now)?;
            let details = json!({ "from": lead.organization_id, "to": input.organization_id });
            note(&service, db, &caller, (&lead, to.as_ref()), ("lead.assigned", details))?;
            let first = FirstAnswer { status: 201, resource_id: id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            read::shown(db, id)
        })
        .await
}
