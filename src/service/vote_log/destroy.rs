//! When the time for objections is over, the secret of the pseudonyms is destroyed. From then on nobody can tell from the
//! log and this database which account a pseudonym stands for, other than by the rows of votes themselves.

use serde_json::json;

use super::{advance::advance_one, secret};
use crate::{
    domain::{month::Month, objection},
    service::{
        Caller, Error, Service,
        record::{self, Deed},
    },
    storage::{self, vote_logs::LogSecret},
};

/// Destroys the secrets of all logs whose time for objections is over; returns how many. A cycle that was never published
/// keeps its secret: its time for objections has not begun. Safe in several processes at once.
pub async fn destroy_secrets(service: &Service) -> Result<usize, Error> {
    let found = service.store.read(|db| {
        let due = storage::vote_logs::published_with_secret(db)?;
        let cycles = storage::cycles::find_all(db, &due)?;
        Ok::<_, Error>((cycles, storage::vote_logs::list(db)?))
    });
    let (cycles, logs) = found.await?;
    for log in logs.iter().filter(|log| matches!(log.secret, LogSecret::Destroyed(_))) {
        // Another process has destroyed it; what this one remembers goes too.
        secret::forget(&service.vote_logs, log.cycle);
    }
    let now = service.clocks.campaign();
    let mut destroyed = 0;
    for (month, cycle) in cycles {
        let closes_at = objection::closes_at(cycle.published_at, cycle.policy.objection_days);
        if closes_at.is_some_and(|closes_at| now >= closes_at) && destroy(service, month).await? {
            destroyed += 1;
        }
    }
    Ok(destroyed)
}

async fn destroy(service: &Service, cycle: Month) -> Result<bool, Error> {
    // Every entry's pseudonym is stored first: without the secret none could be made.
    advance_one(service, cycle).await?;
    let of_service = service.clone();
    let write = service.store.write(move |db| {
        storage::locks::cycle_shared(db, cycle)?;
        let size = storage::votes::lock_log(db, cycle)?;
        let is_covered = storage::vote_log_trees::find(db, cycle)?.is_some_and(|tree| tree.size == size);
        // What was decided in time is in the log before nothing more can be added to it.
        if storage::quarantines::is_any_unsettled(db, cycle)? {
            return Ok(false);
        }
        if !is_covered || !storage::vote_logs::destroy_secret(db, cycle, of_service.clocks.campaign())? {
            return Ok(false);
        }
        let deed = Deed::new("vote_log.secret_destroyed", "vote_log", cycle).with(json!({ "entries": size }));
        record::audit(&of_service, db, &Caller::default(), &deed)?;
        Ok::<_, Error>(true)
    });
    let is_destroyed = write.await?;
    if is_destroyed {
        secret::forget(&service.vote_logs, cycle);
    }
    Ok(is_destroyed)
}
