//! Statements of our own that PostgreSQL prepares once a connection, whatever the number of rows: arrays through `UNNEST`.
//! diesel's `sql_query` is planned anew each time, and a batch of `VALUES` for each number of rows.

/// Makes of a type with one lifetime, whose `QueryFragment<Pg>` prints the same text whatever it holds, a prepared
/// statement; with the SQL types of its columns when it returns rows.
macro_rules! prepared {
    ($statement:ident) => {
        impl diesel::query_builder::QueryId for $statement<'_> {
            type QueryId = $statement<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl diesel::RunQueryDsl<diesel::PgConnection> for $statement<'_> {}
    };
    ($statement:ident => $columns:ty) => {
        $crate::storage::prepared!($statement);

        impl diesel::query_builder::Query for $statement<'_> {
            type SqlType = $columns;
        }
    };
}
pub(crate) use prepared;
