//! What is left to do when an import has taken effect, or will never: a slice at a time, so that no writer waits for it.

use crate::{
    domain::id::OperationId,
    service::{Error, Service, operations::LEASE},
    storage::{self, Connection, operations::Ending},
};

/// Candidates indexed in one transaction: some thousand entries.
const SLICE: i64 = 50;
/// Rows forgotten in one transaction.
const FORGOTTEN: i64 = 500;

/// Makes the candidates of an import that has taken effect found by searching, and ends the operation. Can be broken off
/// and begun again anywhere.
pub async fn finish_taken(service: &Service, id: OperationId) -> Result<(), Error> {
    loop {
        let lease = service.clocks.machine() + LEASE;
        let slice = move |db: &mut Connection| {
            let unindexed = storage::staged_candidates::list_unindexed(db, id, SLICE)?;
            let mut ids: Vec<_> = unindexed.iter().map(|one| one.candidate_id).collect();
            ids.sort_unstable();
            for id in ids {
                // Held, so that a change of the file comes wholly before or after.
                if let Some(candidate) = storage::candidates::lock(db, id)? {
                    storage::candidates::index(db, candidate.number, &candidate)?;
                }
            }
            let rows: Vec<i32> = unindexed.iter().map(|one| one.row_number).collect();
            // Whoever finds the row gone has been overtaken by another process.
            if storage::staged_candidates::forget(db, id, &rows)? != rows.len() {
                return Err(Error::Unavailable("another process finishes the import".to_owned()));
            }
            storage::operations::lengthen(db, id, lease)?;
            Ok(rows.len())
        };
        if service.store.write(slice).await? == 0 {
            break;
        }
    }
    forget_staged(service, id).await?;
    let now = service.clocks.campaign();
    let ended = service
        .store
        .write(move |db| Ok::<_, Error>(storage::operations::finish_if(db, id, Ending::ResultNoted, now)?));
    ended.await.map(drop)
}

/// Forgets what was staged and will not become a candidate.
pub async fn forget_staged(service: &Service, id: OperationId) -> Result<(), Error> {
    loop {
        let slice = move |db: &mut Connection| {
            let rows = storage::staged_candidates::list_rows(db, id, FORGOTTEN)?;
            Ok::<_, Error>(storage::staged_candidates::forget(db, id, &rows)?)
        };
        if service.store.write(slice).await? == 0 {
            return Ok(());
        }
    }
}
