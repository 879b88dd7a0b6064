//! Cycles: read by everybody; windows and policies kept by administrators.

use actix_web::{HttpRequest, get, patch, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::{Amendment, Cycle, UpdateCycleRequest};
use crate::{
    api::{
        answer::Answer,
        body::Body,
        page::{Page, PageRequest},
        path::Segment,
        precondition::IfMatch,
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::{id::AmendmentId, month::Month, role::Role},
    service::{
        Caller,
        cycles::{self, CycleState},
    },
};

/// How much of the list of cycles is wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListCyclesQuery {
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List cycles
///
/// The latest month first. The running month and the two after it always exist.
#[utoipa::path(
    tag = "cycles",
    params(ListCyclesQuery),
    responses((status = 200, description = "A page of cycles.", body = Page<Cycle>), responses::BadQuery, responses::Unchanged, responses::Common),
    security(())
)]
#[get("/cycles")]
pub async fn list_cycles(state: State, request: HttpRequest, query: Query<ListCyclesQuery>) -> Result<Answer, Problem> {
    let query = query.read()?;
    let page = PageRequest::<Month>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = cycles::list_cycles(&state, page.after, page.rows()).await?;
    let key = |row: &CycleState| row.cycle.month;
    Ok(page.answer(rows, key, |row| Ok(Cycle::from(row)))?.public(0))
}

/// Read the current cycle
///
/// That of the calendar month. It also names the cycle that takes nominations now.
#[utoipa::path(
    tag = "cycles",
    responses((status = 200, description = "The cycle.", body = Cycle), responses::Unchanged, responses::Common),
    security(())
)]
#[get("/cycles/current")]
pub async fn get_current_cycle(state: State) -> Result<Answer, Problem> {
    let (current, intake) = cycles::get_current_cycle(&state).await?;
    Ok(Answer::of(Cycle::current(current, intake))?.public(0))
}

/// Read a cycle
///
/// With its windows, its policy, its checklists and what was amended.
#[utoipa::path(
    tag = "cycles",
    params(("month" = String, Path, description = "The month, as in `2026-11`.", example = "2026-11")),
    responses((status = 200, description = "The cycle.", body = Cycle), responses::NotFound, responses::Unchanged, responses::Common),
    security(())
)]
#[get("/cycles/{month}")]
pub async fn get_cycle(state: State, month: Path<Segment<Month>>) -> Result<Answer, Problem> {
    Ok(Answer::of(Cycle::from(cycles::get_cycle(&state, month.value()?).await?))?.public(0))
}

/// List a cycle's amendments
///
/// Every change of a window or of what was frozen, with its reason, in the order in which they were made.
#[utoipa::path(
    tag = "cycles",
    params(("month" = String, Path, description = "The month, as in `2026-11`.", example = "2026-11"), ListCyclesQuery),
    responses((status = 200, description = "A page of amendments.", body = Page<Amendment>), responses::BadQuery, responses::NotFound, responses::Unchanged, responses::Common),
    security(())
)]
#[get("/cycles/{month}/amendments")]
pub async fn list_cycle_amendments(
    state: State,
    request: HttpRequest,
    month: Path<Segment<Month>>,
    query: Query<ListCyclesQuery>,
) -> Result<Answer, Problem> {
    let month = month.value()?;
    cycles::get_cycle(&state, month).await?;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, AmendmentId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = cycles::list_amendments(&state, month, page.after, page.rows()).await?;
    Ok(page.answer_plain(rows, |row| (row.at.0, row.id), |row| Ok(Amendment::from(row)))?.public(0))
}

/// Change a cycle
///
/// Moving a window needs a reason and moves no candidate. Material and quota fields of the policy freeze with the first
/// verified candidate, ballot and list fields when voting opens; after that a change needs a reason and is kept as an
/// amendment. Nothing is changed after publication, and nothing that contradicts what was done.
#[utoipa::path(
    tag = "cycles",
    params(("month" = String, Path, description = "The month, as in `2026-11`.", example = "2026-11"), responses::IfMatchHeader),
    request_body(content = UpdateCycleRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The cycle as it is now.", body = Cycle), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Precondition, responses::Conflict, responses::Common)
)]
#[patch("/cycles/{month}")]
pub async fn update_cycle(
    state: State,
    caller: Caller,
    month: Path<Segment<Month>>,
    if_match: IfMatch,
    body: Body<UpdateCycleRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::Admin])?;
    let month = month.value()?;
    let version = if_match.matches(cycles::get_cycle(&state, month).await?.cycle.version)?;
    let patch = body.read()?.into();
    Answer::of(Cycle::from(cycles::update_cycle(&state, &caller, (month, version), patch).await?))
}
