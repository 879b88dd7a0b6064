//! Webhooks and deliveries as clients see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type},
};
use uuid::Uuid;
use validator::Validate;

use crate::{
    api::{answer::representations, patch::Patch, role::mirrored},
    domain::webhook::{self, AttemptFailure, DeliveryStatus, PauseReason, WebhookFields, WebhookStatus},
    service::webhooks::{Kept, LoggedDelivery, Made, Secret},
};

/// Most types that are named.
const MAX_TYPES: usize = 100;

mirrored! {
    /// Whether a webhook is served.
    WebhookStatusName = WebhookStatus {
        /// It is told of what happens.
        Active,
        /// What happens waits until it is resumed, for as long as events are kept (90 days).
        Paused,
    }
}

mirrored! {
    /// Why a webhook is paused.
    PauseReasonName = PauseReason {
        /// Somebody has asked for it.
        Asked,
        /// Nothing has arrived for as long as a delivery is tried.
        Failing,
        /// The receiver has answered 410.
        Gone,
        /// The account that it belongs to is closed, or may have no webhooks any more.
        Owner,
    }
}

mirrored! {
    /// How a delivery stands.
    DeliveryStatusName = DeliveryStatus {
        /// It is to be sent, for the first time or again.
        Waiting,
        /// The receiver has answered 2xx.
        Delivered,
        /// It was given up.
        Failed,
    }
}

mirrored! {
    /// Why an attempt has failed.
    AttemptFailureName = AttemptFailure {
        /// The name in the address has no address.
        NameNotFound,
        /// The address is one that webhooks are not sent to.
        AddressRefused,
        /// No connection, or no secure one.
        NotConnected,
        /// The answer did not come in time.
        TimedOut,
        /// The connection, or the server that sent, broke off: it is not known whether it arrived.
        BrokenOff,
        /// The answer was not 2xx.
        Answer,
        /// The answer was 410: the receiver wants nothing more.
        Gone,
        /// The event is no more kept, or the owner may no more see it.
        Withheld,
    }
}

/// A webhook.
#[derive(Serialize, ToSchema)]
pub struct Webhook {
    /// Its id.
    pub id: Uuid,
    /// Whose it is: it is told what that account may see.
    pub owner_id: Uuid,
    /// Where events are sent.
    #[schema(examples("https://portal.example.gov.cn/hooks/haoren"))]
    pub url: String,
    /// What it is for.
    pub description: Option<String>,
    /// The types of events that are sent; null for all.
    pub types: Option<Vec<String>>,
    /// Whether it is served.
    pub status: WebhookStatusName,
    /// Why it is paused.
    pub paused_because: Option<PauseReasonName>,
    /// How many deliveries wait.
    pub waiting: i64,
    /// Since when every attempt has failed; null after a success.
    pub failing_since: Option<DateTime<Utc>>,
    /// When something arrived last.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Until when the former secret signs too.
    pub former_secret_until: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// To be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}

impl From<Kept> for Webhook {
    fn from(Kept { webhook, waiting }: Kept) -> Self {
        Self {
            id: webhook.id.into(),
            owner_id: webhook.owner.into(),
            url: webhook.url,
            description: webhook.description,
            types: webhook.kinds.map(|kinds| kinds.iter().map(|kind| kind.as_str().to_owned()).collect()),
            status: webhook.status.into(),
            paused_because: webhook.paused_because.map(Into::into),
            waiting,
            failing_since: webhook.failing_since,
            delivered_at: webhook.delivered_at,
            former_secret_until: webhook.former_until,
            created_at: webhook.created_at,
            updated_at: webhook.updated_at,
            etag: String::new(),
            version: webhook.version,
        }
    }
}

/// A webhook with its secret, which is shown this once.
#[derive(Serialize, ToSchema)]
pub struct WebhookWithSecret {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// By which the receiver knows that it is us: for the libraries of Standard Webhooks as it is.
    #[schema(examples("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"))]
    pub secret: String,
}

impl WebhookWithSecret {
    /// A webhook and its secret.
    #[must_use]
    pub fn new(kept: Kept, secret: &Secret) -> Self {
        Self { webhook: kept.into(), secret: secret.shown().to_string() }
    }
}

impl From<Made> for WebhookWithSecret {
    fn from(made: Made) -> Self {
        Self::new(made.kept, &made.secret)
    }
}

impl crate::api::answer::Representation for WebhookWithSecret {
    fn version(&self) -> i64 {
        self.webhook.version
    }
    fn etag_mut(&mut self) -> &mut String {
        &mut self.webhook.etag
    }
}
representations!(Webhook);

fn names() -> ArrayBuilder {
    let name = ObjectBuilder::new().schema_type(Type::String).max_length(Some(100)).pattern(Some("^[a-z_.]+$"));
    ArrayBuilder::new().items(name.examples(["list.published"])).min_items(Some(1)).max_items(Some(MAX_TYPES))
}

fn types() -> Schema {
    names().schema_type(SchemaType::from_iter([Type::Array, Type::Null])).into()
}

/// A webhook to be made.
#[derive(Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateWebhookRequest {
    /// Where events are sent: an `https` address of the public Internet, without user name and fragment.
    #[schema(
        min_length = 1,
        max_length = 2048,
        pattern = "^https?://",
        examples("https://portal.example.gov.cn/hooks/haoren")
    )]
    pub url: String,
    /// What it is for.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, examples("省级门户"))]
    pub description: Option<String>,
    /// The types of events that are sent; all that the account may see where nothing is said. docs/events.md has them, and who is told.
    #[serde(default)]
    #[schema(schema_with = types)]
    pub types: Option<Vec<String>>,
}

