//! Who may vote, and how often: one vote per voter and candidate in a span, and a limited number of candidates per
//! category in the same span. The span is the cycle, or the local day.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{category::CategoryCode, id::CandidateId, month::Month, policy::Repeat, role::Role};

/// The day of every vote under [`Repeat::Once`]: one constant makes the whole cycle one span.
pub const WHOLE_CYCLE: i32 = 0;

/// A vote as it was first cast. What tells it from others is voter, candidate and span: it has no number that is shown,
/// for such numbers would tell how many votes there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// Whom it supports.
    pub candidate: CandidateId,
    /// In which cycle.
    pub cycle: Month,
    /// In which category.
    pub category: CategoryCode,
    /// The span it belongs to: [`WHOLE_CYCLE`], or the number of the local day.
    pub day: i32,
    /// When it was cast, in campaign time.
    pub cast_at: DateTime<Utc>,
}

/// The local day of a vote under `daily`; none for one that holds for the whole cycle.
#[must_use]
pub fn date_of(day: i32) -> Option<NaiveDate> {
    if day == WHOLE_CYCLE { None } else { NaiveDate::default().checked_add_signed(TimeDelta::days(day.into())) }
}

/// Whether an account may vote at all: active citizens and reviewers of any level; `admin` and `portal` never.
#[must_use]
pub const fn may_vote(role: Role, active: bool) -> bool {
    active && role.is_voter()
}

/// The span a vote cast now belongs to: a constant under `once`, the number of the local day (days since 1970-01-01)
/// under `daily`.
#[must_use]
pub fn day(repeat: Repeat, now: DateTime<Utc>, zone: Tz) -> i32 {
    match repeat {
        Repeat::Once => WHOLE_CYCLE,
        Repeat::Daily => day_number(now.with_timezone(&zone).date_naive()),
    }
}

fn day_number(date: NaiveDate) -> i32 {
    let days = date.signed_duration_since(NaiveDate::default()).num_days();
    i32::try_from(days).unwrap_or(i32::MAX)
}

/// What stands when a vote arrives, read under the locks of its transaction.
#[derive(Clone, Debug)]
pub struct Situation<V> {
    /// The policy says that the vote is held on the national site.
    pub elsewhere: bool,
    /// The voting window is open and the candidate is in the vote.
    pub open: bool,
    /// The policy lets this voter vote.
    pub eligible: bool,
    /// The equal vote of the same span, when there is one.
    pub before: Option<V>,
    /// How many different candidates of the category the voter has supported in the span.
    pub used: u32,
    /// How many the policy allows.
    pub limit: u32,
    /// How many different candidates of any category the voter has supported in the span.
    pub used_in_all: u32,
    /// How many the policy allows in all; none where only the categories are limited.
    pub limit_in_all: Option<u32>,
}

/// What becomes of a vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<V> {
    /// It is new and counts.
    Cast,
    /// It was cast before: answered with the first one, whatever has happened since, so that a client may retry.
    Before(V),
    /// The voter has supported as many candidates of the category as allowed.
    LimitReached {
        /// How many are allowed in a span.
        limit: u32,
        /// How many the voter has used.
        used: u32,
    },
    /// The voter has supported as many candidates as allowed in all.
    LimitInAllReached {
        /// How many are allowed in a span.
        limit: u32,
        /// How many the voter has used.
        used: u32,
    },
    /// Voting is not open, or the candidate is no longer in the vote.
    Closed,
    /// The policy lets others vote.
    NotEligible,
    /// The vote is held on the national site.
    Elsewhere,
}

