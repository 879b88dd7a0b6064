//! Long work as who started it follows it, and what becomes of work whose process has died.

use chrono::Duration;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;

use super::{Caller, Error, Service, caller::Account, imports};
use crate::{
    domain::{
        fault::{Code, Fault},
        id::{OperationId, OrganizationId},
        import::RowFault,
        operation::{OperationKind, OperationStatus},
    },
    storage::{
        self,
        operations::{Ending, OperationRow},
        sql_values::{At, Stored},
    },
};

/// Whoever works on something is heard of again within this time of the machine's clock.
pub const LEASE: Duration = Duration::minutes(2);

/// Work that begins now, to be noted: what, by whom and in whose place, with what options and how much there is to do.
pub fn begun(
    service: &Service,
    (id, kind): (OperationId, OperationKind),
    account: &Account,
    (options, total): (&impl Serialize, usize),
) -> Result<OperationRow, Error> {
    let options = serde_json::to_value(options).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(OperationRow {
        id,
        kind,
        status: OperationStatus::Running,
        started_by: account.id,
        on_behalf_of: account.on_behalf_of(),
        options: Stored(options),
        done: 0,
        total: i64::try_from(total).unwrap_or(i64::MAX),
        result: None,
        problem: None,
        lease_until: At(service.clocks.machine() + LEASE),
        taken_at: None,
        version: 1,
        created_at: At(service.clocks.campaign()),
        finished_at: None,
    })
}

/// Whoever waits for a turn is heard of so often.
const HEARD_OF_EVERY: std::time::Duration = std::time::Duration::from_secs(30);

/// Waits for a place among the long work of this process. What waits is not dead, and its lease is lengthened.
pub async fn turn(service: &Service, id: OperationId) -> Result<OwnedSemaphorePermit, Error> {
    let mut turn = std::pin::pin!(service.background.turn());
    loop {
        if let Ok(place) = tokio::time::timeout(HEARD_OF_EVERY, &mut turn).await {
            return place;
        }
        let lease = service.clocks.machine() + LEASE;
        service.store.write(move |db| Ok::<_, Error>(storage::operations::lengthen(db, id, lease)?)).await?;
    }
}

/// Carries work out, and notes where it fails.
pub async fn run(service: Service, id: OperationId, work: impl Future<Output = Result<(), Error>>) {
    if let Err(error) = work.await {
        log::warn!("the work {id} failed: {error}");
        if let Err(error) = fail(&service, id, &error).await {
            log::warn!("the work {id} could not be ended: {error}");
        }
    }
}

/// Notes how far work is; refused when somebody has ended it, and when the delegation has ended under which it was begun.
pub async fn beat(service: &Service, caller: &Caller, (id, done): (OperationId, usize)) -> Result<(), Error> {
    let (account, lease) = (caller.account()?.clone(), service.clocks.machine() + LEASE);
    let done = i64::try_from(done).unwrap_or(i64::MAX);
    let beat = service.store.write(move |db| {
        account.recheck_place(db)?;
        Ok::<_, Error>(storage::operations::beat(db, id, done, lease)?)
    });
    if beat.await? { Ok(()) } else { Err(Error::of(Code::OperationInterrupted)) }
}

/// Work has come to its end, with a result; refused as [`beat`] is.
pub async fn succeed(
    service: &Service,
    caller: &Caller,
    (id, result): (OperationId, &impl Serialize),
) -> Result<(), Error> {
    let account = caller.account()?.clone();
    let result = serde_json::to_value(result).map_err(|error| Error::Internal(error.to_string()))?;
    let (ending, now) = (Ending::Result(result), service.clocks.campaign());
    let ended = service.store.write(move |db| {
        account.recheck_place(db)?;
        Ok::<_, Error>(storage::operations::finish_if(db, id, ending, now)?)
    });
    if ended.await? { Ok(()) } else { Err(Error::of(Code::OperationInterrupted)) }
}

/// The standing of who started work: what it shows is theirs for as long as they have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    role: String,
    organization: Option<OrganizationId>,
}

