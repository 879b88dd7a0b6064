//! How far the votes of each cycle were looked through, and what was counted on the way. Counts and water mark are written
//! in one transaction, so that every vote is counted once, whatever process reads it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper, dsl::min, upsert::excluded,
};

use super::{
    Connection, StoreError,
    schema::{candidate_paces, organizations, users, vote_counters, vote_logs, vote_scans, vote_traces, voters, votes},
    sql_values::At,
};
use crate::domain::{
    id::OrganizationId,
    month::Month,
    organization::OrganizationKind,
    signal::{Counts, Pace, SignalKind},
};

/// A vote as the looking through reads it.
#[derive(Clone, Debug, Queryable)]
pub struct Scanned {
    /// Its place in the log.
    pub seq: i64,
    /// Whom it supports, by number.
    pub candidate: i64,
    /// Who cast it.
    pub voter: i64,
    /// When.
    pub cast_at: DateTime<Utc>,
    /// The network it came from.
    pub prefix: Option<i64>,
    /// When the voter's account was made; none for a voter of another identity provider.
    pub account_made_at: Option<DateTime<Utc>>,
    /// Where the account belongs.
    pub organization: Option<OrganizationId>,
}

/// The cycles with votes that were not looked through, with the water mark and the size of the log.
pub fn behind(connection: &mut Connection) -> Result<Vec<(Month, i64, i64)>, StoreError> {
    type Row = (Month, i64, Option<i64>, Option<DateTime<Utc>>);
    let rows: Vec<Row> = vote_logs::table
        .left_join(vote_scans::table.on(vote_scans::cycle.eq(vote_logs::cycle)))
        .order(vote_logs::cycle)
        .select((
            vote_logs::cycle,
            vote_logs::size,
            vote_scans::scanned.nullable(),
            vote_scans::traces_removed_at.nullable(),
        ))
        .load(connection)?;
    let open = rows.into_iter().filter(|(.., removed)| removed.is_none());
    let marked = open.map(|(cycle, size, scanned, _)| (cycle, scanned.unwrap_or(0), size));
    Ok(marked.filter(|(_, scanned, size)| scanned < size).collect())
}

/// The votes of a cycle with numbers from `from` to below `to`, in order.
pub fn slice(connection: &mut Connection, cycle: Month, (from, to): (i64, i64)) -> Result<Vec<Scanned>, StoreError> {
    Ok(votes::table
        .left_join(vote_traces::table.on(vote_traces::cycle.eq(votes::cycle).and(vote_traces::seq.eq(votes::seq))))
        .left_join(voters::table.on(voters::id.eq(votes::voter)))
        .left_join(users::table.on(voters::user_id.eq(users::id.nullable())))
        .filter(votes::cycle.eq(cycle))
        .filter(votes::seq.ge(from).and(votes::seq.lt(to)))
        .order(votes::seq)
        .select((
            votes::seq,
            votes::candidate,
            votes::voter,
            votes::cast_at,
            vote_traces::prefix.nullable(),
            users::created_at.nullable(),
            users::organization_id.nullable(),
        ))
        .load(connection)?)
}

/// The first vote of each of these voters in a cycle.
pub fn first_votes(
    connection: &mut Connection,
    cycle: Month,
    voters: &BTreeSet<i64>,
) -> Result<BTreeMap<i64, i64>, StoreError> {
    let rows: Vec<(i64, Option<i64>)> = votes::table
        .filter(votes::cycle.eq(cycle))
        .filter(votes::voter.eq_any(voters.iter().copied().collect::<Vec<_>>()))
        .group_by(votes::voter)
        .select((votes::voter, min(votes::seq)))
        .load(connection)?;
    Ok(rows.into_iter().filter_map(|(voter, first)| Some((voter, first?))).collect())
}

/// Those of these organizations that are units, with their people.
pub fn headcounts(
    connection: &mut Connection,
    ids: &BTreeSet<OrganizationId>,
) -> Result<BTreeMap<OrganizationId, Option<i64>>, StoreError> {
    let rows: Vec<(OrganizationId, Option<i32>)> = organizations::table
        .filter(organizations::id.eq_any(ids.iter().copied().collect::<Vec<_>>()))
        .filter(organizations::kind.eq(OrganizationKind::Unit))
        .select((organizations::id, organizations::headcount))
        .load(connection)?;
    Ok(rows.into_iter().map(|(id, headcount)| (id, headcount.map(i64::from))).collect())
}

