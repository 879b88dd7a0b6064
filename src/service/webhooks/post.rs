//! One attempt: signed, sent to an address that was judged, and read no further than it takes to know what became of it.

use std::time::Instant;

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use reqwest::{Response, StatusCode, Url, header};
use serde::Serialize;
use uuid::Uuid;

use super::{Webhooks, addresses::Refused, secrets::Secret};
use crate::{
    domain::{
        fault::Code,
        webhook::{Attempt, AttemptFailure},
    },
    service::Error,
};

/// So much of an answer is read.
const MOST_READ: usize = 16 * 1024;
/// So much of it is kept for whoever looks for a fault.
const MOST_KEPT_CHARS: usize = 500;

/// A message, the same in every attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// What the receiver knows it by.
    pub(super) id: Uuid,
    /// Its JSON.
    pub(super) body: Bytes,
}

#[derive(Serialize)]
struct Body<'a, T> {
    r#type: &'a str,
    timestamp: String,
    data: &'a T,
}

impl Message {
    /// As Standard Webhooks recommends: the type, when it happened, and what.
    pub(super) fn new(id: Uuid, kind: &str, at: DateTime<Utc>, data: &impl Serialize) -> Result<Self, Error> {
        let timestamp = at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let body = serde_json::to_vec(&Body { r#type: kind, timestamp, data });
        let body = body.map_err(|error| Error::Internal(format!("a webhook's body: {error}")))?;
        Ok(Self { id, body: body.into() })
    }
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The status code, if an answer came.
    pub(super) answer: Option<u16>,
    /// Why it has failed, if it has.
    pub(super) failure: Option<AttemptFailure>,
    /// The beginning of the answer.
    pub(super) excerpt: Option<String>,
    /// For how long the receiver wants to be left alone.
    pub(super) asked: Option<TimeDelta>,
    /// How long it took.
    pub(super) millis: i32,
}

impl Outcome {
    /// An attempt that was not made at all.
    pub(super) const fn of(failure: AttemptFailure) -> Self {
        Self { answer: None, failure: Some(failure), excerpt: None, asked: None, millis: 0 }
    }

    /// As it is kept.
    pub(super) fn attempt(&self, number: i32, at: DateTime<Utc>) -> Attempt {
        let Self { answer, failure, millis, .. } = *self;
        Attempt { number, at, millis, answer, failure, excerpt: self.excerpt.clone() }
    }
}

/// Makes an attempt. It is bounded in time and in what is read.
pub(super) async fn send(
    webhooks: &Webhooks,
    url: &str,
    secrets: &[Secret],
    (message, at): (&Message, DateTime<Utc>),
) -> Result<Outcome, Error> {
    let (id, timestamp) = (message.id.to_string(), at.timestamp());
    let signatures: Vec<String> =
        secrets.iter().map(|secret| secret.sign(&id, timestamp, &message.body)).collect::<Result<_, _>>()?;
    let judged = Url::parse(url).map_err(|_| Code::Malformed).and_then(|url| {
        webhooks.terms.rules.judge(&url)?;
        Ok(url)
    });
    // What was allowed when it was entered may be so no more.
    let Ok(url) = judged else { return Ok(Outcome::of(AttemptFailure::AddressRefused)) };
    let client = match &webhooks.client {
        Ok(client) => client,
        Err(error) => {
            log::error!("webhooks cannot be sent: {error}");
            return Ok(Outcome::of(AttemptFailure::NotConnected));
        }
    };
    let began = Instant::now();
    let request = client
        .post(url)
        .header(header::CONTENT_TYPE, "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signatures.join(" "))
        .body(message.body.clone());
    let mut outcome = match request.send().await {
        Ok(response) => read(response).await,
        Err(error) => Outcome::of(failure_of(&error)),
    };
    outcome.millis = i32::try_from(began.elapsed().as_millis()).unwrap_or(i32::MAX);
    Ok(outcome)
}

async fn read(mut response: Response) -> Outcome {
    let status = response.status();
    let asked = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let asked = asked.and_then(|text| text.trim().parse().ok()).and_then(TimeDelta::try_seconds);
    let mut text = Vec::new();
    while text.len() < MOST_READ {
        match response.chunk().await {
            Ok(Some(chunk)) => text.extend_from_slice(chunk.get(..MOST_READ.min(chunk.len())).unwrap_or_default()),
            // It has answered; what else it says matters to nobody but whoever looks for a fault.
            Ok(None) | Err(_) => break,
        }
    }
    let failure = match status {
        status if status.is_success() => None,
        StatusCode::GONE => Some(AttemptFailure::Gone),
        _ => Some(AttemptFailure::Answer),
    };
    Outcome { answer: Some(status.as_u16()), failure, excerpt: excerpt(&text), asked, millis: 0 }
}

fn failure_of(error: &reqwest::Error) -> AttemptFailure {
    match Refused::among(error) {
        Some(Refused::Address) => AttemptFailure::AddressRefused,
        Some(Refused::Unknown) => AttemptFailure::NameNotFound,
        None if error.is_timeout() => AttemptFailure::TimedOut,
        None if error.is_connect() => AttemptFailure::NotConnected,
        None => AttemptFailure::BrokenOff,
    }
}

/// The beginning of an answer, without what a terminal or a page would take for more than text.
fn excerpt(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let kept: String = plain.take(MOST_KEPT_CHARS).collect();
    Some(kept.trim().to_owned()).filter(|kept| !kept.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_short_and_plain() {
        assert_eq!(excerpt(b""), None);
        assert_eq!(excerpt(b" \r\n\x1b[31m "), Some("[31m".to_owned()));
        assert_eq!(excerpt("好".repeat(1_000).as_bytes()).unwrap().chars().count(), MOST_KEPT_CHARS);
        assert!(excerpt(&[0xff, 0xfe, b'a']).unwrap().ends_with('a'));
    }
}
