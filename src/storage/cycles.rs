//! The months' rounds with their windows and rules.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError,
    schema::cycles,
    sql_values::{At, Stored},
    statistics,
};
use crate::domain::{
    self,
    cycle::{Checklists, Cycle},
    month::Month,
    policy::Policy,
    window::{Window, Windows},
};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = cycles, treat_none_as_default_value = false)]
struct CycleRow {
    month: Month,
    reporting_opens_at: At,
    reporting_closes_at: At,
    screening_opens_at: At,
    screening_closes_at: At,
    forwarding_opens_at: At,
    forwarding_closes_at: At,
    voting_opens_at: At,
    voting_closes_at: At,
    policy: Stored<Policy>,
    checklists: Stored<Checklists>,
    materials_frozen_at: Option<At>,
    published_at: Option<At>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<CycleRow> for Cycle {
    fn from(row: CycleRow) -> Self {
        Self {
            month: row.month,
            windows: Windows {
                reporting: Window { opens_at: row.reporting_opens_at.0, closes_at: row.reporting_closes_at.0 },
                screening: Window { opens_at: row.screening_opens_at.0, closes_at: row.screening_closes_at.0 },
                forwarding: Window { opens_at: row.forwarding_opens_at.0, closes_at: row.forwarding_closes_at.0 },
                voting: Window { opens_at: row.voting_opens_at.0, closes_at: row.voting_closes_at.0 },
            },
            policy: row.policy.0,
            checklists: row.checklists.0,
            materials_frozen_at: row.materials_frozen_at.map(|at| at.0),
            published_at: row.published_at.map(|at| at.0),
            version: row.version,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

impl From<&Cycle> for CycleRow {
    fn from(cycle: &Cycle) -> Self {
        Self {
            month: cycle.month,
            reporting_opens_at: At(cycle.windows.reporting.opens_at),
            reporting_closes_at: At(cycle.windows.reporting.closes_at),
            screening_opens_at: At(cycle.windows.screening.opens_at),
            screening_closes_at: At(cycle.windows.screening.closes_at),
            forwarding_opens_at: At(cycle.windows.forwarding.opens_at),
            forwarding_closes_at: At(cycle.windows.forwarding.closes_at),
            voting_opens_at: At(cycle.windows.voting.opens_at),
            voting_closes_at: At(cycle.windows.voting.closes_at),
            policy: Stored(cycle.policy.clone()),
            checklists: Stored(cycle.checklists.clone()),
            materials_frozen_at: cycle.materials_frozen_at.map(At),
            published_at: cycle.published_at.map(At),
            version: cycle.version,
            created_at: At(cycle.created_at),
            updated_at: At(cycle.updated_at),
        }
    }
}

/// Adds a cycle unless it exists. Another process that is adding it is waited for.
pub fn insert_if_absent(connection: &mut Connection, cycle: &Cycle) -> Result<(), StoreError> {
    let row = CycleRow::from(cycle);
    super::on_either!(connection, inner => {
        diesel::insert_into(cycles::table).values(row).on_conflict_do_nothing().execute(inner)
    })?;
    Ok(())
}

/// Finds a cycle.
pub fn find(connection: &mut Connection, month: Month) -> Result<Option<Cycle>, StoreError> {
    let row = cycles::table.find(month).select(CycleRow::as_select()).first(connection).optional()?;
    Ok(row.map(Cycle::from))
}

/// Holds a cycle as [`super::locks::cycle_shared`] does, and tells its version; none where there is no such cycle.
pub fn lock_version(connection: &mut Connection, month: Month) -> Result<Option<i64>, StoreError> {
    let version = cycles::table.find(month).select(cycles::version);
    Ok(match connection {
        Connection::Postgres(inner) => version.for_share().first(inner).optional()?,
        Connection::Sqlite(inner) => version.first(inner).optional()?,
    })
}

/// Finds several cycles, by month.
pub fn find_all(connection: &mut Connection, months: &[Month]) -> Result<BTreeMap<Month, Cycle>, StoreError> {
    let rows: Vec<CycleRow> =
        cycles::table.filter(cycles::month.eq_any(months.to_vec())).select(CycleRow::as_select()).load(connection)?;
    Ok(rows.into_iter().map(|row| (row.month, Cycle::from(row))).collect())
}

/// The months of those that exist, of the ones given.
pub fn existing(connection: &mut Connection, months: &[Month]) -> Result<Vec<Month>, StoreError> {
    Ok(cycles::table.filter(cycles::month.eq_any(months.to_vec())).select(cycles::month).load(connection)?)
}

/// The latest cycle before a month.
pub fn find_before(connection: &mut Connection, month: Month) -> Result<Option<Cycle>, StoreError> {
    let row = cycles::table
        .filter(cycles::month.lt(month))
        .order(cycles::month.desc())
        .select(CycleRow::as_select())
        .first(connection)
        .optional()?;
    Ok(row.map(Cycle::from))
}

/// The latest cycle whose list is published.
pub fn find_last_published(connection: &mut Connection) -> Result<Option<Cycle>, StoreError> {
    let row = cycles::table
        .filter(cycles::published_at.is_not_null())
        .order(cycles::month.desc())
        .select(CycleRow::as_select())
        .first(connection)
        .optional()?;
    Ok(row.map(Cycle::from))
}

/// The intake cycle: the earliest whose reporting window has not closed.
pub fn find_intake(connection: &mut Connection, now: DateTime<Utc>) -> Result<Option<Cycle>, StoreError> {
    let row = cycles::table
        .filter(cycles::reporting_closes_at.gt(At(now)))
        .order(cycles::month)
        .select(CycleRow::as_select())
        .first(connection)
        .optional()?;
    Ok(row.map(Cycle::from))
}

/// One page, the latest month first, before the last one seen.
pub fn list(connection: &mut Connection, before: Option<Month>, limit: i64) -> Result<Vec<Cycle>, StoreError> {
    let mut query = cycles::table.select(CycleRow::as_select()).into_boxed();
    if let Some(month) = before {
        query = query.filter(cycles::month.lt(month));
    }
    let rows: Vec<CycleRow> = query.order(cycles::month.desc()).limit(limit).load(connection)?;
    Ok(rows.into_iter().map(Cycle::from).collect())
}

/// The latest cycles whose voting has opened by a moment, the latest first.
pub fn voting_opened(connection: &mut Connection, now: DateTime<Utc>, most: i64) -> Result<Vec<Cycle>, StoreError> {
    let rows: Vec<CycleRow> = cycles::table
        .filter(cycles::voting_opens_at.le(At(now)))
        .order(cycles::month.desc())
        .limit(most)
        .select(CycleRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(Cycle::from).collect())
}

/// The months whose materials are not frozen, in order.
pub fn unfrozen(connection: &mut Connection) -> Result<Vec<Month>, StoreError> {
    Ok(cycles::table
        .filter(cycles::materials_frozen_at.is_null())
        .order(cycles::month)
        .select(cycles::month)
        .load(connection)?)
}

/// Writes windows, policy and checklists if the version is still that of the cycle given; false when it is not.
pub fn update_if(connection: &mut Connection, cycle: &Cycle, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let row = CycleRow::from(cycle);
    let target = cycles::table.filter(cycles::month.eq(cycle.month)).filter(cycles::version.eq(cycle.version));
    let moves_last_days = find(connection, cycle.month)?
        .is_some_and(|before| domain::statistics::moves_last_days(&before.windows, &cycle.windows));
    let changed = diesel::update(target)
        .set((
            (
                cycles::reporting_opens_at.eq(row.reporting_opens_at),
                cycles::reporting_closes_at.eq(row.reporting_closes_at),
                cycles::screening_opens_at.eq(row.screening_opens_at),
                cycles::screening_closes_at.eq(row.screening_closes_at),
                cycles::forwarding_opens_at.eq(row.forwarding_opens_at),
                cycles::forwarding_closes_at.eq(row.forwarding_closes_at),
                cycles::voting_opens_at.eq(row.voting_opens_at),
                cycles::voting_closes_at.eq(row.voting_closes_at),
            ),
            cycles::policy.eq(row.policy),
            cycles::checklists.eq(row.checklists),
            cycles::version.eq(cycles::version + 1),
            cycles::updated_at.eq(At(now)),
        ))
        .execute(connection)?;
    if moves_last_days {
        statistics::changes::note_cycle(connection, cycle.month)?;
    }
    Ok(changed == 1)
}

/// Freezes material and quota fields and checklists with the first verified candidate; later calls change nothing.
/// The cycle's row must be held for writing: see [`super::locks::cycle`].
pub fn freeze_materials(connection: &mut Connection, month: Month, now: DateTime<Utc>) -> Result<(), StoreError> {
    let target = cycles::table.filter(cycles::month.eq(month)).filter(cycles::materials_frozen_at.is_null());
    diesel::update(target)
        .set((
            cycles::materials_frozen_at.eq(Some(At(now))),
            cycles::version.eq(cycles::version + 1),
            cycles::updated_at.eq(At(now)),
        ))
        .execute(connection)?;
    Ok(())
}

/// Notes the publication of the list; false when it was published before.
pub fn set_published(connection: &mut Connection, month: Month, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let target = cycles::table.filter(cycles::month.eq(month)).filter(cycles::published_at.is_null());
    let changed = diesel::update(target)
        .set((
            cycles::published_at.eq(Some(At(now))),
            cycles::version.eq(cycles::version + 1),
            cycles::updated_at.eq(At(now)),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}
