//! A vote as it is read.

use chrono::{DateTime, Utc};
use diesel::Queryable;

use crate::domain::{
    id::{CandidateId, QuarantineId},
    quarantine::{QuarantineStatus, VoteState},
};

/// A vote with where it came from and how it stands.
#[derive(Clone, Debug, Queryable)]
pub struct SheetRow {
    /// Its place in the log.
    pub seq: i64,
    /// Whom it supports.
    pub candidate: CandidateId,
    /// The number of its voter, which is shown to nobody.
    pub voter: i64,
    /// The span: 0, or the number of the local day.
    pub day: i32,
    /// When it was cast.
    pub cast_at: DateTime<Utc>,
    /// As its row says.
    pub state: i16,
    /// Of the network; none once the traces are removed.
    pub prefix: Option<i64>,
    /// Of network and client.
    pub client: Option<i64>,
    /// How well the voter is known.
    pub tier: Option<i16>,
    /// The quarantine that holds it.
    pub quarantine: Option<QuarantineId>,
    /// How that stands.
    pub quarantine_status: Option<QuarantineStatus>,
}

impl SheetRow {
    /// How the vote stands: as the quarantine says that holds it, else as its row does.
    #[must_use]
    pub fn standing(&self) -> Option<VoteState> {
        let by_quarantine = self.quarantine_status.and_then(QuarantineStatus::state);
        by_quarantine.or_else(|| VoteState::of_number(self.state))
    }
}
