//! Quarantines. While one is being gathered it is found by nobody but who gathers it.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
};

use super::{Connection, StoreError, locks, schema::quarantines, sql_values::At};
use crate::domain::{
    actor::Actor,
    id::{CandidateId, QuarantineId, SignalId, UserId},
    month::Month,
    quarantine::{Decision, Quarantine, QuarantineStatus},
};

/// A quarantine as stored.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = quarantines, treat_none_as_default_value = false)]
pub struct QuarantineRow {
    /// Its id.
    pub id: QuarantineId,
    /// In which cycle.
    pub cycle: Month,
    /// Whose votes.
    pub signal_id: Option<SignalId>,
    /// The votes of this candidate only.
    pub candidate_id: Option<CandidateId>,
    /// How it stands.
    pub status: QuarantineStatus,
    /// Why.
    pub reason: String,
    /// How many votes.
    pub held: i64,
    /// How many were held before.
    pub already_held: i64,
    /// By whom; none for the server itself.
    pub opened_by: Option<UserId>,
    /// In whose place.
    pub opened_on_behalf_of: Option<UserId>,
    /// When.
    pub opened_at: At,
    /// Why it was decided so.
    pub decision_reason: Option<String>,
    /// Who decided.
    pub decided_by: Option<UserId>,
    /// In whose place.
    pub decided_on_behalf_of: Option<UserId>,
    /// When.
    pub decided_at: Option<At>,
    /// Machine time: until then somebody gathers.
    pub lease_until: At,
    /// The scope of the idempotency key that is claimed for as long as it is being gathered.
    pub request_scope: Option<Vec<u8>>,
    /// That key.
    pub request_key: Option<String>,
    /// Up to this number the rows of its votes show its status.
    pub settled_seq: i64,
    /// Whether all of them do.
    pub is_settled: bool,
    /// Grows with the decision.
    pub version: i64,
}

impl From<QuarantineRow> for Quarantine {
    fn from(row: QuarantineRow) -> Self {
        let decision = match (row.decided_by, row.decision_reason, row.decided_at) {
            (Some(id), Some(reason), Some(at)) => {
                let by = Actor { id, on_behalf_of: row.decided_on_behalf_of };
                Some(Decision { by, reason, at: at.0 })
            }
            _ => None,
        };
        Self {
            id: row.id,
            cycle: row.cycle,
            signal: row.signal_id,
            candidate: row.candidate_id,
            status: row.status,
            reason: row.reason,
            held: row.held,
            already_held: row.already_held,
            opened_by: row.opened_by.map(|id| Actor { id, on_behalf_of: row.opened_on_behalf_of }),
            opened_at: row.opened_at.0,
            decision,
            version: row.version,
        }
    }
}

/// Adds a quarantine.
pub fn insert(connection: &mut Connection, row: &QuarantineRow) -> Result<(), StoreError> {
    diesel::insert_into(quarantines::table).values(row).execute(connection)?;
    Ok(())
}

/// Finds a quarantine that is not being gathered.
pub fn find(connection: &mut Connection, id: QuarantineId) -> Result<Option<Quarantine>, StoreError> {
    let row = find_row(connection, id)?.filter(|row| row.status != QuarantineStatus::Gathering);
    Ok(row.map(Quarantine::from))
}

/// Holds a quarantine's row and returns it as stored.
pub fn find_locked(connection: &mut Connection, id: QuarantineId) -> Result<Option<QuarantineRow>, StoreError> {
    locks::quarantine(connection, id)?;
    find_row(connection, id)
}

fn find_row(connection: &mut Connection, id: QuarantineId) -> Result<Option<QuarantineRow>, StoreError> {
    Ok(quarantines::table.find(id).select(QuarantineRow::as_select()).first(connection).optional()?)
}

/// Opens one whose votes are gathered.
pub fn set_open(
    connection: &mut Connection,
    id: QuarantineId,
    (held, already_held): (i64, i64),
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::update(quarantines::table.find(id))
        .set((
            quarantines::status.eq(QuarantineStatus::Open),
            quarantines::held.eq(held),
            quarantines::already_held.eq(already_held),
            quarantines::opened_at.eq(At(now)),
            quarantines::request_scope.eq(None::<Vec<u8>>),
            quarantines::request_key.eq(None::<String>),
        ))
        .execute(connection)?;
    Ok(())
}

