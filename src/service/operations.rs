//! Long work as who started it follows it, and what becomes of work whose process has died.

use chrono::Duration;
use serde_json::json;

use super::{Caller, Error, Service, imports};
use crate::{
    domain::{
        fault::{Code, Fault},
        id::OperationId,
        import::RowFault,
        operation::OperationStatus,
    },
    storage::{
        self,
        operations::{Ending, OperationRow},
    },
};

/// Whoever works on something is heard of again within this time of the machine's clock.
pub const LEASE: Duration = Duration::minutes(2);

/// Work that the caller has started; 404 for anybody else.
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
    ended.await?;
    imports::forget_staged(service, id).await
}
