//! What is compared: answers and views, reduced to what the rules decide.

use chrono::{DurationRound as _, NaiveDate, TimeDelta};

use super::Moment;

/// The answer to a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Of a problem.
    pub code: Option<String>,
    /// Sorted.
    pub faults: Vec<Fault>,
    /// Of a ballot, in its order.
    pub votes: Vec<Seen>,
    /// A quarantine as it stands now.
    pub held: Option<Custody>,
}

/// A single failure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub pointer: String,
    pub code: String,
    /// How many are allowed, and how many were used.
    pub limit: Option<(usize, usize)>,
}

/// A vote as its voter sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub candidate: usize,
    pub cycle: usize,
    pub category: String,
    pub day: Option<NaiveDate>,
    pub at: Moment,
    pub sequence: usize,
}

/// A quarantine as its reviewers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custody {
    pub votes: usize,
    pub already_held: usize,
    pub status: String,
}

/// A candidate in the results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub candidate: usize,
    pub rank: usize,
    pub votes: usize,
    /// Raw, quarantined and invalid.
    pub counts: Option<[usize; 3]>,
}

/// An entry of the public log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Vote { candidate: usize, day: Option<NaiveDate>, minute: Moment },
    Invalidation { vote: usize, minute: Moment },
}

/// The log tells moments to the minute.
pub fn minute(at: Moment) -> Moment {
    at.duration_trunc(TimeDelta::minutes(1)).unwrap()
}

/// Of several failures of one answer the first of these gives it its code.
const PRECEDENCE: [&str; 6] = [
    "policy_frozen",
    "contradicts_records",
    "voting_closed",
    "category_limit_reached",
    "vote_limit_reached",
    "voter_not_eligible",
];

impl Answer {
    pub fn done(status: u16) -> Self {
        Self { status, code: None, faults: vec![], votes: vec![], held: None }
    }

    pub fn refused(status: u16, code: &str, mut faults: Vec<Fault>) -> Self {
        faults.sort();
        Self { code: Some(code.to_owned()), faults, ..Self::done(status) }
    }

    /// 409 with the code that comes first.
    pub fn conflict(faults: Vec<Fault>) -> Self {
        let has = |code: &&str| faults.iter().any(|fault| fault.code == **code);
        let first = PRECEDENCE.into_iter().find(has).unwrap();
        Self::refused(409, first, faults)
    }

    /// What is absent is told first, and alone.
    pub fn of_ballot(faults: Vec<Fault>) -> Self {
        let (absent, others): (Vec<_>, Vec<_>) = faults.into_iter().partition(|fault| fault.code == "not_found");
        if absent.is_empty() { Self::conflict(others) } else { Self::refused(404, "not_found", absent) }
    }
}

impl Fault {
    pub fn at(pointer: &str, code: &str) -> Self {
        Self { pointer: pointer.to_owned(), code: code.to_owned(), limit: None }
    }
}
