//! What a handler answers: a body with its tag, and how it may be kept.

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::{Method, StatusCode, header},
};
use bytes::Bytes;
use chrono::{DateTime, Timelike as _, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::problem::Problem;
use crate::domain::fault::Code;

/// Something with a version that clients name in `If-Match`. Its `etag` member is filled when it is answered.
pub trait Representation: Serialize {
    /// Grows with each change.
    fn version(&self) -> i64;
    /// The member `etag`.
    fn etag_mut(&mut self) -> &mut String;

    /// Fills the member `etag`: `"<version>.<view>"`, the view being a digest of what is shown.
    fn tag(&mut self) -> Result<(), Problem> {
        self.etag_mut().clear();
        let shown = to_bytes(self)?;
        *self.etag_mut() = format!("\"{}.{}\"", self.version(), digest(&shown));
        Ok(())
    }
}

/// Implements [`Representation`] for wire types with the members `etag: String` and `version: i64` (the latter
/// `#[serde(skip)]`).
macro_rules! representations {
    ($($wire:ty),* $(,)?) => {$(
        impl $crate::api::answer::Representation for $wire {
            fn version(&self) -> i64 {
                self.version
            }
            fn etag_mut(&mut self) -> &mut String {
                &mut self.etag
            }
        }
    )*};
}
pub(crate) use representations;

/// How an answer may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keeping {
    /// By nobody: inner views.
    Private,
    /// By everybody for some seconds, then asked for again with the tag.
    Public(u32),
}

/// An answer of the API.
#[derive(Clone, Debug)]
pub struct Answer {
    status: StatusCode,
    body: Option<Bytes>,
    etag: Option<String>,
    location: Option<String>,
    link: Option<String>,
    media_type: &'static str,
    disposition: Option<String>,
    last_modified: Option<String>,
    keeping: Keeping,
    replayed: bool,
}

impl Answer {
    fn new(status: StatusCode, body: Option<Bytes>) -> Self {
        let media_type = "application/json";
        let keeping = Keeping::Private;
        let (etag, location, link) = (None, None, None);
        let (disposition, last_modified, replayed) = (None, None, false);
        Self { status, body, etag, location, link, media_type, disposition, last_modified, keeping, replayed }
    }

    /// 200 with a representation and its tag.
    pub fn of<T: Representation>(mut shown: T) -> Result<Self, Problem> {
        shown.tag()?;
        let etag = shown.etag_mut().clone();
        Ok(Self { etag: Some(etag), ..Self::plain(&shown)? })
    }

    /// 201 with what was created, its tag and its address.
    pub fn created<T: Representation>(shown: T, location: impl Into<String>) -> Result<Self, Problem> {
        Ok(Self { status: StatusCode::CREATED, location: Some(location.into()), ..Self::of(shown)? })
    }

    /// 200 with a value that has no version of its own.
    pub fn plain<T: Serialize + ?Sized>(value: &T) -> Result<Self, Problem> {
        Ok(Self::new(StatusCode::OK, Some(to_bytes(value)?)))
    }

    /// 200 with a text of another media type.
    #[must_use]
    pub fn text(text: String, media_type: &'static str) -> Self {
        Self { media_type, ..Self::new(StatusCode::OK, Some(Bytes::from(text))) }
    }

    /// 200 with a file, and the value of its `Content-Disposition`.
    #[must_use]
    pub fn file(content: Bytes, media_type: &'static str, disposition: String) -> Self {
        Self { media_type, disposition: Some(disposition), ..Self::new(StatusCode::OK, Some(content)) }
    }

    /// 204.
    #[must_use]
    pub fn nothing() -> Self {
        Self::new(StatusCode::NO_CONTENT, None)
    }

    /// The same with another status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same with the address of what was created.
    #[must_use]
    pub fn with_location(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }

    /// The same with a `Link` to the next page.
    #[must_use]
    pub fn with_link(mut self, link: Option<String>) -> Self {
        self.link = link;
        self
    }

