//! Where votes came from is forgotten when the objection period ends.

use serde_json::json;

use super::SLICE;
use crate::{
    domain::{month::Month, objection},
    service::{
        Caller, Error, Service,
        record::{self, Deed},
    },
    storage,
};

/// Removes the traces of votes of every cycle whose objection period is over by the campaign's clock, with the counts by
/// network and the networks in signals; returns how many traces. Safe in several processes at once.
pub async fn sweep_traces(service: &Service) -> Result<usize, Error> {
    let now = service.clocks.campaign();
    let due = service.store.read(move |db| {
        let months = storage::vote_scans::with_traces(db)?;
        let cycles = storage::cycles::find_all(db, &months)?;
        let is_over = |published_at, days| objection::closes_at(published_at, days).is_some_and(|end| end <= now);
        let over = cycles.into_iter().filter(|(_, cycle)| is_over(cycle.published_at, cycle.policy.objection_days));
        Ok::<_, Error>(over.map(|(month, _)| month).collect::<Vec<Month>>())
    });
    let mut removed = 0;
    for month in due.await? {
        removed += remove(service, month).await?;
    }
    Ok(removed)
}

async fn remove(service: &Service, month: Month) -> Result<usize, Error> {
    let mut removed = 0;
    loop {
        let slice =
            service.store.write(move |db| Ok::<_, Error>(storage::vote_scans::remove_traces(db, month, SLICE)?));
        match slice.await? {
            0 => break,
            some => removed += some,
        }
    }
    let prefixes =
        move |db: &mut storage::Connection| Ok::<_, Error>(storage::vote_scans::remove_prefixes(db, month, SLICE)?);
    while service.store.write(prefixes).await? > 0 {}
    let of_service = service.clone();
    let end = move |db: &mut storage::Connection| {
        let now = of_service.clocks.campaign();
        if storage::vote_scans::set_traces_removed(db, month, now)? {
            storage::signals::forget_prefixes(db, month)?;
            let deed = Deed::new("vote_traces.removed", "cycle", month).with(json!({ "traces": removed }));
            record::audit(&of_service, db, &Caller::default(), &deed)?;
        }
        Ok::<_, Error>(())
    };
    service.store.write(end).await?;
    Ok(removed)
}
