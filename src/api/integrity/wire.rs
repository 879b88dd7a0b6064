//! Quarantines as clients see them.

use actix_web::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    api::{
        answer::{Answer, representations},
        problem::Problem,
        role::mirrored,
    },
    domain::{
        month::Month,
        quarantine::{Quarantine, QuarantineStatus, Verdict},
    },
    service::quarantines::QuarantineInput,
};

mirrored! {
    /// How a quarantine stands.
    QuarantineStatusName = QuarantineStatus {
        /// Its votes are being gathered; never shown.
        Gathering,
        /// Undecided; the list cannot be published.
        Open,
        /// Its votes do not count.
        Invalidated,
        /// Its votes count again.
        Released,
    }
}

mirrored! {
    /// What is decided.
    VerdictName = Verdict {
        /// The votes do not count.
        Invalidate,
        /// They count again.
        Release,
    }
}

/// Votes to be held back: those of a signal, or some by their place in the log.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct QuarantineRequest {
    /// The cycle.
    #[schema(value_type = String, pattern = r"^[0-9]{4}-(0[1-9]|1[0-2])$", examples("2026-11"))]
    pub cycle: Month,
    /// All votes that this signal points at.
    #[serde(default)]
    pub signal_id: Option<Uuid>,
    /// Or these.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 1000)]
    pub sequences: Option<Vec<i64>>,
    /// Of these only the votes for this candidate.
    #[serde(default)]
    pub candidate_id: Option<Uuid>,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, examples("同一网络短时间内集中投票，待核实。"))]
    pub reason: String,
}

impl From<QuarantineRequest> for QuarantineInput {
    fn from(input: QuarantineRequest) -> Self {
        Self {
            cycle: input.cycle,
            signal: input.signal_id.map(Into::into),
            sequences: input.sequences,
            candidate: input.candidate_id.map(Into::into),
            reason: input.reason,
        }
    }
}

/// The second reviewer's decision.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct QuarantineDecisionRequest {
    /// Which.
    pub decision: VerdictName,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, examples("经核实为刷票。"))]
    pub reason: String,
}

/// A quarantine.
#[derive(Serialize, ToSchema)]
pub struct QuarantineView {
    /// Its id.
    pub id: Uuid,
    /// In which cycle.
    #[schema(value_type = String, examples("2026-11"))]
    pub cycle: Month,
    /// The signal whose votes it holds.
    pub signal_id: Option<Uuid>,
    /// The only candidate whose votes it holds.
    pub candidate_id: Option<Uuid>,
    /// How it stands.
    pub status: QuarantineStatusName,
    /// Why it was opened.
    pub reason: String,
    /// How many votes it holds or held.
    pub votes: i64,
    /// How many of those asked for were held or invalid already, and are not in this one.
    pub already_held: i64,
    /// Who opened it; null for the server itself, which holds back what repeats another vote of the same person.
    pub opened_by: Option<Uuid>,
    /// In whose place, under a delegation.
    pub opened_on_behalf_of: Option<Uuid>,
    /// When.
    pub opened_at: DateTime<Utc>,
    /// Why it was decided so.
    pub decision_reason: Option<String>,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// In whose place, under a delegation.
    pub decided_on_behalf_of: Option<Uuid>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// The version seen.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(QuarantineView);

impl From<Quarantine> for QuarantineView {
    fn from(one: Quarantine) -> Self {
        let decision = one.decision;
        Self {
            id: one.id.into(),
            cycle: one.cycle,
            signal_id: one.signal.map(Into::into),
            candidate_id: one.candidate.map(Into::into),
            status: one.status.into(),
            reason: one.reason,
            votes: one.held,
            already_held: one.already_held,
            opened_by: one.opened_by.map(|actor| actor.id.into()),
            opened_on_behalf_of: one.opened_by.and_then(|actor| actor.on_behalf_of).map(Into::into),
            opened_at: one.opened_at,
            decision_reason: decision.as_ref().map(|decision| decision.reason.clone()),
            decided_by: decision.as_ref().map(|decision| decision.by.id.into()),
            decided_on_behalf_of: decision.as_ref().and_then(|decision| decision.by.on_behalf_of).map(Into::into),
            decided_at: decision.map(|decision| decision.at),
            etag: String::new(),
            version: one.version,
        }
    }
}

impl QuarantineView {
    /// 201: it was opened.
    pub fn opened(one: Quarantine) -> Result<Answer, Problem> {
        let location = format!("/api/v1/quarantines/{}", one.id);
        Answer::created(Self::from(one), location)
    }

    /// 201: it was decided.
    pub fn decided(one: Quarantine) -> Result<Answer, Problem> {
        Ok(Answer::of(Self::from(one))?.with_status(StatusCode::CREATED))
    }
}