    /// The same as another media type.
    #[must_use]
    pub fn with_media_type(mut self, media_type: &'static str) -> Self {
        self.media_type = media_type;
        self
    }

    /// The same with the moment of the last change, as it is at `now`. Within the second of the change nothing is said: more
    /// could change in it, and who asks later would be told of no change.
    #[must_use]
    pub fn with_last_modified(mut self, changed_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        let second = |at: DateTime<Utc>| at.with_nanosecond(0).unwrap_or(at);
        let passed = changed_at.filter(|at| second(*at) < second(now));
        self.last_modified = passed.map(|at| at.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
        self
    }

    /// A public read: tagged, kept for `max_age` seconds by anybody.
    #[must_use]
    pub fn public(mut self, max_age: u32) -> Self {
        self.keeping = Keeping::Public(max_age);
        if self.etag.is_none() {
            self.etag = self.body.as_deref().map(|body| format!("\"{}\"", digest(body)));
        }
        self
    }

    /// An inner view with a tag: kept by nobody, and not sent again to who has it.
    #[must_use]
    pub fn tagged(mut self) -> Self {
        if self.etag.is_none() {
            self.etag = self.body.as_deref().map(|body| format!("\"{}\"", digest(body)));
        }
        self
    }

    /// The first answer given again.
    #[must_use]
    pub fn replayed(mut self, status: u16) -> Self {
        self.status = StatusCode::from_u16(status).unwrap_or(self.status);
        self.replayed = true;
        self
    }
}

impl Responder for Answer {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let reads = request.method() == Method::GET || request.method() == Method::HEAD;
        let known = reads && self.is_known(request);
        let mut response = HttpResponse::build(if known { StatusCode::NOT_MODIFIED } else { self.status });
        response.insert_header((
            header::CACHE_CONTROL,
            match self.keeping {
                Keeping::Private => "private, no-store".to_owned(),
                Keeping::Public(seconds) => format!("public, max-age={seconds}, must-revalidate"),
            },
        ));
        if self.keeping != Keeping::Private {
            response.insert_header((header::VARY, "Authorization, Tracking-Code, Acting-For, Accept-Encoding"));
        }
        if let Some(etag) = self.etag {
            response.insert_header((header::ETAG, etag));
        }
        if let Some(moment) = self.last_modified {
            response.insert_header((header::LAST_MODIFIED, moment));
        }
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        if let Some(link) = self.link {
            response.insert_header((header::LINK, link));
        }
        if let Some(disposition) = self.disposition {
            response.insert_header((header::CONTENT_DISPOSITION, disposition));
            response.insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
        }
        if self.replayed {
            response.insert_header(("Idempotency-Replayed", "true"));
        }
        match self.body {
            Some(body) if !known => response.content_type(self.media_type).body(body),
            _ => response.finish(),
        }
    }
}

impl Answer {
    /// Whether the client has it: by its tag, or where it names none, by the moment of the last change, which must be the very
    /// one: what was taken away since may have been the latest.
    fn is_known(&self, request: &HttpRequest) -> bool {
        if request.headers().contains_key(header::IF_NONE_MATCH) {
            return self.etag.as_deref().is_some_and(|etag| names(request, etag));
        }
        let since = request.headers().get(header::IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
        since.is_some_and(|since| self.last_modified.as_deref() == Some(since.trim()))
    }
}

/// True when `If-None-Match` names the tag (weakly compared, as the RFC says).
fn names(request: &HttpRequest, etag: &str) -> bool {
    let Some(value) = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    value.split(',').map(str::trim).any(|named| named == "*" || named.strip_prefix("W/").unwrap_or(named) == etag)
}

fn to_bytes<T: Serialize + ?Sized>(value: &T) -> Result<Bytes, Problem> {
    serde_json::to_vec(value).map(Bytes::from).map_err(|error| {
        log::error!("an answer could not be written: {error}");
        Problem::of(Code::Internal)
    })
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes)).chars().take(16).collect()
}
