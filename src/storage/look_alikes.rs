//! Candidates that may be alike, by key. Which of them a reviewer may know of is not decided here.

use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
};

use super::{
    Connection, StoreError,
    schema::{candidate_contacts, candidate_materials, candidate_name_keys, candidates},
};
use crate::domain::{
    candidate::{Status, Visibility},
    category::CategoryCode,
    id::{CandidateId, OrganizationId},
    month::Month,
};

/// What is read of a candidate that may be alike.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = candidates)]
pub struct Found {
    /// Its number.
    pub number: i64,
    /// Its id.
    pub id: CandidateId,
    /// In which cycle it runs.
    pub cycle: Month,
    /// In which category.
    pub category: CategoryCode,
    /// Where it stands.
    pub status: Status,
    /// Whether it may be shown.
    pub visibility: Visibility,
    /// Name of the person or group.
    pub name: String,
    /// The deed in one sentence.
    pub summary: String,
    /// The unit that carries it.
    pub unit_id: Option<OrganizationId>,
    /// The district.
    pub district_id: OrganizationId,
    /// Grows with each change.
    pub version: i64,
}

/// Reads the candidates with these numbers, in no order. Asks for nothing else: beside a long list of numbers `SQLite`
/// would rather walk an index of districts or states.
pub fn list(connection: &mut Connection, numbers: &[i64]) -> Result<Vec<Found>, StoreError> {
    Ok(candidates::table
        .filter(candidates::number.eq_any(numbers.to_vec()))
        .select(Found::as_select())
        .load(connection)?)
}

/// The numbers of candidates with the same telephone, by its blind index, at most `limit`.
pub fn with_phone(connection: &mut Connection, index: &[u8], limit: i64) -> Result<Vec<i64>, StoreError> {
    Ok(candidate_contacts::table
        .inner_join(candidates::table.on(candidates::id.eq(candidate_contacts::candidate_id)))
        .filter(candidate_contacts::phone_index.eq(index))
        .select(candidates::number)
        .limit(limit)
        .load(connection)?)
}

/// The numbers of candidates whose names have one of these keys, in a district or in all, at most `limit`.
pub fn named(
    connection: &mut Connection,
    (keys, district): (&[i64], Option<OrganizationId>),
    limit: i64,
) -> Result<Vec<i64>, StoreError> {
    let mut query = candidate_name_keys::table
        .filter(candidate_name_keys::key.eq_any(keys.to_vec()))
        .select(candidate_name_keys::candidate)
        .limit(limit)
        .into_boxed();
    if let Some(district) = district {
        query = query.filter(candidate_name_keys::district_id.eq(district));
    }
    Ok(query.load(connection)?)
}

/// The deeds of several candidates.
pub fn deeds(connection: &mut Connection, ids: &[CandidateId]) -> Result<Vec<(CandidateId, String)>, StoreError> {
    Ok(candidate_materials::table
        .filter(candidate_materials::candidate_id.eq_any(ids.to_vec()))
        .filter(candidate_materials::deed.is_not_null())
        .select((candidate_materials::candidate_id, candidate_materials::deed.assume_not_null()))
        .load(connection)?)
}
