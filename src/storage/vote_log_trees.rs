//! How far the tree over a log has come, and under which origin its heads are signed.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::{Connection, StoreError, schema::vote_log_trees};
use crate::domain::month::Month;

/// A log's tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeState {
    /// Entries that it covers.
    pub size: i64,
    /// The number of the log's origin, from 1.
    pub origin: i32,
}

/// The tree of a cycle's log, if it was begun.
pub fn find(connection: &mut Connection, cycle: Month) -> Result<Option<TreeState>, StoreError> {
    let found: Option<(i64, i32)> = vote_log_trees::table
        .find(cycle)
        .select((vote_log_trees::size, vote_log_trees::origin))
        .first(connection)
        .optional()?;
    Ok(found.map(|(size, origin)| TreeState { size, origin }))
}

/// Begins a tree without leaves, unless there is one.
pub fn begin(connection: &mut Connection, cycle: Month) -> Result<(), StoreError> {
    on_either!(connection, inner => diesel::insert_into(vote_log_trees::table)
        .values((vote_log_trees::cycle.eq(cycle), vote_log_trees::size.eq(0_i64), vote_log_trees::origin.eq(1)))
        .on_conflict_do_nothing()
        .execute(inner)?);
    Ok(())
}

/// Puts the tree into a new state if it is still in the one given, and holds its row; false when it is not. With the same
/// state it only holds the row.
pub fn move_if(
    connection: &mut Connection,
    cycle: Month,
    (from, to): (TreeState, TreeState),
) -> Result<bool, StoreError> {
    let target = vote_log_trees::table
        .find(cycle)
        .filter(vote_log_trees::size.eq(from.size))
        .filter(vote_log_trees::origin.eq(from.origin));
    let changed = diesel::update(target)
        .set((vote_log_trees::size.eq(to.size), vote_log_trees::origin.eq(to.origin)))
        .execute(connection)?;
    Ok(changed == 1)
}
