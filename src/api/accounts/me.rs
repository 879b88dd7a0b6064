//! One's own account.

use actix_web::{get, patch, put};

use super::wire::{ChangePasswordRequest, Me, StandIn, UpdateMeRequest, User};
use crate::{
    api::{answer::Answer, body::Body, precondition::IfMatch, problem::Problem, responses, state::State},
    service::{
        Caller,
        accounts::profile::{self, ProfilePatch},
        delegations,
    },
    storage::users::UserRow,
};

/// Read one's own account
///
/// Role and organization are those that hold now, not those of the token. With those for whom the account may act now.
#[utoipa::path(
    tag = "accounts",
    responses((status = 200, description = "The account.", body = Me), responses::Unauthenticated, responses::Forbidden, responses::Common)
)]
#[get("/me")]
pub async fn get_me(state: State, caller: Caller) -> Result<Answer, Problem> {
    shown(&state, &caller, profile::get_me(&state, &caller).await?).await
}

/// Change one's own account
///
/// Role and organization of staff are changed by the administrator.
#[utoipa::path(
    tag = "accounts",
    params(responses::IfMatchHeader),
    request_body(content = UpdateMeRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The account as it is now.", body = Me), responses::Unauthenticated, responses::Forbidden, responses::Invalid, responses::Precondition, responses::Common)
)]
#[patch("/me")]
pub async fn update_me(
    state: State,
    caller: Caller,
    if_match: IfMatch,
    body: Body<UpdateMeRequest>,
) -> Result<Answer, Problem> {
    let version = if_match.matches(profile::get_me(&state, &caller).await?.version)?;
    let input = body.read()?;
    let patch = ProfilePatch { display_name: input.display_name.value(), phone: input.phone.nullable() };
    shown(&state, &caller, profile::update_me(&state, &caller, version, patch).await?).await
}

async fn shown(state: &State, caller: &Caller, user: UserRow) -> Result<Answer, Problem> {
    let stand_ins = delegations::list_stand_ins(state, caller).await?;
    Answer::of(Me { user: User::from(user), acting_for: stand_ins.into_iter().map(StandIn::from).collect() })
}

/// Change one's own password
///
/// Everything signed in with the account is signed out, this client too.
#[utoipa::path(
    tag = "accounts",
    request_body = ChangePasswordRequest,
    responses((status = 204, description = "Changed."), responses::Unauthenticated, responses::Forbidden, responses::Invalid, responses::Limited, responses::Common)
)]
#[put("/me/password")]
pub async fn change_password(
    state: State,
    caller: Caller,
    body: Body<ChangePasswordRequest>,
) -> Result<Answer, Problem> {
    caller.account()?;
    let input = body.read()?;
    profile::change_password(&state, &caller, input.current_password, input.new_password).await?;
    Ok(Answer::nothing())
}
