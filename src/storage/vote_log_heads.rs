//! Signed heads: the last of each origin of a log.

use diesel::{ExpressionMethods, Insertable, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper};

use super::{Connection, StoreError, schema::vote_log_heads, sql_values::At};
use crate::domain::{month::Month, vote_log::EndedBecause};

/// A signed head.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = vote_log_heads, treat_none_as_default_value = false)]
pub struct HeadRow {
    /// Of which cycle's log.
    pub cycle: Month,
    /// The number of the origin.
    pub origin: i32,
    /// Entries that it covers.
    pub size: i64,
    /// The signed note, to the byte.
    pub note: String,
    /// The key that it is checked with.
    pub verifier_key: String,
    /// Campaign time.
    pub signed_at: At,
    /// Why the origin ended; none for the one in use.
    pub ended_because: Option<EndedBecause>,
}

/// The last head of each origin of a log, in their order.
pub fn list(connection: &mut Connection, cycle: Month) -> Result<Vec<HeadRow>, StoreError> {
    Ok(vote_log_heads::table
        .filter(vote_log_heads::cycle.eq(cycle))
        .order(vote_log_heads::origin)
        .select(HeadRow::as_select())
        .load(connection)?)
}

/// Writes the last head of an origin in place of the one before. The tree's row must be held.
pub fn replace(connection: &mut Connection, row: &HeadRow) -> Result<(), StoreError> {
    on_either!(connection, inner => diesel::insert_into(vote_log_heads::table)
        .values(row)
        .on_conflict((vote_log_heads::cycle, vote_log_heads::origin))
        .do_update()
        .set((
            vote_log_heads::size.eq(row.size),
            vote_log_heads::note.eq(&row.note),
            vote_log_heads::verifier_key.eq(&row.verifier_key),
            vote_log_heads::signed_at.eq(row.signed_at),
            vote_log_heads::ended_because.eq(row.ended_because),
        ))
        .execute(inner)?);
    Ok(())
}
