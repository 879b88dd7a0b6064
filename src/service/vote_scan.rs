//! Looks through the votes for signals, each vote once: slices are read beside the writers, and counted in a short
//! transaction that moves the water mark on. Several processes may do it; one of two that read the same slice counts it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    Error, Service,
    signals::{self, Raised},
};
use crate::{
    domain::{
        id::OrganizationId,
        month::Month,
        signal::{self, Figures, Pace, SignalKind, Subject},
    },
    storage::{
        self, Connection, StoreError,
        vote_scans::{CounterRow, Paced, Scanned},
    },
};

/// How often a process looks.
pub const EVERY: Duration = Duration::from_mins(1);
/// So many votes are counted in one transaction: a few milliseconds.
const SLICE: i64 = 1000;

/// Looks through all votes that were not looked through; returns how many this call has counted.
pub async fn scan(service: &Service) -> Result<i64, Error> {
    let behind = service.store.read(|db| Ok::<_, Error>(storage::vote_scans::behind(db)?)).await?;
    let mut counted = 0;
    for (month, mut from, size) in behind {
        while from < size {
            let to = (from + SLICE).min(size);
            let slice = service.store.read(move |db| Ok::<_, Error>(Slice::read(db, month, (from, to))?)).await?;
            let of_service = service.clone();
            if !service.store.write(move |db| slice.write(&of_service, db)).await? {
                // Another process is at it.
                break;
            }
            counted += to - from;
            from = to;
        }
    }
    Ok(counted)
}

/// What a stretch of the log adds to the counts.
#[derive(Default)]
struct Slice {
    range: Option<(Month, i64, i64)>,
    counters: BTreeMap<Subject, Added>,
    /// The votes of each candidate by bucket, in the order of buckets.
    candidates: BTreeMap<i64, BTreeMap<i64, Added>>,
    headcounts: BTreeMap<OrganizationId, Option<i64>>,
}

#[derive(Clone, Copy)]
struct Added {
    votes: i64,
    voters: i64,
    first_seq: i64,
    last_seq: i64,
}

impl Added {
    fn to<K: Ord>(counts: &mut BTreeMap<K, Self>, key: K, (seq, is_first): (i64, bool)) {
        let none = Self { votes: 0, voters: 0, first_seq: seq, last_seq: seq };
        let added = counts.entry(key).or_insert(none);
        added.votes += 1;
        added.voters += i64::from(is_first);
        added.last_seq = seq;
    }
}

impl Slice {
    fn read(db: &mut Connection, month: Month, (from, to): (i64, i64)) -> Result<Self, StoreError> {
        let votes = storage::vote_scans::slice(db, month, (from, to))?;
        let people: BTreeSet<i64> = votes.iter().map(|vote| vote.voter).collect();
        let first = storage::vote_scans::first_votes(db, month, &people)?;
        let units: BTreeSet<OrganizationId> = votes.iter().filter_map(|vote| vote.organization).collect();
        let headcounts = storage::vote_scans::headcounts(db, &units)?;
        let mut slice = Self { range: Some((month, from, to)), headcounts, ..Self::default() };
        for vote in &votes {
            slice.add(vote, first.get(&vote.voter) == Some(&vote.seq));
        }
        Ok(slice)
    }

    fn add(&mut self, vote: &Scanned, is_first: bool) {
        let (bucket, counted) = (signal::bucket(vote.cast_at), (vote.seq, is_first));
        Added::to(self.candidates.entry(vote.candidate).or_default(), bucket, counted);
        if let Some(prefix) = vote.prefix {
            Added::to(&mut self.counters, Subject::Prefix { prefix, bucket }, counted);
        }
        if let Some(made_at) = vote.account_made_at {
            Added::to(&mut self.counters, Subject::Minute(signal::minute(made_at)), counted);
        }
        if let Some(unit) = vote.organization.filter(|unit| self.headcounts.contains_key(unit)) {
            Added::to(&mut self.counters, Subject::Unit(unit), counted);
        }
    }

