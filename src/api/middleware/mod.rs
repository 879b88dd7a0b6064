//! The layers around the handlers, from the outside to the inside: envelope (id, language, HEAD, panics, headers, log),
//! CORS, compression, settling (problem documents), rate limits, the deadline of the body.

mod address;
mod cors;
mod deadline;
mod envelope;
mod limits;
mod log_line;
mod rendered;
mod request_id;
mod settle;

pub use address::TrustedProxies;
pub use cors::cors;
pub use deadline::{BodyDeadline, body_deadline};
pub use envelope::envelope;
pub use limits::{Limits, limit, limited};
pub use settle::settle;

#[cfg(test)]
mod tests;
