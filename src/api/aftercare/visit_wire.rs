//! Visits as clients send and see them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::schema::{Array, ArrayBuilder, ObjectBuilder, Type},
};
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use crate::{
    api::{answer::representations, judged::to_validation, patch::Patch, role::mirrored},
    domain::visit::{self, MAX_VISITORS, VisitKind},
    service::aftercare::visits::{ShownVisit, VisitChange},
};

mirrored! {
    /// What kind of visit it was.
    VisitKindName = VisitKind {
        /// 上门走访: at the home.
        Home,
        /// 电话回访: a call.
        Telephone,
        /// 节日慰问: a festival's call.
        Festival,
        /// Anything else.
        Other,
    }
}

/// 1 to 10 names.
fn names() -> Array {
    let name = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(100));
    ArrayBuilder::new().items(name.examples(["周敏"])).min_items(Some(1)).max_items(Some(MAX_VISITORS)).build()
}

/// A hardship.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HardshipInput {
    /// The facts. Kept encrypted; read one at a time, and each reading is audited.
    #[schema(min_length = 1, max_length = 2000, examples("本人患病，家庭收入主要靠低保。"))]
    pub facts: String,
}

/// A visit to be recorded.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateVisitRequest {
    /// When; not to come, and not before the first honour.
    #[schema(examples("2026-11-05"))]
    pub visited_on: NaiveDate,
    /// What kind.
    pub kind: VisitKindName,
    /// Whether the honoree, or the family of one who has died, was reached.
    pub reached: bool,
    /// The names of who came.
    #[schema(schema_with = names)]
    pub visitors: Vec<String>,
    /// How the honoree fares. Kept encrypted.
    #[schema(min_length = 1, max_length = 2000, examples("身体健康，仍在社区做志愿服务。"))]
    pub situation: String,
    /// A hardship, where there is one.
    #[serde(default)]
    pub hardship: Option<HardshipInput>,
    /// The day that was agreed on for the next visit, within two years.
    #[serde(default)]
    #[schema(examples("2027-03-01"))]
    pub next_on: Option<NaiveDate>,
}

impl CreateVisitRequest {
    /// The visit as the domain judges it.
    #[must_use]
    pub fn visit(&self) -> visit::Visit {
        visit::Visit {
            visited_on: self.visited_on,
            kind: self.kind.into(),
            reached: self.reached,
            visitors: self.visitors.clone(),
            situation: self.situation.clone(),
            hardship: self.hardship.clone().map(|hardship| hardship.facts),
            next_on: self.next_on,
        }
    }
}

impl Validate for CreateVisitRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(self.visit().faults())
    }
}

/// A correction of a visit (merge patch).
#[derive(Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct UpdateVisitRequest {
    /// When.
    #[serde(default)]
    #[schema(value_type = NaiveDate, examples("2026-11-05"))]
    pub visited_on: Patch<NaiveDate>,
    /// What kind.
    #[serde(default)]
    #[schema(value_type = VisitKindName)]
    pub kind: Patch<VisitKindName>,
    /// Whether the honoree, or the family, was reached.
    #[serde(default)]
    #[schema(value_type = bool)]
    pub reached: Patch<bool>,
    /// The names of who came.
    #[serde(default)]
    #[schema(schema_with = names)]
    pub visitors: Patch<Vec<String>>,
    /// How the honoree fares.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 2000)]
    pub situation: Patch<String>,
    /// A hardship; null says that there is none.
    #[serde(default)]
    #[schema(value_type = Option<HardshipInput>)]
    pub hardship: Patch<HardshipInput>,
    /// The day that was agreed on for the next visit; null takes it away.
    #[serde(default)]
    #[schema(value_type = Option<NaiveDate>, examples("2027-03-01"))]
    pub next_on: Patch<NaiveDate>,
}

impl UpdateVisitRequest {
    /// What changes.
    #[must_use]
    pub fn change(self) -> VisitChange {
        VisitChange {
            visited_on: self.visited_on.value(),
            kind: self.kind.value().map(Into::into),
            reached: self.reached.value(),
            visitors: self.visitors.value(),
            situation: self.situation.value(),
            hardship: self.hardship.nullable().map(|hardship| hardship.map(|hardship| hardship.facts)),
            next_on: self.next_on.nullable(),
        }
    }
}

/// That a visit was struck.
#[derive(Serialize, ToSchema)]
pub struct StruckVisit {
    /// By whom.
    pub by: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

/// A visit.
#[derive(Serialize, ToSchema)]
pub struct Visit {
    /// Its id.
    pub id: Uuid,
    /// To whom.
    pub honoree_id: Uuid,
    /// When.
    pub visited_on: NaiveDate,
    /// What kind.
    pub kind: VisitKindName,
    /// Whether the honoree, or the family, was reached.
    pub reached: bool,
    /// The names of who came.
    pub visitors: Vec<String>,
    /// How the honoree fares.
    pub situation: String,
    /// Whether there is a hardship. Its facts are read at `/visits/{id}/hardship`.
    pub has_hardship: bool,
    /// The day that was agreed on for the next visit.
    pub next_on: Option<NaiveDate>,
    /// Who recorded it.
    pub recorded_by: Uuid,
    /// The name shown of who recorded it.
    pub recorder_name: String,
    /// For which organization.
    pub organization_id: Option<Uuid>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// That it was struck, so that it counts for nothing.
    pub struck: Option<StruckVisit>,
    /// To be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(Visit);

impl From<ShownVisit> for Visit {
    fn from(shown: ShownVisit) -> Self {
        let row = shown.row;
        let struck = match (row.struck_by, row.struck_at, row.struck_reason) {
            (Some(by), Some(at), Some(reason)) => Some(StruckVisit { by: by.into(), at: at.0, reason }),
            _ => None,
        };
        Self {
            id: row.id.into(),
            honoree_id: row.honoree_id.into(),
            visited_on: row.visited_on.0,
            kind: row.kind.into(),
            reached: row.reached,
            visitors: row.visitors.0,
            situation: shown.situation.as_str().to_owned(),
            has_hardship: row.hardship_cipher.is_some(),
            next_on: row.next_on.map(|day| day.0),
            recorded_by: row.recorded_by.into(),
            recorder_name: shown.recorder_name,
            organization_id: row.organization_id.map(Into::into),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
            struck,
            etag: String::new(),
            version: row.version,
        }
    }
}

/// The facts of a hardship.
#[derive(Serialize, ToSchema)]
pub struct Hardship {
    /// The visit.
    pub visit_id: Uuid,
    /// The facts; null where there is no hardship.
    pub facts: Option<String>,
}
