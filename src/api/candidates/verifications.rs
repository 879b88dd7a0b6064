//! The fact-verification file of a candidate.

use actix_web::{HttpRequest, get, post, web::Path};

use super::verification_wire::{CreateVerificationRequest, Verification};
use crate::{
    api::{
        answer::Answer,
        body::Body,
        once::once,
        page::{Page, PageRequest},
        path::Segment,
        precondition::IfMatch,
        problem::Problem,
        query::Query,
        responses,
        reviews::{reviews::NestedQuery, wire::ReasonRequest},
        state::State,
    },
    domain::id::{CandidateId, VerificationId},
    service::{
        Caller,
        candidates::{
            consents, update,
            verifications::{self, ShownVerification},
        },
    },
};

/// List the verification records
///
/// The fact-verification file (事迹审核) in the order in which it was made, struck records too. For reviewers of the subtree
/// and administrators.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate's id."), NestedQuery),
    responses((status = 200, description = "A page of records.", body = Page<Verification>), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::BadQuery, responses::Common)
)]
#[get("/candidates/{id}/verifications")]
pub async fn list_verifications(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    request: HttpRequest,
    query: Query<NestedQuery>,
) -> Result<Answer, Problem> {
    consents::may_read(&caller)?;
    let id = id.value()?;
    verifications::require_sight(&state, &caller, id).await?;
    let query = query.read()?;
    let page = PageRequest::<i64>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = verifications::list_verifications(&state, id, page.after, page.rows()).await?;
    let key = |row: &ShownVerification| row.record.candidate_version;
    page.answer(rows, key, |row| Ok(Verification::from(row)))
}

/// Record a verification
///
/// One look at the facts: how, by whom, when, who was heard, what it showed. By the unit, or the level above where the unit
/// has nobody, while the candidate is nominated, returned, verified or endorsed. The unit verifies with a confirming record;
/// a refuting one has to be answered in the opinion of the approval.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate's id."), responses::IdempotencyHeader),
    request_body = CreateVerificationRequest,
    responses((status = 201, description = "The record.", body = Verification), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/candidates/{id}/verifications")]
pub async fn create_verification(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    body: Body<CreateVerificationRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    let candidate = verifications::find_kept(&state, &caller, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let input = body.read()?.verification();
            verifications::refuse_late(&candidate)?;
            created(verifications::create_verification(&state, &caller, id, input, attempt).await?)
        },
        async |first| created(verifications::get_verification(&state, (id, first.resource_id.into())).await?),
    )
    .await
}

/// Read a verification record
///
/// For reviewers of the subtree and administrators.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate's id."), ("verification_id" = Uuid, Path, description = "The record's id.")),
    responses((status = 200, description = "The record.", body = Verification), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/candidates/{id}/verifications/{verification_id}")]
pub async fn get_verification(
    state: State,
    caller: Caller,
    path: Path<(Segment<CandidateId>, Segment<VerificationId>)>,
) -> Result<Answer, Problem> {
    consents::may_read(&caller)?;
    let (id, record) = path.into_inner();
    let id = id.value()?;
    verifications::require_sight(&state, &caller, id).await?;
    Answer::of(Verification::from(verifications::get_verification(&state, (id, record.value()?)).await?))
}

/// Strike a verification record
///
/// That it was made in error, with the reason: by the unit, while the candidate is nominated or returned. The record stays
/// to be read, and counts no more.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate's id."), ("verification_id" = Uuid, Path, description = "The record's id."), responses::IfMatchHeader, responses::IdempotencyHeader),
    request_body = ReasonRequest,
    responses((status = 201, description = "The record, struck.", body = Verification), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/candidates/{id}/verifications/{verification_id}/withdrawal")]
pub async fn strike_verification(
    state: State,
    caller: Caller,
    path: Path<(Segment<CandidateId>, Segment<VerificationId>)>,
    if_match: IfMatch,
    body: Body<ReasonRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let (id, record) = path.into_inner();
    let id = id.value()?;
    let candidate = verifications::find_kept(&state, &caller, id).await?;
    let record = record.value()?;
    verifications::get_verification(&state, (id, record)).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let version = if_match.matches(candidate.version)?;
            let reason = body.read()?.reason;
            update::refuse_closed(&candidate)?;
            let at = (id, record, version);
            created(verifications::strike_verification(&state, &caller, at, reason, attempt).await?)
        },
        async |_| created(verifications::get_verification(&state, (id, record)).await?),
    )
    .await
}

fn created(shown: ShownVerification) -> Result<Answer, Problem> {
    let record = &shown.record;
    let location = format!("/api/v1/candidates/{}/verifications/{}", record.candidate_id, record.id);
    Answer::created(Verification::from(shown), location)
}
