//! Reviews, transitions, history and inbox as clients see them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::schema::{Object, ObjectBuilder, Type},
};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::terms::{CandidateAction, CandidateStatus, ReviewDecision};
use crate::{
    api::{
        answer::representations, faults::to_validator, organizations::wire::OrganizationKind,
        review_stages::wire::StageCode, role::RoleName,
    },
    domain::{authority::Permission, review::OPINION_MAX_CHARS, text},
    service::{detours::Outcome, histories::ShownStep, inbox::Waiting, reviews::ShownReview},
};

/// Whether a reviewer's words may be kept.
pub fn spoken(words: &str) -> Result<(), ValidationError> {
    to_validator(text::paragraphs(words, OPINION_MAX_CHARS))
}

/// Yes or no to each of a checklist's items. No checklist is longer.
fn answers() -> Object {
    let answer = ObjectBuilder::new().schema_type(Type::Boolean);
    ObjectBuilder::new().additional_properties(Some(answer)).max_properties(Some(100)).build()
}

/// A decision to be taken.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateReviewRequest {
    /// What is decided.
    pub decision: ReviewDecision,
    /// What the reviewer says; the reason of a return or rejection.
    #[schema(min_length = 1, max_length = 2000, examples("材料属实，单位公示无异议。"))]
    #[validate(custom(function = spoken))]
    pub opinion: String,
    /// The answers to the stage's checklist, by code; all `true` to approve.
    #[serde(default)]
    #[schema(schema_with = answers)]
    pub checklist: BTreeMap<String, bool>,
    /// The refuting records of the verification file that the opinion answers, by their ids; for approvals. The unit's
    /// verification answers all that stand, a later approval those that none before has answered.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub answered_verifications: Vec<Uuid>,
}

/// Why.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ReasonRequest {
    /// Why; kept in the history.
    #[schema(min_length = 1, max_length = 2000)]
    #[validate(custom(function = spoken))]
    pub reason: String,
}

/// Why, if there is something to say.
#[derive(Deserialize, ToSchema, Validate, Default)]
#[serde(deny_unknown_fields)]
pub struct OptionalReasonRequest {
    /// Why; kept in the history.
    #[schema(min_length = 1, max_length = 2000)]
    #[validate(custom(function = spoken))]
    pub reason: Option<String>,
}

/// The answer to a return.
#[derive(Deserialize, ToSchema, Validate, Default)]
#[serde(deny_unknown_fields)]
pub struct ResubmissionRequest {
    /// The answer to the reason of the return; needed when nothing of the file has changed since.
    #[schema(min_length = 1, max_length = 2000)]
    #[validate(custom(function = spoken))]
    pub answer: Option<String>,
}

/// Which unit is to carry a candidate.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AssignmentRequest {
    /// Another active unit of the district; null for the district's inbox.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true)]
    pub unit_id: Option<Uuid>,
    /// Why; needed when a unit was assigned before.
    #[schema(min_length = 1, max_length = 2000)]
    #[validate(custom(function = spoken))]
    pub reason: Option<String>,
}

