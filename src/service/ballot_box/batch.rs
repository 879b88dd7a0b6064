//! What one transaction does with the ballots of a batch: hold the logs, read everything that decides, judge ballot by
//! ballot in the order of arrival, and write what is new.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use super::{
    Ballot, Desk, Numbered, Outcome, Trace,
    electors::{self, Electors},
    judge,
    poll::{Fresh, Poll},
};
use crate::{
    domain::{candidate::Status, cycle::Cycle, fault::Code, id::CandidateId, month::Month, vote::Vote},
    service::{
        candidates::access,
        error::Error,
        vote_log::{self, CycleLog},
    },
    storage::{self, Connection, StoreError, contenders::Contender, votes::NewVote},
};

/// The cycles whose logs are held, in the order in which they are taken: those of the batch before, as a guess.
pub(super) type Logs = BTreeSet<Month>;

/// The cycles that batches before have read: each is read again only when its version tells that it has changed.
#[derive(Default)]
pub(super) struct KnownCycles(BTreeMap<Month, Arc<Cycle>>);

impl KnownCycles {
    /// Holds a cycle for the rest of the transaction, and tells how it stands.
    fn hold(&mut self, db: &mut Connection, month: Month) -> Result<Arc<Cycle>, StoreError> {
        let version = storage::cycles::lock_version(db, month)?.ok_or(StoreError::Missing("cycle"))?;
        if let Some(known) = self.0.get(&month).filter(|known| known.version == version) {
            return Ok(Arc::clone(known));
        }
        let cycle = Arc::new(storage::cycles::find(db, month)?.ok_or(StoreError::Missing("cycle"))?);
        self.0.insert(month, Arc::clone(&cycle));
        Ok(cycle)
    }
}

/// What became of a batch.
pub(super) struct Taken {
    /// For each ballot its votes, or why it was refused.
    pub(super) outcomes: Vec<Outcome>,
    /// The cycles that were voted in.
    pub(super) logs: Logs,
}

