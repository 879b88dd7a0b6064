//! Passwords: argon2id on the blocking pool, a bounded number at once.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use crate::{
    domain::{
        fault::{Code, Fault},
        text,
    },
    service::error::Error,
};

/// Fewest characters of a password.
pub const MIN_CHARS: usize = 10;
/// Most characters of a password.
pub const MAX_CHARS: usize = 128;
/// How long a password waits for its turn.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);
/// The zxcvbn score that a password must reach.
const MIN_SCORE: zxcvbn::Score = zxcvbn::Score::Three;

/// What one hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
}

impl Default for Cost {
    /// OWASP's recommendation for argon2id.
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2 }
    }
}

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    places: Arc<Semaphore>,
    /// A hash that no password fits, so that an unknown user name takes as long as a wrong password.
    nobodys: Arc<str>,
}

impl Passwords {
    /// A hasher of a cost that works on `at_once` passwords at the same time.
    pub fn new(cost: Cost, at_once: usize) -> Result<Self, Error> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None)
            .map_err(|error| Error::Internal(format!("argon2 refuses its cost: {error}")))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobodys = hash_with(&argon2, &hex::encode(super::super::generator::random::<16>()?))?.into();
        Ok(Self { argon2, places: Arc::new(Semaphore::new(at_once.max(1))), nobodys })
    }

    /// Hashes a password, composed, so that it fits whatever keyboard it is typed on (RFC 8265).
    pub async fn hash(&self, password: String) -> Result<String, Error> {
        let (argon2, password) = (self.argon2.clone(), text::compose(&password));
        self.on_the_blocking_pool(move || hash_with(&argon2, &password)).await?
    }

    /// True when the password fits the hash. Without a hash it takes as long and is false.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Error> {
        let (argon2, nobodys) = (self.argon2.clone(), Arc::clone(&self.nobodys));
        let password = text::compose(&password);
        self.on_the_blocking_pool(move || {
            let known = hash.is_some();
            let parsed = PasswordHash::new(hash.as_deref().unwrap_or(&nobodys))
                .map_err(|_| Error::Internal("a stored password hash cannot be read".to_owned()))?;
            Ok(argon2.verify_password(password.as_bytes(), &parsed).is_ok() && known)
        })
        .await?
    }

    async fn on_the_blocking_pool<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let place = tokio::time::timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await;
        let place = place.map_err(|_| Error::Unavailable("too many passwords wait to be hashed".to_owned()))?;
        let place = place.map_err(|_| Error::Unavailable("the password hasher is closed".to_owned()))?;
        tokio::task::spawn_blocking(move || {
            let _place = place;
            work()
        })
        .await
        .map_err(|error| Error::Internal(format!("password hashing broke off: {error}")))
    }
}

fn hash_with(argon2: &Argon2<'_>, password: &str) -> Result<String, Error> {
    argon2
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| Error::Internal(format!("a password could not be hashed: {error}")))
}

/// What is wrong with a new password: its length, or that it is easily guessed. `about` are words that it must not
/// lean on, such as the user name.
#[must_use]
pub fn faults(pointer: &str, password: &str, about: &[&str]) -> Vec<Fault> {
    let chars = password.chars().count();
    if chars < MIN_CHARS {
        return vec![Fault::at(pointer, Code::TooShort).with("minimum", MIN_CHARS).with("actual", chars)];
    }
    if chars > MAX_CHARS {
        return vec![Fault::at(pointer, Code::TooLong).with("limit", MAX_CHARS).with("actual", chars)];
    }
    if zxcvbn::zxcvbn(password, about).score() < MIN_SCORE {
        return vec![Fault::at(pointer, Code::WeakPassword)];
    }
    Vec::new()
}
