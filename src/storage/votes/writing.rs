//! The rows of a batch of votes: on PostgreSQL one prepared statement for each table, on SQLite one for each row.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, RunQueryDsl,
    pg::Pg,
    query_builder::{AstPass, QueryFragment},
    sql_types::{Array, BigInt, Integer, SmallInt},
    sqlite::Sqlite,
};

use super::super::{Connection, StoreError, prepared::prepared, sql_types::Instant, sql_values::At};
use crate::domain::month::Month;

/// A vote to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewVote {
    /// Who votes, by number.
    pub voter: i64,
    /// For whom, by number.
    pub candidate: i64,
    /// The span: 0, or the number of the local day.
    pub day: i32,
    /// Keyed hash of the network that it came from.
    pub prefix: i64,
    /// Keyed hash of the client that it came from.
    pub client: i64,
    /// What is known of the voter's identity.
    pub tier: i16,
}

/// Writes votes of one moment, valid all of them, with the numbers from `first` on.
pub fn insert(
    connection: &mut Connection,
    (cycle, first): (Month, i64),
    new: &[NewVote],
    cast_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let cast_at = At(cast_at);
    match connection {
        Connection::Postgres(inner) => {
            InsertVotes {
                cycle: &cycle,
                voters: new.iter().map(|vote| vote.voter).collect(),
                candidates: new.iter().map(|vote| vote.candidate).collect(),
                days: new.iter().map(|vote| vote.day).collect(),
                first,
                cast_at: &cast_at,
            }
            .execute(inner)?;
        }
        Connection::Sqlite(inner) => {
            for (seq, vote) in (first..).zip(new) {
                InsertVote { cycle: &cycle, vote, seq, cast_at: &cast_at }.execute(inner)?;
            }
        }
    }
    Ok(())
}

/// Writes where these votes came from, with the numbers from `first` on.
pub fn insert_traces(
    connection: &mut Connection,
    (cycle, first): (Month, i64),
    new: &[NewVote],
) -> Result<(), StoreError> {
    match connection {
        Connection::Postgres(inner) => {
            InsertTraces {
                cycle: &cycle,
                prefixes: new.iter().map(|vote| vote.prefix).collect(),
                clients: new.iter().map(|vote| vote.client).collect(),
                tiers: new.iter().map(|vote| vote.tier).collect(),
                first,
            }
            .execute(inner)?;
        }
        Connection::Sqlite(inner) => {
            for (seq, vote) in (first..).zip(new) {
                InsertTrace { cycle: &cycle, vote, seq }.execute(inner)?;
            }
        }
    }
    Ok(())
}

/// Counts new valid votes: the number of them by candidate, each candidate once.
pub fn add_to_tallies(connection: &mut Connection, cycle: Month, counts: &[(i64, i64)]) -> Result<(), StoreError> {
    match connection {
        Connection::Postgres(inner) => {
            let (candidates, votes) = counts.iter().copied().unzip();
            AddToTallies { cycle: &cycle, candidates, votes }.execute(inner)?;
        }
        Connection::Sqlite(inner) => {
            for (candidate, votes) in counts {
                AddToTally { cycle: &cycle, candidate, votes }.execute(inner)?;
            }
        }
    }
    Ok(())
}

struct InsertVotes<'a> {
    cycle: &'a Month,
    voters: Vec<i64>,
    candidates: Vec<i64>,
    days: Vec<i32>,
    first: i64,
    cast_at: &'a At,
}

prepared!(InsertVotes);

impl QueryFragment<Pg> for InsertVotes<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO votes (cycle, voter, candidate, day, seq, cast_at, state) SELECT ");
        out.push_bind_param::<Integer, _>(self.cycle)?;
        out.push_sql(", voter, candidate, day, ");
        out.push_bind_param::<BigInt, _>(&self.first)?;
        out.push_sql(" + place - 1, ");
        out.push_bind_param::<Instant, _>(self.cast_at)?;
        out.push_sql(", 0 FROM UNNEST(");
        out.push_bind_param::<Array<BigInt>, _>(&self.voters)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.candidates)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Integer>, _>(&self.days)?;
        out.push_sql(") WITH ORDINALITY AS new (voter, candidate, day, place)");
        Ok(())
    }
}

