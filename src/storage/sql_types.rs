//! The SQL types of the schema that differ between the databases: native on each side, one name here.

use diesel::{
    query_builder::QueryId,
    sql_types::{HasSqlType, SqlOrd, SqlType},
};

use super::connection::MultiBackend;

/// A UUID: `UUID` on PostgreSQL, `BLOB` of 16 bytes on SQLite.
#[derive(Clone, Copy, Debug, Default, QueryId, SqlType)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct Id;

/// A moment, to the microsecond: `TIMESTAMPTZ` on PostgreSQL, `INTEGER` microseconds since 1970 on SQLite.
#[derive(Clone, Copy, Debug, Default, QueryId, SqlType)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Long"))]
pub struct Instant;

/// A JSON value: `JSONB` on PostgreSQL, its text as `BLOB` on SQLite.
#[derive(Clone, Copy, Debug, Default, QueryId, SqlType)]
#[diesel(postgres_type(oid = 3802, array_oid = 3807))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct JsonValue;

macro_rules! known_to_both {
    ($($sql_type:ident),*) => {$(
        impl HasSqlType<$sql_type> for MultiBackend {
            fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
                MultiBackend::lookup_sql_type::<$sql_type>(lookup)
            }
        }
    )*};
}
known_to_both!(Id, Instant, JsonValue);

// Moments have an order, so that the database finds the first and the last.
impl SqlOrd for Instant {}
