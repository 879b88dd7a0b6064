//! What every change leaves behind in its own transaction: an audit event, and an event for subscribers.

use std::fmt::Display;

use serde_json::{Value, json};

use super::{caller::Caller, clock::Clocks, error::Error, generator};
use crate::{
    domain::{
        canonical_json,
        event::EventKind,
        id::{AuditId, CandidateId, EventId, OrganizationId},
        month::Month,
        text_enum::UnknownText,
    },
    storage::{self, Connection},
};

/// What was done to what. No personal data: `details` is kept for good and shown to auditors.
#[derive(Clone, Debug)]
pub struct Deed<'a> {
    /// The action, such as `candidate.verified` or `user.updated`.
    pub action: &'a str,
    /// The kind of thing, such as `candidate`.
    pub subject_kind: &'a str,
    /// Its id or code.
    pub subject_id: String,
    /// Figures and codes that explain it.
    pub details: Value,
}

impl<'a> Deed<'a> {
    /// An action on a thing.
    #[must_use]
    pub fn new(action: &'a str, subject_kind: &'a str, subject_id: impl Display) -> Self {
        Self { action, subject_kind, subject_id: subject_id.to_string(), details: json!({}) }
    }

    /// With explaining figures and codes.
    #[must_use]
    pub fn with(mut self, details: Value) -> Self {
        self.details = details;
        self
    }
}

/// Who may be told of an event: the public's part is decided by its kind, the inner part by these.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    /// The cycle concerned.
    pub cycle: Option<Month>,
    /// The district concerned.
    pub district_id: Option<OrganizationId>,
    /// The unit concerned.
    pub unit_id: Option<OrganizationId>,
}

/// Writes the audit event of a change; of who stands in for somebody, with whose place it was done in.
pub fn audit(
    clocks: &impl AsRef<Clocks>,
    connection: &mut Connection,
    caller: &Caller,
    deed: &Deed<'_>,
) -> Result<(), Error> {
    let clocks = clocks.as_ref();
    let mut details = deed.details.clone();
    if let (Some(acting), Some(members)) =
        (caller.account.as_ref().and_then(|account| account.acting.as_ref()), details.as_object_mut())
    {
        members.insert("on_behalf_of".to_owned(), json!(acting.delegator));
        members.insert("delegation_id".to_owned(), json!(acting.delegation));
    }
    // What has no canonical form could never be chained, and nothing behind it.
    canonical_json::to_bytes(&details).map_err(|error| Error::Internal(format!("{}: {error}", deed.action)))?;
    let row = storage::audit_events::NewAuditEvent {
        id: generator::new_id::<AuditId>(clocks)?,
        at: clocks.campaign().into(),
        actor_id: caller.id(),
        actor_role: caller.role(),
        organization_id: caller.account.as_ref().and_then(super::caller::Account::organization_id),
        action: deed.action,
        subject_kind: deed.subject_kind,
        subject_id: &deed.subject_id,
        request_id: &caller.request_id,
        details: storage::sql_values::Stored(details),
    };
    Ok(storage::audit_events::insert(connection, &row)?)
}

/// Tells everybody that a candidate who was public is so no more.
pub fn announce_hidden(
    clocks: &impl AsRef<Clocks>,
    connection: &mut Connection,
    candidate: CandidateId,
    place: Place,
) -> Result<(), Error> {
    announce(clocks, connection, &Deed::new(EventKind::CandidateHidden.as_str(), "candidate", candidate), place)
}

/// Writes the outgoing event of a change; thin, without personal data. The action is one of [`EventKind`], which says who is told.
pub fn announce(
    clocks: &impl AsRef<Clocks>,
    connection: &mut Connection,
    deed: &Deed<'_>,
    place: Place,
) -> Result<(), Error> {
    let clocks = clocks.as_ref();
    let kind: EventKind = deed.action.parse().map_err(|unknown: UnknownText| Error::Internal(unknown.to_string()))?;
    let row = storage::outbox_events::OutboxEvent {
        id: generator::new_id::<EventId>(clocks)?,
        at: clocks.campaign().into(),
        kind,
        subject_kind: deed.subject_kind.to_owned(),
        subject_id: deed.subject_id.clone(),
        cycle: place.cycle,
        district_id: place.district_id,
        unit_id: place.unit_id,
        payload: storage::sql_values::Stored(deed.details.clone()),
        number: None,
        sealed_at: None,
    };
    Ok(storage::outbox_events::insert(connection, &row)?)
}
