//! Counts anew where something changed: units first, then the districts that they belong to, then the city. Each step is a
//! short transaction. Several processes may do it: one at a time passes, and what changes meanwhile is noted anew.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    domain::{
        cycle::Cycle,
        id::OrganizationId,
        month::Month,
        statistics::{Level, Move, Place, Sheet, passages},
    },
    service::{Error, Service, clock::Clocks},
    storage::{
        self, Connection,
        statistics::{
            cells, changes,
            changes::Waiting,
            facts::{self, CandidateFacts, Site},
        },
    },
};

/// How often a process looks.
pub const EVERY: Duration = Duration::from_secs(1);
/// Units that are counted in one transaction: some ten milliseconds of work.
const UNITS: usize = 8;
/// Districts or cities that are summed up in one transaction.
const SUMS: usize = 4;
/// So many steps of a level are done before the level above has its turn.
const STEPS: usize = 64;
/// So long a reader waits for what changed to be counted.
const PATIENCE: Duration = Duration::from_secs(2);
/// After this a reader looks again whether who counts has come to an end.
const AGAIN: Duration = Duration::from_millis(25);
/// One transaction at a time counts.
const ONE_AT_A_TIME: i64 = 0x6861_6f72_656e_0030;

/// Counts everything that waits; returns how many changes it took up. One row is read when none do.
pub async fn catch_up(service: &Service) -> Result<usize, Error> {
    let mut taken = 0;
    for level in [Level::Unit, Level::District, Level::City] {
        // Changes come in while others are counted: the levels above must not wait for there to be none.
        for _ in 0..STEPS {
            let clocks = service.clocks.clone();
            let step = service.store.write(move |db| step(&clocks, db, level)).await?;
            if step == 0 {
                break;
            }
            taken += step;
        }
    }
    Ok(taken)
}

/// The same for who is about to read, where so many changes wait at most. Whoever cannot have them counted in time, because
/// somebody else counts, holds a month or writes, or because counting fails, reads what is counted: the numbers say what they
/// are behind of. So this never fails, and lasts no longer than two seconds.
pub async fn catch_up_few(service: &Service, most: i64) {
    match tokio::time::timeout(PATIENCE, catch_up_in_passing(service, most)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => log::warn!("numbers are read as they are, counting what changed failed: {error}"),
        Err(_) => log::info!("numbers are read as they are, counting what changed takes longer than a reader waits"),
    }
}

async fn catch_up_in_passing(service: &Service, most: i64) -> Result<(), Error> {
    let are_few = service.store.read(move |db| Ok::<_, Error>(changes::are_few(db, most)?)).await?;
    if !are_few {
        return Ok(());
    }
    for level in [Level::Unit, Level::District, Level::City] {
        for _ in 0..STEPS {
            let clocks = service.clocks.clone();
            match service.store.write(move |db| step_if_free(&clocks, db, level)).await? {
                Some(0) => break,
                Some(_) => {}
                // A connection is not kept waiting for it.
                None => tokio::time::sleep(AGAIN).await,
            }
        }
    }
    Ok(())
}

/// One step in a writing transaction: takes up some changes of a level, and notes what is to be summed up above.
pub fn step(clocks: &Clocks, db: &mut Connection, level: Level) -> Result<usize, Error> {
    storage::locks::advisory(db, ONE_AT_A_TIME)?;
    take_up(clocks, db, level)
}

/// The same, unless somebody else counts just now: then `None`.
fn step_if_free(clocks: &Clocks, db: &mut Connection, level: Level) -> Result<Option<usize>, Error> {
    if storage::locks::try_advisory(db, ONE_AT_A_TIME)? { take_up(clocks, db, level).map(Some) } else { Ok(None) }
}

fn take_up(clocks: &Clocks, db: &mut Connection, level: Level) -> Result<usize, Error> {
    let units = match level {
        Level::Unit => UNITS,
        Level::District | Level::City => SUMS,
    };
    let waiting = changes::next(db, level, units)?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let above = match level {
        Level::Unit => Some((Level::District, count_units(clocks, db, &waiting)?)),
        Level::District => Some((Level::City, sum_districts(clocks, db, &waiting)?)),
        Level::City => {
            sum_cities(clocks, db, &waiting)?;
            None
        }
    };
    if let Some((level, places)) = above {
        changes::add(db, level, &places)?;
    }
    let ids: Vec<i64> = waiting.iter().map(|waiting| waiting.id).collect();
    changes::remove(db, &ids)?;
    Ok(ids.len())
}

