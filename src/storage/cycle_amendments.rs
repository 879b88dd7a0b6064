//! Changes of frozen policy fields and of windows, each with its reason.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
};
use serde_json::Value;

use super::{
    Connection, StoreError,
    schema::cycle_amendments,
    sql_values::{At, Stored},
};
use crate::domain::{
    id::{AmendmentId, UserId},
    month::Month,
};

/// An amendment as stored.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = cycle_amendments, treat_none_as_default_value = false)]
pub struct AmendmentRow {
    /// Its id.
    pub id: AmendmentId,
    /// Of which cycle.
    pub cycle: Month,
    /// Campaign time.
    pub at: At,
    /// By whom.
    pub user_id: Option<UserId>,
    /// Why.
    pub reason: String,
    /// What: an array of `{pointer, from, to}`.
    pub changes: Stored<Value>,
}

/// Adds an amendment.
pub fn insert(connection: &mut Connection, row: &AmendmentRow) -> Result<(), StoreError> {
    diesel::insert_into(cycle_amendments::table).values(row).execute(connection)?;
    Ok(())
}

/// One page of a cycle's amendments, in the order in which they were made.
pub fn list_of(
    connection: &mut Connection,
    month: Month,
    after: Option<(DateTime<Utc>, AmendmentId)>,
    limit: i64,
) -> Result<Vec<AmendmentRow>, StoreError> {
    let mut query = cycle_amendments::table
        .filter(cycle_amendments::cycle.eq(month))
        .order((cycle_amendments::at, cycle_amendments::id))
        .select(AmendmentRow::as_select())
        .limit(limit)
        .into_boxed();
    if let Some((at, id)) = after {
        let same_moment = cycle_amendments::at.eq(At(at)).and(cycle_amendments::id.gt(id));
        query = query.filter(cycle_amendments::at.gt(At(at)).or(same_moment));
    }
    Ok(query.load(connection)?)
}

/// The amendments of these cycles, in the order in which they were made.
pub fn list(connection: &mut Connection, months: &[Month]) -> Result<Vec<AmendmentRow>, StoreError> {
    Ok(cycle_amendments::table
        .filter(cycle_amendments::cycle.eq_any(months.to_vec()))
        .order((cycle_amendments::at, cycle_amendments::id))
        .select(AmendmentRow::as_select())
        .load(connection)?)
}
