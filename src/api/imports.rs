//! Importing recommendations.

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, post};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::Answer,
    candidates::upload::Upload,
    context::Context,
    download::{self, XLSX},
    language::Language,
    once::once,
    operations::{Operation, OperationResult, shown},
    problem::Problem,
    query::Query,
    responses,
    state::State,
};
use crate::service::{
    Caller,
    imports::{self, ImportRequest, Started},
    sheets::FILE_MAX_BYTES,
};

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_nominations_template).service(import_nominations);
}

/// Download the template of an import
///
/// A workbook with lists to choose from (categories, the open units and districts of the caller's subtree, channels), an
/// example row that is not imported, and a sheet that explains the columns.
#[utoipa::path(
    tag = "tables",
    responses((status = 200, description = "A workbook.", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = String), responses::Unauthenticated, responses::Forbidden, responses::Common)
)]
#[get("/imports/nominations/template.xlsx")]
pub async fn get_nominations_template(state: State, caller: Caller) -> Result<HttpResponse, Problem> {
    let file = imports::template(&state, &caller).await?;
    Ok(download::file(file, XLSX, ("template.xlsx", "推荐导入模板.xlsx")))
}

/// How a table is taken.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Take nothing, and say what would be.
    #[param(default = false)]
    dry_run: Option<bool>,
    /// Take the rows that are in order though others are not.
    #[param(default = false)]
    partial: Option<bool>,
}

/// A form with one table.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form in the contract")]
pub struct TableForm {
    /// An XLSX workbook, or CSV in UTF-8, UTF-16 with a mark or GB 18030; of at most 10 MiB, 20,000 rows and 50 columns.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Import recommendations
///
/// For reviewers, into their subtree. The content decides what the file is; the sheet is found by its header, whose names
/// are Chinese or English and stand in any order. Each row is judged by the rules of a single recommendation; who imports is
/// the operator, and a row without a nominator is the importer's own nomination. Without `partial`, anything wrong means
/// that nothing is taken. A row taken before is recognised and not taken twice. Up to 200 rows are answered at once: 201
/// where candidates were made, else 200. A larger table is answered with 202, and followed at `Location`. Formulas, merged
/// rows and macros are refused.
#[utoipa::path(
    tag = "tables",
    params(ImportQuery, responses::IdempotencyHeader),
    request_body(content = TableForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "Nothing was taken; the result says why for each row.", body = Operation),
        (status = 201, description = "Candidates were made.", body = Operation),
        (status = 202, description = "The work goes on; `Location` is where it is followed.", body = Operation),
        responses::Unauthenticated, responses::Forbidden, responses::Invalid, responses::Conflict, responses::Common
    )
)]
#[post("/imports/nominations")]
pub async fn import_nominations(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ImportQuery>,
    upload: Upload,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let language = Context::of(&request).language;
    let upload = upload.receive(FILE_MAX_BYTES).await;
    once(
        &state,
        upload.attempt(&state, &caller)?,
        async |attempt| {
            let query = query.read()?;
            let (dry_run, partial) = (query.dry_run.unwrap_or(false), query.partial.unwrap_or(false));
            let request = ImportRequest { file: upload.read()?, dry_run, partial };
            let started = imports::import_nominations(&state, &caller, request, attempt).await?;
            answer(&state, &caller, started, language).await
        },
        async |first| answer(&state, &caller, imports::find_started(&state, &caller, &first).await?, language).await,
    )
    .await
}

async fn answer(state: &State, caller: &Caller, started: Started, language: Language) -> Result<Answer, Problem> {
    let location = format!("/api/v1/operations/{}", started.operation.id);
    let operation = shown(state, caller, started.operation, language).await?;
    let made = matches!(&operation.result, Some(OperationResult::Import(result)) if result.taken);
    let status = match (started.goes_on, made) {
        (true, _) => StatusCode::ACCEPTED,
        (false, true) => StatusCode::CREATED,
        (false, false) => StatusCode::OK,
    };
    Ok(Answer::of(operation)?.with_status(status).with_location(location))
}
