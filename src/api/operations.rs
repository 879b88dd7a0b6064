//! Long work, as who started it follows it.

mod certificates;
mod wire;

use actix_web::{HttpRequest, HttpResponse, get, web::Path};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub use self::wire::{ImportRow, Operation, OperationResult, OperationStatusName};
use self::wire::{RowOutcomeName, Words};
use super::{
    answer::Answer,
    context::Context,
    download::{self, XLSX},
    language::Language,
    page::{Page, PageRequest},
    path::Segment,
    problem::Problem,
    query::Query,
    responses,
    state::State,
};
use crate::{
    domain::{
        id::OperationId,
        import::RowOutcome,
        operation::{OperationKind, OperationStatus},
    },
    service::{Caller, Service, certificates as issued, exports, imports, operations},
    storage::operations::OperationRow,
};

/// So many rows are shown with their operation.
const ROWS_SHOWN: i64 = 200;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(get_operation)
        .service(list_operation_rows)
        .service(get_operation_result)
        .service(get_operation_file);
}

/// Work with its rows, for whoever asks in the place in which it was begun: all of a small import, of a large one those that
/// were refused or repeat others.
pub async fn shown(
    service: &Service,
    caller: &Caller,
    row: OperationRow,
    language: Language,
) -> Result<Operation, Problem> {
    let is_over = row.kind == OperationKind::NominationImport && row.status == OperationStatus::Succeeded;
    let has_rows = is_over && operations::is_in_place(&row, caller);
    let outcomes = if row.total <= ROWS_SHOWN { vec![] } else { vec![RowOutcome::Refused, RowOutcome::Duplicate] };
    let rows = if has_rows {
        imports::list_rows(service, caller, row.id, (outcomes, None), ROWS_SHOWN).await?
    } else {
        vec![]
    };
    Operation::of(row, rows, language)
}

/// Follow long work
///
/// For who started it. An import of at most 200 rows shows all of them in its result, a larger one those that were refused
/// or are repetitions, at most 200; all are paged at `rows_url`. What was started with `Acting-For` can be followed without it,
/// so that one hears how it ended; its rows and files are shown under a delegation of the same person alone.
#[utoipa::path(
    tag = "operations",
    params(("id" = Uuid, Path, description = "The operation's id.")),
    responses((status = 200, description = "Where the work stands.", body = Operation), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/operations/{id}")]
pub async fn get_operation(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<OperationId>>,
) -> Result<Answer, Problem> {
    caller.account()?;
    let row = operations::find_own(&state, &caller, id.value()?).await?;
    Answer::of(shown(&state, &caller, row, Context::of(&request).language).await?)
}

/// Which rows are listed.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListRowsQuery {
    /// With these outcomes; may be repeated.
    #[serde(default)]
    status: Vec<RowOutcomeName>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List the rows of an import
///
/// For who started it, in the order of the table; kept for a week.
#[utoipa::path(
    tag = "operations",
    params(("id" = Uuid, Path, description = "The operation's id."), ListRowsQuery),
    responses((status = 200, description = "A page of rows.", body = Page<ImportRow>), responses::BadQuery, responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/operations/{id}/rows")]
pub async fn list_operation_rows(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<OperationId>>,
    query: Query<ListRowsQuery>,
) -> Result<Answer, Problem> {
    caller.account()?;
    let id = id.value()?;
    operations::find_own(&state, &caller, id).await?;
    let query = query.read()?;
    let language = Context::of(&request).language;
    let page = PageRequest::<i32>::read(&request, query.limit, query.cursor.as_deref())?;
    let outcomes = query.status.into_iter().map(Into::into).collect();
    let rows = imports::list_rows(&state, &caller, id, (outcomes, page.after), page.rows()).await?;
    page.answer_plain(rows, |row| row.row_number, |row| Ok(ImportRow::of(row, language)))
}

/// Download the annotated table
///
/// The table as it was sent, with a word on what became of each row and the wrong cells coloured; for who started the
/// import, kept for a week.
#[utoipa::path(
    tag = "operations",
    params(("id" = Uuid, Path, description = "The operation's id.")),
    responses((status = 200, description = "A workbook.", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = String), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/operations/{id}/result.xlsx")]
pub async fn get_operation_result(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<OperationId>>,
) -> Result<HttpResponse, Problem> {
    caller.account()?;
    let words = Words(Context::of(&request).language);
    let file = imports::annotated(&state, &caller, id.value()?, words).await?;
    Ok(download::file(file, XLSX, ("result.xlsx", "导入结果.xlsx")))
}

/// Download the file of an export
///
/// For who started it and has the same role and organization as then; kept for a week. Certificates are 409 `export_overtaken`
/// once an honour among them was revoked, a name withheld or a certificate reissued: export again.
#[utoipa::path(
    tag = "operations",
    params(("id" = Uuid, Path, description = "The operation's id.")),
    responses(
        (status = 200, description = "The table, as a workbook or as comma separated values; or the certificates, as a ZIP or PDF.", content(
            (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (String = "text/csv"),
            (String = "application/zip"),
            (String = "application/pdf"),
        )),
        responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Conflict, responses::Common
    )
)]
#[get("/operations/{id}/file")]
pub async fn get_operation_file(
    state: State,
    caller: Caller,
    id: Path<Segment<OperationId>>,
) -> Result<HttpResponse, Problem> {
    caller.account()?;
    let id = id.value()?;
    if let Some((file, options)) = issued::find_month(&state, &caller, id).await? {
        return Ok(super::certificates::month_file(file, &options));
    }
    let (file, format) = exports::find_export(&state, &caller, id).await?;
    Ok(download::candidates(file, format))
}