/// A reviewer's decision.
#[derive(Serialize, ToSchema)]
pub struct Review {
    /// Its id.
    pub id: Uuid,
    /// The candidate.
    pub candidate_id: Uuid,
    /// In which cycle.
    #[schema(examples("2026-11"))]
    pub cycle: String,
    /// At which stage.
    pub stage: StageCode,
    /// What was decided.
    pub decision: ReviewDecision,
    /// What the reviewer said.
    pub opinion: String,
    /// The answers to the checklist.
    pub checklist: BTreeMap<String, bool>,
    /// The refuting records of the verification file that the opinion answers.
    pub answered_verifications: Vec<Uuid>,
    /// Who decided.
    pub reviewer_id: Uuid,
    /// The name shown of who decided.
    pub reviewer_name: String,
    /// For which organization.
    pub organization_id: Option<Uuid>,
    /// The level in whose place the reviewer decided.
    pub acting_for: Option<OrganizationKind>,
    /// For whom the reviewer stood in, under a delegation.
    pub on_behalf_of: Option<Uuid>,
    /// The name shown of whom the reviewer stood in for.
    pub on_behalf_of_name: Option<String>,
    /// The candidate's status before.
    pub from: CandidateStatus,
    /// The candidate's status after.
    pub to: CandidateStatus,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl From<ShownReview> for Review {
    fn from(shown: ShownReview) -> Self {
        let review = shown.review;
        Self {
            id: review.id.into(),
            candidate_id: review.candidate_id.into(),
            cycle: review.cycle.to_string(),
            stage: review.stage.into(),
            decision: review.decision.into(),
            opinion: review.opinion,
            checklist: review.checklist,
            answered_verifications: shown.answered.into_iter().map(Into::into).collect(),
            reviewer_id: review.reviewer_id.into(),
            reviewer_name: shown.reviewer_name,
            organization_id: review.organization_id.map(Into::into),
            acting_for: review.acting_for.map(Into::into),
            on_behalf_of: review.on_behalf_of.map(Into::into),
            on_behalf_of_name: shown.on_behalf_of_name,
            from: review.from_status.into(),
            to: review.to_status.into(),
            created_at: review.created_at,
        }
    }
}

/// A decision that was just taken, with what the candidate has become.
#[derive(Serialize, ToSchema)]
pub struct ReviewResult {
    /// The decision.
    #[serde(flatten)]
    pub review: Review,
    /// The candidate's status now.
    pub status: CandidateStatus,
    /// The candidate's tag, to be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(ReviewResult, TransitionResult, InboxItem);

impl From<ShownReview> for ReviewResult {
    fn from(shown: ShownReview) -> Self {
        let version = shown.review.candidate_version + 1;
        let review = Review::from(shown);
        Self { status: review.to, review, etag: String::new(), version }
    }
}

/// What came of an action on a candidate.
#[derive(Serialize, ToSchema)]
pub struct TransitionResult {
    /// The row of the history, or the nomination that was withdrawn.
    pub id: Uuid,
    /// The candidate.
    pub candidate_id: Uuid,
    /// What was done.
    pub action: CandidateAction,
    /// The status before.
    pub from: CandidateStatus,
    /// The status now.
    pub status: CandidateStatus,
    /// The cycle in which the candidate runs now.
    #[schema(examples("2026-12"))]
    pub cycle: String,
    /// The unit that carries it now.
    pub unit_id: Option<Uuid>,
    /// The candidate's tag, to be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}

impl From<Outcome> for TransitionResult {
    fn from(outcome: Outcome) -> Self {
        Self {
            id: outcome.id,
            candidate_id: outcome.candidate_id.into(),
            action: outcome.action.into(),
            from: outcome.from.into(),
            status: outcome.to.into(),
            cycle: outcome.cycle.to_string(),
            unit_id: outcome.unit_id.map(Into::into),
            etag: String::new(),
            version: outcome.version,
        }
    }
}

/// One step of a candidate's history.
#[derive(Serialize, ToSchema)]
pub struct HistoryStep {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// What was done; `nominate` for the recommendation itself.
    #[schema(examples("verify"))]
    pub action: &'static str,
    /// The status before; none for the recommendation itself.
    pub from: Option<CandidateStatus>,
    /// The status after.
    pub to: CandidateStatus,
    /// The cycle in which the candidate ran after it.
    #[schema(examples("2026-11"))]
    pub cycle: String,
    /// Who did it; none for somebody without an account.
    pub actor_id: Option<Uuid>,
    /// The name shown of who did it.
    pub actor_name: Option<String>,
    /// For whom that stood in, under a delegation.
    pub on_behalf_of: Option<Uuid>,
    /// The name shown of whom that stood in for.
    pub on_behalf_of_name: Option<String>,
    /// In which role.
    pub actor_role: Option<RoleName>,
    /// For which organization.
    pub organization_id: Option<Uuid>,
    /// Why.
    pub reason: Option<String>,
    /// The review that it is, if it is one.
    pub review_id: Option<Uuid>,
    /// For a merger and its undoing, in the history of the merged one: the candidate that goes on.
    pub merged_into: Option<Uuid>,
    /// For a merger and its undoing, in the history of the candidate that goes on: the merged one.
    pub merged_from: Option<Uuid>,
}

impl From<ShownStep> for HistoryStep {
    fn from(shown: ShownStep) -> Self {
        let step = shown.step;
        Self {
            id: step.id.into(),
            at: step.at,
            action: step.action_text(),
            merged_into: step.merged_into().map(Into::into),
            merged_from: step.merged_from().map(Into::into),
            from: step.from_status.map(Into::into),
            to: step.to_status.into(),
            cycle: step.cycle.to_string(),
            actor_id: step.actor_id.map(Into::into),
            actor_name: shown.actor_name,
            on_behalf_of: step.on_behalf_of.map(Into::into),
            on_behalf_of_name: shown.on_behalf_of_name,
            actor_role: step.actor_role.map(Into::into),
            organization_id: step.organization_id.map(Into::into),
            reason: step.reason,
            review_id: step.review_id.map(Into::into),
        }
    }
}

/// A candidate that waits for the caller's decision.
#[derive(Serialize, ToSchema)]
pub struct InboxItem {
    /// The candidate.
    pub candidate_id: Uuid,
    /// Name of the person or group.
    pub name: String,
    /// In which category.
    #[schema(examples("dedication"))]
    pub category: String,
    /// In which cycle.
    #[schema(examples("2026-11"))]
    pub cycle: String,
    /// Its status.
    pub status: CandidateStatus,
    /// What is to be decided.
    pub action: CandidateAction,
    /// The level in whose place the caller would decide.
    pub acting_for: Option<OrganizationKind>,
    /// The district.
    pub district_id: Uuid,
    /// The unit, if one is assigned.
    pub unit_id: Option<Uuid>,
    /// Since when it waits.
    pub waiting_since: DateTime<Utc>,
    /// When the window for the decision closes; it may have closed.
    pub deadline_at: DateTime<Utc>,
    /// The candidate's tag, to be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}

impl From<Waiting> for InboxItem {
    fn from(waiting: Waiting) -> Self {
        let candidate = waiting.candidate;
        Self {
            candidate_id: candidate.id.into(),
            name: candidate.name,
            category: candidate.category.to_string(),
            cycle: candidate.cycle.to_string(),
            status: candidate.status.into(),
            action: waiting.awaited.action.into(),
            acting_for: match waiting.awaited.permission {
                Permission::ActingFor(level) => Some(level.into()),
                Permission::Allowed | Permission::Refused(_) => None,
            },
            district_id: candidate.district_id.into(),
            unit_id: candidate.unit_id.map(Into::into),
            waiting_since: candidate.status_changed_at,
            deadline_at: waiting.deadline_at,
            etag: String::new(),
            version: candidate.version,
        }
    }
}
