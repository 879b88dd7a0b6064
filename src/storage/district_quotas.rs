//! The places of a district in a cycle: one counter row, which the database keeps between 0 and its limit.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, sql_query, sql_types::Integer};

use super::{Connection, StoreError, schema::district_quotas, sql_types::Id};
use crate::domain::{id::OrganizationId, month::Month};

/// The counter of a district in a cycle.
pub type Key = (Month, OrganizationId);

/// Holds the counter against every other writer, making it with the limit given when it is not there, and returns the
/// places in use. Locked after the candidate.
pub fn lock(connection: &mut Connection, (month, district): Key, limit: u32) -> Result<u32, StoreError> {
    let values = (
        district_quotas::cycle.eq(month),
        district_quotas::district_id.eq(district),
        district_quotas::quota.eq(i32::try_from(limit).unwrap_or(i32::MAX)),
        district_quotas::used.eq(0),
    );
    super::on_either!(connection, inner => {
        diesel::insert_into(district_quotas::table).values(values).on_conflict_do_nothing().execute(inner)
    })?;
    if let Connection::Postgres(inner) = connection {
        sql_query("SELECT 1 FROM district_quotas WHERE cycle = $1 AND district_id = $2 FOR UPDATE")
            .bind::<Integer, _>(month.number())
            .bind::<Id, _>(district)
            .execute(inner)?;
    }
    used(connection, (month, district))
}

/// The places in use.
pub fn used(connection: &mut Connection, (month, district): Key) -> Result<u32, StoreError> {
    let used: Option<i32> =
        district_quotas::table.find((month, district)).select(district_quotas::used).first(connection).optional()?;
    Ok(used.and_then(|used| u32::try_from(used).ok()).unwrap_or(0))
}

/// The places in use of several counters; a counter that is not there has none in use.
pub fn used_of(connection: &mut Connection, keys: &BTreeSet<Key>) -> Result<BTreeMap<Key, u32>, StoreError> {
    let (months, districts): (BTreeSet<Month>, BTreeSet<OrganizationId>) = keys.iter().copied().unzip();
    let rows: Vec<(Month, OrganizationId, i32)> = district_quotas::table
        .filter(district_quotas::cycle.eq_any(months))
        .filter(district_quotas::district_id.eq_any(districts))
        .select((district_quotas::cycle, district_quotas::district_id, district_quotas::used))
        .load(connection)?;
    Ok(rows.into_iter().map(|(month, id, used)| ((month, id), u32::try_from(used).unwrap_or(0))).collect())
}

/// Takes a place; false when all are taken.
pub fn take(connection: &mut Connection, (month, district): Key) -> Result<bool, StoreError> {
    let free = district_quotas::table.find((month, district)).filter(district_quotas::used.lt(district_quotas::quota));
    let taken = diesel::update(free).set(district_quotas::used.eq(district_quotas::used + 1)).execute(connection)?;
    Ok(taken == 1)
}

/// Gives a place back; false when none was taken.
pub fn give_back(connection: &mut Connection, (month, district): Key) -> Result<bool, StoreError> {
    let taken = district_quotas::table.find((month, district)).filter(district_quotas::used.gt(0));
    let given = diesel::update(taken).set(district_quotas::used.eq(district_quotas::used - 1)).execute(connection)?;
    Ok(given == 1)
}

/// The counters of some cycles of which no place is left.
pub fn used_up(connection: &mut Connection, cycles: &[Month]) -> Result<Vec<Key>, StoreError> {
    Ok(district_quotas::table
        .filter(district_quotas::cycle.eq_any(cycles.to_vec()))
        .filter(district_quotas::quota.gt(0))
        .filter(district_quotas::used.ge(district_quotas::quota))
        .select((district_quotas::cycle, district_quotas::district_id))
        .load(connection)?)
}
