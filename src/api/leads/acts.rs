//! What is done to a lead: it is given to somebody, promoted or dismissed.

use actix_web::{post, web::Path};

use super::{
    input::{AssignLeadRequest, DismissLeadRequest, PromoteLeadRequest},
    wire::Lead,
};
use crate::{
    api::{answer::Answer, body::Body, once::once, path::Segment, problem::Problem, responses, state::State},
    domain::{fault::Code, id::LeadId},
    service::{
        Caller,
        leads::{assign, dismiss, promote, read},
    },
};

/// The lead that is acted on, after role and subtree have been judged.
async fn named(state: &State, caller: &Caller, id: &Segment<LeadId>) -> Result<LeadId, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    read::get_lead(state, caller, id).await?;
    Ok(id)
}

/// Give a lead to somebody
///
/// To an organization of the caller's subtree, back to the district above the one that has it, or to the city. Who takes
/// it from an organization says why.
#[utoipa::path(
    tag = "leads",
    params(("id" = Uuid, Path, description = "The lead's id."), responses::IdempotencyHeader),
    request_body = AssignLeadRequest,
    responses((status = 201, description = "The lead as it is now.", body = Lead), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/leads/{id}/assignment")]
pub async fn assign_lead(
    state: State,
    caller: Caller,
    id: Path<Segment<LeadId>>,
    body: Body<AssignLeadRequest>,
) -> Result<Answer, Problem> {
    let id = named(&state, &caller, &id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let input = body.read()?.into();
            Lead::answer(assign::assign_lead(&state, &caller, id, input, attempt).await?)
        },
        async |_| Lead::answer(read::get_dealt_with(&state, id).await?),
    )
    .await
}

/// Promote a lead
///
/// To a new candidate of the intake cycle, of whom is said what the text could not give; or to an existing candidate, who
/// gets a further nomination. The reporter is the nominator and follows by account or tracking code; who promotes is the
/// operator. The lead's text, channel and operator are kept for good.
#[utoipa::path(
    tag = "leads",
    params(("id" = Uuid, Path, description = "The lead's id."), responses::IdempotencyHeader),
    request_body = PromoteLeadRequest,
    responses((status = 201, description = "The lead as it is now, with the candidate and the nomination.", body = Lead), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/leads/{id}/promotion")]
pub async fn promote_lead(
    state: State,
    caller: Caller,
    id: Path<Segment<LeadId>>,
    body: Body<PromoteLeadRequest>,
) -> Result<Answer, Problem> {
    let id = named(&state, &caller, &id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let promotion = body.read()?.promotion();
            let promotion = promotion.map_err(|faults| Problem::with(Code::ValidationFailed, faults))?;
            Lead::answer(promote::promote_lead(&state, &caller, id, promotion, attempt).await?)
        },
        async |_| Lead::answer(read::get_dealt_with(&state, id).await?),
    )
    .await
}

/// Dismiss a lead
///
/// With a reason. Text, reporter and what was read are erased after the days that the policy of its cycle says.
#[utoipa::path(
    tag = "leads",
    params(("id" = Uuid, Path, description = "The lead's id."), responses::IdempotencyHeader),
    request_body = DismissLeadRequest,
    responses((status = 201, description = "The lead as it is now.", body = Lead), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/leads/{id}/dismissal")]
pub async fn dismiss_lead(
    state: State,
    caller: Caller,
    id: Path<Segment<LeadId>>,
    body: Body<DismissLeadRequest>,
) -> Result<Answer, Problem> {
    let id = named(&state, &caller, &id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let reason = body.read()?.reason;
            Lead::answer(dismiss::dismiss_lead(&state, &caller, id, reason, attempt).await?)
        },
        async |_| Lead::answer(read::get_dealt_with(&state, id).await?),
    )
    .await
}
