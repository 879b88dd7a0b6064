//! Who comes onto the month's list: the cut of each category, ties across it, and how they are broken.

use std::collections::BTreeMap;

use serde_json::json;

use super::{
    category::CategoryCode,
    fault::{Code, Fault},
    id::CandidateId,
    policy::Policy,
    tally::{self, Ranked},
};

mod delivered;
#[cfg(test)]
mod tests;
mod tie_break;

pub use delivered::take_over;
pub use tie_break::{REASON_MAX, TieBreak};

/// The policy's numbers for a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Places in each category.
    pub per_category: u32,
    /// Valid votes that an entry needs at least, also where places stay free.
    pub min_votes: i64,
    /// In which order entries are shown and numbered.
    pub order: Order,
}

impl Rules {
    /// The rules of a cycle; `results_public` says whether the public sees the results once the list is out.
    #[must_use]
    pub fn of(policy: &Policy, results_public: bool) -> Self {
        Self {
            per_category: policy.list_per_category,
            min_votes: policy.list_min_votes.into(),
            order: if results_public { Order::Rank } else { Order::Nomination },
        }
    }
}

/// The order of entries, and so of certificate numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Most votes first: only where the public may see the results.
    Rank,
    /// By candidate id, that is by nomination: tells nothing about votes that are hidden.
    Nomination,
}

/// A candidate in the vote with the valid votes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contender {
    /// Who.
    pub candidate: CandidateId,
    /// In which category.
    pub category: CategoryCode,
    /// Valid votes.
    pub votes: i64,
}

/// An entry of the list to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who.
    pub candidate: CandidateId,
    /// In which category.
    pub category: CategoryCode,
    /// Place in the list of the category, from 1 without gaps; also the certificate's serial number.
    pub position: u32,
    /// Rank by votes; equal votes share it.
    pub rank: u32,
    /// Valid votes.
    pub votes: i64,
}

/// Equal votes across the cut of a category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    /// Where.
    pub category: CategoryCode,
    /// Those who have the same votes, by id.
    pub candidates: Vec<CandidateId>,
    /// The votes of each of them.
    pub votes: i64,
    /// How many of them get a place.
    pub places: u32,
}

/// The list as it would be published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Who is listed, by category and position.
    pub listed: Vec<Entry>,
    /// Everybody else in the vote, by id.
    pub not_listed: Vec<CandidateId>,
}

/// Why no list can be drawn up.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// The tie breaks themselves are wrong; pointers lead into `tie_breaks`.
    Invalid(Vec<Fault>),
    /// These ties were not broken.
    Ties(Vec<Tie>),
}

impl Tie {
    /// The tie spelled out for the answer.
    #[must_use]
    pub fn fault(&self) -> Fault {
        let candidates: Vec<_> = self.candidates.iter().map(ToString::to_string).collect();
        Fault::of(Code::TieAtCut)
            .with("category", self.category.as_str())
            .with("candidate_ids", json!(candidates))
            .with("votes", self.votes)
            .with("places", self.places)
    }
}

/// Draws up the list. In each category, those with the least votes asked for or more are listed; where they are more
/// than the places, those with the most. Only a tie across that cut is broken by `breaks`.
pub fn draw_up(contenders: &[Contender], rules: Rules, breaks: &[TieBreak]) -> Result<Listing, Refusal> {
    let cuts: BTreeMap<_, _> = by_category(contenders)
        .into_iter()
        .map(|(category, votes)| (category.clone(), cut(category, votes, rules)))
        .collect();
    let ties: Vec<&Tie> = cuts.values().filter_map(|cut| cut.tie.as_ref()).collect();
    let chosen = tie_break::judge(breaks, &ties).map_err(Refusal::Invalid)?;
    let open: Vec<Tie> = ties.into_iter().filter(|tie| !chosen.contains_key(&tie.category)).cloned().collect();
    if !open.is_empty() {
        return Err(Refusal::Ties(open));
    }
    let mut listing = Listing::default();
    for (category, cut) in &cuts {
        let named = chosen.get(category).copied().unwrap_or_default();
        listing.listed.extend(entries(category, cut, named, rules.order));
    }
    listing.not_listed = others(contenders, &listing.listed);
    Ok(listing)
}

/// Everybody who is not listed, by id.
fn others(contenders: &[Contender], listed: &[Entry]) -> Vec<CandidateId> {
    let mut others: Vec<CandidateId> = contenders.iter().map(|one| one.candidate).collect();
    others.retain(|id| listed.iter().all(|entry| entry.candidate != *id));
    others.sort_unstable();
    others
}

/// Who is surely in, and the tie for the places that are left, if there is one.
struct Cut {
    sure: Vec<Ranked>,
    tied: Vec<Ranked>,
    tie: Option<Tie>,
}

fn by_category(contenders: &[Contender]) -> BTreeMap<CategoryCode, Vec<(CandidateId, i64)>> {
    let mut groups: BTreeMap<CategoryCode, Vec<_>> = BTreeMap::new();
    for one in contenders {
        groups.entry(one.category.clone()).or_default().push((one.candidate, one.votes));
    }
    groups
}

fn cut(category: CategoryCode, votes: Vec<(CandidateId, i64)>, rules: Rules) -> Cut {
    let mut sure = tally::rank(votes);
    sure.retain(|one| one.votes >= rules.min_votes);
    let places = usize::try_from(rules.per_category).unwrap_or(usize::MAX);
    let Some(first_out) = sure.get(places).map(|one| one.votes) else {
        return Cut { sure, tied: Vec::new(), tie: None };
    };
    let above = sure.partition_point(|one| one.votes > first_out);
    let mut tied = sure.split_off(above);
    if above == places {
        return Cut { sure, tied: Vec::new(), tie: None };
    }
    tied.retain(|one| one.votes == first_out);
    let free = u32::try_from(places - above).unwrap_or(rules.per_category);
    let candidates = tied.iter().map(|one| one.candidate).collect();
    Cut { sure, tied, tie: Some(Tie { category, candidates, votes: first_out, places: free }) }
}

fn entries(category: &CategoryCode, cut: &Cut, named: &[CandidateId], order: Order) -> Vec<Entry> {
    let lucky = cut.tied.iter().filter(|one| named.contains(&one.candidate));
    let mut listed: Vec<Ranked> = cut.sure.iter().chain(lucky).copied().collect();
    match order {
        Order::Rank => {}
        Order::Nomination => listed.sort_unstable_by_key(|one| one.candidate),
    }
    (1..)
        .zip(listed)
        .map(|(position, Ranked { rank, candidate, votes })| Entry {
            candidate,
            category: category.clone(),
            position,
            rank,
            votes,
        })
        .collect()
}
