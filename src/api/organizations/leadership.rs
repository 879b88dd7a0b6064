//! The leadership group of an organization.

use actix_web::{get, put, web::Path};

use super::wire::{Leadership, ReplaceLeadershipRequest};
use crate::{
    api::{
        answer::Answer, body::Body, path::Segment, precondition::IfMatch, problem::Problem, responses, state::State,
    },
    domain::{id::OrganizationId, role::Role},
    service::{Caller, leadership},
};

/// Read a leadership group
///
/// Empty where none was entered.
#[utoipa::path(
    tag = "organizations",
    params(("id" = Uuid, Path, description = "The organization's id.")),
    responses((status = 200, description = "The group.", body = Leadership), responses::NotFound, responses::Unchanged, responses::Common),
    security(())
)]
#[get("/organizations/{id}/leadership")]
pub async fn get_leadership(state: State, id: Path<Segment<OrganizationId>>) -> Result<Answer, Problem> {
    Ok(Answer::of(Leadership::from(leadership::get_leadership(&state, id.value()?).await?))?.public(0))
}

/// Replace a leadership group
///
/// What is left out is empty afterwards.
#[utoipa::path(
    tag = "organizations",
    params(("id" = Uuid, Path, description = "The organization's id."), responses::IfMatchHeader),
    request_body = ReplaceLeadershipRequest,
    responses((status = 200, description = "The group as it is now.", body = Leadership), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Precondition, responses::Common)
)]
#[put("/organizations/{id}/leadership")]
pub async fn replace_leadership(
    state: State,
    caller: Caller,
    id: Path<Segment<OrganizationId>>,
    if_match: IfMatch,
    body: Body<ReplaceLeadershipRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::Admin])?;
    let id = id.value()?;
    let version = if_match.matches(leadership::get_leadership(&state, id).await?.1)?;
    let group = body.read()?.into();
    Answer::of(Leadership::from(leadership::replace_leadership(&state, &caller, (id, version), group).await?))
}
