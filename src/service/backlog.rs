//! Candidates that are older than the tables by which look-alikes are found: taken up while the server already works, a
//! slice at a time, so that no writer waits for it. Until that is done the older ones among look-alikes may be missing.

use super::{Error, Service};
use crate::storage;

/// Candidates in one transaction: some ten milliseconds of work.
const SLICE: i64 = 100;

/// Takes up all that are left; returns how many. One row is read when none are. Safe in several processes at once.
pub async fn take_up_all(service: &Service) -> Result<usize, Error> {
    let mut taken = 0;
    while !service.store.read(|db| Ok::<_, Error>(storage::look_alike_backlog::is_done(db)?)).await? {
        taken += service.store.write(|db| Ok::<_, Error>(storage::look_alike_backlog::take_up(db, SLICE)?)).await?;
    }
    Ok(taken)
}
