//! Organizations as clients see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use crate::{
    api::{answer::representations, judged::to_validation, patch::Patch, role::mirrored},
    domain::organization,
    service::organizations::{NewOrganization, OrganizationPatch, new_faults, patch_faults},
};

mirrored! {
    /// The level of an organization.
    OrganizationKind = organization::OrganizationKind {
        /// 市.
        City,
        /// 区.
        District,
        /// 单位.
        Unit,
    }
}

/// A node of the tree city → district → unit.
#[derive(Serialize, ToSchema)]
pub struct Organization {
    /// Its id.
    pub id: Uuid,
    /// City, district or unit.
    pub kind: OrganizationKind,
    /// The node above; null for the city.
    pub parent_id: Option<Uuid>,
    /// The district it is or belongs to; null for the city.
    pub district_id: Option<Uuid>,
    /// GB/T 2260 for city and district; the deployment's own for a unit.
    #[schema(examples("420103"))]
    pub code: Option<String>,
    /// Name.
    #[schema(examples("江汉区"))]
    pub name: String,
    /// How many people work or live there.
    pub headcount: Option<u32>,
    /// The responsible person.
    pub responsible_name: Option<String>,
    /// A closed organization takes no candidates.
    pub active: bool,
    /// What the city calls its lists; 身边好人榜 when it is null.
    #[schema(examples("武汉好人榜"))]
    pub list_title: Option<String>,
    /// Who issues the city's lists and certificates; the city itself when it is null.
    #[schema(examples("武汉市文明办"))]
    pub list_issuer: Option<String>,
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

impl From<organization::Organization> for Organization {
    fn from(organization: organization::Organization) -> Self {
        Self {
            id: organization.id.into(),
            kind: organization.kind.into(),
            parent_id: organization.parent_id.map(Into::into),
            district_id: organization.district_id.map(Into::into),
            code: organization.code,
            name: organization.name,
            headcount: organization.headcount,
            responsible_name: organization.responsible_name,
            active: organization.active,
            list_title: organization.list_title,
            list_issuer: organization.list_issuer,
            created_at: organization.created_at,
            updated_at: organization.updated_at,
            etag: String::new(),
            version: organization.version,
        }
    }
}

/// An organization to be entered.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateOrganizationRequest {
    /// City, district or unit.
    pub kind: OrganizationKind,
    /// The node above: the city for a district; a district, or a unit directly under one, for a unit.
    #[serde(default)]
    pub parent_id: Option<Uuid>,
    /// Six digits of GB/T 2260 for city and district; letters, digits, `-` and `_` for a unit, which may do without.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 40, pattern = "^[A-Za-z0-9_-]*$", examples("420103"))]
    pub code: Option<String>,
    /// Name.
    #[schema(min_length = 1, max_length = 100, examples("江汉区"))]
    pub name: String,
    /// How many people work or live there.
    #[serde(default)]
    #[schema(maximum = 100_000_000)]
    pub headcount: Option<u32>,
    /// The responsible person.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64)]
    pub responsible_name: Option<String>,
    /// False enters it closed.
    #[serde(default)]
    pub active: Option<bool>,
    /// What the city calls its lists; for the city only.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, examples("武汉好人榜"))]
    pub list_title: Option<String>,
    /// Who issues the city's lists and certificates; for the city only.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, examples("武汉市文明办"))]
    pub list_issuer: Option<String>,
}

impl From<CreateOrganizationRequest> for NewOrganization {
    fn from(input: CreateOrganizationRequest) -> Self {
        Self {
            kind: input.kind.into(),
            parent_id: input.parent_id.map(Into::into),
            code: input.code,
            name: input.name,
            headcount: input.headcount,
            responsible_name: input.responsible_name,
            active: input.active.unwrap_or(true),
            list_title: input.list_title,
            list_issuer: input.list_issuer,
        }
    }
}

impl Validate for CreateOrganizationRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(new_faults(&self.clone().into()))
    }
}

/// A change of an organization (merge patch); its kind stays.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateOrganizationRequest {
    /// The node above.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub parent_id: Patch<Uuid>,
    /// The code; null takes it away from a unit.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 40, pattern = "^[A-Za-z0-9_-]*$", examples("420103"))]
    pub code: Patch<String>,
    /// Name.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    pub name: Patch<String>,
    /// How many people work or live there.
    #[serde(default)]
    #[schema(value_type = Option<u32>, maximum = 100_000_000)]
    pub headcount: Patch<u32>,
    /// The responsible person.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64)]
    pub responsible_name: Patch<String>,
    /// False closes it.
    #[serde(default)]
    #[schema(value_type = bool)]
    pub active: Patch<bool>,
    /// What the city calls its lists; for the city only.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    pub list_title: Patch<String>,
    /// Who issues the city's lists and certificates; for the city only.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    pub list_issuer: Patch<String>,
}

impl From<UpdateOrganizationRequest> for OrganizationPatch {
    fn from(input: UpdateOrganizationRequest) -> Self {
        Self {
            parent_id: input.parent_id.nullable().map(|id| id.map(Into::into)),
            code: input.code.nullable(),
            name: input.name.value(),
            headcount: input.headcount.nullable(),
            responsible_name: input.responsible_name.nullable(),
            active: input.active.value(),
            list_title: input.list_title.nullable(),
            list_issuer: input.list_issuer.nullable(),
        }
    }
}

impl Validate for UpdateOrganizationRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(patch_faults(&self.clone().into()))
    }
}
representations!(Organization);
