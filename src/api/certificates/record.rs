//! Recording what the national site has issued.

use actix_web::{put, web::Path};

use super::wire::{CertificateCheck, RecordCertificateRequest};
use crate::{
    api::{
        answer::Answer, body::Body, path::Segment, precondition::IfMatch, problem::Problem, responses, state::State,
    },
    domain::{honour::CertificateNumber, role::Role},
    service::{Caller, certificates},
};

/// Record an outside certificate
///
/// By the city, for an entry of the national list (中国好人榜), whose certificates are recorded here and not printed. What was
/// recorded before is replaced. `If-Match` names the `etag` of the check.
#[utoipa::path(
    tag = "certificates",
    params(("number" = String, Path, description = "The number of the entry here, such as 2026-11-DED-0001."), responses::IfMatchHeader),
    request_body = RecordCertificateRequest,
    responses((status = 200, description = "What is known of it now.", body = CertificateCheck), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Precondition, responses::Conflict, responses::Gone, responses::Common)
)]
#[put("/certificates/{number}/record")]
pub async fn record_certificate(
    state: State,
    caller: Caller,
    number: Path<Segment<CertificateNumber>>,
    if_match: IfMatch,
    body: Body<RecordCertificateRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let number = number.value()?;
    let found = certificates::check_certificate(&state, number.clone()).await?;
    let version = if_match.matches(found.entry.honour.version)?;
    let outside = body.read()?.outside();
    let recorded = certificates::record_certificate(&state, &caller, (number, version), outside).await?;
    Answer::of(CertificateCheck::from(recorded))
}
