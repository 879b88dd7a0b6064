//! The public check of a certificate.

use actix_web::{get, web::Path};

use super::{KEPT_SECONDS, wire::CertificateCheck};
use crate::{
    api::{answer::Answer, path::Segment, problem::Problem, responses, state::State},
    domain::honour::CertificateNumber,
    service::certificates,
};

/// Check a certificate
///
/// Whether the number was given, for what, and whether it stands. The name is masked in the middle. For an entry of the
/// national list, the certificate that the national site has issued, once it is recorded.
#[utoipa::path(
    tag = "certificates",
    params(("number" = String, Path, description = "The certificate's number, such as 2026-11-DED-0001.")),
    responses((status = 200, description = "What is known of it.", body = CertificateCheck), responses::Unchanged, responses::NotFound, responses::Common),
    security(())
)]
#[get("/certificates/{number}")]
pub async fn check_certificate(state: State, number: Path<Segment<CertificateNumber>>) -> Result<Answer, Problem> {
    let found = certificates::check_certificate(&state, number.value()?).await?;
    Ok(Answer::of(CertificateCheck::from(found))?.public(KEPT_SECONDS))
}
