//! The vote of one cycle as a batch finds it, and what the batch adds to it.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::{
    domain::{candidate::Status, category::CategoryCode, cycle::Cycle, policy::ResultSource, vote},
    storage::{
        self, Connection, StoreError,
        contenders::Contender,
        votes::{Earlier, NewVote},
    },
};

/// A vote of somebody in this cycle's span, written earlier or in this batch.
#[derive(Clone, Debug)]
pub(super) struct Cast {
    /// For whom, by number.
    pub(super) candidate: i64,
    /// Its place in the log.
    pub(super) seq: i64,
    /// When.
    pub(super) at: DateTime<Utc>,
    /// The number by which it was cast; none for a vote of this batch.
    pub(super) number: Option<i64>,
}

/// A new vote: who casts it, by the place among the batch's voters, and the row without its voter's number.
pub(super) struct Fresh {
    /// The voter's place in the batch.
    pub(super) voter: usize,
    /// The row.
    pub(super) row: NewVote,
}

/// The vote of one cycle, whose log's row is held.
pub(super) struct Poll {
    /// Windows and rules.
    pub(super) cycle: Arc<Cycle>,
    /// The span that a vote of this moment belongs to.
    pub(super) day: i32,
    size: i64,
    is_open: bool,
    by_voter: HashMap<usize, Vec<Cast>>,
    /// The categories of those who were voted for, by number: read once a batch, not with each vote.
    categories: HashMap<i64, CategoryCode>,
    fresh: Vec<Fresh>,
}

impl Poll {
    /// The vote of a cycle whose log has `size` entries, and takes more or not.
    pub(super) fn new(cycle: Arc<Cycle>, has_log: bool, size: i64, now: DateTime<Utc>, zone: Tz) -> Self {
        let day = vote::day(cycle.policy.repeat, now, zone);
        let is_open = has_log && cycle.windows.voting.contains(now) && cycle.published_at.is_none();
        Self { cycle, day, size, is_open, by_voter: HashMap::new(), categories: HashMap::new(), fresh: Vec::new() }
    }

    /// Whether the vote is held on the national site.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.cycle.policy.result_source == ResultSource::Portal
    }

    /// Whether a candidate can be voted for now.
    pub(super) fn takes_for(&self, contender: &Contender) -> bool {
        self.is_open && contender.status == Status::Forwarded
    }

    /// Reads what these voters cast in the span; each by number and place in the batch.
    pub(super) fn load_earlier(&mut self, db: &mut Connection, voters: &[(i64, usize)]) -> Result<(), StoreError> {
        if voters.is_empty() {
            return Ok(());
        }
        let numbers: Vec<i64> = voters.iter().map(|(number, _)| *number).collect();
        let places: HashMap<i64, usize> = voters.iter().copied().collect();
        for earlier in storage::votes::earlier(db, (self.cycle.month, self.day), &numbers)? {
            let Some(place) = places.get(&earlier.voter) else { continue };
            let number = Some(earlier.voter);
            let Earlier { candidate, seq, cast_at: at, .. } = earlier;
            note(self.by_voter.entry(*place).or_default(), Cast { candidate, seq, at, number });
        }
        let named: BTreeSet<i64> = self.by_voter.values().flatten().map(|cast| cast.candidate).collect();
        if !named.is_empty() {
            let named: Vec<i64> = named.into_iter().collect();
            self.categories.extend(storage::contenders::categories(db, &named)?);
        }
        Ok(())
    }

    /// The category that a vote was cast in.
    pub(super) fn category(&self, cast: &Cast) -> Option<&CategoryCode> {
        self.categories.get(&cast.candidate)
    }

    /// What a voter has cast in the span.
    pub(super) fn of(&self, voter: usize) -> &[Cast] {
        self.by_voter.get(&voter).map_or(&[], Vec::as_slice)
    }

    /// Adds a new vote; returns its place in the log.
    pub(super) fn add(&mut self, fresh: Fresh, category: &CategoryCode, cast_at: DateTime<Utc>) -> i64 {
        let seq = self.size + i64::try_from(self.fresh.len()).unwrap_or(0);
        let candidate = fresh.row.candidate;
        self.categories.entry(candidate).or_insert_with(|| category.clone());
        let cast = Cast { candidate, seq, at: cast_at, number: None };
        self.by_voter.entry(fresh.voter).or_default().push(cast);
        self.fresh.push(fresh);
        seq
    }

    /// The places of those whose votes are new.
    pub(super) fn voting(&self) -> impl Iterator<Item = usize> {
        self.fresh.iter().map(|fresh| fresh.voter)
    }

    /// Writes what was added: votes, traces, counts and the log's size.
    pub(super) fn write(
        mut self,
        db: &mut Connection,
        number_of: impl Fn(usize) -> Option<i64>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if self.fresh.is_empty() {
            return Ok(());
        }
        let mut rows = Vec::with_capacity(self.fresh.len());
        for Fresh { voter, row } in self.fresh.drain(..) {
            let voter = number_of(voter).ok_or(StoreError::Missing("voter"))?;
            rows.push(NewVote { voter, ..row });
        }
        storage::votes::append(db, (self.cycle.month, self.size), &rows, now)
    }
}

/// Takes up a vote, for each candidate the first: somebody who has turned out to be one person may have two.
fn note(known: &mut Vec<Cast>, cast: Cast) {
    match known.iter_mut().find(|other| other.candidate == cast.candidate) {
        Some(other) if other.seq < cast.seq => {}
        Some(other) => *other = cast,
        None => known.push(cast),
    }
}
