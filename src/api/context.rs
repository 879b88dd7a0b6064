//! What the outermost layer knows of a request: its id and the language of the answer.

use actix_web::{HttpMessage, HttpRequest, dev::ServiceRequest};

use super::language::Language;

/// Set for every request before anything else happens.
#[derive(Clone, Debug)]
pub struct Context {
    /// Taken from `X-Request-Id` or made.
    pub request_id: String,
    /// Negotiated from `Accept-Language`.
    pub language: Language,
}

/// Set for a HEAD request, which handlers see as GET.
#[derive(Clone, Copy, Debug)]
pub struct HeadOnly;

impl Context {
    /// The context of a request.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_else(Self::unknown)
    }

    /// The context of a request on its way through the layers.
    #[must_use]
    pub fn of_service(request: &ServiceRequest) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_else(Self::unknown)
    }

    fn unknown() -> Self {
        Self { request_id: String::new(), language: Language::default() }
    }
}
