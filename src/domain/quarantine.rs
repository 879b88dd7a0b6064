//! Quarantines 隔离: votes that a reviewer of the city holds back until another one decides. Nothing is deleted.

use chrono::{DateTime, Utc};

use super::{
    actor::Actor,
    fault::{Code, Fault},
    id::{CandidateId, QuarantineId, SignalId},
    month::Month,
    objection,
};

/// Most votes that are named one by one.
pub const SEQUENCES_MAX: usize = 1000;
/// Most characters of a reason.
pub const REASON_MAX_CHARS: usize = 2000;

text_enum! {
    /// How a quarantine stands.
    pub enum QuarantineStatus {
        /// Its votes are being gathered: nobody sees it, nothing is counted.
        Gathering = "gathering",
        /// Undecided; the list cannot be published.
        Open = "open",
        /// Its votes do not count.
        Invalidated = "invalidated",
        /// Its votes count again.
        Released = "released",
    }

    /// What the second reviewer decides.
    pub enum Verdict {
        /// The votes do not count.
        Invalidate = "invalidate",
        /// They count again.
        Release = "release",
    }

    /// Whether a vote counts.
    pub enum VoteState {
        /// It counts.
        Valid = "valid",
        /// Held back until it is decided.
        Quarantined = "quarantined",
        /// It does not count.
        Invalid = "invalid",
    }
}

impl VoteState {
    /// The number by which it is stored.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Valid => 0,
            Self::Quarantined => 1,
            Self::Invalid => 2,
        }
    }

    /// How the quarantine stands that holds a vote of this state; none for votes that count, which need not be held at all.
    #[must_use]
    pub const fn held_by(self) -> Option<QuarantineStatus> {
        match self {
            Self::Valid => None,
            Self::Quarantined => Some(QuarantineStatus::Open),
            Self::Invalid => Some(QuarantineStatus::Invalidated),
        }
    }

    /// The state with this number.
    #[must_use]
    pub fn of_number(number: i16) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.number() == number)
    }
}

impl QuarantineStatus {
    /// What it makes of its votes; none while it says nothing of them yet.
    #[must_use]
    pub const fn state(self) -> Option<VoteState> {
        match self {
            Self::Gathering => None,
            Self::Open => Some(VoteState::Quarantined),
            Self::Invalidated => Some(VoteState::Invalid),
            Self::Released => Some(VoteState::Valid),
        }
    }
}

/// A quarantine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantine {
    /// Its id.
    pub id: QuarantineId,
    /// In which cycle.
    pub cycle: Month,
    /// The signal whose votes it holds.
    pub signal: Option<SignalId>,
    /// The only candidate whose votes it holds.
    pub candidate: Option<CandidateId>,
    /// How it stands.
    pub status: QuarantineStatus,
    /// Why it was opened.
    pub reason: String,
    /// How many votes it holds or held.
    pub held: i64,
    /// How many of those asked for were held or invalid before.
    pub already_held: i64,
    /// Who opened it; none for the server itself, whose quarantines any reviewer decides.
    pub opened_by: Option<Actor>,
    /// When.
    pub opened_at: DateTime<Utc>,
    /// What was decided.
    pub decision: Option<Decision>,
    /// Grows with the decision.
    pub version: i64,
}

/// A decision with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Who decided.
    pub by: Actor,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// When the list was published, and for how many days after that objections are taken.
pub type Publication = (Option<DateTime<Utc>>, u32);

