//! The outermost layer: what every request gets and every answer carries, whatever happens inside.

use std::{any::Any, panic::AssertUnwindSafe, time::Instant};

use actix_web::{
    Error, HttpMessage,
    body::{BodySize, BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};
use futures_util::FutureExt;

use super::{
    log_line::LogLine,
    rendered::Rendered,
    request_id::{self, TRACEPARENT, X_REQUEST_ID},
    settle,
};
use crate::{
    api::{
        context::{Context, HeadOnly},
        language::Language,
        problem::Problem,
        routes::Routes,
    },
    domain::fault::Code,
};

/// Headers that every answer carries.
const ALWAYS: [(&str, &str); 3] =
    [("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer"), ("x-frame-options", "DENY")];
/// Answers of the API are never rendered as pages.
const NO_CONTENT_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
/// The page of the contract loads its own files only.
const DOCS_CONTENT_POLICY: &str =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/// Names the request, settles its language, answers HEAD as GET, catches panics, writes one line of the log.
pub async fn envelope(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let context = Context {
        request_id: request_id::taken_or_made(request.headers()),
        language: Language::negotiate(request.headers()),
    };
    let around = Around::of(&request, context.clone());
    if request.method() == Method::HEAD {
        // Handlers know GET alone; the connection remembers that no body is to be sent.
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(HeadOnly);
    }
    request.extensions_mut().insert(context);
    let outcome = AssertUnwindSafe(async { next.call(request).await }).catch_unwind().await;
    match outcome {
        Ok(Ok(response)) => Ok(around.finish(response.map_into_boxed_body())),
        Ok(Err(error)) => Err(around.refuse(&settle::of_error(&error))),
        Err(panic) => {
            log::error!("panic in {} (request {}): {}", around.line.what, around.context.request_id, text_of(&*panic));
            Err(around.refuse(&Problem::of(Code::Internal)))
        }
    }
}

/// What is remembered of a request while it is carried out.
struct Around {
    context: Context,
    path: String,
    traceparent: Option<HeaderValue>,
    line: LogLine,
}

impl Around {
    fn of(request: &ServiceRequest, context: Context) -> Self {
        let route = request.app_data::<Data<Routes>>().and_then(|routes| routes.find(request.match_info().as_str()));
        let template = route.map(|route| route.template.clone());
        let traceparent = request_id::traceparent(request.headers()).and_then(|text| HeaderValue::from_str(text).ok());
        let line = LogLine::begin(request.method(), template.as_deref(), Instant::now());
        Self { context, path: request.path().to_owned(), traceparent, line }
    }

    fn finish(self, mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        self.add_headers(response.headers_mut());
        self.line.end(response.status(), response.response().body().size(), &self.context.request_id);
        response
    }

    /// An answer where none of the inner layers could give one.
    fn refuse(&self, problem: &Problem) -> Error {
        let mut rendered = Rendered::of(problem, &self.context, &self.path);
        self.add_headers(&mut rendered.headers);
        let size = BodySize::Sized(u64::try_from(rendered.body.len()).unwrap_or(u64::MAX));
        self.line.end(rendered.status, size, &self.context.request_id);
        rendered.into()
    }

    fn add_headers(&self, headers: &mut HeaderMap) {
        let mut add = |name: &'static str, value: HeaderValue| {
            headers.insert(HeaderName::from_static(name), value);
        };
        for (name, value) in ALWAYS {
            add(name, HeaderValue::from_static(value));
        }
        let policy = if self.path.starts_with("/docs") { DOCS_CONTENT_POLICY } else { NO_CONTENT_POLICY };
        add("content-security-policy", HeaderValue::from_static(policy));
        if let Ok(id) = HeaderValue::from_str(&self.context.request_id) {
            add(X_REQUEST_ID, id);
        }
        if let Some(trace) = &self.traceparent {
            add(TRACEPARENT, trace.clone());
        }
        if !headers.contains_key(header::CACHE_CONTROL) {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        }
    }
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}
