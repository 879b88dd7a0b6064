//! Reading, entering and ending delegations.

use actix_web::{HttpRequest, get, post, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::wire::{CreateDelegationRequest, Delegate, Delegation, DelegationStatusName, RevokeDelegationRequest};
use crate::{
    api::{
        answer::Answer,
        body::Body,
        once::once,
        page::{Page, PageRequest},
        path::Segment,
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::id::{DelegationId, UserId},
    service::{
        Caller,
        delegations::{self, Delegations, Mine, ROLES, Shown},
    },
};

/// Whose side of a delegation.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DelegationSide {
    /// Those that the caller gave.
    Given,
    /// Those that the caller was given.
    Received,
}

impl From<DelegationSide> for Mine {
    fn from(side: DelegationSide) -> Self {
        match side {
            DelegationSide::Given => Self::Given,
            DelegationSide::Received => Self::Received,
        }
    }
}

/// Filters of the list of delegations.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListDelegationsQuery {
    /// Standing so; may be repeated.
    #[serde(default)]
    status: Vec<DelegationStatusName>,
    /// The caller's own of one side.
    #[param(inline)]
    mine: Option<DelegationSide>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List delegations
///
/// The one that was entered last first: to a reviewer those given or received, to an administrator all.
#[utoipa::path(
    tag = "delegations",
    params(ListDelegationsQuery),
    responses((status = 200, description = "A page of delegations.", body = Page<Delegation>), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/delegations")]
pub async fn list_delegations(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListDelegationsQuery>,
) -> Result<Answer, Problem> {
    caller.require(&ROLES)?;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, DelegationId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let statuses = query.status.into_iter().map(Into::into).collect();
    let wanted = Delegations { statuses, mine: query.mine.map(Into::into) };
    let rows = delegations::list_delegations(&state, &caller, wanted, page.after, page.rows()).await?;
    let key = |row: &Shown| (row.delegation.created_at, row.delegation.id);
    page.answer(rows, key, |row| Ok(Delegation::from(row)))
}

/// Let somebody stand in
///
/// 代理: a reviewer who is away names another one of the own organization, or of one above or below it in the same line,
/// who on these days may act in the reviewer's place (header `Acting-For`). An administrator may enter one for somebody.
/// Days are those of the campaign's clock; both belong to it. Two of one delegator with a day in common are refused (409
/// `delegation_overlaps`). What is delegated cannot be passed on. Both are told.
#[utoipa::path(
    tag = "delegations",
    params(responses::IdempotencyHeader),
    request_body = CreateDelegationRequest,
    responses((status = 201, description = "The delegation.", body = Delegation), responses::Unauthenticated, responses::Forbidden, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/delegations")]
pub async fn create_delegation(
    state: State,
    caller: Caller,
    body: Body<CreateDelegationRequest>,
) -> Result<Answer, Problem> {
    caller.require(&ROLES)?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let input = body.read()?.into();
            created(delegations::create_delegation(&state, &caller, input, attempt).await?)
        },
        async |first| created(delegations::get_delegation(&state, &caller, first.resource_id.into()).await?),
    )
    .await
}

fn created(shown: Shown) -> Result<Answer, Problem> {
    let address = format!("/api/v1/delegations/{}", shown.delegation.id);
    Answer::created(Delegation::from(shown), address)
}

/// Read a delegation
///
/// By the two whom it concerns, and administrators.
#[utoipa::path(
    tag = "delegations",
    params(("id" = Uuid, Path, description = "The delegation's id.")),
    responses((status = 200, description = "The delegation.", body = Delegation), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/delegations/{id}")]
pub async fn get_delegation(state: State, caller: Caller, id: Path<Segment<DelegationId>>) -> Result<Answer, Problem> {
    caller.require(&ROLES)?;
    Answer::of(Delegation::from(delegations::get_delegation(&state, &caller, id.value()?).await?))
}

/// End a delegation
///
/// At once, on every server: the delegator takes it back, the delegate declines it, an administrator does either. One that
/// is over by its days or was ended before is 409 `transition_not_allowed`.
#[utoipa::path(
    tag = "delegations",
    params(("id" = Uuid, Path, description = "The delegation's id."), responses::IdempotencyHeader),
    request_body = RevokeDelegationRequest,
    responses((status = 201, description = "The delegation as it is now.", body = Delegation), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/delegations/{id}/revocation")]
pub async fn revoke_delegation(
    state: State,
    caller: Caller,
    id: Path<Segment<DelegationId>>,
    body: Body<RevokeDelegationRequest>,
) -> Result<Answer, Problem> {
    caller.require(&ROLES)?;
    let id = id.value()?;
    delegations::get_delegation(&state, &caller, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let reason = body.read()?.reason;
            created(delegations::revoke_delegation(&state, &caller, (id, reason), attempt).await?)
        },
        async |_| created(delegations::get_delegation(&state, &caller, id).await?),
    )
    .await
}

/// For whom a stand-in is looked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListDelegatesQuery {
    /// Who is away, where an administrator asks; for reviewers it is always the caller.
    delegator: Option<Uuid>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List who may stand in
///
/// The reviewers with open accounts of the delegator's organization and of those above and below it in the same line, in the
/// order of entry.
#[utoipa::path(
    tag = "delegations",
    params(ListDelegatesQuery),
    responses((status = 200, description = "A page of reviewers.", body = Page<Delegate>), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/delegates")]
pub async fn list_delegates(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListDelegatesQuery>,
) -> Result<Answer, Problem> {
    caller.require(&ROLES)?;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, UserId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let delegator = query.delegator.map(Into::into);
    let rows = delegations::list_eligible(&state, &caller, delegator, page.after, page.rows()).await?;
    page.answer_plain(rows, |row| (row.created_at, row.id), |row| Ok(Delegate::from(row)))
}
