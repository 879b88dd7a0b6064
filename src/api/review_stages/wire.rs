//! Review stages as clients see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationErrors};

use crate::{
    api::{
        answer::representations,
        judged::to_validation,
        localized::{LocalizedLine, LocalizedName, LocalizedNamePatch},
        patch::Patch,
        role::{RoleName, mirrored},
    },
    domain::stage,
    service::review_stages::{StagePatch, patch_faults},
};

mirrored! {
    /// The name of a review stage.
    StageCode = stage::StageCode {
        /// 核实.
        UnitVerification,
        /// 区级推荐.
        DistrictEndorsement,
        /// 市级筛选.
        CityScreening,
        /// 上报.
        Forwarding,
        /// 上榜.
        Listing,
    }
}

/// One question of a checklist.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChecklistItem {
    /// Its stable name within the checklist: 2 to 40 lower-case letters, digits and single underscores.
    #[schema(min_length = 2, max_length = 40, pattern = "^[a-z][a-z0-9_]*$", examples("law_abiding"))]
    pub code: String,
    /// What is affirmed, at most 200 characters in each language.
    pub text: LocalizedLine,
}

impl From<stage::ChecklistItem> for ChecklistItem {
    fn from(item: stage::ChecklistItem) -> Self {
        Self { code: item.code, text: item.text.into() }
    }
}

impl From<ChecklistItem> for stage::ChecklistItem {
    fn from(item: ChecklistItem) -> Self {
        Self { code: item.code, text: item.text.into() }
    }
}

/// A review stage.
#[derive(Serialize, ToSchema)]
pub struct ReviewStage {
    /// Its name.
    pub code: StageCode,
    /// Label.
    pub label: LocalizedName,
    /// Whose decision it is.
    pub role: RoleName,
    /// The status in which a candidate waits for it.
    #[schema(examples("nominated"))]
    pub from: &'static str,
    /// The status to which its approval leads.
    #[schema(examples("verified"))]
    pub to: &'static str,
    /// What a reviewer affirms; for cycles in which nobody is verified yet. A cycle keeps its own.
    pub checklist: Vec<ChecklistItem>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// To be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(ReviewStage);

impl From<stage::Stage> for ReviewStage {
    fn from(stage: stage::Stage) -> Self {
        Self {
            code: stage.code.into(),
            label: stage.label.into(),
            role: stage.code.role().into(),
            from: stage.code.from().as_str(),
            to: stage.code.to().as_str(),
            checklist: stage.checklist.into_iter().map(Into::into).collect(),
            updated_at: stage.updated_at,
            etag: String::new(),
            version: stage.version,
        }
    }
}

/// A change of a stage (merge patch). A checklist is replaced as a whole.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateReviewStageRequest {
    /// Label, at most 40 characters in each language.
    #[serde(default)]
    #[schema(value_type = LocalizedNamePatch)]
    pub label: Patch<LocalizedNamePatch>,
    /// The whole checklist; forwarding and listing have none.
    #[serde(default)]
    #[schema(value_type = Vec<ChecklistItem>, max_items = 30)]
    pub checklist: Patch<Vec<ChecklistItem>>,
}

impl From<UpdateReviewStageRequest> for StagePatch {
    fn from(input: UpdateReviewStageRequest) -> Self {
        Self {
            label: LocalizedNamePatch::texts(input.label),
            checklist: input.checklist.value().map(|items| items.into_iter().map(Into::into).collect()),
        }
    }
}

impl Validate for UpdateReviewStageRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(patch_faults(&self.clone().into()))
    }
}
