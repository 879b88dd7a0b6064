//! What becomes of the aftercare of an honoree who goes on as another.

use super::planning;
use crate::{
    domain::id::HonoreeId,
    service::{Caller, Service, error::Error},
    storage::{self, Connection},
};

/// Gives the contact and the alarms of one honoree to another, when both have turned out to be one and the honours were
/// handed over: nothing is due of the first any more. Both are held.
pub fn hand_over(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (from, to): (HonoreeId, HonoreeId),
) -> Result<(), Error> {
    planning::replan(service, db, caller, from)?;
    planning::replan(service, db, caller, to)?;
    storage::contact_alarms::move_to(db, from, to)?;
    Ok(storage::care::move_to(db, from, to)?)
}
