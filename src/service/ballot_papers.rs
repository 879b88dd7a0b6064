//! The ballot paper of a cycle: who may be voted for, in the order that the policy fixes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    Caller, Error, Service,
    candidates::access,
    cycles, generator,
    record::{self, Deed},
    tallies, votes,
};
use crate::{
    domain::{
        ballot_paper::{Arrangement, Seed, arrange},
        category::CategoryCode,
        cycle::Cycle,
        fault::Code,
        id::OrganizationId,
        month::Month,
        policy::{DisplayOrder, ResultSource},
    },
    storage::{
        self, Connection,
        ballot_papers::{DrawnSeed, Line},
    },
};

/// A ballot paper.
#[derive(Clone, Debug)]
pub struct BallotPaper {
    /// The cycle.
    pub cycle: Month,
    /// How its candidates are ordered.
    pub order: DisplayOrder,
    /// What the order was drawn from, unless it is by votes.
    pub seed: Option<Seed>,
    /// When the cycle's lot was drawn.
    pub drawn_at: Option<DateTime<Utc>>,
    /// The session of which the order is.
    pub session: Option<String>,
    /// Every category, in their order, each with its candidates.
    pub categories: Vec<(CategoryCode, Vec<PaperLine>)>,
}

/// A candidate on a ballot paper.
#[derive(Clone, Debug)]
pub struct PaperLine {
    /// Who.
    pub line: Line,
    /// The unit's name.
    pub unit_name: Option<String>,
    /// The district's name.
    pub district_name: String,
}

/// Reads the ballot paper of a cycle, the same for every caller. Where the policy draws anew for each session, `session`
/// names it, and a new one is named where none is given. 409 `voting_closed` before voting opens, 409 `voting_elsewhere`
/// where it is held elsewhere.
pub async fn get_ballot_paper(service: &Service, month: Month, session: Option<String>) -> Result<BallotPaper, Error> {
    cycles::ensure_exist(service).await?;
    let now = service.clocks.campaign();
    let found = service.store.read(move |db| {
        let cycle = storage::cycles::find(db, month)?.ok_or_else(Error::not_found)?;
        if cycle.policy.result_source == ResultSource::Portal {
            return Err(Error::fault(votes::elsewhere(&cycle)));
        }
        if !cycle.windows.voting.has_opened(now) {
            return Err(Error::fault(votes::closed(&cycle)));
        }
        let recent = access::recently_published(db, now)?;
        let statuses = tallies::shown(&cycle, &recent);
        let lines = storage::ballot_papers::list(db, month, statuses)?;
        let lines = named(db, lines)?;
        let categories: Vec<_> = storage::categories::list(db)?.into_iter().map(|category| category.code).collect();
        Ok((cycle.policy.display_order, storage::ballot_papers::find_seed(db, month)?, lines, categories))
    });
    let (order, drawn, lines, categories) = found.await?;
    let mut paper =
        BallotPaper { cycle: month, order, seed: None, drawn_at: None, session: None, categories: Vec::new() };
    let arrangement = match order {
        DisplayOrder::Votes => Arrangement::Votes,
        DisplayOrder::Lot => {
            let drawn = if let Some(drawn) = drawn { drawn } else { draw(service, month).await?.0 };
            paper.drawn_at = Some(drawn.drawn_at);
            Arrangement::Drawn(seed_of(&drawn)?)
        }
        DisplayOrder::Session => {
            let session = session.map_or_else(|| generator::random::<16>().map(hex::encode), Ok)?;
            let seed = Seed::of_session(&session);
            paper.session = Some(session);
            Arrangement::Drawn(seed)
        }
    };
    if let Arrangement::Drawn(seed) = arrangement {
        paper.seed = Some(seed);
    }
    let mut of_category: BTreeMap<CategoryCode, Vec<PaperLine>> = BTreeMap::new();
    for line in lines {
        of_category.entry(line.line.category.clone()).or_default().push(line);
    }
    paper.categories = categories
        .into_iter()
        .map(|category| {
            let mut lines = of_category.remove(&category).unwrap_or_default();
            arrange(&mut lines, arrangement, |one| (one.line.tally.candidate, one.line.tally.valid()));
            (category, lines)
        })
        .collect();
    Ok(paper)
}

