//! The leadership group of an organization, and those that led before.

use actix_web::{HttpRequest, get, put, web::Path};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::leadership_wire::{FormerLeadership, Leadership, ReplaceLeadershipRequest};
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
    domain::{
        id::{LeadershipId, OrganizationId},
        role::Role,
    },
    service::{Caller, leadership},
};

/// Which group.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LeadershipQuery {
    /// The group that was in force on this day of the deployment's zone; the present one where none is named.
    #[param(example = "2025-03-01")]
    on: Option<NaiveDate>,
}

/// Read a leadership group
///
/// The present one, or the one that was in force on a day; empty where none was entered. A group leads from the first day
/// of its term, or without one from the day of its entry, until another does. One whose term is over is `expired`.
#[utoipa::path(
    tag = "organizations",
    params(("id" = Uuid, Path, description = "The organization's id."), LeadershipQuery),
    responses((status = 200, description = "The group.", body = Leadership), responses::NotFound, responses::Unchanged, responses::BadQuery, responses::Common),
    security(())
)]
#[get("/organizations/{id}/leadership")]
pub async fn get_leadership(
    state: State,
    id: Path<Segment<OrganizationId>>,
    query: Query<LeadershipQuery>,
) -> Result<Answer, Problem> {
    let (id, on) = (id.value()?, query.read()?.on);
    Ok(Answer::of(Leadership::from(leadership::get_leadership(&state, id, on).await?))?.public(0))
}

/// Replace a leadership group
///
/// What is left out is empty afterwards. The former group goes into the history with the days on which it was in force,
/// unless the new one `corrects` it; the same group again changes nothing. A term that has not begun is refused: until
/// then the former group leads.
#[utoipa::path(
    tag = "organizations",
    params(("id" = Uuid, Path, description = "The organization's id."), responses::IfMatchHeader),
    request_body = ReplaceLeadershipRequest,
    responses((status = 200, description = "The group as it is now.", body = Leadership), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Precondition, responses::Common)
)]
#[put("/organizations/{id}/leadership")]
pub async fn replace_leadership(
    state: State,
    caller: Caller,
    id: Path<Segment<OrganizationId>>,
    if_match: IfMatch,
    body: Body<ReplaceLeadershipRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::Admin])?;
    let id = id.value()?;
    let version = if_match.matches(leadership::get_leadership(&state, id, None).await?.version)?;
    let group = body.read()?.into();
    Answer::of(Leadership::from(leadership::replace_leadership(&state, &caller, (id, version), group).await?))
}

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LeadershipHistoryQuery {
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List the leadership groups of before
///
/// Those that were replaced, the latest first, with the days on which they were in force. Who replaced them is told to
/// reviewers and administrators only.
#[utoipa::path(
    tag = "organizations",
    params(("id" = Uuid, Path, description = "The organization's id."), LeadershipHistoryQuery),
    responses((status = 200, description = "A page of former groups.", body = Page<FormerLeadership>), responses::Unauthenticated, responses::NotFound, responses::Unchanged, responses::BadQuery, responses::Common),
    security((), ("bearer" = []))
)]
#[get("/organizations/{id}/leadership/history")]
pub async fn list_leadership_history(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<OrganizationId>>,
    query: Query<LeadershipHistoryQuery>,
) -> Result<Answer, Problem> {
    let id = id.value()?;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, LeadershipId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = leadership::list_history(&state, &caller, id, page.after, page.rows()).await?;
    let key = |row: &leadership::ShownFormer| (row.former.replaced_at, row.former.id);
    let answer = page.answer_plain(rows, key, |row| Ok(FormerLeadership::from(row)))?;
    Ok(if caller.account.is_none() { answer.public(0) } else { answer })
}
