//! The chain of the audit: every event is hashed together with the hash of the one before it, so that none can be changed,
//! taken out or put in between without every later hash telling.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    canonical_json::{self, NotCanonical},
    id::{AuditId, OrganizationId, UserId},
    role::Role,
};

/// An audit event as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its id.
    pub id: AuditId,
    /// Campaign time.
    pub at: DateTime<Utc>,
    /// Who acted; none for the public and the program itself.
    pub actor: Option<UserId>,
    /// In what role.
    pub role: Option<Role>,
    /// For which organization.
    pub organization: Option<OrganizationId>,
    /// What was done, such as `candidate.verified`.
    pub action: String,
    /// To what kind of thing.
    pub subject_kind: String,
    /// To which one.
    pub subject_id: String,
    /// Under which request.
    pub request_id: String,
    /// Ids, figures and codes that explain it.
    pub details: Value,
}

impl AuditEvent {
    /// In whose place it was done, where the actor stood in for somebody.
    #[must_use]
    pub fn on_behalf_of(&self) -> Option<UserId> {
        self.details.get("on_behalf_of").and_then(Value::as_str).and_then(|text| text.parse().ok())
    }
}

/// The hash of an event, which stands for it and for all before it. Shown as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AuditHash(pub [u8; 32]);

impl fmt::Display for AuditHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for AuditHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for AuditHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The end of the chain as far as it goes: the last number that was given, and its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number; 0 before the first event.
    pub number: i64,
    /// The hash; zeros before the first event.
    pub hash: AuditHash,
}

/// What is hashed of an event. Its canonical JSON (RFC 8785) is a promise to whoever checks the chain: members are never added,
/// taken out or renamed.
#[derive(Serialize)]
struct Hashed<'a> {
    number: i64,
    previous_hash: AuditHash,
    id: AuditId,
    at: DateTime<Utc>,
    actor_id: Option<UserId>,
    actor_role: Option<&'static str>,
    organization_id: Option<OrganizationId>,
    action: &'a str,
    subject_kind: &'a str,
    subject_id: &'a str,
    request_id: &'a str,
    details: &'a Value,
}

impl Head {
    /// Before the first event.
    pub const BEGINNING: Self = Self { number: 0, hash: AuditHash([0; 32]) };

    /// The head once an event is added. Details with a fraction or a huge number have no canonical form; the writer refuses them.
    pub fn with(&self, event: &AuditEvent) -> Result<Self, NotCanonical> {
        let number = self.number + 1;
        let hashed = Hashed {
            number,
            previous_hash: self.hash,
            id: event.id,
            at: event.at,
            actor_id: event.actor,
            actor_role: event.role.map(Role::as_str),
            organization_id: event.organization,
            action: &event.action,
            subject_kind: &event.subject_kind,
            subject_id: &event.subject_id,
            request_id: &event.request_id,
            details: &event.details,
        };
        let hash = AuditHash(Sha256::digest(canonical_json::to_bytes(&hashed)?).into());
        Ok(Self { number, hash })
    }
}

/// An event with its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainedEvent {
    /// The event.
    pub event: AuditEvent,
    /// Its number; the first has 1, and none is left out.
    pub number: i64,
    /// Its hash.
    pub hash: AuditHash,
}

/// A place where the chain does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// Events are missing before the one with this number.
    Missing {
        /// The first that is not there.
        first: i64,
        /// The last that is not there.
        last: i64,
    },
    /// The event with this number is not what was hashed.
    Changed(i64),
}

/// Goes along the chain in slices, and says where it does not hold.
#[derive(Clone, Copy, Debug)]
pub struct Walk {
    head: Head,
}

impl Walk {
    /// Goes on behind a head that was checked.
    #[must_use]
    pub const fn behind(head: Head) -> Self {
        Self { head }
    }

