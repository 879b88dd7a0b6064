//! The matrix. Columns as in `ACTORS`: anonymous, citizen, unit, other unit, district, other district, city, portal,
//! admin. `+` may, a number is the status of the refusal. The unit, the district and the city are those of the things
//! that the paths name.

/// What one operation answers to each actor.
pub struct Row {
    pub method: &'static str,
    pub path: &'static str,
    pub cells: &'static str,
}

const fn row(method: &'static str, path: &'static str, cells: &'static str) -> Row {
    Row { method, path, cells }
}

const ANYBODY: &str = "+ + + + + + + + +";
const SIGNED_IN: &str = "401 + + + + + + + +";
const ADMIN: &str = "401 403 403 403 403 403 403 403 +";
const INSIDE_AND_ADMIN_OR_404: &str = "404 404 + 404 + 404 + 404 +";
const VOTERS: &str = "401 + + + + + + 403 403";
const CITY: &str = "401 403 403 403 403 403 + 403 403";
const CITY_AND_PORTAL: &str = "401 403 403 403 403 403 + + 403";
const STRANGERS: &str = "401 404 404 404 404 404 404 404 404";
const REVIEWERS: &str = "401 403 + + + + + 403 403";

#[rustfmt::skip]
pub const MATRIX: &[Row] = &[
    // The server itself.
    row("GET", "/healthz", ANYBODY),
    row("GET", "/readyz", ANYBODY),
    row("GET", "/openapi.json", ANYBODY),
    row("GET", "/openapi.yaml", ANYBODY),
    row("GET", "/.well-known/jwks.json", ANYBODY),
    row("GET", "/api/v1/clock", ADMIN),
    row("PUT", "/api/v1/clock", ADMIN),
    // Accounts.
    row("POST", "/api/v1/auth/register", ANYBODY),
    row("POST", "/api/v1/auth/login", ANYBODY),
    row("POST", "/api/v1/auth/refresh", ANYBODY),
    row("POST", "/api/v1/auth/logout", ANYBODY),
    row("GET", "/api/v1/me", SIGNED_IN),
    row("PATCH", "/api/v1/me", SIGNED_IN),
    row("PUT", "/api/v1/me/password", SIGNED_IN),
    row("GET", "/api/v1/users", ADMIN),
    row("POST", "/api/v1/users", ADMIN),
    row("GET", "/api/v1/users/{id}", ADMIN),
    row("PATCH", "/api/v1/users/{id}", ADMIN),
    // Reference data.
    row("GET", "/api/v1/organizations", ANYBODY),
    row("POST", "/api/v1/organizations", ADMIN),
    row("GET", "/api/v1/organizations/{id}", ANYBODY),
    row("PATCH", "/api/v1/organizations/{id}", ADMIN),
    row("GET", "/api/v1/organizations/{id}/leadership", ANYBODY),
    row("PUT", "/api/v1/organizations/{id}/leadership", ADMIN),
    row("GET", "/api/v1/categories", ANYBODY),
    row("POST", "/api/v1/categories", ADMIN),
    row("GET", "/api/v1/categories/{code}", ANYBODY),
    row("PATCH", "/api/v1/categories/{code}", ADMIN),
    row("GET", "/api/v1/review-stages", ANYBODY),
    row("GET", "/api/v1/review-stages/{code}", ANYBODY),
    row("PATCH", "/api/v1/review-stages/{code}", ADMIN),
    row("GET", "/api/v1/cycles", ANYBODY),
    row("GET", "/api/v1/cycles/current", ANYBODY),
    row("GET", "/api/v1/cycles/{month}", ANYBODY),
    row("PATCH", "/api/v1/cycles/{month}", ADMIN),
    row("GET", "/api/v1/cycles/{month}/amendments", ANYBODY),
    row("GET", "/api/v1/cycles/{month}/quotas", REVIEWERS),
    row("GET", "/api/v1/channels", ANYBODY),
    row("POST", "/api/v1/channels", REVIEWERS),
    row("GET", "/api/v1/channels/{id}", ANYBODY),
    row("PATCH", "/api/v1/channels/{id}", "401 403 + 404 + 404 + 403 403"),
    // Leads, given to the unit.
    row("POST", "/api/v1/leads", "+ + + + + + + 403 +"),
    row("GET", "/api/v1/leads", REVIEWERS),
    row("GET", "/api/v1/leads/{id}",             "401 403 + 404 + 404 + 403 403"),
    row("GET", "/api/v1/leads/{id}/contacts",    "401 403 + 404 + 404 + 403 403"),
    row("POST", "/api/v1/leads/{id}/assignment", "401 403 + 404 + 404 + 403 403"),
    row("POST", "/api/v1/leads/{id}/promotion",  "401 403 + 404 + 404 + 403 403"),
    row("POST", "/api/v1/leads/{id}/dismissal",  "401 403 + 404 + 404 + 403 403"),
    // Candidates. The citizen of the columns is not the nominator.
    row("POST", "/api/v1/candidates", "+ + + + + + + 403 +"),
    row("GET", "/api/v1/candidates", ANYBODY),
    row("GET", "/api/v1/candidates/{id}", INSIDE_AND_ADMIN_OR_404),
    row("PATCH", "/api/v1/candidates/{id}", "401 404 + 404 403 404 403 403 403"),
    row("GET", "/api/v1/candidates/{id}/contacts", "401 403 + 404 + 404 + 403 403"),
    row("GET", "/api/v1/candidates/{id}/readiness", "401 404 + 404 + 404 + 404 +"),
    row("GET", "/api/v1/candidates/{id}/similar", "401 403 + 404 + 404 + 403 +"),
    row("GET", "/api/v1/candidates/{id}/consent", "401 403 + 404 + 404 + 403 +"),
    row("PUT", "/api/v1/candidates/{id}/consent", "401 403 + 404 403 404 403 403 403"),
    row("DELETE", "/api/v1/candidates/{id}/consent", "401 403 + 404 403 403 + 403 403"),
    row("POST", "/api/v1/candidates/{id}/photos", "401 404 + 404 403 404 403 403 403"),
    row("DELETE", "/api/v1/candidates/{id}/photos/{photo_id}", "401 404 + 404 403 404 403 403 403"),
    row("GET", "/api/v1/photos/{id}", INSIDE_AND_ADMIN_OR_404),
    row("GET", "/api/v1/candidates/{id}/verifications", "401 403 + 404 + 404 + 403 +"),
    row("POST", "/api/v1/candidates/{id}/verifications", "401 403 + 404 403 404 403 403 403"),
    row("GET", "/api/v1/candidates/{id}/verifications/{verification_id}", "401 403 + 404 + 404 + 403 +"),
    row("POST", "/api/v1/candidates/{id}/verifications/{verification_id}/withdrawal", "401 403 + 404 403 404 403 403 403"),
    row("POST", "/api/v1/candidates/{id}/verifications/{verification_id}/attachments", "401 403 + 404 403 404 403 403 403"),
    row("GET", "/api/v1/attachments/{id}", "401 403 + 404 + 404 + 403 +"),
    row("POST", "/api/v1/text-count", ANYBODY),
    row("GET", "/api/v1/candidates/{id}/nominations", "401 403 + 404 + 404 + 403 +"),
    row("POST", "/api/v1/candidates/{id}/nominations", "401 403 + 404 + 404 + 403 403"),
    row("PUT", "/api/v1/candidates/{id}/nominations/{nomination_id}/tracking-code", "401 403 + 404 + 404 + 403 403"),
    row("GET", "/api/v1/nominations/{tracking_code}", ANYBODY),
    row("GET", "/api/v1/me/nominations", SIGNED_IN),
    // Decisions on candidates.
    row("GET", "/api/v1/candidates/{id}/reviews",           "401 403 + 404 + 404 + 403 +"),
    row("POST", "/api/v1/candidates/{id}/reviews",          "401 403 + 404 + 404 + 403 403"),
    row("POST", "/api/v1/candidates/{id}/withdrawal",       "401 404 + 404 + 404 + 403 403"),
    row("POST", "/api/v1/candidates/{id}/resubmission",     "401 404 + 404 + 404 + 403 403"),
    row("POST", "/api/v1/candidates/{id}/recall",           "401 403 + 404 + 404 + 403 403"),
    row("POST", "/api/v1/candidates/{id}/reinstatement",    "401 403 403 403 403 403 + 403 403"),
    row("POST", "/api/v1/candidates/{id}/carry-over",       "401 403 + 404 + 404 + 403 403"),
    row("POST", "/api/v1/candidates/{id}/disqualification", "401 403 403 403 403 403 + 403 403"),
    row("POST", "/api/v1/candidates/{id}/revocation",       "401 403 403 403 403 403 + 403 403"),
    row("PUT", "/api/v1/candidates/{id}/unit",              "401 403 + 404 + 404 + 403 403"),
    row("POST", "/api/v1/candidates/{id}/merge",            "401 403 + 404 + 404 + 403 403"),
    row("DELETE", "/api/v1/candidates/{id}/merge",          "401 403 + 404 + 404 + 403 403"),
    row("GET", "/api/v1/candidates/{id}/history",           "401 403 + 404 + 404 + 403 +"),
    row("POST", "/api/v1/candidate-actions", REVIEWERS),
    row("GET", "/api/v1/inbox", REVIEWERS),
    // Tables. Nobody here has started the operation but its own unit's reviewer.
    row("GET", "/api/v1/imports/nominations/template.xlsx", REVIEWERS),
    row("POST", "/api/v1/imports/nominations", REVIEWERS),
    row("GET", "/api/v1/operations/{id}", STRANGERS),
    row("GET", "/api/v1/operations/{id}/rows", STRANGERS),
    row("GET", "/api/v1/operations/{id}/result.xlsx", STRANGERS),
    row("GET", "/api/v1/operations/{id}/file", STRANGERS),
    row("GET", "/api/v1/exports/candidates.xlsx", REVIEWERS),
    row("GET", "/api/v1/exports/candidates.csv", REVIEWERS),
    row("GET", "/api/v1/exports/summary.xlsx", REVIEWERS),
    row("GET", "/api/v1/exports/participation.xlsx", REVIEWERS),
    row("GET", "/api/v1/candidates/{id}/application-form.xlsx", "401 403 + 404 + 404 + 403 +"),
    // Forwarding, lists, honours.
    row("POST", "/api/v1/batches", CITY),
    row("GET", "/api/v1/batches", CITY_AND_PORTAL),
    row("GET", "/api/v1/batches/{id}", CITY_AND_PORTAL),
    row("POST", "/api/v1/batches/{id}/receipt", CITY_AND_PORTAL),
    row("POST", "/api/v1/lists", CITY),
    row("GET", "/api/v1/lists", ANYBODY),
    row("GET", "/api/v1/lists/{month}", ANYBODY),
    row("GET", "/api/v1/honorees", ANYBODY),
    row("GET", "/api/v1/honorees/{id}", ANYBODY),
    row("GET", "/api/v1/certificates/{number}", ANYBODY),
    // Studying and participation. The member and the record are nobody's of the columns.
    row("POST", "/api/v1/candidates/{id}/study-records", "401 + + + + + + 403 +"),
    row("GET", "/api/v1/candidates/{id}/study-count", ANYBODY),
    row("GET", "/api/v1/me/study-records", SIGNED_IN),
    row("GET", "/api/v1/study-records", REVIEWERS),
    row("DELETE", "/api/v1/study-records/{id}/reflection", "401 404 404 404 404 404 404 403 404"),
    row("GET", "/api/v1/cycles/{month}/participation", REVIEWERS),
    row("GET", "/api/v1/organizations/{id}/members", "401 403 + 404 + 404 + 403 403"),
    row("POST", "/api/v1/organizations/{id}/members/{user_id}/confirmation", "401 403 + 404 + 404 + 403 403"),
    row("DELETE", "/api/v1/organizations/{id}/members/{user_id}/confirmation", "401 403 + 404 + 404 + 403 403"),
    // Votes and objections.
    row("POST", "/api/v1/votes", VOTERS),
    row("POST", "/api/v1/ballots", VOTERS),
    row("GET", "/api/v1/me/votes", SIGNED_IN),
    row("GET", "/api/v1/cycles/{month}/tally", ANYBODY),
    row("GET", "/api/v1/cycles/{month}/log/head", ANYBODY),
    row("GET", "/api/v1/cycles/{month}/log/entries", ANYBODY),
    row("GET", "/api/v1/cycles/{month}/log/proof", ANYBODY),
    row("GET", "/api/v1/cycles/{month}/log/consistency", ANYBODY),
    row("POST", "/api/v1/candidates/{id}/objections", ANYBODY),
    row("GET", "/api/v1/objections", CITY),
    row("GET", "/api/v1/objections/{id}/contact", CITY),
    row("POST", "/api/v1/objections/{id}/decision", CITY),
];
