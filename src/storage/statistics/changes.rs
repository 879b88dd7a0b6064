//! Where something changed that is not counted yet. A change is a row that is added in the transaction of the change, so
//! that acts never wait for each other here; who counts removes the rows that it had seen before it looked.

use std::collections::BTreeSet;

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, sql_query, sql_types::Integer};

use crate::{
    domain::{
        id::{CandidateId, LeadId, OrganizationId},
        month::Month,
        statistics::{Level, Place},
    },
    storage::{Connection, StoreError, schema::statistic_changes, sql_types::Id},
};

const NOTE: &str = "INSERT INTO statistic_changes (level, cycle, district_id, unit_id) ";

/// Notes a candidate's present place, for every cycle in which it ran. Before and after a change of the place.
pub fn note_candidate(connection: &mut Connection, id: CandidateId) -> Result<(), StoreError> {
    let query = "SELECT 'unit', ran.cycle, c.district_id, COALESCE(c.unit_id, c.district_id) FROM candidates c \
         CROSS JOIN (SELECT cycle FROM candidates WHERE id = $1 UNION SELECT cycle FROM transitions WHERE candidate_id = $1) AS ran \
         WHERE c.id = $1";
    sql_query(format!("{NOTE}{query}")).bind::<Id, _>(id).execute(connection)?;
    Ok(())
}

/// Notes where a lead lies. Before and after a change of that.
pub fn note_lead(connection: &mut Connection, id: LeadId) -> Result<(), StoreError> {
    let query = "SELECT 'unit', l.cycle, COALESCE(o.district_id, o.id, $1), COALESCE(o.id, $1) FROM leads l \
         LEFT JOIN organizations o ON o.id = l.organization_id AND o.kind <> 'city' WHERE l.id = $2";
    sql_query(format!("{NOTE}{query}")).bind::<Id, _>(Place::NOWHERE).bind::<Id, _>(id).execute(connection)?;
    Ok(())
}

/// Notes all places of a cycle, whose windows decide what was in time.
pub fn note_cycle(connection: &mut Connection, month: Month) -> Result<(), StoreError> {
    let query = "SELECT level, cycle, district_id, unit_id FROM statistic_cells WHERE level = 'unit' AND cycle = $1";
    sql_query(format!("{NOTE}{query}")).bind::<Integer, _>(month).execute(connection)?;
    Ok(())
}

/// Notes where the leads of a unit lie. Before and after it is moved to another district: they go with it, while candidates
/// stay in the district that endorsed them.
pub fn note_leads_of(connection: &mut Connection, unit: OrganizationId) -> Result<(), StoreError> {
    note_leads(connection, "o.id", unit)
}

/// The same for the units directly below one.
pub fn note_leads_below(connection: &mut Connection, unit: OrganizationId) -> Result<(), StoreError> {
    note_leads(connection, "o.parent_id", unit)
}

fn note_leads(connection: &mut Connection, column: &'static str, id: OrganizationId) -> Result<(), StoreError> {
    let query = "SELECT DISTINCT 'unit', l.cycle, COALESCE(o.district_id, o.id), o.id FROM organizations o \
         JOIN leads l ON l.organization_id = o.id WHERE o.kind = 'unit'";
    sql_query(format!("{NOTE}{query} AND {column} = $1")).bind::<Id, _>(id).execute(connection)?;
    Ok(())
}

/// Notes places, of any level.
pub fn add(connection: &mut Connection, level: Level, places: &BTreeSet<Place>) -> Result<(), StoreError> {
    for place in places {
        diesel::insert_into(statistic_changes::table)
            .values((
                statistic_changes::level.eq(level),
                statistic_changes::cycle.eq(place.cycle),
                statistic_changes::district_id.eq(place.district),
                statistic_changes::unit_id.eq(place.unit),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// Whether so many changes wait at most, and at least one.
pub fn are_few(connection: &mut Connection, most: i64) -> Result<bool, StoreError> {
    let some: Vec<i64> = statistic_changes::table.select(statistic_changes::id).limit(most + 1).load(connection)?;
    Ok(!some.is_empty() && i64::try_from(some.len()).unwrap_or(i64::MAX) <= most)
}

/// Those of some cycles of which something is not counted yet.
pub fn behind(connection: &mut Connection, cycles: &[Month]) -> Result<Vec<Month>, StoreError> {
    Ok(statistic_changes::table
        .filter(statistic_changes::cycle.eq_any(cycles.to_vec()))
        .select(statistic_changes::cycle)
        .distinct()
        .order(statistic_changes::cycle)
        .load(connection)?)
}

/// A change that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its row.
    pub id: i64,
    /// Where.
    pub place: Place,
}

type Row = (i64, Month, OrganizationId, OrganizationId);

/// The changes at some places of a level, the oldest first. At units these are all changes of the units of the oldest ones,
/// so that a unit is looked through once for all its cycles.
pub fn next(connection: &mut Connection, level: Level, places: usize) -> Result<Vec<Waiting>, StoreError> {
    let oldest = load(connection, level, None)?;
    if level == Level::Unit {
        let units = first(oldest.iter().map(|waiting| waiting.place.unit), places);
        return load(connection, level, Some(units));
    }
    let chosen = first(oldest.iter().map(|waiting| waiting.place), places);
    Ok(oldest.into_iter().filter(|waiting| chosen.contains(&waiting.place)).collect())
}

fn first<T: Ord>(all: impl Iterator<Item = T>, count: usize) -> BTreeSet<T> {
    let mut chosen = BTreeSet::new();
    for one in all {
        if chosen.len() < count {
            chosen.insert(one);
        }
    }
    chosen
}

fn load(
    connection: &mut Connection,
    level: Level,
    units: Option<BTreeSet<OrganizationId>>,
) -> Result<Vec<Waiting>, StoreError> {
    let mut query = statistic_changes::table
        .filter(statistic_changes::level.eq(level))
        .order(statistic_changes::id)
        .limit(MOST)
        .select((
            statistic_changes::id,
            statistic_changes::cycle,
            statistic_changes::district_id,
            statistic_changes::unit_id,
        ))
        .into_boxed();
    if let Some(units) = units {
        query = query.filter(statistic_changes::unit_id.eq_any(units));
    }
    let rows: Vec<Row> = query.load(connection)?;
    let read = |(id, cycle, district, unit)| Waiting { id, place: Place { cycle, district, unit } };
    Ok(rows.into_iter().map(read).collect())
}

/// Changes that are taken up together at most.
const MOST: i64 = 500;

/// Removes changes that were counted.
pub fn remove(connection: &mut Connection, ids: &[i64]) -> Result<(), StoreError> {
    diesel::delete(statistic_changes::table.filter(statistic_changes::id.eq_any(ids.to_vec()))).execute(connection)?;
    Ok(())
}
