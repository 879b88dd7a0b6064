//! Votes: what each voter cast, and the row that orders a cycle's log. Keys are integers, for the table grows largest of
//! all.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl,
    pg::Pg,
    query_builder::{AstPass, QueryFragment},
    sql_types::{Array, BigInt, Integer, Text},
    sqlite::Sqlite,
};

use super::{
    Connection, StoreError,
    prepared::{json_numbers, prepared},
    schema::{candidates, cycles, vote_logs, votes},
    sql_types::Instant,
    sql_values::At,
};
use crate::domain::{category::CategoryCode, id::CandidateId, month::Month, vote::Vote};

mod writing;

pub use writing::{NewVote, append};

/// A vote that its voter cast earlier in the same cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// Who voted.
    pub voter: i64,
    /// For whom, by number.
    pub candidate: i64,
    /// Its place in the log.
    pub seq: i64,
    /// When.
    pub cast_at: DateTime<Utc>,
}

type EarlierRow = (i64, i64, i64, DateTime<Utc>);

/// What these voters cast in the span of a cycle, in no order.
pub fn earlier(
    connection: &mut Connection,
    (cycle, day): (Month, i32),
    voters: &[i64],
) -> Result<Vec<Earlier>, StoreError> {
    let rows: Vec<EarlierRow> = match connection {
        Connection::Postgres(inner) => EarlierVotes { voters, cycle, day }.load(inner)?,
        Connection::Sqlite(inner) => EarlierSqliteVotes { voters: &json_numbers(voters), cycle, day }.load(inner)?,
    };
    Ok(rows.into_iter().map(|(voter, candidate, seq, cast_at)| Earlier { voter, candidate, seq, cast_at }).collect())
}

/// The votes of several voters in the span of a cycle. Each voter is looked up by the key, however small the table was when
/// the statement was planned: a plan that reads the cycle's votes is a matter of seconds once there are many.
struct EarlierVotes<'a> {
    voters: &'a [i64],
    cycle: Month,
    day: i32,
}

prepared!(EarlierVotes => (BigInt, BigInt, BigInt, Instant));

impl QueryFragment<Pg> for EarlierVotes<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT found.voter, found.candidate, found.seq, found.cast_at FROM UNNEST(");
        out.push_bind_param::<Array<BigInt>, _>(self.voters)?;
        out.push_sql(
            ") AS asked (voter) CROSS JOIN LATERAL (SELECT votes.voter, candidate, seq, cast_at FROM votes \
             WHERE votes.voter = asked.voter AND cycle = ",
        );
        out.push_bind_param::<Integer, _>(&self.cycle)?;
        out.push_sql(" AND day = ");
        out.push_bind_param::<Integer, _>(&self.day)?;
        out.push_sql(" OFFSET 0) AS found");
        Ok(())
    }
}

/// The same on SQLite.
struct EarlierSqliteVotes<'a> {
    voters: &'a str,
    cycle: Month,
    day: i32,
}

prepared!(EarlierSqliteVotes => (BigInt, BigInt, BigInt, Instant));

impl QueryFragment<Sqlite> for EarlierSqliteVotes<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("SELECT votes.voter, votes.candidate, votes.seq, votes.cast_at FROM json_each(");
        out.push_bind_param::<Text, _>(self.voters)?;
        out.push_sql(") AS asked CROSS JOIN votes ON votes.voter = asked.value AND votes.cycle = ");
        out.push_bind_param::<Integer, _>(&self.cycle)?;
        out.push_sql(" AND votes.day = ");
        out.push_bind_param::<Integer, _>(&self.day)?;
        Ok(())
    }
}

/// Takes the log's row of a cycle, which orders all who write votes and who publishes; returns the number of entries.
pub fn lock_log(connection: &mut Connection, cycle: Month) -> Result<i64, StoreError> {
    if let Some(size) = hold_log(connection, cycle)? {
        return Ok(size);
    }
    on_either!(connection, inner => diesel::insert_into(vote_logs::table)
        .values((vote_logs::cycle.eq(cycle), vote_logs::size.eq(0_i64)))
        .on_conflict_do_nothing()
        .execute(inner)?);
    hold_log(connection, cycle)?.ok_or(StoreError::Missing("vote log"))
}

fn hold_log(connection: &mut Connection, cycle: Month) -> Result<Option<i64>, StoreError> {
    let size = vote_logs::table.filter(vote_logs::cycle.eq(cycle)).select(vote_logs::size);
    Ok(match connection {
        Connection::Postgres(inner) => size.for_update().first(inner).optional()?,
        Connection::Sqlite(inner) => size.first(inner).optional()?,
    })
}

/// How many votes a candidate has, whatever their state: what its tally must agree with. Reads the cycle's votes.
pub fn count_of(connection: &mut Connection, (cycle, candidate): (Month, i64)) -> Result<i64, StoreError> {
    Ok(votes::table
        .filter(votes::cycle.eq(cycle))
        .filter(votes::candidate.eq(candidate))
        .count()
        .get_result(connection)?)
}

/// A vote with its place in the log and its candidate's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// The vote.
    pub vote: Vote,
    /// Its place in the log of its cycle.
    pub seq: i64,
    /// The number of its voter.
    pub voter: i64,
}

type LoggedRow = (CandidateId, Month, CategoryCode, i32, DateTime<Utc>, i64, i64);

/// One page of the votes of a voter, whose numbers these are, the latest first; `after` is the key of the last one seen. By cycle, for votes are found
/// by cycle and voter alone.
pub fn list(
    connection: &mut Connection,
    voter: &[i64],
    cycle: Option<Month>,
    after: Option<(DateTime<Utc>, CandidateId)>,
    limit: i64,
) -> Result<Vec<Logged>, StoreError> {
    let mut query = cycles::table
        .inner_join(votes::table.on(votes::cycle.eq(cycles::month)))
        .inner_join(candidates::table.on(candidates::number.eq(votes::candidate)))
        .filter(votes::voter.eq_any(voter.to_vec()))
        .select((
            candidates::id,
            votes::cycle,
            candidates::category,
            votes::day,
            votes::cast_at,
            votes::seq,
            votes::voter,
        ))
        .into_boxed();
    if let Some(cycle) = cycle {
        query = query.filter(cycles::month.eq(cycle));
    }
    if let Some((cast_at, id)) = after {
        query =
            query.filter(votes::cast_at.lt(At(cast_at)).or(votes::cast_at.eq(At(cast_at)).and(candidates::id.lt(id))));
    }
    let rows: Vec<LoggedRow> =
        query.order((votes::cast_at.desc(), candidates::id.desc())).limit(limit).load(connection)?;
    let read = |(candidate, cycle, category, day, cast_at, seq, voter)| Logged {
        vote: Vote { candidate, cycle, category, day, cast_at },
        seq,
        voter,
    };
    Ok(rows.into_iter().map(read).collect())
}
