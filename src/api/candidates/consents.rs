//! The consent to publication and forwarding.

use actix_web::{HttpRequest, delete, get, put, web::Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    input::PutConsentRequest,
    wire::{Candidate, Consent},
};
use crate::{
    api::{
        answer::Answer, body::Body, context::Context, path::Segment, precondition::IfMatch, problem::Problem,
        query::Query, responses, state::State,
    },
    domain::{
        fault::{Code, Fault},
        id::CandidateId,
        text,
    },
    service::{
        Caller,
        candidates::{
            consents::{self, ConsentOf},
            read,
        },
    },
};

/// Read the consent
///
/// For reviewers of the subtree and administrators; 404 while there is none.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate's id.")),
    responses((status = 200, description = "The consent.", body = Consent), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/candidates/{id}/consent")]
pub async fn get_consent(state: State, caller: Caller, id: Path<Segment<CandidateId>>) -> Result<Answer, Problem> {
    consents::may_read(&caller)?;
    let (candidate, consent) = consents::find_consent(&state, &caller, id.value()?).await?;
    let consent = consent.ok_or(Problem::of(Code::NotFound))?;
    Answer::of(Consent::from(ConsentOf { consent, version: candidate.version }))
}

/// Record the consent
///
/// By the unit; it replaces one that stands, and `If-Match` is needed then. Screening and forwarding need a consent to
/// both publication and forwarding, and from then on it is not narrowed: who takes it back withdraws it with `DELETE`.
/// Recording what stands already changes nothing.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate's id."), ("If-Match" = Option<String>, Header, description = "The `etag` of the candidate or of the consent; needed where one is replaced.")),
    request_body = PutConsentRequest,
    responses((status = 200, description = "The consent.", body = Consent), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Precondition, responses::Conflict, responses::Common)
)]
#[put("/candidates/{id}/consent")]
pub async fn put_consent(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    if_match: IfMatch,
    body: Body<PutConsentRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    let (candidate, replaces) = consents::may_record(&state, &caller, id).await?;
    let version = match if_match.matches(candidate.version) {
        Err(problem) if problem.code == Code::PreconditionRequired && !replaces => None,
        version => Some(version?),
    };
    let input = body.read()?.consent();
    Answer::of(Consent::from(consents::put_consent(&state, &caller, (id, version), input).await?))
}

/// Why a consent is withdrawn.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WithdrawConsentQuery {
    /// Kept in the history.
    #[param(min_length = 1, max_length = 500)]
    reason: Option<String>,
}

/// Withdraw the consent
///
/// Recorded by the unit or the city. It ends the candidate, and takes it out of the public view at once; of a published
/// list it withholds name, deed and photos, while place, number and category stay.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate's id."), responses::IfMatchHeader, WithdrawConsentQuery),
    responses((status = 200, description = "The candidate, withdrawn or withheld.", body = Candidate), responses::BadQuery, responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Conflict, responses::Common)
)]
#[delete("/candidates/{id}/consent")]
pub async fn withdraw_consent(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<CandidateId>>,
    (if_match, query): (IfMatch, Query<WithdrawConsentQuery>),
) -> Result<Answer, Problem> {
    consents::may_withdraw(&caller)?;
    let id = id.value()?;
    let (candidate, _) = consents::find_consent(&state, &caller, id).await?;
    let version = if_match.matches(candidate.version)?;
    let reason = query.read()?.reason;
    let faults: Vec<Fault> = reason.iter().flat_map(|reason| text::paragraphs(reason, 500)).collect();
    if !faults.is_empty() {
        let faults = faults.into_iter().map(|fault| fault.under("/reason")).collect();
        return Err(Problem::with(Code::InvalidQuery, faults));
    }
    consents::withdraw_consent(&state, &caller, (id, version), reason).await?;
    let dossier = read::get_candidate(&state, &caller, id).await?;
    Answer::of(Candidate::of(dossier, Context::of(&request).language))
}
