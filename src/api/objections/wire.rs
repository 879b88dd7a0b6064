//! Objections as clients see them.

use actix_web::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use zeroize::Zeroizing;

use crate::{
    api::{
        answer::{Answer, representations},
        problem::Problem,
        role::mirrored,
    },
    domain::{
        month::Month,
        objection::{Objection, ObjectionStatus},
    },
    service::objections::{DecisionInput, ObjectionInput, Objector},
};

mirrored! {
    /// How an objection stands.
    ObjectionStatusName = ObjectionStatus {
        /// Undecided; the list cannot be published.
        Open,
        /// It holds.
        Upheld,
        /// It does not hold.
        Dismissed,
        /// Put off with a reason; can still be decided.
        SetAside,
    }
}

/// An objection.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ObjectionRequest {
    /// What is objected.
    #[schema(min_length = 1, max_length = 2000, examples("所述事迹与事实不符。"))]
    pub text: String,
    /// How to reach the objector; kept encrypted.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, examples("13800005678"))]
    pub contact: Option<String>,
    /// The objector's real name; kept encrypted.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, examples("李四"))]
    pub name: Option<String>,
}

impl From<ObjectionRequest> for ObjectionInput {
    fn from(input: ObjectionRequest) -> Self {
        Self { text: input.text, contact: input.contact, name: input.name }
    }
}

/// The city's decision.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct DecisionRequest {
    /// Whether the objection holds. Left out when it is set aside.
    #[serde(default)]
    pub upheld: Option<bool>,
    /// True to set it aside: the list can be published, the objection is decided later.
    #[serde(default)]
    pub set_aside: bool,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, examples("经核实，异议不成立。"))]
    pub reason: String,
}

impl From<DecisionRequest> for DecisionInput {
    fn from(input: DecisionRequest) -> Self {
        Self { upheld: input.upheld, set_aside: input.set_aside, reason: input.reason }
    }
}

/// What the objector is told.
#[derive(Serialize, ToSchema)]
pub struct ObjectionReceived {
    /// Its id.
    pub id: Uuid,
    /// Against whom.
    pub candidate_id: Uuid,
    /// How it stands.
    pub status: ObjectionStatusName,
    /// When it was raised.
    pub created_at: DateTime<Utc>,
}

impl ObjectionReceived {
    /// 201.
    pub fn answer(objection: &Objection) -> Result<Answer, Problem> {
        let shown = Self {
            id: objection.id.into(),
            candidate_id: objection.candidate.into(),
            status: objection.status.into(),
            created_at: objection.created_at,
        };
        Ok(Answer::plain(&shown)?.with_status(StatusCode::CREATED))
    }
}

/// An objection as the city sees it.
#[derive(Serialize, ToSchema)]
pub struct ObjectionView {
    /// Its id.
    pub id: Uuid,
    /// Against whom.
    pub candidate_id: Uuid,
    /// In which cycle.
    #[schema(value_type = String, examples("2026-11"))]
    pub cycle: Month,
    /// What is objected.
    pub text: String,
    /// How to reach the objector, masked.
    pub contact: Option<String>,
    /// The objector's name, masked.
    pub name: Option<String>,
    /// How it stands.
    pub status: ObjectionStatusName,
    /// Why it was decided so.
    pub reason: Option<String>,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// When it was raised.
    pub created_at: DateTime<Utc>,
    /// The version seen.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(ObjectionView);

impl From<Objection> for ObjectionView {
    fn from(objection: Objection) -> Self {
        let decision = objection.decision;
        Self {
            id: objection.id.into(),
            candidate_id: objection.candidate.into(),
            cycle: objection.cycle,
            text: objection.text,
            contact: objection.contact_masked,
            name: objection.name_masked,
            status: objection.status.into(),
            reason: decision.as_ref().map(|decision| decision.reason.clone()),
            decided_by: decision.as_ref().map(|decision| decision.by.into()),
            decided_at: decision.map(|decision| decision.at),
            created_at: objection.created_at,
            etag: String::new(),
            version: objection.version,
        }
    }
}

impl ObjectionView {
    /// 201: a decision was made of it.
    pub fn answer(objection: Objection) -> Result<Answer, Problem> {
        Ok(Answer::of(Self::from(objection))?.with_status(StatusCode::CREATED))
    }
}

/// How an objector can be reached.
#[derive(Serialize, ToSchema)]
pub struct ObjectorView {
    /// The contact as it was given.
    pub contact: Option<String>,
    /// The name.
    pub name: Option<String>,
}

impl From<Objector> for ObjectorView {
    fn from(objector: Objector) -> Self {
        let clear = |text: Option<Zeroizing<String>>| text.map(|text| text.as_str().to_owned());
        Self { contact: clear(objector.contact), name: clear(objector.name) }
    }
}
