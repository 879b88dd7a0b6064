//! Recommending somebody.

use actix_web::{HttpRequest, post};

use super::{input::CreateCandidateRequest, similar::shown_alike, wire::Candidate};
use crate::{
    api::{
        answer::Answer, body::Body, context::Context, language::Language, once::once, problem::Problem, responses,
        state::State,
    },
    domain::fault::Code,
    service::{
        Caller,
        candidates::nominate::{self, Nominated},
    },
};

/// Recommend somebody
///
/// Always open; the candidate runs in the intake cycle. Where the nominator has no account, be it the caller or the one for
/// whom staff type, the answer carries a tracking code, once, by which the nominator follows and edits the file. Reviewers
/// of the subtree and administrators are also shown its look-alikes, in `similar`.
#[utoipa::path(
    tag = "candidates",
    params(responses::IdempotencyHeader),
    request_body = CreateCandidateRequest,
    responses((status = 201, description = "The candidate.", body = Candidate), responses::Unauthenticated, responses::Forbidden, responses::Invalid, responses::Conflict, responses::Limited, responses::Common),
    security((), ("bearer" = []))
)]
#[post("/candidates")]
pub async fn create_candidate(
    state: State,
    caller: Caller,
    request: HttpRequest,
    body: Body<CreateCandidateRequest>,
) -> Result<Answer, Problem> {
    nominate::may_nominate(&caller)?;
    let language = Context::of(&request).language;
    let attempt = body.attempt(&caller)?;
    once(
        &state,
        attempt,
        async |attempt| {
            let input = body.read()?.recommendation();
            let input = input.map_err(|faults| Problem::with(Code::ValidationFailed, faults))?;
            shown(nominate::nominate(&state, &caller, input, attempt).await?, language)
        },
        async |first| shown(nominate::find_nominated(&state, &caller, first).await?, language),
    )
    .await
}

fn shown(nominated: Nominated, language: Language) -> Result<Answer, Problem> {
    let mut candidate = Candidate::of(nominated.dossier, language);
    candidate.similar = match nominated.similar {
        Some(similar) => Some(similar.into_iter().map(|one| shown_alike(one, language)).collect::<Result<_, _>>()?),
        None => None,
    };
    candidate.tracking_code = nominated.tracking_code.map(|code| code.to_string());
    let location = format!("/api/v1/candidates/{}", candidate.id);
    Answer::created(candidate, location)
}
