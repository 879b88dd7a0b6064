//! The certificate itself.

use actix_web::{get, web::Path};

use super::KEPT_SECONDS;
use crate::{
    api::{
        answer::Answer,
        download::{self, PDF},
        path::Segment,
        problem::Problem,
        responses,
        state::State,
    },
    domain::{honour::CertificateNumber, id::HonoreeId},
    service::{
        Caller,
        certificates::{self, Given},
    },
};

fn file(given: Given) -> Answer {
    let name = download::shown_as(&format!("{}.pdf", given.number), &format!("{}.pdf", given.file_name));
    Answer::file(given.content, PDF, name).public(KEPT_SECONDS)
}

/// Download a certificate
///
/// A4, to be printed; the same bytes each time, whatever becomes of the program and its fonts, until it is reissued. One that was revoked or whose
/// name is withheld is 410. One of the national list is 409 `certificate_issued_elsewhere`. A name with characters that no
/// font has is 409 `character_missing`, which names each of them.
#[utoipa::path(
    tag = "certificates",
    params(("number" = String, Path, description = "The certificate's number, such as 2026-11-DED-0001.")),
    responses((status = 200, description = "The certificate.", content_type = "application/pdf", body = String), responses::Unchanged, responses::NotFound, responses::Conflict, responses::Gone, responses::Common),
    security(())
)]
#[get("/certificates/{number}/pdf")]
pub async fn get_certificate_pdf(
    state: State,
    caller: Caller,
    number: Path<Segment<CertificateNumber>>,
) -> Result<Answer, Problem> {
    Ok(file(certificates::get_pdf(&state, &caller, number.value()?).await?))
}

/// Download an honoree's certificate
///
/// That of the latest honour that stands; 404 when there is none. See `GET /certificates/{number}/pdf`.
#[utoipa::path(
    tag = "certificates",
    params(("id" = Uuid, Path, description = "The honoree's id.")),
    responses((status = 200, description = "The certificate.", content_type = "application/pdf", body = String), responses::Unchanged, responses::NotFound, responses::Conflict, responses::Gone, responses::Common),
    security(())
)]
#[get("/honorees/{id}/certificate")]
pub async fn get_honoree_certificate(
    state: State,
    caller: Caller,
    id: Path<Segment<HonoreeId>>,
) -> Result<Answer, Problem> {
    Ok(file(certificates::get_latest_pdf(&state, &caller, id.value()?).await?))
}
