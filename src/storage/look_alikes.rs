//! Candidates that may be alike, as far as a reviewer may know of them.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl, Queryable, RunQueryDsl, Selectable,
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
    scope::Scope,
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

/// By what candidates are looked for.
#[derive(Clone, Debug)]
pub enum Which<'a> {
    /// By number.
    Numbers(&'a [i64]),
    /// By the blind index of the telephone number.
    Phone(&'a [u8]),
    /// By keys of the name, in one district.
    Named(&'a [i64], OrganizationId),
    /// By the key of the whole name, among those on the list of an earlier month, in every district.
    ListedBefore(i64, Month),
}

/// How far a reviewer sees.
#[derive(Clone, Debug)]
pub struct Horizon {
    /// The subtree.
    pub scope: Scope,
    /// What everybody sees beside it; none where only the subtree counts. Holds the cycles whose not listed candidates are
    /// still shown.
    pub public: Option<Vec<Month>>,
}

/// The candidates found, at most `limit` of them, in no order.
pub fn list(
    connection: &mut Connection,
    horizon: &Horizon,
    which: &Which<'_>,
    limit: i64,
) -> Result<Vec<Found>, StoreError> {
    let mut query = candidates::table.select(Found::as_select()).limit(limit).into_boxed();
    query = match which {
        Which::Numbers(numbers) => query.filter(candidates::number.eq_any(numbers.to_vec())),
        Which::Phone(index) => {
            let reached = candidate_contacts::table.filter(candidate_contacts::phone_index.eq(index.to_vec()));
            query.filter(candidates::id.eq_any(reached.select(candidate_contacts::candidate_id)))
        }
        Which::Named(keys, district) => {
            let named = candidate_name_keys::table
                .filter(candidate_name_keys::key.eq_any(keys.to_vec()))
                .filter(candidate_name_keys::district_id.eq(*district));
            query.filter(candidates::number.eq_any(named.select(candidate_name_keys::candidate)))
        }
        Which::ListedBefore(key, month) => {
            let named = candidate_name_keys::table.filter(candidate_name_keys::key.eq(*key));
            query
                .filter(candidates::number.eq_any(named.select(candidate_name_keys::candidate)))
                .filter(candidates::status.eq(Status::Listed))
                .filter(candidates::cycle.lt(*month))
        }
    };
    // Without the list of cycles nothing is public: no candidate runs in none.
    let recent = horizon.public.clone();
    let shown = || {
        let still =
            candidates::status.eq(Status::NotListed).and(candidates::cycle.eq_any(recent.clone().unwrap_or_default()));
        let statuses = match recent {
            Some(_) => vec![Status::Forwarded, Status::Listed],
            None => Vec::new(),
        };
        candidates::visibility.eq(Visibility::Shown).and(candidates::status.eq_any(statuses).or(still))
    };
    query = match &horizon.scope {
        Scope::City => query,
        Scope::District(district) => query.filter(candidates::district_id.eq(*district).or(shown())),
        Scope::Units(units) => {
            let units: Vec<_> = units.iter().copied().map(Some).collect();
            query.filter(candidates::unit_id.eq_any(units).or(shown()))
        }
        Scope::Nowhere => query.filter(shown()),
    };
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
