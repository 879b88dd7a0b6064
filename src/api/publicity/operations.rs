//! Records of publicity: entered, read, changed, taken away.

use actix_web::{delete, get, patch, post, web::Path};

use super::wire::{CreatePublicityRequest, PublicityRecord, UpdatePublicityRequest};
use crate::{
    api::{
        answer::Answer, body::Body, once::once, path::Segment, precondition::IfMatch, problem::Problem, responses,
        state::State,
    },
    domain::id::{HonoreeId, PublicityId},
    service::{Caller, publicity},
    storage::publicity::Recorded,
};

/// For how many seconds anybody may keep what is public.
pub const KEPT_SECONDS: u32 = 60;

fn created(found: Recorded) -> Result<Answer, Problem> {
    let address = format!("/api/v1/publicity/{}", found.record.id);
    Answer::created(PublicityRecord::of(found, true), address)
}

/// Record publicity of an honoree
///
/// By a reviewer of the honoree's subtree: that a newspaper, a station, a site, a talk or an exhibition told of the honoree.
#[utoipa::path(
    tag = "publicity",
    params(("id" = Uuid, Path, description = "The honoree's id."), responses::IdempotencyHeader),
    request_body = CreatePublicityRequest,
    responses((status = 201, description = "The record.", body = PublicityRecord), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/honorees/{id}/publicity")]
pub async fn create_publicity(
    state: State,
    caller: Caller,
    id: Path<Segment<HonoreeId>>,
    body: Body<CreatePublicityRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    publicity::require_keeper(&state, &caller, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let fields = body.read()?.fields();
            created(publicity::create_publicity(&state, &caller, id, fields, attempt).await?)
        },
        async |first| created(publicity::find_kept(&state, &caller, first.resource_id.into()).await?),
    )
    .await
}

/// Read a record of publicity
///
/// The reviewers of the honoree's subtree read notes and who entered it, and records that are not public.
#[utoipa::path(
    tag = "publicity",
    params(("id" = Uuid, Path, description = "The record's id.")),
    responses((status = 200, description = "The record.", body = PublicityRecord), responses::Unchanged, responses::Unauthenticated, responses::NotFound, responses::Common),
    security((), ("bearer" = []))
)]
#[get("/publicity/{id}")]
pub async fn get_publicity(state: State, caller: Caller, id: Path<Segment<PublicityId>>) -> Result<Answer, Problem> {
    let (found, is_inner) = publicity::get_publicity(&state, &caller, id.value()?).await?;
    let answer = Answer::of(PublicityRecord::of(found, is_inner))?;
    Ok(if is_inner { answer } else { answer.public(KEPT_SECONDS) })
}

/// Change a record of publicity
///
/// By the reviewers of the honoree's subtree. The honoree stays.
#[utoipa::path(
    tag = "publicity",
    params(("id" = Uuid, Path, description = "The record's id."), responses::IfMatchHeader),
    request_body(content = UpdatePublicityRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The record as it is now.", body = PublicityRecord), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Precondition, responses::Common)
)]
#[patch("/publicity/{id}")]
pub async fn update_publicity(
    state: State,
    caller: Caller,
    id: Path<Segment<PublicityId>>,
    if_match: IfMatch,
    body: Body<UpdatePublicityRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    let version = if_match.matches(publicity::find_kept(&state, &caller, id).await?.record.version)?;
    let fields = body.read()?.fields();
    Answer::of(PublicityRecord::of(publicity::update_publicity(&state, &caller, (id, version), fields).await?, true))
}

/// Take a record of publicity away
///
/// By the reviewers of the honoree's subtree.
#[utoipa::path(
    tag = "publicity",
    params(("id" = Uuid, Path, description = "The record's id."), responses::IfMatchHeader),
    responses((status = 204, description = "It is gone."), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Common)
)]
#[delete("/publicity/{id}")]
pub async fn delete_publicity(
    state: State,
    caller: Caller,
    id: Path<Segment<PublicityId>>,
    if_match: IfMatch,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    let version = if_match.matches(publicity::find_kept(&state, &caller, id).await?.record.version)?;
    publicity::delete_publicity(&state, &caller, (id, version)).await?;
    Ok(Answer::nothing())
}
