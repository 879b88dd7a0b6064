//! Signals: read by the city only, and raised.

use chrono::{DateTime, Utc};

use super::{Caller, Error, Service};
use crate::{
    domain::{
        id::{CandidateId, QuarantineId, SignalId},
        month::Month,
        quarantine::QuarantineStatus,
        role::Role,
        signal::{SignalKind, Subject},
    },
    storage::{self, signals::SignalRow},
};

mod raising;

pub use raising::{Raised, raise};

/// A signal with what it points at.
#[derive(Clone, Debug)]
pub struct Signal {
    /// The signal.
    pub row: SignalRow,
    /// The candidate that it points at.
    pub candidate: Option<CandidateId>,
    /// The latest quarantine of its votes.
    pub quarantine: Option<(QuarantineId, QuarantineStatus)>,
}

/// Lists the signals of a cycle in the order in which they were raised.
pub async fn list_signals(
    service: &Service,
    caller: &Caller,
    (month, kinds): (Month, Vec<SignalKind>),
    after: Option<(DateTime<Utc>, SignalId)>,
    limit: i64,
) -> Result<Vec<Signal>, Error> {
    caller.require(&[Role::CityReviewer])?;
    let work = move |db: &mut storage::Connection| {
        storage::cycles::find(db, month)?.ok_or_else(Error::not_found)?;
        let rows = storage::signals::list(db, month, &kinds, after, limit)?;
        let mut covered = storage::signals::covered(db, rows.iter().map(|row| row.id).collect())?;
        let number = |row: &SignalRow| match row.subject() {
            Some(Subject::Candidate { candidate, .. }) => Some(candidate),
            Some(Subject::Prefix { .. } | Subject::Minute(_) | Subject::Unit(_) | Subject::Person(_)) | None => None,
        };
        let ids = storage::signals::candidate_ids(db, rows.iter().filter_map(number).collect())?;
        let whole = rows.into_iter().map(|row| Signal {
            candidate: number(&row).and_then(|number| ids.get(&number).copied()),
            quarantine: covered.remove(&row.id),
            row,
        });
        Ok(whole.collect())
    };
    service.store.read(work).await
}
