//! The people of an organization, and which citizens' memberships reviewers have confirmed.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl,
    RunQueryDsl,
};

use super::{
    Connection, StoreError,
    schema::{membership_confirmations, users},
    sql_values::At,
};
use crate::domain::{
    id::{OrganizationId, UserId},
    membership::{Confirmation, Member, MembershipStatus},
    role::Role,
};

type MemberRow = (UserId, String, String, Role, Option<OrganizationId>, DateTime<Utc>, Option<(UserId, DateTime<Utc>)>);

/// The roles whose accounts are people of their organization; administrators and services are nobody's.
#[must_use]
pub fn counted_roles() -> Vec<Role> {
    Role::ALL.iter().copied().filter(|role| role.is_voter()).collect()
}

/// Open accounts of people at an organization, with their confirmations there.
macro_rules! members_at {
    ($organization:expr) => {
        users::table
            .left_join(
                membership_confirmations::table.on(membership_confirmations::user_id
                    .eq(users::id)
                    .and(users::organization_id.eq(membership_confirmations::organization_id.nullable()))),
            )
            .filter(users::organization_id.eq($organization))
            .filter(users::active.eq(true))
            .filter(users::role.eq_any(counted_roles()))
            .select((
                users::id,
                users::username,
                users::display_name,
                users::role,
                users::organization_id,
                users::created_at,
                (membership_confirmations::confirmed_by, membership_confirmations::confirmed_at).nullable(),
            ))
    };
}

fn read(row: MemberRow) -> Option<Member> {
    let (user, username, display_name, role, organization, created_at, confirmation) = row;
    let confirmation = confirmation.map(|(by, at)| Confirmation { by, at });
    Some(Member { user, username, display_name, role, organization: organization?, created_at, confirmation })
}

/// Finds a member of an organization.
pub fn find(
    connection: &mut Connection,
    organization: OrganizationId,
    user: UserId,
) -> Result<Option<Member>, StoreError> {
    let row: Option<MemberRow> = members_at!(organization).filter(users::id.eq(user)).first(connection).optional()?;
    Ok(row.and_then(read))
}

/// One page of an organization's members in the order of entry.
pub fn list(
    connection: &mut Connection,
    organization: OrganizationId,
    status: Option<MembershipStatus>,
    after: Option<(DateTime<Utc>, UserId)>,
    limit: i64,
) -> Result<Vec<Member>, StoreError> {
    let mut query = members_at!(organization).into_boxed();
    let confirmed = membership_confirmations::user_id.nullable();
    query = match status {
        None => query,
        Some(MembershipStatus::Claimed) => query.filter(users::role.eq(Role::Citizen).and(confirmed.is_null())),
        Some(MembershipStatus::Confirmed) => query.filter(users::role.ne(Role::Citizen).or(confirmed.is_not_null())),
    };
    if let Some((created_at, id)) = after {
        let same_moment = users::created_at.eq(At(created_at)).and(users::id.gt(id));
        query = query.filter(users::created_at.gt(At(created_at)).or(same_moment));
    }
    let rows: Vec<MemberRow> = query.order((users::created_at, users::id)).limit(limit).load(connection)?;
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Notes that a reviewer has confirmed a citizen's membership, in the place of an earlier confirmation elsewhere.
pub fn confirm(
    connection: &mut Connection,
    (user, organization): (UserId, OrganizationId),
    confirmation: Confirmation,
) -> Result<(), StoreError> {
    end(connection, user)?;
    let values = (
        membership_confirmations::user_id.eq(user),
        membership_confirmations::organization_id.eq(organization),
        membership_confirmations::confirmed_by.eq(confirmation.by),
        membership_confirmations::confirmed_at.eq(At(confirmation.at)),
    );
    on_either!(connection, inner => diesel::insert_into(membership_confirmations::table)
        .values(values)
        .on_conflict_do_nothing()
        .execute(inner)?);
    Ok(())
}

/// Ends an account's confirmation, if it has one; false when it has none.
pub fn end(connection: &mut Connection, user: UserId) -> Result<bool, StoreError> {
    Ok(diesel::delete(membership_confirmations::table.find(user)).execute(connection)? == 1)
}