impl From<CreateWebhookRequest> for WebhookFields {
    fn from(request: CreateWebhookRequest) -> Self {
        Self {
            url: Some(request.url),
            description: Some(request.description),
            types: Some(request.types),
            status: None,
        }
    }
}

/// A change of a webhook (merge patch).
#[derive(Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct UpdateWebhookRequest {
    /// Where events are sent.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 2048, pattern = "^https?://", examples("https://portal.example.gov.cn/hooks/haoren"))]
    pub url: Patch<String>,
    /// What it is for.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    pub description: Patch<String>,
    /// The types of events that are sent; null for all.
    #[serde(default)]
    #[schema(schema_with = types)]
    pub types: Patch<Vec<String>>,
    /// `paused` stops it; `active` lets it go on where it stopped, and what waits is sent at once, as it is with another `url`.
    #[serde(default)]
    #[schema(value_type = WebhookStatusName)]
    pub status: Patch<WebhookStatusName>,
}

impl From<UpdateWebhookRequest> for WebhookFields {
    fn from(request: UpdateWebhookRequest) -> Self {
        Self {
            url: request.url.value(),
            description: request.description.nullable(),
            types: request.types.nullable(),
            status: request.status.value().map(Into::into),
        }
    }
}

/// From when on events are sent once more.
#[derive(Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ReplayRequest {
    /// A moment; events are kept for 90 days.
    #[schema(examples("2026-11-25T00:00:00+08:00"))]
    pub since: DateTime<Utc>,
}

/// What was or is to be sent to a webhook.
#[derive(Serialize, ToSchema)]
pub struct Delivery {
    /// Its id.
    pub id: Uuid,
    /// To which webhook.
    pub webhook_id: Uuid,
    /// The event's id, which the receiver gets as `webhook-id`.
    pub event_id: Uuid,
    /// The event's number, as streams have it; null for a test.
    pub event_number: Option<i64>,
    /// The event's type; `webhook.test` for a test.
    #[schema(examples("list.published"))]
    pub r#type: String,
    /// What it happened to.
    pub subject: DeliverySubject,
    /// How it stands.
    pub status: DeliveryStatusName,
    /// When it is sent next; null while something earlier to the same subject waits. While it is being sent, when another server may take it up.
    pub due_at: Option<DateTime<Utc>>,
    /// What became of each attempt.
    pub attempts: Vec<DeliveryAttempt>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it arrived or was given up.
    pub ended_at: Option<DateTime<Utc>>,
}

/// What an event happened to.
#[derive(Serialize, ToSchema)]
pub struct DeliverySubject {
    /// The kind of thing.
    #[schema(examples("candidate"))]
    pub kind: String,
    /// Its id or code.
    pub id: String,
}

/// An attempt at a delivery.
#[derive(Serialize, ToSchema)]
pub struct DeliveryAttempt {
    /// Which one, from 1.
    pub number: i32,
    /// When it began.
    pub at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub duration_ms: i32,
    /// The status code of the answer, if one came.
    pub answer: Option<u16>,
    /// Why it has failed; null for one that arrived.
    pub failure: Option<AttemptFailureName>,
    /// The beginning of the answer, at most 500 characters.
    pub excerpt: Option<String>,
}

impl From<webhook::Attempt> for DeliveryAttempt {
    fn from(attempt: webhook::Attempt) -> Self {
        Self {
            number: attempt.number,
            at: attempt.at,
            duration_ms: attempt.millis,
            answer: attempt.answer,
            failure: attempt.failure.map(Into::into),
            excerpt: attempt.excerpt,
        }
    }
}

impl From<LoggedDelivery> for Delivery {
    fn from(LoggedDelivery { delivery, attempts }: LoggedDelivery) -> Self {
        Self {
            id: delivery.id.into(),
            webhook_id: delivery.webhook.into(),
            event_id: delivery.event,
            event_number: delivery.event_number,
            r#type: delivery.kind,
            subject: DeliverySubject { kind: delivery.subject_kind, id: delivery.subject_id },
            status: delivery.status.into(),
            due_at: delivery.due_at,
            attempts: attempts.into_iter().map(Into::into).collect(),
            created_at: delivery.created_at,
            ended_at: delivery.ended_at,
        }
    }
}
