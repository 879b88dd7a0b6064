//! Organizations: listed and read by everybody, kept by administrators.

use actix_web::{HttpRequest, get, patch, post, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::wire::{CreateOrganizationRequest, Organization, OrganizationKind, UpdateOrganizationRequest};
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
        state::State,
    },
    domain::{id::OrganizationId, organization, role::Role},
    service::{Caller, organizations},
    storage::organizations::OrganizationFilter,
};

/// Filters of the list of organizations.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListOrganizationsQuery {
    /// Of these kinds; may be repeated.
    #[serde(default)]
    kind: Vec<OrganizationKind>,
    /// Directly below this organization.
    parent: Option<Uuid>,
    /// This district and all below it.
    district: Option<Uuid>,
    /// Open or closed.
    active: Option<bool>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List organizations
///
/// In the order in which they were entered.
#[utoipa::path(
    tag = "organizations",
    params(ListOrganizationsQuery),
    responses((status = 200, description = "A page of organizations.", body = Page<Organization>), responses::BadQuery, responses::Unchanged, responses::Common),
    security(())
)]
#[get("/organizations")]
pub async fn list_organizations(
    state: State,
    request: HttpRequest,
    query: Query<ListOrganizationsQuery>,
) -> Result<Answer, Problem> {
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, OrganizationId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let filter = OrganizationFilter {
        kinds: query.kind.into_iter().map(Into::into).collect(),
        parent_id: query.parent.map(Into::into),
        district_id: query.district.map(Into::into),
        active: query.active,
    };
    let rows = organizations::list_organizations(&state, filter, page.after, page.rows()).await?;
    let key = |row: &organization::Organization| (row.created_at, row.id);
    Ok(page.answer(rows, key, |row| Ok(Organization::from(row)))?.public(0))
}

/// Enter an organization
///
/// One deployment serves one city: a second one is refused.
#[utoipa::path(
    tag = "organizations",
    params(responses::IdempotencyHeader),
    request_body = CreateOrganizationRequest,
    responses((status = 201, description = "The organization.", body = Organization), responses::Unauthenticated, responses::Forbidden, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/organizations")]
pub async fn create_organization(
    state: State,
    caller: Caller,
    body: Body<CreateOrganizationRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::Admin])?;
    let attempt = body.attempt(&caller)?;
    once(
        &state,
        attempt,
        async |attempt| {
            let input = body.read()?.into();
            created(organizations::create_organization(&state, &caller, input, attempt).await?)
        },
        async |first| created(organizations::get_organization(&state, first.resource_id.into()).await?),
    )
    .await
}

fn created(organization: organization::Organization) -> Result<Answer, Problem> {
    let address = format!("/api/v1/organizations/{}", organization.id);
    Answer::created(Organization::from(organization), address)
}

/// Read an organization
///
/// A node of the tree city → district → unit.
#[utoipa::path(
    tag = "organizations",
    params(("id" = Uuid, Path, description = "The organization's id.")),
    responses((status = 200, description = "The organization.", body = Organization), responses::NotFound, responses::Unchanged, responses::Common),
    security(())
)]
#[get("/organizations/{id}")]
pub async fn get_organization(state: State, id: Path<Segment<OrganizationId>>) -> Result<Answer, Problem> {
    let organization = organizations::get_organization(&state, id.value()?).await?;
    Ok(Answer::of(Organization::from(organization))?.public(0))
}

/// Change an organization
///
/// One with open candidates is neither moved nor closed, one with waiting leads is not closed. A move takes effect at once for its reviewers.
#[utoipa::path(
    tag = "organizations",
    params(("id" = Uuid, Path, description = "The organization's id."), responses::IfMatchHeader),
    request_body(content = UpdateOrganizationRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The organization as it is now.", body = Organization), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Precondition, responses::Conflict, responses::Common)
)]
#[patch("/organizations/{id}")]
pub async fn update_organization(
    state: State,
    caller: Caller,
    id: Path<Segment<OrganizationId>>,
    if_match: IfMatch,
    body: Body<UpdateOrganizationRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::Admin])?;
    let id = id.value()?;
    let version = if_match.matches(organizations::get_organization(&state, id).await?.version)?;
    let patch = body.read()?.into();
    Answer::of(Organization::from(organizations::update_organization(&state, &caller, (id, version), patch).await?))
}
