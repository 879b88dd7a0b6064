//! What no handler takes: an unknown path, a wrong method, or a question what a path allows.
//!
//! Attribute handlers carry their method as a guard, so a wrong method falls through to here.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, header},
    web::Data,
};

use super::{problem::Problem, routes::Routes};
use crate::domain::fault::Code;

/// The default service of the application.
pub async fn fallback(request: HttpRequest, routes: Data<Routes>) -> Result<HttpResponse, Problem> {
    let Some(route) = routes.find(request.match_info().as_str()) else { return Err(Problem::of(Code::NotFound)) };
    if request.method() == Method::OPTIONS {
        return Ok(HttpResponse::NoContent().insert_header((header::ALLOW, route.allow())).finish());
    }
    if route.allows(request.method()) {
        return Err(Problem::of(Code::NotFound));
    }
    Err(Problem { allow: Some(route.allow()), ..Problem::of(Code::MethodNotAllowed) })
}
