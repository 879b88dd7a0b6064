//! Who could decide: the active reviewers of organizations.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, RunQueryDsl};

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

/// The active reviewers of a role at active organizations, by organization.
pub fn active_at(
    connection: &mut Connection,
    role: Role,
    organizations: &BTreeSet<OrganizationId>,
) -> Result<BTreeMap<OrganizationId, Vec<Reviewer>>, StoreError> {
    let rows: Vec<(OrganizationId, UserId, Option<Vec<u8>>)> = users::table
        .inner_join(organizations::table.on(users::organization_id.eq(organizations::id.nullable())))
        .filter(organizations::id.eq_any(organizations.clone()))
        .filter(organizations::active.eq(true))
        .filter(users::role.eq(role))
        .filter(users::active.eq(true))
        .select((organizations::id, users::id, users::phone_index))
        .load(connection)?;
    let mut reviewers: BTreeMap<OrganizationId, Vec<Reviewer>> = BTreeMap::new();
    for (organization, id, phone_index) in rows {
        reviewers.entry(organization).or_default().push(Reviewer { id, phone_index });
    }
    Ok(reviewers)
}

/// The names shown of some accounts.
pub fn names(connection: &mut Connection, ids: &[UserId]) -> Result<BTreeMap<UserId, String>, StoreError> {
    let rows: Vec<(UserId, String)> = users::table
        .filter(users::id.eq_any(ids.to_vec()))
        .select((users::id, users::display_name))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}
