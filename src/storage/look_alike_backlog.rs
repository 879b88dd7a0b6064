//! The candidates that are older than the tables by which look-alikes are found: taken up slice by slice.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl,
    RunQueryDsl, sql_query, sql_types::BigInt,
};

use super::{
    Connection, StoreError, deed_bands, name_keys,
    schema::{candidate_materials, candidates, look_alike_backlog},
};
use crate::domain::id::OrganizationId;

type Waiting = (i64, String, OrganizationId, Option<String>);

/// Whether any candidate has not been taken up. One row is read.
pub fn is_done(connection: &mut Connection) -> Result<bool, StoreError> {
    let left: Option<i32> = look_alike_backlog::table
        .filter(look_alike_backlog::done.lt(look_alike_backlog::last))
        .select(look_alike_backlog::id)
        .first(connection)
        .optional()?;
    Ok(left.is_none())
}

/// Takes the next candidates up, at most `limit` of them; returns how many, none when all have been. In one transaction,
/// which holds them against being edited and the backlog against other processes.
pub fn take_up(connection: &mut Connection, limit: i64) -> Result<usize, StoreError> {
    if let Connection::Postgres(inner) = connection {
        sql_query("SELECT 1 FROM look_alike_backlog FOR UPDATE").execute(inner)?;
    }
    let (done, last): (i64, i64) =
        look_alike_backlog::table.select((look_alike_backlog::done, look_alike_backlog::last)).first(connection)?;
    if let Connection::Postgres(inner) = connection {
        sql_query(
            "SELECT 1 FROM candidates WHERE number IN (SELECT number FROM candidates WHERE number > $1 AND number <= $2 \
             ORDER BY number LIMIT $3) ORDER BY id FOR UPDATE",
        )
        .bind::<BigInt, _>(done)
        .bind::<BigInt, _>(last)
        .bind::<BigInt, _>(limit)
        .execute(inner)?;
    }
    let waiting: Vec<Waiting> = candidates::table
        .left_join(candidate_materials::table.on(candidate_materials::candidate_id.eq(candidates::id)))
        .filter(candidates::number.gt(done).and(candidates::number.le(last)))
        .order(candidates::number)
        .limit(limit)
        .select((candidates::number, candidates::name, candidates::district_id, candidate_materials::deed.nullable()))
        .load(connection)?;
    for (number, name, district, deed) in &waiting {
        // What was edited since is there already.
        let (named, deed) = ((name.as_str(), *district), deed.as_deref());
        name_keys::forget(connection, *number, named)?;
        name_keys::replace(connection, *number, (None, named))?;
        deed_bands::replace(connection, *number, (deed, deed))?;
    }
    let reached = waiting.last().map_or(last, |(number, ..)| *number);
    diesel::update(look_alike_backlog::table).set(look_alike_backlog::done.eq(reached)).execute(connection)?;
    Ok(waiting.len())
}
