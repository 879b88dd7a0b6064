//! Statements of our own for whole batches, prepared once a connection whatever the number of rows: arrays go through
//! `UNNEST` on PostgreSQL and through `json_each` on SQLite. diesel's `sql_query` is planned anew each time, a batch of
//! `VALUES` for each number of rows, and a loop of single rows costs more in binding than in reading.

use std::fmt::{Display, Write as _};

/// Makes of a type with one lifetime, whose `QueryFragment` prints the same text whatever it holds, a prepared statement;
/// with the SQL types of its columns when it returns rows.
macro_rules! prepared {
    ($statement:ident) => {
        impl diesel::query_builder::QueryId for $statement<'_> {
            type QueryId = $statement<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl<C> diesel::RunQueryDsl<C> for $statement<'_> {}
    };
    ($statement:ident => $columns:ty) => {
        $crate::storage::prepared::prepared!($statement);

        impl diesel::query_builder::Query for $statement<'_> {
            type SqlType = $columns;
        }
    };
}
pub(crate) use prepared;

/// Numbers as a JSON array, for `json_each`.
pub fn json_numbers(numbers: &[i64]) -> String {
    json(numbers, "")
}

/// Binary ids in hexadecimal as a JSON array, for `unhex(value)` over `json_each`.
pub fn json_ids(ids: impl Iterator<Item = uuid::Uuid>) -> String {
    let ids: Vec<_> = ids.map(uuid::Uuid::simple).collect();
    json(&ids, "\"")
}

fn json(values: &[impl Display], quote: &str) -> String {
    let mut text = String::with_capacity(2 + values.len() * 36);
    for value in values {
        text.push(if text.is_empty() { '[' } else { ',' });
        // A string takes whatever is written into it.
        let _ = write!(text, "{quote}{value}{quote}");
    }
    if text.is_empty() { "[]".to_owned() } else { text + "]" }
}
