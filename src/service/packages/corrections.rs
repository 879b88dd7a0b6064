//! What becomes of forwarded candidates afterwards: told to whoever has the package, which itself never changes.

use serde_json::json;

use crate::{
    domain::{
        id::{BatchId, CandidateId},
        month::Month,
        package::{Correction, CorrectionKind},
        role::Role,
    },
    service::{
        Caller, Error, Service,
        record::{self, Deed, Place},
    },
    storage::{self, Connection},
};

/// Corrects the batches that name the candidates, in the transaction that changed them and at its end: what is held here is held
/// last. Who was never forwarded is in no batch, and nothing is said of them.
pub fn note(
    service: &Service,
    db: &mut Connection,
    changes: impl IntoIterator<Item = (CandidateId, CorrectionKind)>,
) -> Result<(), Error> {
    let mut corrections = Vec::new();
    for (candidate, kind) in changes {
        let batches = storage::batch_corrections::batches_of(db, candidate)?;
        let passed_over = if kind.concerns_all_batches() { 0 } else { batches.len().saturating_sub(1) };
        corrections.extend(batches.into_iter().skip(passed_over).map(|(batch, cycle)| (batch, candidate, cycle, kind)));
    }
    corrections.sort_by_key(|(batch, candidate, ..)| (*batch, *candidate));
    for (batch, candidate, cycle, kind) in corrections {
        let now = service.clocks.campaign();
        let number = storage::batch_corrections::insert(db, batch, (candidate, kind), now)?;
        // Whoever has not heard of a batch cannot be told that it is corrected.
        if storage::packages::is_announced(db, batch)? {
            announce(service, db, (batch, cycle), &Correction { number, candidate_id: candidate, kind, at: now })?;
        }
    }
    Ok(())
}

/// Announces what was corrected before the batch itself was announced, which is done now, in the transaction that makes its package ready.
pub(super) fn announce_earlier(
    service: &Service,
    db: &mut Connection,
    (batch, cycle): (BatchId, Month),
) -> Result<(), Error> {
    for correction in storage::batch_corrections::list(db, batch, None, i64::MAX)? {
        announce(service, db, (batch, cycle), &correction)?;
    }
    Ok(())
}

fn announce(
    service: &Service,
    db: &mut Connection,
    (batch, cycle): (BatchId, Month),
    correction: &Correction,
) -> Result<(), Error> {
    let Correction { number, candidate_id, kind, .. } = correction;
    let details = json!({ "cycle": cycle, "number": number, "candidate_id": candidate_id, "kind": kind });
    let deed = Deed::new("batch.corrected", "batch", batch).with(details);
    record::announce(service, db, &deed, Place { cycle: Some(cycle), ..Place::default() })
}

/// Lists the corrections of a batch, the first one first: for city and portal.
pub async fn list_corrections(
    service: &Service,
    caller: &Caller,
    id: BatchId,
    (after, limit): (Option<i64>, i64),
) -> Result<Vec<Correction>, Error> {
    caller.require(&[Role::CityReviewer, Role::Portal])?;
    let read = service.store.read(move |db| {
        storage::batches::find(db, id)?.ok_or_else(Error::not_found)?;
        Ok(storage::batch_corrections::list(db, id, after, limit)?)
    });
    read.await
}
