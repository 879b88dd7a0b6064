//! The results of a vote, for whom they are shown.

use std::collections::BTreeMap;

use super::{Caller, Error, Service, candidates::access, cycles, votes};
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
            if cycle.policy.result_source == ResultSource::Portal {
                return Err(Error::fault(votes::elsewhere(&cycle)));
            }
            let inner = role.is_some_and(Role::is_reviewer);
            let is_public = !inner && tally::is_public(visibility, closes_at, now);
            let recent = access::recently_published(db, now)?;
            let statuses = if inner { &IN_VOTE[..] } else { shown(&cycle, &recent) };
            Ok(CycleTally { categories: count(db, month, statuses, inner)?, cycle, is_public })
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

/// Counts by category; reviewers (`inner`) see every count.
fn count(db: &mut Connection, month: Month, statuses: &[Status], inner: bool) -> Result<Vec<CategoryTally>, Error> {
    let counted = storage::tallies::list(db, month, statuses)?;
    let mut known: BTreeMap<CandidateId, (Option<String>, Tally)> = BTreeMap::new();
    let mut votes: BTreeMap<CategoryCode, Vec<(CandidateId, i64)>> = BTreeMap::new();
    for one in counted {
        let id = one.tally.candidate;
        known.insert(id, ((one.visibility == Visibility::Shown).then_some(one.name), one.tally));
        votes.entry(one.category).or_default().push((id, one.tally.valid()));
    }
    let mut categories = Vec::new();
    for category in storage::categories::list(db)? {
        let ranked = tally::rank(votes.remove(&category.code).unwrap_or_default());
        let candidates = ranked.into_iter().filter_map(|ranked| {
            let (name, tally) = known.remove(&ranked.candidate)?;
            Some(Placed { ranked, name, counts: inner.then_some(tally) })
        });
        let candidates = candidates.collect();
        categories.push(CategoryTally { category: category.code, candidates });
    }
    Ok(categories)
}
