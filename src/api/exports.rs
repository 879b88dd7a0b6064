//! Tables and forms for clerks.

use actix_web::{HttpRequest, HttpResponse, Responder as _, get, http::StatusCode, web::Path};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::{
    answer::Answer,
    candidates::names::ChannelName,
    context::Context,
    download::{self, XLSX},
    language::Language,
    operations::{Operation, shown},
    organizations::wire::OrganizationKind,
    path::Segment,
    problem::Problem,
    query::Query,
    responses,
    reviews::terms::CandidateStatus,
    state::State,
};
use crate::{
    domain::{
        category::CategoryCode,
        fault::{Code, Fault},
        id::CandidateId,
        month::Month,
        sheet::TableFormat,
        text,
    },
    service::{
        Caller,
        candidates::read::ListRequest,
        exports::{self, ExportRequest, Exported},
        participation::ParticipationRequest,
    },
};

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(export_candidates_xlsx)
        .service(export_candidates_csv)
        .service(export_district_summary)
        .service(export_participation)
        .service(export_monthly_report)
        .service(get_application_form);
}

#[derive(Clone, Copy, Deserialize)]
enum ScopeName {
    #[serde(rename = "public")]
    Public,
}

#[derive(Clone, Copy, Deserialize)]
enum SortName {
    #[serde(rename = "created_at")]
    Ascending,
    #[serde(rename = "-created_at")]
    Descending,
}

/// Which candidates are exported: the filters of their list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportCandidatesQuery {
    /// `public`: only what everybody sees.
    #[param(value_type = Option<String>, pattern = "^public$")]
    scope: Option<ScopeName>,
    /// Of these cycles; may be repeated.
    #[serde(default)]
    #[param(value_type = Vec<String>, example = json!(["2026-11"]))]
    cycle: Vec<Month>,
    /// Of these categories; may be repeated.
    #[serde(default)]
    #[param(value_type = Vec<String>)]
    category: Vec<CategoryCode>,
    /// In these states; may be repeated.
    #[serde(default)]
    status: Vec<CandidateStatus>,
    /// Of these districts, by id; may be repeated.
    #[serde(default)]
    district: Vec<Uuid>,
    /// Of these units and the units under them, by id; may be repeated.
    #[serde(default)]
    unit: Vec<Uuid>,
    /// Recommended through these channels; may be repeated.
    #[serde(default)]
    channel: Vec<ChannelName>,
    /// A text in name or summary, at least one character.
    #[param(min_length = 1, max_length = 50)]
    q: Option<String>,
    /// `created_at` or `-created_at`, the latest first, which is what nothing said means.
    #[param(value_type = Option<String>, pattern = "^-?created_at$", default = "-created_at")]
    sort: Option<SortName>,
    /// Write contact details in clear, of at most 2,000 candidates. This is an audit event that names every one.
    #[param(default = false)]
    contacts: Option<bool>,
}

impl ExportCandidatesQuery {
    fn request(self, format: TableFormat) -> Result<ExportRequest, Problem> {
        let faults: Vec<Fault> = self.q.iter().flat_map(|q| text::line(q, 50)).map(|fault| fault.under("/q")).collect();
        let contacts = self.contacts.unwrap_or(false);
        if !faults.is_empty() {
            return Err(Problem::with(Code::InvalidQuery, faults));
        }
        if contacts && self.scope.is_some() {
            return Err(Problem::with(Code::InvalidQuery, vec![Fault::at("/contacts", Code::Inconsistent)]));
        }
        let filter = ListRequest {
            public_only: self.scope.is_some(),
            cycles: self.cycle,
            categories: self.category,
            statuses: self.status.into_iter().map(Into::into).collect(),
            districts: self.district.into_iter().map(Into::into).collect(),
            units: self.unit.into_iter().map(Into::into).collect(),
            channels: self.channel.into_iter().map(Into::into).collect(),
            q: self.q,
            descending: !matches!(self.sort, Some(SortName::Ascending)),
        };
        Ok(ExportRequest { filter, format, contacts })
    }
}

/// Export candidates as a workbook
///
/// Those of the reviewer's subtree that the filters of the list name, at most 20,000; a second sheet explains the columns.
/// Contact details are masked unless `contacts=true`. Every cell is a text, so that none becomes a formula. More than 2,000
/// candidates are written while the client does something else: the answer is 202, and `Location` is where the work is
/// followed and its file then found.
#[utoipa::path(
    tag = "tables",
    params(ExportCandidatesQuery),
    responses((status = 200, description = "A workbook.", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = String), (status = 202, description = "The table is being written; `Location` is where that is followed.", body = Operation), responses::BadQuery, responses::Unauthenticated, responses::Forbidden, responses::Common)
)]
#[get("/exports/candidates.xlsx")]
pub async fn export_candidates_xlsx(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ExportCandidatesQuery>,
) -> Result<HttpResponse, Problem> {
    export(&state, &caller, &request, (query, TableFormat::Xlsx)).await
}

/// Export candidates as CSV
///
/// The same table in UTF-8 with a byte order mark, every cell quoted. A cell that begins with `=`, `+`, `-`, `@`, a tab or a
/// line break gets an apostrophe before it, so that no program takes it for a formula. A large one is answered with 202.
#[utoipa::path(
    tag = "tables",
    params(ExportCandidatesQuery),
    responses((status = 200, description = "Comma separated values.", content_type = "text/csv", body = String), (status = 202, description = "The table is being written; `Location` is where that is followed.", body = Operation), responses::BadQuery, responses::Unauthenticated, responses::Forbidden, responses::Common)
)]
#[get("/exports/candidates.csv")]
pub async fn export_candidates_csv(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ExportCandidatesQuery>,
) -> Result<HttpResponse, Problem> {
    export(&state, &caller, &request, (query, TableFormat::Csv)).await
}