    /// Counts it and raises what it shows; false when another process has counted it.
    fn write(self, service: &Service, db: &mut Connection) -> Result<bool, Error> {
        let Some((month, from, to)) = self.range else { return Ok(false) };
        if !storage::vote_scans::advance_if(db, month, (from, to))? {
            return Ok(false);
        }
        let row = |(subject, added): (&Subject, &Added)| CounterRow {
            cycle: month,
            kind: subject.kind(),
            subject: subject.key(),
            votes: added.votes,
            voters: added.voters,
            first_seq: added.first_seq,
            last_seq: added.last_seq,
        };
        if !self.counters.is_empty() {
            storage::vote_scans::add(db, self.counters.iter().map(row).collect())?;
        }
        let surges = self.pace(db, month)?;
        for (subject, seqs, figures) in self.counted(db, month)?.into_iter().chain(surges) {
            signals::raise(&service.clocks, db, month, (subject, seqs, figures))?;
        }
        Ok(true)
    }

    /// Goes on with the candidates' paces; returns the surges, every bucket that ended in the slice included.
    fn pace(&self, db: &mut Connection, month: Month) -> Result<Vec<Raised>, StoreError> {
        let mut known = storage::vote_scans::paces(db, month, self.candidates.keys().copied().collect())?;
        let mut surges = Vec::new();
        for (candidate, buckets) in &self.candidates {
            let mut paced = known.remove(candidate);
            for (bucket, added) in buckets {
                let before = paced.map_or_else(|| Pace::starting(*bucket), |paced| paced.pace);
                let pace = before.and(*bucket, added.votes);
                let goes_on = paced.filter(|paced| paced.pace.bucket == pace.bucket);
                let first_seq = goes_on.map_or(added.first_seq, |paced| paced.first_seq);
                if let Some(figures) = pace.surge() {
                    let subject = Subject::Candidate { candidate: *candidate, bucket: pace.bucket };
                    surges.push((subject, (first_seq, added.last_seq), figures));
                }
                paced = Some(Paced { pace, first_seq, last_seq: added.last_seq });
            }
            if let Some(paced) = paced {
                storage::vote_scans::set_pace(db, (month, *candidate), &paced)?;
            }
        }
        Ok(surges)
    }

    /// What the other counts show.
    fn counted(&self, db: &mut Connection, month: Month) -> Result<Vec<Raised>, StoreError> {
        let thresholds = [
            (SignalKind::PrefixBurst, (signal::BURST_VOTERS, signal::BURST_VOTES)),
            (SignalKind::AccountsSameMinute, (signal::MINUTE_ACCOUNTS, i64::MAX)),
            (SignalKind::UnitAboveHeadcount, (1, i64::MAX)),
        ];
        let mut found = Vec::new();
        for (kind, least) in thresholds {
            let keys: Vec<String> =
                self.counters.keys().filter(|subject| subject.kind() == kind).map(|subject| subject.key()).collect();
            if keys.is_empty() {
                continue;
            }
            for row in storage::vote_scans::above(db, (month, kind), keys, least)? {
                let judged =
                    Subject::read(kind, &row.subject).and_then(|subject| Some((subject, self.judge(subject, &row)?)));
                found.extend(judged.map(|(subject, figures)| (subject, (row.first_seq, row.last_seq), figures)));
            }
        }
        Ok(found)
    }

    fn judge(&self, subject: Subject, row: &CounterRow) -> Option<Figures> {
        match subject {
            Subject::Prefix { .. } => signal::burst(row.counts()),
            Subject::Minute(_) => signal::same_minute(row.counts()),
            Subject::Unit(unit) => signal::above_headcount(row.counts(), self.headcounts.get(&unit).copied().flatten()),
            Subject::Candidate { .. } | Subject::Person(_) => None,
        }
    }
}
