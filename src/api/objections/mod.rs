//! Objections to published candidates.

use actix_web::{HttpRequest, get, post, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub mod wire;

use wire::{DecisionRequest, ObjectionReceived, ObjectionRequest, ObjectionStatusName, ObjectionView, ObjectorView};

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
    domain::{
        id::{CandidateId, ObjectionId},
        month::Month,
        role::Role,
    },
    service::{Caller, objections},
    storage::objections::ObjectionFilter,
};

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(create_objection).service(list_objections).service(get_objector).service(decide_objection);
}

/// Object to a candidate
///
/// Anyone may, from the forwarding until some days after publication. The city decides.
#[utoipa::path(
    tag = "objections",
    params(("id" = Uuid, Path, description = "The candidate's id."), responses::IdempotencyHeader),
    request_body = ObjectionRequest,
    responses((status = 201, description = "Received.", body = ObjectionReceived), responses::Unauthenticated, responses::NotFound, responses::Invalid, responses::Conflict, responses::Limited, responses::Common),
    security((), ("bearer" = []))
)]
#[post("/candidates/{id}/objections")]
pub async fn create_objection(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    body: Body<ObjectionRequest>,
) -> Result<Answer, Problem> {
    let id = id.value()?;
    objections::require_published(&state, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let input = body.read()?.into();
            ObjectionReceived::answer(&objections::create_objection(&state, &caller, id, input, attempt).await?)
        },
        async |first| ObjectionReceived::answer(&objections::get_objection(&state, first.resource_id.into()).await?),
    )
    .await
}

/// Filters of the list of objections.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListObjectionsQuery {
    /// In this state; may be repeated.
    #[serde(default)]
    status: Vec<ObjectionStatusName>,
    /// Of this cycle.
    #[param(value_type = Option<String>, example = "2026-11")]
    cycle: Option<Month>,
    /// Against this candidate.
    candidate: Option<Uuid>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List objections
///
/// In the order of arrival.
#[utoipa::path(
    tag = "objections",
    params(ListObjectionsQuery),
    responses((status = 200, description = "A page of objections.", body = Page<ObjectionView>), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/objections")]
pub async fn list_objections(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListObjectionsQuery>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, ObjectionId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let filter = ObjectionFilter {
        statuses: query.status.into_iter().map(Into::into).collect(),
        cycle: query.cycle,
        candidate: query.candidate.map(Into::into),
    };
    let rows = objections::list_objections(&state, &caller, filter, page.after, page.rows()).await?;
    page.answer(rows, |row| (row.created_at, row.id), |row| Ok(ObjectionView::from(row)))
}

/// Read how an objector can be reached
///
/// In clear, for the city to ask back. Each reading is an audit event.
#[utoipa::path(
    tag = "objections",
    params(("id" = Uuid, Path, description = "The objection's id.")),
    responses((status = 200, description = "What the objector left; null where nothing.", body = ObjectorView), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/objections/{id}/contact")]
pub async fn get_objector(state: State, caller: Caller, id: Path<Segment<ObjectionId>>) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    Answer::plain(&ObjectorView::from(objections::get_objector(&state, &caller, id.value()?).await?))
}

/// Decide an objection
///
/// Upheld or dismissed for good; or set aside, which lets the list be published and leaves it to be decided.
#[utoipa::path(
    tag = "objections",
    params(("id" = Uuid, Path, description = "The objection's id."), responses::IdempotencyHeader),
    request_body = DecisionRequest,
    responses((status = 201, description = "The objection as it is now.", body = ObjectionView), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/objections/{id}/decision")]
pub async fn decide_objection(
    state: State,
    caller: Caller,
    id: Path<Segment<ObjectionId>>,
    body: Body<DecisionRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let id = id.value()?;
    objections::get_objection(&state, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let decision = body.read()?.into();
            ObjectionView::answer(objections::decide_objection(&state, &caller, id, decision, attempt).await?)
        },
        async |_| ObjectionView::answer(objections::get_objection(&state, id).await?),
    )
    .await
}
