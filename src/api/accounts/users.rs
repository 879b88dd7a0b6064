//! The administrators' view of accounts.

use actix_web::{HttpRequest, get, patch, post, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::wire::{CreateUserRequest, UpdateUserRequest, User};
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
        role::RoleName,
        state::State,
    },
    domain::{id::UserId, role::Role},
    service::{
        Caller,
        accounts::users::{self, Registration, UserPatch},
    },
    storage::users::UserFilter,
};

/// Filters of the list of accounts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListUsersQuery {
    /// Of these roles; may be repeated.
    #[serde(default)]
    role: Vec<RoleName>,
    /// At this organization.
    organization_id: Option<Uuid>,
    /// Open or closed.
    active: Option<bool>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List accounts
///
/// In the order in which they were made.
#[utoipa::path(
    tag = "accounts",
    params(ListUsersQuery),
    responses((status = 200, description = "A page of accounts.", body = Page<User>), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/users")]
pub async fn list_users(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListUsersQuery>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::Admin])?;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, UserId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let filter = UserFilter {
        roles: query.role.into_iter().map(Into::into).collect(),
        organization_id: query.organization_id.map(Into::into),
        active: query.active,
    };
    let rows = users::list_users(&state, &caller, filter, page.after, page.rows()).await?;
    page.answer(rows, |row| (row.created_at, row.id), |row| Ok(User::from(row)))
}

/// Make an account
///
/// Of any role; a reviewer belongs to an organization of the own kind.
#[utoipa::path(
    tag = "accounts",
    params(responses::IdempotencyHeader),
    request_body = CreateUserRequest,
    responses((status = 201, description = "The account.", body = User), responses::Unauthenticated, responses::Forbidden, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/users")]
pub async fn create_user(state: State, caller: Caller, body: Body<CreateUserRequest>) -> Result<Answer, Problem> {
    caller.require(&[Role::Admin])?;
    let attempt = body.attempt(&caller)?;
    once(
        &state,
        attempt,
        async |attempt| {
            let input = body.read()?;
            let input = Registration {
                username: input.username,
                password: input.password,
                display_name: input.display_name,
                role: input.role.into(),
                organization_id: input.organization_id.map(Into::into),
            };
            let user = users::create_user(&state, &caller, input, attempt).await?;
            Answer::created(User::from(user.clone()), format!("/api/v1/users/{}", user.id))
        },
        async |first| {
            let user = users::get_user(&state, &caller, first.resource_id.into()).await?;
            Answer::created(User::from(user.clone()), format!("/api/v1/users/{}", user.id))
        },
    )
    .await
}

/// Read an account
///
/// For administrators.
#[utoipa::path(
    tag = "accounts",
    params(("id" = Uuid, Path, description = "The account's id.")),
    responses((status = 200, description = "The account.", body = User), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/users/{id}")]
pub async fn get_user(state: State, caller: Caller, id: Path<Segment<UserId>>) -> Result<Answer, Problem> {
    caller.require(&[Role::Admin])?;
    Answer::of(User::from(users::get_user(&state, &caller, id.value()?).await?))
}

/// Change an account
///
/// A changed role, organization, activity or password takes effect at once and ends the account's tokens.
#[utoipa::path(
    tag = "accounts",
    params(("id" = Uuid, Path, description = "The account's id."), responses::IfMatchHeader),
    request_body(content = UpdateUserRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The account as it is now.", body = User), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Precondition, responses::Conflict, responses::Common)
)]
#[patch("/users/{id}")]
pub async fn update_user(
    state: State,
    caller: Caller,
    id: Path<Segment<UserId>>,
    if_match: IfMatch,
    body: Body<UpdateUserRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::Admin])?;
    let id = id.value()?;
    let version = if_match.matches(users::get_user(&state, &caller, id).await?.version)?;
    let input = body.read()?;
    let patch = UserPatch {
        display_name: input.display_name.value(),
        role: input.role.value().map(Into::into),
        organization_id: input.organization_id.nullable().map(|id| id.map(Into::into)),
        active: input.active.value(),
        password: input.password.value(),
    };
    Answer::of(User::from(users::update_user(&state, &caller, (id, version), patch).await?))
}
