//! First answers of creating requests.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl};
use uuid::Uuid;

use super::{
    Connection, StoreError,
    schema::idempotency_keys,
    sql_values::{AnyId, At},
};

/// A claim of a key.
#[derive(Insertable)]
#[diesel(table_name = idempotency_keys, treat_none_as_default_value = false)]
pub struct NewKey<'a> {
    /// Digest of caller, method and path.
    pub scope: &'a [u8],
    /// The key as sent.
    pub key: &'a str,
    /// Digest of the request.
    pub fingerprint: &'a [u8],
    /// Machine time.
    pub created_at: At,
}

/// A key and what was answered under it.
#[derive(Queryable)]
pub struct StoredKey {
    /// Digest of the request.
    pub fingerprint: Vec<u8>,
    /// The status code of the answer.
    pub status: Option<i32>,
    /// What was created.
    pub resource_id: Option<Uuid>,
    /// A secret shown once, encrypted.
    pub secret: Option<Vec<u8>>,
}

/// Inserts the claim; false when another request holds the key. Waits for one that is still running.
pub fn claim(connection: &mut Connection, row: &NewKey<'_>) -> Result<bool, StoreError> {
    let inserted = super::on_either!(connection, inner => {
        diesel::insert_into(idempotency_keys::table).values(row).on_conflict_do_nothing().execute(inner)
    })?;
    Ok(inserted == 1)
}

/// Finds a key that is younger than `since`.
pub fn find(
    connection: &mut Connection,
    scope: &[u8],
    key: &str,
    since: DateTime<Utc>,
) -> Result<Option<StoredKey>, StoreError> {
    Ok(idempotency_keys::table
        .filter(idempotency_keys::scope.eq(scope))
        .filter(idempotency_keys::key.eq(key))
        .filter(idempotency_keys::created_at.gt(At(since)))
        .select((
            idempotency_keys::fingerprint,
            idempotency_keys::status,
            idempotency_keys::resource_id,
            idempotency_keys::secret,
        ))
        .first(connection)
        .optional()?)
}

/// Removes this key if it is older than `before`, so that it can be used again.
pub fn forget_before(
    connection: &mut Connection,
    scope: &[u8],
    key: &str,
    before: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::delete(idempotency_keys::table)
        .filter(idempotency_keys::scope.eq(scope))
        .filter(idempotency_keys::key.eq(key))
        .filter(idempotency_keys::created_at.le(At(before)))
        .execute(connection)?;
    Ok(())
}

/// Removes keys that are older than `before`, at most `most`; returns how many.
pub fn sweep(connection: &mut Connection, before: DateTime<Utc>, most: i64) -> Result<usize, StoreError> {
    let old: Vec<(Vec<u8>, String)> = idempotency_keys::table
        .filter(idempotency_keys::created_at.le(At(before)))
        .select((idempotency_keys::scope, idempotency_keys::key))
        .limit(most)
        .load(connection)?;
    let mut removed = 0;
    for (scope, key) in old {
        removed += diesel::delete(idempotency_keys::table.find((scope, key))).execute(connection)?;
    }
    Ok(removed)
}

/// Gives up a claim under which nothing was answered.
pub fn release(connection: &mut Connection, (scope, key): (&[u8], &str)) -> Result<(), StoreError> {
    diesel::delete(idempotency_keys::table)
        .filter(idempotency_keys::scope.eq(scope))
        .filter(idempotency_keys::key.eq(key))
        .filter(idempotency_keys::status.is_null())
        .execute(connection)?;
    Ok(())
}

/// Writes what was answered under a claimed key.
pub fn complete(
    connection: &mut Connection,
    (scope, key): (&[u8], &str),
    status: i32,
    resource_id: Uuid,
    secret: Option<&[u8]>,
) -> Result<(), StoreError> {
    diesel::update(idempotency_keys::table)
        .filter(idempotency_keys::scope.eq(scope))
        .filter(idempotency_keys::key.eq(key))
        .set((
            idempotency_keys::status.eq(Some(status)),
            idempotency_keys::resource_id.eq(Some(AnyId(resource_id))),
            idempotency_keys::secret.eq(secret),
        ))
        .execute(connection)?;
    Ok(())
}
