//! Every failure becomes a problem document: those of the handlers, which carry a [`Problem`], and those of the
//! framework, which know only a status.

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::{PathError, QueryPayloadError},
    http::{StatusCode, header},
    middleware::Next,
};

use super::rendered::Rendered;
use crate::{
    api::{
        context::Context,
        problem::{MEDIA_TYPE, Problem},
    },
    domain::fault::Code,
};

/// Writes the body of what failed.
pub async fn settle(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?;
    let Some(problem) = problem_of(&response) else { return Ok(response.map_into_boxed_body()) };
    let rendered = Rendered::of(&problem, &Context::of(response.request()), response.request().path());
    let Rendered { status, headers, body } = rendered;
    let mut response = response.map_body(|_, _| BoxBody::new(body));
    *response.response_mut().status_mut() = status;
    let own = response.headers_mut();
    own.remove(header::CONTENT_TYPE);
    own.remove(header::CACHE_CONTROL);
    for (name, value) in headers {
        own.append(name, value);
    }
    Ok(response)
}

/// The problem that a response stands for; `None` when it did not fail, or is a problem document already.
fn problem_of<B>(response: &ServiceResponse<B>) -> Option<Problem> {
    if let Some(problem) = response.response().extensions().get::<Problem>() {
        return Some(problem.clone());
    }
    let status = response.status();
    let written = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == MEDIA_TYPE);
    if !(status.is_client_error() || status.is_server_error()) || written {
        return None;
    }
    if let Some(error) = response.response().error() {
        log::debug!("refused by the framework: {error}");
        return Some(of_error(error));
    }
    Some(Problem::of(of_status(status)))
}

/// The problem that an error stands for.
pub fn of_error(error: &Error) -> Problem {
    if let Some(problem) = error.as_error::<Problem>() {
        return problem.clone();
    }
    if error.as_error::<PathError>().is_some() {
        return Problem::of(Code::NotFound);
    }
    if error.as_error::<QueryPayloadError>().is_some() {
        return Problem::of(Code::InvalidQuery);
    }
    if error.as_error::<actix_multipart::MultipartError>().is_some() {
        return Problem::of(Code::InvalidMultipart);
    }
    Problem::of(of_status(error.as_response_error().status_code()))
}

fn of_status(status: StatusCode) -> Code {
    match status {
        StatusCode::UNAUTHORIZED => Code::Unauthenticated,
        StatusCode::FORBIDDEN => Code::Forbidden,
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::REQUEST_TIMEOUT => Code::RequestTimeout,
        StatusCode::PAYLOAD_TOO_LARGE => Code::PayloadTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        StatusCode::TOO_MANY_REQUESTS => Code::RateLimited,
        StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
        status if status.is_client_error() => Code::InvalidHeader,
        _ => Code::Internal,
    }
}
