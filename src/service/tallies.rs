//! The results of a vote, for whom they are shown.

use std::collections::BTreeMap;

use super::{Caller, Error, Service, candidates::access, cycles, results, votes};
use crate::{
    domain::{
        candidate::{Status, Visibility},
        category::CategoryCode,
        cycle::Cycle,
        fault::Code,
        id::CandidateId,
        month::Month,
        policy::ResultSource,
        role::Role,
        tally::{self, Ranked, Tally},
        verdict::Verdict,
    },
    storage::{self, Connection},
};

/// The candidates of one category by rank.
#[derive(Clone, Debug)]
pub struct CategoryTally {
    /// The category.
    pub category: CategoryCode,
    /// Its candidates, most votes first.
    pub candidates: Vec<Placed>,
}

/// A candidate in the results.
#[derive(Clone, Debug)]
pub struct Placed {
    /// Rank and valid votes.
    pub ranked: Ranked,
    /// The name; none where the consent was withdrawn.
    pub name: Option<String>,
    /// All counts, for reviewers.
    pub counts: Option<Tally>,
}

/// The results of a cycle.
#[derive(Clone, Debug)]
pub struct CycleTally {
    /// The cycle.
    pub cycle: Cycle,
    /// Every category, in their order.
    pub categories: Vec<CategoryTally>,
    /// Whether everybody may see them now, as they are here.
    pub is_public: bool,
}

/// Reads the results of a cycle; 403 while they are hidden from the caller.
pub async fn get_tally(service: &Service, caller: &Caller, month: Month) -> Result<CycleTally, Error> {
    cycles::ensure_exist(service).await?;
    let now = service.clocks.campaign();
    let role = caller.role();
    service
        .store
        .read(move |db| {
            let cycle = storage::cycles::find(db, month)?.ok_or_else(Error::not_found)?;
            let (visibility, closes_at) = (cycle.policy.results_visibility, cycle.windows.voting.closes_at);
            if !tally::is_visible(visibility, role, closes_at, now) {
                return Err(Error::of(Code::ResultsNotPublic));
            }
            let delivered = match cycle.policy.result_source {
                ResultSource::Local => None,
                // Until the portal has delivered, the results are where the vote is.
                ResultSource::Portal => {
                    let delivered = results::delivered(db, month)?;
                    Some(delivered.ok_or_else(|| Error::fault(votes::elsewhere(&cycle)))?)
                }
            };
            let inner = role.is_some_and(Role::is_reviewer);
            let is_public = !inner && tally::is_public(visibility, closes_at, now);
            let recent = access::recently_published(db, now)?;
            let statuses = if inner { &IN_VOTE[..] } else { shown(&cycle, &recent) };
            let mut known = counted(db, month, statuses, inner)?;
            if let Some(delivered) = delivered {
                known = taken_over(known, &delivered);
            }
            Ok(CycleTally { categories: by_category(db, known)?, cycle, is_public })
        })
        .await
}

/// In which states a candidate was or is voted for; those who are not on the list come last.
const IN_VOTE: [Status; 3] = [Status::Forwarded, Status::Listed, Status::NotListed];

/// Which candidates of a cycle the public may see: those who are not on the list are named for thirty days only.
pub(super) fn shown(cycle: &Cycle, recently_published: &[Month]) -> &'static [Status] {
    let hides_losers = cycle.published_at.is_some() && !recently_published.contains(&cycle.month);
    if hides_losers { &IN_VOTE[..2] } else { &IN_VOTE }
}

/// A candidate with the votes that rank it.
struct Known {
    category: CategoryCode,
    name: Option<String>,
    candidate: CandidateId,
    votes: i64,
    counts: Option<Tally>,
}

/// The candidates with the votes cast here; reviewers (`inner`) see every count.
fn counted(db: &mut Connection, month: Month, statuses: &[Status], inner: bool) -> Result<Vec<Known>, Error> {
    let counted = storage::tallies::list(db, month, statuses)?.into_iter();
    let known = counted.map(|one| Known {
        category: one.category,
        name: (one.visibility == Visibility::Shown).then_some(one.name),
        candidate: one.tally.candidate,
        votes: one.tally.valid(),
        counts: inner.then_some(one.tally),
    });
    Ok(known.collect())
}

/// The same candidates with the portal's votes, as far as it has named them. What stands behind those is not known here.
fn taken_over(known: Vec<Known>, delivered: &BTreeMap<CandidateId, Verdict>) -> Vec<Known> {
    let named = known.into_iter().filter_map(|one| {
        let votes = delivered.get(&one.candidate)?.votes;
        Some(Known { votes, counts: None, ..one })
    });
    named.collect()
}

fn by_category(db: &mut Connection, known: Vec<Known>) -> Result<Vec<CategoryTally>, Error> {
    let mut shown: BTreeMap<CandidateId, (Option<String>, Option<Tally>)> = BTreeMap::new();
    let mut votes: BTreeMap<CategoryCode, Vec<(CandidateId, i64)>> = BTreeMap::new();
    for one in known {
        shown.insert(one.candidate, (one.name, one.counts));
        votes.entry(one.category).or_default().push((one.candidate, one.votes));
    }
    let mut categories = Vec::new();
    for category in storage::categories::list(db)? {
        let ranked = tally::rank(votes.remove(&category.code).unwrap_or_default());
        let candidates = ranked.into_iter().filter_map(|ranked| {
            let (name, counts) = shown.remove(&ranked.candidate)?;
            Some(Placed { ranked, name, counts })
        });
        let candidates = candidates.collect();
        categories.push(CategoryTally { category: category.code, candidates });
    }
    Ok(categories)
}
