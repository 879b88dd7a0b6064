//! What the log's answers look like. Hashes are in base64, as in the note.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::problem::Problem,
    domain::{
        fault::Code,
        vote_log::{Checkpoint, Hash},
    },
    service::vote_log::{Consistency, Head, Inclusion},
    storage::vote_log_heads::HeadRow,
};

/// The signed head of a vote log.
#[derive(Serialize, ToSchema)]
pub struct LogHead {
    /// The log's identity: program, key, cycle, and the number of its origin.
    #[schema(examples("haoren/3b9f6c5a1d2e4f70/2026-11/1"))]
    pub origin: String,
    /// 1, and one more for each time that the log had to begin anew.
    pub origin_number: i32,
    /// Entries.
    pub size: u64,
    /// The root of the tree over them.
    pub root: String,
    /// When it was signed, in campaign time.
    pub signed_at: DateTime<Utc>,
    /// The key to check it with, in C2SP's form `name+hash+base64`.
    pub key: String,
    /// The checkpoint, a signed note, to the byte.
    pub note: String,
    /// Whether everybody may read the entries now.
    pub entries_public: bool,
    /// When the secret of the pseudonyms was destroyed, if it was.
    pub secret_destroyed_at: Option<DateTime<Utc>>,
    /// The last heads of former origins, the oldest first. Receipts for entries beyond them hold in no tree of today.
    pub earlier: Vec<EarlierHead>,
}

/// The last head of an origin that ended.
#[derive(Serialize, ToSchema)]
pub struct EarlierHead {
    /// The identity that the log had.
    pub origin: String,
    /// Its number.
    pub origin_number: i32,
    /// Entries.
    pub size: u64,
    /// The root of the tree over them.
    pub root: String,
    /// When it was signed, in campaign time.
    pub signed_at: DateTime<Utc>,
    /// The key to check it with.
    pub key: String,
    /// The checkpoint to the byte.
    pub note: String,
    /// Why it ended: `behind` (the database was put back to a state before this head), `diverged` (it goes on by another
    /// way), `key_changed`.
    #[schema(examples("behind"))]
    pub ended_because: Option<String>,
}

fn text(hash: &Hash) -> String {
    STANDARD.encode(hash)
}

fn texts(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(text).collect()
}

impl TryFrom<HeadRow> for EarlierHead {
    type Error = Problem;
    fn try_from(row: HeadRow) -> Result<Self, Problem> {
        let checkpoint = Checkpoint::of_note(&row.note).map_err(|_| {
            log::error!("a stored head of the vote log of {} cannot be read", row.cycle);
            Problem::of(Code::Internal)
        })?;
        Ok(Self {
            origin: checkpoint.origin,
            origin_number: row.origin,
            size: checkpoint.size,
            root: text(&checkpoint.root),
            signed_at: row.signed_at.0,
            key: row.verifier_key,
            note: row.note,
            ended_because: row.ended_because.map(|because| because.as_str().to_owned()),
        })
    }
}

impl TryFrom<Head> for LogHead {
    type Error = Problem;
    fn try_from(head: Head) -> Result<Self, Problem> {
        let current = EarlierHead::try_from(head.current)?;
        Ok(Self {
            origin: current.origin,
            origin_number: current.origin_number,
            size: current.size,
            root: current.root,
            signed_at: current.signed_at,
            key: current.key,
            note: current.note,
            entries_public: head.entries_public,
            secret_destroyed_at: head.secret_destroyed_at,
            earlier: head.earlier.into_iter().map(EarlierHead::try_from).collect::<Result<_, _>>()?,
        })
    }
}

/// That an entry is in a tree.
#[derive(Serialize, ToSchema)]
pub struct InclusionProof {
    /// The number of the entry, which is the index of its leaf.
    pub sequence: u64,
    /// The hash of its leaf.
    pub leaf_hash: String,
    /// Entries of the tree.
    pub size: u64,
    /// The tree's root.
    pub root: String,
    /// The audit path of RFC 6962, 2.1.1, from the leaf upwards.
    pub hashes: Vec<String>,
}

impl InclusionProof {
    /// The proof for an entry.
    #[must_use]
    pub fn of(sequence: u64, proof: &Inclusion) -> Self {
        let Inclusion { leaf_hash, size, root, hashes } = proof;
        Self { sequence, leaf_hash: text(leaf_hash), size: *size, root: text(root), hashes: texts(hashes) }
    }
}

/// That a tree goes on from an earlier one.
#[derive(Serialize, ToSchema)]
pub struct ConsistencyProof {
    /// Entries of the smaller tree.
    pub from: u64,
    /// Its root.
    pub from_root: String,
    /// Entries of the larger tree.
    pub to: u64,
    /// Its root.
    pub to_root: String,
    /// The proof of RFC 6962, 2.1.2.
    pub hashes: Vec<String>,
}

impl ConsistencyProof {
    /// The proof from a tree of so many entries.
    #[must_use]
    pub fn of(from: u64, proof: &Consistency) -> Self {
        let Consistency { from_root, to, to_root, hashes } = proof;
        Self { from, from_root: text(from_root), to: *to, to_root: text(to_root), hashes: texts(hashes) }
    }
}
