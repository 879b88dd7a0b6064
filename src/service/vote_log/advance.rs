//! The job that advances the trees behind the votes and has their heads signed. Every process runs it: each change holds
//! only if the tree is still as it was read, so whoever comes second has worked in vain and nothing else.

use std::{collections::BTreeSet, time::Duration};

use super::{
    entries::{self, Slice},
    heads, kept, secret,
};
use crate::{
    domain::{cycle::Cycle, month::Month, policy::ResultSource},
    service::{Error, Service},
    storage::{self, vote_logs::LogSecret},
};

/// How often the server advances.
pub const EVERY: Duration = Duration::from_secs(1);
/// Logs of so many months are looked at when a server starts.
const MONTHS_AT_START: i64 = 36;

/// Advances every tree that lags behind its log, and has every head signed that is due. A log that fails does not keep the
/// others; the first failure is returned.
pub async fn advance(service: &Service) -> Result<(), Error> {
    let now = service.clocks.campaign();
    let found = service.store.read(move |db| {
        let opened = storage::cycles::voting_opened(db, now, 2)?;
        Ok::<_, Error>((storage::vote_logs::lagging(db)?, opened))
    });
    let (lagging, opened) = found.await?;
    let is_running = |cycle: &Cycle| {
        cycle.windows.voting.contains(now)
            && cycle.published_at.is_none()
            && cycle.policy.result_source == ResultSource::Local
    };
    let running = opened.iter().filter(|cycle| is_running(cycle)).map(|cycle| cycle.month);
    advance_all(service, lagging.into_iter().chain(running).collect()).await
}

/// Looks after all logs when the server starts, before it takes votes: one whose last published head, kept apart from the
/// database, is ahead of it or off its path begins a new origin.
pub async fn settle_at_start(service: &Service) -> Result<(), Error> {
    let now = service.clocks.campaign();
    let found = service.store.read(move |db| {
        let logs = storage::vote_logs::list(db)?;
        Ok::<_, Error>((logs, storage::cycles::voting_opened(db, now, MONTHS_AT_START)?))
    });
    let (logs, opened) = found.await?;
    let mut months: BTreeSet<Month> = logs.into_iter().map(|log| log.cycle).collect();
    for cycle in opened {
        // The backup may be from before the first vote.
        if !months.contains(&cycle.month) && kept::find(service, cycle.month).await?.is_some() {
            months.insert(cycle.month);
        }
    }
    advance_all(service, months).await
}

async fn advance_all(service: &Service, months: BTreeSet<Month>) -> Result<(), Error> {
    let mut outcome = Ok(());
    for month in months {
        let advanced = advance_one(service, month).await;
        if outcome.is_ok() {
            outcome = advanced;
        }
    }
    outcome
}

/// Advances the tree of one log to its end, and has its head signed if that is due.
pub(super) async fn advance_one(service: &Service, cycle: Month) -> Result<(), Error> {
    prepare(service, cycle).await?;
    while let Some(slice) = read_slice(service, cycle).await? {
        let Slice { states, tiles } = slice;
        let write = service.store.write(move |db| {
            if storage::vote_log_trees::move_if(db, cycle, states)? {
                storage::vote_log_tiles::replace_all(db, cycle, &tiles)?;
            }
            Ok::<_, Error>(())
        });
        write.await?;
    }
    heads::sign_if_due(service, cycle).await
}

async fn read_slice(service: &Service, cycle: Month) -> Result<Option<Slice>, Error> {
    let of_service = service.clone();
    service.store.read(move |db| entries::next_slice(&of_service, db, cycle)).await
}

/// Makes what a log lacks: its secret, and its tree.
async fn prepare(service: &Service, cycle: Month) -> Result<(), Error> {
    let lacks = service.store.read(move |db| {
        let secret = storage::vote_logs::find(db, cycle)?.map_or(LogSecret::None, |log| log.secret);
        let tree = storage::vote_log_trees::find(db, cycle)?;
        Ok::<_, Error>((secret == LogSecret::None, tree.is_none()))
    });
    let (lacks_secret, lacks_tree) = lacks.await?;
    if !lacks_secret && !lacks_tree {
        return Ok(());
    }
    let of_service = service.clone();
    let make = service.store.write(move |db| {
        if lacks_secret {
            secret::open(&of_service.vote_logs, db, cycle)?;
        }
        Ok::<_, Error>(storage::vote_log_trees::begin(db, cycle)?)
    });
    make.await
}
