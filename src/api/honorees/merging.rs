//! Two honorees turn out to be one.

use actix_web::{delete, http::StatusCode, post, web::Path};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::wire::HonoreeView;
use crate::{
    api::{
        answer::Answer, body::Body, once::once, path::Segment, precondition::IfMatch, problem::Problem, responses,
        reviews::wire::spoken, state::State,
    },
    domain::{id::HonoreeId, role::Role, text},
    service::{
        Caller,
        honorees::{
            self, HonouredOne,
            merging::{self, NewMerger},
        },
    },
};

/// Who goes on as the honoree of the path.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct MergeHonoreesRequest {
    /// Whose honours move; that id leads to the survivor from then on.
    pub honoree_id: Uuid,
    /// Why; kept in the story.
    #[schema(min_length = 1, max_length = 2000, examples("身份证件核对一致，为同一人。"))]
    #[validate(custom(function = spoken))]
    pub reason: String,
}

fn created(found: HonouredOne) -> Result<Answer, Problem> {
    Ok(Answer::of(HonoreeView::of(found)?)?.with_status(StatusCode::CREATED))
}

/// Merge an honoree into this one
///
/// By the city, with the survivor's tag. Honours, outside honours and recommendations move to the honoree of the path; the
/// other id answers as the survivor from then on. A person and a group are not one (422).
#[utoipa::path(
    tag = "honorees",
    params(("id" = Uuid, Path, description = "The survivor's id."), responses::IfMatchHeader, responses::IdempotencyHeader),
    request_body = MergeHonoreesRequest,
    responses((status = 201, description = "The survivor as it is now.", body = HonoreeView), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Precondition, responses::Conflict, responses::Common)
)]
#[post("/honorees/{id}/merger")]
pub async fn merge_honorees(
    state: State,
    caller: Caller,
    id: Path<Segment<HonoreeId>>,
    if_match: IfMatch,
    body: Body<MergeHonoreesRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let id = id.value()?;
    let seen = honorees::get_honoree(&state, &caller, id, true).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let version = if_match.matches(seen.honoree.version)?;
            let input = body.read()?;
            let (merged, reason) = (input.honoree_id.into(), text::tidy_paragraphs(&input.reason));
            created(merging::merge(&state, &caller, id, NewMerger { merged, reason, version }, attempt).await?)
        },
        async |_| created(honorees::get_honoree(&state, &caller, id, true).await?),
    )
    .await
}

/// Undo a merger of honorees
///
/// By the city. The path names the one who was merged, `If-Match` the survivor's tag, as `GET /honorees/{id}` gives it for
/// both. What was handed over goes back; what came to the survivor meanwhile stays there.
#[utoipa::path(
    tag = "honorees",
    params(("id" = Uuid, Path, description = "The id of the one who was merged."), responses::IfMatchHeader),
    responses((status = 200, description = "The one who is of its own again.", body = HonoreeView), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Conflict, responses::Common)
)]
#[delete("/honorees/{id}/merger")]
pub async fn unmerge_honorees(
    state: State,
    caller: Caller,
    id: Path<Segment<HonoreeId>>,
    if_match: IfMatch,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let id = id.value()?;
    let version = if_match.matches(merging::find_merger(&state, &caller, id).await?)?;
    Answer::of(HonoreeView::of(merging::undo(&state, &caller, (id, version)).await?)?)
}