struct InsertTraces<'a> {
    cycle: &'a Month,
    prefixes: Vec<i64>,
    clients: Vec<i64>,
    tiers: Vec<i16>,
    first: i64,
}

prepared!(InsertTraces);

impl QueryFragment<Pg> for InsertTraces<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO vote_traces (cycle, seq, prefix, client, tier) SELECT ");
        out.push_bind_param::<Integer, _>(self.cycle)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.first)?;
        out.push_sql(" + place - 1, prefix, client, tier FROM UNNEST(");
        out.push_bind_param::<Array<BigInt>, _>(&self.prefixes)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.clients)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SmallInt>, _>(&self.tiers)?;
        out.push_sql(") WITH ORDINALITY AS new (prefix, client, tier, place)");
        Ok(())
    }
}

struct AddToTallies<'a> {
    cycle: &'a Month,
    candidates: Vec<i64>,
    votes: Vec<i64>,
}

prepared!(AddToTallies);

impl QueryFragment<Pg> for AddToTallies<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO tallies (cycle, candidate, raw, quarantined, invalid) SELECT ");
        out.push_bind_param::<Integer, _>(self.cycle)?;
        out.push_sql(", candidate, votes, 0, 0 FROM UNNEST(");
        out.push_bind_param::<Array<BigInt>, _>(&self.candidates)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.votes)?;
        out.push_sql(
            ") AS new (candidate, votes) ON CONFLICT (cycle, candidate) DO UPDATE SET raw = tallies.raw + excluded.raw",
        );
        Ok(())
    }
}

/// One vote on SQLite.
struct InsertVote<'a> {
    cycle: &'a Month,
    vote: &'a NewVote,
    seq: i64,
    cast_at: &'a At,
}

prepared!(InsertVote);

impl QueryFragment<Sqlite> for InsertVote<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("INSERT INTO votes (cycle, voter, candidate, day, seq, cast_at, state) VALUES (");
        out.push_bind_param::<Integer, _>(self.cycle)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.vote.voter)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.vote.candidate)?;
        out.push_sql(", ");
        out.push_bind_param::<Integer, _>(&self.vote.day)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.seq)?;
        out.push_sql(", ");
        out.push_bind_param::<Instant, _>(self.cast_at)?;
        out.push_sql(", 0)");
        Ok(())
    }
}

/// One trace on SQLite.
struct InsertTrace<'a> {
    cycle: &'a Month,
    vote: &'a NewVote,
    seq: i64,
}

prepared!(InsertTrace);

impl QueryFragment<Sqlite> for InsertTrace<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("INSERT INTO vote_traces (cycle, seq, prefix, client, tier) VALUES (");
        out.push_bind_param::<Integer, _>(self.cycle)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.seq)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.vote.prefix)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.vote.client)?;
        out.push_sql(", ");
        out.push_bind_param::<SmallInt, _>(&self.vote.tier)?;
        out.push_sql(")");
        Ok(())
    }
}

/// The count of one candidate on SQLite.
struct AddToTally<'a> {
    cycle: &'a Month,
    candidate: &'a i64,
    votes: &'a i64,
}

prepared!(AddToTally);

impl QueryFragment<Sqlite> for AddToTally<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("INSERT INTO tallies (cycle, candidate, raw, quarantined, invalid) VALUES (");
        out.push_bind_param::<Integer, _>(self.cycle)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(self.candidate)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(self.votes)?;
        out.push_sql(", 0, 0) ON CONFLICT (cycle, candidate) DO UPDATE SET raw = raw + excluded.raw");
        Ok(())
    }
}
