//! Rows of an imported table as they were judged.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, JoinOnDsl, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    dsl::count_star,
};
use uuid::Uuid;

use super::{
    Connection, StoreError,
    schema::{operations, staged_rows},
    sql_values::{At, Stored},
};
use crate::domain::{
    id::{CandidateId, OperationId},
    import::{RowFault, RowOutcome},
    operation::OperationStatus,
};

/// The table's name, to which ciphertexts are bound.
pub const TABLE: &str = "staged_rows";

/// A row as it was judged.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = staged_rows, treat_none_as_default_value = false)]
pub struct StagedRow {
    /// In which import.
    pub operation_id: OperationId,
    /// Its number in the table.
    pub row_number: i32,
    /// Its id, which the candidate gets that is made of it.
    pub id: CandidateId,
    /// What becomes of it.
    pub outcome: RowOutcome,
    /// Keyed digest of what it says; none where it says nothing.
    pub digest: Option<Vec<u8>>,
    /// What is wrong with it.
    pub faults: Stored<Vec<RowFault>>,
    /// What stood in its cells, encrypted.
    pub cells_cipher: Vec<u8>,
    /// The candidate made of it, or of the row that it repeats.
    pub candidate_id: Option<CandidateId>,
    /// The row of the same table that it repeats.
    pub earlier_row: Option<i32>,
}

/// Adds rows.
pub fn insert_all(connection: &mut Connection, rows: &[StagedRow]) -> Result<(), StoreError> {
    super::on_either!(connection, inner => diesel::insert_into(staged_rows::table).values(rows).execute(inner))?;
    Ok(())
}

/// One page of an import's rows after a row's number, those with one of some outcomes, or all.
pub fn list(
    connection: &mut Connection,
    operation: OperationId,
    (outcomes, after): (&[RowOutcome], Option<i32>),
    limit: i64,
) -> Result<Vec<StagedRow>, StoreError> {
    let mut query = staged_rows::table
        .filter(staged_rows::operation_id.eq(operation))
        .order(staged_rows::row_number)
        .select(StagedRow::as_select())
        .limit(limit)
        .into_boxed();
    if !outcomes.is_empty() {
        query = query.filter(staged_rows::outcome.eq_any(outcomes.to_vec()));
    }
    if let Some(after) = after {
        query = query.filter(staged_rows::row_number.gt(after));
    }
    Ok(query.load(connection)?)
}

/// How many rows of an import came to each outcome.
pub fn count(connection: &mut Connection, operation: OperationId) -> Result<Vec<(RowOutcome, i64)>, StoreError> {
    Ok(staged_rows::table
        .filter(staged_rows::operation_id.eq(operation))
        .group_by(staged_rows::outcome)
        .select((staged_rows::outcome, count_star()))
        .load(connection)?)
}

/// Removes rows of imports that ended before a moment, at most `most`; returns how many.
pub fn sweep(connection: &mut Connection, before: DateTime<Utc>, most: i64) -> Result<usize, StoreError> {
    let old: Vec<(OperationId, i32, Uuid)> = staged_rows::table
        .inner_join(operations::table.on(operations::id.eq(staged_rows::operation_id)))
        .filter(operations::status.ne(OperationStatus::Running))
        .filter(operations::lease_until.lt(At(before)))
        .select((staged_rows::operation_id, staged_rows::row_number, staged_rows::id))
        .limit(most)
        .load(connection)?;
    let mut removed = 0;
    for (operation, row, _) in old {
        removed += diesel::delete(staged_rows::table.find((operation, row))).execute(connection)?;
    }
    Ok(removed)
}
