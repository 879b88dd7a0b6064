//! Signals 异常信号: what looks as if votes were not cast by the people they count for. A signal accuses nobody and changes
//! nothing; a reviewer of the city looks at it and may hold the votes back.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::id::OrganizationId;

#[cfg(test)]
mod tests;

text_enum! {
    /// What a signal is about.
    pub enum SignalKind {
        /// Many voters, or very many votes, from one network in ten minutes.
        PrefixBurst = "prefix_burst",
        /// Far more votes for a candidate in ten minutes than in the candidate's own earlier ones.
        CandidateSurge = "candidate_surge",
        /// Many voters whose accounts were made in the same minute.
        AccountsSameMinute = "accounts_same_minute",
        /// More voters of a unit than it has people.
        UnitAboveHeadcount = "unit_above_headcount",
        /// Votes for one candidate by two voters who have turned out to be one person.
        SamePerson = "same_person",
    }
}

/// The length of a bucket, in seconds.
pub const BUCKET_SECONDS: i64 = 600;
/// So many voters who cast their first vote of the cycle from one network in one bucket are a burst: more than an office.
pub const BURST_VOTERS: i64 = 30;
/// So many votes from one network in one bucket are a burst, whoever cast them.
pub const BURST_VOTES: i64 = 400;
/// Below so many votes in a bucket nothing is a surge.
pub const SURGE_FLOOR: i64 = 50;
/// So many earlier buckets, an hour, are wanted before one is compared with them.
pub const SURGE_EARLIER: i64 = 6;
/// So many deviations above the mean are a surge.
pub const SURGE_Z: f64 = 6.0;
/// So many voters with accounts made in one minute are more than chance.
pub const MINUTE_ACCOUNTS: i64 = 20;

/// The bucket of a moment: its number since 1970.
#[must_use]
pub fn bucket(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(BUCKET_SECONDS)
}

/// When a bucket begins.
#[must_use]
pub fn bucket_start(bucket: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(bucket.saturating_mul(BUCKET_SECONDS), 0).unwrap_or_default()
}

/// The minute of a moment: its number since 1970.
#[must_use]
pub fn minute(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(60)
}

/// When a minute begins.
#[must_use]
pub fn minute_start(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(minute.saturating_mul(60), 0).unwrap_or_default()
}

/// What a signal points at; within a cycle there is one signal for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A network, by its keyed hash, in a bucket.
    Prefix {
        /// The hash.
        prefix: i64,
        /// The bucket.
        bucket: i64,
    },
    /// A candidate, by number, in a bucket.
    Candidate {
        /// The number.
        candidate: i64,
        /// The bucket.
        bucket: i64,
    },
    /// A minute in which accounts were made.
    Minute(i64),
    /// A unit.
    Unit(OrganizationId),
    /// A person, by one of the numbers by which the person votes.
    Person(i64),
}

impl Subject {
    /// The kind of signal that it has.
    #[must_use]
    pub const fn kind(self) -> SignalKind {
        match self {
            Self::Prefix { .. } => SignalKind::PrefixBurst,
            Self::Candidate { .. } => SignalKind::CandidateSurge,
            Self::Minute(_) => SignalKind::AccountsSameMinute,
            Self::Unit(_) => SignalKind::UnitAboveHeadcount,
            Self::Person(_) => SignalKind::SamePerson,
        }
    }

    /// The text by which it is stored beside its kind.
    #[must_use]
    pub fn key(self) -> String {
        match self {
            Self::Prefix { prefix, bucket } => format!("{prefix:016x}@{bucket}"),
            Self::Candidate { candidate, bucket } => format!("{candidate}@{bucket}"),
            Self::Minute(number) | Self::Person(number) => number.to_string(),
            Self::Unit(unit) => unit.to_string(),
        }
    }

    /// What a stored text names; none for one that names nothing any more, as a network's after its trace was removed.
    #[must_use]
    pub fn read(kind: SignalKind, key: &str) -> Option<Self> {
        let pair = || key.split_once('@');
        Some(match kind {
            SignalKind::PrefixBurst => {
                let (prefix, bucket) = pair()?;
                let prefix = i64::from_be_bytes(u64::from_str_radix(prefix, 16).ok()?.to_be_bytes());
                Self::Prefix { prefix, bucket: bucket.parse().ok()? }
            }
            SignalKind::CandidateSurge => {
                let (candidate, bucket) = pair()?;
                Self::Candidate { candidate: candidate.parse().ok()?, bucket: bucket.parse().ok()? }
            }
            SignalKind::AccountsSameMinute => Self::Minute(key.parse().ok()?),
            SignalKind::UnitAboveHeadcount => Self::Unit(OrganizationId(Uuid::parse_str(key).ok()?)),
            SignalKind::SamePerson => Self::Person(key.parse().ok()?),
        })
    }
}

