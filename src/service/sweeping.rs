//! What has run out is removed, a slice at a time, so that no writer waits for it.

use std::time::Duration;

use super::{Error, Service, idempotency};
use crate::storage;

/// How often the server sweeps.
pub const EVERY: Duration = Duration::from_mins(10);
/// How many rows go in one transaction: a few milliseconds of work.
const SLICE: i64 = 1000;

/// Removes idempotency keys older than a day and refresh tokens that have expired; returns how many of both.
/// Safe in several processes at once: what one has removed the other does not find.
pub async fn sweep(service: &Service) -> Result<(usize, usize), Error> {
    let now = service.clocks.machine();
    let (mut keys, mut tokens) = (0, 0);
    loop {
        let of_this = service.store.write(move |db| {
            let keys = storage::idempotency_keys::sweep(db, now - idempotency::KEPT, SLICE)?;
            Ok::<_, Error>((keys, storage::refresh_tokens::sweep(db, now, SLICE)?))
        });
        let of_this = of_this.await?;
        if of_this == (0, 0) {
            return Ok((keys, tokens));
        }
        keys += of_this.0;
        tokens += of_this.1;
    }
}
