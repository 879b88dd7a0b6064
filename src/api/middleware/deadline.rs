//! A body must arrive in time: a client that sends a byte now and then would hold a connection for ever.

use std::{cell::Cell, pin::Pin, rc::Rc, time::Duration};

use actix_web::{
    Error, HttpMessage, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    error::PayloadError,
    http::header::{self, HeaderValue},
    middleware::Next,
    web::{Bytes, Data},
};
use futures_util::{Stream, StreamExt, stream};
use tokio::time::{Instant, timeout};

use crate::{api::problem::Problem, domain::fault::Code};

const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// How long a body may take.
#[derive(Clone, Copy, Debug)]
pub struct BodyDeadline {
    /// Between two pieces.
    pub idle: Duration,
    /// As a whole.
    pub whole: Duration,
}

impl BodyDeadline {
    /// A deadline for the whole; no pause is longer than a few seconds.
    #[must_use]
    pub fn of_seconds(whole: u64) -> Self {
        let whole = Duration::from_secs(whole);
        Self { idle: whole.min(LONGEST_PAUSE), whole }
    }
}

/// Gives up on a body that does not arrive in time, and says so whatever the handler made of it.
pub async fn body_deadline(
    deadline: Data<BodyDeadline>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !has_body(&request) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let late = Rc::new(Cell::new(false));
    let payload = request.take_payload();
    request.set_payload(Payload::Stream { payload: timed(payload, **deadline, Rc::clone(&late)) });
    let response = next.call(request).await?;
    if !late.get() {
        return Ok(response.map_into_boxed_body());
    }
    let mut answer = Problem::of(Code::RequestTimeout).error_response();
    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    Ok(response.into_response(answer))
}

fn has_body(request: &ServiceRequest) -> bool {
    let headers = request.headers();
    headers.contains_key(header::TRANSFER_ENCODING)
        || headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0")
}

fn timed(
    payload: Payload,
    deadline: BodyDeadline,
    late: Rc<Cell<bool>>,
) -> Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> {
    let end = Instant::now() + deadline.whole;
    Box::pin(stream::unfold(Some(payload), move |payload| {
        let late = Rc::clone(&late);
        async move {
            let mut payload = payload?;
            let patience = deadline.idle.min(end.saturating_duration_since(Instant::now()));
            let Ok(piece) = timeout(patience, payload.next()).await else {
                late.set(true);
                return Some((Err(PayloadError::Incomplete(None)), None));
            };
            piece.map(|piece| (piece, Some(payload)))
        }
    }))
}
