//! Changes of frozen policy fields and of windows, each with its reason.

use diesel::{ExpressionMethods, Insertable, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper};
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

/// The amendments of these cycles, in the order in which they were made.
pub fn list(connection: &mut Connection, months: &[Month]) -> Result<Vec<AmendmentRow>, StoreError> {
    Ok(cycle_amendments::table
        .filter(cycle_amendments::cycle.eq_any(months.to_vec()))
        .order((cycle_amendments::at, cycle_amendments::id))
        .select(AmendmentRow::as_select())
        .load(connection)?)
}
