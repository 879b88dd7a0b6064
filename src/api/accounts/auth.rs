//! Registering, signing in, staying signed in, signing out.

use actix_web::post;

use super::wire::{LoginRequest, RefreshRequest, RegisterRequest, TokenResponse, User};
use crate::{
    api::{answer::Answer, body::Body, credentials::Unsigned, problem::Problem, responses, state::State},
    domain::role::Role,
    service::accounts::{
        sessions,
        users::{self, Registration},
    },
};

/// Register a citizen's account
///
/// Anybody may have an account. Reviewers' accounts are made by an administrator.
#[utoipa::path(
    tag = "accounts",
    request_body = RegisterRequest,
    responses((status = 201, description = "The account.", body = User), responses::Invalid, responses::Conflict, responses::Limited, responses::Common),
    security(())
)]
#[post("/auth/register")]
pub async fn register(
    state: State,
    Unsigned(caller): Unsigned,
    body: Body<RegisterRequest>,
) -> Result<Answer, Problem> {
    let input = body.read()?;
    let input = Registration {
        username: input.username,
        password: input.password,
        display_name: input.display_name,
        role: Role::Citizen,
        organization_id: input.organization_id.map(Into::into),
    };
    let user = users::register(&state, &caller, input).await?;
    Answer::created(User::from(user), "/api/v1/me")
}

/// Sign in
///
/// Gives an access token for 15 minutes and a refresh token for 30 days. After five failures in a row an account is
/// locked for 15 minutes.
#[utoipa::path(
    tag = "accounts",
    request_body = LoginRequest,
    responses((status = 200, description = "The tokens.", body = TokenResponse), responses::Invalid, responses::Unauthenticated, responses::Limited, responses::Common),
    security(())
)]
#[post("/auth/login")]
pub async fn login(state: State, Unsigned(caller): Unsigned, body: Body<LoginRequest>) -> Result<Answer, Problem> {
    let input = body.read()?;
    let session = sessions::login(&state, &caller, &input.username, input.password).await?;
    Answer::plain(&TokenResponse::from(session))
}

/// Exchange a refresh token
///
/// Each refresh token can be used once; using an old one again ends the whole family of tokens.
#[utoipa::path(
    tag = "accounts",
    request_body = RefreshRequest,
    responses((status = 200, description = "The next tokens.", body = TokenResponse), responses::Invalid, responses::Unauthenticated, responses::Limited, responses::Common),
    security(())
)]
#[post("/auth/refresh")]
pub async fn refresh(state: State, Unsigned(caller): Unsigned, body: Body<RefreshRequest>) -> Result<Answer, Problem> {
    let session = sessions::refresh(&state, &caller, &body.read()?.refresh_token).await?;
    Answer::plain(&TokenResponse::from(session))
}

/// Sign out
///
/// Ends the family of the refresh token. The access token runs out by itself within 15 minutes.
#[utoipa::path(
    tag = "accounts",
    request_body = RefreshRequest,
    responses((status = 204, description = "Signed out."), responses::Invalid, responses::Common),
    security(())
)]
#[post("/auth/logout")]
pub async fn logout(state: State, body: Body<RefreshRequest>) -> Result<Answer, Problem> {
    sessions::logout(&state, &body.read()?.refresh_token).await?;
    Ok(Answer::nothing())
}
