//! What the entries of a log are made of: the rows of votes and invalidations, by their numbers.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, RunQueryDsl};

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

/// How many of these entries are votes.
pub fn votes_among(connection: &mut Connection, cycle: Month, sequences: &[i64]) -> Result<i64, StoreError> {
    Ok(votes::table
        .filter(votes::cycle.eq(cycle))
        .filter(votes::seq.eq_any(sequences.to_vec()))
        .count()
        .get_result(connection)?)
}

/// How many of these votes were invalidated.
pub fn invalidated_among(connection: &mut Connection, cycle: Month, votes: &[i64]) -> Result<i64, StoreError> {
    Ok(vote_log_invalidations::table
        .filter(vote_log_invalidations::cycle.eq(cycle))
        .filter(vote_log_invalidations::vote_seq.eq_any(votes.to_vec()))
        .count()
        .get_result(connection)?)
}

/// Writes invalidations. The log's row must be held, and grow by them: see [`super::vote_logs::grow`].
pub fn insert_invalidations(
    connection: &mut Connection,
    cycle: Month,
    invalidations: &[LoggedInvalidation],
) -> Result<(), StoreError> {
    let row = |one: &LoggedInvalidation| {
        (
            vote_log_invalidations::cycle.eq(cycle),
            vote_log_invalidations::seq.eq(one.sequence),
            vote_log_invalidations::vote_seq.eq(one.vote),
            vote_log_invalidations::reason.eq(one.reason.clone()),
            vote_log_invalidations::created_at.eq(At(one.created_at)),
        )
    };
    let rows: Vec<_> = invalidations.iter().map(row).collect();
    on_either!(connection, inner => diesel::insert_into(vote_log_invalidations::table).values(&rows).execute(inner)?);
    Ok(())
}
