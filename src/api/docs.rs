//! The contract as it is served, and the page that shows it. Nothing is loaded from another host.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    get,
    http::header,
    web::{self, Data, ServiceConfig},
};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::responses;

const MAX_AGE: &str = "public, max-age=60, must-revalidate";

/// The contract's bytes in both forms.
#[derive(Clone)]
pub struct Written {
    json: Form,
    yaml: Form,
}

#[derive(Clone)]
struct Form {
    media_type: &'static str,
    bytes: Bytes,
    etag: Arc<str>,
}

impl Written {
    /// Writes a contract, once for the life of the server.
    pub fn of(contract: &OpenApi) -> Result<Self, String> {
        let json = contract.to_pretty_json().map_err(|error| error.to_string())?;
        let yaml = contract.to_yaml().map_err(|error| error.to_string())?;
        Ok(Self { json: Form::of("application/json", json), yaml: Form::of("application/yaml", yaml) })
    }
}

impl Form {
    fn of(media_type: &'static str, text: String) -> Self {
        let digest: String = hex::encode(Sha256::digest(&text)).chars().take(16).collect();
        Self { media_type, etag: format!("\"{digest}\"").into(), bytes: text.into() }
    }
}

impl Responder for Form {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let known =
            request.headers().get(header::IF_NONE_MATCH).is_some_and(|named| named.as_bytes() == self.etag.as_bytes());
        let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        response.insert_header((header::ETAG, &*self.etag)).insert_header((header::CACHE_CONTROL, MAX_AGE));
        if known { response.finish() } else { response.content_type(self.media_type).body(self.bytes) }
    }
}

/// Read the contract as JSON
///
/// This document: OpenAPI 3.1, generated from the code that serves it.
#[utoipa::path(
    operation_id = "get_contract_json",
    tag = "service",
    responses((status = 200, description = "The contract.", content_type = "application/json", body = Object), responses::Unchanged, responses::Common),
    security(())
)]
#[get("/openapi.json")]
pub async fn get_contract_json(written: Data<Written>) -> impl Responder {
    written.json.clone()
}

/// Read the contract as YAML
///
/// This document: OpenAPI 3.1, generated from the code that serves it.
#[utoipa::path(
    operation_id = "get_contract_yaml",
    tag = "service",
    responses((status = 200, description = "The contract.", content_type = "application/yaml", body = String), responses::Unchanged, responses::Common),
    security(())
)]
#[get("/openapi.yaml")]
pub async fn get_contract_yaml(written: Data<Written>) -> impl Responder {
    written.yaml.clone()
}

/// The page at `/docs`, which is no part of the contract.
pub fn configure_page(config: &mut ServiceConfig) {
    let settings = Config::from("/openapi.json").try_it_out_enabled(true).persist_authorization(true);
    config
        .service(web::redirect("/docs", "/docs/").permanent())
        .service(SwaggerUi::new("/docs/{_:.*}").config(settings));
}
