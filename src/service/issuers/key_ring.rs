//! The keys of one provider as this process knows them: the last good set, and when it is fetched anew.
//!
//! A set is fetched when a token names a key that it lacks, and when it is older than an hour; once a minute at most,
//! whatever happens, and by one task for all who wait. When a fetch fails, the set that is there stays.

use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, Duration, Utc};
use tokio::sync::Mutex;

use super::{key_set::KeySet, source::Source};
use crate::service::clock::Clocks;

/// A set is fetched anew when it is older.
const FRESH_FOR: Duration = Duration::hours(1);
/// Between the beginnings of two fetches lies at least this.
const BETWEEN: Duration = Duration::minutes(1);
/// Before the first fetch.
const NEVER: i64 = i64::MIN;

/// The keys of one provider.
pub struct KeyRing {
    name: String,
    source: Source,
    clocks: Clocks,
    held: RwLock<Arc<KeySet>>,
    /// Microseconds since 1970, by the machine's clock: when a fetch was last begun, and when one last succeeded.
    tried_at: AtomicI64,
    fetched_at: AtomicI64,
    fetching: Mutex<()>,
}

impl KeyRing {
    /// Without any keys yet.
    #[must_use]
    pub fn new(name: String, source: Source, clocks: Clocks) -> Self {
        let (tried_at, fetched_at) = (AtomicI64::new(NEVER), AtomicI64::new(NEVER));
        Self { name, source, clocks, held: RwLock::default(), tried_at, fetched_at, fetching: Mutex::default() }
    }

    /// The last good set.
    #[must_use]
    pub fn held(&self) -> Arc<KeySet> {
        Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Fetches the keys, or waits for whoever is at it. Returns at once when that was tried within the minute.
    pub async fn refresh(self: &Arc<Self>) {
        if self.may_try(self.clocks.machine()) || self.fetching.try_lock().is_err() {
            // In a task of its own: a client that goes away must not break off what the others wait for, and use up the
            // minute.
            let ring = Arc::clone(self);
            if let Err(error) = tokio::spawn(async move { ring.fetch_in_turn().await }).await {
                log::error!("fetching the keys of {} broke off: {error}", self.name);
            }
        }
    }

    /// Begins to fetch the keys when they are old, and waits for nothing: the old ones are good until then.
    pub fn keep_fresh(self: &Arc<Self>) {
        let now = self.clocks.machine();
        if !is_within(FRESH_FOR, &self.fetched_at, now) && self.may_try(now) && self.fetching.try_lock().is_ok() {
            let ring = Arc::clone(self);
            tokio::spawn(async move { ring.fetch_in_turn().await });
        }
    }

    /// Waits until nobody is fetching.
    pub async fn settled(&self) {
        drop(self.fetching.lock().await);
    }

    fn may_try(&self, now: DateTime<Utc>) -> bool {
        !is_within(BETWEEN, &self.tried_at, now)
    }

    async fn fetch_in_turn(&self) {
        let _turn = self.fetching.lock().await;
        let now = self.clocks.machine();
        if !self.may_try(now) {
            return; // somebody else did it while this one waited for its turn
        }
        self.tried_at.store(now.timestamp_micros(), Ordering::SeqCst);
        match self.source.fetch().await {
            Ok(set) => {
                let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
                if !held.equals(&set) {
                    let keys: usize = set.count().values().sum();
                    log::info!("the identity provider {} has new keys, {keys} that can be used", self.name);
                }
                *held = Arc::new(set);
                drop(held);
                self.fetched_at.store(self.clocks.machine().timestamp_micros(), Ordering::SeqCst);
            }
            Err(error) => log::warn!("the keys of the identity provider {} could not be fetched: {error}", self.name),
        }
    }
}

/// Whether a moment that was noted is less than a span away, in either direction: a clock that was set back does not stop
/// fetching for long.
fn is_within(span: Duration, noted: &AtomicI64, now: DateTime<Utc>) -> bool {
    let noted = noted.load(Ordering::SeqCst);
    let distance = now.timestamp_micros().saturating_sub(noted).unsigned_abs();
    noted != NEVER && Duration::microseconds(i64::try_from(distance).unwrap_or(i64::MAX)) < span
}
