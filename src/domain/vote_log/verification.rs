//! The check of a downloaded log against a signed head, entry by entry, without the server that made it.

use std::collections::{BTreeMap, HashMap, HashSet};

use sha2::{Digest as _, Sha256};

use super::{
    checkpoint::Checkpoint,
    entry::{Entry, Event},
    merkle::{Frontier, Hash, leaf_hash},
    pseudonym::Pseudonym,
    receipt::Receipt,
};
use crate::domain::id::CandidateId;

/// What is wrong with a log: the first place where it is noticed. Lines are counted from 1, entries from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogFault {
    /// The line is no entry.
    #[error("line {line} is not an entry in its exact form")]
    NotAnEntry {
        /// The line.
        line: u64,
    },
    /// The line has no end.
    #[error("line {line} does not end with a line feed: the file is cut off")]
    CutOff {
        /// The line.
        line: u64,
    },
    /// An entry is missing, doubled or out of its place.
    #[error("line {line} is entry {found}, where entry {} has to stand", .line - 1)]
    OutOfSequence {
        /// The line.
        line: u64,
        /// The number that it bears.
        found: u64,
    },
    /// A voter voted again.
    #[error("line {line}: this voter has voted for this candidate before, in the same span")]
    VotedBefore {
        /// The line.
        line: u64,
    },
    /// What is invalidated is no earlier vote.
    #[error("line {line} invalidates entry {vote}, which is no earlier vote")]
    NoSuchVote {
        /// The line.
        line: u64,
        /// The entry that it names.
        vote: u64,
    },
    /// A vote was invalidated before.
    #[error("line {line} invalidates entry {vote} a second time")]
    InvalidatedBefore {
        /// The line.
        line: u64,
        /// The entry that it names.
        vote: u64,
    },
    /// The head speaks of more entries, or of fewer.
    #[error("the file has {found} entries, the signed head {signed}")]
    Size {
        /// Entries of the file.
        found: u64,
        /// Entries of the head.
        signed: u64,
    },
    /// Every line is a good entry, but not all are those that were signed.
    #[error(
        "the {size} entries make another root than the signed one: at least one of them was changed \
         (which, a head alone cannot tell)"
    )]
    Root {
        /// Entries of both.
        size: u64,
    },
    /// The entry of a receipt is another one.
    #[error("line {} is not the entry of the receipt for entry {sequence}", .sequence + 1)]
    Receipt {
        /// The entry that the receipt names.
        sequence: u64,
    },
    /// The log does not reach to the entry of a receipt.
    #[error("the log has {size} entries, so it does not hold that of the receipt for entry {sequence}")]
    ReceiptBeyond {
        /// The entry that the receipt names.
        sequence: u64,
        /// Entries of the log.
        size: u64,
    },
}

/// What a log that holds says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Entries.
    pub size: u64,
    /// Their root.
    pub root: Hash,
    /// Votes, the invalidated ones among them.
    pub votes: u64,
    /// Invalidations.
    pub invalidations: u64,
    /// Votes that count, by candidate: most votes first, then by id.
    pub tally: Vec<(CandidateId, u64)>,
    /// Receipts that were found to be right.
    pub receipts: usize,
}

/// Stands for an entry that is no vote that could be invalidated.
const NO_VOTE: u32 = u32::MAX;

/// A check in its course. Needs some 40 bytes an entry.
#[derive(Debug, Default)]
pub struct Verification {
    frontier: Frontier,
    cast: HashSet<[u8; 16]>,
    numbers: HashMap<CandidateId, u32>,
    counts: Vec<(CandidateId, u64)>,
    /// For each entry the number of its candidate.
    voted_for: Vec<u32>,
    invalidated: HashSet<u64>,
    receipts: BTreeMap<u64, Vec<Hash>>,
}

