//! What the manifest of a package says. Its published schema stands in `manifest.schema.json`.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use crate::domain::{
    batch::{Place, Snapshot},
    candidate::Subject,
    canonical_json::{self, NotCanonical},
    category::CategoryCode,
    id::{BatchId, CandidateId, OrganizationId},
    month::Month,
};

/// Raised when a reader of the one before could misunderstand a manifest.
pub const FORMAT_VERSION: u32 = 1;
/// Where the schema is published, below `/api/v1`.
pub const SCHEMA_PATH: &str = "/schemas/batch-manifest-1.json";

/// The city whose package it is, as it was called then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct City {
    /// Its identifier.
    pub id: OrganizationId,
    /// Its code by GB/T 2260, when it has one.
    pub code: Option<String>,
    /// Its name.
    pub name: String,
}

/// Which package it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// That of a batch.
    Forwarded {
        /// The batch.
        batch_id: BatchId,
        /// Its number in the cycle.
        sequence: u32,
    },
    /// What one would be, were it made now.
    Preview,
}

/// A file of the package, as the manifest lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedFile {
    /// Its path in the ZIP.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// Its media type.
    pub media_type: String,
}

/// A candidate of the package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ManifestCandidate {
    /// Who.
    pub id: CandidateId,
    /// The category's code.
    pub category: CategoryCode,
    /// The category's Chinese name.
    pub category_name: String,
    /// Name of the person or group.
    pub name: String,
    /// A person or a group.
    pub subject: Subject,
    /// The members of a group, by name.
    pub members: Vec<String>,
    /// Whether the person has died.
    pub posthumous: bool,
    /// The unit that carries it.
    pub unit: Place,
    /// The district of its endorsement.
    pub district: Place,
    /// Its folder.
    pub folder: String,
    /// The paths of its files.
    pub files: Vec<String>,
    /// SHA-256 of photos whose files were lost before packages were built; empty in every batch since.
    pub missing_photos: Vec<String>,
}

impl ManifestCandidate {
    /// A frozen candidate with what lies in its folder.
    #[must_use]
    pub fn of(snapshot: &Snapshot, category_name: &str, folder: String) -> Self {
        Self {
            id: snapshot.candidate_id,
            category: snapshot.category.clone(),
            category_name: category_name.to_owned(),
            name: snapshot.name.clone(),
            subject: snapshot.subject,
            members: snapshot.members.clone(),
            posthumous: snapshot.posthumous,
            unit: snapshot.unit.clone(),
            district: snapshot.district.clone(),
            folder,
            files: Vec::new(),
            missing_photos: Vec::new(),
        }
    }
}

/// What is in a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Which package.
    pub written: Written,
    /// Of which cycle.
    pub cycle: Month,
    /// Of which city.
    pub city: City,
    /// When it was forwarded; for a preview, when it was asked for.
    pub at: DateTime<Utc>,
    /// The candidates, in the order of the batch.
    pub candidates: Vec<ManifestCandidate>,
    /// All files beside the manifest itself, in the order of the ZIP.
    pub files: Vec<ListedFile>,
}

#[derive(Serialize)]
struct Form<'a> {
    format: &'static str,
    format_version: u32,
    preview: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    batch_id: Option<BatchId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<u32>,
    cycle: Month,
    city: &'a City,
    at: String,
    candidates: &'a [ManifestCandidate],
    files: &'a [ListedFile],
}

impl Manifest {
    /// The bytes of `manifest.json`: canonical JSON, so that the same content has one signature.
    pub fn to_bytes(&self) -> Result<Vec<u8>, NotCanonical> {
        let (preview, batch_id, sequence) = match self.written {
            Written::Forwarded { batch_id, sequence } => (false, Some(batch_id), Some(sequence)),
            Written::Preview => (true, None, None),
        };
        canonical_json::to_bytes(&Form {
            format: "haoren-batch-manifest",
            format_version: FORMAT_VERSION,
            preview,
            batch_id,
            sequence,
            cycle: self.cycle,
            city: &self.city,
            at: self.at.to_rfc3339_opts(SecondsFormat::Micros, true),
            candidates: &self.candidates,
            files: &self.files,
        })
    }
}