/// Moves the water mark on; false when another process has moved it. Holds it for the rest of the transaction.
pub fn advance_if(connection: &mut Connection, cycle: Month, (from, to): (i64, i64)) -> Result<bool, StoreError> {
    on_either!(connection, inner => diesel::insert_into(vote_scans::table)
        .values((vote_scans::cycle.eq(cycle), vote_scans::scanned.eq(0_i64)))
        .on_conflict_do_nothing()
        .execute(inner)?);
    let here = vote_scans::table
        .filter(vote_scans::cycle.eq(cycle))
        .filter(vote_scans::scanned.eq(from))
        .filter(vote_scans::traces_removed_at.is_null());
    Ok(diesel::update(here).set(vote_scans::scanned.eq(to)).execute(connection)? == 1)
}

/// A count by what a signal would be about.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = vote_counters)]
pub struct CounterRow {
    /// In which cycle.
    pub cycle: Month,
    /// Of which kind.
    pub kind: SignalKind,
    /// About what.
    pub subject: String,
    /// Votes.
    pub votes: i64,
    /// Voters whose first vote was among them.
    pub voters: i64,
    /// The first of the votes.
    pub first_seq: i64,
    /// The last of them.
    pub last_seq: i64,
}

impl CounterRow {
    /// What was counted.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        Counts { votes: self.votes, voters: self.voters }
    }
}

/// Adds to counts, each key once.
pub fn add(connection: &mut Connection, rows: Vec<CounterRow>) -> Result<(), StoreError> {
    let key = (vote_counters::cycle, vote_counters::kind, vote_counters::subject);
    let grown = (
        vote_counters::votes.eq(vote_counters::votes + excluded(vote_counters::votes)),
        vote_counters::voters.eq(vote_counters::voters + excluded(vote_counters::voters)),
        vote_counters::last_seq.eq(excluded(vote_counters::last_seq)),
    );
    match connection {
        Connection::Postgres(inner) => {
            diesel::insert_into(vote_counters::table)
                .values(rows)
                .on_conflict(key)
                .do_update()
                .set(grown)
                .execute(inner)?;
        }
        Connection::Sqlite(inner) => {
            for row in rows {
                let one = diesel::insert_into(vote_counters::table).values(row);
                one.on_conflict(key).do_update().set(grown).execute(inner)?;
            }
        }
    }
    Ok(())
}

/// Those of these counts of a kind with so many voters or so many votes.
pub fn above(
    connection: &mut Connection,
    (cycle, kind): (Month, SignalKind),
    subjects: Vec<String>,
    (people, votes): (i64, i64),
) -> Result<Vec<CounterRow>, StoreError> {
    Ok(vote_counters::table
        .filter(vote_counters::cycle.eq(cycle))
        .filter(vote_counters::kind.eq(kind))
        .filter(vote_counters::subject.eq_any(subjects))
        .filter(vote_counters::voters.ge(people).or(vote_counters::votes.ge(votes)))
        .order(vote_counters::subject)
        .select(CounterRow::as_select())
        .load(connection)?)
}

/// How a candidate's votes come in, with the votes of the current bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paced {
    /// The sums.
    pub pace: Pace,
    /// The first vote of the current bucket.
    pub first_seq: i64,
    /// The last one.
    pub last_seq: i64,
}

type PaceRow = (i64, i64, i64, i64, i64, i64, i64, i64);

