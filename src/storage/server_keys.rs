//! The server's own keys, wrapped by the master key.

use diesel::{ExpressionMethods, Insertable, QueryDsl, Queryable, RunQueryDsl};

use super::{Connection, StoreError, schema::server_keys, sql_values::At};

/// A wrapped key.
#[derive(Clone, Debug, Insertable, Queryable)]
#[diesel(table_name = server_keys, treat_none_as_default_value = false)]
pub struct ServerKeyRow {
    /// Its id, which tokens name as `kid`.
    pub id: String,
    /// What it is for.
    pub purpose: String,
    /// The secret part, wrapped.
    pub wrapped: Vec<u8>,
    /// The public part of a signing key.
    pub public_part: Option<Vec<u8>>,
    /// Machine time.
    pub created_at: At,
    /// From when on it is no longer used.
    pub retired_at: Option<At>,
}

/// All keys of a purpose, the newest first.
pub fn list(connection: &mut Connection, purpose: &str) -> Result<Vec<ServerKeyRow>, StoreError> {
    Ok(server_keys::table
        .filter(server_keys::purpose.eq(purpose))
        .order(server_keys::created_at.desc())
        .load(connection)?)
}

/// Adds a key.
pub fn insert(connection: &mut Connection, row: &ServerKeyRow) -> Result<(), StoreError> {
    diesel::insert_into(server_keys::table).values(row).execute(connection)?;
    Ok(())
}
