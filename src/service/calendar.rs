//! What the calendar brings: that a window of a cycle has opened or closed is told once, by whichever process is first.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    Error, Service,
    record::{self, Deed, Place},
};
use crate::{
    domain::{cycle::Cycle, event::EventKind},
    storage,
};

/// How often the server looks.
pub const EVERY: Duration = Duration::from_secs(1);
/// Cycles that are looked at, the latest first: what is older was told, or is of no use to anybody.
const CYCLES: i64 = 6;

/// The boundaries of a cycle that are told, with their moments.
fn boundaries(cycle: &Cycle) -> [(EventKind, DateTime<Utc>); 4] {
    let windows = &cycle.windows;
    [
        (EventKind::ReportingOpened, windows.reporting.opens_at),
        (EventKind::ReportingClosed, windows.reporting.closes_at),
        (EventKind::VoteOpened, windows.voting.opens_at),
        (EventKind::VoteClosed, windows.voting.closes_at),
    ]
}

/// Tells of every boundary that has passed and was not told of; returns of how many. A window that is moved afterwards is not told of again:
/// the change itself is.
pub async fn tell(service: &Service) -> Result<usize, Error> {
    let now = service.clocks.campaign();
    let found = service.store.read(move |db| {
        let cycles = storage::cycles::list(db, None, CYCLES)?;
        let months: Vec<_> = cycles.iter().map(|cycle| cycle.month).collect();
        Ok::<_, Error>((cycles, storage::cycle_marks::of(db, &months)?))
    });
    let (cycles, marks) = found.await?;
    let mut told = 0;
    for cycle in cycles {
        for (kind, at) in boundaries(&cycle) {
            if at <= now
                && !marks.contains(&(cycle.month, kind))
                && tell_one(service, cycle.clone(), (kind, at)).await?
            {
                told += 1;
            }
        }
    }
    Ok(told)
}

async fn tell_one(service: &Service, cycle: Cycle, (kind, at): (EventKind, DateTime<Utc>)) -> Result<bool, Error> {
    let of_service = service.clone();
    let write = service.store.write(move |db| {
        // As it stands now: a window that has just been moved has not passed.
        storage::locks::cycle_shared(db, cycle.month)?;
        let stands = storage::cycles::find(db, cycle.month)?.is_some_and(|now| boundaries(&now).contains(&(kind, at)));
        if !stands || !storage::cycle_marks::set(db, cycle.month, kind, of_service.clocks.campaign())? {
            return Ok(false);
        }
        let deed = Deed::new(kind.as_str(), "cycle", cycle.month).with(json!({ "at": at }));
        record::announce(&of_service, db, &deed, Place { cycle: Some(cycle.month), ..Place::default() })?;
        Ok::<_, Error>(true)
    });
    write.await
}
