//! The counts by cycle and place.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, upsert::excluded};

use crate::{
    domain::{
        id::OrganizationId,
        month::Month,
        statistics::{Detail, Level, NotASheet, Parts, Place, Sheet},
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
    ($query:expr, $filter:expr) => {{
        let mut query = $query
            .filter(statistic_cells::level.eq($filter.level))
            .filter(statistic_cells::cycle.eq_any($filter.cycles.clone()))
            .into_boxed();
        if let Some(districts) = &$filter.districts {
            query = query.filter(statistic_cells::district_id.eq_any(districts.clone()));
        }
        if let Some(units) = &$filter.units {
            query = query.filter(statistic_cells::unit_id.eq_any(units.clone()));
        }
        query
    }};
}

/// District and unit of a place, whatever the cycle.
pub type Site = (OrganizationId, OrganizationId);

/// The places, each once, of which there are counts in any of the cycles. The counts are not read.
pub fn sites(connection: &mut Connection, filter: &Filter) -> Result<Vec<Site>, StoreError> {
    let query = statistic_cells::table.select((statistic_cells::district_id, statistic_cells::unit_id)).distinct();
    Ok(filtered!(query, filter).load(connection)?)
}

/// Those of them where a candidate of any of the cycles is.
pub fn sites_with_candidates(connection: &mut Connection, filter: &Filter) -> Result<Vec<Site>, StoreError> {
    let query = statistic_cells::table.select((statistic_cells::district_id, statistic_cells::unit_id)).distinct();
    Ok(filtered!(query, filter).filter(statistic_cells::candidates.gt(0)).load(connection)?)
}

/// The same for each of the cycles.
pub fn places_with_candidates(connection: &mut Connection, filter: &Filter) -> Result<Vec<Place>, StoreError> {
    let columns = (statistic_cells::cycle, statistic_cells::district_id, statistic_cells::unit_id);
    let query = statistic_cells::table.select(columns);
    let rows: Vec<(Month, OrganizationId, OrganizationId)> =
        filtered!(query, filter).filter(statistic_cells::candidates.gt(0)).load(connection)?;
    Ok(rows.into_iter().map(|(cycle, district, unit)| Place { cycle, district, unit }).collect())
}

type Row = (Month, OrganizationId, OrganizationId, Vec<u8>, DateTime<Utc>);

fn rows(connection: &mut Connection, filter: &Filter) -> Result<Vec<Row>, StoreError> {
    let columns = (
        statistic_cells::cycle,
        statistic_cells::district_id,
        statistic_cells::unit_id,
        statistic_cells::cells,
        statistic_cells::counted_at,
    );
    let query = filtered!(statistic_cells::table.select(columns), filter);
    Ok(query
        .order((statistic_cells::cycle, statistic_cells::district_id, statistic_cells::unit_id))
        .load(connection)?)
}

fn unreadable(error: NotASheet) -> StoreError {
    StoreError::Schema(error.to_string())
}

/// The counts of a place.
#[derive(Clone, Debug)]
pub struct Counted<T> {
    /// Where.
    pub place: Place,
    /// What was counted.
    pub counts: T,
    /// When, by the campaign's clock.
    pub counted_at: DateTime<Utc>,
}

/// The counts of the places of a filter, in the order of cycles and places.
pub fn sheets(connection: &mut Connection, filter: &Filter) -> Result<Vec<Counted<Sheet>>, StoreError> {
    let read = |(cycle, district, unit, bytes, counted_at): Row| {
        let counts = Sheet::from_bytes(&bytes).map_err(unreadable)?;
        Ok(Counted { place: Place { cycle, district, unit }, counts, counted_at })
    };
    rows(connection, filter)?.into_iter().map(read).collect()
}

/// The same, told apart no further than is asked.
pub fn parts(connection: &mut Connection, filter: &Filter, detail: Detail) -> Result<Vec<Counted<Parts>>, StoreError> {
    let read = |(cycle, district, unit, bytes, counted_at): Row| {
        let counts = Parts::from_bytes(&bytes, detail).map_err(unreadable)?;
        Ok(Counted { place: Place { cycle, district, unit }, counts, counted_at })
    };
    rows(connection, filter)?.into_iter().map(read).collect()
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
        sum.merge(&counted.counts);
    }
    Ok(sum)
}
