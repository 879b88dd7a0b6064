//! `Acting-For`: under which delegation a request is made. Only the operations that are named here take it; who sends it to
//! another one that asks who calls is refused, so that nothing is done in the own name by mistake.

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

/// What a reviewer does, and reads to do it. What belongs to an account is not among it: `/me`, votes, comments, streams,
/// webhooks, long work, delegations themselves; nor are the steps of assistance, which want two persons.
const OPERATIONS: &[(&str, &[&str])] = &[
    ("/api/v1/inbox", &["GET"]),
    ("/api/v1/candidates", &["GET"]),
    ("/api/v1/candidates/{id}", &["GET", "PATCH"]),
    ("/api/v1/candidates/{id}/contacts", &["GET"]),
    ("/api/v1/candidates/{id}/readiness", &["GET"]),
    ("/api/v1/candidates/{id}/similar", &["GET"]),
    ("/api/v1/candidates/{id}/history", &["GET"]),
    ("/api/v1/candidates/{id}/consent", &["GET", "PUT", "DELETE"]),
    ("/api/v1/candidates/{id}/photos", &["POST"]),
    ("/api/v1/candidates/{id}/photos/{photo_id}", &["DELETE"]),
    ("/api/v1/photos/{id}", &["GET"]),
    ("/api/v1/candidates/{id}/verifications", &["GET", "POST"]),
    ("/api/v1/candidates/{id}/verifications/{verification_id}", &["GET"]),
    ("/api/v1/candidates/{id}/verifications/{verification_id}/withdrawal", &["POST"]),
    ("/api/v1/candidates/{id}/verifications/{verification_id}/attachments", &["POST"]),
    ("/api/v1/attachments/{id}", &["GET"]),
    ("/api/v1/candidates/{id}/nominations", &["GET", "POST"]),
    ("/api/v1/candidates/{id}/nominations/{nomination_id}/tracking-code", &["PUT"]),
    ("/api/v1/candidates/{id}/reviews", &["GET", "POST"]),
    ("/api/v1/candidates/{id}/withdrawal", &["POST"]),
    ("/api/v1/candidates/{id}/resubmission", &["POST"]),
    ("/api/v1/candidates/{id}/recall", &["POST"]),
    ("/api/v1/candidates/{id}/reinstatement", &["POST"]),
    ("/api/v1/candidates/{id}/carry-over", &["POST"]),
    ("/api/v1/candidates/{id}/disqualification", &["POST"]),
    ("/api/v1/candidates/{id}/revocation", &["POST"]),
    ("/api/v1/candidates/{id}/unit", &["PUT"]),
    ("/api/v1/candidates/{id}/merge", &["POST", "DELETE"]),
    ("/api/v1/candidate-actions", &["POST"]),
    ("/api/v1/leads", &["GET"]),
    ("/api/v1/leads/{id}", &["GET"]),
    ("/api/v1/leads/{id}/contacts", &["GET"]),
    ("/api/v1/leads/{id}/assignment", &["POST"]),
    ("/api/v1/leads/{id}/promotion", &["POST"]),
    ("/api/v1/leads/{id}/dismissal", &["POST"]),
    ("/api/v1/objections", &["GET"]),
    ("/api/v1/objections/{id}/contact", &["GET"]),
    ("/api/v1/objections/{id}/decision", &["POST"]),
    ("/api/v1/batches", &["GET", "POST"]),
    ("/api/v1/batches/{id}", &["GET"]),
    ("/api/v1/lists", &["POST"]),
    ("/api/v1/cycles/{month}/quotas", &["GET"]),
    ("/api/v1/cycles/{month}/participation", &["GET"]),
    ("/api/v1/cycles/{month}/activity", &["GET"]),
    ("/api/v1/organizations/{id}/leadership/history", &["GET"]),
    ("/api/v1/statistics", &["GET"]),
    ("/api/v1/honorees/{id}/story", &["GET"]),
    ("/api/v1/honorees/{id}/care", &["GET"]),
    ("/api/v1/honorees/{id}/care/contact", &["GET"]),
    ("/api/v1/honorees/{id}/visits", &["GET", "POST"]),
    ("/api/v1/honorees/{id}/contact-loss", &["POST"]),
    ("/api/v1/visits/due", &["GET"]),
    ("/api/v1/visits/due/totals", &["GET"]),
    ("/api/v1/visits/{id}", &["GET", "PATCH"]),
    ("/api/v1/visits/{id}/withdrawal", &["POST"]),
    ("/api/v1/visits/{id}/hardship", &["GET"]),
];

/// How many operations take the header.
#[must_use]
pub fn count() -> usize {
    OPERATIONS.iter().map(|(_, methods)| methods.len()).sum()
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
    let takes = OPERATIONS
        .iter()
        .any(|(path, methods)| *path == pattern && methods.iter().any(|method| *method == request.method().as_str()));
    let refused = || Problem::with(Code::ActingNotPossible, vec![Fault::at(pointer(), Code::ActingNotPossible)]);
    if takes { Ok(()) } else { Err(refused()) }
}

fn pointer() -> String {
    format!("/{ACTING_FOR}")
}

/// Says in the contract where the header is taken, and that it is refused everywhere else where it matters who calls.
pub fn declare(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let taken = OPERATIONS.iter().find(|(named, _)| named == path).map_or(&[][..], |(_, methods)| *methods);
        for (method, operation) in operations(item) {
            if taken.contains(&method) {
                operation.parameters.get_or_insert_default().push(RefOr::T(responses::acting_for_header()));
                promise(operation, "401", "No valid credentials.");
                promise(operation, "403", "The role does not allow it, or the delegation is not in force.");
            }
            if asks_who_calls(operation) {
                promise(operation, "400", "A header is malformed, or not taken here.");
            }
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
