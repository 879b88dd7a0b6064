//! Votes: the log of a cycle, the voters, and what each cast. Keys are integers, for the table grows largest of all.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl, RunQueryDsl,
};

use super::{
    Connection, StoreError,
    schema::{candidates, tallies, vote_logs, voters, votes},
    sql_values::At,
};
use crate::domain::{
    category::CategoryCode,
    id::{CandidateId, UserId},
    month::Month,
    vote::Vote,
};

/// What tells one vote from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoteKey {
    /// The cycle.
    pub cycle: Month,
    /// The voter's number.
    pub voter: i64,
    /// The candidate's number.
    pub candidate: i64,
    /// The span: 0, or the number of the local day.
    pub day: i32,
}

#[derive(Insertable)]
#[diesel(table_name = votes)]
struct NewVote {
    cycle: Month,
    voter: i64,
    candidate: i64,
    day: i32,
    seq: i64,
    cast_at: At,
    state: i16,
}

/// The number of an account as a voter, given at its first vote.
pub fn voter(connection: &mut Connection, user: UserId, now: DateTime<Utc>) -> Result<i64, StoreError> {
    if let Some(number) = find_voter(connection, user)? {
        return Ok(number);
    }
    on_either!(connection, inner => diesel::insert_into(voters::table)
        .values((voters::user_id.eq(user), voters::created_at.eq(At(now))))
        .on_conflict_do_nothing()
        .execute(inner)?);
    find_voter(connection, user)?.ok_or(StoreError::Missing("voter"))
}

/// The number of an account as a voter, if it has voted.
pub fn find_voter(connection: &mut Connection, user: UserId) -> Result<Option<i64>, StoreError> {
    Ok(voters::table.filter(voters::user_id.eq(user)).select(voters::id).first(connection).optional()?)
}

/// Takes the log's row of a cycle, which orders all who write votes and who publishes; returns the number of votes.
pub fn lock_log(connection: &mut Connection, cycle: Month) -> Result<i64, StoreError> {
    Ok(on_either!(connection, inner => diesel::insert_into(vote_logs::table)
        .values((vote_logs::cycle.eq(cycle), vote_logs::size.eq(0_i64)))
        .on_conflict(vote_logs::cycle)
        .do_update()
        .set(vote_logs::size.eq(vote_logs::size))
        .returning(vote_logs::size)
        .get_result(inner)?))
}

/// Whether the log has a vote for a candidate, in whatever cycle and state.
pub fn has_any(connection: &mut Connection, candidate: i64) -> Result<bool, StoreError> {
    let found: Option<i64> =
        votes::table.filter(votes::candidate.eq(candidate)).select(votes::seq).first(connection).optional()?;
    Ok(found.is_some())
}

/// When the vote was cast, if it was.
pub fn find_cast_at(connection: &mut Connection, key: VoteKey) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(votes::table
        .find((key.cycle, key.voter, key.candidate, key.day))
        .select(votes::cast_at)
        .first(connection)
        .optional()?)
}

/// How many different candidates of a category the voter has supported in the span of `key`.
pub fn count_used(connection: &mut Connection, key: VoteKey, category: &CategoryCode) -> Result<u32, StoreError> {
    let used: i64 = votes::table
        .inner_join(candidates::table.on(candidates::number.eq(votes::candidate)))
        .filter(votes::cycle.eq(key.cycle))
        .filter(votes::voter.eq(key.voter))
        .filter(votes::day.eq(key.day))
        .filter(candidates::category.eq(category.clone()))
        .count()
        .get_result(connection)?;
    Ok(u32::try_from(used).unwrap_or(u32::MAX))
}

/// Writes a vote with its number in the log, counts it, and grows the log. `size` is what [`lock_log`] returned.
pub fn insert(connection: &mut Connection, key: VoteKey, cast_at: DateTime<Utc>, size: i64) -> Result<(), StoreError> {
    let VoteKey { cycle, voter, candidate, day } = key;
    let seq = size + 1;
    diesel::insert_into(votes::table)
        .values(NewVote { cycle, voter, candidate, day, seq, cast_at: At(cast_at), state: 0 })
        .execute(connection)?;
    on_either!(connection, inner => diesel::insert_into(tallies::table)
        .values((
            tallies::cycle.eq(cycle),
            tallies::candidate.eq(candidate),
            tallies::raw.eq(1_i64),
            tallies::quarantined.eq(0_i64),
            tallies::invalid.eq(0_i64),
        ))
        .on_conflict((tallies::cycle, tallies::candidate))
        .do_update()
        .set(tallies::raw.eq(tallies::raw + 1))
        .execute(inner)?);
    diesel::update(vote_logs::table.find(cycle)).set(vote_logs::size.eq(seq)).execute(connection)?;
    Ok(())
}

/// How many votes a candidate has, whatever their state: what its tally must agree with.
pub fn count_of(connection: &mut Connection, (cycle, candidate): (Month, i64)) -> Result<i64, StoreError> {
    Ok(votes::table
        .filter(votes::cycle.eq(cycle))
        .filter(votes::candidate.eq(candidate))
        .count()
        .get_result(connection)?)
}

/// One page of a voter's votes, the latest first; `after` is the key of the last one seen.
pub fn list(
    connection: &mut Connection,
    voter: i64,
    cycle: Option<Month>,
    after: Option<(DateTime<Utc>, CandidateId)>,
    limit: i64,
) -> Result<Vec<Vote>, StoreError> {
    let mut query = votes::table
        .inner_join(candidates::table.on(candidates::number.eq(votes::candidate)))
        .filter(votes::voter.eq(voter))
        .select((candidates::id, votes::cycle, candidates::category, votes::day, votes::cast_at))
        .into_boxed();
    if let Some(cycle) = cycle {
        query = query.filter(votes::cycle.eq(cycle));
    }
    if let Some((cast_at, id)) = after {
        query =
            query.filter(votes::cast_at.lt(At(cast_at)).or(votes::cast_at.eq(At(cast_at)).and(candidates::id.lt(id))));
    }
    let rows: Vec<(CandidateId, Month, CategoryCode, i32, DateTime<Utc>)> =
        query.order((votes::cast_at.desc(), candidates::id.desc())).limit(limit).load(connection)?;
    Ok(rows
        .into_iter()
        .map(|(candidate, cycle, category, day, cast_at)| Vote { candidate, cycle, category, day, cast_at })
        .collect())
}
