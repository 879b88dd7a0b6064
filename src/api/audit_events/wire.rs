//! Audit events as clients see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::role::RoleName,
    domain::audit::{AuditHash, Head},
    service::audit_events::ShownEvent,
};

/// Most characters of the name of an action or of a kind, and of the id of a thing.
const MAX_CHARS: usize = 100;

/// The name of an action or of a kind of thing, in a query: letters, `_` and `.`.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Named(String);

impl TryFrom<String> for Named {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_name = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte == b'.');
        let fits = (1..=MAX_CHARS).contains(&text.len());
        if fits && is_name(&text) { Ok(Self(text)) } else { Err("no name of an action or of a kind") }
    }
}

impl From<Named> for String {
    fn from(name: Named) -> Self {
        name.0
    }
}

/// The id of a thing, in a query: whatever it is, it is short and has no character that is not seen.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Subject(String);

impl TryFrom<String> for Subject {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = (1..=MAX_CHARS).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) { Ok(Self(text)) } else { Err("no id of a thing") }
    }
}

impl From<Subject> for String {
    fn from(id: Subject) -> Self {
        id.0
    }
}

/// What somebody did. The members up to `details` are what is hashed; the names are not.
#[derive(Serialize, ToSchema)]
pub struct AuditEvent {
    /// Its place in the chain: the first has 1, and none is left out.
    #[schema(minimum = 1, examples(4711))]
    pub number: i64,
    /// The hash of the event with the number before; zeros for the first. Null where that event is gone, which nobody can take away but in the
    /// database itself.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub previous_hash: Option<String>,
    /// Its id.
    pub id: Uuid,
    /// When, in campaign time.
    pub at: DateTime<Utc>,
    /// Who acted; null for the public and the program itself.
    pub actor_id: Option<Uuid>,
    /// In what role; of who stood in for somebody, that person's.
    pub actor_role: Option<RoleName>,
    /// For which organization.
    pub organization_id: Option<Uuid>,
    /// What was done.
    #[schema(examples("candidate.contacts_read"))]
    pub action: String,
    /// To what kind of thing.
    #[schema(examples("candidate"))]
    pub subject_kind: String,
    /// To which one: its id, its code, or its month.
    pub subject_id: String,
    /// Under which request, by which the log is found.
    pub request_id: String,
    /// Ids, figures and codes that explain it.
    #[schema(value_type = Object, examples(json!({ "from": "endorsed", "to": "screened", "cycle": "2026-11", "version": 5 })))]
    pub details: Value,
    /// The hash of all this.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub hash: String,
    /// The name that the actor's account shows now.
    pub actor_name: Option<String>,
    /// In whose place it was done, where the actor stood in for somebody.
    pub on_behalf_of: Option<Uuid>,
    /// The name that this account shows now.
    pub on_behalf_of_name: Option<String>,
}

impl From<ShownEvent> for AuditEvent {
    fn from(shown: ShownEvent) -> Self {
        let (number, hash, event) = (shown.chained.number, shown.chained.hash, shown.chained.event);
        Self {
            number,
            previous_hash: shown.previous.map(|hash: AuditHash| hash.to_string()),
            id: event.id.into(),
            at: event.at,
            actor_id: event.actor.map(Into::into),
            actor_role: event.role.map(Into::into),
            organization_id: event.organization.map(Into::into),
            on_behalf_of: event.on_behalf_of().map(Into::into),
            action: event.action,
            subject_kind: event.subject_kind,
            subject_id: event.subject_id,
            request_id: event.request_id,
            details: event.details,
            hash: hash.to_string(),
            actor_name: shown.actor_name,
            on_behalf_of_name: shown.on_behalf_of_name,
        }
    }
}

/// A part of the chain.
#[derive(Serialize, ToSchema)]
pub struct AuditChain {
    /// The events, in the order of their numbers.
    pub items: Vec<AuditEvent>,
    /// To be sent as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
    /// The end of the chain at this moment: worth being kept where nobody who writes to the database can reach it.
    pub head: AuditHead,
}

/// The end of the chain.
#[derive(Serialize, ToSchema)]
pub struct AuditHead {
    /// The number of the last event; 0 before the first.
    #[schema(minimum = 0)]
    pub number: i64,
    /// Its hash; zeros before the first.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub hash: String,
}

impl From<Head> for AuditHead {
    fn from(head: Head) -> Self {
        Self { number: head.number, hash: head.hash.to_string() }
    }
}
