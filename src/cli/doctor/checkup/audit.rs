//! Goes along the whole chain of the audit, a slice at a time: memory does not grow with it.

use std::io::Write as _;

use uuid::Uuid;

use super::{Finding, holds_database, unreadable};
use crate::{
    domain::audit::{Break, Head, Walk},
    service::clock::{MachineTime as _, SystemTime},
    storage::{self, Address, Connection, StoreError, migrations},
};

const SUBJECT: &str = "audit";
const MEND: &str = "keep the database as it is, and find out who wrote to it; copies of the database and heads of the chain \
                    that were kept elsewhere prove the former state";

/// Events that are read together.
const SLICE: i64 = 200;
/// Whoever waits is told so often how far it has come.
const TOLD_EVERY: i64 = 100_000;
/// What waits longer for its number than a running server would let it, in seconds.
const WAITS_LONG: u64 = 600;

/// Checks the chain; nothing where there is no database that can be read, which is told of elsewhere.
pub(super) fn look(address: &Address) -> Vec<Finding> {
    let is_complete =
        holds_database(address) && matches!(migrations::pending(address), Ok(pending) if pending.is_empty());
    // Opening would make a database where there is none.
    if !is_complete {
        return Vec::new();
    }
    let Ok(mut connection) = Connection::open(address) else { return Vec::new() };
    let mut findings = vec![chain(&mut connection).unwrap_or_else(|error| unreadable(&error))];
    findings.extend(waiting(&mut connection).unwrap_or_else(|error| Some(unreadable(&error))));
    findings
}

/// What was found along the way.
#[derive(Default)]
struct Found {
    first: Option<Break>,
    breaks: u64,
}

impl Found {
    fn note(&mut self, broken: Option<Break>) {
        if let Some(broken) = broken {
            self.first.get_or_insert(broken);
            self.breaks += 1;
        }
    }
}

fn chain(connection: &mut Connection) -> Result<Finding, StoreError> {
    // What is added from here on is checked the next time.
    let head = storage::audit_events::head(connection)?;
    let (mut walk, mut found) = (Walk::behind(Head::BEGINNING), Found::default());
    while walk.head().number < head.number {
        let slice = match storage::audit_events::list_chain(connection, walk.head().number, SLICE) {
            Ok(slice) => slice,
            Err(error) => return Ok(illegible(walk.head().number, &error)),
        };
        if slice.is_empty() {
            break;
        }
        for next in slice.iter().filter(|next| next.number <= head.number) {
            found.note(walk.take(next));
            tell_progress(next.number, head.number);
        }
        if slice.iter().any(|next| next.number > head.number) {
            break;
        }
    }
    if walk.head().number < head.number {
        found.note(Some(Break::Missing { first: walk.head().number + 1, last: head.number }));
    } else if walk.head().hash != head.hash {
        found.note(Some(Break::Changed(head.number)));
    }
    Ok(told(head, &found))
}

/// A terminal that shows nothing for minutes looks broken; the findings go to standard output.
fn tell_progress(number: i64, last: i64) {
    if number % TOLD_EVERY == 0 {
        let _ = writeln!(std::io::stderr(), "audit: {number} of {last} events");
    }
}

fn told(head: Head, found: &Found) -> Finding {
    let Head { number, hash } = head;
    let Some(first) = found.first else {
        return Finding::good(SUBJECT, format!("{number} events make one chain; the last has the hash {hash}"));
    };
    let place = match first {
        Break::Missing { first, last } if first == last => format!("the event {first} is missing"),
        Break::Missing { first, last } => format!("the events {first} to {last} are missing"),
        Break::Changed(number) => format!("the event {number} is not what was hashed"),
    };
    Finding::broken(
        SUBJECT,
        format!("the chain of {number} events is broken in {} places; first: {place}", found.breaks),
        MEND,
    )
}

fn illegible(behind: i64, error: &StoreError) -> Finding {
    Finding::broken(SUBJECT, format!("behind the event {behind} is one that cannot be read: {error}"), MEND)
}

fn waiting(connection: &mut Connection) -> Result<Option<Finding>, StoreError> {
    let (count, first) = storage::audit_events::waiting(connection)?;
    let written = first.and_then(|first| Uuid::from(first).get_timestamp()).map(|written| written.to_unix().0);
    let now = u64::try_from(SystemTime.now().timestamp()).unwrap_or_default();
    let is_long = written.is_some_and(|written| written + WAITS_LONG < now);
    Ok(is_long.then(|| {
        let found = format!("{count} events wait for their number, the first for more than ten minutes");
        Finding::doubtful(
            SUBJECT,
            found,
            "start the server, which gives it within a second; if one is running, read its log",
        )
    }))
}
