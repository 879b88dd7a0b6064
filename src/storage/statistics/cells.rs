//! The counts by cycle and place.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, upsert::excluded};

use crate::{
    domain::{
        id::OrganizationId,
        month::Month,
        statistics::{Level, Place, Sheet},
    },
    storage::{Connection, StoreError, schema::statistic_cells, sql_values::At},
};

/// Which places. What is `None` says nothing.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Of which size.
    pub level: Level,
    /// Of these cycles.
    pub cycles: Vec<Month>,
    /// Of these districts.
    pub districts: Option<Vec<OrganizationId>>,
    /// Of these units.
    pub units: Option<Vec<OrganizationId>>,
}

macro_rules! filtered {
    ($filter:expr, $columns:expr) => {{
        let mut query = statistic_cells::table
            .filter(statistic_cells::level.eq($filter.level))
            .filter(statistic_cells::cycle.eq_any($filter.cycles.clone()))
            .select($columns)
            .into_boxed();
        if let Some(districts) = &$filter.districts {
            query = query.filter(statistic_cells::district_id.eq_any(districts.clone()));
        }
        if let Some(units) = &$filter.units {
            query = query.filter(statistic_cells::unit_id.eq_any(units.clone()));
        }
        query.order((statistic_cells::cycle, statistic_cells::district_id, statistic_cells::unit_id))
    }};
}

/// The places of which there are counts, each with how many candidates of the cycle lie there. The counts are not read.
pub fn places(connection: &mut Connection, filter: &Filter) -> Result<Vec<(Place, i32)>, StoreError> {
    type Row = (Month, OrganizationId, OrganizationId, i32);
    let columns =
        (statistic_cells::cycle, statistic_cells::district_id, statistic_cells::unit_id, statistic_cells::candidates);
    let rows: Vec<Row> = filtered!(filter, columns).load(connection)?;
    Ok(rows
        .into_iter()
        .map(|(cycle, district, unit, candidates)| (Place { cycle, district, unit }, candidates))
        .collect())
}

/// The counts of a place.
#[derive(Clone, Debug)]
pub struct Counted {
    /// Where.
    pub place: Place,
    /// What was counted.
    pub sheet: Sheet,
    /// When, by the campaign's clock.
    pub counted_at: DateTime<Utc>,
}

/// The counts of the places of a filter, in the order of cycles and places.
pub fn sheets(connection: &mut Connection, filter: &Filter) -> Result<Vec<Counted>, StoreError> {
    type Row = (Month, OrganizationId, OrganizationId, Vec<u8>, DateTime<Utc>);
    let columns = (
        statistic_cells::cycle,
        statistic_cells::district_id,
        statistic_cells::unit_id,
        statistic_cells::cells,
        statistic_cells::counted_at,
    );
    let rows: Vec<Row> = filtered!(filter, columns).load(connection)?;
    let read = |(cycle, district, unit, bytes, counted_at): Row| {
        let sheet = Sheet::from_bytes(&bytes).map_err(|error| StoreError::Schema(error.to_string()))?;
        Ok(Counted { place: Place { cycle, district, unit }, sheet, counted_at })
    };
    rows.into_iter().map(read).collect()
}

/// Puts the counts of a place into the place of the former ones; without any, the place is gone.
pub fn replace(
    connection: &mut Connection,
    (level, place): (Level, Place),
    sheet: &Sheet,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if sheet.is_empty() {
        let of_place = statistic_cells::table.find((level, place.cycle, place.district, place.unit));
        diesel::delete(of_place).execute(connection)?;
        return Ok(());
    }
    let row = (
        statistic_cells::level.eq(level),
        statistic_cells::cycle.eq(place.cycle),
        statistic_cells::district_id.eq(place.district),
        statistic_cells::unit_id.eq(place.unit),
        statistic_cells::candidates.eq(i32::try_from(sheet.candidates()).unwrap_or(i32::MAX)),
        statistic_cells::cells.eq(sheet.to_bytes()),
        statistic_cells::counted_at.eq(At(now)),
    );
    let key = (statistic_cells::level, statistic_cells::cycle, statistic_cells::district_id, statistic_cells::unit_id);
    let new = (
        statistic_cells::candidates.eq(excluded(statistic_cells::candidates)),
        statistic_cells::cells.eq(excluded(statistic_cells::cells)),
        statistic_cells::counted_at.eq(excluded(statistic_cells::counted_at)),
    );
    on_either!(connection, inner => {
        diesel::insert_into(statistic_cells::table).values(row).on_conflict(key).do_update().set(new).execute(inner)
    })?;
    Ok(())
}

/// The sum of a cycle's places of a level: of one district, or of all.
pub fn sum(
    connection: &mut Connection,
    level: Level,
    (cycle, district): (Month, Option<OrganizationId>),
) -> Result<Sheet, StoreError> {
    let districts = district.map(|district| vec![district]);
    let filter = Filter { level, cycles: vec![cycle], districts, units: None };
    let mut sum = Sheet::default();
    for counted in sheets(connection, &filter)? {
        sum.merge(&counted.sheet);
    }
    Ok(sum)
}
