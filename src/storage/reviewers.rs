//! Who could decide: the active reviewers of organizations.

use std::collections::BTreeMap;

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::{
    Connection, StoreError,
    schema::{organizations, users},
};
use crate::domain::{
    id::{OrganizationId, UserId},
    role::Role,
};

/// A reviewer, as far as it matters for whom it may judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewer {
    /// The account.
    pub id: UserId,
    /// Blind index of the account's telephone, by which own nominations are recognised.
    pub phone_index: Option<Vec<u8>>,
}

/// The active reviewers of a role at active organizations.
pub fn active_at(
    connection: &mut Connection,
    role: Role,
    organizations: &[OrganizationId],
) -> Result<Vec<Reviewer>, StoreError> {
    let active = organizations::table
        .filter(organizations::id.eq_any(organizations.to_vec()))
        .filter(organizations::active.eq(true))
        .select(organizations::id);
    let active: Vec<OrganizationId> = active.load(connection)?;
    let rows: Vec<(UserId, Option<Vec<u8>>)> = users::table
        .filter(users::role.eq(role))
        .filter(users::active.eq(true))
        .filter(users::organization_id.eq_any(active.into_iter().map(Some).collect::<Vec<_>>()))
        .select((users::id, users::phone_index))
        .load(connection)?;
    Ok(rows.into_iter().map(|(id, phone_index)| Reviewer { id, phone_index }).collect())
}

/// The names shown of some accounts.
pub fn names(connection: &mut Connection, ids: &[UserId]) -> Result<BTreeMap<UserId, String>, StoreError> {
    let rows: Vec<(UserId, String)> = users::table
        .filter(users::id.eq_any(ids.to_vec()))
        .select((users::id, users::display_name))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}
