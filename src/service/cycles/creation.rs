//! The running month and the two after it always exist.

use crate::{
    domain::{
        cycle::{Cycle, required_months},
        month::Month,
        policy::Policy,
    },
    service::{Service, error::Error},
    storage::{self, Connection},
};

/// Lets one transaction at a time create cycles or change what new ones start with.
pub const CREATION_LOCK: i64 = 0x6379_636c_6573;

/// Creates the cycles that must exist now, inside a writing transaction. Each starts with the policy of the latest
/// before it and the stages' checklists. Safe for several processes.
pub fn ensure(service: &Service, db: &mut Connection) -> Result<(), Error> {
    let now = service.clocks.campaign();
    let missing = missing(service, db)?;
    if missing.is_empty() {
        return Ok(());
    }
    storage::locks::advisory(db, CREATION_LOCK)?;
    let stages = storage::review_stages::list(db)?;
    for month in missing {
        let policy = storage::cycles::find_before(db, month)?.map_or_else(Policy::default, |before| before.policy);
        let cycle = Cycle::begin(month, service.time_zone, policy, &stages, now);
        storage::cycles::insert_if_absent(db, &cycle)?;
    }
    Ok(())
}

/// Creates the cycles that must exist now, if any is missing: before a reading use case.
pub async fn ensure_exist(service: &Service) -> Result<(), Error> {
    let here = service.clone();
    if service.store.read(move |db| missing(&here, db)).await?.is_empty() {
        return Ok(());
    }
    let here = service.clone();
    service.store.write(move |db| ensure(&here, db)).await
}

fn missing(service: &Service, db: &mut Connection) -> Result<Vec<Month>, Error> {
    let required = required_months(service.clocks.campaign(), service.time_zone);
    let existing = storage::cycles::existing(db, &required)?;
    Ok(required.into_iter().filter(|month| !existing.contains(month)).collect())
}
