//! What nominators see of their own nominations.

use actix_web::{HttpRequest, get, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::TrackedNomination;
use crate::{
    api::{
        answer::Answer,
        context::Context,
        page::{Page, PageRequest},
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::id::NominationId,
    service::{Caller, candidates::track},
};

/// Follow a nomination
///
/// By the tracking code that was given when it was made: status, what is missing, and the reason of a return.
#[utoipa::path(
    tag = "candidates",
    params(("tracking_code" = String, Path, description = "The tracking code, as a person types it.")),
    responses((status = 200, description = "The nomination.", body = TrackedNomination), responses::NotFound, responses::Limited, responses::Common),
    security(())
)]
#[get("/nominations/{tracking_code}")]
pub async fn get_nomination(state: State, request: HttpRequest, code: Path<String>) -> Result<Answer, Problem> {
    let tracked = track::get_tracked(&state, code.into_inner()).await?;
    Answer::of(TrackedNomination::of(tracked, Context::of(&request).language))
}

/// Paging of one's own nominations.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListMyNominationsQuery {
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List one's own nominations
///
/// The latest first.
#[utoipa::path(
    tag = "candidates",
    params(ListMyNominationsQuery),
    responses((status = 200, description = "A page of nominations.", body = Page<TrackedNomination>), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/me/nominations")]
pub async fn list_my_nominations(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListMyNominationsQuery>,
) -> Result<Answer, Problem> {
    caller.account()?;
    let language = Context::of(&request).language;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, NominationId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = track::list_own(&state, &caller, page.after, page.rows()).await?;
    page.answer(
        rows,
        |row| (row.nomination.created_at.0, row.nomination.id),
        |row| Ok(TrackedNomination::of(row, language)),
    )
}
