//! Honours that others have given: recorded, read, corrected, struck.

use actix_web::{get, http::StatusCode, patch, post, web::Path};

use super::{
    KEPT_SECONDS,
    wire::{CorrectHonourRequest, OutsideHonourView, RecordHonourRequest},
};
use crate::{
    api::{
        answer::Answer, body::Body, once::once, path::Segment, precondition::IfMatch, problem::Problem, responses,
        reviews::wire::ReasonRequest, state::State,
    },
    domain::{
        id::{HonoreeId, OutsideHonourId},
        outside_honour::OutsideHonour,
        role::Role,
    },
    service::{Caller, honorees::outside},
};

/// An honour of an honoree, in a path.
type Named = (Segment<HonoreeId>, Segment<OutsideHonourId>);

fn value((honoree, honour): &Named) -> Result<(HonoreeId, OutsideHonourId), Problem> {
    Ok((honoree.value()?, honour.value()?))
}

fn created(honour: OutsideHonour) -> Result<Answer, Problem> {
    let location = format!("/api/v1/honorees/{}/honours/{}", honour.honoree, honour.id);
    Answer::created(OutsideHonourView::from(honour), location)
}

/// Record an honour that others have given
///
/// By the city; shown to everybody with the honoree. Honours of our own lists come by publishing them.
#[utoipa::path(
    tag = "honorees",
    params(("id" = Uuid, Path, description = "The honoree's id."), responses::IdempotencyHeader),
    request_body = RecordHonourRequest,
    responses((status = 201, description = "The honour.", body = OutsideHonourView), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/honorees/{id}/honours")]
pub async fn record_outside_honour(
    state: State,
    caller: Caller,
    id: Path<Segment<HonoreeId>>,
    body: Body<RecordHonourRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let id = id.value()?;
    outside::require_honoree(&state, &caller, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let fields = body.read()?.fields();
            created(outside::create(&state, &caller, id, fields, attempt).await?)
        },
        async |first| created(outside::get(&state, &caller, (id, first.resource_id.into())).await?),
    )
    .await
}

/// Read an honour that others have given
///
/// Where it stands and the honoree is shown; reviewers read all of their subtree.
#[utoipa::path(
    tag = "honorees",
    params(("id" = Uuid, Path, description = "The honoree's id."), ("honour_id" = Uuid, Path, description = "The honour's id.")),
    responses((status = 200, description = "The honour.", body = OutsideHonourView), responses::Unchanged, responses::NotFound, responses::Common),
    security((), ("bearer" = []))
)]
#[get("/honorees/{id}/honours/{honour_id}")]
pub async fn get_outside_honour(state: State, caller: Caller, named: Path<Named>) -> Result<Answer, Problem> {
    let honour = outside::get(&state, &caller, value(&named)?).await?;
    let answer = Answer::of(OutsideHonourView::from(honour))?;
    Ok(if caller.account.is_none() { answer.public(KEPT_SECONDS) } else { answer })
}

/// Correct an honour that others have given
///
/// By the city, as long as it stands.
#[utoipa::path(
    tag = "honorees",
    params(("id" = Uuid, Path, description = "The honoree's id."), ("honour_id" = Uuid, Path, description = "The honour's id."), responses::IfMatchHeader),
    request_body(content = CorrectHonourRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The honour as it is now.", body = OutsideHonourView), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Precondition, responses::Conflict, responses::Common)
)]
#[patch("/honorees/{id}/honours/{honour_id}")]
pub async fn update_outside_honour(
    state: State,
    caller: Caller,
    named: Path<Named>,
    if_match: IfMatch,
    body: Body<CorrectHonourRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let (honoree, id) = value(&named)?;
    let version = if_match.matches(outside::get(&state, &caller, (honoree, id)).await?.version)?;
    let fields = body.read()?.fields();
    let honour = outside::update(&state, &caller, (honoree, id, version), fields).await?;
    Answer::of(OutsideHonourView::from(honour))
}

/// Strike an honour that others have given
///
/// By the city, with a reason; it stays on record and is shown no more.
#[utoipa::path(
    tag = "honorees",
    params(("id" = Uuid, Path, description = "The honoree's id."), ("honour_id" = Uuid, Path, description = "The honour's id."), responses::IfMatchHeader, responses::IdempotencyHeader),
    request_body = ReasonRequest,
    responses((status = 201, description = "The honour as it is now.", body = OutsideHonourView), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Precondition, responses::Conflict, responses::Common)
)]
#[post("/honorees/{id}/honours/{honour_id}/revocation")]
pub async fn revoke_outside_honour(
    state: State,
    caller: Caller,
    named: Path<Named>,
    if_match: IfMatch,
    body: Body<ReasonRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let (honoree, id) = value(&named)?;
    let seen = outside::get(&state, &caller, (honoree, id)).await?;
    let struck = |honour| Ok(Answer::of(OutsideHonourView::from(honour))?.with_status(StatusCode::CREATED));
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let version = if_match.matches(seen.version)?;
            let reason = body.read()?.reason;
            struck(outside::strike(&state, &caller, (honoree, id, version), &reason, attempt).await?)
        },
        async |_| struck(outside::get(&state, &caller, (honoree, id)).await?),
    )
    .await
}
