//! The votes of quarantines, and what they do to the counts.
//!
//! What counts are seen come from `tallies`, which change with a quarantine's status in one transaction. The rows in
//! `votes` follow in slices; until they have, the status of the quarantine that holds a vote says how it stands.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, Queryable, RunQueryDsl};

use super::{
    Connection, StoreError, locks,
    schema::{held_votes, quarantine_counts, quarantines, tallies, votes},
};
use crate::domain::{
    id::{QuarantineId, SignalId},
    month::Month,
    quarantine::{QuarantineStatus, VoteState},
};

/// One at a time gathers the votes of a cycle; the key is this and the month's number.
const HOLDING: i64 = 0x6861_6f72_0000_0000;

/// Lets one transaction at a time gather votes of a cycle.
pub fn lock(connection: &mut Connection, cycle: Month) -> Result<(), StoreError> {
    locks::advisory(connection, HOLDING + i64::from(cycle.number()))
}

/// A vote that is to be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its place in the log.
    pub seq: i64,
    /// Whom it supports, by number.
    pub candidate: i64,
    /// As its row says.
    pub state: i16,
}

/// Holds those of these votes that are valid and not held; returns how many of each candidate. See [`lock`].
pub fn hold(
    connection: &mut Connection,
    (id, cycle): (QuarantineId, Month),
    wanted: &[Wanted],
) -> Result<BTreeMap<i64, i64>, StoreError> {
    let seqs: Vec<i64> = wanted.iter().map(|vote| vote.seq).collect();
    let taken: Vec<i64> = held_votes::table
        .filter(held_votes::cycle.eq(cycle))
        .filter(held_votes::seq.eq_any(seqs))
        .filter(held_votes::active.eq(true))
        .select(held_votes::seq)
        .load(connection)?;
    let taken: BTreeSet<i64> = taken.into_iter().collect();
    let free = |vote: &&Wanted| vote.state == VoteState::Valid.number() && !taken.contains(&vote.seq);
    let (mut counts, mut rows) = (BTreeMap::new(), Vec::new());
    for vote in wanted.iter().filter(free) {
        *counts.entry(vote.candidate).or_insert(0) += 1;
        rows.push((
            held_votes::quarantine_id.eq(id),
            held_votes::seq.eq(vote.seq),
            held_votes::cycle.eq(cycle),
            held_votes::active.eq(true),
        ));
    }
    if !rows.is_empty() {
        on_either!(connection, inner => diesel::insert_into(held_votes::table).values(&rows).execute(inner)?);
    }
    Ok(counts)
}

/// A quarantine that holds or held a vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Holder {
    /// The vote's place in the log.
    pub seq: i64,
    /// Whose votes the quarantine holds.
    pub signal: Option<SignalId>,
    /// How it stands.
    pub status: QuarantineStatus,
    /// Whether nobody else can hold the vote.
    pub active: bool,
}

/// All that hold or held one of these votes.
pub fn holders(connection: &mut Connection, cycle: Month, seqs: &[i64]) -> Result<Vec<Holder>, StoreError> {
    Ok(held_votes::table
        .inner_join(quarantines::table.on(quarantines::id.eq(held_votes::quarantine_id)))
        .filter(held_votes::cycle.eq(cycle))
        .filter(held_votes::seq.eq_any(seqs.to_vec()))
        .select((held_votes::seq, quarantines::signal_id, quarantines::status, held_votes::active))
        .load(connection)?)
}

/// Lets votes go that were gathered for a quarantine that was never opened, at most `most`; returns how many.
pub fn let_go(connection: &mut Connection, id: QuarantineId, most: i64) -> Result<usize, StoreError> {
    let some = after(connection, (id, -1), most)?;
    let gone = held_votes::table.filter(held_votes::quarantine_id.eq(id)).filter(held_votes::seq.eq_any(some));
    Ok(diesel::delete(gone).execute(connection)?)
}

/// Votes of a quarantine after a number, in order.
pub fn after(connection: &mut Connection, (id, seq): (QuarantineId, i64), most: i64) -> Result<Vec<i64>, StoreError> {
    Ok(held_votes::table
        .filter(held_votes::quarantine_id.eq(id))
        .filter(held_votes::seq.gt(seq))
        .order(held_votes::seq)
        .select(held_votes::seq)
        .limit(most)
        .load(connection)?)
}

/// Makes the rows of these votes of a quarantine show its status; released ones may be held again.
pub fn settle(
    connection: &mut Connection,
    (id, cycle): (QuarantineId, Month),
    seqs: &[i64],
    state: VoteState,
) -> Result<(), StoreError> {
    let rows = votes::table.filter(votes::cycle.eq(cycle)).filter(votes::seq.eq_any(seqs.to_vec()));
    diesel::update(rows).set(votes::state.eq(state.number())).execute(connection)?;
    if state == VoteState::Valid {
        let held =
            held_votes::table.filter(held_votes::quarantine_id.eq(id)).filter(held_votes::seq.eq_any(seqs.to_vec()));
        diesel::update(held).set(held_votes::active.eq(false)).execute(connection)?;
    }
    Ok(())
}

/// Notes how many votes of each candidate an opened quarantine holds, and takes them from those that count. The caller
/// holds the cycle's log.
pub fn count_in(
    connection: &mut Connection,
    (id, cycle): (QuarantineId, Month),
    counts: &BTreeMap<i64, i64>,
) -> Result<(), StoreError> {
    for (candidate, held) in counts {
        let noted = (
            quarantine_counts::quarantine_id.eq(id),
            quarantine_counts::candidate.eq(candidate),
            quarantine_counts::votes.eq(held),
        );
        diesel::insert_into(quarantine_counts::table).values(noted).execute(connection)?;
        diesel::update(tallies::table.find((cycle, candidate)))
            .set(tallies::quarantined.eq(tallies::quarantined + held))
            .execute(connection)?;
    }
    Ok(())
}

/// Moves the votes of a decided quarantine to where they belong now. The caller holds the cycle's log.
pub fn count_out(
    connection: &mut Connection,
    (id, cycle): (QuarantineId, Month),
    status: QuarantineStatus,
) -> Result<(), StoreError> {
    let counts: Vec<(i64, i64)> = quarantine_counts::table
        .filter(quarantine_counts::quarantine_id.eq(id))
        .order(quarantine_counts::candidate)
        .select((quarantine_counts::candidate, quarantine_counts::votes))
        .load(connection)?;
    for (candidate, held) in counts {
        let invalid = if status == QuarantineStatus::Invalidated { held } else { 0 };
        diesel::update(tallies::table.find((cycle, candidate)))
            .set((
                tallies::quarantined.eq(tallies::quarantined - held),
                tallies::invalid.eq(tallies::invalid + invalid),
            ))
            .execute(connection)?;
    }
    Ok(())
}
