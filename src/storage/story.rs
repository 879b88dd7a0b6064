//! What an honoree's story is read from: sources, each with its own file, its own table and its own order. A further source is
//! a file with a function `list` and one line in `SOURCES`; its entries are ordered by moment and id.

use super::{Connection, StoreError};
use crate::domain::story::{After, Entry, Whose};

/// Goes on after a place of the source, in the order of moment and id, with at most so many entries.
type Source = fn(&mut Connection, &Whose, After, i64) -> Result<Vec<Entry>, StoreError>;

/// Narrows a boxed query of rows to those that follow, and orders it.
macro_rules! following {
    ($query:expr, $at:expr, $id:expr, $after:expr, $limit:expr) => {{
        use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};
        let query = $query;
        let query = match $after {
            $crate::domain::story::After::Nothing => query,
            $crate::domain::story::After::Until(at) => query.filter($at.ge($crate::storage::sql_values::At(at))),
            $crate::domain::story::After::Past(at) => query.filter($at.gt($crate::storage::sql_values::At(at))),
            $crate::domain::story::After::Row(at, id) => {
                let at = $crate::storage::sql_values::At(at);
                let same_moment = $at.eq(at).and($id.gt($crate::storage::sql_values::AnyId(id)));
                query.filter($at.gt(at).or(same_moment))
            }
        };
        query.order(($at, $id)).limit($limit)
    }};
}

mod alarms;
mod assistance;
mod forwarding;
mod listings;
mod mergers;
mod nominations;
mod outside;
mod pool_entries;
mod pool_exits;
mod pool_steps;
mod publicity;
mod reviews;
mod revocations;
mod struck;
mod undone;
mod visits;

/// Every source. Of what happened at one moment, the earlier one of these comes first; a new one may be put anywhere, as no
/// page outlives a deployment's change by more than a repeated or an omitted entry.
const SOURCES: &[Source] = &[
    nominations::list,
    reviews::list,
    forwarding::list,
    listings::list,
    outside::list,
    mergers::list,
    pool_entries::list,
    pool_steps::list,
    revocations::list,
    struck::list,
    pool_exits::list,
    undone::list,
    publicity::list,
    visits::list,
    assistance::list,
    alarms::list,
];

/// What each source has after a place of the whole story, at most `limit` entries of each: one query for a source.
pub fn list(
    connection: &mut Connection,
    whose: &Whose,
    after: impl Fn(usize) -> After,
    limit: i64,
) -> Result<Vec<Vec<Entry>>, StoreError> {
    SOURCES.iter().enumerate().map(|(number, source)| source(connection, whose, after(number), limit)).collect()
}
