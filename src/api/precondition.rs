//! `If-Match`: the version that the client has seen.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};

use super::problem::Problem;
use crate::domain::fault::{Code, Fault};

/// The `If-Match` header of a request, not yet judged.
pub struct IfMatch(Option<String>);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let value = request.headers().get(header::IF_MATCH);
        ready(Ok(Self(value.map(|value| value.to_str().unwrap_or_default().to_owned()))))
    }
}

impl IfMatch {
    /// The version named: 428 when the header is missing, 400 when it is none of our tags.
    pub fn version(&self) -> Result<i64, Problem> {
        self.version_if_given()?.ok_or(Problem::of(Code::PreconditionRequired))
    }

    /// The version named, where the header is sent at all; 400 when it is none of our tags.
    pub fn version_if_given(&self) -> Result<Option<i64>, Problem> {
        let malformed = || Problem::with(Code::InvalidHeader, vec![Fault::at("/If-Match", Code::Malformed)]);
        self.0.as_deref().map(|tag| parse(tag).ok_or_else(malformed)).transpose()
    }

    /// The version named, if it is the current one; else 412. For checks before the body is judged: the use case
    /// itself compares again under lock.
    pub fn matches(&self, current: i64) -> Result<i64, Problem> {
        let version = self.version()?;
        if version == current { Ok(version) } else { Err(Problem::of(Code::PreconditionFailed)) }
    }
}

/// The version in a tag `"<version>.<view>"`, of which `If-Match` compares the version alone.
#[must_use]
pub fn parse(tag: &str) -> Option<i64> {
    let tag = tag.trim();
    // A proxy that compresses weakens the tags that it passes on; the version is the same.
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let inner = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(tag);
    let (version, _view) = inner.split_once('.')?;
    version.parse().ok().filter(|version| *version > 0)
}
