//! What the entries of a log are made of: the rows of votes and invalidations, by their numbers.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, RunQueryDsl};

use super::{
    Connection, StoreError,
    schema::{candidates, vote_log_invalidations, votes},
    sql_values::At,
};
use crate::domain::{category::CategoryCode, id::CandidateId, month::Month, vote_log::Range};

/// A vote as it lies in the database.
#[derive(Clone, Debug)]
pub struct LoggedVote {
    /// Its number.
    pub sequence: i64,
    /// Whom it supports.
    pub candidate: CandidateId,
    /// In which category.
    pub category: CategoryCode,
    /// The voter's number.
    pub voter: i64,
    /// The span: 0, or the number of the local day.
    pub day: i32,
    /// When it was cast.
    pub cast_at: DateTime<Utc>,
}

/// An invalidation as it lies in the database.
#[derive(Clone, Debug)]
pub struct LoggedInvalidation {
    /// Its number.
    pub sequence: i64,
    /// That of the vote.
    pub vote: i64,
    /// Why.
    pub reason: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// The votes with numbers in a range, in their order.
pub fn votes(connection: &mut Connection, cycle: Month, range: &Range) -> Result<Vec<LoggedVote>, StoreError> {
    let rows: Vec<(i64, CandidateId, CategoryCode, i64, i32, DateTime<Utc>)> = votes::table
        .inner_join(candidates::table.on(candidates::number.eq(votes::candidate)))
        .filter(votes::cycle.eq(cycle))
        .filter(votes::seq.ge(range.start.cast_signed()))
        .filter(votes::seq.lt(range.end.cast_signed()))
        .order(votes::seq)
        .select((votes::seq, candidates::id, candidates::category, votes::voter, votes::day, votes::cast_at))
        .load(connection)?;
    let logged = rows.into_iter().map(|(sequence, candidate, category, voter, day, cast_at)| LoggedVote {
        sequence,
        candidate,
        category,
        voter,
        day,
        cast_at,
    });
    Ok(logged.collect())
}

/// The invalidations with numbers in a range, in their order.
pub fn invalidations(
    connection: &mut Connection,
    cycle: Month,
    range: &Range,
) -> Result<Vec<LoggedInvalidation>, StoreError> {
    let rows: Vec<(i64, i64, String, DateTime<Utc>)> = vote_log_invalidations::table
        .filter(vote_log_invalidations::cycle.eq(cycle))
        .filter(vote_log_invalidations::seq.ge(range.start.cast_signed()))
        .filter(vote_log_invalidations::seq.lt(range.end.cast_signed()))
        .order(vote_log_invalidations::seq)
        .select((
            vote_log_invalidations::seq,
            vote_log_invalidations::vote_seq,
            vote_log_invalidations::reason,
            vote_log_invalidations::created_at,
        ))
        .load(connection)?;
    let logged = rows.into_iter().map(|(sequence, vote, reason, created_at)| LoggedInvalidation {
        sequence,
        vote,
        reason,
        created_at,
    });
    Ok(logged.collect())
}

/// Whether an entry is a vote.
pub fn is_vote(connection: &mut Connection, cycle: Month, sequence: i64) -> Result<bool, StoreError> {
    let found: Option<i64> = votes::table
        .filter(votes::cycle.eq(cycle))
        .filter(votes::seq.eq(sequence))
        .select(votes::seq)
        .first(connection)
        .optional()?;
    Ok(found.is_some())
}

/// Whether a vote was invalidated.
pub fn is_invalidated(connection: &mut Connection, cycle: Month, vote: i64) -> Result<bool, StoreError> {
    let found: Option<i64> = vote_log_invalidations::table
        .filter(vote_log_invalidations::cycle.eq(cycle))
        .filter(vote_log_invalidations::vote_seq.eq(vote))
        .select(vote_log_invalidations::seq)
        .first(connection)
        .optional()?;
    Ok(found.is_some())
}

/// Writes an invalidation. The log's row must be held, and grow by it: see [`super::vote_logs::grow`].
pub fn insert_invalidation(
    connection: &mut Connection,
    cycle: Month,
    invalidation: &LoggedInvalidation,
) -> Result<(), StoreError> {
    diesel::insert_into(vote_log_invalidations::table)
        .values((
            vote_log_invalidations::cycle.eq(cycle),
            vote_log_invalidations::seq.eq(invalidation.sequence),
            vote_log_invalidations::vote_seq.eq(invalidation.vote),
            vote_log_invalidations::reason.eq(&invalidation.reason),
            vote_log_invalidations::created_at.eq(At(invalidation.created_at)),
        ))
        .execute(connection)?;
    Ok(())
}
