//! The votes of a cycle as the city's reviewers read them: no names, no accounts, no addresses.

use super::{Caller, Error, Service};
use crate::{
    domain::{
        fault::{Code, Fault},
        id::{CandidateId, SignalId},
        month::Month,
        quarantine::VoteState,
        role::Role,
        signal::Subject,
    },
    storage::{
        self, Connection,
        vote_sheet::{Pointed, SheetFilter, SheetPage},
    },
};

/// Which votes are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct SheetQuery {
    /// For this candidate.
    pub candidate: Option<CandidateId>,
    /// Those that this signal points at.
    pub signal: Option<SignalId>,
    /// Standing so.
    pub state: Option<VoteState>,
}

/// Lists votes by their place in the log; a candidate or signal that does not exist has none. Of a candidate alone a page may be
/// short although the log goes on.
pub async fn list_votes(
    service: &Service,
    caller: &Caller,
    (month, query): (Month, SheetQuery),
    after: Option<i64>,
    limit: i64,
) -> Result<SheetPage, Error> {
    caller.require(&[Role::CityReviewer])?;
    let work = move |db: &mut Connection| {
        storage::cycles::find(db, month)?.ok_or_else(Error::not_found)?;
        match resolve(db, month, (query.candidate, query.signal))? {
            Ok(filter) => {
                let filter = SheetFilter { state: query.state, ..filter };
                Ok(storage::vote_sheet::list(db, month, &filter, after.unwrap_or(-1), limit)?)
            }
            Err(_) => Ok(SheetPage { rows: Vec::new(), through: None }),
        }
    };
    service.store.read(work).await
}

/// A voter as reviewers tell it from others: a keyed hash that names nobody and differs from cycle to cycle.
#[must_use]
pub fn voter_hash(service: &Service, month: Month, voter: i64) -> String {
    let (month, voter) = (month.number().to_be_bytes(), voter.to_be_bytes());
    let digest = service.vault.keyed_digest("voter of a vote", &[&month, &voter]);
    hex::encode(digest).chars().take(16).collect()
}

/// What the votes of a candidate and a signal are found by; faults where one of them is none of the cycle's.
pub(super) fn resolve(
    db: &mut Connection,
    month: Month,
    (candidate, signal): (Option<CandidateId>, Option<SignalId>),
) -> Result<Result<SheetFilter, Vec<Fault>>, Error> {
    let (mut filter, mut faults) = (SheetFilter::default(), Vec::new());
    if let Some(id) = candidate {
        let found = storage::contenders::find(db, id)?.filter(|contender| contender.cycle == month);
        filter.candidate = found.map(|contender| contender.number);
        faults.extend(filter.candidate.is_none().then(|| Fault::at("/candidate_id", Code::UnknownReference)));
    }
    if let Some(id) = signal {
        let found = storage::signals::find(db, id)?.filter(|row| row.cycle == month);
        let pointed = |row: storage::signals::SignalRow| {
            Some(Pointed { subject: row.subject()?, first_seq: row.first_seq, last_seq: row.last_seq })
        };
        filter.signal = found.and_then(pointed);
        if let Some(Pointed { subject: Subject::Person(number), .. }) = filter.signal {
            let numbers = storage::same_person::numbers(db, number)?;
            filter.seqs =
                Some(storage::same_person::repeated(db, &numbers, Some(month))?.remove(&month).unwrap_or_default());
        }
        faults.extend(filter.signal.is_none().then(|| Fault::at("/signal_id", Code::UnknownReference)));
    }
    Ok(if faults.is_empty() { Ok(filter) } else { Err(faults) })
}
