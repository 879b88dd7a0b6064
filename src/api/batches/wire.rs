//! Batches as clients see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    api::{answer::representations, batches::package::PackageView, role::mirrored},
    domain::{
        batch::{BatchItem, BatchStatus, ItemStatus, Place, Receipt, Refused},
        category::CategoryCode,
        month::Month,
    },
    service::batches::{FullBatch, ListedBatch},
};

mirrored! {
    /// How a batch stands with the portal.
    BatchStatusName = BatchStatus {
        /// Forwarded; no receipt yet.
        Pending,
        /// Received, and every item accepted.
        Accepted,
        /// Received, and some items refused.
        PartlyRefused,
        /// Received, and every item refused.
        Refused,
    }
}

mirrored! {
    /// How one item of a batch stands.
    ItemStatusName = ItemStatus {
        /// Forwarded; no receipt yet.
        Sent,
        /// Taken by the portal.
        Accepted,
        /// Refused, with a reason.
        Refused,
    }
}

/// Which cycle to forward.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ForwardRequest {
    /// The cycle.
    #[schema(value_type = String, pattern = r"^[0-9]{4}-(0[1-9]|1[0-2])$", examples("2026-11"))]
    pub cycle: Month,
}

/// The portal's receipt.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ReceiptRequest {
    /// True when every item was taken.
    pub accepted: bool,
    /// The items that were not, when `accepted` is false.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub refused: Vec<RefusedItem>,
}

/// An item that the portal did not take.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RefusedItem {
    /// Who.
    pub candidate_id: Uuid,
    /// Why.
    #[schema(min_length = 1, max_length = 1000, examples("照片不清晰"))]
    pub reason: String,
}

impl From<ReceiptRequest> for Receipt {
    fn from(input: ReceiptRequest) -> Self {
        let refused = input.refused.into_iter();
        Self {
            accepted: input.accepted,
            refused: refused
                .map(|item| Refused { candidate_id: item.candidate_id.into(), reason: item.reason })
                .collect(),
        }
    }
}

/// A batch without its items.
#[derive(Serialize, ToSchema)]
pub struct BatchSummary {
    /// Its id.
    pub id: Uuid,
    /// The cycle.
    #[schema(value_type = String, examples("2026-11"))]
    pub cycle: Month,
    /// 1, 2, … in the cycle.
    pub sequence: u32,
    /// How it stands with the portal.
    pub status: BatchStatusName,
    /// How many items it has.
    pub item_count: u32,
    /// Who forwarded it.
    pub forwarded_by: Uuid,
    /// When it was forwarded.
    pub forwarded_at: DateTime<Utc>,
    /// When the last receipt came.
    pub received_at: Option<DateTime<Utc>>,
    /// How its package stands.
    pub package: PackageView,
    /// The version seen.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}

impl From<ListedBatch> for BatchSummary {
    fn from(ListedBatch { batch, item_count, package }: ListedBatch) -> Self {
        Self {
            id: batch.id.into(),
            cycle: batch.cycle,
            sequence: batch.sequence,
            status: batch.status.into(),
            item_count,
            forwarded_by: batch.forwarded_by.into(),
            forwarded_at: batch.forwarded_at,
            received_at: batch.received_at,
            package: package.into(),
            etag: String::new(),
            version: batch.version,
        }
    }
}

/// A batch with its items, as they were when forwarded.
#[derive(Serialize, ToSchema)]
pub struct BatchView {
    /// Its id.
    pub id: Uuid,
    /// The cycle.
    #[schema(value_type = String, examples("2026-11"))]
    pub cycle: Month,
    /// 1, 2, … in the cycle.
    pub sequence: u32,
    /// How it stands with the portal.
    pub status: BatchStatusName,
    /// Who forwarded it.
    pub forwarded_by: Uuid,
    /// When it was forwarded.
    pub forwarded_at: DateTime<Utc>,
    /// When the last receipt came.
    pub received_at: Option<DateTime<Utc>>,
    /// How its package stands.
    pub package: PackageView,
    /// The frozen candidates.
    pub items: Vec<BatchItemView>,
    /// The version seen.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(BatchSummary, BatchView);

impl From<FullBatch> for BatchView {
    fn from(FullBatch { batch, items, package }: FullBatch) -> Self {
        Self {
            id: batch.id.into(),
            cycle: batch.cycle,
            sequence: batch.sequence,
            status: batch.status.into(),
            forwarded_by: batch.forwarded_by.into(),
            forwarded_at: batch.forwarded_at,
            received_at: batch.received_at,
            package: package.into(),
            items: items.into_iter().map(Into::into).collect(),
            etag: String::new(),
            version: batch.version,
        }
    }
}

/// A candidate as it was forwarded, and what the portal said to it.
#[derive(Serialize, ToSchema)]
pub struct BatchItemView {
    /// Who.
    pub candidate_id: Uuid,
    /// In which category.
    #[schema(value_type = String, examples("dedication"))]
    pub category: CategoryCode,
    /// Name of the person or group.
    pub name: String,
    /// The members of a group.
    pub members: Vec<String>,
    /// Whether the person has died.
    pub posthumous: bool,
    /// The deed in one sentence.
    pub summary: String,
    /// The deed statement.
    pub deed: String,
    /// Occupation, when given.
    pub occupation: Option<String>,
    /// The unit that carried it.
    pub unit: BatchPlace,
    /// The district of its endorsement.
    pub district: BatchPlace,
    /// The photos.
    pub photos: Vec<BatchPhoto>,
    /// What the portal said.
    pub status: ItemStatusName,
    /// Why it refused.
    pub reason: Option<String>,
}

/// An organization by id and the name it had.
#[derive(Serialize, ToSchema)]
pub struct BatchPlace {
    /// Its id.
    pub id: Uuid,
    /// Its name then.
    pub name: String,
}

impl From<Place> for BatchPlace {
    fn from(place: Place) -> Self {
        Self { id: place.id.into(), name: place.name }
    }
}

/// A photo by id and digest.
#[derive(Serialize, ToSchema)]
pub struct BatchPhoto {
    /// Its id.
    pub id: Uuid,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

impl From<BatchItem> for BatchItemView {
    fn from(BatchItem { snapshot, status, reason }: BatchItem) -> Self {
        let photos = snapshot.photos.into_iter();
        Self {
            candidate_id: snapshot.candidate_id.into(),
            category: snapshot.category,
            name: snapshot.name,
            members: snapshot.members,
            posthumous: snapshot.posthumous,
            summary: snapshot.summary,
            deed: snapshot.deed,
            occupation: snapshot.occupation,
            unit: snapshot.unit.into(),
            district: snapshot.district.into(),
            photos: photos.map(|photo| BatchPhoto { id: photo.id.into(), sha256: photo.sha256 }).collect(),
            status: status.into(),
            reason,
        }
    }
}
