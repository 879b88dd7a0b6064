//! The envelope around handlers that misbehave.

use actix_web::{
    App, HttpResponse,
    body::to_bytes,
    dev::Service,
    http::StatusCode,
    middleware::from_fn,
    test::{TestRequest, init_service},
    web,
};
use serde_json::Value;

use super::{envelope, settle};

async fn panics() -> HttpResponse {
    panic!("a secret of the inside");
}

async fn fails_in_the_framework() -> Result<HttpResponse, actix_web::Error> {
    Err(actix_web::error::ErrorImATeapot("a text of the framework"))
}

async fn answer(path: &str) -> (StatusCode, String, Value) {
    let app = App::new()
        .route("/panics", web::get().to(panics))
        .route("/fails", web::get().to(fails_in_the_framework))
        .wrap(from_fn(settle))
        .wrap(from_fn(envelope));
    let app = init_service(app).await;
    let request = TestRequest::get().uri(path).insert_header(("x-request-id", "mine")).to_request();
    let response = match app.call(request).await {
        Ok(response) => response.into_parts().1,
        Err(error) => error.error_response(),
    };
    let status = response.status();
    let kind = response.headers().get("content-type").unwrap().to_str().unwrap().to_owned();
    assert_eq!(response.headers().get("x-request-id").unwrap(), "mine");
    assert_eq!(response.headers().get("x-content-type-options").unwrap(), "nosniff");
    let body = to_bytes(response.into_body()).await.unwrap();
    (status, kind, serde_json::from_slice(&body).unwrap())
}

#[actix_web::test]
async fn a_panic_is_answered_and_tells_nothing() {
    let (status, kind, body) = answer("/panics").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(kind, "application/problem+json");
    assert_eq!(body["code"], "internal");
    assert_eq!(body["request_id"], "mine");
    assert!(!body.to_string().contains("secret"));
}

#[actix_web::test]
async fn a_failure_of_the_framework_becomes_a_problem() {
    let (status, kind, body) = answer("/fails").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(kind, "application/problem+json");
    assert_eq!(body["code"], "invalid_header");
    assert!(!body.to_string().contains("framework"));
}
