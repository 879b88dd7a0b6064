//! The job that builds packages. Every process runs it: a package is taken up by one, and by another when that one is not heard of any
//! more. It is built anew several times before it is given up.

use std::time::Duration as StdDuration;

use chrono::Duration;
use serde_json::json;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{
    corrections,
    frozen::Frozen,
    workshop::{Broken, Workshop},
};
use crate::{
    domain::{
        fault::{Code, Fault},
        id::BatchId,
        notification::{Notification, NotificationKind},
        package::PackageFailure,
        role::Role,
    },
    service::{
        Caller, Error, Service, generator, notifications,
        record::{self, Deed, Place},
    },
    storage::{
        self, Connection,
        packages::{Announcement, Built, Claim},
    },
};

/// How often the server looks for packages to be built.
pub const EVERY: StdDuration = StdDuration::from_secs(1);
/// Whoever builds a package is heard of again within this time of the machine's clock.
const LEASE: Duration = Duration::minutes(2);
/// So often a package is tried before it is given up.
const MOST_ATTEMPTS: i32 = 5;
/// So many reviewers are told of a failure at most.
const MOST_TOLD: i64 = 100;

/// Whether any package waits to be built.
pub async fn is_any_due(service: &Service) -> Result<bool, Error> {
    let now = service.clocks.machine();
    service.store.read(move |db| Ok(storage::packages::is_any_due(db, now)?)).await
}

/// Builds what is due among the long work of this process, and waits for that to end. Nothing is done while there is nothing due.
pub async fn work_on_due(service: &Service) -> Result<(), Error> {
    if !is_any_due(service).await? {
        return Ok(());
    }
    let (ended, has_ended) = oneshot::channel::<()>();
    let of_service = service.clone();
    let work = async move {
        let _ended = ended;
        let built = match of_service.background.turn().await {
            Ok(_place) => build_due(&of_service).await,
            Err(error) => Err(error),
        };
        if let Err(error) = built {
            log::warn!("building packages failed: {error}");
        }
    };
    service.background.take_on()?.begin(work)?;
    // It is closed without a word.
    drop(has_ended.await);
    Ok(())
}

/// Builds every package that is due; returns how many became ready. Safe in several processes at once.
pub async fn build_due(service: &Service) -> Result<usize, Error> {
    let mut ready = 0;
    while !service.background.is_stopping() {
        let Some(claim) = take_up(service).await? else { break };
        ready += usize::from(build(service, claim).await?);
    }
    Ok(ready)
}

async fn take_up(service: &Service) -> Result<Option<Claim>, Error> {
    let now = service.clocks.machine();
    let token: Uuid = generator::new_id(&service.clocks)?;
    service.store.write(move |db| Ok(storage::packages::claim(db, (now, now + LEASE), token)?)).await
}

/// Notes that a package is still worked on; false when another process has taken it up.
pub(super) async fn lengthen(service: &Service, claim: Claim) -> Result<bool, Error> {
    let until = service.clocks.machine() + LEASE;
    service.store.write(move |db| Ok(storage::packages::lengthen(db, &claim, until)?)).await
}

/// Builds one package; false when it did not become ready.
async fn build(service: &Service, claim: Claim) -> Result<bool, Error> {
    let made = if claim.attempt > MOST_ATTEMPTS {
        let why = "whoever built it was broken off, each time".to_owned();
        Err(Broken::Failed { failure: PackageFailure::Interrupted, why })
    } else {
        make(service, claim).await
    };
    match made {
        Ok(built) => finish(service, claim, built).await,
        Err(broken) => {
            log::warn!("the package of batch {} was not built (attempt {}): {broken}", claim.batch, claim.attempt);
            settle(service, claim, &broken).await.map(|()| false)
        }
    }
}

async fn make(service: &Service, claim: Claim) -> Result<Built, Broken> {
    let of_service = service.clone();
    let frozen = service.store.read(move |db| Frozen::load(&of_service, db, claim.batch)).await?;
    let workshop = Workshop { service: service.clone(), id: claim.batch.into(), claim: Some(claim) };
    let stored = workshop.make(frozen).await?;
    let signature = service.package_signer.sign(&stored.manifest)?;
    Ok(Built { manifest: stored.manifest, signature, files: stored.files, size: stored.size, sha256: stored.sha256 })
}

