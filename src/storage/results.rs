//! What the portal has delivered of nationally run votes.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError,
    schema::{result_entries, results},
    sql_values::At,
};
use crate::domain::{
    id::{CandidateId, UserId},
    month::Month,
    verdict::Verdict,
};

/// That results were delivered.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = results)]
pub struct ResultsRow {
    /// Of which cycle.
    pub cycle: Month,
    /// By which they are recognised when they are sent again.
    pub digest: Vec<u8>,
    /// By which account.
    pub delivered_by: UserId,
    /// When; the last time, where they were replaced.
    #[diesel(serialize_as = At)]
    pub delivered_at: DateTime<Utc>,
    /// Grows each time they are replaced.
    pub version: i64,
}

#[derive(Insertable)]
#[diesel(table_name = result_entries)]
struct NewEntry {
    cycle: Month,
    candidate_id: CandidateId,
    votes: i64,
    listed: bool,
}

/// Finds what was delivered for a cycle, without its entries.
pub fn find(connection: &mut Connection, cycle: Month) -> Result<Option<ResultsRow>, StoreError> {
    Ok(results::table.find(cycle).select(ResultsRow::as_select()).first(connection).optional()?)
}

/// The entries of a cycle, by candidate.
pub fn entries(connection: &mut Connection, cycle: Month) -> Result<Vec<Verdict>, StoreError> {
    let rows: Vec<(CandidateId, i64, bool)> = result_entries::table
        .filter(result_entries::cycle.eq(cycle))
        .order(result_entries::candidate_id)
        .select((result_entries::candidate_id, result_entries::votes, result_entries::listed))
        .load(connection)?;
    Ok(rows.into_iter().map(|(candidate_id, votes, listed)| Verdict { candidate_id, votes, listed }).collect())
}

/// Puts results in the place of those that are there, if there are any. The caller holds the cycle.
pub fn replace(connection: &mut Connection, row: &ResultsRow, verdicts: &[Verdict]) -> Result<(), StoreError> {
    let cycle = row.cycle;
    diesel::delete(result_entries::table.filter(result_entries::cycle.eq(cycle))).execute(connection)?;
    diesel::delete(results::table.find(cycle)).execute(connection)?;
    diesel::insert_into(results::table).values(row.clone()).execute(connection)?;
    let entries: Vec<NewEntry> = verdicts
        .iter()
        .map(|verdict| NewEntry {
            cycle,
            candidate_id: verdict.candidate_id,
            votes: verdict.votes,
            listed: verdict.listed,
        })
        .collect();
    super::on_either!(connection, inner => diesel::insert_into(result_entries::table).values(&entries).execute(inner))?;
    Ok(())
}
