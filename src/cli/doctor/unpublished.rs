//! Cycles whose vote has long been over and whose list was never published: the secret of their log is kept until it is.

use chrono::{DateTime, TimeDelta, Utc};

use super::finding::Finding;
use crate::{
    domain::cycle::Cycle,
    service::clock::{MachineTime as _, SystemTime},
    storage::{self, Address, Connection, StoreError, migrations},
};

/// So long after voting has closed a list is awaited.
const AWAITED: TimeDelta = TimeDelta::days(60);

/// Names such cycles; nothing where there is no database that can be read, which is told of elsewhere.
pub(super) fn look(address: &Address) -> Vec<Finding> {
    let is_there = match address {
        Address::Sqlite(path) => path.exists(),
        Address::Postgres(_) => true,
    };
    let is_complete = is_there && matches!(migrations::pending(address), Ok(pending) if pending.is_empty());
    // Opening would make a database where there is none.
    if !is_complete {
        return Vec::new();
    }
    let Ok(mut connection) = Connection::open(address) else { return Vec::new() };
    match forgotten(&mut connection) {
        Ok(cycles) => cycles.iter().map(finding).collect(),
        Err(error) => vec![Finding::broken("list", error.to_string(), "look at the database's own log")],
    }
}

fn forgotten(connection: &mut Connection) -> Result<Vec<Cycle>, StoreError> {
    let now = campaign_now(connection)?;
    let months = storage::vote_logs::unpublished_with_secret(connection)?;
    let cycles = storage::cycles::find_all(connection, &months)?;
    Ok(cycles.into_values().filter(|cycle| now - cycle.windows.voting.closes_at > AWAITED).collect())
}

/// The campaign's time: the machine's, unless a sandbox has set it.
fn campaign_now(connection: &mut Connection) -> Result<DateTime<Utc>, StoreError> {
    let now = SystemTime.now();
    let set = storage::campaign_clock::find(connection)?;
    Ok(set.map_or(now, |(campaign, machine)| campaign + (now - machine)))
}

fn finding(cycle: &Cycle) -> Finding {
    let month = cycle.month;
    Finding::doubtful(
        "list",
        format!(
            "{month}: voting closed on {}, the list was never published, and the secret of the vote log is kept",
            cycle.windows.voting.closes_at.format("%Y-%m-%d")
        ),
        format!(
            "publish the list (a reviewer of the city: POST /api/v1/lists {{\"cycle\": \"{month}\"}}); the secret is \
             destroyed when the {} days for objections are over",
            cycle.policy.objection_days
        ),
    )
}
