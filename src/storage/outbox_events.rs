//! Outgoing events: written in the transaction that causes them, and numbered (sealed) after its commit, so that whoever reads
//! on from a number misses none.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    dsl::exists, select, sql_query, sql_types::BigInt,
};
use serde_json::Value;

use super::{
    Connection, StoreError,
    schema::{event_seals, outbox_events},
    sql_types::Instant,
    sql_values::{At, Stored},
};
use crate::domain::{
    event::EventKind,
    id::{EventId, OrganizationId},
    month::Month,
};

/// An event.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = outbox_events, treat_none_as_default_value = false)]
pub struct OutboxEvent {
    /// Its id.
    pub id: EventId,
    /// Campaign time.
    pub at: At,
    /// What happened.
    pub kind: EventKind,
    /// To what kind of thing.
    pub subject_kind: String,
    /// To which one.
    pub subject_id: String,
    /// In which cycle.
    pub cycle: Option<Month>,
    /// In which district.
    pub district_id: Option<OrganizationId>,
    /// In which unit.
    pub unit_id: Option<OrganizationId>,
    /// Figures and codes, no personal data.
    pub payload: Stored<Value>,
    /// Its place among all events; none until it is sealed.
    pub number: Option<i64>,
    /// When it was sealed, by the machine's clock.
    pub sealed_at: Option<At>,
}

/// Adds an event.
pub fn insert(connection: &mut Connection, row: &OutboxEvent) -> Result<(), StoreError> {
    diesel::insert_into(outbox_events::table).values(row).execute(connection)?;
    Ok(())
}

/// Whether an event waits for its number.
pub fn is_any_unsealed(connection: &mut Connection) -> Result<bool, StoreError> {
    let unsealed = outbox_events::table.filter(outbox_events::number.is_null());
    Ok(select(exists(unsealed)).get_result(connection)?)
}

/// Numbers at most `limit` of the events that wait, in the order in which they were written; returns how many. What was
/// written after another change had been committed is numbered after it. One process at a time does this; none waits for another, which
/// is told by 0.
pub fn seal(connection: &mut Connection, now: DateTime<Utc>, limit: i64) -> Result<usize, StoreError> {
    let row = event_seals::table.find(0_i16).select(event_seals::last);
    let last: Option<i64> = match connection {
        Connection::Postgres(inner) => row.for_update().skip_locked().first(inner).optional()?,
        Connection::Sqlite(inner) => row.first(inner).optional()?,
    };
    let Some(last) = last else { return Ok(0) };
    let numbered = sql_query(
        "UPDATE outbox_events SET number = $1 + waiting.place, sealed_at = $2 FROM ( \
             SELECT arrived, row_number() OVER (ORDER BY arrived) AS place FROM outbox_events WHERE number IS NULL \
             ORDER BY arrived LIMIT $3 \
         ) AS waiting WHERE outbox_events.arrived = waiting.arrived",
    );
    let sealed =
        numbered.bind::<BigInt, _>(last).bind::<Instant, _>(At(now)).bind::<BigInt, _>(limit).execute(connection)?;
    let last = last + i64::try_from(sealed).unwrap_or(0);
    diesel::update(event_seals::table.find(0_i16)).set(event_seals::last.eq(last)).execute(connection)?;
    Ok(sealed)
}

/// The number of the last event that was sealed; 0 before the first.
pub fn last_number(connection: &mut Connection) -> Result<i64, StoreError> {
    let last = event_seals::table.find(0_i16).select(event_seals::last).first(connection).optional()?;
    last.ok_or(StoreError::Missing("seal of events"))
}

/// The number of the first event sealed at a moment or later; none when there is none. Clocks of several servers differ, so that the first
/// by its time is not the first by its number; among so many it is.
pub fn first_since(connection: &mut Connection, moment: DateTime<Utc>) -> Result<Option<i64>, StoreError> {
    const AMONG: i64 = 1_000;
    let found: Vec<Option<i64>> = outbox_events::table
        .filter(outbox_events::sealed_at.ge(At(moment)))
        .order((outbox_events::sealed_at, outbox_events::number))
        .limit(AMONG)
        .select(outbox_events::number)
        .load(connection)?;
    Ok(found.into_iter().flatten().min())
}

/// Events behind a number, in their order. Those of kinds that only a later version of the program knows are passed over.
pub fn after(connection: &mut Connection, number: i64, limit: i64) -> Result<Vec<OutboxEvent>, StoreError> {
    Ok(outbox_events::table
        .filter(outbox_events::number.gt(number))
        .filter(outbox_events::kind.eq_any(EventKind::ALL))
        .order(outbox_events::number)
        .limit(limit)
        .select(OutboxEvent::as_select())
        .load(connection)?)
}

/// Finds an event by its number; none of a kind that only a later version of the program knows.
pub fn find(connection: &mut Connection, number: i64) -> Result<Option<OutboxEvent>, StoreError> {
    Ok(outbox_events::table
        .filter(outbox_events::number.eq(number))
        .filter(outbox_events::kind.eq_any(EventKind::ALL))
        .select(OutboxEvent::as_select())
        .first(connection)
        .optional()?)
}

/// Removes events sealed before a moment, at most `limit`; returns how many.
pub fn remove_sealed_before(
    connection: &mut Connection,
    moment: DateTime<Utc>,
    limit: i64,
) -> Result<usize, StoreError> {
    let old: Vec<EventId> = outbox_events::table
        .filter(outbox_events::sealed_at.lt(At(moment)))
        .order(outbox_events::sealed_at)
        .limit(limit)
        .select(outbox_events::id)
        .load(connection)?;
    Ok(diesel::delete(outbox_events::table.filter(outbox_events::id.eq_any(old))).execute(connection)?)
}
