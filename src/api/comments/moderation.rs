//! The moderators' queue and their decisions.

use actix_web::{HttpRequest, get, http::StatusCode, post, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::wire::{Comment, CommentStatusName, ModerationRequest};
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
    domain::{id::CommentId, month::Month},
    service::{
        Caller,
        comments::{
            MODERATORS, moderate,
            read::{self, QueueRequest, SeenComment},
        },
    },
};

/// Filters of the moderators' list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListModeratedCommentsQuery {
    /// In this state; may be repeated.
    #[serde(default)]
    status: Vec<CommentStatusName>,
    /// Written in this cycle.
    #[param(value_type = Option<String>, example = "2026-11")]
    cycle: Option<Month>,
    /// On this candidate.
    candidate: Option<Uuid>,
    /// Whether somebody has reported it since a moderator looked.
    reported: Option<bool>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List the comments that one moderates
///
/// In the order of writing: for the city all, for a district's reviewers those on its candidates. `status=held` is the
/// queue.
#[utoipa::path(
    tag = "comments",
    params(ListModeratedCommentsQuery),
    responses((status = 200, description = "A page of comments.", body = Page<Comment>), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/comments")]
pub async fn list_moderated_comments(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListModeratedCommentsQuery>,
) -> Result<Answer, Problem> {
    caller.require(MODERATORS)?;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, CommentId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let asked = QueueRequest {
        statuses: query.status.into_iter().map(Into::into).collect(),
        cycle: query.cycle,
        candidate: query.candidate.map(Into::into),
        reported: query.reported,
    };
    let rows = read::list_queue(&state, &caller, asked, page.after, page.rows()).await?;
    page.answer(rows, |seen| (seen.comment.created_at, seen.comment.id), |seen| Ok(Comment::from(seen)))
}

/// Moderate a comment
///
/// Show or hide it. Reports that it has gathered are settled with that, and the author is told. What is shown can be
/// confirmed where somebody has reported it; deciding what is so already is a 409.
#[utoipa::path(
    tag = "comments",
    params(("id" = Uuid, Path, description = "The comment's id."), responses::IdempotencyHeader),
    request_body = ModerationRequest,
    responses((status = 201, description = "The comment as it is now.", body = Comment), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/comments/{id}/moderation")]
pub async fn moderate_comment(
    state: State,
    caller: Caller,
    id: Path<Segment<CommentId>>,
    body: Body<ModerationRequest>,
) -> Result<Answer, Problem> {
    caller.require(MODERATORS)?;
    let id = id.value()?;
    moderate::require_moderated(&state, &caller, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let input = body.read()?.into();
            decided(moderate::moderate_comment(&state, &caller, (id, None), input, attempt).await?)
        },
        async |_| decided(read::get_comment(&state, &caller, id).await?),
    )
    .await
}

fn decided(seen: SeenComment) -> Result<Answer, Problem> {
    Ok(Answer::of(Comment::from(seen))?.with_status(StatusCode::CREATED))
}
