//! What is done with a recommendation from the pool: reviewed, put forward again, and what came of it.

use actix_web::{post, web::Path};

use super::wire::{PoolOutcomeRequest, PoolRecommendation, PoolReviewRequest, ResubmitRequest};
use crate::{
    api::{
        answer::Answer, body::Body, once::once, path::Segment, precondition::IfMatch, problem::Problem, responses,
        state::State,
    },
    domain::{id::PoolRecommendationId, role::Role},
    service::{Caller, pool},
};

/// Review a recommendation from the pool
///
/// By a reviewer of the city who did not put it forward: approved, it goes upwards and the person is in the pool; returned, it
/// can be put forward again; rejected, it is over. Who put it forward is told.
#[utoipa::path(
    tag = "moral-model pool",
    params(("id" = Uuid, Path, description = "The recommendation's id."), responses::IfMatchHeader, responses::IdempotencyHeader),
    request_body = PoolReviewRequest,
    responses((status = 201, description = "The recommendation as it is now.", body = PoolRecommendation), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/pool-recommendations/{id}/review")]
pub async fn review_pool_recommendation(
    state: State,
    caller: Caller,
    id: Path<Segment<PoolRecommendationId>>,
    if_match: IfMatch,
    body: Body<PoolReviewRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let id = id.value()?;
    let seen = pool::find_recommendation(&state, &caller, id).await?.recommendation;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let version = if_match.matches(seen.version)?;
            let PoolReviewRequest { decision, opinion } = body.read()?;
            let said = (decision.into(), opinion);
            PoolRecommendation::answer(pool::review(&state, &caller, (id, version), said, attempt).await?)
        },
        async |_| PoolRecommendation::answer(pool::recommendation(&state, id).await?),
    )
    .await
}

/// Put a returned recommendation forward again
///
/// By a reviewer of the subtree. What is left out stays as it was.
#[utoipa::path(
    tag = "moral-model pool",
    params(("id" = Uuid, Path, description = "The recommendation's id."), responses::IfMatchHeader, responses::IdempotencyHeader),
    request_body = ResubmitRequest,
    responses((status = 201, description = "The recommendation as it is now.", body = PoolRecommendation), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/pool-recommendations/{id}/resubmission")]
pub async fn resubmit_pool_recommendation(
    state: State,
    caller: Caller,
    id: Path<Segment<PoolRecommendationId>>,
    if_match: IfMatch,
    body: Body<ResubmitRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    let seen = pool::find_recommendation(&state, &caller, id).await?.recommendation;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let version = if_match.matches(seen.version)?;
            let proposal = body.read()?.into();
            PoolRecommendation::answer(pool::resubmit(&state, &caller, (id, version), proposal, attempt).await?)
        },
        async |_| PoolRecommendation::answer(pool::recommendation(&state, id).await?),
    )
    .await
}

/// Record what came of a recommendation from the pool
///
/// By the city, once it was approved. Being chosen is an honour of that level, which is added to the honoree's.
#[utoipa::path(
    tag = "moral-model pool",
    params(("id" = Uuid, Path, description = "The recommendation's id."), responses::IfMatchHeader, responses::IdempotencyHeader),
    request_body = PoolOutcomeRequest,
    responses((status = 201, description = "The recommendation as it is now.", body = PoolRecommendation), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/pool-recommendations/{id}/outcome")]
pub async fn record_pool_outcome(
    state: State,
    caller: Caller,
    id: Path<Segment<PoolRecommendationId>>,
    if_match: IfMatch,
    body: Body<PoolOutcomeRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let id = id.value()?;
    let seen = pool::find_recommendation(&state, &caller, id).await?.recommendation;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let version = if_match.matches(seen.version)?;
            let outcome = body.read()?.into();
            PoolRecommendation::answer(pool::record_outcome(&state, &caller, (id, version), outcome, attempt).await?)
        },
        async |_| PoolRecommendation::answer(pool::recommendation(&state, id).await?),
    )
    .await
}
