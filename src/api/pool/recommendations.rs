//! Recommendations from the pool: put forward, listed and read.

use actix_web::{HttpRequest, get, post, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::wire::{PoolLevelName, PoolRecommendation, PoolStatusName, RecommendRequest};
use crate::{
    api::{
        answer::Answer,
        body::Body,
        once::once,
        page::{Page, PageRequest},
        path::Segment,
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::id::{HonoreeId, PoolRecommendationId},
    service::{
        Caller,
        pool::{self, RecommendationRequest, Recommended},
    },
};

/// Recommend somebody of the pool upwards
///
/// By a reviewer of the subtree: to be a municipal model, or the province's or the nation's. One recommendation of a person to
/// a level is open at a time. Where people enter the pool by recommendation, whoever fulfils its rule can be recommended, and
/// enters when the city approves.
#[utoipa::path(
    tag = "moral-model pool",
    params(("honoree_id" = Uuid, Path, description = "The honoree's id."), responses::IdempotencyHeader),
    request_body = RecommendRequest,
    responses((status = 201, description = "The recommendation.", body = PoolRecommendation), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/moral-model-pool/{honoree_id}/recommendations")]
pub async fn recommend_from_pool(
    state: State,
    caller: Caller,
    id: Path<Segment<HonoreeId>>,
    body: Body<RecommendRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    pool::require_honoree(&state, &caller, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let proposal = body.read()?.into();
            PoolRecommendation::answer(pool::propose(&state, &caller, id, proposal, attempt).await?)
        },
        async |first| PoolRecommendation::answer(pool::recommendation(&state, first.resource_id.into()).await?),
    )
    .await
}

/// Filters of the list of recommendations.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListRecommendationsQuery {
    /// In this state; may be repeated.
    #[serde(default)]
    status: Vec<PoolStatusName>,
    /// To this level; may be repeated.
    #[serde(default)]
    level: Vec<PoolLevelName>,
    /// Put forward in this local year.
    year: Option<u16>,
    /// Of this honoree.
    honoree: Option<Uuid>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List recommendations from the pool
///
/// Those of the reviewer's subtree, in the order in which they were put forward.
#[utoipa::path(
    tag = "moral-model pool",
    params(ListRecommendationsQuery),
    responses((status = 200, description = "A page of recommendations.", body = Page<PoolRecommendation>), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/pool-recommendations")]
pub async fn list_pool_recommendations(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListRecommendationsQuery>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let query = query.read()?;
    let page =
        PageRequest::<(DateTime<Utc>, PoolRecommendationId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let wanted = RecommendationRequest {
        statuses: query.status.into_iter().map(Into::into).collect(),
        levels: query.level.into_iter().map(Into::into).collect(),
        year: query.year.map(Into::into),
        honoree: query.honoree.map(Into::into),
    };
    let rows = pool::list_recommendations(&state, &caller, wanted, page.after, page.rows()).await?;
    let key = |row: &Recommended| (row.recommendation.created_at, row.recommendation.id);
    page.answer(rows, key, |row| Ok(PoolRecommendation::from(row)))
}

/// Read a recommendation from the pool
///
/// With every step, for the reviewers of the subtree.
#[utoipa::path(
    tag = "moral-model pool",
    params(("id" = Uuid, Path, description = "The recommendation's id.")),
    responses((status = 200, description = "The recommendation.", body = PoolRecommendation), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/pool-recommendations/{id}")]
pub async fn get_pool_recommendation(
    state: State,
    caller: Caller,
    id: Path<Segment<PoolRecommendationId>>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    Answer::of(PoolRecommendation::from(pool::find_recommendation(&state, &caller, id.value()?).await?))
}
