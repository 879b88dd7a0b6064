//! The public log of a cycle's votes. Who votes numbers the entry and makes the receipt; the tree over the entries is
//! advanced behind them, and its head signed, by a job of each process.

mod advance;
mod destroy;
mod entries;
mod heads;
mod invalidation;
mod kept;
mod read;
mod recheck;
mod secret;
mod signer;

pub use advance::{EVERY, advance, settle_at_start};
pub use destroy::destroy_secrets;
pub use invalidation::{append_invalidation, append_invalidations};
pub use read::{
    Consistency, Entries, Head, Inclusion, MAX_ENTRIES, get_consistency, get_head, get_inclusion, list_entries,
};
pub use recheck::{Recheck, recheck};
pub use secret::{CycleLog, VoteFacts, hold, living, open};
pub use signer::Signer;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use crate::{domain::month::Month, storage::vault::MasterKey};

/// What a process remembers of the logs. Cheap to clone.
#[derive(Clone)]
pub struct VoteLogs {
    signer: Arc<Signer>,
    vault: Arc<MasterKey>,
    opened: Arc<Mutex<BTreeMap<Month, secret::Opened>>>,
}

impl VoteLogs {
    /// With the key that signs heads, and the one that wraps secrets.
    #[must_use]
    pub fn new(signer: Signer, vault: Arc<MasterKey>) -> Self {
        Self { signer: Arc::new(signer), vault, opened: Arc::default() }
    }
}
