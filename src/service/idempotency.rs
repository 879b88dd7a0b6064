//! A creating request that is sent again gets its first answer.
//!
//! The claim of a key lies in the effect's own transaction: it stands exactly when the effect does. A second request
//! with the same key waits for the first (the gate on SQLite, the row on PostgreSQL).

use chrono::{DateTime, Duration, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use super::first_answer::FirstAnswer;
use super::{Service, caller::Caller, error::Error};
use crate::{
    domain::fault::Code,
    storage::{self, Connection, StoreError},
};

/// For how long first answers are kept.
pub const KEPT: Duration = Duration::hours(24);

/// What a request says of itself so that it can be recognised: made by the API from caller, method, path and body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Digest of caller, delegation, method and path; without an account the body belongs to it.
    pub scope: Vec<u8>,
    /// The `Idempotency-Key`.
    pub key: String,
    /// Keyed digest of the request.
    pub fingerprint: Vec<u8>,
}

impl Attempt {
    /// Describes a request. `place` is method and path, `query` what follows the question mark.
    #[must_use]
    pub fn new(service: &Service, caller: &Caller, key: String, (place, query): (&str, &str), body: &[u8]) -> Self {
        // Keyed, for a body may hold a password or a number that could be guessed from a plain digest.
        let fingerprint = service.vault.keyed_digest("request", &[query.as_bytes(), body]);
        let whose = match caller.id() {
            // What somebody sends in another's name is another request than the same in the own.
            Some(id) => {
                let delegation = caller.account.as_ref().and_then(|account| account.acting.as_ref());
                let parts = [Some(Uuid::from(id)), delegation.map(|acting| acting.delegation.into())];
                parts.into_iter().flatten().flat_map(Uuid::into_bytes).collect()
            }
            None => fingerprint.to_vec(),
        };
        let scope = Sha256::new().chain_update(place).chain_update([0]).chain_update(whose).finalize().to_vec();
        Self { scope, key, fingerprint: fingerprint.to_vec() }
    }

    /// The attempt at one of the things that a request asks for at once.
    #[must_use]
    pub fn of_item(&self, item: Uuid) -> Self {
        Self { key: format!("{}/{item}", self.key), ..self.clone() }
    }

    /// The first answer to this request, if there was one; an error when the key was used for another request.
    pub fn first_answer(&self, connection: &mut Connection, now: DateTime<Utc>) -> Result<Option<FirstAnswer>, Error> {
        match storage::idempotency_keys::find(connection, &self.scope, &self.key, now - KEPT)? {
            None => Ok(None),
            Some(stored) if stored.fingerprint != self.fingerprint => Err(Error::of(Code::IdempotencyKeyReused)),
            Some(stored) => match (stored.status.and_then(|status| u16::try_from(status).ok()), stored.resource_id) {
                (Some(status), Some(resource_id)) => {
                    Ok(Some(FirstAnswer { status, resource_id, secret: stored.secret }))
                }
                _ => Err(Error::of(Code::RequestInProgress)),
            },
        }
    }
}

/// Claims the key inside the effect's transaction, before anything else is written. When another request holds it,
/// ends the use case with [`Error::AnsweredBefore`].
pub fn claim(connection: &mut Connection, attempt: Option<&Attempt>, now: DateTime<Utc>) -> Result<(), Error> {
    let Some(attempt) = attempt else { return Ok(()) };
    storage::idempotency_keys::forget_before(connection, &attempt.scope, &attempt.key, now - KEPT)?;
    let row = storage::idempotency_keys::NewKey {
        scope: &attempt.scope,
        key: &attempt.key,
        fingerprint: &attempt.fingerprint,
        created_at: now.into(),
    };
    match storage::idempotency_keys::claim(connection, &row) {
        Ok(true) => return Ok(()),
        Ok(false) => {}
        // The first request is still running, and the lock's time-out has passed.
        Err(StoreError::Busy(_)) => return Err(Error::of(Code::RequestInProgress)),
        Err(error) => return Err(error.into()),
    }
    match attempt.first_answer(connection, now)? {
        Some(first) => Err(Error::AnsweredBefore(Box::new(first))),
        None => Err(Error::of(Code::RequestInProgress)),
    }
}

/// Keeps what the effect created, in the same transaction.
pub fn keep(connection: &mut Connection, attempt: Option<&Attempt>, answer: &FirstAnswer) -> Result<(), Error> {
    let Some(attempt) = attempt else { return Ok(()) };
    storage::idempotency_keys::complete(
        connection,
        (&attempt.scope, &attempt.key),
        i32::from(answer.status),
        answer.resource_id,
        answer.secret.as_deref(),
    )?;
    Ok(())
}
