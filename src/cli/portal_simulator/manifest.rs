//! What a package holds, as its manifest says: signed, with the digest of every file.

use serde::Deserialize;
use uuid::Uuid;

/// The version of the format that this client knows.
pub const FORMAT_VERSION: u32 = 1;

/// The manifest. Members that are added later are passed over.
#[derive(Clone, Debug, Deserialize)]
pub struct Manifest {
    /// Raised when something changes that a client must know of.
    pub format_version: u32,
    /// The batch.
    pub batch_id: Uuid,
    /// 1, 2, … in the cycle.
    pub sequence: u32,
    /// The cycle.
    pub cycle: String,
    /// The candidates, in order.
    pub candidates: Vec<Candidate>,
    /// The files.
    pub files: Vec<Entry>,
}

/// A candidate of the package.
#[derive(Clone, Debug, Deserialize)]
pub struct Candidate {
    /// Who.
    pub id: Uuid,
    /// In which category.
    pub category: String,
    /// Name of the person or group.
    pub name: String,
    /// The names of its files in the ZIP.
    pub files: Vec<String>,
}

/// A file of the package.
#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    /// Its name in the ZIP.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// In hexadecimal.
    pub sha256: String,
}
