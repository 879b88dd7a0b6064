//! What waits for the caller's decision.

use std::collections::{BTreeMap, btree_map::Entry};

use chrono::{DateTime, Utc};

use super::{Service, caller::Caller, error::Error, transitions::relations};
use crate::{
    domain::{
        candidate::Candidate,
        cycle::Cycle,
        inbox::{Awaited, awaited, seats},
        month::Month,
        window::WindowKind,
    },
    storage::{self, Connection, candidates::WaitingKey},
};

/// Rows looked at in one go.
const CHUNK: i64 = 100;

/// A candidate that waits.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The candidate, without its deed.
    pub candidate: Candidate,
    /// What is to be decided.
    pub awaited: Awaited,
    /// When the window for it closes; it may have.
    pub deadline_at: DateTime<Utc>,
}

impl Waiting {
    /// Its place in the order of the inbox.
    #[must_use]
    pub fn key(&self) -> WaitingKey {
        key(&self.candidate, self.awaited.window)
    }
}

fn key(candidate: &Candidate, window: WindowKind) -> WaitingKey {
    (candidate.cycle, storage::candidates::place(window), candidate.created_at, candidate.id)
}

/// What waits for the caller, by cycle and deadline.
pub async fn list(
    service: &Service,
    caller: &Caller,
    after: Option<WaitingKey>,
    limit: i64,
) -> Result<Vec<Waiting>, Error> {
    caller.require_reviewer()?;
    let caller = caller.clone();
    service.store.read(move |db| collect(db, &caller, after, limit)).await
}

/// The same within a transaction.
pub(super) fn collect(
    db: &mut Connection,
    caller: &Caller,
    mut after: Option<WaitingKey>,
    limit: i64,
) -> Result<Vec<Waiting>, Error> {
    let account = caller.account()?;
    let seats = account.role.organization_kind().map_or(&[][..], seats);
    let wanted = usize::try_from(limit).unwrap_or(0);
    let mut cycles: BTreeMap<Month, Cycle> = BTreeMap::new();
    let mut found = Vec::new();
    loop {
        let mut rows = Vec::new();
        for seat in seats {
            let found = storage::candidates::list_waiting(db, (&account.scope, seat), after, CHUNK)?;
            rows.extend(found.into_iter().map(|candidate| (key(&candidate, seat.window), candidate)));
        }
        // The first of all seats together are among the first of each.
        rows.sort_by_key(|(key, _)| *key);
        rows.truncate(usize::try_from(CHUNK).unwrap_or(usize::MAX));
        let Some((last, _)) = rows.last() else { break };
        after = Some(*last);
        let rows: Vec<Candidate> = rows.into_iter().map(|(_, candidate)| candidate).collect();
        let relations = relations(db, caller, &rows)?;
        for (candidate, relation) in rows.into_iter().zip(relations) {
            let Some(awaited) = awaited(&candidate, relation.standing, &relation.decided) else { continue };
            let deadline_at = cycle(db, &mut cycles, candidate.cycle)?.windows.get(awaited.window).closes_at;
            found.push(Waiting { candidate, awaited, deadline_at });
        }
        if found.len() >= wanted {
            found.truncate(wanted);
            break;
        }
    }
    Ok(found)
}

fn cycle<'a>(db: &mut Connection, known: &'a mut BTreeMap<Month, Cycle>, month: Month) -> Result<&'a Cycle, Error> {
    match known.entry(month) {
        Entry::Occupied(found) => Ok(found.into_mut()),
        Entry::Vacant(place) => {
            let cycle = storage::cycles::find(db, month)?;
            Ok(place.insert(cycle.ok_or_else(|| Error::Internal(format!("cycle {month} is missing")))?))
        }
    }
}
