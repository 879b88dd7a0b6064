//! The secret of a cycle's pseudonyms, and what whoever writes votes needs of it.

use std::sync::PoisonError;

use chrono::{DateTime, Utc};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::VoteLogs;
use crate::{
    domain::{
        category::CategoryCode,
        fault::Code,
        id::CandidateId,
        month::Month,
        vote::{self, Vote},
        vote_log::{Entry, Event, Pseudonym, PseudonymKey, Receipt, minute_of},
    },
    service::{Error, generator},
    storage::{self, Connection, vault::MasterKey, vote_logs::LogSecret},
};

/// Under which name secrets are wrapped.
const SECRET: &str = "vote_log_pseudonyms";

/// The log of a cycle, ready to make entries and receipts. Cheap to clone, and costs two hashes a vote.
#[derive(Clone, Debug)]
pub struct CycleLog {
    cycle: Month,
    key: PseudonymKey,
}

/// What the entry of a vote is made of.
#[derive(Clone, Copy, Debug)]
pub struct VoteFacts<'a> {
    /// Whom it supports.
    pub candidate: CandidateId,
    /// In which category.
    pub category: &'a CategoryCode,
    /// The voter's number.
    pub voter: i64,
    /// The span: 0, or the number of the local day.
    pub day: i32,
    /// When it was cast.
    pub cast_at: DateTime<Utc>,
}

impl<'a> VoteFacts<'a> {
    /// Of a vote whose voter has a number.
    #[must_use]
    pub fn of(vote: &'a Vote, voter: i64) -> Self {
        let Vote { candidate, category, day, cast_at, .. } = vote;
        Self { candidate: *candidate, category, voter, day: *day, cast_at: *cast_at }
    }
}

impl CycleLog {
    /// Whose log it is.
    #[must_use]
    pub const fn cycle(&self) -> Month {
        self.cycle
    }

    /// How a voter is named in one category.
    #[must_use]
    pub fn pseudonym(&self, voter: i64, category: &CategoryCode) -> Pseudonym {
        self.key.pseudonym(voter, category)
    }

    /// The entry of a vote. `sequence` is its number, from 0.
    #[must_use]
    pub fn entry(&self, sequence: i64, vote: &VoteFacts<'_>) -> Entry {
        entry_of(sequence, vote, self.pseudonym(vote.voter, vote.category))
    }

    /// What the voter is given: where the vote stands, and the hash of its entry.
    #[must_use]
    pub fn receipt(&self, sequence: i64, vote: &VoteFacts<'_>) -> Receipt {
        let entry = self.entry(sequence, vote);
        Receipt { sequence: entry.sequence, leaf_hash: entry.leaf_hash() }
    }
}

/// The entry of a vote whose pseudonym is known.
pub(super) fn entry_of(sequence: i64, vote: &VoteFacts<'_>, voter: Pseudonym) -> Entry {
    let event = Event::Vote { candidate: vote.candidate, day: vote::date_of(vote.day), voter };
    Entry { sequence: sequence.cast_unsigned(), minute: minute_of(vote.cast_at), event }
}

/// A log that was opened, with the ciphertext that it was opened from: a secret that was made in a transaction that came to
/// nothing, or that was destroyed, is not taken for the one in the database.
pub(super) struct Opened {
    wrapped: Vec<u8>,
    log: CycleLog,
}

/// Opens the log of a cycle within a writing transaction, before the log's row is taken: makes the log and its secret when
/// they are missing. Whatever process is first, all have the same. 409 `log_closed` when the secret was destroyed.
pub fn open(logs: &VoteLogs, db: &mut Connection, cycle: Month) -> Result<CycleLog, Error> {
    if let Some(log) = find(logs, db, cycle)? {
        return Ok(log);
    }
    let secret = Zeroizing::new(generator::random::<32>()?);
    let wrapped = logs.vault.wrap(SECRET, place(cycle), &*secret)?;
    storage::vote_logs::give_secret(db, cycle, &wrapped)?;
    find(logs, db, cycle)?.ok_or_else(|| Error::Internal(format!("the log of {cycle} has no secret")))
}

/// Takes the row of a cycle's log within a writing transaction, and opens the log as [`open`] does; tells its size. No log
/// where the secret was destroyed and nothing is added any more.
pub fn hold(logs: &VoteLogs, db: &mut Connection, cycle: Month) -> Result<(Option<CycleLog>, i64), Error> {
    let state = storage::vote_logs::lock(db, cycle)?;
    match state.map(|state| (state.secret, state.size)) {
        Some((LogSecret::Wrapped(wrapped), size)) => Ok((Some(unwrapped(logs, cycle, wrapped)?), size)),
        Some((LogSecret::Destroyed(_), size)) => {
            forget(logs, cycle);
            Ok((None, size))
        }
        Some((LogSecret::None, _)) | None => {
            let log = open(logs, db, cycle)?;
            Ok((Some(log), storage::votes::lock_log(db, cycle)?))
        }
    }
}

/// Opens the log of a cycle if it has a secret already.
/// None when it has none yet; 409 `log_closed` when the secret was destroyed.
pub(super) fn find(logs: &VoteLogs, db: &mut Connection, cycle: Month) -> Result<Option<CycleLog>, Error> {
    let secret = storage::vote_logs::find(db, cycle)?.map_or(LogSecret::None, |state| state.secret);
    match secret {
        LogSecret::Wrapped(wrapped) => unwrapped(logs, cycle, wrapped).map(Some),
        LogSecret::None => Ok(None),
        LogSecret::Destroyed(_) => {
            forget(logs, cycle);
            Err(Error::of(Code::LogClosed))
        }
    }
}

/// The log of a cycle as long as its secret lives; none before the first vote and after the end.
pub fn living(logs: &VoteLogs, db: &mut Connection, cycle: Month) -> Result<Option<CycleLog>, Error> {
    match find(logs, db, cycle) {
        Err(error) if error.code() == Some(Code::LogClosed) => Ok(None),
        found => found,
    }
}

fn unwrapped(logs: &VoteLogs, cycle: Month, wrapped: Vec<u8>) -> Result<CycleLog, Error> {
    let mut opened = logs.opened.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = opened.get(&cycle).filter(|known| known.wrapped == wrapped) {
        return Ok(known.log.clone());
    }
    let log = unwrap(&logs.vault, cycle, &wrapped)?;
    opened.insert(cycle, Opened { wrapped, log: log.clone() });
    Ok(log)
}

/// Opens a log from the ciphertext of its secret.
pub(super) fn unwrap(vault: &MasterKey, cycle: Month, wrapped: &[u8]) -> Result<CycleLog, Error> {
    let secret = vault.unwrap_secret(SECRET, place(cycle), wrapped)?;
    let secret = secret.first_chunk().ok_or_else(|| Error::Internal(format!("the secret of {cycle} is too short")))?;
    Ok(CycleLog { cycle, key: PseudonymKey::new(secret) })
}

/// Lets go of a secret that was destroyed.
pub(super) fn forget(logs: &VoteLogs, cycle: Month) {
    logs.opened.lock().unwrap_or_else(PoisonError::into_inner).remove(&cycle);
}

/// The row that a wrapped secret is bound to.
fn place(cycle: Month) -> Uuid {
    Uuid::from_u128(u128::from(cycle.number().unsigned_abs()))
}
