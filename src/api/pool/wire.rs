//! Recommendations from the pool as clients see them.

use actix_web::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    api::{
        answer::{Answer, representations},
        judged::to_validation,
        problem::Problem,
        reviews::{terms::ReviewDecision, wire::spoken},
        role::mirrored,
    },
    domain::{
        id::UserId,
        outside_honour::NAME_MAX_CHARS,
        pool::{MATERIAL_MAX_CHARS, RecommendationLevel, RecommendationStatus, StepKind},
        text,
    },
    service::pool::{Outcome, Proposal, Recommended},
};

mirrored! {
    /// To what somebody is recommended.
    PoolLevelName = RecommendationLevel {
        /// 市级道德模范.
        MunicipalModel,
        /// The province's choice.
        Provincial,
        /// The nation's choice.
        National,
    }
}

mirrored! {
    /// How a recommendation stands.
    PoolStatusName = RecommendationStatus {
        /// Waits for the city's review.
        Proposed,
        /// Sent back to be completed.
        Returned,
        /// Went upwards; the outcome is awaited.
        Approved,
        /// The city does not recommend.
        Rejected,
        /// Chosen there.
        Chosen,
        /// Not chosen there.
        NotChosen,
        /// The person has left the pool.
        Lapsed,
    }
}

mirrored! {
    /// What was done with a recommendation.
    PoolStepName = StepKind {
        /// Put forward.
        Proposed,
        /// Put forward again after a return.
        Resubmitted,
        /// Sent back.
        Returned,
        /// Approved.
        Approved,
        /// Rejected.
        Rejected,
        /// Chosen there.
        Chosen,
        /// Not chosen there.
        NotChosen,
        /// Over, as the person has left the pool.
        Lapsed,
    }
}

/// Who is put forward, and why.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RecommendRequest {
    /// To what.
    pub level: PoolLevelName,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, examples("事迹突出，群众公认，建议推荐为省级道德模范。"))]
    #[validate(custom(function = spoken))]
    pub reason: String,
    /// What speaks for it at length.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 10000)]
    #[validate(custom(function = at_length))]
    pub material: Option<String>,
}

fn at_length(words: &str) -> Result<(), validator::ValidationError> {
    match text::paragraphs(words, MATERIAL_MAX_CHARS).first() {
        Some(fault) => Err(validator::ValidationError::new(fault.code.as_str())),
        None => Ok(()),
    }
}

impl From<RecommendRequest> for Proposal {
    fn from(input: RecommendRequest) -> Self {
        Self { level: Some(input.level.into()), reason: Some(input.reason), material: Some(input.material) }
    }
}

/// A returned recommendation, put forward again. What is left out stays.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ResubmitRequest {
    /// Why.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2000)]
    #[validate(custom(function = spoken))]
    pub reason: Option<String>,
    /// What speaks for it at length.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 10000)]
    #[validate(custom(function = at_length))]
    pub material: Option<String>,
}

impl From<ResubmitRequest> for Proposal {
    fn from(input: ResubmitRequest) -> Self {
        Self { level: None, reason: input.reason, material: input.material.map(Some) }
    }
}

/// The city's review.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PoolReviewRequest {
    /// What is decided.
    pub decision: ReviewDecision,
    /// What the reviewer says.
    #[schema(min_length = 1, max_length = 2000, examples("材料翔实，同意推荐。"))]
    #[validate(custom(function = spoken))]
    pub opinion: String,
}

/// What came of a recommendation.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PoolOutcomeRequest {
    /// Whether the person was chosen.
    #[schema(examples(true))]
    pub chosen: bool,
    /// What the chosen one was named; required then.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, examples("湖北省道德模范"))]
    pub title: Option<String>,
    /// By whom; required then.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, examples("湖北省精神文明建设委员会"))]
    pub issuer: Option<String>,
    /// On which local day that was announced; not in the future.
    #[schema(examples("2026-10-15"))]
    pub announced_on: NaiveDate,
}

