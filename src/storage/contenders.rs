//! Candidates as forwarding and voting see them.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl};

use super::{Connection, StoreError, schema::candidates};
use crate::domain::{
    candidate::{Status, Visibility},
    category::CategoryCode,
    id::CandidateId,
    month::Month,
};

/// What a vote has to know of its candidate.
#[derive(Clone, Debug, Queryable)]
pub struct Contender {
    /// The integer key of votes.
    pub number: i64,
    /// The cycle.
    pub cycle: Month,
    /// The category.
    pub category: CategoryCode,
    /// How it stands.
    pub status: Status,
    /// Whether it is shown.
    pub visibility: Visibility,
    /// When it came into its status.
    pub status_changed_at: DateTime<Utc>,
}

macro_rules! contender {
    () => {
        candidates::table.select((
            candidates::id,
            (
                candidates::number,
                candidates::cycle,
                candidates::category,
                candidates::status,
                candidates::visibility,
                candidates::status_changed_at,
            ),
        ))
    };
}

/// Finds a candidate.
pub fn find(connection: &mut Connection, id: CandidateId) -> Result<Option<Contender>, StoreError> {
    let found: Option<(CandidateId, Contender)> =
        contender!().filter(candidates::id.eq(id)).first(connection).optional()?;
    Ok(found.map(|(_, contender)| contender))
}

/// Finds several candidates, in no order; those that do not exist are left out.
pub fn find_all(connection: &mut Connection, ids: &[CandidateId]) -> Result<Vec<(CandidateId, Contender)>, StoreError> {
    type Row = (CandidateId, Contender);
    Ok(match connection {
        Connection::Postgres(inner) => contender!().filter(candidates::id.eq_any(ids)).load::<Row>(inner)?,
        Connection::Sqlite(inner) => {
            let each = ids.iter().map(|id| contender!().filter(candidates::id.eq(id)).first::<Row>(inner).optional());
            each.filter_map(Result::transpose).collect::<QueryResult<_>>()?
        }
    })
}

/// The categories of candidates by the numbers by which votes name them.
pub fn categories(connection: &mut Connection, numbers: &[i64]) -> Result<Vec<(i64, CategoryCode)>, StoreError> {
    Ok(candidates::table
        .filter(candidates::number.eq_any(numbers.to_vec()))
        .select((candidates::number, candidates::category))
        .load(connection)?)
}

/// The candidates of a cycle in a state, by id.
pub fn ids(connection: &mut Connection, cycle: Month, status: Status) -> Result<Vec<CandidateId>, StoreError> {
    Ok(candidates::table
        .filter(candidates::cycle.eq(cycle))
        .filter(candidates::status.eq(status))
        .order(candidates::id)
        .select(candidates::id)
        .load(connection)?)
}
