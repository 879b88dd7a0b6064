//! A candidate is somebody who was honoured before: the city links it to that honoree until its list is published.

use serde_json::json;

use crate::{
    domain::{
        candidate::Candidate,
        fault::{Code, Fault},
        id::{CandidateId, HonoreeId},
        role::Role,
    },
    service::{
        Caller, Error, Service, cycles,
        record::{self, Deed, Place},
    },
    storage::{self, Connection, candidates::CandidateChange},
};

/// A candidate with the honoree to whom it is linked.
#[derive(Clone, Debug)]
pub struct Linked {
    /// The candidate.
    pub candidate: Candidate,
    /// The honoree, or whom that one was merged into.
    pub honoree: Option<HonoreeId>,
}

/// The candidate with its link, for the city.
pub async fn find_linked(service: &Service, caller: &Caller, id: CandidateId) -> Result<Linked, Error> {
    caller.require(&[Role::CityReviewer])?;
    service.store.read(move |db| linked(db, id)).await
}

/// The same on a connection.
pub(super) fn linked(db: &mut Connection, id: CandidateId) -> Result<Linked, Error> {
    let candidate = storage::candidates::find(db, id)?.ok_or_else(Error::not_found)?;
    let honoree = match storage::honorees::find_linked(db, id)? {
        Some(linked) => Some(super::survivor(db, linked)?.id),
        None => None,
    };
    Ok(Linked { candidate, honoree })
}

/// Links a candidate to an honoree, or to none.
pub async fn link(
    service: &Service,
    caller: &Caller,
    (id, version): (CandidateId, i64),
    wished: Option<HonoreeId>,
) -> Result<Linked, Error> {
    let account = caller.require(&[Role::CityReviewer])?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            let before = hold(db, (id, version))?;
            let honoree = wished.map(|wished| fitting(db, &before.candidate, wished)).transpose()?;
            if honoree == before.honoree {
                return Ok(before);
            }
            let change = CandidateChange { honoree_id: Some(honoree), ..CandidateChange::default() };
            let changed = storage::candidates::update_if(db, (id, version), &change, service.clocks.campaign())?;
            changed.ok_or(Error::of(Code::PreconditionFailed))?;
            note(&service, db, &caller, (&before, honoree))?;
            linked(db, id)
        })
        .await
}

/// Holds the cycle, which its publication needs for itself, then the candidate.
fn hold(db: &mut Connection, (id, version): (CandidateId, i64)) -> Result<Linked, Error> {
    let seen = storage::candidates::find(db, id)?.ok_or_else(Error::not_found)?;
    cycles::hold(db, seen.cycle)?;
    storage::locks::candidate(db, id)?;
    let held = linked(db, id)?;
    // Another writer moved it between the look and the lock, so the cycle held is not its own.
    if held.candidate.version != version || held.candidate.cycle != seen.cycle {
        return Err(Error::of(Code::PreconditionFailed));
    }
    if held.candidate.status.is_open() {
        return Ok(held);
    }
    let status = held.candidate.status.as_str();
    Err(Error::fault(Fault::of(Code::TransitionNotAllowed).with("action", "link").with("status", status)))
}

/// The honoree who is meant: one who is there, or goes on as another, and is a person or a group as the candidate is.
fn fitting(db: &mut Connection, candidate: &Candidate, wished: HonoreeId) -> Result<HonoreeId, Error> {
    let refuse = |code| Error::invalid(vec![Fault::at("/honoree_id", code)]);
    let found = storage::honorees::survivor(db, wished)?.ok_or_else(|| refuse(Code::UnknownReference))?;
    if found.subject == candidate.subject { Ok(found.id) } else { Err(refuse(Code::Inconsistent)) }
}

fn note(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (before, honoree): (&Linked, Option<HonoreeId>),
) -> Result<(), Error> {
    let candidate = &before.candidate;
    let details = json!({ "honoree_id": honoree, "before": before.honoree, "cycle": candidate.cycle });
    let deed = Deed::new("candidate.honoree_linked", "candidate", candidate.id).with(details);
    record::audit(service, db, caller, &deed)?;
    let (district_id, unit_id) = (Some(candidate.district_id), candidate.unit_id);
    record::announce(service, db, &deed, Place { cycle: Some(candidate.cycle), district_id, unit_id })
}
