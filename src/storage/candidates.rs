//! The recommended. Contacts, photos, consent and nominations have modules of their own.

mod list;
mod row;
mod waiting;

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, SelectableHelper,
};

use self::row::{CandidateRow, NewCandidateRow};
use super::{
    Connection, StoreError, candidate_grams, deed_bands, locks, name_keys,
    schema::{candidate_materials, candidates},
    sql_values::At,
    statistics,
};
use crate::domain::{
    candidate::Candidate,
    id::{CandidateId, OrganizationId},
    month::Month,
    text,
};

pub use list::{CandidateFilter, Shown, count, last_return_reasons, list, published_since};
pub use row::CandidateChange;
pub use waiting::{WaitingKey, list_waiting, place};

/// Adds a candidate with its deed, and returns the number by which votes name it; `candidate.number` is not looked at.
pub fn insert(connection: &mut Connection, candidate: &Candidate) -> Result<i64, StoreError> {
    let number: i64 = diesel::insert_into(candidates::table)
        .values(NewCandidateRow::from(candidate))
        .returning(candidates::number)
        .get_result(connection)?;
    diesel::insert_into(candidate_materials::table)
        .values((
            candidate_materials::candidate_id.eq(candidate.id),
            candidate_materials::deed.eq(candidate.deed.as_deref()),
        ))
        .execute(connection)?;
    index(connection, number, candidate)?;
    statistics::changes::note_candidate(connection, candidate.id)?;
    Ok(number)
}

/// Makes a candidate that was just added to be found: by name and summary, and by those who look alike. Part of [`insert`];
/// what comes into being in bulk is indexed afterwards, a slice at a time.
pub fn index(connection: &mut Connection, number: i64, candidate: &Candidate) -> Result<(), StoreError> {
    candidate_grams::add(connection, number, &[&candidate.name, &candidate.summary])?;
    // A change of the file may have come before what was made in bulk.
    let (name, deed) = ((candidate.name.as_str(), candidate.district_id), candidate.deed.as_deref());
    name_keys::forget(connection, number, name)?;
    name_keys::replace(connection, number, (None, name))?;
    deed_bands::replace(connection, number, (deed, deed))
}

/// Finds a candidate with its deed.
pub fn find(connection: &mut Connection, id: CandidateId) -> Result<Option<Candidate>, StoreError> {
    let row: Option<(CandidateRow, Option<String>)> = candidates::table
        .left_join(candidate_materials::table.on(candidate_materials::candidate_id.eq(candidates::id)))
        .filter(candidates::id.eq(id))
        .select((CandidateRow::as_select(), candidate_materials::deed.nullable()))
        .first(connection)
        .optional()?;
    Ok(row.map(|(row, deed)| row.into_domain(deed)))
}

/// Finds several candidates with their deeds, in no order.
pub fn list_of(connection: &mut Connection, ids: &[CandidateId]) -> Result<Vec<Candidate>, StoreError> {
    let rows: Vec<(CandidateRow, Option<String>)> = candidates::table
        .left_join(candidate_materials::table.on(candidate_materials::candidate_id.eq(candidates::id)))
        .filter(candidates::id.eq_any(ids.to_vec()))
        .select((CandidateRow::as_select(), candidate_materials::deed.nullable()))
        .load(connection)?;
    Ok(rows.into_iter().map(|(row, deed)| row.into_domain(deed)).collect())
}

/// Finds a candidate that must exist.
pub fn get(connection: &mut Connection, id: CandidateId) -> Result<Candidate, StoreError> {
    find(connection, id)?.ok_or(StoreError::Missing("candidate"))
}

/// Holds the candidate's row against every other writer for the rest of the transaction, then reads it.
/// Whatever changes a candidate, its photos, contacts, consent or nominations begins with this.
pub fn lock(connection: &mut Connection, id: CandidateId) -> Result<Option<Candidate>, StoreError> {
    locks::candidate(connection, id)?;
    find(connection, id)
}

