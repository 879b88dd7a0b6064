//! By what the candidates' names are found when they are written in another way or with one character different.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::{Connection, StoreError, schema::candidate_name_keys};
use crate::domain::{id::OrganizationId, name_likeness::NameKeys};

/// A name in its district.
pub type Named<'a> = (&'a str, OrganizationId);

/// Puts the keys of a candidate's name in the place of those of the name before. The candidate's row is held.
pub fn replace(
    connection: &mut Connection,
    number: i64,
    (before, after): (Option<Named<'_>>, Named<'_>),
) -> Result<(), StoreError> {
    if before == Some(after) {
        return Ok(());
    }
    if let Some(before) = before {
        forget(connection, number, before)?;
    }
    let (name, district) = after;
    let row = |key: i64| {
        (
            candidate_name_keys::key.eq(key),
            candidate_name_keys::district_id.eq(district),
            candidate_name_keys::candidate.eq(number),
        )
    };
    let rows: Vec<_> = NameKeys::of(name).all().into_iter().map(row).collect();
    super::on_either!(connection, inner => {
        diesel::insert_into(candidate_name_keys::table).values(&rows).execute(inner)
    })?;
    Ok(())
}

/// Takes the keys of a candidate's name away, as far as they are there.
pub fn forget(connection: &mut Connection, number: i64, (name, district): Named<'_>) -> Result<(), StoreError> {
    let old = candidate_name_keys::table
        .filter(candidate_name_keys::key.eq_any(NameKeys::of(name).all()))
        .filter(candidate_name_keys::district_id.eq(district))
        .filter(candidate_name_keys::candidate.eq(number));
    diesel::delete(old).execute(connection)?;
    Ok(())
}
