//! The rows of a batch of votes: on PostgreSQL one prepared statement for all of them, on SQLite one for each row.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, QueryDsl, QueryResult, RunQueryDsl,
    pg::Pg,
    query_builder::{AstPass, QueryFragment},
    sql_types::{Array, BigInt, Integer, SmallInt},
    sqlite::Sqlite,
};

use super::super::{Connection, StoreError, prepared::prepared, schema::vote_logs, sql_types::Instant, sql_values::At};
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

/// Adds votes of one moment, valid all of them, to the log of a cycle, whose row the caller holds and which has `size`
/// entries: the votes with their numbers, where they came from, the counts of their candidates, and the log's new size.
pub fn append(
    connection: &mut Connection,
    (cycle, size): (Month, i64),
    new: &[NewVote],
    cast_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let cast_at = At(cast_at);
    match connection {
        Connection::Postgres(inner) => {
            Append {
                cycle: &cycle,
                size,
                cast_at: &cast_at,
                voters: new.iter().map(|vote| vote.voter).collect(),
                candidates: new.iter().map(|vote| vote.candidate).collect(),
                days: new.iter().map(|vote| vote.day).collect(),
                prefixes: new.iter().map(|vote| vote.prefix).collect(),
                clients: new.iter().map(|vote| vote.client).collect(),
                tiers: new.iter().map(|vote| vote.tier).collect(),
            }
            .execute(inner)?;
        }
        Connection::Sqlite(inner) => {
            for (seq, vote) in (size..).zip(new) {
                InsertVote { cycle: &cycle, vote, seq, cast_at: &cast_at }.execute(inner)?;
                InsertTrace { cycle: &cycle, vote, seq }.execute(inner)?;
            }
            let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
            for vote in new {
                *counts.entry(vote.candidate).or_default() += 1;
            }
            for (candidate, votes) in &counts {
                AddToTally { cycle: &cycle, candidate, votes }.execute(inner)?;
            }
            let size = size + i64::try_from(new.len()).unwrap_or(0);
            diesel::update(vote_logs::table.find(cycle)).set(vote_logs::size.eq(size)).execute(inner)?;
        }
    }
    Ok(())
}

/// Everything in one statement, for each way to the server and back costs as much as a dozen rows.
struct Append<'a> {
    cycle: &'a Month,
    size: i64,
    cast_at: &'a At,
    voters: Vec<i64>,
    candidates: Vec<i64>,
    days: Vec<i32>,
    prefixes: Vec<i64>,
    clients: Vec<i64>,
    tiers: Vec<i16>,
}

prepared!(Append);

impl QueryFragment<Pg> for Append<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH log (cycle, size, cast_at) AS (VALUES (");
        out.push_bind_param::<Integer, _>(self.cycle)?;
        out.push_sql("::integer, ");
        out.push_bind_param::<BigInt, _>(&self.size)?;
        out.push_sql("::bigint, ");
        out.push_bind_param::<Instant, _>(self.cast_at)?;
        out.push_sql("::timestamptz)), new AS (SELECT * FROM UNNEST(");
        out.push_bind_param::<Array<BigInt>, _>(&self.voters)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.candidates)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Integer>, _>(&self.days)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.prefixes)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.clients)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SmallInt>, _>(&self.tiers)?;
        out.push_sql(
            ") WITH ORDINALITY AS new (voter, candidate, day, prefix, client, tier, place)), \
             cast_votes AS (INSERT INTO votes (cycle, voter, candidate, day, seq, cast_at, state) \
                 SELECT log.cycle, voter, candidate, day, log.size + place - 1, log.cast_at, 0 FROM new, log), \
             traced AS (INSERT INTO vote_traces (cycle, seq, prefix, client, tier) \
                 SELECT log.cycle, log.size + place - 1, prefix, client, tier FROM new, log), \
             counted AS (INSERT INTO tallies (cycle, candidate, raw, quarantined, invalid) \
                 SELECT log.cycle, candidate, count(*), 0, 0 FROM new, log GROUP BY log.cycle, candidate \
                 ON CONFLICT (cycle, candidate) DO UPDATE SET raw = tallies.raw + excluded.raw) \
             UPDATE vote_logs SET size = log.size + (SELECT count(*) FROM new) FROM log WHERE vote_logs.cycle = log.cycle",
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
