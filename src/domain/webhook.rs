//! Webhooks: where subscribers are told of events, and what becomes of each delivery.

mod address;
mod retries;

pub use address::{AddressRules, MAX_URL_CHARS, Target, canonical};
pub use retries::Retries;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    event::EventKind,
    fault::{Code, Fault},
    id::{DeliveryId, UserId, WebhookId},
    role::Role,
    text,
};

/// Most characters of a description.
pub const DESCRIPTION_MAX_CHARS: usize = 200;
/// Most webhooks of one account.
pub const MOST_OF_ONE: usize = 20;
/// Random bytes of a secret, as Standard Webhooks has it: 24 to 64.
pub const SECRET_BYTES: usize = 32;
/// So long the former secret signs too, once there is a new one.
pub const FORMER_SECRET_LIVES: TimeDelta = TimeDelta::hours(24);
/// The type of what is sent as a test; no event of the campaign has it.
pub const TEST_KIND: &str = "webhook.test";

text_enum! {
    /// Whether a webhook is served.
    pub enum WebhookStatus {
        /// It is told of what happens.
        Active = "active",
        /// What happens waits until it is resumed.
        Paused = "paused",
    }

    /// Why a webhook is paused.
    pub enum PauseReason {
        /// Somebody has asked for it.
        Asked = "asked",
        /// Nothing has arrived for as long as a delivery is tried.
        Failing = "failing",
        /// The receiver has answered 410.
        Gone = "gone",
        /// The account that it belongs to is closed, or may have no webhooks any more.
        Owner = "owner",
    }

    /// How a delivery stands.
    pub enum DeliveryStatus {
        /// It is to be sent, for the first time or again.
        Waiting = "waiting",
        /// The receiver has answered 2xx.
        Delivered = "delivered",
        /// It was given up.
        Failed = "failed",
    }

    /// Why an attempt has failed.
    pub enum AttemptFailure {
        /// The name in the address has no address.
        NameNotFound = "name_not_found",
        /// The address is one that webhooks are not sent to.
        AddressRefused = "address_refused",
        /// No connection, or no secure one.
        NotConnected = "not_connected",
        /// The answer did not come in time.
        TimedOut = "timed_out",
        /// The connection, or the server that sent, broke off: it is not known whether it arrived.
        BrokenOff = "broken_off",
        /// The answer was not 2xx.
        Answer = "answer",
        /// The answer was 410: the receiver wants nothing more.
        Gone = "gone",
        /// The event is no more kept, or the owner may no more see it.
        Withheld = "withheld",
    }
}

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its identifier.
    pub id: WebhookId,
    /// Whose it is: it is told what that account may see.
    pub owner: UserId,
    /// Where events are sent.
    pub url: String,
    /// What it is for.
    pub description: Option<String>,
    /// Of which events it is told; all without any.
    pub kinds: Option<BTreeSet<EventKind>>,
    /// Whether it is served.
    pub status: WebhookStatus,
    /// Why it is paused.
    pub paused_because: Option<PauseReason>,
    /// Since when every attempt has failed; none after a success.
    pub failing_since: Option<DateTime<Utc>>,
    /// When something arrived last.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Until when the former secret signs too.
    pub former_until: Option<DateTime<Utc>>,
    /// The number of the last event that became a delivery, or was passed over.
    pub place: i64,
    /// Grows with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Webhook {
    /// Whether events of a kind are wanted.
    #[must_use]
    pub fn wants(&self, kind: EventKind) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }
}

/// What is said of a webhook when it is made or changed; `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookFields {
    /// Where events are sent.
    pub url: Option<String>,
    /// What it is for.
    pub description: Option<Option<String>>,
    /// The types of events, as they were named.
    pub types: Option<Option<Vec<String>>>,
    /// Whether it is served.
    pub status: Option<WebhookStatus>,
}

