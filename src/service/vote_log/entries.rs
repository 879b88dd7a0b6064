//! Entries from the rows that they are made of, and the next slice of a tree that lags behind them.

use super::secret::{self, VoteFacts, entry_of};
use crate::{
    domain::{
        month::Month,
        vote_log::{Entry, Event, GrowingTree, Pseudonym, Range, TileMissing, Tiles, edge_of, leaf_hash, minute_of},
    },
    service::{Error, Service},
    storage::{
        self, Connection,
        vote_log_entries::{LoggedInvalidation, LoggedVote},
        vote_log_trees::TreeState,
    },
};

/// Most entries of one slice: a few milliseconds of writing.
const SLICE: u64 = 8192;

/// What a tree grows by.
pub(super) struct Slice {
    /// What it grows from and to.
    pub(super) states: (TreeState, TreeState),
    /// The tiles that change.
    pub(super) tiles: Tiles,
}

impl From<TileMissing> for Error {
    fn from(missing: TileMissing) -> Self {
        Self::Internal(format!("the tree of a vote log is broken: {missing}"))
    }
}

/// The entries with numbers in a range. Each number must be there: a row that is gone is never passed over.
pub(super) fn load(
    db: &mut Connection,
    cycle: Month,
    range: &Range,
    pseudonym: impl Fn(&LoggedVote) -> Result<Pseudonym, Error>,
) -> Result<Vec<Entry>, Error> {
    let mut invalidations = storage::vote_log_entries::invalidations(db, cycle, range)?.into_iter().peekable();
    let mut votes = storage::vote_log_entries::votes(db, cycle, range)?.into_iter().peekable();
    let mut entries = Vec::new();
    for expected in range.clone() {
        let sequence = expected.cast_signed();
        let entry = match (
            votes.next_if(|vote| vote.sequence == sequence),
            invalidations.next_if(|invalidation| invalidation.sequence == sequence),
        ) {
            (Some(vote), None) => entry_of(sequence, &facts(&vote), pseudonym(&vote)?),
            (None, Some(invalidation)) => invalidation_entry(&invalidation)?,
            (None, None) | (Some(_), Some(_)) => {
                return Err(Error::Internal(format!("entry {sequence} of the vote log of {cycle} has not one row")));
            }
        };
        entries.push(entry);
    }
    Ok(entries)
}

pub(super) const fn facts(vote: &LoggedVote) -> VoteFacts<'_> {
    VoteFacts {
        candidate: vote.candidate,
        category: &vote.category,
        voter: vote.voter,
        day: vote.day,
        cast_at: vote.cast_at,
    }
}

fn invalidation_entry(row: &LoggedInvalidation) -> Result<Entry, Error> {
    let reason = row.reason.parse().map_err(|_| Error::Internal(format!("invalidation {} reads ill", row.sequence)))?;
    Ok(Entry {
        sequence: row.sequence.cast_unsigned(),
        minute: minute_of(row.created_at),
        event: Event::Invalidation { vote: row.vote.cast_unsigned(), reason },
    })
}

/// What the tree of a log grows by next; none when it covers all entries.
pub(super) fn next_slice(service: &Service, db: &mut Connection, cycle: Month) -> Result<Option<Slice>, Error> {
    let Some(log) = storage::vote_logs::find(db, cycle)? else { return Ok(None) };
    let Some(from) = storage::vote_log_trees::find(db, cycle)? else { return Ok(None) };
    if from.size >= log.size {
        return Ok(None);
    }
    let start = from.size.cast_unsigned();
    let range = start..log.size.cast_unsigned().min(start + SLICE);
    let Some(key) = secret::find(&service.vote_logs, db, cycle)? else { return Ok(None) };
    let edge = edge_of(start).into_iter().map(|(at, _)| at).collect();
    let mut tree = GrowingTree::new(start, storage::vote_log_tiles::find_all(db, cycle, &edge)?)?;
    for entry in load(db, cycle, &range, |vote| Ok(key.pseudonym(vote.voter, &vote.category)))? {
        let pseudonym = match &entry.event {
            Event::Vote { voter, .. } => *voter,
            Event::Invalidation { .. } => Pseudonym::NONE,
        };
        tree.push(leaf_hash(entry.line().as_bytes()), pseudonym);
    }
    let (size, tiles) = tree.into_changed();
    let to = TreeState { size: size.cast_signed(), ..from };
    Ok(Some(Slice { states: (from, to), tiles }))
}
