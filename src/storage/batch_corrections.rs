//! What became of forwarded candidates afterwards. The package itself never changes.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, Insertable, JoinOnDsl, QueryDsl, RunQueryDsl};

use super::{
    Connection, StoreError, locks,
    schema::{batch_corrections, batch_items, batches},
    sql_values::At,
};
use crate::domain::{
    id::{BatchId, CandidateId},
    month::Month,
    package::{Correction, CorrectionKind},
};

#[derive(Insertable)]
#[diesel(table_name = batch_corrections)]
struct NewCorrection {
    batch_id: BatchId,
    number: i64,
    candidate_id: CandidateId,
    kind: CorrectionKind,
    at: At,
}

/// The batches that name a candidate, with their cycles, in the order in which they were forwarded.
pub fn batches_of(connection: &mut Connection, id: CandidateId) -> Result<Vec<(BatchId, Month)>, StoreError> {
    Ok(batch_items::table
        .inner_join(batches::table.on(batches::id.eq(batch_items::batch_id)))
        .filter(batch_items::candidate_id.eq(id))
        .order((batches::cycle, batches::sequence))
        .select((batches::id, batches::cycle))
        .load(connection)?)
}

/// Adds a correction under the next number and returns that. Holds the package's row, so that numbers become visible in their order:
/// the last lock that a transaction takes.
pub fn insert(
    connection: &mut Connection,
    batch: BatchId,
    (candidate_id, kind): (CandidateId, CorrectionKind),
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    locks::package(connection, batch)?;
    let last: Option<i64> = batch_corrections::table
        .filter(batch_corrections::batch_id.eq(batch))
        .select(diesel::dsl::max(batch_corrections::number))
        .first(connection)?;
    let number = last.unwrap_or(0) + 1;
    let row = NewCorrection { batch_id: batch, number, candidate_id, kind, at: At(now) };
    diesel::insert_into(batch_corrections::table).values(row).execute(connection)?;
    Ok(number)
}

/// One page, the first correction first.
pub fn list(
    connection: &mut Connection,
    batch: BatchId,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<Correction>, StoreError> {
    let rows: Vec<(i64, CandidateId, CorrectionKind, At)> = batch_corrections::table
        .filter(batch_corrections::batch_id.eq(batch))
        .filter(batch_corrections::number.gt(after.unwrap_or(0)))
        .order(batch_corrections::number)
        .limit(limit)
        .select((
            batch_corrections::number,
            batch_corrections::candidate_id,
            batch_corrections::kind,
            batch_corrections::at,
        ))
        .load(connection)?;
    let corrections =
        rows.into_iter().map(|(number, candidate_id, kind, at)| Correction { number, candidate_id, kind, at: at.0 });
    Ok(corrections.collect())
}
