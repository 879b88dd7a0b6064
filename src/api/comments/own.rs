//! One's own comments.

use actix_web::{HttpRequest, delete, get, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::wire::{Comment, CommentStatusName};
use crate::{
    api::{
        answer::Answer,
        page::{Page, PageRequest},
        path::Segment,
        precondition::IfMatch,
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::id::CommentId,
    service::{
        Caller,
        comments::{read, write},
    },
};

/// Delete one's own comment
///
/// Its text is gone for good. Where everybody sees replies to it, a place-holder stays in its place.
#[utoipa::path(
    tag = "comments",
    params(("id" = Uuid, Path, description = "The comment's id."), responses::IfMatchHeader),
    responses((status = 204, description = "Deleted."), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::NotFound, responses::Precondition, responses::Common)
)]
#[delete("/comments/{id}")]
pub async fn delete_comment(
    state: State,
    caller: Caller,
    id: Path<Segment<CommentId>>,
    if_match: IfMatch,
) -> Result<Answer, Problem> {
    caller.account()?;
    let id = id.value()?;
    let version = if_match.matches(write::own_version(&state, &caller, id).await?)?;
    write::delete_comment(&state, &caller, (id, version)).await?;
    Ok(Answer::nothing())
}

/// Filters of one's own comments.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MyCommentsQuery {
    /// In this state; may be repeated.
    #[serde(default)]
    status: Vec<CommentStatusName>,
    /// On this candidate.
    candidate: Option<Uuid>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List one's own comments
///
/// The latest first, with how each stands, whether it waits, and what a moderator has said of it.
#[utoipa::path(
    tag = "comments",
    params(MyCommentsQuery),
    responses((status = 200, description = "A page of comments.", body = Page<Comment>), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/me/comments")]
pub async fn list_my_comments(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<MyCommentsQuery>,
) -> Result<Answer, Problem> {
    caller.account()?;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, CommentId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let statuses = query.status.into_iter().map(Into::into).collect();
    let filter = (statuses, query.candidate.map(Into::into));
    let rows = read::list_my_comments(&state, &caller, filter, page.after, page.rows()).await?;
    page.answer(rows, |seen| (seen.comment.created_at, seen.comment.id), |seen| Ok(Comment::from(seen)))
}
