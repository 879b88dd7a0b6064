//! The districts' places of a cycle and whose they are.

use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, RunQueryDsl};

use super::{
    Connection, StoreError,
    schema::{candidates, district_quotas, organizations},
};
use crate::domain::{
    candidate::Status,
    category::CategoryCode,
    id::{CandidateId, OrganizationId},
    month::Month,
    organization::OrganizationKind,
    scope::Scope,
};

/// A district with the places it uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistrictUse {
    /// The district.
    pub district_id: OrganizationId,
    /// Its code.
    pub code: Option<String>,
    /// Its name.
    pub name: String,
    /// Places in use.
    pub used: i32,
}

/// A candidate that takes a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The candidate.
    pub id: CandidateId,
    /// By whose place.
    pub district_id: OrganizationId,
    /// Carried by which unit.
    pub unit_id: Option<OrganizationId>,
    /// Name.
    pub name: String,
    /// In which category.
    pub category: CategoryCode,
    /// In which status.
    pub status: Status,
}

/// The districts and their use of a cycle's places, by code; all, or the one given.
pub fn list_districts(
    connection: &mut Connection,
    month: Month,
    only: Option<OrganizationId>,
) -> Result<Vec<DistrictUse>, StoreError> {
    let places = district_quotas::district_id.eq(organizations::id).and(district_quotas::cycle.eq(month));
    let mut query = organizations::table
        .left_join(district_quotas::table.on(places))
        .filter(organizations::kind.eq(OrganizationKind::District))
        .select((organizations::id, organizations::code, organizations::name, district_quotas::used.nullable()))
        .into_boxed();
    if let Some(district) = only {
        query = query.filter(organizations::id.eq(district));
    }
    let rows: Vec<(OrganizationId, Option<String>, String, Option<i32>)> =
        query.order((organizations::code, organizations::id)).load(connection)?;
    Ok(rows
        .into_iter()
        .map(|(district_id, code, name, used)| DistrictUse { district_id, code, name, used: used.unwrap_or(0) })
        .collect())
}

/// The candidates that take places of a cycle, as far as a scope sees them.
pub fn list_holders(connection: &mut Connection, month: Month, scope: &Scope) -> Result<Vec<Holder>, StoreError> {
    let counted: Vec<Status> = Status::ALL.iter().copied().filter(|status| status.counts_for_quota()).collect();
    let mut query = candidates::table
        .filter(candidates::cycle.eq(month))
        .filter(candidates::status.eq_any(counted))
        .select((
            candidates::id,
            candidates::district_id,
            candidates::unit_id,
            candidates::name,
            candidates::category,
            candidates::status,
        ))
        .into_boxed();
    match scope {
        Scope::City => {}
        Scope::District(district) => query = query.filter(candidates::district_id.eq(*district)),
        Scope::Units(units) => query = query.filter(candidates::unit_id.eq_any(units.clone())),
        Scope::Nowhere => return Ok(vec![]),
    }
    let rows: Vec<(CandidateId, OrganizationId, Option<OrganizationId>, String, CategoryCode, Status)> =
        query.order((candidates::created_at, candidates::id)).load(connection)?;
    Ok(rows
        .into_iter()
        .map(|(id, district_id, unit_id, name, category, status)| Holder {
            id,
            district_id,
            unit_id,
            name,
            category,
            status,
        })
        .collect())
}

/// Brings the limit of every district of a cycle to the policy's. A limit under the use is refused by the database.
pub fn set_limit(connection: &mut Connection, month: Month, limit: i32) -> Result<(), StoreError> {
    diesel::update(district_quotas::table.filter(district_quotas::cycle.eq(month)))
        .set(district_quotas::quota.eq(limit))
        .execute(connection)?;
    Ok(())
}
