//! Cycles as they stand now.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{creation::ensure, creation::ensure_exist};
use crate::{
    domain::{cycle::Cycle, id::AmendmentId, month::Month, phase::Phase, window::WindowKind},
    service::{Service, error::Error},
    storage::{self, Connection, cycle_amendments::AmendmentRow},
};

/// A cycle with what depends on the present moment, and its amendments.
#[derive(Clone, Debug)]
pub struct CycleState {
    /// Windows and rules.
    pub cycle: Cycle,
    /// Where it stands.
    pub phase: Phase,
    /// The windows open now.
    pub open: Vec<WindowKind>,
    /// The latest amendments, at most [`AMENDMENTS_SHOWN`], in order.
    pub amendments: Vec<AmendmentRow>,
    /// How many amendments there are.
    pub amendment_count: usize,
}

/// So many amendments are shown with their cycle; all of them by [`list_amendments`].
pub const AMENDMENTS_SHOWN: usize = 20;

/// One page of a cycle's amendments, in the order in which they were made.
pub async fn list_amendments(
    service: &Service,
    month: Month,
    after: Option<(DateTime<Utc>, AmendmentId)>,
    limit: i64,
) -> Result<Vec<AmendmentRow>, Error> {
    service.store.read(move |db| Ok(storage::cycle_amendments::list_of(db, month, after, limit)?)).await
}

/// One page of cycles, the latest first, before the last one seen.
pub async fn list_cycles(service: &Service, before: Option<Month>, limit: i64) -> Result<Vec<CycleState>, Error> {
    ensure_exist(service).await?;
    let now = service.clocks.campaign();
    service
        .store
        .read(move |db| {
            let page = storage::cycles::list(db, before, limit)?;
            states(db, page, now)
        })
        .await
}

/// Reads a cycle.
pub async fn get_cycle(service: &Service, month: Month) -> Result<CycleState, Error> {
    ensure_exist(service).await?;
    let now = service.clocks.campaign();
    service.store.read(move |db| state(db, month, now)).await
}

/// Reads the calendar month's cycle, and which cycle takes nominations now.
pub async fn get_current_cycle(service: &Service) -> Result<(CycleState, Option<Month>), Error> {
    ensure_exist(service).await?;
    let now = service.clocks.campaign();
    let current = Month::of(now, service.time_zone);
    service
        .store
        .read(move |db| {
            let intake = storage::cycles::find_intake(db, now)?.map(|intake| intake.month);
            Ok((state(db, current, now)?, intake))
        })
        .await
}

pub(super) fn state(db: &mut Connection, month: Month, now: DateTime<Utc>) -> Result<CycleState, Error> {
    let cycle = storage::cycles::find(db, month)?.ok_or_else(Error::not_found)?;
    states(db, vec![cycle], now)?.pop().ok_or_else(Error::not_found)
}

fn states(db: &mut Connection, cycles: Vec<Cycle>, now: DateTime<Utc>) -> Result<Vec<CycleState>, Error> {
    let months: Vec<Month> = cycles.iter().map(|cycle| cycle.month).collect();
    let mut amendments: BTreeMap<Month, Vec<AmendmentRow>> = BTreeMap::new();
    for row in storage::cycle_amendments::list(db, &months)? {
        amendments.entry(row.cycle).or_default().push(row);
    }
    let state = |cycle: Cycle| {
        let mut amendments = amendments.remove(&cycle.month).unwrap_or_default();
        let amendment_count = amendments.len();
        let shown = amendments.split_off(amendment_count.saturating_sub(AMENDMENTS_SHOWN));
        CycleState { phase: cycle.phase(now), open: cycle.open(now), amendments: shown, amendment_count, cycle }
    };
    Ok(cycles.into_iter().map(state).collect())
}

/// Holds a cycle's windows and policy as they are for the rest of the transaction: first after the account, before
/// any candidate.
pub fn hold(db: &mut Connection, month: Month) -> Result<Cycle, Error> {
    storage::locks::cycle_shared(db, month)?;
    storage::cycles::find(db, month)?.ok_or_else(Error::not_found)
}

/// Holds a cycle for an action after which a candidate of it is verified, so that its materials may have to be frozen.
/// Who holds the row shared must not ask for more of it later, or two would wait for each other. Freeze with
/// [`storage::cycles::freeze_materials`] once the guards have passed.
pub fn hold_freezing(db: &mut Connection, month: Month) -> Result<Cycle, Error> {
    let cycle = storage::cycles::find(db, month)?.ok_or_else(Error::not_found)?;
    if cycle.materials_frozen_at.is_some() {
        return hold(db, month);
    }
    storage::locks::cycle(db, month)?;
    storage::cycles::find(db, month)?.ok_or_else(Error::not_found)
}

/// Holds the intake cycle: the earliest whose reporting window has not closed.
pub fn hold_intake(service: &Service, db: &mut Connection) -> Result<Cycle, Error> {
    ensure(service, db)?;
    let now = service.clocks.campaign();
    loop {
        let found = storage::cycles::find_intake(db, now)?;
        let Some(found) = found else {
            return Err(Error::Internal("no cycle takes nominations".to_owned()));
        };
        // Its reporting window may have been moved while its row was waited for.
        let held = hold(db, found.month)?;
        if !held.windows.reporting.is_over(now) {
            return Ok(held);
        }
    }
}