/// Changes a candidate if its version is still the one given, and raises the version; `None` when it is not.
/// What is `None` in the change stays. Returns the new version.
pub fn update_if(
    connection: &mut Connection,
    (id, version): (CandidateId, i64),
    change: &CandidateChange,
    now: DateTime<Utc>,
) -> Result<Option<i64>, StoreError> {
    let is_renamed = change.name.is_some() || change.district_id.is_some();
    let before = if is_renamed { named(connection, id)? } else { None };
    if change.moves_counts() {
        statistics::changes::note_candidate(connection, id)?;
    }
    let updated: Option<(i64, i64)> = diesel::update(candidates::table)
        .filter(candidates::id.eq(id))
        .filter(candidates::version.eq(version))
        .set((change, candidates::version.eq(candidates::version + 1), candidates::updated_at.eq(At(now))))
        .returning((candidates::number, candidates::version))
        .get_result(connection)
        .optional()?;
    let Some((number, version)) = updated else { return Ok(None) };
    if let Some(cycle) = change.cycle {
        note_latest(connection, number, cycle)?;
    }
    if change.moves_counts() {
        statistics::changes::note_candidate(connection, id)?;
    }
    if change.name.is_some() || change.summary.is_some() {
        let (name, summary): (String, String) = candidates::table
            .filter(candidates::number.eq(number))
            .select((candidates::name, candidates::summary))
            .first(connection)?;
        candidate_grams::replace(connection, number, &[&name, &summary])?;
    }
    if let Some((name, district)) = &before
        && let Some((new_name, new_district)) = named(connection, id)?
    {
        let names = (Some((name.as_str(), *district)), (new_name.as_str(), new_district));
        name_keys::replace(connection, number, names)?;
    }
    Ok(Some(version))
}

/// The latest cycle in which a candidate ever ran stays when it falls back into an earlier one, whose window was extended.
fn note_latest(connection: &mut Connection, number: i64, cycle: Month) -> Result<(), StoreError> {
    let ran_before = candidates::table.filter(candidates::number.eq(number)).filter(candidates::latest_cycle.lt(cycle));
    diesel::update(ran_before).set(candidates::latest_cycle.eq(cycle)).execute(connection)?;
    Ok(())
}

fn named(connection: &mut Connection, id: CandidateId) -> Result<Option<(String, OrganizationId)>, StoreError> {
    Ok(candidates::table
        .filter(candidates::id.eq(id))
        .select((candidates::name, candidates::district_id))
        .first(connection)
        .optional()?)
}

/// Notes that something of the file changed that lies in another table: photos, contacts, consent, nominations.
/// Raises the version; `None` when it is not the one given.
pub fn touch_if(
    connection: &mut Connection,
    at: (CandidateId, i64),
    now: DateTime<Utc>,
) -> Result<Option<i64>, StoreError> {
    let change = CandidateChange { materials_changed_at: Some(At(now)), ..CandidateChange::default() };
    update_if(connection, at, &change, now)
}

/// Replaces the deed, and by what it is found. Part of an [`update_if`] in the same transaction, of a candidate that is held.
pub fn set_deed(connection: &mut Connection, id: CandidateId, deed: Option<&str>) -> Result<(), StoreError> {
    let before: Option<(i64, Option<String>)> = candidates::table
        .inner_join(candidate_materials::table.on(candidate_materials::candidate_id.eq(candidates::id)))
        .filter(candidates::id.eq(id))
        .select((candidates::number, candidate_materials::deed))
        .first(connection)
        .optional()?;
    if let Some((number, before)) = &before {
        deed_bands::replace(connection, *number, (before.as_deref(), deed))?;
    }
    diesel::update(candidate_materials::table)
        .filter(candidate_materials::candidate_id.eq(id))
        .set(candidate_materials::deed.eq(deed))
        .execute(connection)?;
    Ok(())
}

/// The form of a name that is stored for searching.
fn folded(name: &str) -> String {
    text::fold(name)
}
