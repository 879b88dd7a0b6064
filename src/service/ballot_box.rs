//! The ballot box (投票箱): ballots of concurrent requests are written together by one thread of the process, and each is
//! answered after the commit that holds it.
//!
//! Nobody waits for a timer: the next batch gathers while the one before is flushed. What the box can hold is bounded;
//! beyond that a ballot is refused for a moment (503). Several processes on one database take turns at the log's row.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Sender, channel},
    },
    thread::JoinHandle,
};

use chrono_tz::Tz;
use tokio::sync::oneshot;

use super::{
    Error,
    clock::Clocks,
    vote_log::{CycleLog, VoteFacts, VoteLogs},
    voter::Elector,
};
use crate::{
    domain::{id::CandidateId, vote::Vote, vote_log::Receipt},
    storage::Store,
};

mod batch;
mod courier;
mod electors;
mod judge;
mod poll;
mod same_person;
mod writer;

use courier::Courier;

/// So many votes wait at most; at the rates that were measured they are written within half a second.
const MOST_WAITING: usize = 8192;

/// So many votes are committed together: some ten milliseconds in which other writers wait. With more, whoever answers
/// requests would have nothing to do meanwhile, and too much at once afterwards.
pub const MOST_AT_ONCE: usize = 256;

/// Votes that are sent together, to be taken together or not at all.
#[derive(Clone, Debug)]
pub struct Ballot {
    /// Who votes.
    pub elector: Elector,
    /// For whom, each once; at least one and at most 100.
    pub choice: Choice,
    /// Where the ballot came from.
    pub trace: Trace,
}

/// What a ballot names, which also says how its faults are placed.
#[derive(Clone, Debug)]
pub enum Choice {
    /// One candidate, `candidate_id` of the body.
    One(CandidateId),
    /// Several, `candidate_ids` of the body.
    Several(Vec<CandidateId>),
}

impl Choice {
    fn as_slice(&self) -> &[CandidateId] {
        match self {
            Self::One(id) => std::slice::from_ref(id),
            Self::Several(ids) => ids,
        }
    }
}

/// Where a ballot came from, by keyed hashes that name nobody and are removed when the objection period ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Of the network.
    pub prefix: i64,
    /// Of network and client program.
    pub client: i64,
}

/// A vote that the box has taken, or took before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenVote {
    /// The vote, as it was first cast.
    pub vote: Vote,
    /// By which its place in the public log is proven; none where the policy gives none, or the log's secret is destroyed.
    pub receipt: Option<Receipt>,
    /// False when it was cast before.
    pub is_new: bool,
}

/// A vote that the writer has written, or found written. Its receipt is made by whoever waits for it: hashing would hold
/// up everybody behind.
struct Numbered {
    vote: Vote,
    seq: i64,
    voter: i64,
    /// The log by which a receipt is made; none where none is given.
    log: Option<Arc<CycleLog>>,
    is_new: bool,
}

impl Numbered {
    fn taken(self) -> TakenVote {
        let Self { vote, seq, voter, log, is_new } = self;
        let receipt = log.map(|log| log.receipt(seq, &VoteFacts::of(&vote, voter)));
        TakenVote { vote, receipt, is_new }
    }
}

/// What the writer works with.
#[derive(Clone)]
pub struct Desk {
    /// The database.
    pub store: Store,
    /// The campaign's clock decides what is open.
    pub clocks: Clocks,
    /// The zone of days.
    pub time_zone: Tz,
    /// Makes receipts.
    pub vote_logs: VoteLogs,
    /// So many votes are committed together at most; [`MOST_AT_ONCE`] but in benchmarks.
    pub most_at_once: usize,
}

/// The box of a process. Cheap to clone; its thread begins with the first ballot and ends with the last clone.
#[derive(Clone)]
pub struct BallotBox(Arc<Inner>);

struct Inner {
    desk: Desk,
    waiting: Arc<AtomicUsize>,
    slot: Mutex<Slot>,
}

/// The way to the writer, once there is one.
#[derive(Default)]
enum Slot {
    #[default]
    Idle,
    Open(Sender<Waiting>, JoinHandle<()>),
    Closed,
}

/// What became of a ballot: its votes in their order, or why none was taken.
type Outcome = Result<Vec<Numbered>, Error>;

/// A ballot that waits for its commit.
struct Waiting {
    ballot: Ballot,
    answer: oneshot::Sender<Outcome>,
    courier: Courier,
    _place: Place,
}

/// The room that a ballot takes in the box, given back whatever becomes of it.
struct Place {
    waiting: Arc<AtomicUsize>,
    votes: usize,
}

impl Place {
    fn take(waiting: &Arc<AtomicUsize>, votes: usize) -> Option<Self> {
        let place = Self { waiting: Arc::clone(waiting), votes };
        // Taken first: two that come at once never both find the last room.
        (waiting.fetch_add(votes, Ordering::Relaxed) + votes <= MOST_WAITING).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.waiting.fetch_sub(self.votes, Ordering::Relaxed);
    }
}

impl BallotBox {
    /// An empty box.
    #[must_use]
    pub fn new(desk: Desk) -> Self {
        Self(Arc::new(Inner { desk, waiting: Arc::default(), slot: Mutex::default() }))
    }

    /// Puts a ballot in and waits for the commit that holds it. Votes come back in the order of the ballot; votes that
    /// were cast before come back as they were.
    ///
    /// After [`Error::Unavailable`] it is not known whether the votes were taken: the same ballot may be sent again.
    pub async fn put(&self, ballot: Ballot) -> Result<Vec<TakenVote>, Error> {
        let (answer, answered) = oneshot::channel();
        self.hand_over(ballot, answer)?;
        let broken_off = |_| Error::Unavailable("the writing of votes was broken off".to_owned());
        let votes = answered.await.map_err(broken_off)??;
        Ok(votes.into_iter().map(Numbered::taken).collect())
    }

    fn hand_over(&self, ballot: Ballot, answer: oneshot::Sender<Outcome>) -> Result<(), Error> {
        let full = || Error::Unavailable("the ballot box is full".to_owned());
        let place = Place::take(&self.0.waiting, ballot.choice.as_slice().len()).ok_or_else(full)?;
        let waiting = Waiting { ballot, answer, courier: Courier::here(), _place: place };
        let mut slot = self.0.slot.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = match &*slot {
            Slot::Closed => return Err(Error::Unavailable("the server is stopping".to_owned())),
            Slot::Idle => waiting,
            Slot::Open(way, _) => match way.send(waiting) {
                Ok(()) => return Ok(()),
                // The writer has died; another takes its place.
                Err(returned) => returned.0,
            },
        };
        let (way, incoming) = channel();
        let desk = self.0.desk.clone();
        let writer =
            std::thread::Builder::new().name("ballot-box".to_owned()).spawn(move || writer::run(&desk, &incoming));
        let writer = writer.map_err(|error| Error::Unavailable(format!("no thread for votes: {error}")))?;
        way.send(waiting).map_err(|_| Error::Unavailable("the writer of votes ended at once".to_owned()))?;
        *slot = Slot::Open(way, writer);
        Ok(())
    }

    /// Takes nothing more, and waits until what is inside is written and answered.
    pub async fn close(&self) {
        let slot = std::mem::replace(&mut *self.0.slot.lock().unwrap_or_else(PoisonError::into_inner), Slot::Closed);
        if let Slot::Open(way, writer) = slot {
            drop(way);
            if tokio::task::spawn_blocking(move || writer.join()).await.is_err() {
                log::error!("the writer of votes could not be waited for");
            }
        }
    }
}
