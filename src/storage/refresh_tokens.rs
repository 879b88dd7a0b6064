//! Rotating refresh tokens: a family comes from one sign-in, and using an old one ends it.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl};

use super::{Connection, StoreError, schema::refresh_tokens, sql_values::At};
use crate::domain::id::{TokenId, UserId};

/// A refresh token; the token itself is known to its holder alone.
#[derive(Clone, Debug, Insertable, Queryable)]
#[diesel(table_name = refresh_tokens, treat_none_as_default_value = false)]
pub struct RefreshTokenRow {
    /// Its id.
    pub id: TokenId,
    /// The sign-in it comes from.
    pub family_id: TokenId,
    /// Whose it is.
    pub user_id: UserId,
    /// SHA-256 of the token.
    pub digest: Vec<u8>,
    /// The account's `auth_version` when it was issued.
    pub auth_version: i64,
    /// Machine time.
    pub issued_at: At,
    /// Machine time.
    pub expires_at: At,
    /// When it was exchanged for the next.
    pub used_at: Option<At>,
    /// When its family was ended.
    pub revoked_at: Option<At>,
}

/// Adds a token.
pub fn insert(connection: &mut Connection, row: &RefreshTokenRow) -> Result<(), StoreError> {
    diesel::insert_into(refresh_tokens::table).values(row).execute(connection)?;
    Ok(())
}

/// Finds a token by its digest.
pub fn find(connection: &mut Connection, digest: &[u8]) -> Result<Option<RefreshTokenRow>, StoreError> {
    Ok(refresh_tokens::table.filter(refresh_tokens::digest.eq(digest)).first(connection).optional()?)
}

/// Marks a token as used; false when it was used before or its family ended.
pub fn use_once(connection: &mut Connection, id: TokenId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(
        refresh_tokens::table
            .filter(refresh_tokens::id.eq(id))
            .filter(refresh_tokens::used_at.is_null())
            .filter(refresh_tokens::revoked_at.is_null()),
    )
    .set(refresh_tokens::used_at.eq(Some(At(now))))
    .execute(connection)?;
    Ok(changed == 1)
}

/// Ends all tokens of a family.
pub fn revoke_family(connection: &mut Connection, family: TokenId, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(
        refresh_tokens::table.filter(refresh_tokens::family_id.eq(family)).filter(refresh_tokens::revoked_at.is_null()),
    )
    .set(refresh_tokens::revoked_at.eq(Some(At(now))))
    .execute(connection)?;
    Ok(())
}

/// Removes tokens that expired before a moment, at most `most`; returns how many.
pub fn sweep(connection: &mut Connection, before: DateTime<Utc>, most: i64) -> Result<usize, StoreError> {
    let expired: Vec<TokenId> = refresh_tokens::table
        .filter(refresh_tokens::expires_at.lt(At(before)))
        .select(refresh_tokens::id)
        .limit(most)
        .load(connection)?;
    let mut removed = 0;
    for id in expired {
        removed += diesel::delete(refresh_tokens::table.find(id)).execute(connection)?;
    }
    Ok(removed)
}