/// The package is ready, and the batch is announced, in one transaction.
async fn finish(service: &Service, claim: Claim, built: Built) -> Result<bool, Error> {
    let of_service = service.clone();
    let write = service.store.write(move |db| {
        let now = of_service.clocks.campaign();
        let Some(announcement) = storage::packages::finish(db, &claim, &built, now)? else { return Ok(false) };
        if announcement == Announcement::Due {
            announce(&of_service, db, claim.batch, &built)?;
        }
        Ok::<_, Error>(true)
    });
    write.await
}

fn announce(service: &Service, db: &mut Connection, id: BatchId, built: &Built) -> Result<(), Error> {
    let batch = storage::batches::find(db, id)?.ok_or_else(Error::not_found)?;
    let items = storage::batches::count_items(db, &[id])?.get(&id).copied().unwrap_or_default();
    let details = json!({
        "cycle": batch.cycle,
        "sequence": batch.sequence,
        "items": items,
        "size": built.size,
        "sha256": hex::encode(built.sha256),
    });
    let deed = Deed::new("batch.forwarded", "batch", id).with(details);
    record::announce(service, db, &deed, Place { cycle: Some(batch.cycle), ..Place::default() })?;
    corrections::announce_earlier(service, db, (id, batch.cycle))
}

/// What becomes of a package that was not built: it is tried again later, or given up.
async fn settle(service: &Service, claim: Claim, broken: &Broken) -> Result<(), Error> {
    let now = service.clocks.machine();
    let failure = match broken {
        Broken::Lost => return Ok(()),
        Broken::Stopped => None,
        Broken::Failed { failure, .. } => Some(*failure),
    };
    let of_service = service.clone();
    let write = service.store.write(move |db| {
        let again = match failure {
            None => Some((now, claim.attempt - 1)),
            // A store that is away comes back, and nobody should have to ask for what has to go out today.
            Some(failure) if claim.attempt >= MOST_ATTEMPTS && failure != PackageFailure::Unavailable => None,
            Some(_) => Some((now + pause(claim.attempt), claim.attempt)),
        };
        match (again, failure) {
            (Some(again), _) => storage::packages::give_back(db, &claim, again).map(drop)?,
            (None, Some(failure)) if storage::packages::fail(db, &claim, failure)? => {
                tell_of_failure(&of_service, db, claim.batch)?;
            }
            (None, _) => {}
        }
        Ok::<_, Error>(())
    });
    write.await
}

/// The city is told, for nobody else can have the package built again, and the portal waits.
fn tell_of_failure(service: &Service, db: &mut Connection, batch: BatchId) -> Result<(), Error> {
    let cycle = storage::batches::find(db, batch)?.map(|batch| batch.cycle);
    for user in storage::users::active_in(db, Role::CityReviewer, MOST_TOLD)? {
        let kind = NotificationKind::PackageFailed;
        let told = Notification { batch: Some(batch), cycle, ..notifications::blank(service, user, kind)? };
        storage::notifications::insert(db, &told)?;
    }
    Ok(())
}

/// The pause after a failed attempt: 10 s, 40 s, 160 s, and from then on 640 s.
fn pause(attempt: i32) -> Duration {
    Duration::seconds(10 << (2 * (attempt - 1)).clamp(0, 6))
}

/// Frees what a process that died had taken up, when the only process of a database starts.
pub async fn release_at_start(service: &Service) -> Result<usize, Error> {
    if !service.store.address().is_sqlite() {
        return Ok(0);
    }
    service.store.write(|db| Ok(storage::packages::release_all(db)?)).await
}

/// Lets a package that was given up be built again: for the city.
pub async fn restart(service: &Service, caller: &Caller, id: BatchId) -> Result<(), Error> {
    let account = caller.require(&[Role::CityReviewer])?.clone();
    let (of_service, caller) = (service.clone(), caller.clone());
    let write = service.store.write(move |db| {
        account.recheck(db)?;
        let package = storage::packages::find(db, id)?.ok_or_else(Error::not_found)?;
        if !storage::packages::restart(db, id)? {
            let fault = Fault::of(Code::TransitionNotAllowed).with("status", package.status.as_str());
            return Err(Error::fault(fault));
        }
        let details = json!({ "failure": package.failure });
        record::audit(&of_service, db, &caller, &Deed::new("batch.package_restarted", "batch", id).with(details))
    });
    write.await
}
