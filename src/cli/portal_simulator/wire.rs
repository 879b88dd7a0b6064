//! What the server says and hears, as far as a portal needs it. Members that are added later are passed over.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A page of a list.
#[derive(Debug, Deserialize)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// To be sent as `cursor` for the next one.
    pub next_cursor: Option<String>,
}

/// A batch in a list.
#[derive(Clone, Debug, Deserialize)]
pub struct Batch {
    /// Its id.
    pub id: Uuid,
    /// The cycle, such as `2026-11`.
    pub cycle: String,
    /// 1, 2, … in the cycle.
    pub sequence: u32,
    /// Its package, which is ready.
    pub package: Option<Package>,
}

/// What is told of a package before it is fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Bytes.
    pub size: Option<u64>,
    /// In hexadecimal.
    pub sha256: Option<String>,
}

/// A batch with its items.
#[derive(Clone, Debug, Deserialize)]
pub struct FullBatch {
    /// `pending`, `accepted`, `partly_refused` or `refused`.
    pub status: String,
    /// Its candidates.
    pub items: Vec<Item>,
}

/// A candidate of a batch.
#[derive(Clone, Debug, Deserialize)]
pub struct Item {
    /// Who.
    pub candidate_id: Uuid,
    /// In which category.
    pub category: String,
    /// `sent`, `accepted` or `refused`.
    pub status: String,
}

/// What became of a candidate after its batch was frozen.
#[derive(Clone, Debug, Deserialize)]
pub struct Correction {
    /// Who.
    pub candidate_id: Uuid,
}

/// A receipt, as it is sent and kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// True when every item was taken.
    pub accepted: bool,
    /// The items that were not.
    pub refused: Vec<Refused>,
}

/// An item that is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Who.
    pub candidate_id: Uuid,
    /// Why.
    pub reason: String,
}

/// Results, as they are sent and kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// One for each candidate.
    pub candidates: Vec<Verdict>,
}

/// The result of a candidate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// Who.
    pub candidate_id: Uuid,
    /// Valid votes.
    pub votes: u64,
    /// Whether the candidate is on the list.
    pub listed: bool,
}

/// Something with a version.
#[derive(Debug, Deserialize)]
pub struct Tagged {
    /// To be sent as `If-Match`.
    pub etag: String,
}

/// A problem document (RFC 9457).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Problem {
    /// Stable, never translated.
    pub code: String,
    /// What is wrong.
    pub title: String,
    /// Every single failure.
    pub errors: Vec<ProblemError>,
}

/// One failure with its place.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProblemError {
    /// A JSON Pointer into what was sent.
    pub pointer: String,
    /// Stable, never translated.
    pub code: String,
    /// Whom it is about, where it says so.
    pub candidate_id: Option<Uuid>,
}