impl Validate for PoolOutcomeRequest {
    fn validate(&self) -> Result<(), validator::ValidationErrors> {
        let texts = [("/title", &self.title), ("/issuer", &self.issuer)].into_iter();
        let faults =
            texts.filter_map(|(pointer, words)| Some((pointer, words.as_deref()?))).flat_map(|(pointer, words)| {
                text::line(words, NAME_MAX_CHARS).into_iter().map(move |fault| fault.under(pointer))
            });
        to_validation(faults.collect())
    }
}

impl From<PoolOutcomeRequest> for Outcome {
    fn from(input: PoolOutcomeRequest) -> Self {
        Self { chosen: input.chosen, title: input.title, issuer: input.issuer, announced_on: input.announced_on }
    }
}

/// A step of a recommendation.
#[derive(Serialize, ToSchema)]
pub struct PoolStepView {
    /// What was done.
    pub step: PoolStepName,
    /// In words: a reason, an opinion, a title.
    pub words: Option<String>,
    /// By whom.
    pub actor_id: Option<Uuid>,
    /// The name shown of who did it.
    pub actor_name: Option<String>,
    /// In whose place, under a delegation.
    pub on_behalf_of: Option<Uuid>,
    /// The name shown of that person.
    pub on_behalf_of_name: Option<String>,
    /// Name of the organization for which it was done.
    pub organization: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A recommendation of somebody of the pool to a higher level.
#[derive(Serialize, ToSchema)]
pub struct PoolRecommendation {
    /// Its id.
    pub id: Uuid,
    /// Who is recommended.
    pub honoree_id: Uuid,
    /// The name.
    pub name: String,
    /// To what.
    pub level: PoolLevelName,
    /// How it stands.
    pub status: PoolStatusName,
    /// Why.
    pub reason: String,
    /// What speaks for it at length.
    pub material: Option<String>,
    /// Who put it forward last.
    pub proposed_by: Uuid,
    /// For which organization.
    pub organization_id: Uuid,
    /// What the chosen one was named.
    pub title: Option<String>,
    /// On which day that was announced.
    pub announced_on: Option<NaiveDate>,
    /// What was done with it, in its order.
    pub steps: Vec<PoolStepView>,
    /// When it was put forward first.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// To be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(PoolRecommendation);

impl From<Recommended> for PoolRecommendation {
    fn from(found: Recommended) -> Self {
        let Recommended { recommendation: one, honoree, steps, organizations, actors } = found;
        let name = |person: Option<UserId>| person.and_then(|id| actors.get(&id).cloned());
        let steps = steps.into_iter().map(|step| {
            let (actor, absent) = (step.actor.map(|actor| actor.id), step.actor.and_then(|actor| actor.on_behalf_of));
            PoolStepView {
                step: step.kind.into(),
                words: step.words,
                actor_id: actor.map(Into::into),
                actor_name: name(actor),
                on_behalf_of: absent.map(Into::into),
                on_behalf_of_name: name(absent),
                organization: step.organization.and_then(|id| organizations.get(&id).cloned()),
                at: step.at,
            }
        });
        Self {
            id: one.id.into(),
            honoree_id: one.honoree.into(),
            name: honoree.name,
            level: one.level.into(),
            status: one.status.into(),
            reason: one.reason,
            material: one.material,
            proposed_by: one.proposed_by.into(),
            organization_id: one.organization.into(),
            title: one.title,
            announced_on: one.announced_on,
            steps: steps.collect(),
            created_at: one.created_at,
            updated_at: one.updated_at,
            etag: String::new(),
            version: one.version,
        }
    }
}

impl PoolRecommendation {
    /// 201: put forward, or something was done with it.
    pub fn answer(found: Recommended) -> Result<Answer, Problem> {
        let location = format!("/api/v1/pool-recommendations/{}", found.recommendation.id);
        Ok(Answer::of(Self::from(found))?.with_status(StatusCode::CREATED).with_location(location))
    }
}
