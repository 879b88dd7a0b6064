//! The audit as auditors read it, and the job that numbers and chains it. Reading it is itself not audited: it holds no personal
//! data but the names that accounts show, and an audit that grows by being read would tell of its readers above all.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{Caller, Error, Service};
use crate::{
    domain::{
        audit::{AuditHash, ChainedEvent, Head},
        fault::{Code, Fault},
        id::{AuditId, UserId},
        role::Role,
    },
    storage::{
        self, Connection,
        audit_events::{AuditFilter, ListKey},
    },
};

/// Who reads the audit.
pub const AUDITORS: &[Role] = &[Role::CityReviewer, Role::Admin];

/// How often the server chains what was written. It is what an auditor waits for; looking costs one small query.
pub const EVERY: Duration = Duration::from_millis(250);
/// Events that are chained in one transaction: some milliseconds of work.
const AT_ONCE: i64 = 200;

/// Numbers and chains what waits, a slice at a time; returns how many. One process at a time does it, none waits for another.
pub async fn seal(service: &Service) -> Result<usize, Error> {
    let mut sealed = 0;
    while service.store.read(|db| Ok::<_, Error>(storage::audit_events::is_any_waiting(db)?)).await? {
        match service.store.write(seal_slice).await? {
            // Another process is at it.
            0 => break,
            some => sealed += some,
        }
    }
    Ok(sealed)
}

fn seal_slice(db: &mut Connection) -> Result<usize, Error> {
    let Some(mut head) = storage::audit_events::hold_head(db)? else { return Ok(0) };
    let waiting = storage::audit_events::list_waiting(db, AT_ONCE)?;
    for (arrived, event) in &waiting {
        let cannot = |error| Error::Internal(format!("the audit event {} cannot be chained: {error}", event.id));
        head = head.with(event).map_err(cannot)?;
        storage::audit_events::set_sealed(db, *arrived, &head)?;
    }
    storage::audit_events::set_head(db, &head)?;
    Ok(waiting.len())
}

/// An event with what is shown beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownEvent {
    /// The event in its place.
    pub chained: ChainedEvent,
    /// The hash of the event before it; none where that is gone, which nobody could take away but by hand.
    pub previous: Option<AuditHash>,
    /// The name that the actor's account shows now.
    pub actor_name: Option<String>,
    /// The name that the account shows now in whose place the actor stood.
    pub on_behalf_of_name: Option<String>,
}

/// Lists what is asked for by the moment, what happened last first or last.
pub async fn list_audit_events(
    service: &Service,
    caller: &Caller,
    filter: AuditFilter,
    after: Option<ListKey>,
    limit: i64,
) -> Result<Vec<(ListKey, ShownEvent)>, Error> {
    caller.require(AUDITORS)?;
    refuse_contradicting(&filter)?;
    service.store.read(move |db| read_page(db, &filter, after, limit)).await
}

/// One page of the list, with what is shown beside it.
pub fn read_page(
    db: &mut Connection,
    filter: &AuditFilter,
    after: Option<ListKey>,
    limit: i64,
) -> Result<Vec<(ListKey, ShownEvent)>, Error> {
    let (keys, events): (Vec<ListKey>, Vec<ChainedEvent>) =
        storage::audit_events::list(db, filter, after, limit)?.into_iter().unzip();
    Ok(keys.into_iter().zip(shown(db, events)?).collect())
}

/// 400 for parameters that are good alone and not together.
fn refuse_contradicting(filter: &AuditFilter) -> Result<(), Error> {
    let mut faults = Vec::new();
    if filter.subject_id.is_some() && filter.subject_kind.is_none() {
        faults.push(Fault::at("/subject_kind", Code::Required));
    }
    if let (Some(from), Some(until)) = (filter.from, filter.until)
        && until <= from
    {
        faults.push(Fault::at("/until", Code::Inconsistent));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::refused(Code::InvalidQuery, faults)) }
}

/// Reads one event.
pub async fn get_audit_event(service: &Service, caller: &Caller, id: AuditId) -> Result<ShownEvent, Error> {
    caller.require(AUDITORS)?;
    let read = move |db: &mut Connection| {
        let found = storage::audit_events::find(db, id)?.ok_or_else(Error::not_found)?;
        shown(db, vec![found])?.pop().ok_or_else(Error::not_found)
    };
    service.store.read(read).await
}

/// Lists the chain behind a number in its order, with its end as it was at the same moment.
pub async fn list_chain(
    service: &Service,
    caller: &Caller,
    after: i64,
    limit: i64,
) -> Result<(Vec<ShownEvent>, Head), Error> {
    caller.require(AUDITORS)?;
    let read = move |db: &mut Connection| {
        let events = storage::audit_events::list_chain(db, after, limit)?;
        Ok((shown(db, events)?, storage::audit_events::head(db)?))
    };
    service.store.view(read).await
}

/// Puts beside events what is shown with them: two queries for however many.
fn shown(db: &mut Connection, events: Vec<ChainedEvent>) -> Result<Vec<ShownEvent>, Error> {
    let before: Vec<i64> = events.iter().map(|chained| chained.number - 1).collect();
    let mut hashes = storage::audit_events::hashes(db, &before)?;
    hashes.insert(Head::BEGINNING.number, Head::BEGINNING.hash);
    let people = events.iter().flat_map(|chained| [chained.event.actor, chained.event.on_behalf_of()]);
    let people: BTreeSet<UserId> = people.flatten().collect();
    let names = storage::reviewers::names(db, &people.into_iter().collect::<Vec<_>>())?;
    Ok(events.into_iter().map(|chained| beside(chained, &hashes, &names)).collect())
}

fn beside(chained: ChainedEvent, hashes: &BTreeMap<i64, AuditHash>, names: &BTreeMap<UserId, String>) -> ShownEvent {
    let name = |person: Option<UserId>| person.and_then(|person| names.get(&person).cloned());
    ShownEvent {
        previous: hashes.get(&(chained.number - 1)).copied(),
        actor_name: name(chained.event.actor),
        on_behalf_of_name: name(chained.event.on_behalf_of()),
        chained,
    }
}
