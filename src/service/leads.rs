//! 线索: what comes in before it is a nomination. Anybody sends one; the reviewers of the subtree deal with it, and the
//! city with what nobody was given.

pub mod assign;
pub mod dismiss;
pub mod promote;
pub mod read;
pub mod receive;

use serde_json::Value;

use super::{
    Service,
    caller::{Account, Caller},
    error::Error,
    record::{self, Deed, Place},
};
use crate::{
    domain::{
        id::LeadId,
        lead::{self, Lead},
        organization::{Organization, OrganizationKind},
        scope::Scope,
    },
    storage::{self, Connection},
};

/// The organization that deals with a lead; none where the city does.
fn handler(db: &mut Connection, lead: &Lead) -> Result<Option<Organization>, Error> {
    Ok(match lead.organization_id {
        Some(id) => storage::organizations::find(db, id)?,
        None => None,
    })
}

/// Whether an account's subtree covers a lead.
fn covers(scope: &Scope, lead: &Lead, handler: Option<&Organization>) -> bool {
    match handler {
        Some(handler) => scope.covers_organization(handler),
        None => lead.organization_id.is_none() && *scope == Scope::City,
    }
}

/// Holds a lead that the caller deals with and that was not dealt with before; 404 or 409 else.
fn hold_open(db: &mut Connection, account: &Account, id: LeadId) -> Result<(Lead, Option<Organization>), Error> {
    let lead = storage::leads::find_locked(db, id)?.ok_or_else(Error::not_found)?;
    let handler = handler(db, &lead)?;
    if !covers(&account.scope, &lead, handler.as_ref()) {
        return Err(Error::not_found());
    }
    lead::refuse_decided(&lead).map_err(Error::fault)?;
    Ok((lead, handler))
}

/// Writes audit and outgoing event of what was done to a lead.
fn note(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (lead, handler): (&Lead, Option<&Organization>),
    (action, details): (&str, Value),
) -> Result<(), Error> {
    let deed = Deed::new(action, "lead", lead.id).with(details);
    record::audit(service, db, caller, &deed)?;
    let unit_id = handler.filter(|handler| handler.kind == OrganizationKind::Unit).map(|handler| handler.id);
    let district_id = handler.and_then(|handler| match handler.kind {
        OrganizationKind::District => Some(handler.id),
        OrganizationKind::City | OrganizationKind::Unit => handler.district_id,
    });
    record::announce(service, db, &deed, Place { cycle: Some(lead.cycle), district_id, unit_id })
}