/// The paces of these candidates.
pub fn paces(
    connection: &mut Connection,
    cycle: Month,
    candidates: Vec<i64>,
) -> Result<BTreeMap<i64, Paced>, StoreError> {
    let rows: Vec<PaceRow> = candidate_paces::table
        .filter(candidate_paces::cycle.eq(cycle))
        .filter(candidate_paces::candidate.eq_any(candidates))
        .select((
            candidate_paces::candidate,
            candidate_paces::first_bucket,
            candidate_paces::bucket,
            candidate_paces::votes,
            candidate_paces::earlier_votes,
            candidate_paces::earlier_squares,
            candidate_paces::first_seq,
            candidate_paces::last_seq,
        ))
        .load(connection)?;
    let read = |(candidate, first_bucket, bucket, votes, earlier_votes, earlier_squares, first_seq, last_seq)| {
        let pace = Pace { first_bucket, bucket, votes, earlier_votes, earlier_squares };
        (candidate, Paced { pace, first_seq, last_seq })
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Writes a candidate's pace.
pub fn set_pace(
    connection: &mut Connection,
    (cycle, candidate): (Month, i64),
    paced: &Paced,
) -> Result<(), StoreError> {
    let Paced { pace, first_seq, last_seq } = *paced;
    let values = (
        candidate_paces::first_bucket.eq(pace.first_bucket),
        candidate_paces::bucket.eq(pace.bucket),
        candidate_paces::votes.eq(pace.votes),
        candidate_paces::earlier_votes.eq(pace.earlier_votes),
        candidate_paces::earlier_squares.eq(pace.earlier_squares),
        candidate_paces::first_seq.eq(first_seq),
        candidate_paces::last_seq.eq(last_seq),
    );
    let key = (candidate_paces::cycle.eq(cycle), candidate_paces::candidate.eq(candidate));
    let known = diesel::update(candidate_paces::table.find((cycle, candidate))).set(values).execute(connection)?;
    if known == 0 {
        diesel::insert_into(candidate_paces::table).values((key, values)).execute(connection)?;
    }
    Ok(())
}

/// The cycles with votes whose traces were not removed.
pub fn with_traces(connection: &mut Connection) -> Result<Vec<Month>, StoreError> {
    let removed = vote_scans::table
        .filter(vote_scans::cycle.eq(vote_logs::cycle))
        .filter(vote_scans::traces_removed_at.is_not_null());
    Ok(vote_logs::table
        .filter(diesel::dsl::not(diesel::dsl::exists(removed)))
        .order(vote_logs::cycle)
        .select(vote_logs::cycle)
        .load(connection)?)
}

/// Removes traces of a cycle, about `most` at once; returns how many.
pub fn remove_traces(connection: &mut Connection, cycle: Month, most: i64) -> Result<usize, StoreError> {
    let first: Option<i64> = vote_traces::table
        .filter(vote_traces::cycle.eq(cycle))
        .order(vote_traces::seq)
        .select(vote_traces::seq)
        .first(connection)
        .optional()?;
    let Some(first) = first else { return Ok(0) };
    let range = vote_traces::table.filter(vote_traces::cycle.eq(cycle)).filter(vote_traces::seq.lt(first + most));
    Ok(diesel::delete(range).execute(connection)?)
}

/// Removes the counts by network of a cycle, at most `most`; returns how many.
pub fn remove_prefixes(connection: &mut Connection, cycle: Month, most: i64) -> Result<usize, StoreError> {
    let of_cycle = || {
        vote_counters::table
            .filter(vote_counters::cycle.eq(cycle))
            .filter(vote_counters::kind.eq(SignalKind::PrefixBurst))
    };
    let some: Vec<String> =
        of_cycle().order(vote_counters::subject).select(vote_counters::subject).limit(most).load(connection)?;
    let gone = vote_counters::table
        .filter(vote_counters::cycle.eq(cycle))
        .filter(vote_counters::kind.eq(SignalKind::PrefixBurst))
        .filter(vote_counters::subject.eq_any(some));
    Ok(diesel::delete(gone).execute(connection)?)
}

/// Notes that the traces of a cycle are removed; false when that was noted before.
pub fn set_traces_removed(connection: &mut Connection, cycle: Month, now: DateTime<Utc>) -> Result<bool, StoreError> {
    on_either!(connection, inner => diesel::insert_into(vote_scans::table)
        .values((vote_scans::cycle.eq(cycle), vote_scans::scanned.eq(0_i64)))
        .on_conflict_do_nothing()
        .execute(inner)?);
    let open = vote_scans::table.filter(vote_scans::cycle.eq(cycle)).filter(vote_scans::traces_removed_at.is_null());
    Ok(diesel::update(open).set(vote_scans::traces_removed_at.eq(Some(At(now)))).execute(connection)? == 1)
}
