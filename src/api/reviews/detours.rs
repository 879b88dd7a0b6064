//! The ways beside the straight one, each a `POST` below the candidate; and the unit that carries it.

use actix_web::{post, put, web::Path};

use super::{
    act::Acting,
    wire::{AssignmentRequest, OptionalReasonRequest, ReasonRequest, ResubmissionRequest, TransitionResult},
};
use crate::{
    api::{
        answer::Answer, body::Body, path::Segment, precondition::IfMatch, problem::Problem, responses, state::State,
    },
    domain::{id::CandidateId, text, transition::Action},
    service::{
        Caller, detours,
        transitions::{Order, sight},
    },
};

/// Withdraw a candidate or a nomination
///
/// By the unit, or by the nominator to whom the file belongs, with an account or a tracking code. A nominator beside whom
/// another nomination stands, and every later nominator, withdraws the own nomination only.
#[utoipa::path(
    tag = "reviews",
    security((), ("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The candidate's id."), responses::IfMatchHeader, responses::IdempotencyHeader, responses::TrackingHeader),
    request_body = OptionalReasonRequest,
    responses((status = 201, description = "What came of it.", body = TransitionResult), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Invalid, responses::Conflict, responses::Limited, responses::Common)
)]
#[post("/candidates/{id}/withdrawal")]
pub async fn withdraw_candidate(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    if_match: IfMatch,
    body: Body<OptionalReasonRequest>,
) -> Result<Answer, Problem> {
    let acting = Acting { state, caller, if_match, action: Action::Withdraw };
    acting.on(id.value(), body, |body| body.reason).await
}

/// Resubmit a returned candidate
///
/// By the unit or the nominator to whom the file belongs; something of the file has changed since the return, or its
/// reason is answered. The candidate goes to the intake cycle, unless the city returned it and screening is still open.
#[utoipa::path(
    tag = "reviews",
    security((), ("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The candidate's id."), responses::IfMatchHeader, responses::IdempotencyHeader, responses::TrackingHeader),
    request_body = ResubmissionRequest,
    responses((status = 201, description = "What came of it.", body = TransitionResult), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Invalid, responses::Conflict, responses::Limited, responses::Common)
)]
#[post("/candidates/{id}/resubmission")]
pub async fn resubmit_candidate(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    if_match: IfMatch,
    body: Body<ResubmissionRequest>,
) -> Result<Answer, Problem> {
    let acting = Acting { state, caller, if_match, action: Action::Resubmit };
    acting.on(id.value(), body, |body| body.answer).await
}

/// Recall one's own approval
///
/// By the stage that approved, as long as the next one has not decided.
#[utoipa::path(
    tag = "reviews",
    params(("id" = uuid::Uuid, Path, description = "The candidate's id."), responses::IfMatchHeader, responses::IdempotencyHeader),
    request_body = ReasonRequest,
    responses((status = 201, description = "What came of it.", body = TransitionResult), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/candidates/{id}/recall")]
pub async fn recall_candidate(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    if_match: IfMatch,
    body: Body<ReasonRequest>,
) -> Result<Answer, Problem> {
    let acting = Acting { state, caller, if_match, action: Action::Recall };
    acting.on(id.value(), body, |body| Some(body.reason)).await
}

/// Reinstate a rejected candidate
///
/// By the city, upholding an appeal. The candidate goes to the intake cycle.
#[utoipa::path(
    tag = "reviews",
    params(("id" = uuid::Uuid, Path, description = "The candidate's id."), responses::IfMatchHeader, responses::IdempotencyHeader),
    request_body = ReasonRequest,
    responses((status = 201, description = "What came of it.", body = TransitionResult), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/candidates/{id}/reinstatement")]
pub async fn reinstate_candidate(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    if_match: IfMatch,
    body: Body<ReasonRequest>,
) -> Result<Answer, Problem> {
    let acting = Acting { state, caller, if_match, action: Action::Reinstate };
    acting.on(id.value(), body, |body| Some(body.reason)).await
}

/// Carry a candidate over into the intake cycle
///
/// By unit or district, for endorsed and screened ones by the city, when the window of the next step is over. What fails
/// the new cycle's policy becomes nominated.
#[utoipa::path(
    tag = "reviews",
    params(("id" = uuid::Uuid, Path, description = "The candidate's id."), responses::IfMatchHeader, responses::IdempotencyHeader),
    request_body = OptionalReasonRequest,
    responses((status = 201, description = "What came of it.", body = TransitionResult), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/candidates/{id}/carry-over")]
pub async fn carry_over_candidate(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    if_match: IfMatch,
    body: Body<OptionalReasonRequest>,
) -> Result<Answer, Problem> {
    let acting = Acting { state, caller, if_match, action: Action::CarryOver };
    acting.on(id.value(), body, |body| body.reason).await
}

/// Disqualify a forwarded candidate
///
/// By the city, before the list is published. The candidate leaves the public view and the ranking at once.
#[utoipa::path(
    tag = "reviews",
    params(("id" = uuid::Uuid, Path, description = "The candidate's id."), responses::IfMatchHeader, responses::IdempotencyHeader),
    request_body = ReasonRequest,
    responses((status = 201, description = "What came of it.", body = TransitionResult), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/candidates/{id}/disqualification")]
pub async fn disqualify_candidate(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    if_match: IfMatch,
    body: Body<ReasonRequest>,
) -> Result<Answer, Problem> {
    let acting = Acting { state, caller, if_match, action: Action::Disqualify };
    acting.on(id.value(), body, |body| Some(body.reason)).await
}

/// Revoke a listed candidate
///
/// By the city. The place on the list is not refilled.
#[utoipa::path(
    tag = "reviews",
    params(("id" = uuid::Uuid, Path, description = "The candidate's id."), responses::IfMatchHeader, responses::IdempotencyHeader),
    request_body = ReasonRequest,
    responses((status = 201, description = "What came of it.", body = TransitionResult), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/candidates/{id}/revocation")]
pub async fn revoke_candidate(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    if_match: IfMatch,
    body: Body<ReasonRequest>,
) -> Result<Answer, Problem> {
    let acting = Acting { state, caller, if_match, action: Action::Revoke };
    acting.on(id.value(), body, |body| Some(body.reason)).await
}

/// Assign the unit of a candidate
///
/// The district assigns and moves; the unit hands back to the district's inbox with null.
#[utoipa::path(
    tag = "reviews",
    params(("id" = uuid::Uuid, Path, description = "The candidate's id."), responses::IfMatchHeader),
    request_body = AssignmentRequest,
    responses((status = 200, description = "What came of it.", body = TransitionResult), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Invalid, responses::Conflict, responses::Common)
)]
#[put("/candidates/{id}/unit")]
pub async fn assign_candidate(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    if_match: IfMatch,
    body: Body<AssignmentRequest>,
) -> Result<Answer, Problem> {
    sight::require_part(&caller, &[Action::Assign])?;
    let id = id.value()?;
    let seen = sight::to_act_on(&state, &caller, id, &[Action::Assign]).await?;
    let version = if_match.matches(seen.candidate.version)?;
    let input = body.read()?;
    let reason = input.reason.map(|words| text::tidy_paragraphs(&words));
    let unit_id = input.unit_id.map(Into::into);
    let order = Order { unit_id, ..Order::new(Action::Assign, reason).at_version(version) };
    Answer::of(TransitionResult::from(detours::act(&state, &caller, id, order, None).await?))
}
