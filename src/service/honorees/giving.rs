//! An honour is given: to the honoree whom a reviewer has linked the candidate to, or to a new one.

use std::collections::BTreeSet;

use crate::{
    domain::{
        id::{CandidateId, HonoreeId},
        pool::Rule,
    },
    service::{Caller, Error, Service, generator, pool},
    storage::{self, Connection},
};

/// Holds the honorees of all linked candidates in the order of their ids. The candidates are held, so that no link changes.
pub fn hold_linked(db: &mut Connection, candidates: impl Iterator<Item = CandidateId>) -> Result<(), Error> {
    storage::locks::honorees_together(db)?;
    let mut linked = BTreeSet::new();
    for candidate in candidates {
        if let Some(id) = storage::honorees::find_linked(db, candidate)? {
            linked.insert(super::survivor(db, id)?.id);
        }
    }
    for id in linked {
        storage::locks::honoree(db, id)?;
    }
    Ok(())
}

/// Who is to hold a candidate's honour. A link to somebody who was merged is one to the survivor.
pub fn holder(service: &Service, db: &mut Connection, candidate: CandidateId) -> Result<HonoreeId, Error> {
    if let Some(linked) = storage::honorees::find_linked(db, candidate)? {
        return Ok(super::survivor(db, linked)?.id);
    }
    let id = generator::new_id(&service.clocks)?;
    storage::honorees::insert_of(db, id, candidate, service.clocks.campaign())?;
    Ok(id)
}

/// What follows for an honoree, who is held, when an honour was given: the place of the latest honour is its own, and it may
/// enter the pool of moral models.
pub fn given(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (id, rule): (HonoreeId, Rule),
) -> Result<(), Error> {
    let honoree = super::survivor(db, id)?;
    storage::honorees::settle(db, id)?;
    storage::honorees::touch_if(db, (id, honoree.version), service.clocks.campaign())?;
    pool::apply(service, db, caller, (id, rule, None)).map(|_| ())
}