impl WebhookFields {
    /// Everything that breaks a rule; of a webhook whose owner has a role.
    #[must_use]
    pub fn faults(&self, rules: &AddressRules, owner: Role) -> Vec<Fault> {
        let mut faults: Vec<Fault> =
            self.url.iter().flat_map(|url| rules.faults(url)).map(|fault| fault.under("/url")).collect();
        if let Some(Some(description)) = &self.description {
            let wrong = text::line(description, DESCRIPTION_MAX_CHARS);
            faults.extend(wrong.into_iter().map(|fault| fault.under("/description")));
        }
        let types = self.types.iter().flatten().flatten();
        let mut seen = BTreeSet::new();
        for (index, name) in types.enumerate() {
            let place = format!("/types/{index}");
            // Who subscribes to what it is never told of would wait for ever.
            if !name.parse::<EventKind>().is_ok_and(|kind| kind.reaches(owner)) {
                faults.push(Fault::at(place, Code::UnknownValue));
            } else if !seen.insert(name) {
                faults.push(Fault::at(place, Code::Duplicate));
            }
        }
        if self.types.iter().flatten().any(Vec::is_empty) {
            faults.push(Fault::at("/types", Code::TooFew).with("minimum", 1));
        }
        faults
    }

    /// The kinds of events that were named; of use only without faults.
    #[must_use]
    pub fn kinds(&self) -> Option<Option<BTreeSet<EventKind>>> {
        let parse = |types: &Vec<String>| types.iter().filter_map(|name| name.parse().ok()).collect();
        self.types.as_ref().map(|types| types.as_ref().map(parse))
    }
}

/// What is or was to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its place among all.
    pub sequence: i64,
    /// Its identifier.
    pub id: DeliveryId,
    /// Where to.
    pub webhook: WebhookId,
    /// What the receiver knows it by, the same in every attempt: the event's id.
    pub event: Uuid,
    /// The event's number; a test has none.
    pub event_number: Option<i64>,
    /// The event's type, or [`TEST_KIND`].
    pub kind: String,
    /// The kind of thing that it happened to.
    pub subject_kind: String,
    /// Which one.
    pub subject_id: String,
    /// How it stands.
    pub status: DeliveryStatus,
    /// So many attempts were begun.
    pub attempts: i32,
    /// So many have failed since it was last begun with.
    pub failures: i32,
    /// When it is sent next; none while something earlier to the same subject waits, and once it has ended.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it arrived or was given up.
    pub ended_at: Option<DateTime<Utc>>,
}

/// What became of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Which one, from 1.
    pub number: i32,
    /// When it began.
    pub at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub millis: i32,
    /// The status code of the answer, if one came.
    pub answer: Option<u16>,
    /// Why it has failed; none of one that arrived.
    pub failure: Option<AttemptFailure>,
    /// The beginning of the answer, where it is text.
    pub excerpt: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_a_webhook_is_named() {
        let fields = WebhookFields {
            url: Some("http://10.0.0.1/".to_owned()),
            description: Some(Some("长".repeat(201))),
            types: Some(Some(vec!["list.published".into(), "list.published".into(), "nothing".into()])),
            status: None,
        };
        let faults = fields.faults(&AddressRules::default(), Role::Admin);
        let found: Vec<(&str, Code)> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
        assert_eq!(
            found,
            [
                ("/url", Code::AddressNotAllowed),
                ("/url", Code::AddressNotAllowed),
                ("/description", Code::TooLong),
                ("/types/1", Code::Duplicate),
                ("/types/2", Code::UnknownValue),
            ]
        );
    }

    #[test]
    fn a_type_that_the_owner_is_never_told_of_is_named() {
        for (role, name, is_taken) in [
            (Role::Portal, "batch.forwarded", true),
            (Role::Portal, "list.published", true),
            (Role::Portal, "candidate.verified", false),
            (Role::Portal, "signal.raised", false),
            (Role::Admin, "batch.forwarded", false),
            (Role::Admin, "candidate.verified", true),
            (Role::Admin, "comment.held", false),
        ] {
            let fields = WebhookFields { types: Some(Some(vec![name.to_owned()])), ..WebhookFields::default() };
            let found: Vec<Code> =
                fields.faults(&AddressRules::default(), role).iter().map(|fault| fault.code).collect();
            assert_eq!(found.is_empty(), is_taken, "{role}: {name}");
        }
    }

    #[test]
    fn no_type_at_all_is_named_but_none_said_is_every_type() {
        let of = |types| WebhookFields { types: Some(types), ..WebhookFields::default() };
        assert_eq!(
            of(Some(Vec::new())).faults(&AddressRules::default(), Role::Portal).first().unwrap().code,
            Code::TooFew
        );
        assert_eq!(of(None).faults(&AddressRules::default(), Role::Portal), []);
        assert_eq!(of(None).kinds(), Some(None));
    }
}
