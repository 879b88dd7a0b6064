//! Every failure as `application/problem+json` (RFC 9457), in the caller's language.
//!
//! A [`Problem`] travels as an extension of an empty response; the outermost layer, which knows language, path and
//! request id, writes the body. So whatever fails, wherever, looks the same.

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use serde_json::{Map, Value, json};

use super::{codes, language::Language};
use crate::{
    domain::fault::{Code, Fault},
    service::{Error, error::Refusal, idempotency::FirstAnswer},
};

/// The media type of failures.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A failure on its way to the client.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The answer's code.
    pub code: Code,
    /// Every single failure.
    pub faults: Vec<Fault>,
    /// Seconds after which another attempt makes sense.
    pub retry_after: Option<i64>,
    /// What the path allows, for a wrong method.
    pub allow: Option<String>,
    /// Not a failure at all: the request was answered before; see [`super::once`].
    pub first_answer: Option<Box<FirstAnswer>>,
}

impl Problem {
    /// A failure with nothing more to say than its code.
    #[must_use]
    pub const fn of(code: Code) -> Self {
        Self { code, faults: Vec::new(), retry_after: None, allow: None, first_answer: None }
    }

    /// A failure with its single reasons.
    #[must_use]
    pub const fn with(code: Code, faults: Vec<Fault>) -> Self {
        Self { code, faults, retry_after: None, allow: None, first_answer: None }
    }

    /// The status code that the contract promises for the code.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        codes::status(self.code)
    }

    /// The body.
    #[must_use]
    pub fn body(&self, language: Language, instance: &str, request_id: &str) -> Value {
        let (title, detail) = match language {
            Language::Chinese => (codes::title_zh(self.code), codes::detail(self.code, &self.figures(), language)),
            Language::English => (codes::title_en(self.code), codes::detail(self.code, &self.figures(), language)),
        };
        let errors: Vec<Value> = self.faults.iter().map(|fault| fault_body(fault, language)).collect();
        json!({
            "type": format!("urn:haoren:problem:{}", self.code),
            "title": title,
            "status": self.status().as_u16(),
            "detail": detail,
            "instance": instance,
            "code": self.code.as_str(),
            "request_id": request_id,
            "errors": errors,
        })
    }

    /// The figures of the failure that gives the answer its code.
    fn figures(&self) -> Vec<(&'static str, Value)> {
        self.faults.iter().find(|fault| fault.code == self.code).map(|fault| fault.figures.clone()).unwrap_or_default()
    }

    /// The response, its body still to be written by [`super::middleware`].
    fn response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status());
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds.max(1).to_string()));
        }
        if let Some(allow) = self.allow.as_deref().and_then(|allow| HeaderValue::from_str(allow).ok()) {
            response.insert_header((header::ALLOW, allow));
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            let challenge =
                if self.code == Code::Unauthenticated { "Bearer" } else { "Bearer error=\"invalid_token\"" };
            response.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        let mut response = response.finish();
        response.extensions_mut().insert(self.clone());
        response
    }
}

/// One member of `errors`: pointer, code, detail, and the figures as members.
#[must_use]
pub fn fault_body(fault: &Fault, language: Language) -> Value {
    let mut body = Map::new();
    body.insert("pointer".to_owned(), json!(fault.pointer));
    body.insert("code".to_owned(), json!(fault.code.as_str()));
    body.insert("detail".to_owned(), json!(codes::detail(fault.code, &fault.figures, language)));
    for (name, value) in &fault.figures {
        body.insert((*name).to_owned(), value.clone());
    }
    Value::Object(body)
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.code.fmt(f)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        self.response()
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => {
                let Refusal { code, faults, retry_after } = *refusal;
                let retry_after = retry_after.map(|after| after.num_seconds() + 1);
                Self { retry_after: retry_after.or(codes::default_retry_after(code)), ..Self::with(code, faults) }
            }
            Error::Unavailable(why) => {
                log::warn!("unavailable: {why}");
                Self { retry_after: Some(1), ..Self::of(Code::Unavailable) }
            }
            Error::AnsweredBefore(first) => Self { first_answer: Some(first), ..Self::of(Code::RequestInProgress) },
            Error::Internal(why) => {
                log::error!("internal error: {why}");
                Self::of(Code::Internal)
            }
        }
    }
}