    /// How far it has come.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// Takes the next event, in the order of numbers. After a break it goes on with what is there, so that each is told once.
    pub fn take(&mut self, next: &ChainedEvent) -> Option<Break> {
        let (awaited, before) = (self.head.number + 1, self.head.hash);
        self.head = Head { number: next.number, hash: next.hash };
        if next.number != awaited {
            return Some(Break::Missing { first: awaited, last: next.number - 1 });
        }
        let expected = Head { number: next.number - 1, hash: before }.with(&next.event);
        let holds = expected.is_ok_and(|expected| expected.hash == next.hash);
        if holds { None } else { Some(Break::Changed(next.number)) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn event(number: u128) -> AuditEvent {
        AuditEvent {
            id: AuditId(Uuid::from_u128(number)),
            at: "2026-11-05T02:00:00.25Z".parse().unwrap(),
            actor: Some(UserId(Uuid::from_u128(7))),
            role: Some(Role::CityReviewer),
            organization: None,
            action: "candidate.screened".to_owned(),
            subject_kind: "candidate".to_owned(),
            subject_id: "0".to_owned(),
            request_id: "r".to_owned(),
            details: json!({ "to": "screened", "count": 3, "on_behalf_of": Uuid::from_u128(9) }),
        }
    }

    fn chain(length: u128) -> Vec<ChainedEvent> {
        let mut head = Head::BEGINNING;
        let mut chained = Vec::new();
        for event in (1..=length).map(event) {
            head = head.with(&event).unwrap();
            chained.push(ChainedEvent { event, number: head.number, hash: head.hash });
        }
        chained
    }

    fn breaks(chained: &[ChainedEvent]) -> Vec<Break> {
        let mut walk = Walk::behind(Head::BEGINNING);
        chained.iter().filter_map(|next| walk.take(next)).collect()
    }

    /// The bytes are promised in docs/audit.md: this hash was made with another program.
    #[test]
    fn the_form_that_is_hashed_is_kept() {
        let head = Head::BEGINNING.with(&event(1)).unwrap();
        assert_eq!(head.number, 1);
        assert_eq!(head.hash.to_string(), "6832987fc43e36acf5ba30469438e6beda075e605c448c4d2f57092ca5dc1c78");
        assert_eq!(event(1).on_behalf_of(), Some(UserId(Uuid::from_u128(9))));
    }

    #[test]
    fn a_fraction_cannot_be_chained() {
        let event = AuditEvent { details: json!({ "share": 0.5 }), ..event(1) };
        assert!(Head::BEGINNING.with(&event).is_err());
    }

    #[test]
    fn whatever_is_changed_is_told() {
        type Change = fn(&mut AuditEvent);
        let changes: [Change; 10] = [
            |event| event.id = AuditId(Uuid::nil()),
            |event| event.at += chrono::TimeDelta::microseconds(1),
            |event| event.actor = None,
            |event| event.role = Some(Role::Admin),
            |event| event.organization = Some(OrganizationId(Uuid::nil())),
            |event| event.action.push('x'),
            |event| event.subject_kind.push('x'),
            |event| event.subject_id.push('x'),
            |event| event.request_id.push('x'),
            |event| event.details = json!({}),
        ];
        assert_eq!(breaks(&chain(4)), []);
        for change in changes {
            let mut chained = chain(4);
            change(&mut chained[1].event);
            assert_eq!(breaks(&chained), [Break::Changed(2)]);
            // Whoever hashes it anew has to go on with all that follow.
            chained[1].hash = Head { number: 1, hash: chained[0].hash }.with(&chained[1].event).unwrap().hash;
            assert_eq!(breaks(&chained), [Break::Changed(3)]);
        }
    }

    fn number(place: usize) -> i64 {
        i64::try_from(place).unwrap() + 1
    }

    proptest! {
        #[test]
        fn what_is_taken_out_is_missing(length in 3_usize..20, from in 0_usize..18, count in 1_usize..5) {
            let chained = chain(20);
            let from = from.min(length - 2);
            let until = (from + count).min(length - 1);
            let left = [&chained[..from], &chained[until..length]].concat();
            let missing = Break::Missing { first: number(from), last: number(until) - 1 };
            prop_assert_eq!(breaks(&left), [missing]);
        }

        #[test]
        fn exchanged_events_are_told(at in 0_usize..18) {
            let mut chained = chain(20);
            let (one, other) = (chained[at].event.clone(), chained[at + 1].event.clone());
            (chained[at].event, chained[at + 1].event) = (other, one);
            prop_assert_eq!(breaks(&chained), [Break::Changed(number(at)), Break::Changed(number(at + 1))]);
        }
    }
}
