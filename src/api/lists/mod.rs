//! Publishing lists, and reading them.

use actix_web::{HttpRequest, get, http::StatusCode, post, web::Path};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub mod wire;

use wire::{ListSummary, ListView, PublishRequest};

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
    domain::{month::Month, role::Role},
    service::{
        Caller,
        lists::{self, PublishedList},
    },
};

/// For how many seconds anybody may keep a list.
const KEPT_SECONDS: u32 = 60;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(publish_list).service(list_lists).service(get_list);
}

fn created(list: PublishedList) -> Result<Answer, Problem> {
    let location = format!("/api/v1/lists/{}", list.list.cycle);
    Ok(Answer::plain(&ListView::from(list))?.with_status(StatusCode::CREATED).with_location(location))
}

/// Publish a cycle's list
///
/// Ranks the candidates by valid votes, lists those within the places of each category and gives each of them an
/// honour, in one transaction. A tie across the cut is 409 `tie_at_cut`, which names the tied, their votes and the
/// free places; it is broken by naming exactly those who get the places.
#[utoipa::path(
    tag = "lists",
    params(responses::IdempotencyHeader),
    request_body = PublishRequest,
    responses((status = 201, description = "The published list.", body = ListView), responses::Unauthenticated, responses::Forbidden, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/lists")]
pub async fn publish_list(state: State, caller: Caller, body: Body<PublishRequest>) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let input = body.read()?.into();
            created(lists::publish_list(&state, &caller, input, attempt).await?)
        },
        async |_| created(lists::get_list(&state, body.read()?.cycle).await?),
    )
    .await
}

/// Which part of the lists.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListListsQuery {
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List published lists
///
/// The latest month first.
#[utoipa::path(
    tag = "lists",
    params(ListListsQuery),
    responses((status = 200, description = "A page of lists.", body = Page<ListSummary>), responses::Unchanged, responses::BadQuery, responses::Common),
    security(())
)]
#[get("/lists")]
pub async fn list_lists(state: State, request: HttpRequest, query: Query<ListListsQuery>) -> Result<Answer, Problem> {
    let query = query.read()?;
    let page = PageRequest::<Month>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = lists::list_lists(&state, page.after, page.rows()).await?;
    let answer = page.answer_plain(rows, |(list, ..)| list.cycle, |row| Ok(ListSummary::from(row)))?;
    Ok(answer.public(KEPT_SECONDS))
}

/// Read the list of a cycle
///
/// By category, an empty one as an empty array. A revoked entry keeps place and number, with the name masked, the date
/// and the public reason; a withheld one keeps place, number and category.
#[utoipa::path(
    tag = "lists",
    params(("month" = String, Path, description = "The cycle, such as 2026-11.")),
    responses((status = 200, description = "The list.", body = ListView), responses::Unchanged, responses::NotFound, responses::Common),
    security(())
)]
#[get("/lists/{month}")]
pub async fn get_list(state: State, month: Path<Segment<Month>>) -> Result<Answer, Problem> {
    let list = lists::get_list(&state, month.value()?).await?;
    Ok(Answer::plain(&ListView::from(list))?.public(KEPT_SECONDS))
}
