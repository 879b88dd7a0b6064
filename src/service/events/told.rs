//! An event as somebody is told of it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    domain::{
        event::{EventKind, Place, View, Viewer},
        id::OrganizationId,
        month::Month,
    },
    storage::outbox_events::OutboxEvent,
};

/// An event, as far as the one who is told may know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Its place among all events.
    #[serde(skip)]
    pub number: i64,
    /// Its id, the same for whoever is told of it.
    pub id: Uuid,
    /// What happened.
    #[serde(rename = "type", serialize_with = "as_text")]
    pub kind: EventKind,
    /// When, in campaign time.
    pub at: DateTime<Utc>,
    /// To what.
    pub subject: Subject,
    /// In which cycle.
    pub cycle: Option<Month>,
    /// Where, and what explains it; for the inner view alone.
    #[serde(flatten)]
    pub inner: Option<Inner>,
    /// What explains it to everybody, in the public's view.
    #[serde(rename = "details", skip_serializing_if = "Option::is_none")]
    pub public_details: Option<Value>,
}

/// What an event happened to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// The kind of thing.
    pub kind: String,
    /// Its id or code.
    pub id: String,
}

/// What reviewers are told beside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Inner {
    /// In which district.
    pub district_id: Option<OrganizationId>,
    /// In which unit.
    pub unit_id: Option<OrganizationId>,
    /// Figures and codes that explain it.
    pub details: Value,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn as_text<S: serde::Serializer>(kind: &EventKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}

impl Told {
    /// What a viewer is told of an event; none when it is not for this viewer.
    #[must_use]
    pub fn to(viewer: &Viewer, event: &OutboxEvent) -> Option<Self> {
        let place = Place { district: event.district_id, unit: event.unit_id };
        let view = viewer.view(event.kind, place)?;
        let inner = (view == View::Inner).then(|| Inner {
            district_id: event.district_id,
            unit_id: event.unit_id,
            details: event.payload.0.clone(),
        });
        Some(Self {
            number: event.number?,
            id: event.id.into(),
            kind: event.kind,
            at: event.at.0,
            subject: Subject { kind: event.subject_kind.clone(), id: event.subject_id.clone() },
            cycle: event.cycle,
            inner,
            public_details: (view == View::Public).then(|| public_details(event)).flatten(),
        })
    }
}

/// What of an event's explanation is for everybody, if anything is.
fn public_details(event: &OutboxEvent) -> Option<Value> {
    let shown = event.kind.public_details();
    let members = event.payload.0.as_object()?.iter().filter(|(name, _)| shown.contains(&name.as_str()));
    (!shown.is_empty()).then(|| members.map(|(name, value)| (name.clone(), value.clone())).collect())
}