/// Judges the decision of an account: never the one who opened it, or in whose place it was opened, once, and nothing is invalidated when the objection
/// period is over. All that stands against it is told.
pub fn decide(
    quarantine: &Quarantine,
    (by, verdict): (Actor, Verdict),
    (published_at, days): Publication,
    now: DateTime<Utc>,
) -> Result<QuarantineStatus, Vec<Fault>> {
    if quarantine.status != QuarantineStatus::Open {
        return Err(vec![Fault::of(Code::AlreadyDecided).with("status", quarantine.status.as_str())]);
    }
    let mut faults = Vec::new();
    if quarantine.opened_by.is_some_and(|opener| opener.shares_person_with(by)) {
        faults.push(Fault::of(Code::OwnQuarantine));
    }
    let status = match verdict {
        Verdict::Invalidate => QuarantineStatus::Invalidated,
        Verdict::Release => QuarantineStatus::Released,
    };
    let closes_at = objection::closes_at(published_at, days);
    if let (Verdict::Invalidate, Some(end)) = (verdict, closes_at.filter(|end| *end <= now)) {
        faults.push(Fault::of(Code::ObjectionsClosed).with("closes_at", end.to_rfc3339()));
    }
    if faults.is_empty() { Ok(status) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::UserId;

    fn user(number: u128) -> Actor {
        UserId(Uuid::from_u128(number)).into()
    }

    fn standing_in(number: u128, absent: u128) -> Actor {
        Actor { on_behalf_of: Some(UserId(Uuid::from_u128(absent))), ..user(number) }
    }

    fn quarantine(status: QuarantineStatus) -> Quarantine {
        Quarantine {
            id: QuarantineId(Uuid::from_u128(9)),
            cycle: Month::parse("2026-11").unwrap(),
            signal: None,
            candidate: None,
            status,
            reason: "集中投票。".to_owned(),
            held: 3,
            already_held: 0,
            opened_by: Some(user(1)),
            opened_at: "2026-11-27T01:00:00Z".parse().unwrap(),
            decision: None,
            version: 1,
        }
    }

    #[test]
    fn who_decides_what_when() {
        let published: DateTime<Utc> = "2026-12-01T00:00:00Z".parse().unwrap();
        let (before, after) = (published + chrono::TimeDelta::days(14), published + chrono::TimeDelta::days(15));
        let cases = [
            (user(2), Verdict::Invalidate, None, after, Ok(QuarantineStatus::Invalidated)),
            (user(2), Verdict::Release, None, after, Ok(QuarantineStatus::Released)),
            (user(2), Verdict::Invalidate, Some(published), before, Ok(QuarantineStatus::Invalidated)),
            (user(2), Verdict::Invalidate, Some(published), after, Err(vec![Code::ObjectionsClosed])),
            (user(2), Verdict::Release, Some(published), after, Ok(QuarantineStatus::Released)),
            (user(1), Verdict::Release, None, before, Err(vec![Code::OwnQuarantine])),
            (standing_in(1, 2), Verdict::Release, None, before, Err(vec![Code::OwnQuarantine])),
            (standing_in(2, 1), Verdict::Release, None, before, Err(vec![Code::OwnQuarantine])),
            (standing_in(2, 3), Verdict::Release, None, before, Ok(QuarantineStatus::Released)),
            (
                user(1),
                Verdict::Invalidate,
                Some(published),
                after,
                Err(vec![Code::OwnQuarantine, Code::ObjectionsClosed]),
            ),
        ];
        for (by, verdict, at, now, expected) in cases {
            let found = decide(&quarantine(QuarantineStatus::Open), (by, verdict), (at, 15), now);
            let found = found.map_err(|faults| faults.into_iter().map(|fault| fault.code).collect::<Vec<_>>());
            assert_eq!(found, expected, "{verdict} {at:?} {now}");
        }
    }

    proptest! {
        #[test]
        fn only_open_ones_are_decided_and_once(status in prop::sample::select(QuarantineStatus::ALL), by in 2_u128..9) {
            for &verdict in Verdict::ALL {
                let now = "2026-11-28T01:00:00Z".parse().unwrap();
                let found = decide(&quarantine(status), (user(by), verdict), (None, 15), now);
                prop_assert_eq!(found.is_ok(), status == QuarantineStatus::Open);
                if let Ok(next) = found {
                    prop_assert!(decide(&quarantine(next), (user(by), verdict), (None, 15), now).is_err());
                }
            }
        }
    }

    #[test]
    fn states_and_numbers() {
        for &state in VoteState::ALL {
            assert_eq!(VoteState::of_number(state.number()), Some(state));
        }
        assert_eq!(VoteState::of_number(3), None);
        assert_eq!(QuarantineStatus::Gathering.state(), None);
        assert_eq!(QuarantineStatus::Released.state(), Some(VoteState::Valid));
    }
}
