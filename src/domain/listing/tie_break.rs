//! The breaking of a tie by naming who gets the free places, and what can be wrong with it.

use std::collections::{BTreeMap, HashSet};

use super::Tie;
use crate::domain::{
    category::CategoryCode,
    fault::{Code, Fault},
    id::CandidateId,
};

/// The longest reason, in characters.
pub const REASON_MAX: usize = 1000;

/// A decision of the city on one tie across the cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TieBreak {
    /// The category of the tie.
    pub category: CategoryCode,
    /// Exactly those of the tied who get the free places.
    pub candidate_ids: Vec<CandidateId>,
    /// Why they and not the others; kept with the list.
    pub reason: String,
}

/// Holds each break against the tie that it means. All faults are reported; without one, the named by category.
pub(super) fn judge<'a>(
    breaks: &'a [TieBreak],
    ties: &[&Tie],
) -> Result<BTreeMap<CategoryCode, &'a [CandidateId]>, Vec<Fault>> {
    let mut chosen = BTreeMap::new();
    let mut faults = Vec::new();
    for (index, one) in breaks.iter().enumerate() {
        let place = format!("/tie_breaks/{index}");
        if chosen.insert(one.category.clone(), one.candidate_ids.as_slice()).is_some() {
            faults.push(Fault::at(format!("{place}/category"), Code::Duplicate));
        }
        match ties.iter().find(|tie| tie.category == one.category) {
            Some(tie) => faults.extend(judge_names(&one.candidate_ids, tie).into_iter().map(|f| f.under(&place))),
            None => faults.push(Fault::at(format!("{place}/category"), Code::Inconsistent)),
        }
        faults.extend(judge_reason(&one.reason).map(|fault| fault.under(&place)));
    }
    if faults.is_empty() { Ok(chosen) } else { Err(faults) }
}

fn judge_names(names: &[CandidateId], tie: &Tie) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut seen = HashSet::new();
    for (index, name) in names.iter().enumerate() {
        if !seen.insert(name) {
            faults.push(Fault::at(format!("/candidate_ids/{index}"), Code::Duplicate));
        } else if !tie.candidates.contains(name) {
            faults.push(Fault::at(format!("/candidate_ids/{index}"), Code::Inconsistent));
        }
    }
    let count = u32::try_from(names.len()).unwrap_or(u32::MAX);
    let code = match count.cmp(&tie.places) {
        std::cmp::Ordering::Less => Code::TooFew,
        std::cmp::Ordering::Greater => Code::TooMany,
        std::cmp::Ordering::Equal => return faults,
    };
    faults.push(Fault::at("/candidate_ids", code).with("limit", tie.places).with("actual", count));
    faults
}

fn judge_reason(reason: &str) -> Option<Fault> {
    let length = reason.chars().count();
    if reason.trim().is_empty() {
        return Some(Fault::at("/reason", Code::TooShort).with("limit", 1).with("actual", 0));
    }
    (length > REASON_MAX).then(|| Fault::at("/reason", Code::TooLong).with("limit", REASON_MAX).with("actual", length))
}
