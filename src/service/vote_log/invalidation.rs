//! That a vote does not count is an entry of its own, with the reason.

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        fault::{Code, Fault},
        month::Month,
        objection,
        vote_log::Reason,
    },
    service::{Error, Service},
    storage::{self, Connection, vote_log_entries::LoggedInvalidation, vote_logs::LogSecret},
};

/// Appends an invalidation to a cycle's log: see [`append_invalidations`]. Returns its number.
pub fn append_invalidation(
    service: &Service,
    db: &mut Connection,
    cycle: Month,
    vote_sequence: i64,
    reason: &Reason,
) -> Result<i64, Error> {
    append_invalidations(service, db, cycle, &[vote_sequence], (reason, service.clocks.campaign()))
}

/// Appends invalidations to a cycle's log, within the transaction that invalidates the votes, each named once, and returns
/// the number of the first. Together they cost little more than one, and whoever votes waits for as long.
///
/// 404 when an entry is no vote; 409 `already_decided` when one was invalidated before; 409 `log_closed` when it was decided once the time for
/// objections was over, or the secret is destroyed. What was decided in time and broken off is finished afterwards: the secret waits for it.
pub fn append_invalidations(
    service: &Service,
    db: &mut Connection,
    cycle: Month,
    votes: &[i64],
    (reason, decided_at): (&Reason, DateTime<Utc>),
) -> Result<i64, Error> {
    storage::locks::cycle_shared(db, cycle)?;
    let of = storage::cycles::find(db, cycle)?.ok_or_else(Error::not_found)?;
    let sequence = storage::votes::lock_log(db, cycle)?;
    let now = service.clocks.campaign();
    let closes_at = objection::closes_at(of.published_at, of.policy.objection_days);
    let state = storage::vote_logs::find(db, cycle)?;
    let is_destroyed = state.is_some_and(|state| matches!(state.secret, LogSecret::Destroyed(_)));
    if is_destroyed || closes_at.is_some_and(|closes_at| decided_at >= closes_at) {
        let closes_at = serde_json::json!(closes_at);
        return Err(Error::fault(Fault::of(Code::LogClosed).with("closes_at", closes_at)));
    }
    let count = i64::try_from(votes.len()).unwrap_or(i64::MAX);
    if storage::vote_log_entries::votes_among(db, cycle, votes)? != count {
        return Err(Error::not_found());
    }
    if storage::vote_log_entries::invalidated_among(db, cycle, votes)? > 0 {
        return Err(Error::of(Code::AlreadyDecided));
    }
    let entry = |(sequence, vote): (i64, &i64)| LoggedInvalidation {
        sequence,
        vote: *vote,
        reason: reason.to_string(),
        created_at: now,
    };
    let rows: Vec<LoggedInvalidation> = (sequence..).zip(votes).map(entry).collect();
    storage::vote_log_entries::insert_invalidations(db, cycle, &rows)?;
    storage::vote_logs::grow(db, cycle, (sequence, count))?;
    Ok(sequence)
}
