//! The outermost layer: gives every request its id and language, and writes the body of every failure.

use actix_web::{
    Error, HttpMessage, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderName, HeaderValue},
    middleware::Next,
};

use crate::{
    api::{
        context::Context,
        language::Language,
        problem::{MEDIA_TYPE, Problem},
    },
    domain::fault::Code,
};

/// The header that carries a request's id.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const MAX_REQUEST_ID_BYTES: usize = 100;

/// Sets the [`Context`], and turns every failure, whoever raised it, into problem+json.
pub async fn envelope<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let context = Context { request_id: request_id(&request), language: Language::negotiate(request.headers()) };
    let instance = request.path().to_owned();
    request.extensions_mut().insert(context.clone());
    Ok(dress(next.call(request).await?.map_into_left_body(), &context, &instance))
}

fn dress<B: MessageBody + 'static>(
    response: ServiceResponse<EitherBody<B>>,
    context: &Context,
    instance: &str,
) -> ServiceResponse<EitherBody<B>> {
    let problem = response.response().extensions().get::<Problem>().cloned();
    let is_ours = response.headers().get(header::CONTENT_TYPE).is_some();
    let problem = problem.or_else(|| {
        let status = response.status();
        (!is_ours && (status.is_client_error() || status.is_server_error())).then(|| {
            log::debug!("a failure of the framework: {status}");
            Problem::of(code_of(status.as_u16()))
        })
    });
    let mut response = match problem {
        Some(problem) => response.map_body(|head, _| {
            let body = problem.body(context.language, instance, &context.request_id);
            head.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
            head.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            head.headers_mut().insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(context.language.tag()));
            EitherBody::right(HttpResponse::Ok().body(body.to_string()).into_body())
        }),
        None => response,
    };
    if let Ok(value) = HeaderValue::from_str(&context.request_id) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    response
}

/// The code for a failure that the framework raised without saying more.
const fn code_of(status: u16) -> Code {
    match status {
        400 => Code::InvalidHeader,
        401 => Code::Unauthenticated,
        403 => Code::Forbidden,
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        408 => Code::RequestTimeout,
        413 => Code::PayloadTooLarge,
        415 => Code::UnsupportedMediaType,
        503 => Code::Unavailable,
        _ => Code::Internal,
    }
}

fn request_id(request: &ServiceRequest) -> String {
    request
        .headers()
        .get(X_REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| (1..=MAX_REQUEST_ID_BYTES).contains(&id.len()) && id.chars().all(|c| c.is_ascii_graphic()))
        .map_or_else(|| crate::service::generator::random::<16>().map(hex::encode).unwrap_or_default(), str::to_owned)
}
