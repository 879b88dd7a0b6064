//! Reissuing, and the prints that came of it.

use actix_web::{HttpRequest, get, http::StatusCode, post, web::Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::{CertificatePrint, ReissueCertificateRequest};
use crate::{
    api::{
        answer::Answer,
        body::Body,
        download::{self, PDF},
        once::once,
        page::{Page, PageRequest},
        path::Segment,
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::{honour::CertificateNumber, id::CertificatePrintId, role::Role},
    service::{
        Caller,
        certificates::{self, Order, Print},
    },
};

fn created(print: Print) -> Result<Answer, Problem> {
    let shown = CertificatePrint::from(print);
    let location = shown.pdf_url.clone();
    Ok(Answer::plain(&shown)?.with_status(StatusCode::CREATED).with_location(location))
}

/// Reissue a certificate
///
/// 换发: by the city. The sheet is drawn anew under the same number from what is known now (name, name of the category, the
/// city's issuer of today, public address) and given out from then on; the day on it stays that of publication. The print before
/// is kept (`GET /certificates/{number}/prints`). Refused with 409 for an honour that was revoked (`honour_revoked`) or whose name
/// is withheld (`honour_withheld`), one of the national list (`certificate_issued_elsewhere`), one that was never downloaded
/// (`certificate_not_issued`), where the result would be what was issued (`certificate_unchanged`), and where no font has a
/// character (`character_missing`).
#[utoipa::path(
    tag = "certificates",
    params(("number" = String, Path, description = "The certificate's number, such as 2026-11-DED-0001."), responses::IdempotencyHeader),
    request_body = ReissueCertificateRequest,
    responses((status = 201, description = "The print that is given out now; `Location` is its PDF.", body = CertificatePrint), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/certificates/{number}/reissues")]
pub async fn reissue_certificate(
    state: State,
    caller: Caller,
    number: Path<Segment<CertificateNumber>>,
    body: Body<ReissueCertificateRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let number = number.value()?;
    certificates::check_certificate(&state, number.clone()).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let order = Order { number: number.clone(), reason: body.read()?.reason };
            created(certificates::reissue(&state, &caller, order, attempt).await?)
        },
        async |first| {
            let print = (number.clone(), first.resource_id.into());
            created(certificates::find_print(&state, &caller, print).await?)
        },
    )
    .await
}

/// A page of prints.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListCertificatePrintsQuery {
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List the prints of a certificate
///
/// For the city, the last one first: when each was drawn, who had the certificate reissued and why, and where its PDF is. None is
/// ever removed. A certificate that nobody has downloaded has none.
#[utoipa::path(
    tag = "certificates",
    params(("number" = String, Path, description = "The certificate's number, such as 2026-11-DED-0001."), ListCertificatePrintsQuery),
    responses((status = 200, description = "A page of prints.", body = Page<CertificatePrint>), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::BadQuery, responses::Common)
)]
#[get("/certificates/{number}/prints")]
pub async fn list_certificate_prints(
    state: State,
    caller: Caller,
    number: Path<Segment<CertificateNumber>>,
    request: HttpRequest,
    query: Query<ListCertificatePrintsQuery>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let number = number.value()?;
    certificates::check_certificate(&state, number.clone()).await?;
    let query = query.read()?;
    let page = PageRequest::<i32>::read(&request, query.limit, query.cursor.as_deref())?;
    let prints = certificates::list_prints(&state, &caller, number, page.after, page.rows()).await?;
    page.answer_plain(prints, |print| print.row.sequence, |print| Ok(CertificatePrint::from(print)))
}

/// Download a print of a certificate
///
/// For the city: what was given out, byte for byte, also when it was replaced since or the honour was revoked.
#[utoipa::path(
    tag = "certificates",
    params(("number" = String, Path, description = "The certificate's number, such as 2026-11-DED-0001."), ("print_id" = Uuid, Path, description = "The print's id.")),
    responses((status = 200, description = "The print.", content_type = "application/pdf", body = String), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/certificates/{number}/prints/{print_id}/pdf")]
pub async fn get_certificate_print_pdf(
    state: State,
    caller: Caller,
    path: Path<(Segment<CertificateNumber>, Segment<CertificatePrintId>)>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let print = (path.0.value()?, path.1.value()?);
    let given = certificates::get_print_pdf(&state, &caller, print).await?;
    let name = download::shown_as(&format!("{}.pdf", given.number), &format!("{}.pdf", given.file_name));
    Ok(Answer::file(given.content, PDF, name))
}
