//! Which web pages may call the API.

use actix_cors::Cors;
use actix_web::http::Method;

/// Headers of answers that pages may read beside the simple ones.
const EXPOSED: [&str; 12] = [
    "Allow",
    "Content-Disposition",
    "Deprecation",
    "ETag",
    "Idempotency-Replayed",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Sunset",
    "X-Request-Id",
];
const MAX_AGE_SECONDS: usize = 3600;

/// The layer for a list of origins; `*` lets any page in. Tokens travel in a header that no browser adds by itself, so
/// no credentials are allowed and none are needed.
pub fn cors(origins: &[String]) -> Cors {
    let mut cors = Cors::default()
        .allowed_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_any_header()
        .expose_headers(EXPOSED)
        .max_age(MAX_AGE_SECONDS)
        // Whoever is no browser is not kept out by this; a browser reads the missing header.
        .block_on_origin_mismatch(false);
    for origin in origins.iter().map(|origin| origin.trim().trim_end_matches('/')).filter(|origin| !origin.is_empty()) {
        cors = if origin == "*" { cors.allow_any_origin().send_wildcard() } else { cors.allowed_origin(origin) };
    }
    cors
}
