//! What the portal says of a nationally run vote: the votes of each candidate and who is listed, and what can be wrong
//! with it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    fault::{Code, Fault},
    id::CandidateId,
};

/// The most votes of a candidate: what every client reads exactly, 2⁵³ − 1.
pub const VOTES_MAX: i64 = 9_007_199_254_740_991;

/// What the portal says of one candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Verdict {
    /// Who.
    pub candidate_id: CandidateId,
    /// Valid votes.
    pub votes: i64,
    /// Whether the candidate is on the list.
    pub listed: bool,
}

/// Faults that show without the cycle: a candidate named twice.
#[must_use]
pub fn judge_form(verdicts: &[Verdict]) -> Vec<Fault> {
    let mut seen = BTreeSet::new();
    let again = (0..).zip(verdicts).filter(|(_, verdict)| !seen.insert(verdict.candidate_id));
    again.map(|(index, _): (usize, _)| Fault::at(place(index), Code::Duplicate)).collect()
}

/// Holds verdicts against what was forwarded: `forwarded` has every candidate of the cycle's batches, with whether it
/// stands as forwarded still. Each that is named must; each that does must be named.
#[must_use]
pub fn judge(verdicts: &[Verdict], forwarded: &BTreeMap<CandidateId, bool>) -> Vec<Fault> {
    let mut faults = judge_form(verdicts);
    for (index, verdict) in verdicts.iter().enumerate() {
        match forwarded.get(&verdict.candidate_id) {
            None => faults.push(Fault::at(place(index), Code::UnknownReference)),
            Some(false) => faults.push(Fault::at(place(index), Code::NoLongerForwarded)),
            Some(true) => {}
        }
    }
    let standing = forwarded.iter().filter(|(_, stands)| **stands).map(|(candidate, _)| *candidate);
    let missing = missing(verdicts, standing).into_iter();
    faults.extend(missing.map(|id| Fault::at("/candidates", Code::Required).with("candidate_id", id.to_string())));
    faults
}

/// Which of some candidates the verdicts do not name, in their order.
#[must_use]
pub fn missing(verdicts: &[Verdict], standing: impl IntoIterator<Item = CandidateId>) -> Vec<CandidateId> {
    let named: BTreeSet<CandidateId> = verdicts.iter().map(|verdict| verdict.candidate_id).collect();
    standing.into_iter().filter(|id| !named.contains(id)).collect()
}

fn place(index: usize) -> String {
    format!("/candidates/{index}/candidate_id")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> CandidateId {
        CandidateId(Uuid::from_u128(number))
    }

    fn verdict(number: u128) -> Verdict {
        Verdict { candidate_id: id(number), votes: 1, listed: true }
    }

    #[test]
    fn everybody_who_stands_forwarded_is_named_once_and_nobody_else() {
        let forwarded = BTreeMap::from([(id(1), true), (id(2), true), (id(3), false), (id(4), true)]);
        assert_eq!(judge(&[verdict(4), verdict(1), verdict(2)], &forwarded), []);
        let faults = judge(&[verdict(1), verdict(1), verdict(3), verdict(9)], &forwarded);
        let found: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
        assert_eq!(
            found,
            [
                ("/candidates/1/candidate_id", Code::Duplicate),
                ("/candidates/2/candidate_id", Code::NoLongerForwarded),
                ("/candidates/3/candidate_id", Code::UnknownReference),
                ("/candidates", Code::Required),
                ("/candidates", Code::Required),
            ]
        );
        let missing: Vec<_> = faults.iter().flat_map(|fault| &fault.figures).map(|(_, value)| value.clone()).collect();
        assert_eq!(missing, [id(2).to_string(), id(4).to_string()]);
    }

    #[test]
    fn nothing_is_right_where_nobody_stands() {
        assert_eq!(judge(&[], &BTreeMap::from([(id(1), false)])), []);
        assert_eq!(judge(&[], &BTreeMap::new()), []);
    }
}
