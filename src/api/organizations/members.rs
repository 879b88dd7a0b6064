//! The people of an organization, for its reviewers.

use actix_web::{HttpRequest, delete, get, http::StatusCode, post, web::Path};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    api::{
        answer::{Answer, representations},
        page::{Page, PageRequest},
        path::Segment,
        precondition::IfMatch,
        problem::Problem,
        query::Query,
        responses,
        role::{RoleName, mirrored},
        state::State,
    },
    domain::{
        fault::Code,
        id::{OrganizationId, UserId},
        membership::{self, MembershipStatus},
    },
    service::{Caller, memberships},
};

mirrored! {
    /// How sure it is that somebody belongs to an organization.
    MembershipStatusName = MembershipStatus {
        /// The account says so.
        Claimed,
        /// A reviewer has confirmed it, or the account is one of the staff.
        Confirmed,
    }
}

/// Somebody with an open account at an organization.
#[derive(Serialize, ToSchema)]
pub struct Member {
    /// The account.
    pub user_id: Uuid,
    /// The name to sign in with.
    pub username: String,
    /// The name shown.
    #[schema(examples("王芳"))]
    pub display_name: String,
    /// What the account may do.
    pub role: RoleName,
    /// Where it belongs.
    pub organization_id: Uuid,
    /// How sure that is.
    pub status: MembershipStatusName,
    /// The reviewer who confirmed it; staff need nobody.
    pub confirmed_by: Option<Uuid>,
    /// When it was confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// To be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(Member);

impl From<membership::Member> for Member {
    fn from(member: membership::Member) -> Self {
        Self {
            user_id: member.user.into(),
            organization_id: member.organization.into(),
            status: member.status().into(),
            confirmed_by: member.confirmation.map(|confirmation| confirmation.by.into()),
            confirmed_at: member.confirmation.map(|confirmation| confirmation.at),
            created_at: member.created_at,
            role: member.role.into(),
            etag: String::new(),
            version: member.version(),
            username: member.username,
            display_name: member.display_name,
        }
    }
}

/// Filters of the list of members.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListMembersQuery {
    /// Claimed or confirmed ones alone.
    status: Option<MembershipStatusName>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List the members of an organization
///
/// Citizens whose open accounts name it, and its staff, in the order in which the accounts were made; those of the
/// organizations below are listed there. For the reviewers in whose subtree it lies.
#[utoipa::path(
    tag = "participation",
    params(("id" = Uuid, Path, description = "The organization's id."), ListMembersQuery),
    responses((status = 200, description = "A page of members.", body = Page<Member>), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::BadQuery, responses::Common)
)]
#[get("/organizations/{id}/members")]
pub async fn list_members(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<OrganizationId>>,
    query: Query<ListMembersQuery>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    memberships::require_inside(&state, &caller, id).await?;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, UserId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let status = query.status.map(Into::into);
    let rows = memberships::list_members(&state, &caller, (id, status), page.after, page.rows()).await?;
    page.answer(rows, |row| (row.created_at, row.user), |row| Ok(Member::from(row)))
}

/// Confirm a member
///
/// That a citizen belongs where the account says. It counts for participation only, and ends when the account's
/// organization changes. Confirmed before, the answer is 200 and nothing changes. Takes no body.
#[utoipa::path(
    tag = "participation",
    params(("id" = Uuid, Path, description = "The organization's id."), ("user_id" = Uuid, Path, description = "The account's id.")),
    responses((status = 201, description = "The membership is confirmed.", body = Member), (status = 200, description = "It was confirmed before.", body = Member), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[post("/organizations/{id}/members/{user_id}/confirmation")]
pub async fn confirm_member(
    state: State,
    caller: Caller,
    path: Path<(Segment<OrganizationId>, Segment<UserId>)>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let (organization, user) = path.into_inner();
    let confirmed = memberships::confirm_member(&state, &caller, (organization.value()?, user.value()?)).await?;
    let status = if confirmed.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(Answer::of(Member::from(confirmed.member))?.with_status(status))
}

/// Take the confirmation of a member back
///
/// The membership is claimed again. 404 where none was given; staff need none.
#[utoipa::path(
    tag = "participation",
    params(("id" = Uuid, Path, description = "The organization's id."), ("user_id" = Uuid, Path, description = "The account's id."), responses::IfMatchHeader),
    responses((status = 204, description = "It is gone."), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Common)
)]
#[delete("/organizations/{id}/members/{user_id}/confirmation")]
pub async fn end_confirmation(
    state: State,
    caller: Caller,
    path: Path<(Segment<OrganizationId>, Segment<UserId>)>,
    if_match: IfMatch,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let (organization, user) = path.into_inner();
    let whose = (organization.value()?, user.value()?);
    let member = memberships::get_member(&state, &caller, whose).await?;
    if !memberships::has_confirmation(&member) {
        return Err(Problem::of(Code::NotFound));
    }
    let version = if_match.matches(member.version())?;
    memberships::end_confirmation(&state, &caller, whose, version).await?;
    Ok(Answer::nothing())
}
