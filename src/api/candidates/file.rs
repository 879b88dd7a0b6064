//! One candidate: reading and editing its file.

use actix_web::{HttpRequest, get, patch, web::Path};

use super::{
    input::UpdateCandidateRequest,
    wire::{Candidate, Contacts, Readiness},
};
use crate::{
    api::{
        answer::Answer, body::Body, context::Context, path::Segment, precondition::IfMatch, problem::Problem,
        responses, state::State,
    },
    domain::{fault::Code, id::CandidateId},
    service::{
        Caller,
        candidates::{access::Sight, read, update},
    },
};

/// Read a candidate
///
/// In full for reviewers of the subtree, administrators and the own nominator; else the public view, or 404.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate's id."), responses::TrackingHeader),
    responses((status = 200, description = "The candidate.", body = Candidate), responses::Unauthenticated, responses::NotFound, responses::Unchanged, responses::Limited, responses::Common),
    security((), ("bearer" = []))
)]
#[get("/candidates/{id}")]
pub async fn get_candidate(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<CandidateId>>,
) -> Result<Answer, Problem> {
    let dossier = read::get_candidate(&state, &caller, id.value()?).await?;
    let is_public = dossier.sight == Sight::Public && caller.account.is_none();
    let answer = Answer::of(Candidate::of(dossier, Context::of(&request).language))?;
    Ok(if is_public { answer.public(0) } else { answer })
}

/// Edit a candidate's file
///
/// By the nominator to whom it belongs, by account or tracking code, or by the unit; while it is nominated or returned.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate's id."), responses::IfMatchHeader, responses::TrackingHeader),
    request_body(content = UpdateCandidateRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The candidate as it is now.", body = Candidate), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Precondition, responses::Conflict, responses::Limited, responses::Common),
    security((), ("bearer" = []))
)]
#[patch("/candidates/{id}")]
pub async fn update_candidate(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<CandidateId>>,
    (if_match, body): (IfMatch, Body<UpdateCandidateRequest>),
) -> Result<Answer, Problem> {
    let id = editable_id(&caller, &id)?;
    let version = if_match.matches(update::find_editable(&state, &caller, id).await?.version)?;
    let change = body.read()?.change().map_err(|faults| Problem::with(Code::ValidationFailed, faults))?;
    let dossier = update::update_candidate(&state, &caller, (id, version), change).await?;
    Answer::of(Candidate::of(dossier, Context::of(&request).language))
}

/// The id, after the role alone has been judged.
pub(super) fn editable_id(caller: &Caller, id: &Segment<CandidateId>) -> Result<CandidateId, Problem> {
    crate::service::candidates::access::may_ever_edit(caller)?;
    id.value()
}

/// Read contact details
///
/// In clear, for reviewers of the subtree: the candidate's, the nominators', and who was heard about the deed. Each reading is an audit event; the answer is not to be kept.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate's id.")),
    responses((status = 200, description = "The contact details.", body = Contacts), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/candidates/{id}/contacts")]
pub async fn get_candidate_contacts(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    Answer::plain(&Contacts::from(read::get_contacts(&state, &caller, id.value()?).await?))
}

/// Read how the materials stand
///
/// Against the cycle's policy, by the code that guards the unit's verification.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate's id."), responses::TrackingHeader),
    responses((status = 200, description = "The report.", body = Readiness), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Limited, responses::Common),
    security((), ("bearer" = []))
)]
#[get("/candidates/{id}/readiness")]
pub async fn get_candidate_readiness(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<CandidateId>>,
) -> Result<Answer, Problem> {
    let readiness = match id.value() {
        Ok(id) => read::get_readiness(&state, &caller, id).await?,
        Err(problem) if caller.account.is_some() || caller.tracking_code.is_some() => return Err(problem),
        Err(_) => return Err(caller.lacks_account().into()),
    };
    Answer::plain(&Readiness::of(readiness, Context::of(&request).language))
}
