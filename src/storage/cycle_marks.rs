//! Which boundaries of a cycle were told of.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::{Connection, StoreError, schema::cycle_marks, sql_values::At};
use crate::domain::{event::EventKind, month::Month};

/// The boundaries of these cycles that were told of.
pub fn of(connection: &mut Connection, cycles: &[Month]) -> Result<BTreeSet<(Month, EventKind)>, StoreError> {
    let marks = cycle_marks::table.filter(cycle_marks::cycle.eq_any(cycles.to_vec()));
    let rows: Vec<(Month, EventKind)> = marks.select((cycle_marks::cycle, cycle_marks::kind)).load(connection)?;
    Ok(rows.into_iter().collect())
}

/// Notes that a boundary is told of; false when it was before.
pub fn set(connection: &mut Connection, cycle: Month, kind: EventKind, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let row = (cycle_marks::cycle.eq(cycle), cycle_marks::kind.eq(kind), cycle_marks::told_at.eq(At(now)));
    let set = on_either!(connection, inner => {
        diesel::insert_into(cycle_marks::table).values(row).on_conflict_do_nothing().execute(inner)
    })?;
    Ok(set == 1)
}
