//! The public log of a cycle's votes: every accepted vote is a leaf of a Merkle tree (RFC 6962), and so is every
//! invalidation. Pure: entries and their bytes, hashes, tiles, signed heads, and the check of a downloaded log. The format
//! is promised to the public: `docs/public-log.md` has it to the byte.

mod checkpoint;
mod ending;
mod entry;
mod merkle;
mod pseudonym;
mod reason;
mod receipt;
mod tiles;
mod verification;

pub use checkpoint::{Checkpoint, NoteFault, Origin, VerifierKey, key_id, sign};
pub use ending::{EndedBecause, Present, must_end};
pub use entry::{Entry, Event, NotAnEntry, minute_of};
pub use merkle::{Frontier, Hash, Range, consistency, inclusion, leaf_hash, node_hash};
pub use pseudonym::{Pseudonym, PseudonymKey};
pub use reason::{NotAReason, Reason};
pub use receipt::{NotAReceipt, Receipt};
pub use tiles::{GrowingTree, Tile, TileAt, TileMissing, Tiles, WIDTH, edge_of, range_hash, root_of, tiles_for};
pub use verification::{LogFault, Verification, Verified};