impl Standing {
    /// That of an account as it is now.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        Self { role: account.role.to_string(), organization: account.organization_id() }
    }

    /// 404 for who has another standing by now.
    pub fn require(&self, caller: &Caller) -> Result<(), Error> {
        if *self == Self::of(caller.account()?) { Ok(()) } else { Err(Error::not_found()) }
    }
}

/// Work that the caller has started, in whoever's place: who began it hears how it ends; 404 for anybody else.
pub async fn find_own(service: &Service, caller: &Caller, id: OperationId) -> Result<OperationRow, Error> {
    let user = caller.account()?.id;
    let read = async || {
        let found = service.store.read(move |db| Ok::<_, Error>(storage::operations::find(db, id)?)).await?;
        found.filter(|row| row.started_by == user).ok_or_else(Error::not_found)
    };
    let found = read().await?;
    if found.status == OperationStatus::Running && found.lease_until.0 < service.clocks.machine() {
        settle_abandoned(service).await?;
        return read().await;
    }
    Ok(found)
}

/// The same, asked for in the place in which it was begun: what it shows, rows and files, is for nobody else; 404 then.
pub async fn find_in_place(service: &Service, caller: &Caller, id: OperationId) -> Result<OperationRow, Error> {
    let found = find_own(service, caller, id).await?;
    if is_in_place(&found, caller) { Ok(found) } else { Err(Error::not_found()) }
}

/// Whether a caller asks in the place in which work was begun.
#[must_use]
pub fn is_in_place(row: &OperationRow, caller: &Caller) -> bool {
    row.on_behalf_of == caller.on_behalf_of()
}

/// Ends work whose process has died: what had taken effect is finished, all else has failed and left nothing behind.
/// Returns how much there was. Safe in several processes at once.
pub async fn settle_abandoned(service: &Service) -> Result<usize, Error> {
    let now = service.clocks.machine();
    let abandoned = service.store.read(move |db| Ok::<_, Error>(storage::operations::list_abandoned(db, now)?)).await?;
    let count = abandoned.len();
    for row in abandoned {
        log::warn!("the work {} was broken off", row.id);
        if row.taken_at.is_some() {
            imports::finish_taken(service, row.id).await?;
        } else {
            fail(service, row.id, &Error::of(Code::OperationInterrupted)).await?;
        }
    }
    Ok(count)
}

/// The same when the only process of a database starts: nobody else can be working on anything.
pub async fn settle_at_start(service: &Service) -> Result<usize, Error> {
    if service.store.address().is_sqlite() {
        service.store.write(|db| Ok::<_, Error>(storage::operations::expire_all(db)?)).await?;
    }
    settle_abandoned(service).await
}

/// Ends work that could not be carried out, and removes what it had staged.
pub async fn fail(service: &Service, id: OperationId, error: &Error) -> Result<(), Error> {
    let (code, faults): (Code, Vec<Fault>) = match error {
        Error::Refused(refusal) => (refusal.code, refusal.faults.clone()),
        Error::Unavailable(_) | Error::AnsweredBefore(_) => (Code::Unavailable, Vec::new()),
        Error::Internal(_) => (Code::Internal, Vec::new()),
    };
    let faults: Vec<RowFault> = faults.into_iter().map(RowFault::from).collect();
    let problem = json!({ "code": code.as_str(), "faults": faults });
    let now = service.clocks.campaign();
    let ended = service
        .store
        .write(move |db| Ok::<_, Error>(storage::operations::finish_if(db, id, Ending::Problem(problem), now)?));
    if ended.await? {
        return imports::forget_staged(service, id).await;
    }
    // The commit may have been carried out though nobody was told: what has taken effect is finished instead.
    let found = service.store.read(move |db| Ok::<_, Error>(storage::operations::find(db, id)?)).await?;
    match found.filter(|row| row.status == OperationStatus::Running && row.taken_at.is_some()) {
        Some(taken) => imports::finish_taken(service, taken.id).await,
        None => Ok(()),
    }
}