async fn export(
    state: &State,
    caller: &Caller,
    request: &HttpRequest,
    (query, format): (Query<ExportCandidatesQuery>, TableFormat),
) -> Result<HttpResponse, Problem> {
    caller.require_reviewer()?;
    match exports::export_candidates(state, caller, query.read()?.request(format)?).await? {
        Exported::AtOnce(file) => Ok(download::candidates(file, format)),
        Exported::Begun(row) => {
            let location = format!("/api/v1/operations/{}", row.id);
            let operation = shown(state, caller, row, Context::of(request).language).await?;
            let answer = Answer::of(operation)?.with_status(StatusCode::ACCEPTED).with_location(location);
            Ok(answer.respond_to(request))
        }
    }
}

/// Of which month and district a summary is written.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SummaryQuery {
    /// The month.
    #[param(value_type = String, example = "2026-11")]
    cycle: Month,
    /// The district's id.
    district: Uuid,
}

/// Export a district's summary table
///
/// 汇总表: whom the district has endorsed in a month, by category, to be printed across A4. For the district's reviewers and
/// the city's; another district is 404.
#[utoipa::path(
    tag = "tables",
    params(SummaryQuery),
    responses((status = 200, description = "A workbook.", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = String), responses::BadQuery, responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/exports/summary.xlsx")]
pub async fn export_district_summary(
    state: State,
    caller: Caller,
    query: Query<SummaryQuery>,
) -> Result<HttpResponse, Problem> {
    caller.require_reviewer()?;
    let query = query.read()?;
    let district = exports::find_district(&state, &caller, query.district.into()).await?;
    let name = format!("{}汇总表{}.xlsx", district.name, query.cycle);
    let file = exports::district_summary(&state, &caller, query.cycle, district).await?;
    Ok(download::file(file, XLSX, ("summary.xlsx", &name)))
}

/// Which participation is exported.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportParticipationQuery {
    /// The month.
    #[param(value_type = String, example = "2026-11")]
    cycle: Month,
    /// This district and its units alone.
    district: Option<Uuid>,
    /// Organizations of these kinds; may be repeated.
    #[serde(default)]
    kind: Vec<OrganizationKind>,
}

/// Export participation as a workbook
///
/// 参与情况统计表: the numbers of `GET /cycles/{month}/participation` for the reviewer's subtree, at most 20,000
/// organizations, in the order of the tree. Sums are values. Headings are Chinese, with the English beside when
/// `Accept-Language` prefers it; notes are in both languages.
#[utoipa::path(
    tag = "tables",
    params(ExportParticipationQuery),
    responses((status = 200, description = "A workbook.", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = String), responses::BadQuery, responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/exports/participation.xlsx")]
pub async fn export_participation(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ExportParticipationQuery>,
) -> Result<HttpResponse, Problem> {
    caller.require_reviewer()?;
    let query = query.read()?;
    let wanted = ParticipationRequest {
        district: query.district.map(Into::into),
        kinds: query.kind.into_iter().map(Into::into).collect(),
    };
    let in_english = Context::of(&request).language == Language::English;
    let file = exports::export_participation(&state, &caller, (query.cycle, wanted), in_english).await?;
    Ok(download::file(file, XLSX, ("participation.xlsx", &format!("参与情况{}.xlsx", query.cycle))))
}

/// Of which month a report is written.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MonthlyReportQuery {
    /// The month.
    #[param(value_type = String, example = "2026-11")]
    cycle: Month,
}

/// Export the monthly report as a workbook
///
/// 工作月报, in Chinese, with charts, to be printed across A4: key numbers with what they mean, districts (or units, within a
/// district), categories, channels, stages with their times, the list as the public reads it, and how people took part.
/// Of the reviewer's subtree. Its numbers are those of `GET /statistics` and of the month's participation.
#[utoipa::path(
    tag = "tables",
    params(MonthlyReportQuery),
    responses((status = 200, description = "A workbook.", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = String), responses::BadQuery, responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/exports/monthly-report.xlsx")]
pub async fn export_monthly_report(
    state: State,
    caller: Caller,
    query: Query<MonthlyReportQuery>,
) -> Result<HttpResponse, Problem> {
    caller.require_reviewer()?;
    let month = query.read()?.cycle;
    let file = exports::monthly_report(&state, &caller, month).await?;
    Ok(download::file(file, XLSX, ("monthly-report.xlsx", &format!("工作月报{month}.xlsx"))))
}

/// Download a candidate's application form
///
/// 申报表, to be printed on A4: the file's facts, the deed, the opinions of unit, district and city with their days, and
/// places for the seals. Without contact details.
#[utoipa::path(
    tag = "tables",
    params(("id" = Uuid, Path, description = "The candidate's id.")),
    responses((status = 200, description = "A workbook.", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = String), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/candidates/{id}/application-form.xlsx")]
pub async fn get_application_form(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
) -> Result<HttpResponse, Problem> {
    crate::service::candidates::consents::may_read(&caller)?;
    let (name, file) = exports::application_form(&state, &caller, id.value()?).await?;
    Ok(download::file(file, XLSX, ("application-form.xlsx", &format!("申报表-{name}.xlsx"))))
}
