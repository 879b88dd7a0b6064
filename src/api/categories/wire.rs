//! Categories as clients see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationErrors};

use crate::{
    api::{
        answer::representations,
        judged::to_validation,
        localized::{LocalizedName, LocalizedNamePatch, LocalizedText, LocalizedTextPatch},
        patch::Patch,
    },
    domain::category,
    service::categories::{CategoryPatch, NewCategory, new_faults, patch_faults},
};

/// A category with what it asks of a candidate.
#[derive(Serialize, ToSchema)]
pub struct Category {
    /// Its stable name.
    #[schema(examples("helping_others"))]
    pub code: String,
    /// Three capital letters, part of certificate numbers.
    #[schema(examples("HLP"))]
    pub mark: String,
    /// The one-character short form.
    #[schema(examples("助"))]
    pub short: String,
    /// Name.
    pub name: LocalizedName,
    /// What a candidate is asked to have done.
    pub criteria: LocalizedText,
    /// A closed category takes no nominations.
    pub active: bool,
    /// Its place in lists.
    pub position: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// To be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(Category);

impl From<category::Category> for Category {
    fn from(category: category::Category) -> Self {
        Self {
            code: category.code.to_string(),
            mark: category.mark,
            short: category.short,
            name: category.name.into(),
            criteria: category.criteria.into(),
            active: category.active,
            position: category.position,
            created_at: category.created_at,
            updated_at: category.updated_at,
            etag: String::new(),
            version: category.version,
        }
    }
}

/// A category to be entered.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCategoryRequest {
    /// 2 to 40 lower-case letters, digits and single underscores, beginning with a letter; it stays.
    #[schema(min_length = 2, max_length = 40, pattern = "^[a-z][a-z0-9_]*$", examples("volunteering"))]
    pub code: String,
    /// Three capital letters; they stay.
    #[schema(min_length = 3, max_length = 3, pattern = "^[A-Z]{3}$", examples("VOL"))]
    pub mark: String,
    /// One character.
    #[schema(min_length = 1, max_length = 1, examples("志"))]
    pub short: String,
    /// Name, at most 40 characters in each language.
    pub name: LocalizedName,
    /// What a candidate is asked to have done, at most 1000 characters in each language.
    pub criteria: LocalizedText,
    /// False enters it closed.
    #[serde(default)]
    pub active: Option<bool>,
    /// Its place in lists; at the end when it is not said.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10_000)]
    pub position: Option<i32>,
}

impl From<CreateCategoryRequest> for NewCategory {
    fn from(input: CreateCategoryRequest) -> Self {
        Self {
            name: input.name.into(),
            criteria: input.criteria.into(),
            code: input.code,
            mark: input.mark,
            short: input.short,
            active: input.active.unwrap_or(true),
            position: input.position,
        }
    }
}

impl Validate for CreateCategoryRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(new_faults(&self.clone().into()))
    }
}

/// A change of a category (merge patch); code and mark stay.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateCategoryRequest {
    /// One character.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 1, examples("志"))]
    pub short: Patch<String>,
    /// Name.
    #[serde(default)]
    #[schema(value_type = LocalizedNamePatch)]
    pub name: Patch<LocalizedNamePatch>,
    /// What a candidate is asked to have done.
    #[serde(default)]
    #[schema(value_type = LocalizedTextPatch)]
    pub criteria: Patch<LocalizedTextPatch>,
    /// False closes it for nominations.
    #[serde(default)]
    #[schema(value_type = bool)]
    pub active: Patch<bool>,
    /// Its place in lists.
    #[serde(default)]
    #[schema(value_type = i32, minimum = 0, maximum = 10_000)]
    pub position: Patch<i32>,
}

impl From<UpdateCategoryRequest> for CategoryPatch {
    fn from(input: UpdateCategoryRequest) -> Self {
        Self {
            name: LocalizedNamePatch::texts(input.name),
            criteria: LocalizedTextPatch::texts(input.criteria),
            short: input.short.value(),
            active: input.active.value(),
            position: input.position.value(),
        }
    }
}

impl Validate for UpdateCategoryRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(patch_faults(&self.clone().into()))
    }
}
