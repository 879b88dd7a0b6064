//! `Acting-For`: under which delegation a request is made. Every operation that asks who calls takes it, but for those that are
//! named here: who sends it to one of them is refused, so that nothing is done in the own name by mistake.

use actix_web::HttpRequest;
use utoipa::openapi::{
    OpenApi, RefOr,
    path::{Operation, PathItem},
};

use super::{problem::Problem, responses};
use crate::domain::{
    fault::{Code, Fault},
    id::DelegationId,
};

/// The header that names a delegation.
pub const ACTING_FOR: &str = "Acting-For";

/// Where the operations of version 1 lie.
const BASE: &str = "/api/v1";

/// Collections that take no delegation, whatever is done in them.
const OWN_COLLECTIONS: &[&str] = &[
    // What belongs to an account: itself, its streams, its vote, and what it has delegated or was, which is not passed on.
    "/me",
    "/events",
    "/votes",
    "/ballots",
    "/delegations",
    "/delegates",
    // Whoever reads who did what answers for that in the own name.
    "/audit-events",
    // What administrators and the portal do. Nobody stands in for them.
    "/users",
    "/webhooks",
    "/deliveries",
    "/clock",
];

/// The single operations that take none.
const OWN_OPERATIONS: &[(&str, &str)] = &[
    // What anybody may say in the own name, reviewers too.
    ("POST", "/candidates"),
    ("POST", "/leads"),
    ("POST", "/candidates/{id}/objections"),
    ("POST", "/candidates/{id}/comments"),
    ("DELETE", "/comments/{id}"),
    ("POST", "/comments/{id}/reports"),
    ("POST", "/candidates/{id}/study-records"),
    ("DELETE", "/study-records/{id}/reflection"),
    // What administrators and the portal do.
    ("POST", "/organizations"),
    ("PATCH", "/organizations/{id}"),
    ("PUT", "/organizations/{id}/leadership"),
    ("POST", "/categories"),
    ("PATCH", "/categories/{code}"),
    ("PATCH", "/review-stages/{code}"),
    ("PATCH", "/cycles/{month}"),
    ("PUT", "/cycles/{month}/results"),
];

/// Whether an operation that asks who calls takes the header.
fn takes(method: &str, path: &str) -> bool {
    let Some(path) = path.strip_prefix(BASE) else { return false };
    let lies_in = |collection: &str| {
        path.strip_prefix(collection).is_some_and(|below| below.is_empty() || below.starts_with('/'))
    };
    !OWN_COLLECTIONS.iter().any(|collection| lies_in(collection)) && !OWN_OPERATIONS.contains(&(method, path))
}

/// The delegation that a signed-in request names: 400 where it names none properly, or where the operation does not take one.
pub fn named(request: &HttpRequest) -> Result<Option<DelegationId>, Problem> {
    let mut values = request.headers().get_all(ACTING_FOR);
    let Some(value) = values.next() else { return Ok(None) };
    refuse_elsewhere(request)?;
    let id = value.to_str().ok().filter(|_| values.next().is_none()).and_then(|text| text.trim().parse().ok());
    let malformed = || Problem::with(Code::InvalidHeader, vec![Fault::at(pointer(), Code::Malformed)]);
    id.map(Some).ok_or_else(malformed)
}

/// Whether a request names a delegation at all.
#[must_use]
pub fn is_named(request: &HttpRequest) -> bool {
    request.headers().contains_key(ACTING_FOR)
}

/// 400 where a request names a delegation and its operation does not take one.
pub fn refuse_elsewhere(request: &HttpRequest) -> Result<(), Problem> {
    if !is_named(request) {
        return Ok(());
    }
    let pattern = request.match_pattern().unwrap_or_default();
    let refused = || Problem::with(Code::ActingNotPossible, vec![Fault::at(pointer(), Code::ActingNotPossible)]);
    if takes(request.method().as_str(), &pattern) { Ok(()) } else { Err(refused()) }
}

fn pointer() -> String {
    format!("/{ACTING_FOR}")
}

/// Says in the contract where the header is taken, and that it is refused everywhere else where it matters who calls.
pub fn declare(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            if !asks_who_calls(operation) {
                continue;
            }
            if takes(method, path) {
                operation.parameters.get_or_insert_default().push(RefOr::T(responses::acting_for_header()));
                promise(operation, "401", "No valid credentials.");
                promise(operation, "403", "The role does not allow it, or the delegation is not in force.");
            }
            promise(operation, "400", "A header is malformed, or not taken here.");
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("GET", &mut item.get),
        ("POST", &mut item.post),
        ("PUT", &mut item.put),
        ("PATCH", &mut item.patch),
        ("DELETE", &mut item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
}

/// Whether a token is looked at: everywhere but where the contract says that none is needed, and no more.
fn asks_who_calls(operation: &Operation) -> bool {
    let Some(security) = &operation.security else { return true };
    let alternatives = serde_json::to_value(security).unwrap_or_default();
    alternatives.as_array().is_some_and(|all| all.iter().any(|one| one.get("bearer").is_some()))
}

fn promise(operation: &mut Operation, status: &str, description: &str) {
    let responses = &mut operation.responses.responses;
    responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(responses::problem(description)));
}
