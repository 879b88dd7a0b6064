//! Accounts of people and services.

use chrono::{DateTime, Utc};
use diesel::{
    AsChangeset, BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper,
};

use super::{Connection, StoreError, locks, schema::users, sql_values::At};
use crate::domain::{
    id::{OrganizationId, UserId},
    role::Role,
};

/// An account as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct UserRow {
    /// Its id.
    pub id: UserId,
    /// The name to sign in with, as typed.
    pub username: String,
    /// The name shown.
    pub display_name: String,
    /// argon2id in PHC form.
    pub password_hash: String,
    /// What the account may do.
    pub role: Role,
    /// Where it belongs.
    pub organization_id: Option<OrganizationId>,
    /// The masked telephone.
    pub phone_masked: Option<String>,
    /// Blind index of the telephone.
    pub phone_index: Option<Vec<u8>>,
    /// A closed account cannot sign in.
    pub active: bool,
    /// Grows with everything that ends tokens.
    pub auth_version: i64,
    /// Failures since the last success.
    pub failed_logins: i32,
    /// Locked until then, machine time.
    pub locked_until: Option<DateTime<Utc>>,
    /// Grows with each change of the representation.
    pub version: i64,
    /// Campaign time.
    pub created_at: DateTime<Utc>,
    /// Campaign time.
    pub updated_at: DateTime<Utc>,
}

/// An account to be inserted.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub struct NewUser {
    /// Its id.
    pub id: UserId,
    /// The name to sign in with, as typed.
    pub username: String,
    /// The name in the form in which names are compared.
    pub username_folded: String,
    /// The name shown.
    pub display_name: String,
    /// argon2id in PHC form.
    pub password_hash: String,
    /// What the account may do.
    pub role: Role,
    /// Where it belongs.
    pub organization_id: Option<OrganizationId>,
    /// Starts open.
    pub active: bool,
    /// Starts at 1.
    pub auth_version: i64,
    /// Starts at 0.
    pub failed_logins: i32,
    /// Starts at 1.
    pub version: i64,
    /// Campaign time.
    pub created_at: At,
    /// Campaign time.
    pub updated_at: At,
}

/// What a change of an account may set; what is `None` stays.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = users)]
pub struct UserChange {
    /// The name shown.
    pub display_name: Option<String>,
    /// The role.
    pub role: Option<Role>,
    /// The organization; `Some(None)` takes it away.
    pub organization_id: Option<Option<OrganizationId>>,
    /// Open or closed.
    pub active: Option<bool>,
    /// A new password.
    pub password_hash: Option<String>,
    /// The telephone's ciphertext.
    pub phone_cipher: Option<Option<Vec<u8>>>,
    /// The masked telephone.
    pub phone_masked: Option<Option<String>>,
    /// The telephone's blind index.
    pub phone_index: Option<Option<Vec<u8>>>,
}

/// Adds an account.
pub fn insert(connection: &mut Connection, row: &NewUser) -> Result<(), StoreError> {
    diesel::insert_into(users::table).values(row).execute(connection)?;
    Ok(())
}

/// Finds an account by its id.
pub fn find(connection: &mut Connection, id: UserId) -> Result<Option<UserRow>, StoreError> {
    Ok(users::table.find(id).select(UserRow::as_select()).first(connection).optional()?)
}

/// Several accounts, in no order.
pub fn list_of(connection: &mut Connection, ids: &[UserId]) -> Result<Vec<UserRow>, StoreError> {
    Ok(users::table.filter(users::id.eq_any(ids.to_vec())).select(UserRow::as_select()).load(connection)?)
}

/// Finds an account by the folded name.
pub fn find_by_username(connection: &mut Connection, folded: &str) -> Result<Option<UserRow>, StoreError> {
    Ok(users::table
        .filter(users::username_folded.eq(folded))
        .select(UserRow::as_select())
        .first(connection)
        .optional()?)
}

/// True when there is an administrator who can sign in.
pub fn any_active_admin(connection: &mut Connection) -> Result<bool, StoreError> {
    Ok(diesel::select(diesel::dsl::exists(
        users::table.filter(users::role.eq(Role::Admin)).filter(users::active.eq(true)),
    ))
    .get_result(connection)?)
}

/// The open accounts of a role, the oldest first, at most `limit`.
pub fn active_in(connection: &mut Connection, role: Role, limit: i64) -> Result<Vec<UserId>, StoreError> {
    Ok(users::table
        .filter(users::role.eq(role))
        .filter(users::active.eq(true))
        .order((users::created_at, users::id))
        .limit(limit)
        .select(users::id)
        .load(connection)?)
}

/// True when an open administrator is left besides this one. Every administrator's row is held, so that two cannot
/// each count on the other.
pub fn other_admin_stands(connection: &mut Connection, id: UserId) -> Result<bool, StoreError> {
    if let Connection::Postgres(inner) = connection {
        diesel::sql_query("SELECT 1 FROM users WHERE role = 'admin' ORDER BY id FOR UPDATE").execute(inner)?;
    }
    Ok(diesel::select(diesel::dsl::exists(
        users::table.filter(users::role.eq(Role::Admin)).filter(users::active.eq(true)).filter(users::id.ne(id)),
    ))
    .get_result(connection)?)
}

/// Holds the account's row for the transaction and returns its `auth_version` and whether it is open.
pub fn lock_standing(connection: &mut Connection, id: UserId) -> Result<Option<(i64, bool)>, StoreError> {
    locks::user_shared(connection, id)?;
    Ok(users::table.find(id).select((users::auth_version, users::active)).first(connection).optional()?)
}

/// Changes an account if its version is still the one given; false when it is not. With `ends_tokens` everything
/// signed in with it is signed out.
pub fn update_if(
    connection: &mut Connection,
    (id, version): (UserId, i64),
    change: &UserChange,
    ends_tokens: bool,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(users::table.filter(users::id.eq(id)).filter(users::version.eq(version)))
        .set((
            change,
            users::version.eq(users::version + 1),
            users::auth_version.eq(users::auth_version + i64::from(ends_tokens)),
            users::updated_at.eq(At(now)),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Notes a failed sign-in, and until when the account is locked after it.
pub fn note_failure(
    connection: &mut Connection,
    id: UserId,
    failures: i32,
    locked_until: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    diesel::update(users::table.find(id))
        .set((users::failed_logins.eq(failures), users::locked_until.eq(locked_until.map(At))))
        .execute(connection)?;
    Ok(())
}

/// Filters of the list of accounts.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    /// Of these roles.
    pub roles: Vec<Role>,
    /// At this organization.
    pub organization_id: Option<OrganizationId>,
    /// Open or closed.
    pub active: Option<bool>,
}

/// One page in the order of entry, after the key of the last row seen. One row more than `limit` tells of another page.
pub fn list(
    connection: &mut Connection,
    filter: &UserFilter,
    after: Option<(DateTime<Utc>, UserId)>,
    limit: i64,
) -> Result<Vec<UserRow>, StoreError> {
    let mut query = users::table.select(UserRow::as_select()).into_boxed();
    if !filter.roles.is_empty() {
        query = query.filter(users::role.eq_any(filter.roles.clone()));
    }
    if let Some(organization) = filter.organization_id {
        query = query.filter(users::organization_id.eq(organization));
    }
    if let Some(active) = filter.active {
        query = query.filter(users::active.eq(active));
    }
    if let Some((created_at, id)) = after {
        query = query.filter(
            users::created_at.gt(At(created_at)).or(users::created_at.eq(At(created_at)).and(users::id.gt(id))),
        );
    }
    Ok(query.order((users::created_at, users::id)).limit(limit).load(connection)?)
}
