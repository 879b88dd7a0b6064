//! The sandbox's clock: administrators set the campaign's moment, which is kept in the database.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    Caller, Error, Service,
    record::{self, Deed},
};
use crate::{
    domain::{
        fault::{Code, Fault},
        role::Role,
    },
    storage,
};

/// The moments that the campaign clock can be set to: what every zone and both databases can hold with room to spare.
const EARLIEST: &str = "2000-02-01T00:00:00Z";
const LATEST: &str = "2900-01-01T00:00:00Z";

/// What the clock shows, and whether it was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Campaign time.
    pub now: DateTime<Utc>,
    /// False while it agrees with the machine's.
    pub is_set: bool,
}

/// Reads the clock; administrators of a sandbox only. Elsewhere there is no such thing.
pub fn get_clock(service: &Service, caller: &Caller) -> Result<Reading, Error> {
    caller.require(&[Role::Admin])?;
    if !service.sandbox {
        return Err(Error::not_found());
    }
    Ok(Reading { now: service.clocks.campaign(), is_set: service.clocks.is_set() })
}

/// Sets the clock, which runs on from there; `None` brings it back to the machine's. Other processes on the same
/// database take it over when they start.
pub async fn set_clock(service: &Service, caller: &Caller, now: Option<DateTime<Utc>>) -> Result<Reading, Error> {
    get_clock(service, caller)?;
    let account = caller.account()?.clone();
    let limits = [EARLIEST, LATEST].map(|text| text.parse::<DateTime<Utc>>().unwrap_or_default());
    if now.is_some_and(|now| now < limits[0] || now >= limits[1]) {
        let fault = Fault::at("/now", Code::UnknownValue).with("minimum", EARLIEST).with("limit", LATEST);
        return Err(Error::invalid(vec![fault]));
    }
    let (for_write, caller_for_write) = (service.clone(), caller.clone());
    service
        .store
        .write(move |db| {
            account.recheck(db)?;
            storage::campaign_clock::set(db, now, for_write.clocks.machine())?;
            let deed = Deed::new("clock.set", "clock", "campaign").with(json!({ "now": now }));
            record::audit(&for_write, db, &caller_for_write, &deed)
        })
        .await?;
    service.clocks.set_campaign(now);
    get_clock(service, caller)
}
