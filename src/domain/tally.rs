//! Counting: valid votes, ranks, and who may see them when.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use super::{id::CandidateId, policy::ResultsVisibility, role::Role};

/// The votes of one candidate, kept as three counters that only grow or move between each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Whose votes.
    pub candidate: CandidateId,
    /// All votes that were cast.
    pub raw: i64,
    /// Those held back until they are decided.
    pub quarantined: i64,
    /// Those that were found invalid.
    pub invalid: i64,
}

impl Tally {
    /// The votes that count: cast, not held back, not invalid.
    #[must_use]
    pub const fn valid(&self) -> i64 {
        self.raw - self.quarantined - self.invalid
    }
}

/// A candidate's place among those of the category.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// 1 for the most votes; equal votes share a rank and the next rank is skipped (1, 2, 2, 4).
    pub rank: u32,
    /// Who.
    pub candidate: CandidateId,
    /// Valid votes.
    pub votes: i64,
}

/// Ranks the candidates of one category by valid votes. Those who share a rank stand in the order of their ids, that
/// is, of their nomination, whatever the order they came in.
#[must_use]
pub fn rank(votes: impl IntoIterator<Item = (CandidateId, i64)>) -> Vec<Ranked> {
    let mut counted: Vec<_> = votes.into_iter().collect();
    counted.sort_by_key(|&(candidate, votes)| (Reverse(votes), candidate));
    let mut ranked: Vec<Ranked> = Vec::with_capacity(counted.len());
    for (place, (candidate, votes)) in (1..).zip(counted) {
        let rank = match ranked.last() {
            Some(above) if above.votes == votes => above.rank,
            Some(_) | None => place,
        };
        ranked.push(Ranked { rank, candidate, votes });
    }
    ranked
}

/// Whether the caller may see counts and ranks now; `role` is none for someone who is not signed in. Reviewers see
/// them under every policy; everybody else while the policy shows them. Where this is false, counts, ranks and every
/// order made from them are kept back alike (see [`super::listing::Order`]).
#[must_use]
pub fn is_visible(
    visibility: ResultsVisibility,
    role: Option<Role>,
    voting_closes_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> bool {
    role.is_some_and(Role::is_reviewer) || is_public(visibility, voting_closes_at, now)
}

/// Whether everybody may see the results now.
#[must_use]
pub fn is_public(visibility: ResultsVisibility, voting_closes_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    match visibility {
        ResultsVisibility::Live => true,
        ResultsVisibility::AfterClose => now >= voting_closes_at,
        ResultsVisibility::ReviewersOnly => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> CandidateId {
        CandidateId(Uuid::from_u128(number))
    }

    #[test]
    fn quarantined_and_invalid_votes_do_not_count() {
        assert_eq!(Tally { candidate: id(1), raw: 10, quarantined: 3, invalid: 2 }.valid(), 5);
    }

    #[test]
    fn equal_votes_share_a_rank_and_the_next_is_skipped() {
        let ranked = rank([(id(4), 1), (id(3), 5), (id(2), 5), (id(1), 9)]);
        let places: Vec<_> = ranked.iter().map(|r| (r.rank, r.candidate)).collect();
        assert_eq!(places, [(1, id(1)), (2, id(2)), (2, id(3)), (4, id(4))]);
    }

    #[test]
    fn who_sees_the_results_when() {
        let close: DateTime<Utc> = "2026-11-30T16:00:00Z".parse().unwrap();
        let before = close - chrono::TimeDelta::milliseconds(1);
        for &visibility in ResultsVisibility::ALL {
            for role in Role::ALL.iter().copied().map(Some).chain([None]) {
                let inside = matches!(role, Some(Role::UnitReviewer | Role::DistrictReviewer | Role::CityReviewer));
                let (running, closed) = match visibility {
                    ResultsVisibility::Live => (true, true),
                    ResultsVisibility::AfterClose => (inside, true),
                    ResultsVisibility::ReviewersOnly => (inside, inside),
                };
                assert_eq!(is_visible(visibility, role, close, before), running, "{visibility} {role:?} running");
                assert_eq!(is_visible(visibility, role, close, close), closed, "{visibility} {role:?} closed");
            }
        }
    }

    proptest! {
        #[test]
        fn ranking_follows_the_votes_and_not_the_order_of_arrival(votes in prop::collection::vec(0_i64..6, 0..30)) {
            let counted: Vec<_> = (1..).map(id).zip(votes).collect();
            let ranked = rank(counted.clone());
            prop_assert_eq!(&ranked, &rank(counted.iter().rev().copied()));
            for one in &ranked {
                let more = counted.iter().filter(|(_, votes)| *votes > one.votes).count();
                prop_assert_eq!(one.rank as usize, more + 1);
            }
        }
    }
}