/// The figures that a signal was raised on; those that its kind does not have are absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// Votes.
    pub votes: i64,
    /// Voters; for a network those who cast their first vote of the cycle, for a person the accounts.
    pub voters: Option<i64>,
    /// The candidate's earlier buckets that were compared with, empty ones included.
    pub buckets: Option<i64>,
    /// The mean of votes in those.
    pub mean: Option<f64>,
    /// The deviation in those, at least that of chance (the root of the mean) and at least 1.
    pub deviation: Option<f64>,
    /// So many deviations above the mean.
    pub z: Option<f64>,
    /// The people of the unit.
    pub headcount: Option<i64>,
}

/// What was counted of a subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Votes.
    pub votes: i64,
    /// Voters whose first vote of the cycle was among them.
    pub voters: i64,
}

/// Judges the votes from one network in one bucket.
#[must_use]
pub fn burst(counts: Counts) -> Option<Figures> {
    (counts.voters >= BURST_VOTERS || counts.votes >= BURST_VOTES).then(|| figures(counts))
}

/// Judges the voters whose accounts were made in one minute.
#[must_use]
pub fn same_minute(counts: Counts) -> Option<Figures> {
    (counts.voters >= MINUTE_ACCOUNTS).then(|| figures(counts))
}

/// Judges the voters of a unit with so many people; one that does not tell them is not judged.
#[must_use]
pub fn above_headcount(counts: Counts, headcount: Option<i64>) -> Option<Figures> {
    let headcount = headcount.filter(|headcount| counts.voters > *headcount)?;
    Some(Figures { headcount: Some(headcount), ..figures(counts) })
}

/// Judges the votes of one person's numbers: `votes` repeat earlier ones, `voters` is how many numbers there are.
#[must_use]
pub fn same_person(counts: Counts) -> Option<Figures> {
    (counts.votes > 0).then(|| figures(counts))
}

fn figures(counts: Counts) -> Figures {
    Figures { votes: counts.votes, voters: Some(counts.voters), ..Figures::default() }
}

/// How a candidate's votes come in: the current bucket, and sums over all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The first bucket with a vote.
    pub first_bucket: i64,
    /// The current one.
    pub bucket: i64,
    /// Votes in the current one.
    pub votes: i64,
    /// Votes in all earlier ones.
    pub earlier_votes: i64,
    /// The sum of the squares of the votes in each earlier one.
    pub earlier_squares: i64,
}

impl Pace {
    /// Begins with a bucket that has no vote yet.
    #[must_use]
    pub const fn starting(bucket: i64) -> Self {
        Self { first_bucket: bucket, bucket, votes: 0, earlier_votes: 0, earlier_squares: 0 }
    }

    /// Counts further votes. The log is in the order of casting; what a clock that lags would put into a bucket that is
    /// over goes to the current one.
    #[must_use]
    pub const fn and(mut self, bucket: i64, votes: i64) -> Self {
        if bucket > self.bucket {
            self.earlier_votes += self.votes;
            self.earlier_squares = self.earlier_squares.saturating_add(self.votes.saturating_mul(self.votes));
            self.bucket = bucket;
            self.votes = 0;
        }
        self.votes += votes;
        self
    }

    /// Judges the current bucket by the earlier ones.
    #[must_use]
    pub fn surge(&self) -> Option<Figures> {
        let buckets = self.bucket - self.first_bucket;
        if self.votes < SURGE_FLOOR || buckets < SURGE_EARLIER {
            return None;
        }
        let count = float(buckets);
        let mean = float(self.earlier_votes) / count;
        let variance = (float(self.earlier_squares) / count - mean * mean).max(0.0);
        let deviation = variance.sqrt().max(mean.sqrt()).max(1.0);
        let z = (float(self.votes) - mean) / deviation;
        (z >= SURGE_Z).then(|| Figures {
            votes: self.votes,
            buckets: Some(buckets),
            mean: Some(mean),
            deviation: Some(deviation),
            z: Some(z),
            ..Figures::default()
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of votes are far below 2^52")]
const fn float(count: i64) -> f64 {
    count as f64
}
