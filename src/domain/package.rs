//! The package of a batch: how it stands, how its folders are called, its manifest, and what is corrected afterwards.

mod folder;
mod manifest;

use chrono::{DateTime, Utc};

use super::{id::CandidateId, transition::Action};

pub use folder::{folder_names, photo_name};
pub use manifest::{City, FORMAT_VERSION, ListedFile, Manifest, ManifestCandidate, SCHEMA_PATH, Written};

text_enum! {
    /// How the package of a batch stands.
    pub enum PackageStatus {
        /// It is being built, or will be.
        Building = "building",
        /// It is built, and served as built ever after.
        Ready = "ready",
        /// It could not be built, several times; it can be asked for again.
        Failed = "failed",
    }
}

text_enum! {
    /// Why a package could not be built.
    pub enum PackageFailure {
        /// The file of a photo is not in the file store.
        PhotoMissing = "photo_missing",
        /// The file of a photo is not the one that was forwarded.
        PhotoChanged = "photo_changed",
        /// The file store or the database was away.
        Unavailable = "unavailable",
        /// Whoever built it was broken off, each time.
        Interrupted = "interrupted",
        /// A fault of the server.
        Internal = "internal",
    }
}

/// How the package of a batch stands, with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// How it stands.
    pub status: PackageStatus,
    /// Bytes of the ZIP, once it is ready.
    pub size: Option<u64>,
    /// SHA-256 of the ZIP in hexadecimal, once it is ready.
    pub sha256: Option<String>,
    /// When it became ready.
    pub ready_at: Option<DateTime<Utc>>,
    /// Why it could not be built.
    pub failure: Option<PackageFailure>,
}

text_enum! {
    /// What became of a candidate after it was forwarded, while the package stays as it is.
    pub enum CorrectionKind {
        /// The consent was withdrawn: nothing of the candidate may be shown any more.
        ConsentWithdrawn = "consent_withdrawn",
        /// The portal or the city sent it back.
        Refused = "refused",
        /// The city took it out.
        Disqualified = "disqualified",
    }
}

impl CorrectionKind {
    /// The correction that an action on a forwarded candidate is, if it is one.
    #[must_use]
    pub fn of(action: Action) -> Option<Self> {
        [
            (Action::WithdrawConsent, Self::ConsentWithdrawn),
            (Action::Refuse, Self::Refused),
            (Action::Disqualify, Self::Disqualified),
        ]
        .into_iter()
        .find_map(|(known, kind)| (known == action).then_some(kind))
    }

    /// Whether it concerns every batch that ever named the candidate, and not the last one only.
    #[must_use]
    pub const fn concerns_all_batches(self) -> bool {
        match self {
            Self::ConsentWithdrawn => true,
            Self::Refused | Self::Disqualified => false,
        }
    }
}

/// One correction to a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Correction {
    /// 1, 2, … in the batch.
    pub number: i64,
    /// Whom it concerns.
    pub candidate_id: CandidateId,
    /// What happened.
    pub kind: CorrectionKind,
    /// When.
    pub at: DateTime<Utc>,
}
