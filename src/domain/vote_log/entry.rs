//! An entry of the log and the exact bytes of its line, which are what is hashed.

use std::fmt;

use chrono::{DateTime, DurationRound as _, NaiveDate, NaiveDateTime, TimeDelta, Timelike as _, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    merkle::{Hash, leaf_hash},
    pseudonym::Pseudonym,
    reason::Reason,
};
use crate::domain::id::CandidateId;

/// One entry. Votes and invalidations are numbered alike, from 0, without gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number, which is the index of its leaf.
    pub sequence: u64,
    /// When, in campaign time, cut to the whole minute.
    pub minute: DateTime<Utc>,
    /// What happened.
    pub event: Event,
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A vote was accepted.
    Vote {
        /// Whom it supports.
        candidate: CandidateId,
        /// The local day that it counts for, where one may vote daily.
        day: Option<NaiveDate>,
        /// Who, in this category of this cycle.
        voter: Pseudonym,
    },
    /// An earlier vote was found invalid and does not count.
    Invalidation {
        /// The entry of the vote.
        vote: u64,
        /// Why.
        reason: Reason,
    },
}

/// The line is not an entry in the one form that an entry has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the line is not an entry in its exact form")]
pub struct NotAnEntry;

const MINUTE: &str = "%Y-%m-%dT%H:%MZ";

/// [`MINUTE`] without the reading of a pattern, for every vote writes it twice.
struct Minute(DateTime<Utc>);

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(at) = self;
        write!(f, "{}T{:02}:{:02}Z", at.date_naive(), at.hour(), at.minute())
    }
}

/// An instant cut to the whole minute.
#[must_use]
pub fn minute_of(instant: DateTime<Utc>) -> DateTime<Utc> {
    instant.duration_trunc(TimeDelta::minutes(1)).unwrap_or(instant)
}

impl Entry {
    /// The line of the entry without its end: compact JSON with members in a fixed order. These bytes are the leaf.
    #[must_use]
    pub fn line(&self) -> String {
        let Self { sequence, minute, event } = self;
        let minute = Minute(*minute);
        match event {
            Event::Vote { candidate, day, voter } => {
                let day = day.map_or_else(|| "null".to_owned(), |day| format!("\"{day}\""));
                format!(
                    r#"{{"seq":{sequence},"kind":"vote","candidate":"{candidate}","day":{day},"voter":"{voter}","minute":"{minute}"}}"#
                )
            }
            Event::Invalidation { vote, reason } => {
                let reason = serde_json::Value::from(reason.as_str());
                format!(
                    r#"{{"seq":{sequence},"kind":"invalidation","vote":{vote},"reason":{reason},"minute":"{minute}"}}"#
                )
            }
        }
    }

    /// The hash of the entry's leaf.
    #[must_use]
    pub fn leaf_hash(&self) -> Hash {
        leaf_hash(self.line().as_bytes())
    }

    /// Reads a line, without its end. Only the exact form is taken: what is read writes the same bytes again.
    pub fn parse(line: &str) -> Result<Self, NotAnEntry> {
        let read: Line = serde_json::from_str(line).map_err(|_| NotAnEntry)?;
        let entry = Self::try_from(read)?;
        if entry.line() == line { Ok(entry) } else { Err(NotAnEntry) }
    }
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    Vote { seq: u64, candidate: Uuid, day: Option<NaiveDate>, voter: String, minute: String },
    Invalidation { seq: u64, vote: u64, reason: String, minute: String },
}

impl TryFrom<Line> for Entry {
    type Error = NotAnEntry;
    fn try_from(line: Line) -> Result<Self, NotAnEntry> {
        let at = |text: &str| NaiveDateTime::parse_from_str(text, MINUTE).map(|at| at.and_utc());
        Ok(match line {
            Line::Vote { seq, candidate, day, voter, minute } => Self {
                sequence: seq,
                minute: at(&minute).map_err(|_| NotAnEntry)?,
                event: Event::Vote {
                    candidate: CandidateId(candidate),
                    day,
                    voter: voter.parse().map_err(|_| NotAnEntry)?,
                },
            },
            Line::Invalidation { seq, vote, reason, minute } => Self {
                sequence: seq,
                minute: at(&minute).map_err(|_| NotAnEntry)?,
                event: Event::Invalidation { vote, reason: reason.parse().map_err(|_| NotAnEntry)? },
            },
        })
    }
}

#[cfg(test)]
mod tests;
