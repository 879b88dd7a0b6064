//! One line of the access log for each request. It names the path as the contract writes it, never as it was sent, and
//! no address: paths can carry tracking codes, and addresses are personal data.

use std::{borrow::Cow, time::Instant};

use actix_web::{
    body::BodySize,
    http::{Method, StatusCode},
};

/// What is known of a request before it is carried out.
pub struct LogLine {
    /// Method and path.
    pub what: String,
    began: Instant,
}

impl LogLine {
    /// Begins a line; a path that the contract does not have is not written down.
    pub fn begin(method: &Method, template: Option<&str>, began: Instant) -> Self {
        let known =
            [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
        let method = if known.contains(method) { method.as_str() } else { "OTHER" };
        Self { what: format!("{method} {}", template.unwrap_or("(no path of the contract)")), began }
    }

    /// Writes the line.
    pub fn end(&self, status: StatusCode, size: BodySize, request_id: &str) {
        let bytes: Cow<'_, str> = match size {
            BodySize::None => "0".into(),
            BodySize::Sized(bytes) => bytes.to_string().into(),
            BodySize::Stream => "-".into(),
        };
        let milliseconds = self.began.elapsed().as_secs_f64() * 1000.0;
        log::info!(
            target: "haoren::access",
            "{} {} {bytes} bytes {milliseconds:.1} ms {request_id}", self.what, status.as_u16()
        );
    }
}
