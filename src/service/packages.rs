//! The package of a batch: built from the frozen snapshot beside the requests, kept and served as built ever after.
//!
//! The files are made and stored first, each under its digest, then the ZIP of them; only then, in one transaction, the
//! package becomes ready and the batch is announced. Whatever is broken off before that is done again from the same snapshot,
//! with the same bytes.

pub(super) mod archive;
mod corrections;
mod docx;
mod download;
mod files;
mod frozen;
mod job;
mod preview;
mod roster;
mod signer;
mod workshop;

pub use corrections::{list_corrections, note};
pub(super) use download::require_ready;
pub use download::{Download, Opened, get_manifest, open_package};
pub use files::Made;
pub use frozen::{Entry, Frozen, Header};
pub use job::{EVERY, build_due, is_any_due, release_at_start, restart, work_on_due};
pub use preview::open_preview;
pub use signer::{Signer, TYPE};
pub use workshop::{Broken, Workshop};
