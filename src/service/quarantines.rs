//! Quarantines: one reviewer of the city holds votes back, another one decides.
//!
//! What is seen changes at once: counts and status in one transaction, however many votes there are. Many votes are
//! gathered before that and their rows follow after that, in slices that hold up no other writer.

use chrono::{DateTime, Utc};

use super::{Caller, Error, Service};
use crate::{
    domain::{
        fault::{Code, Fault},
        id::{CandidateId, QuarantineId, SignalId},
        month::Month,
        quarantine::{Quarantine, REASON_MAX_CHARS, SEQUENCES_MAX},
        role::Role,
        text,
    },
    storage::{self, quarantines::QuarantineFilter},
};

mod announcing;
mod deciding;
mod opening;
mod repeated;
mod settling;

pub use deciding::{DecisionInput, decide_quarantine};
pub use opening::create_quarantine;
pub use repeated::hold_repeated;
pub use settling::finish_all;

/// So many votes are worked on in one transaction: well below 50 ms, an entry of the log for each included.
const SLICE: i64 = 200;

/// Which votes are to be held, and why.
#[derive(Clone, Debug)]
pub struct QuarantineInput {
    /// In which cycle.
    pub cycle: Month,
    /// The votes that this signal points at.
    pub signal: Option<SignalId>,
    /// Or these, by their place in the log.
    pub sequences: Option<Vec<i64>>,
    /// Of these only the ones for this candidate.
    pub candidate: Option<CandidateId>,
    /// Why.
    pub reason: String,
}

impl QuarantineInput {
    fn faults(&self) -> Vec<Fault> {
        let mut faults = match (&self.signal, &self.sequences) {
            (None, None) => vec![Fault::at("/signal_id", Code::Required)],
            (Some(_), Some(_)) => vec![Fault::at("/sequences", Code::Inconsistent)],
            (Some(_), None) | (None, Some(_)) => Vec::new(),
        };
        let sequences = self.sequences.as_deref().unwrap_or_default();
        if self.sequences.is_some() && sequences.is_empty() {
            faults.push(Fault::at("/sequences", Code::TooFew).with("minimum", 1));
        }
        if sequences.len() > SEQUENCES_MAX {
            faults.push(Fault::at("/sequences", Code::TooMany).with("limit", SEQUENCES_MAX));
        } else {
            let mut seen = std::collections::BTreeSet::new();
            let again = sequences.iter().enumerate().filter(|(_, seq)| !seen.insert(**seq));
            faults.extend(again.map(|(index, _)| Fault::at(format!("/sequences/{index}"), Code::Duplicate)));
        }
        faults.extend(text::paragraphs(&self.reason, REASON_MAX_CHARS).into_iter().map(|fault| fault.under("/reason")));
        faults
    }
}

/// Lists quarantines in the order in which they were opened; the city only.
pub async fn list_quarantines(
    service: &Service,
    caller: &Caller,
    filter: QuarantineFilter,
    after: Option<(DateTime<Utc>, QuarantineId)>,
    limit: i64,
) -> Result<Vec<Quarantine>, Error> {
    caller.require(&[Role::CityReviewer])?;
    service.store.read(move |db| Ok(storage::quarantines::list(db, &filter, after, limit)?)).await
}

/// Reads a quarantine; the city only.
pub async fn get_quarantine(service: &Service, caller: &Caller, id: QuarantineId) -> Result<Quarantine, Error> {
    caller.require(&[Role::CityReviewer])?;
    service.store.read(move |db| storage::quarantines::find(db, id)?.ok_or_else(Error::not_found)).await
}
