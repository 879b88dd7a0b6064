//! Comments written, and read by everybody.

use actix_web::{HttpRequest, get, post, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::{Comment, CommentRequest, CommentThread};
use crate::{
    api::{
        answer::{Answer, Representation},
        body::Body,
        once::once,
        page::{Page, PageRequest},
        path::Segment,
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::id::{CandidateId, CommentId},
    service::{
        Caller,
        comments::{
            WRITERS,
            read::{self, SeenComment, View},
            write,
        },
    },
};

/// Comment on a candidate
///
/// In the voting window, on candidates that were forwarded; 409 `window_closed` else. It appears at once (`shown`) or waits for
/// a moderator (`held`), as the cycle's policy and the word lists have it. A reply to a reply is kept in the same thread.
#[utoipa::path(
    tag = "comments",
    params(("id" = Uuid, Path, description = "The candidate's id."), responses::IdempotencyHeader),
    request_body = CommentRequest,
    responses((status = 201, description = "The comment.", body = Comment), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Limited, responses::Common)
)]
#[post("/candidates/{id}/comments")]
pub async fn create_comment(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    body: Body<CommentRequest>,
) -> Result<Answer, Problem> {
    caller.require(WRITERS)?;
    let id = id.value()?;
    write::require_published(&state, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let input = body.read()?.into();
            created(write::create_comment(&state, &caller, id, input, attempt).await?)
        },
        async |first| created(read::get_comment(&state, &caller, first.resource_id.into()).await?),
    )
    .await
}

fn created(seen: SeenComment) -> Result<Answer, Problem> {
    let address = format!("/api/v1/comments/{}", seen.comment.id);
    Answer::created(Comment::from(seen), address)
}

#[derive(Clone, Copy, Deserialize)]
enum SortName {
    #[serde(rename = "created_at")]
    Ascending,
    #[serde(rename = "-created_at")]
    Descending,
}

/// Pages of a candidate's comments.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListCommentsQuery {
    /// `created_at` or `-created_at`, the latest first, which is what nothing said means.
    #[param(value_type = Option<String>, pattern = "^-?created_at$", default = "-created_at")]
    sort: Option<SortName>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

type Key = (DateTime<Utc>, CommentId);

/// List a candidate's comments
///
/// What everybody sees: each comment with the first replies to it. One that was hidden or deleted, or waits after it was
/// reported, is left out, or where there are shown replies to it a place-holder without text and author.
#[utoipa::path(
    tag = "comments",
    params(("id" = Uuid, Path, description = "The candidate's id."), ListCommentsQuery),
    responses((status = 200, description = "A page of threads.", body = Page<CommentThread>), responses::Unauthenticated, responses::BadQuery, responses::NotFound, responses::Unchanged, responses::Common),
    security((), ("bearer" = []))
)]
#[get("/candidates/{id}/comments")]
pub async fn list_comments(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<CandidateId>>,
    query: Query<ListCommentsQuery>,
) -> Result<Answer, Problem> {
    let id = id.value()?;
    write::require_published(&state, id).await?;
    let query = query.read()?;
    let page = PageRequest::<Key>::read(&request, query.limit, query.cursor.as_deref())?;
    let descending = !matches!(query.sort, Some(SortName::Ascending));
    let threads = read::list_threads(&state, &caller, (id, descending), page.after, page.rows()).await?;
    let key = |thread: &read::Thread| (thread.beginning.comment.created_at, thread.beginning.comment.id);
    let answer = page.answer_plain(threads, key, |thread| {
        let mut shown = CommentThread::from(thread);
        shown.comment.tag()?;
        shown.replies.iter_mut().try_for_each(Representation::tag)?;
        Ok(shown)
    })?;
    Ok(if caller.account.is_none() { answer.public(0) } else { answer })
}

/// Read a comment
///
/// Author and moderators read it however it stands; everybody else what has a place in the list of a public candidate.
#[utoipa::path(
    tag = "comments",
    params(("id" = Uuid, Path, description = "The comment's id.")),
    responses((status = 200, description = "The comment.", body = Comment), responses::Unauthenticated, responses::NotFound, responses::Unchanged, responses::Common),
    security((), ("bearer" = []))
)]
#[get("/comments/{id}")]
pub async fn get_comment(state: State, caller: Caller, id: Path<Segment<CommentId>>) -> Result<Answer, Problem> {
    let seen = read::get_comment(&state, &caller, id.value()?).await?;
    let is_public = seen.view == View::Public && caller.account.is_none();
    let answer = Answer::of(Comment::from(seen))?;
    Ok(if is_public { answer.public(0) } else { answer })
}

/// Pages of replies.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListRepliesQuery {
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List the replies to a comment
///
/// All that everybody sees, in the order of writing.
#[utoipa::path(
    tag = "comments",
    params(("id" = Uuid, Path, description = "The id of the comment that begins the thread."), ListRepliesQuery),
    responses((status = 200, description = "A page of replies.", body = Page<Comment>), responses::Unauthenticated, responses::BadQuery, responses::NotFound, responses::Unchanged, responses::Common),
    security((), ("bearer" = []))
)]
#[get("/comments/{id}/replies")]
pub async fn list_replies(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<CommentId>>,
    query: Query<ListRepliesQuery>,
) -> Result<Answer, Problem> {
    let (id, query) = (id.value()?, query.read()?);
    let page = PageRequest::<Key>::read(&request, query.limit, query.cursor.as_deref())?;
    let replies = read::list_replies(&state, &caller, id, page.after, page.rows()).await?;
    let answer =
        page.answer(replies, |seen| (seen.comment.created_at, seen.comment.id), |seen| Ok(Comment::from(seen)))?;
    Ok(if caller.account.is_none() { answer.public(0) } else { answer })
}
