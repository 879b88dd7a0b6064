//! Signals, each once for what it points at.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError,
    schema::{candidates, quarantines, signals},
    sql_values::{At, Stored},
};
use crate::domain::{
    id::{CandidateId, QuarantineId, SignalId},
    month::Month,
    quarantine::QuarantineStatus,
    signal::{Figures, SignalKind, Subject},
};

/// A signal.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = signals)]
pub struct SignalRow {
    /// Its id.
    pub id: SignalId,
    /// In which cycle.
    pub cycle: Month,
    /// Of which kind.
    pub kind: SignalKind,
    /// What it points at: see [`Subject::key`].
    pub subject: String,
    /// The first of its votes.
    pub first_seq: i64,
    /// The last of them.
    pub last_seq: i64,
    /// Why it was raised.
    pub figures: Stored<Figures>,
    /// When it was raised first.
    pub raised_at: At,
    /// Whether the server itself is to hold its votes back, and has not yet.
    pub to_be_held: bool,
}

impl SignalRow {
    /// What it points at; none once that was removed.
    #[must_use]
    pub fn subject(&self) -> Option<Subject> {
        Subject::read(self.kind, &self.subject)
    }
}

/// Finds a signal.
pub fn find(connection: &mut Connection, id: SignalId) -> Result<Option<SignalRow>, StoreError> {
    Ok(signals::table.find(id).select(SignalRow::as_select()).first(connection).optional()?)
}

/// Raises a signal, or brings the figures of the one that was raised for the same subject up to date; true when it is new.
/// The caller holds what orders those who raise signals of this kind.
pub fn raise(connection: &mut Connection, row: SignalRow) -> Result<bool, StoreError> {
    let same = signals::table
        .filter(signals::cycle.eq(row.cycle))
        .filter(signals::kind.eq(row.kind))
        .filter(signals::subject.eq(&row.subject));
    let newer = (
        signals::first_seq.eq(row.first_seq),
        signals::last_seq.eq(row.last_seq),
        signals::figures.eq(row.figures.clone()),
        signals::to_be_held.eq(row.to_be_held),
    );
    if diesel::update(same).set(newer).execute(connection)? > 0 {
        return Ok(false);
    }
    diesel::insert_into(signals::table).values(row).execute(connection)?;
    Ok(true)
}

/// The next hundred signals whose votes the server itself is to hold back, in one cycle where one is named.
pub fn to_be_held(
    connection: &mut Connection,
    cycle: Option<Month>,
    after: Option<SignalId>,
) -> Result<Vec<SignalRow>, StoreError> {
    let mut due = signals::table.filter(signals::to_be_held.eq(true)).select(SignalRow::as_select()).into_boxed();
    if let Some(cycle) = cycle {
        due = due.filter(signals::cycle.eq(cycle));
    }
    if let Some(after) = after {
        due = due.filter(signals::id.gt(after));
    }
    Ok(due.order(signals::id).limit(100).load(connection)?)
}

/// Notes that the votes of a signal are held back, or need not be.
pub fn set_held(connection: &mut Connection, id: SignalId) -> Result<(), StoreError> {
    let due = signals::table.find(id).filter(signals::to_be_held.eq(true));
    diesel::update(due).set(signals::to_be_held.eq(false)).execute(connection)?;
    Ok(())
}

/// The number by which the signal of a person with these numbers was raised in a cycle.
pub fn of_person(connection: &mut Connection, cycle: Month, numbers: &[i64]) -> Result<Option<i64>, StoreError> {
    let keys: Vec<String> = numbers.iter().map(|number| Subject::Person(*number).key()).collect();
    let raised: Option<String> = signals::table
        .filter(signals::cycle.eq(cycle))
        .filter(signals::kind.eq(SignalKind::SamePerson))
        .filter(signals::subject.eq_any(keys))
        .select(signals::subject)
        .first(connection)
        .optional()?;
    Ok(raised.and_then(|key| key.parse().ok()))
}

/// One page of a cycle's signals in the order in which they were raised, of one of these kinds where any are named.
pub fn list(
    connection: &mut Connection,
    cycle: Month,
    kinds: &[SignalKind],
    after: Option<(DateTime<Utc>, SignalId)>,
    limit: i64,
) -> Result<Vec<SignalRow>, StoreError> {
    let mut query = signals::table.filter(signals::cycle.eq(cycle)).select(SignalRow::as_select()).into_boxed();
    if !kinds.is_empty() {
        query = query.filter(signals::kind.eq_any(kinds.to_vec()));
    }
    if let Some((raised_at, id)) = after {
        query = query.filter(
            signals::raised_at.gt(At(raised_at)).or(signals::raised_at.eq(At(raised_at)).and(signals::id.gt(id))),
        );
    }
    Ok(query.order((signals::raised_at, signals::id)).limit(limit).load(connection)?)
}

/// The latest quarantine, with its status, of each of these signals that has one.
pub fn covered(
    connection: &mut Connection,
    ids: Vec<SignalId>,
) -> Result<BTreeMap<SignalId, (QuarantineId, QuarantineStatus)>, StoreError> {
    let rows: Vec<(Option<SignalId>, QuarantineId, QuarantineStatus)> = quarantines::table
        .filter(quarantines::signal_id.eq_any(ids))
        .filter(quarantines::status.ne(QuarantineStatus::Gathering))
        .order((quarantines::opened_at, quarantines::id))
        .select((quarantines::signal_id, quarantines::id, quarantines::status))
        .load(connection)?;
    Ok(rows.into_iter().filter_map(|(signal, id, status)| Some((signal?, (id, status)))).collect())
}

/// The ids of candidates by the numbers by which votes name them.
pub fn candidate_ids(connection: &mut Connection, numbers: Vec<i64>) -> Result<BTreeMap<i64, CandidateId>, StoreError> {
    let rows: Vec<(i64, CandidateId)> = candidates::table
        .filter(candidates::number.eq_any(numbers))
        .select((candidates::number, candidates::id))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

/// Takes the networks out of a cycle's signals; what remains of each is that there was one, with its figures.
pub fn forget_prefixes(connection: &mut Connection, cycle: Month) -> Result<(), StoreError> {
    let rows: Vec<SignalId> = signals::table
        .filter(signals::cycle.eq(cycle))
        .filter(signals::kind.eq(SignalKind::PrefixBurst))
        .select(signals::id)
        .load(connection)?;
    for id in rows {
        diesel::update(signals::table.find(id))
            .set(signals::subject.eq(format!("removed {id}")))
            .execute(connection)?;
    }
    Ok(())
}
