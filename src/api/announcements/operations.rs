//! Announcements: entered, read, changed, taken away.

use actix_web::{delete, get, patch, post, web::Path};

use super::{
    kept_seconds,
    wire::{Announcement, CreateAnnouncementRequest, UpdateAnnouncementRequest},
};
use crate::{
    api::{
        answer::Answer, body::Body, once::once, path::Segment, precondition::IfMatch, problem::Problem, responses,
        state::State,
    },
    domain::id::AnnouncementId,
    service::{Caller, announcements},
    storage::announcements::Announced,
};

fn created(state: &State, found: Announced) -> Result<Answer, Problem> {
    let address = format!("/api/v1/announcements/{}", found.announcement.id);
    Answer::created(Announcement::of(found, state.clocks.campaign(), true), address)
}

/// Enter an announcement
///
/// By a reviewer, for an organization of the own subtree. Without `publish_at` it is a draft; with one that is to come it is
/// published, and told of as `announcement.published`, when its moment comes.
#[utoipa::path(
    tag = "announcements",
    params(responses::IdempotencyHeader),
    request_body = CreateAnnouncementRequest,
    responses((status = 201, description = "The announcement.", body = Announcement), responses::Unauthenticated, responses::Forbidden, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/announcements")]
pub async fn create_announcement(
    state: State,
    caller: Caller,
    body: Body<CreateAnnouncementRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let input = body.read()?;
            let (kind, fields) = (input.kind.into(), input.fields());
            created(&state, announcements::create_announcement(&state, &caller, (kind, fields), attempt).await?)
        },
        async |first| created(&state, announcements::find_kept(&state, &caller, first.resource_id.into()).await?),
    )
    .await
}

/// Read an announcement
///
/// While it is published; the reviewers of who announces it read it always.
#[utoipa::path(
    tag = "announcements",
    params(("id" = Uuid, Path, description = "The announcement's id.")),
    responses((status = 200, description = "The announcement.", body = Announcement), responses::Unchanged, responses::Unauthenticated, responses::NotFound, responses::Common),
    security((), ("bearer" = []))
)]
#[get("/announcements/{id}")]
pub async fn get_announcement(
    state: State,
    caller: Caller,
    id: Path<Segment<AnnouncementId>>,
) -> Result<Answer, Problem> {
    let read = announcements::get_announcement(&state, &caller, id.value()?).await?;
    let kept = kept_seconds(read.now, read.announced.announcement.next_change(read.now));
    let answer = Answer::of(Announcement::of(read.announced, read.now, read.is_inner))?;
    Ok(if read.is_inner { answer } else { answer.public(kept) })
}

/// Change an announcement
///
/// By the reviewers in whose subtree it is announced. Its kind stays. While it is published, `publish_at` stays too (409
/// `contradicts_records`), so that nobody sees it twice in a list; null or a moment to come takes it off.
#[utoipa::path(
    tag = "announcements",
    params(("id" = Uuid, Path, description = "The announcement's id."), responses::IfMatchHeader),
    request_body(content = UpdateAnnouncementRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The announcement as it is now.", body = Announcement), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Precondition, responses::Conflict, responses::Common)
)]
#[patch("/announcements/{id}")]
pub async fn update_announcement(
    state: State,
    caller: Caller,
    id: Path<Segment<AnnouncementId>>,
    if_match: IfMatch,
    body: Body<UpdateAnnouncementRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    let version = if_match.matches(announcements::find_kept(&state, &caller, id).await?.announcement.version)?;
    let fields = body.read()?.fields();
    let found = announcements::update_announcement(&state, &caller, (id, version), fields).await?;
    Answer::of(Announcement::of(found, state.clocks.campaign(), true))
}

/// Take an announcement away
///
/// By the reviewers in whose subtree it is announced. Of a published one everybody is told, as `announcement.withdrawn`.
#[utoipa::path(
    tag = "announcements",
    params(("id" = Uuid, Path, description = "The announcement's id."), responses::IfMatchHeader),
    responses((status = 204, description = "It is gone."), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Common)
)]
#[delete("/announcements/{id}")]
pub async fn delete_announcement(
    state: State,
    caller: Caller,
    id: Path<Segment<AnnouncementId>>,
    if_match: IfMatch,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    let version = if_match.matches(announcements::find_kept(&state, &caller, id).await?.announcement.version)?;
    announcements::delete_announcement(&state, &caller, (id, version)).await?;
    Ok(Answer::nothing())
}