/// Writes a decision; the rows of its votes follow.
pub fn set_decision(
    connection: &mut Connection,
    id: QuarantineId,
    status: QuarantineStatus,
    decision: &Decision,
) -> Result<(), StoreError> {
    diesel::update(quarantines::table.find(id))
        .set((
            quarantines::status.eq(status),
            quarantines::decision_reason.eq(Some(&decision.reason)),
            quarantines::decided_by.eq(Some(decision.by.id)),
            quarantines::decided_on_behalf_of.eq(decision.by.on_behalf_of),
            quarantines::decided_at.eq(Some(At(decision.at))),
            quarantines::settled_seq.eq(-1_i64),
            quarantines::is_settled.eq(false),
            quarantines::version.eq(quarantines::version + 1),
        ))
        .execute(connection)?;
    Ok(())
}

/// Notes how far the rows of its votes show its status.
pub fn set_settled(
    connection: &mut Connection,
    id: QuarantineId,
    (settled_seq, is_settled): (i64, bool),
) -> Result<(), StoreError> {
    diesel::update(quarantines::table.find(id))
        .set((quarantines::settled_seq.eq(settled_seq), quarantines::is_settled.eq(is_settled)))
        .execute(connection)?;
    Ok(())
}

/// Notes that somebody still gathers; false when it is not being gathered any more.
pub fn lengthen(connection: &mut Connection, id: QuarantineId, until: DateTime<Utc>) -> Result<bool, StoreError> {
    let gathering = quarantines::table.find(id).filter(quarantines::status.eq(QuarantineStatus::Gathering));
    Ok(diesel::update(gathering).set(quarantines::lease_until.eq(At(until))).execute(connection)? == 1)
}

/// Quarantines whose gathering was broken off before a moment of the machine's clock.
pub fn abandoned(connection: &mut Connection, before: DateTime<Utc>) -> Result<Vec<QuarantineId>, StoreError> {
    Ok(quarantines::table
        .filter(quarantines::status.eq(QuarantineStatus::Gathering))
        .filter(quarantines::lease_until.lt(At(before)))
        .select(quarantines::id)
        .limit(100)
        .load(connection)?)
}

/// Quarantines whose votes' rows do not all show their status yet.
pub fn unsettled(connection: &mut Connection) -> Result<Vec<QuarantineId>, StoreError> {
    Ok(quarantines::table
        .filter(quarantines::is_settled.eq(false))
        .filter(quarantines::status.ne(QuarantineStatus::Gathering))
        .select(quarantines::id)
        .limit(100)
        .load(connection)?)
}

/// Whether votes of a cycle do not all show yet that they were found invalid. The cycle's log is held.
pub fn is_any_unsettled(connection: &mut Connection, cycle: Month) -> Result<bool, StoreError> {
    let unsettled = quarantines::table
        .filter(quarantines::cycle.eq(cycle))
        .filter(quarantines::is_settled.eq(false))
        .filter(quarantines::status.eq(QuarantineStatus::Invalidated));
    Ok(diesel::select(diesel::dsl::exists(unsettled)).get_result(connection)?)
}

/// Forgets one that was never opened, and whose votes are let go.
pub fn delete(connection: &mut Connection, id: QuarantineId) -> Result<(), StoreError> {
    let gathering = quarantines::table.find(id).filter(quarantines::status.eq(QuarantineStatus::Gathering));
    diesel::delete(gathering).execute(connection)?;
    Ok(())
}

/// Filters of the list of quarantines.
#[derive(Clone, Debug, Default)]
pub struct QuarantineFilter {
    /// Of this cycle.
    pub cycle: Option<Month>,
    /// In one of these states.
    pub statuses: Vec<QuarantineStatus>,
}

/// One page in the order of opening.
pub fn list(
    connection: &mut Connection,
    filter: &QuarantineFilter,
    after: Option<(DateTime<Utc>, QuarantineId)>,
    limit: i64,
) -> Result<Vec<Quarantine>, StoreError> {
    let mut query = quarantines::table
        .filter(quarantines::status.ne(QuarantineStatus::Gathering))
        .select(QuarantineRow::as_select())
        .into_boxed();
    if let Some(cycle) = filter.cycle {
        query = query.filter(quarantines::cycle.eq(cycle));
    }
    if !filter.statuses.is_empty() {
        query = query.filter(quarantines::status.eq_any(filter.statuses.clone()));
    }
    if let Some((at, id)) = after {
        query = query.filter(
            quarantines::opened_at.gt(At(at)).or(quarantines::opened_at.eq(At(at)).and(quarantines::id.gt(id))),
        );
    }
    let rows: Vec<QuarantineRow> =
        query.order((quarantines::opened_at, quarantines::id)).limit(limit).load(connection)?;
    Ok(rows.into_iter().map(Quarantine::from).collect())
}
