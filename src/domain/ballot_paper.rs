//! The ballot paper: in which order the candidates of a category stand before a voter. Who stands first gets votes for it,
//! so the order is by lot, and anybody can draw it again from the seed.

use std::cmp::Reverse;

use sha2::{Digest, Sha256};

use super::id::CandidateId;

/// The most characters of a session's name.
pub const SESSION_MAX_CHARS: usize = 64;

/// What a lot is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub [u8; 32]);

impl Seed {
    /// The seed of a session: the SHA-256 of its name, so that the same session sees the same order.
    #[must_use]
    pub fn of_session(name: &str) -> Self {
        Self(Sha256::digest(name).into())
    }

    /// The lot of a candidate: the SHA-256 of the seed's 32 bytes followed by the 16 bytes of the id. The smallest stands
    /// first.
    #[must_use]
    pub fn lot(&self, candidate: CandidateId) -> [u8; 32] {
        Sha256::new().chain_update(self.0).chain_update(candidate.0.as_bytes()).finalize().into()
    }
}

/// How the candidates of a category are put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrangement {
    /// By the lots drawn from a seed.
    Drawn(Seed),
    /// Most valid votes first; equal ones in the order of their ids, as in the results.
    Votes,
}

/// Puts candidates in order; `of` tells the id and the valid votes of each.
pub fn arrange<T>(candidates: &mut [T], arrangement: Arrangement, of: impl Fn(&T) -> (CandidateId, i64)) {
    match arrangement {
        Arrangement::Drawn(seed) => candidates.sort_by_cached_key(|one| seed.lot(of(one).0)),
        Arrangement::Votes => candidates.sort_by_key(|one| {
            let (candidate, votes) = of(one);
            (Reverse(votes), candidate)
        }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn ids(range: std::ops::Range<u128>) -> Vec<(CandidateId, i64)> {
        range.map(|number| (CandidateId(Uuid::from_u128(number)), 0)).collect()
    }

    #[test]
    fn the_lot_is_the_hash_of_seed_and_id() {
        // printf '%048d' 0 | xxd -r -p … : sha256 of 48 zero bytes.
        let lot = Seed([0; 32]).lot(CandidateId(Uuid::nil()));
        assert_eq!(hex::encode(lot), "17b0761f87b081d5cf10757ccc89f12be355c70e2e29df288b65b30710dcbcd1");
    }

    #[test]
    fn most_votes_stand_first_and_equal_ones_by_id() {
        let mut few = ids(1..4);
        few[1].1 = 7;
        few.reverse();
        arrange(&mut few, Arrangement::Votes, |one| *one);
        let order: Vec<_> = few.iter().map(|one| one.0.0.as_u128()).collect();
        assert_eq!(order, [2, 1, 3]);
    }

    #[test]
    fn every_candidate_comes_first_about_as_often() {
        const DRAWS: usize = 6_000;
        let mut first = [0_usize; 6];
        for draw in 0..DRAWS {
            let mut some = ids(0..6);
            arrange(&mut some, Arrangement::Drawn(Seed::of_session(&draw.to_string())), |one| *one);
            first[usize::try_from(some[0].0.0.as_u128()).unwrap()] += 1;
        }
        // Five standard deviations (29 each) around a sixth.
        assert!(first.iter().all(|&times| times.abs_diff(DRAWS / 6) < 145), "{first:?}");
    }

    proptest! {
        #[test]
        fn the_order_does_not_depend_on_how_they_came(seed: [u8; 32], mut some in Just(ids(0..9)).prop_shuffle()) {
            let mut sorted = ids(0..9);
            arrange(&mut sorted, Arrangement::Drawn(Seed(seed)), |one| *one);
            arrange(&mut some, Arrangement::Drawn(Seed(seed)), |one| *one);
            prop_assert_eq!(some, sorted);
        }
    }
}