/// Why nothing of a batch was taken.
pub(super) enum Failure {
    /// Candidates of these cycles are named; logs are only taken in order, so the transaction begins again with them.
    OtherLogs(Logs),
    /// The database failed.
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Where the ballots of a batch come from.
pub(super) trait Source {
    /// The ballots, once nothing keeps the batch waiting any more.
    fn ballots(&mut self) -> Vec<&Ballot>;
}

/// Takes a batch of ballots. Locks first and loads then: the cycles' rows, their logs, then everything else. The ballots are asked for
/// once the logs are held: what has come while other servers kept us waiting goes with the rest.
pub(super) fn take(
    desk: &Desk,
    db: &mut Connection,
    (logs, known): (&Logs, &mut KnownCycles),
    source: &mut dyn Source,
) -> Result<Taken, Failure> {
    let mut held = BTreeMap::new();
    for month in logs {
        let cycle = known.hold(db, *month)?;
        held.insert(*month, (cycle, vote_log::hold(&desk.vote_logs, db, *month)?));
    }
    let ballots = &source.ballots();
    let contenders = contenders(db, ballots)?;
    let named: Logs = contenders.values().map(|contender| contender.cycle).collect();
    if !named.is_subset(logs) {
        return Err(Failure::OtherLogs(named));
    }
    // The logs may have kept us waiting, over midnight even; what counts is the moment of writing.
    let now = desk.clocks.campaign();
    let mut polls = BTreeMap::new();
    let mut receipts = BTreeMap::new();
    for (month, (cycle, (log, size))) in held {
        let (gives_receipts, poll) =
            (cycle.policy.receipts, Poll::new(cycle, log.is_some(), size, now, desk.time_zone));
        polls.insert(month, poll);
        receipts.extend(log.filter(|_| gives_receipts).map(|log| (month, Arc::new(log))));
    }
    let electors = Electors::call(db, ballots)?;
    electors.note_persons(&desk.clocks, db)?;
    let mut batch = Batch { electors, shown: shown(db, contenders, now)?, polls, now };
    batch.load_earlier(db, ballots)?;
    let judged: Vec<_> = ballots.iter().map(|ballot| batch.judge(ballot)).collect();
    let electors = batch.write(db)?;
    let numbered = |votes: Vec<Judged>| votes.into_iter().map(|vote| vote.numbered(&electors, &receipts)).collect();
    let outcomes = judged.into_iter().map(|judged| judged.map(numbered)).collect();
    Ok(Taken { outcomes, logs: named })
}

/// A vote of a ballot that is in order.
struct Judged {
    /// The voter's place in the batch; its number is known once everything is written.
    voter: usize,
    vote: Vote,
    seq: i64,
    is_new: bool,
    /// The number by which it was cast earlier; none for a vote of this batch.
    number: Option<i64>,
}

impl Judged {
    fn numbered(self, electors: &Electors, logs: &BTreeMap<Month, Arc<CycleLog>>) -> Numbered {
        let Self { vote, seq, number, is_new, .. } = self;
        let voter = number.or_else(|| electors.get(self.voter)?.number()).unwrap_or_default();
        let log = logs.get(&vote.cycle).cloned();
        Numbered { vote, seq, voter, log, is_new }
    }
}

fn contenders(db: &mut Connection, ballots: &[&Ballot]) -> Result<HashMap<CandidateId, Contender>, StoreError> {
    let named: BTreeSet<CandidateId> = ballots.iter().flat_map(|ballot| ballot.choice.as_slice()).copied().collect();
    let named: Vec<CandidateId> = named.into_iter().collect();
    Ok(storage::contenders::find_all(db, &named)?.into_iter().collect())
}

/// A candidate with whether everybody may read it now.
pub(super) type Shown = HashMap<CandidateId, (Contender, bool)>;

fn shown(db: &mut Connection, contenders: HashMap<CandidateId, Contender>, now: DateTime<Utc>) -> Result<Shown, Error> {
    let asks = contenders.values().any(|contender| contender.status == Status::NotListed);
    let recent = if asks { access::recently_published(db, now)? } else { Vec::new() };
    let with_sight = |(id, contender): (CandidateId, Contender)| {
        let is_shown = access::is_shown((contender.status, contender.visibility), contender.cycle, &recent);
        (id, (contender, is_shown))
    };
    Ok(contenders.into_iter().map(with_sight).collect())
}

struct Batch {
    electors: Electors,
    shown: Shown,
    polls: BTreeMap<Month, Poll>,
    now: DateTime<Utc>,
}

impl Batch {
    /// Reads what the voters of these ballots cast earlier, cycle by cycle.
    fn load_earlier(&mut self, db: &mut Connection, ballots: &[&Ballot]) -> Result<(), StoreError> {
        let mut asked: BTreeMap<Month, BTreeSet<(i64, usize)>> = BTreeMap::new();
        for ballot in ballots {
            let Ok(place) = self.electors.admit(&ballot.elector) else { continue };
            let Some(voter) = self.electors.get(place).filter(|voter| voter.number().is_some()) else { continue };
            for id in ballot.choice.as_slice() {
                if let Some((contender, _)) = self.shown.get(id) {
                    let asked = asked.entry(contender.cycle).or_default();
                    asked.extend(voter.numbers().iter().map(|number| (*number, place)));
                }
            }
        }
        for (month, voters) in asked {
            if let Some(poll) = self.polls.get_mut(&month) {
                poll.load_earlier(db, &voters.into_iter().collect::<Vec<_>>())?;
            }
        }
        Ok(())
    }

    /// Decides one ballot: all of its votes are added, or none and every fault is told.
    fn judge(&mut self, ballot: &Ballot) -> Result<Vec<Judged>, Error> {
        let Self { electors, shown, polls, now } = self;
        let place = electors.admit(&ballot.elector)?;
        let elector = electors.get(place).ok_or_else(|| Error::of(Code::Unauthenticated))?;
        let verdicts = judge::judge(ballot, (place, elector), shown, polls)?;
        let mut votes = Vec::with_capacity(verdicts.len());
        for (id, contender, before) in verdicts {
            let Some(poll) = polls.get_mut(&contender.cycle) else { continue };
            let is_new = before.is_none();
            let (seq, cast_at, number) = match before {
                Some(first) => (first.seq, first.at, first.number),
                None => {
                    (poll.add(fresh(place, contender.number, ballot, poll.day), &contender.category, *now), *now, None)
                }
            };
            let (cycle, category) = (contender.cycle, contender.category.clone());
            let vote = Vote { candidate: id, cycle, category, day: poll.day, cast_at };
            votes.push(Judged { voter: place, vote, seq, is_new, number });
        }
        Ok(votes)
    }

    /// Writes what is new; returns the voters, now with their numbers.
    fn write(self, db: &mut Connection) -> Result<Electors, StoreError> {
        let Self { mut electors, polls, now, .. } = self;
        electors.number(db, polls.values().flat_map(Poll::voting), now)?;
        for poll in polls.into_values() {
            poll.write(db, |place| electors.get(place)?.number(), now)?;
        }
        Ok(electors)
    }
}

fn fresh(voter: usize, candidate: i64, ballot: &Ballot, day: i32) -> Fresh {
    let Trace { prefix, client } = ballot.trace;
    Fresh {
        voter,
        row: NewVote { voter: 0, candidate, day, prefix, client, tier: electors::tier(&ballot.elector).number() },
    }
}
