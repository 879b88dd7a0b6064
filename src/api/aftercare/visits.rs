//! Visits to honorees.

use actix_web::{HttpRequest, get, patch, post, web::Path};

use super::visit_wire::{CreateVisitRequest, Hardship, UpdateVisitRequest, Visit};
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
        reviews::{reviews::NestedQuery, wire::ReasonRequest},
        state::State,
    },
    domain::id::{HonoreeId, VisitId},
    service::{
        Caller,
        aftercare::{
            access,
            visits::{self, ShownVisit},
        },
    },
};

/// List the visits to an honoree
///
/// 回访记录, the last recorded first, struck ones too. That there is a hardship is shown; its facts are not. For reviewers
/// of the subtree.
#[utoipa::path(
    tag = "aftercare",
    params(("id" = Uuid, Path, description = "The honoree's id."), NestedQuery),
    responses((status = 200, description = "A page of visits.", body = Page<Visit>), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::BadQuery, responses::Common)
)]
#[get("/honorees/{id}/visits")]
pub async fn list_visits(
    state: State,
    caller: Caller,
    id: Path<Segment<HonoreeId>>,
    request: HttpRequest,
    query: Query<NestedQuery>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    access::require_inside(&state, &caller, id).await?;
    let query = query.read()?;
    let page = PageRequest::<VisitId>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = visits::list_visits(&state, id, page.after, page.rows()).await?;
    page.answer(rows, |row: &ShownVisit| row.row.id, |row| Ok(Visit::from(row)))
}

/// Record a visit
///
/// By a reviewer of the subtree. A visit that has reached the honoree, or the family of one who has died, ends a lost contact
/// and moves the next visit on. What is due next is planned in the same moment.
#[utoipa::path(
    tag = "aftercare",
    params(("id" = Uuid, Path, description = "The honoree's id."), responses::IdempotencyHeader),
    request_body = CreateVisitRequest,
    responses((status = 201, description = "The visit.", body = Visit), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/honorees/{id}/visits")]
pub async fn create_visit(
    state: State,
    caller: Caller,
    id: Path<Segment<HonoreeId>>,
    body: Body<CreateVisitRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    access::require_inside(&state, &caller, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let input = body.read()?.visit();
            created(visits::create_visit(&state, &caller, id, input, attempt).await?)
        },
        async |first| created(visits::get_visit(&state, &caller, first.resource_id.into()).await?),
    )
    .await
}

fn created(shown: ShownVisit) -> Result<Answer, Problem> {
    let location = format!("/api/v1/visits/{}", shown.row.id);
    Answer::created(Visit::from(shown), location)
}

/// Read a visit
///
/// For reviewers of the honoree's subtree.
#[utoipa::path(
    tag = "aftercare",
    params(("id" = Uuid, Path, description = "The visit's id.")),
    responses((status = 200, description = "The visit.", body = Visit), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/visits/{id}")]
pub async fn get_visit(state: State, caller: Caller, id: Path<Segment<VisitId>>) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    Answer::of(Visit::from(visits::get_visit(&state, &caller, id.value()?).await?))
}

/// Correct a visit
///
/// By who recorded it, and by the reviewers of the organization in charge and above. One that was struck stays as it is.
#[utoipa::path(
    tag = "aftercare",
    params(("id" = Uuid, Path, description = "The visit's id."), responses::IfMatchHeader),
    request_body(content = UpdateVisitRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The visit as it is now.", body = Visit), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Invalid, responses::Conflict, responses::Common)
)]
#[patch("/visits/{id}")]
pub async fn update_visit(
    state: State,
    caller: Caller,
    id: Path<Segment<VisitId>>,
    if_match: IfMatch,
    body: Body<UpdateVisitRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    let version = if_match.matches(visits::find_kept(&state, &caller, id).await?.version)?;
    let change = body.read()?.change();
    Answer::of(Visit::from(visits::update_visit(&state, &caller, (id, version), change).await?))
}

/// Strike a visit
///
/// That it was recorded in error, with the reason: by whoever may correct it. It stays to be read and counts for nothing.
#[utoipa::path(
    tag = "aftercare",
    params(("id" = Uuid, Path, description = "The visit's id."), responses::IdempotencyHeader),
    request_body = ReasonRequest,
    responses((status = 201, description = "The visit, struck.", body = Visit), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/visits/{id}/withdrawal")]
pub async fn strike_visit(
    state: State,
    caller: Caller,
    id: Path<Segment<VisitId>>,
    body: Body<ReasonRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    visits::find_kept(&state, &caller, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let reason = body.read()?.reason;
            created(visits::strike_visit(&state, &caller, id, reason, attempt).await?)
        },
        async |_| created(visits::get_visit(&state, &caller, id).await?),
    )
    .await
}

/// Read the facts of a hardship
///
/// For reviewers of the honoree's subtree. Each reading is an audit event.
#[utoipa::path(
    tag = "aftercare",
    params(("id" = Uuid, Path, description = "The visit's id.")),
    responses((status = 200, description = "The facts; null where there is no hardship.", body = Hardship), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/visits/{id}/hardship")]
pub async fn get_hardship(state: State, caller: Caller, id: Path<Segment<VisitId>>) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    let facts = visits::get_hardship(&state, &caller, id).await?;
    Answer::plain(&Hardship { visit_id: id.into(), facts: facts.map(|facts| facts.as_str().to_owned()) })
}
