//! The certificates of a month.

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode};
use bytes::Bytes;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    api::{
        answer::Answer,
        context::Context,
        download::{self, PDF, ZIP},
        operations::{Operation, shown},
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::{month::Month, role::Role},
    service::{
        Caller,
        certificates::{self, MonthFormat, MonthOptions},
    },
};

/// The certificates of which month.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportCertificatesQuery {
    /// The month.
    #[param(value_type = String, example = "2026-11")]
    cycle: Month,
}

/// Export a month's certificates as a ZIP
///
/// 本期全部荣誉证书: one PDF each, named by number and name. They are put together while the client does something else: the
/// answer is 202, and `Location` is where the work is followed and its file then found. Its result counts the entries that are
/// revoked or withheld, and lists under `missing` those that could not be drawn: number, why, and which characters in which
/// place no font has. The ZIP has the same list in Chinese as `未生成的证书.txt`. Where not one could be drawn the work fails with
/// all the reasons.
#[utoipa::path(
    tag = "certificates",
    params(ExportCertificatesQuery),
    responses((status = 202, description = "The certificates are being put together; `Location` is where that is followed.", body = Operation), responses::BadQuery, responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Conflict, responses::Common)
)]
#[get("/exports/certificates.zip")]
pub async fn export_certificates_zip(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ExportCertificatesQuery>,
) -> Result<Answer, Problem> {
    begin(&state, &caller, &request, (query, MonthFormat::Zip)).await
}

/// Export a month's certificates as one PDF
///
/// The same in one file, to be printed at once, drawn anew. What could not be drawn is not in it, and is listed under `missing`
/// in the result.
#[utoipa::path(
    tag = "certificates",
    params(ExportCertificatesQuery),
    responses((status = 202, description = "The certificates are being put together; `Location` is where that is followed.", body = Operation), responses::BadQuery, responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Conflict, responses::Common)
)]
#[get("/exports/certificates.pdf")]
pub async fn export_certificates_pdf(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ExportCertificatesQuery>,
) -> Result<Answer, Problem> {
    begin(&state, &caller, &request, (query, MonthFormat::Pdf)).await
}

async fn begin(
    state: &State,
    caller: &Caller,
    request: &HttpRequest,
    (query, format): (Query<ExportCertificatesQuery>, MonthFormat),
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let row = certificates::begin_month(state, caller, (query.read()?.cycle, format)).await?;
    let location = format!("/api/v1/operations/{}", row.id);
    let operation = shown(state, caller, row, Context::of(request).language).await?;
    Ok(Answer::of(operation)?.with_status(StatusCode::ACCEPTED).with_location(location))
}

/// The file that came of it.
#[must_use]
pub fn month_file(content: Bytes, options: &MonthOptions) -> HttpResponse {
    let media_type = match options.format {
        MonthFormat::Zip => ZIP,
        MonthFormat::Pdf => PDF,
    };
    let name = format!("荣誉证书{}.{}", options.cycle, options.format);
    download::file(content, media_type, (&format!("certificates-{}.{}", options.cycle, options.format), &name))
}
