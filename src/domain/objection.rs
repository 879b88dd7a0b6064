//! Objections to a published candidate: when one may be raised, and how the city deals with it.

use chrono::{DateTime, Days, Utc};

use super::{
    fault::{Code, Fault},
    id::{CandidateId, ObjectionId, UserId},
    month::Month,
};

text_enum! {
    /// How an objection stands.
    pub enum ObjectionStatus {
        /// Undecided; the list cannot be published.
        Open = "open",
        /// The objection holds.
        Upheld = "upheld",
        /// The objection does not hold.
        Dismissed = "dismissed",
        /// Put off with a reason: it no longer bars publication and can still be decided.
        SetAside = "set_aside",
    }
}

/// An objection; what identifies the objector is masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// Its identifier.
    pub id: ObjectionId,
    /// Against whom.
    pub candidate: CandidateId,
    /// In which cycle.
    pub cycle: Month,
    /// What is objected.
    pub text: String,
    /// How to reach the objector, masked.
    pub contact_masked: Option<String>,
    /// The objector's name, masked.
    pub name_masked: Option<String>,
    /// How it stands.
    pub status: ObjectionStatus,
    /// When it was raised.
    pub created_at: DateTime<Utc>,
    /// The city's last decision.
    pub decision: Option<Decision>,
    /// Grows with each decision.
    pub version: i64,
}

/// What the city decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Who decided.
    pub by: UserId,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The end of the period: `days` times 24 hours after publication; none while the list is not published.
#[must_use]
pub fn closes_at(published_at: Option<DateTime<Utc>>, days: u32) -> Option<DateTime<Utc>> {
    published_at.map(|at| at.checked_add_days(Days::new(days.into())).unwrap_or(DateTime::<Utc>::MAX_UTC))
}

/// Whether an objection may be raised now: from the candidate's forwarding until [`closes_at`], half-open.
#[must_use]
pub fn is_open(
    forwarded_at: Option<DateTime<Utc>>,
    published_at: Option<DateTime<Utc>>,
    days: u32,
    now: DateTime<Utc>,
) -> bool {
    forwarded_at.is_some_and(|at| at <= now) && closes_at(published_at, days).is_none_or(|end| now < end)
}

/// Judges a decision: open ones can be upheld, dismissed or set aside, those set aside can still be upheld or
/// dismissed; what is decided stays decided. The reason's form is checked with the input.
pub fn decide(from: ObjectionStatus, to: ObjectionStatus) -> Result<ObjectionStatus, Fault> {
    use ObjectionStatus::{Dismissed, Open, SetAside, Upheld};
    match (from, to) {
        (Open, Upheld | Dismissed | SetAside) | (SetAside, Upheld | Dismissed) => Ok(to),
        (Open | SetAside | Upheld | Dismissed, Open)
        | (Upheld | Dismissed | SetAside, SetAside)
        | (Upheld | Dismissed, Upheld | Dismissed) => {
            Err(Fault::of(Code::AlreadyDecided).with("status", from.as_str()))
        }
    }
}

/// Whether an objection in this state bars publication.
#[must_use]
pub fn bars_publication(status: ObjectionStatus) -> bool {
    status == ObjectionStatus::Open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_period_runs_from_forwarding_until_days_after_publication() {
        let forwarded: DateTime<Utc> = "2026-11-25T01:00:00Z".parse().unwrap();
        let published: DateTime<Utc> = "2026-12-01T02:00:00Z".parse().unwrap();
        let end: DateTime<Utc> = "2026-12-16T02:00:00Z".parse().unwrap();
        let tick = chrono::TimeDelta::milliseconds(1);
        assert_eq!(closes_at(Some(published), 15), Some(end));
        let cases = [
            (None, None, forwarded, false),
            (Some(forwarded), None, forwarded - tick, false),
            (Some(forwarded), None, forwarded, true),
            (Some(forwarded), None, end + tick, true),
            (Some(forwarded), Some(published), end - tick, true),
            (Some(forwarded), Some(published), end, false),
        ];
        for (forwarded_at, published_at, now, open) in cases {
            assert_eq!(is_open(forwarded_at, published_at, 15, now), open, "{forwarded_at:?} {published_at:?} {now}");
        }
    }

    #[test]
    fn what_is_decided_stays_decided() {
        use ObjectionStatus::{Dismissed, Open, SetAside, Upheld};
        let allowed = [(Open, Upheld), (Open, Dismissed), (Open, SetAside), (SetAside, Upheld), (SetAside, Dismissed)];
        for &from in ObjectionStatus::ALL {
            for &to in ObjectionStatus::ALL {
                assert_eq!(decide(from, to).is_ok(), allowed.contains(&(from, to)), "{from} → {to}");
            }
            assert_eq!(bars_publication(from), from == Open);
        }
    }
}
