//! Reports of comments.

use actix_web::{HttpRequest, get, http::StatusCode, post, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::{CommentReport, ReportRequest};
use crate::{
    api::{
        answer::Answer,
        body::Body,
        page::{Page, PageRequest},
        path::Segment,
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::id::{CommentId, UserId},
    service::{
        Caller,
        comments::{MODERATORS, WRITERS, moderate, report},
    },
};

/// Report a comment
///
/// Once per person: reporting it again is answered with the first report, so a client may always retry, and an
/// `Idempotency-Key` is accepted and not stored. A comment that five people have reported since a moderator looked is held
/// until one looks again.
#[utoipa::path(
    tag = "comments",
    params(("id" = Uuid, Path, description = "The comment's id.")),
    request_body = ReportRequest,
    responses((status = 201, description = "Received.", body = CommentReport), (status = 200, description = "It was reported before: the first report.", body = CommentReport), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Limited, responses::Common)
)]
#[post("/comments/{id}/reports")]
pub async fn report_comment(
    state: State,
    caller: Caller,
    id: Path<Segment<CommentId>>,
    body: Body<ReportRequest>,
) -> Result<Answer, Problem> {
    caller.require(WRITERS)?;
    let id = id.value()?;
    report::require_reportable(&state, &caller, id).await?;
    let reported = report::report_comment(&state, &caller, id, body.read()?.into()).await?;
    let status = if reported.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(Answer::plain(&CommentReport::from(reported.report))?.with_status(status))
}

/// Pages of reports.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListReportsQuery {
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List the reports of a comment
///
/// For its moderators, in the order of arrival, those of long ago among them.
#[utoipa::path(
    tag = "comments",
    params(("id" = Uuid, Path, description = "The comment's id."), ListReportsQuery),
    responses((status = 200, description = "A page of reports.", body = Page<CommentReport>), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::BadQuery, responses::Common)
)]
#[get("/comments/{id}/reports")]
pub async fn list_reports(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<CommentId>>,
    query: Query<ListReportsQuery>,
) -> Result<Answer, Problem> {
    caller.require(MODERATORS)?;
    let id = id.value()?;
    moderate::require_moderated(&state, &caller, id).await?;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, UserId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = report::list_reports(&state, &caller, id, page.after, page.rows()).await?;
    page.answer_plain(rows, |row| (row.created_at.0, row.user_id), |row| Ok(CommentReport::from(row)))
}