impl Verification {
    /// Of a log in which some receipts are looked for.
    #[must_use]
    pub fn new(receipts: &[Receipt]) -> Self {
        let mut by_sequence: BTreeMap<u64, Vec<Hash>> = BTreeMap::new();
        for receipt in receipts {
            by_sequence.entry(receipt.sequence).or_default().push(receipt.leaf_hash);
        }
        Self { receipts: by_sequence, ..Self::default() }
    }

    /// Takes the next line, with the line feed at its end.
    pub fn take(&mut self, line: &[u8]) -> Result<(), LogFault> {
        let sequence = self.frontier.size();
        let number = sequence + 1;
        let bytes = line.strip_suffix(b"\n").ok_or(LogFault::CutOff { line: number })?;
        let text = std::str::from_utf8(bytes).map_err(|_| LogFault::NotAnEntry { line: number })?;
        let entry = Entry::parse(text).map_err(|_| LogFault::NotAnEntry { line: number })?;
        if entry.sequence != sequence {
            return Err(LogFault::OutOfSequence { line: number, found: entry.sequence });
        }
        match entry.event {
            Event::Vote { candidate, day, voter } => {
                if !self.cast.insert(span_key(voter, candidate, day.map(|day| day.to_string()))) {
                    return Err(LogFault::VotedBefore { line: number });
                }
                let of = self.number_of(candidate);
                self.count(of, 1);
                self.voted_for.push(of);
            }
            Event::Invalidation { vote, .. } => self.invalidate(number, vote)?,
        }
        let leaf = leaf_hash(bytes);
        if self.receipts.get(&sequence).is_some_and(|wanted| wanted.iter().any(|hash| *hash != leaf)) {
            return Err(LogFault::Receipt { sequence });
        }
        self.frontier.push(leaf);
        Ok(())
    }

    /// Holds all that was taken against the head.
    pub fn finish(self, head: &Checkpoint) -> Result<Verified, LogFault> {
        let (size, root) = (self.frontier.size(), self.frontier.root());
        if size != head.size {
            return Err(LogFault::Size { found: size, signed: head.size });
        }
        if root != head.root {
            return Err(LogFault::Root { size });
        }
        if let Some((&sequence, _)) = self.receipts.range(size..).next() {
            return Err(LogFault::ReceiptBeyond { sequence, size });
        }
        let invalidations = self.invalidated.len() as u64;
        let mut tally = self.counts;
        tally.sort_by_key(|(candidate, votes)| (std::cmp::Reverse(*votes), *candidate));
        let receipts = self.receipts.values().map(Vec::len).sum();
        Ok(Verified { size, root, votes: size - invalidations, invalidations, tally, receipts })
    }

    fn invalidate(&mut self, line: u64, vote: u64) -> Result<(), LogFault> {
        let earlier = usize::try_from(vote).ok().and_then(|vote| self.voted_for.get(vote)).copied();
        let of = earlier.filter(|of| *of != NO_VOTE).ok_or(LogFault::NoSuchVote { line, vote })?;
        if !self.invalidated.insert(vote) {
            return Err(LogFault::InvalidatedBefore { line, vote });
        }
        self.count(of, -1);
        self.voted_for.push(NO_VOTE);
        Ok(())
    }

    fn number_of(&mut self, candidate: CandidateId) -> u32 {
        let next = u32::try_from(self.counts.len()).unwrap_or(NO_VOTE);
        *self.numbers.entry(candidate).or_insert_with(|| {
            self.counts.push((candidate, 0));
            next
        })
    }

    fn count(&mut self, number: u32, by: i64) {
        let place = usize::try_from(number).ok();
        if let Some((_, votes)) = place.and_then(|place| self.counts.get_mut(place)) {
            *votes = votes.saturating_add_signed(by);
        }
    }
}

/// Sixteen bytes that tell voter, candidate and span from all others.
fn span_key(voter: Pseudonym, candidate: CandidateId, day: Option<String>) -> [u8; 16] {
    let hasher = Sha256::new().chain_update(voter.0).chain_update(candidate.0.as_bytes());
    let hash = hasher.chain_update(day.unwrap_or_default()).finalize();
    hash.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