/// Decides one vote. A repeated vote takes no place and is answered even when the window has closed since.
pub fn decide<V>(situation: Situation<V>) -> Outcome<V> {
    let Situation { used, limit, used_in_all, .. } = situation;
    if situation.elsewhere {
        return Outcome::Elsewhere;
    }
    if let Some(first) = situation.before {
        return Outcome::Before(first);
    }
    if !situation.open {
        return Outcome::Closed;
    }
    if !situation.eligible {
        return Outcome::NotEligible;
    }
    if used >= limit {
        return Outcome::LimitReached { limit, used };
    }
    match situation.limit_in_all {
        Some(limit) if used_in_all >= limit => Outcome::LimitInAllReached { limit, used: used_in_all },
        Some(_) | None => Outcome::Cast,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use chrono_tz::{America::New_York, Asia::Shanghai};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_active_citizens_and_reviewers_vote() {
        let voters = [Role::Citizen, Role::UnitReviewer, Role::DistrictReviewer, Role::CityReviewer];
        for &role in Role::ALL {
            assert_eq!(may_vote(role, true), voters.contains(&role), "{role}");
            assert!(!may_vote(role, false), "{role} deactivated");
        }
    }

    #[test]
    fn a_day_is_local_and_the_cycle_is_one_span() {
        let before: DateTime<Utc> = "2026-11-25T15:59:59.999Z".parse().unwrap();
        let midnight: DateTime<Utc> = "2026-11-25T16:00:00Z".parse().unwrap();
        assert_eq!(day(Repeat::Daily, before, Shanghai) + 1, day(Repeat::Daily, midnight, Shanghai));
        assert_eq!(day(Repeat::Daily, before, New_York), day(Repeat::Daily, midnight, New_York));
        assert_eq!(day(Repeat::Once, before, Shanghai), day(Repeat::Once, midnight, Shanghai));
        let number = day(Repeat::Daily, midnight, Shanghai);
        assert_eq!(date_of(number), NaiveDate::from_ymd_opt(2026, 11, 26));
        assert_eq!(date_of(WHOLE_CYCLE), None);
    }

    #[test]
    fn the_first_reason_that_holds_answers() {
        let base = Situation {
            elsewhere: false,
            open: true,
            eligible: true,
            before: None::<u8>,
            used: 0,
            limit: 2,
            used_in_all: 0,
            limit_in_all: None,
        };
        let cases = [
            (base.clone(), Outcome::Cast),
            (Situation { used: 1, ..base.clone() }, Outcome::Cast),
            (Situation { used: 2, ..base.clone() }, Outcome::LimitReached { limit: 2, used: 2 }),
            (Situation { used: 2, before: Some(7), ..base.clone() }, Outcome::Before(7)),
            (Situation { open: false, before: Some(7), ..base.clone() }, Outcome::Before(7)),
            (Situation { open: false, used: 2, ..base.clone() }, Outcome::Closed),
            (Situation { eligible: false, ..base.clone() }, Outcome::NotEligible),
            (Situation { eligible: false, before: Some(7), ..base.clone() }, Outcome::Before(7)),
            (Situation { eligible: false, open: false, ..base.clone() }, Outcome::Closed),
            (Situation { used_in_all: 9, ..base.clone() }, Outcome::Cast),
            (Situation { used_in_all: 2, limit_in_all: Some(3), ..base.clone() }, Outcome::Cast),
            (
                Situation { used_in_all: 3, limit_in_all: Some(3), ..base.clone() },
                Outcome::LimitInAllReached { limit: 3, used: 3 },
            ),
            (
                Situation { used: 2, used_in_all: 3, limit_in_all: Some(3), ..base.clone() },
                Outcome::LimitReached { limit: 2, used: 2 },
            ),
            (Situation { elsewhere: true, before: Some(7), ..base }, Outcome::Elsewhere),
        ];
        for (situation, outcome) in cases {
            assert_eq!(decide(situation.clone()), outcome, "{situation:?}");
        }
    }

    proptest! {
        #[test]
        fn any_sequence_counts_each_pair_once_and_keeps_the_limits(
            votes in prop::collection::vec((0_u8..4, 0_u8..8), 0..200), limit in 1_u32..5, in_all in 1_u32..9,
        ) {
            // Candidates of two categories, by whether their number is odd.
            let mut first: HashMap<(u8, u8), usize> = HashMap::new();
            for (number, (voter, candidate)) in votes.into_iter().enumerate() {
                let mine = || first.keys().filter(|pair| pair.0 == voter);
                let used_in_all = u32::try_from(mine().count()).unwrap();
                let used = u32::try_from(mine().filter(|pair| pair.1 % 2 == candidate % 2).count()).unwrap();
                let before = first.get(&(voter, candidate)).copied();
                let situation = Situation {
                    elsewhere: false, open: true, eligible: true, before, used, limit, used_in_all,
                    limit_in_all: Some(in_all),
                };
                match decide(situation) {
                    Outcome::Cast => prop_assert!(first.insert((voter, candidate), number).is_none()),
                    Outcome::Before(vote) => prop_assert_eq!(Some(vote), before),
                    Outcome::LimitReached { .. } => prop_assert!(before.is_none() && used == limit),
                    Outcome::LimitInAllReached { .. } => prop_assert!(before.is_none() && used_in_all == in_all),
                    Outcome::Closed | Outcome::NotEligible | Outcome::Elsewhere => prop_assert!(false),
                }
            }
            let voters: HashSet<u8> = first.keys().map(|pair| pair.0).collect();
            for voter in voters {
                let of = |odd| first.keys().filter(|pair| pair.0 == voter && pair.1 % 2 == odd).count();
                prop_assert!(of(0).max(of(1)) <= limit as usize && of(0) + of(1) <= in_all as usize);
            }
        }
    }
}