/// Cycles that are looked at for a lot to be drawn, the latest first.
const CYCLES: i64 = 6;

/// Draws the lot of every cycle whose voting is open, held here and shown by lot, and that has none; returns of how many. Nobody
/// has to ask first for there to be an order: who reads the paper before this was done draws it, and it is the same one.
pub async fn draw_due(service: &Service) -> Result<usize, Error> {
    let now = service.clocks.campaign();
    let found = service.store.read(move |db| {
        let cycles = storage::cycles::list(db, None, CYCLES)?;
        let due: Vec<Month> = cycles.iter().filter(|cycle| is_drawn_at(cycle, now)).map(|cycle| cycle.month).collect();
        let drawn = storage::ballot_papers::drawn_among(db, &due)?;
        Ok::<_, Error>(due.into_iter().filter(|month| !drawn.contains(month)).collect::<Vec<_>>())
    });
    let mut drawn = 0;
    for month in found.await? {
        match draw(service, month).await {
            Ok((_, is_new)) => drawn += usize::from(is_new),
            // The window was moved meanwhile.
            Err(error) if error.code() == Some(Code::VotingClosed) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(drawn)
}

fn is_drawn_at(cycle: &Cycle, now: DateTime<Utc>) -> bool {
    let policy = &cycle.policy;
    cycle.windows.voting.contains(now)
        && policy.display_order == DisplayOrder::Lot
        && policy.result_source == ResultSource::Local
}

/// Draws the lot of a cycle, once for all: whoever is first, all have the same.
/// Tells whether it was this call.
async fn draw(service: &Service, month: Month) -> Result<(DrawnSeed, bool), Error> {
    let of_service = service.clone();
    let seed = generator::random::<32>()?;
    service
        .store
        .write(move |db| {
            storage::locks::cycle_shared(db, month)?;
            let cycle = storage::cycles::find(db, month)?.ok_or_else(Error::not_found)?;
            if !cycle.windows.voting.has_opened(of_service.clocks.campaign()) {
                return Err(Error::fault(votes::closed(&cycle)));
            }
            let is_new = storage::ballot_papers::keep_seed(db, month, &seed, of_service.clocks.campaign())?;
            if is_new {
                let deed =
                    Deed::new("ballot_paper.lot_drawn", "cycle", month).with(json!({ "seed": hex::encode(seed) }));
                record::audit(&of_service, db, &Caller::default(), &deed)?;
            }
            let kept = storage::ballot_papers::find_seed(db, month)?;
            Ok((kept.ok_or_else(|| Error::Internal(format!("the lot of {month} was not kept")))?, is_new))
        })
        .await
}

fn seed_of(drawn: &DrawnSeed) -> Result<Seed, Error> {
    let bytes = drawn.seed.as_slice().try_into();
    Ok(Seed(bytes.map_err(|_| Error::Internal("a seed is not of 32 bytes".to_owned()))?))
}

/// Puts the names of units and districts beside the lines.
fn named(db: &mut Connection, lines: Vec<Line>) -> Result<Vec<PaperLine>, Error> {
    let ids: BTreeSet<OrganizationId> =
        lines.iter().flat_map(|line| line.unit.into_iter().chain([line.district])).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let names: BTreeMap<_, _> = storage::organizations::names(db, &ids)?.into_iter().collect();
    let with_names = |line: Line| PaperLine {
        unit_name: line.unit.and_then(|unit| names.get(&unit).cloned()),
        district_name: names.get(&line.district).cloned().unwrap_or_default(),
        line,
    };
    Ok(lines.into_iter().map(with_names).collect())
}
