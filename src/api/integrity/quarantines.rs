//! Holding votes back, and deciding.

use actix_web::{HttpRequest, get, post, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::{QuarantineDecisionRequest, QuarantineRequest, QuarantineStatusName, QuarantineView};
use crate::{
    api::{
        answer::Answer,
        body::Body,
        once::once,
        page::{Page, PageRequest},
        path::Segment,
        precondition::IfMatch,
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::{id::QuarantineId, month::Month, role::Role},
    service::{
        Caller,
        quarantines::{self, DecisionInput},
    },
    storage::quarantines::QuarantineFilter,
};

/// Hold votes back
///
/// Those of a signal, or up to 1000 by their place in the log. They do not count until another reviewer of the city has
/// decided, and the list cannot be published before. A vote is in one quarantine at most: others are counted as
/// `already_held`. Not after publication.
#[utoipa::path(
    tag = "votes",
    params(responses::IdempotencyHeader),
    request_body = QuarantineRequest,
    responses((status = 201, description = "The quarantine.", body = QuarantineView), responses::Unauthenticated, responses::Forbidden, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/quarantines")]
pub async fn create_quarantine(state: State, caller: Caller, body: Body<QuarantineRequest>) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let input = body.read()?.into();
            QuarantineView::opened(quarantines::create_quarantine(&state, &caller, input, attempt).await?)
        },
        async |first| {
            QuarantineView::opened(quarantines::get_quarantine(&state, &caller, first.resource_id.into()).await?)
        },
    )
    .await
}

/// Filters of the list of quarantines.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuarantinesQuery {
    /// Of this cycle.
    #[param(value_type = Option<String>, example = "2026-11")]
    cycle: Option<Month>,
    /// In this state; may be repeated.
    #[serde(default)]
    status: Vec<QuarantineStatusName>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List quarantines
///
/// In the order in which they were opened.
#[utoipa::path(
    tag = "votes",
    params(ListQuarantinesQuery),
    responses((status = 200, description = "A page of quarantines.", body = Page<QuarantineView>), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/quarantines")]
pub async fn list_quarantines(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListQuarantinesQuery>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, QuarantineId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let filter = QuarantineFilter { cycle: query.cycle, statuses: query.status.into_iter().map(Into::into).collect() };
    let rows = quarantines::list_quarantines(&state, &caller, filter, page.after, page.rows()).await?;
    page.answer(rows, |row| (row.opened_at, row.id), |row| Ok(QuarantineView::from(row)))
}

/// Read a quarantine
///
/// With its decision, once there is one.
#[utoipa::path(
    tag = "votes",
    params(("id" = Uuid, Path, description = "The quarantine's id.")),
    responses((status = 200, description = "The quarantine.", body = QuarantineView), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/quarantines/{id}")]
pub async fn get_quarantine(state: State, caller: Caller, id: Path<Segment<QuarantineId>>) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    Answer::of(QuarantineView::from(quarantines::get_quarantine(&state, &caller, id.value()?).await?))
}

/// Decide a quarantine
///
/// By another reviewer of the city than the one who opened it: the votes do not count, or they count again. Nothing is
/// deleted. Votes are invalidated until the objection period ends.
#[utoipa::path(
    tag = "votes",
    params(("id" = Uuid, Path, description = "The quarantine's id."), responses::IfMatchHeader, responses::IdempotencyHeader),
    request_body = QuarantineDecisionRequest,
    responses((status = 201, description = "The quarantine as it is now.", body = QuarantineView), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/quarantines/{id}/decision")]
pub async fn decide_quarantine(
    state: State,
    caller: Caller,
    id: Path<Segment<QuarantineId>>,
    if_match: IfMatch,
    body: Body<QuarantineDecisionRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let id = id.value()?;
    let seen = quarantines::get_quarantine(&state, &caller, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let version = if_match.matches(seen.version)?;
            let QuarantineDecisionRequest { decision, reason } = body.read()?;
            let input = DecisionInput { verdict: decision.into(), reason, version };
            QuarantineView::decided(quarantines::decide_quarantine(&state, &caller, id, input, attempt).await?)
        },
        async |_| QuarantineView::decided(quarantines::get_quarantine(&state, &caller, id).await?),
    )
    .await
}
