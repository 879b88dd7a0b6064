//! What has run out is removed, a slice at a time, so that no writer waits for it.

use std::time::Duration;

use super::{Error, Service, idempotency};
use crate::storage;

/// How often the server sweeps.
pub const EVERY: Duration = Duration::from_secs(600);

/// Removes idempotency keys older than a day and refresh tokens that have expired; returns how many of both.
/// Safe in several processes at once: what one has removed the other does not find.
pub async fn sweep(service: &Service) -> Result<(usize, usize), Error> {
    let now = service.clocks.machine();
    let keys =
        service.store.write(move |db| Ok::<_, Error>(storage::idempotency_keys::sweep(db, now - idempotency::KEPT)?));
    let keys = keys.await?;
    let tokens = service.store.write(move |db| Ok::<_, Error>(storage::refresh_tokens::sweep(db, now)?)).await?;
    Ok((keys, tokens))
}
