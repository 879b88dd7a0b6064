//! Who stands in for whom.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, IntoSql, JoinOnDsl, NullableExpressionMethods,
    OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper, sql_types::Bool,
};

use super::{
    Connection, StoreError, locks,
    schema::{delegations, organizations, users},
    sql_values::At,
};
use crate::domain::{
    delegation::{Delegation, DelegationStatus, Post, Revocation},
    id::{DelegationId, OrganizationId, UserId},
    organization::{Organization, OrganizationKind},
    role::Role,
};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = delegations, treat_none_as_default_value = false)]
struct DelegationRow {
    id: DelegationId,
    delegator_id: UserId,
    delegator_role: Role,
    delegator_organization_id: OrganizationId,
    delegate_id: UserId,
    delegate_role: Role,
    delegate_organization_id: OrganizationId,
    begins_at: At,
    ends_at: At,
    reason: String,
    entered_by: UserId,
    revoked_by: Option<UserId>,
    revoked_at: Option<At>,
    revoked_reason: Option<String>,
    version: i64,
    created_at: At,
}

impl From<&Delegation> for DelegationRow {
    fn from(delegation: &Delegation) -> Self {
        let revocation = delegation.revocation.as_ref();
        Self {
            id: delegation.id,
            delegator_id: delegation.delegator,
            delegator_role: delegation.delegator_post.role,
            delegator_organization_id: delegation.delegator_post.organization,
            delegate_id: delegation.delegate,
            delegate_role: delegation.delegate_post.role,
            delegate_organization_id: delegation.delegate_post.organization,
            begins_at: At(delegation.begins_at),
            ends_at: At(delegation.ends_at),
            reason: delegation.reason.clone(),
            entered_by: delegation.entered_by,
            revoked_by: revocation.map(|revocation| revocation.by),
            revoked_at: revocation.map(|revocation| At(revocation.at)),
            revoked_reason: revocation.and_then(|revocation| revocation.reason.clone()),
            version: delegation.version,
            created_at: At(delegation.created_at),
        }
    }
}

impl From<DelegationRow> for Delegation {
    fn from(row: DelegationRow) -> Self {
        let revocation = match (row.revoked_by, row.revoked_at) {
            (Some(by), Some(at)) => Some(Revocation { by, at: at.0, reason: row.revoked_reason }),
            _ => None,
        };
        Self {
            id: row.id,
            delegator: row.delegator_id,
            delegator_post: Post { role: row.delegator_role, organization: row.delegator_organization_id },
            delegate: row.delegate_id,
            delegate_post: Post { role: row.delegate_role, organization: row.delegate_organization_id },
            begins_at: row.begins_at.0,
            ends_at: row.ends_at.0,
            reason: row.reason,
            entered_by: row.entered_by,
            revocation,
            version: row.version,
            created_at: row.created_at.0,
        }
    }
}

/// Adds a delegation.
pub fn insert(connection: &mut Connection, delegation: &Delegation) -> Result<(), StoreError> {
    diesel::insert_into(delegations::table).values(DelegationRow::from(delegation)).execute(connection)?;
    Ok(())
}

/// Finds a delegation.
pub fn find(connection: &mut Connection, id: DelegationId) -> Result<Option<Delegation>, StoreError> {
    let row = delegations::table.find(id).select(DelegationRow::as_select()).first(connection).optional()?;
    Ok(row.map(Delegation::from))
}

/// Holds a delegation against every other writer and returns it.
pub fn find_locked(connection: &mut Connection, id: DelegationId) -> Result<Option<Delegation>, StoreError> {
    locks::delegation(connection, id)?;
    find(connection, id)
}

