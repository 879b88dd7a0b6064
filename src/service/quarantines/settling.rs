//! The rows of votes follow the quarantine that holds them.

use super::{SLICE, announcing::announce_invalidations};
use crate::{
    domain::{id::QuarantineId, quarantine::QuarantineStatus},
    service::{Error, Service},
    storage::{self, Connection},
};

/// Makes the next rows show what their quarantine says; true while there may be more.
pub(super) fn settle_slice(service: &Service, db: &mut Connection, id: QuarantineId) -> Result<bool, Error> {
    // The log first and the quarantine then, as deciding does.
    let Some(found) = storage::quarantines::find(db, id)? else { return Ok(false) };
    storage::votes::lock_log(db, found.cycle)?;
    let Some(row) = storage::quarantines::find_locked(db, id)? else { return Ok(false) };
    let Some(state) = row.status.state().filter(|_| !row.is_settled) else { return Ok(false) };
    let seqs = storage::held_votes::after(db, (id, row.settled_seq), SLICE)?;
    storage::held_votes::settle(db, (id, row.cycle), &seqs, state)?;
    if row.status == QuarantineStatus::Invalidated && !seqs.is_empty() {
        let decided = storage::quarantines::find(db, id)?.and_then(|decided| decided.decision);
        let decision = decided.ok_or_else(|| Error::Internal(format!("quarantine {id} has no decision")))?;
        announce_invalidations(service, db, row.cycle, &seqs, &decision)?;
    }
    let is_settled = i64::try_from(seqs.len()).unwrap_or(SLICE) < SLICE;
    storage::quarantines::set_settled(db, id, (seqs.last().copied().unwrap_or(row.settled_seq), is_settled))?;
    Ok(!is_settled)
}

/// Settles what is left. What fails here is taken up by [`finish_all`]; until then the quarantine itself tells.
pub(super) async fn settle(service: &Service, id: QuarantineId) {
    loop {
        let of_service = service.clone();
        match service.store.write(move |db| settle_slice(&of_service, db, id)).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => return log::warn!("the votes of quarantine {id} are settled later: {error}"),
        }
    }
}

/// Lets go of votes whose gathering was broken off, and settles quarantines whose settling was; returns how many of both.
pub async fn finish_all(service: &Service) -> Result<usize, Error> {
    let now = service.clocks.machine();
    let (abandoned, unsettled) = service
        .store
        .read(move |db| {
            Ok::<_, Error>((storage::quarantines::abandoned(db, now)?, storage::quarantines::unsettled(db)?))
        })
        .await?;
    for id in &abandoned {
        abandon(service, *id).await?;
    }
    for id in &unsettled {
        settle(service, *id).await;
    }
    Ok(abandoned.len() + unsettled.len())
}

/// Lets go of what was gathered for a quarantine that is not opened, and of the key of the request.
pub(super) async fn abandon(service: &Service, id: QuarantineId) -> Result<(), Error> {
    let slice = move |db: &mut Connection| {
        let found = storage::quarantines::find_locked(db, id)?;
        let Some(row) = found.filter(|row| row.status == QuarantineStatus::Gathering) else {
            return Ok::<_, Error>(false);
        };
        let more = storage::held_votes::let_go(db, id, SLICE)? > 0;
        if !more {
            storage::quarantines::delete(db, id)?;
            if let (Some(scope), Some(key)) = (&row.request_scope, &row.request_key) {
                storage::idempotency_keys::release(db, (scope, key))?;
            }
        }
        Ok(more)
    };
    while service.store.write(slice).await? {}
    Ok(())
}