fn count_units(clocks: &Clocks, db: &mut Connection, waiting: &[Waiting]) -> Result<BTreeSet<Place>, Error> {
    let mut sites: BTreeMap<(OrganizationId, OrganizationId), BTreeSet<Month>> = BTreeMap::new();
    for Place { cycle, district, unit } in waiting.iter().map(|waiting| waiting.place) {
        sites.entry((district, unit)).or_default().insert(cycle);
    }
    let months: BTreeSet<Month> = waiting.iter().map(|waiting| waiting.place.cycle).collect();
    // Windows decide what was in time: they are not moved while it is counted.
    for month in &months {
        storage::locks::cycle_shared(db, *month)?;
    }
    let known = storage::cycles::find_all(db, &months.into_iter().collect::<Vec<_>>())?;
    let (now, mut above) = (clocks.campaign(), BTreeSet::new());
    for ((district, unit), cycles) in sites {
        let site = Site { district, unit, cycles };
        for (cycle, sheet) in count(db, &site, &known)? {
            cells::replace(db, (Level::Unit, Place { cycle, district, unit }), &sheet, now)?;
            above.insert(Place { cycle, district, unit: Place::NOWHERE });
        }
    }
    Ok(above)
}

/// The counts of a site in each of its cycles, made from nothing but the candidates, their steps and nominations, and leads.
pub fn count(
    db: &mut Connection,
    site: &Site,
    cycles: &BTreeMap<Month, Cycle>,
) -> Result<BTreeMap<Month, Sheet>, Error> {
    let mut sheets: BTreeMap<Month, Sheet> = site.cycles.iter().map(|month| (*month, Sheet::default())).collect();
    let mut moves = facts::moves_at(db, site)?;
    for candidate in facts::candidates_at(db, site)? {
        note(&mut sheets, &candidate, &moves.remove(&candidate.id).unwrap_or_default(), cycles);
    }
    for of in facts::nominations_at(db, site)? {
        if let Some(sheet) = sheets.get_mut(&of.cycle) {
            sheet.cell(&of.category, of.first_channel).note_nominations(of.channel, 1);
        }
    }
    for of in facts::leads_at(db, site)? {
        if let Some(sheet) = sheets.get_mut(&of.cycle) {
            sheet.note_leads(of.channel, of.status, u32::try_from(of.count).unwrap_or(u32::MAX));
        }
    }
    Ok(sheets)
}

fn note(
    sheets: &mut BTreeMap<Month, Sheet>,
    candidate: &CandidateFacts,
    moves: &[Move],
    cycles: &BTreeMap<Month, Cycle>,
) {
    if let Some(sheet) = sheets.get_mut(&candidate.cycle) {
        sheet.cell(&candidate.category, candidate.channel).note_candidate(candidate.status);
    }
    for passage in passages(moves) {
        if let (Some(sheet), Some(cycle)) = (sheets.get_mut(&passage.cycle), cycles.get(&passage.cycle)) {
            sheet.cell(&candidate.category, candidate.channel).note_passage(&passage, &cycle.windows);
        }
    }
}

fn sum_districts(clocks: &Clocks, db: &mut Connection, waiting: &[Waiting]) -> Result<BTreeSet<Place>, Error> {
    let (now, mut above) = (clocks.campaign(), BTreeSet::new());
    let places: BTreeSet<Place> = waiting.iter().map(|waiting| waiting.place).collect();
    for place in places {
        let sum = cells::sum(db, Level::Unit, (place.cycle, Some(place.district)))?;
        cells::replace(db, (Level::District, place), &sum, now)?;
        above.insert(Place { district: Place::NOWHERE, ..place });
    }
    Ok(above)
}

fn sum_cities(clocks: &Clocks, db: &mut Connection, waiting: &[Waiting]) -> Result<(), Error> {
    let now = clocks.campaign();
    let places: BTreeSet<Place> = waiting.iter().map(|waiting| waiting.place).collect();
    for place in places {
        let sum = cells::sum(db, Level::District, (place.cycle, None))?;
        cells::replace(db, (Level::City, place), &sum, now)?;
    }
    Ok(())
}