/// Finds a delegation of somebody's that was not revoked and has a moment of some in common. The delegator's account is held.
pub fn find_overlapping(
    connection: &mut Connection,
    delegator: UserId,
    (begins_at, ends_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Option<DelegationId>, StoreError> {
    Ok(delegations::table
        .filter(delegations::delegator_id.eq(delegator))
        .filter(delegations::revoked_at.is_null())
        .filter(delegations::begins_at.lt(At(ends_at)))
        .filter(delegations::ends_at.gt(At(begins_at)))
        .order((delegations::begins_at, delegations::id))
        .select(delegations::id)
        .first(connection)
        .optional()?)
}

/// Notes that a delegation that is held was taken back or declined.
pub fn set_revoked(connection: &mut Connection, id: DelegationId, revocation: &Revocation) -> Result<(), StoreError> {
    diesel::update(delegations::table.find(id))
        .set((
            delegations::revoked_by.eq(Some(revocation.by)),
            delegations::revoked_at.eq(Some(At(revocation.at))),
            delegations::revoked_reason.eq(revocation.reason.clone()),
            delegations::version.eq(delegations::version + 1),
        ))
        .execute(connection)?;
    Ok(())
}

/// Whose delegations: those somebody gave, those somebody was given.
#[derive(Clone, Debug, Default)]
pub struct DelegationFilter {
    /// Given by this account.
    pub delegator: Option<UserId>,
    /// Given to this account.
    pub delegate: Option<UserId>,
    /// Given by or to this account.
    pub party: Option<UserId>,
    /// Standing so; of any where nothing is said.
    pub statuses: Vec<DelegationStatus>,
}

/// One page, the one that was entered last first. `now` tells how they stand.
pub fn list(
    connection: &mut Connection,
    (filter, now): (&DelegationFilter, DateTime<Utc>),
    after: Option<(DateTime<Utc>, DelegationId)>,
    limit: i64,
) -> Result<Vec<Delegation>, StoreError> {
    let mut query = delegations::table.select(DelegationRow::as_select()).into_boxed();
    if let Some(delegator) = filter.delegator {
        query = query.filter(delegations::delegator_id.eq(delegator));
    }
    if let Some(delegate) = filter.delegate {
        query = query.filter(delegations::delegate_id.eq(delegate));
    }
    if let Some(party) = filter.party {
        query = query.filter(delegations::delegator_id.eq(party).or(delegations::delegate_id.eq(party)));
    }
    if !filter.statuses.is_empty() {
        let wants = |status| filter.statuses.contains(&status).into_sql::<Bool>();
        let stands = || delegations::revoked_at.is_null();
        let (begins, ends) = (delegations::begins_at, delegations::ends_at);
        let scheduled = wants(DelegationStatus::Scheduled).and(stands()).and(begins.gt(At(now)));
        let in_force = wants(DelegationStatus::InForce).and(stands()).and(begins.le(At(now))).and(ends.gt(At(now)));
        let over = wants(DelegationStatus::Ended).and(stands()).and(ends.le(At(now)));
        let revoked = wants(DelegationStatus::Revoked).and(delegations::revoked_at.is_not_null());
        query = query.filter(scheduled.or(in_force).or(over).or(revoked));
    }
    if let Some((at, id)) = after {
        let same_moment = delegations::created_at.eq(At(at)).and(delegations::id.lt(id));
        query = query.filter(delegations::created_at.lt(At(at)).or(same_moment));
    }
    let order = (delegations::created_at.desc(), delegations::id.desc());
    let rows: Vec<DelegationRow> = query.order(order).limit(limit).load(connection)?;
    Ok(rows.into_iter().map(Delegation::from).collect())
}

/// A reviewer who may stand in for those of an organization.
#[derive(Clone, Debug)]
pub struct Eligible {
    /// The account.
    pub id: UserId,
    /// The name shown.
    pub name: String,
    /// What the account does.
    pub role: Role,
    /// Where.
    pub organization: (OrganizationId, String),
    /// When the account was made.
    pub created_at: DateTime<Utc>,
}

/// One page of the open accounts of reviewers at the organizations in line with one, in the order of entry, without one of
/// them: who is away does not stand in.
pub fn list_eligible(
    connection: &mut Connection,
    (place, without): (&Organization, UserId),
    after: Option<(DateTime<Utc>, UserId)>,
    limit: i64,
) -> Result<Vec<Eligible>, StoreError> {
    type Row = (UserId, String, Role, OrganizationId, String, DateTime<Utc>);
    let reviewers: Vec<Role> = Role::ALL.iter().copied().filter(|role| role.is_reviewer()).collect();
    let mut query = users::table
        .inner_join(organizations::table.on(users::organization_id.eq(organizations::id.nullable())))
        .filter(organizations::active.eq(true))
        .filter(users::active.eq(true))
        .filter(users::role.eq_any(reviewers))
        .filter(users::id.ne(without))
        .select((
            users::id,
            users::display_name,
            users::role,
            organizations::id,
            organizations::name,
            users::created_at,
        ))
        .into_boxed();
    let above: Vec<OrganizationId> =
        [Some(place.id), place.parent_id, place.district_id].into_iter().flatten().collect();
    let in_line = organizations::id.eq_any(above).or(organizations::kind.eq(OrganizationKind::City));
    query = match place.kind {
        OrganizationKind::City => query,
        OrganizationKind::District => query.filter(in_line.or(organizations::district_id.eq(place.id))),
        OrganizationKind::Unit => query.filter(in_line.or(organizations::parent_id.eq(place.id))),
    };
    if let Some((at, id)) = after {
        let same_moment = users::created_at.eq(At(at)).and(users::id.gt(id));
        query = query.filter(users::created_at.gt(At(at)).or(same_moment));
    }
    let rows: Vec<Row> = query.order((users::created_at, users::id)).limit(limit).load(connection)?;
    let read = |(id, name, role, organization, its_name, created_at): Row| Eligible {
        id,
        name,
        role,
        organization: (organization, its_name),
        created_at,
    };
    Ok(rows.into_iter().map(read).collect())
}
