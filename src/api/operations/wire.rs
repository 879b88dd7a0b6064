//! Long work on the wire.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::certificates::CertificateExportResult;
use crate::{
    api::{
        answer::representations,
        codes,
        language::Language,
        problem::Problem,
        responses::{ProblemBody, ProblemError},
        role::mirrored,
    },
    domain::{
        fault::{Code, Fault},
        import::{RowFault, RowOutcome},
        operation::{OperationKind, OperationStatus},
    },
    service::{
        exports::ExportCounts,
        imports::{Annotated, Counts, ImportOptions},
    },
    storage::{operations::OperationRow, staged_rows::StagedRow},
};

mirrored! {
    /// What is worked on.
    OperationKindName = OperationKind {
        /// A table of recommendations is taken.
        NominationImport,
        /// A table of candidates is written.
        CandidateExport,
        /// The certificates of a month are put together.
        CertificateExport,
    }
}

mirrored! {
    /// Where work stands.
    OperationStatusName = OperationStatus {
        /// It goes on.
        Running,
        /// It came to its end.
        Succeeded,
        /// It could not be carried out.
        Failed,
    }
}

mirrored! {
    /// What became of a row.
    RowOutcomeName = RowOutcome {
        /// It is in order; no candidate was made of it.
        Valid,
        /// A candidate was made of it.
        Created,
        /// It was taken before, or stands in the table before.
        Duplicate,
        /// Something is wrong with it.
        Refused,
    }
}

/// How far work is.
#[derive(Serialize, ToSchema)]
pub struct Progress {
    /// How much is done.
    pub done: i64,
    /// Of how much.
    pub total: i64,
}

/// A row of an imported table.
#[derive(Serialize, ToSchema)]
pub struct ImportRow {
    /// Its number, as the program shows it that made the table.
    pub row: i32,
    /// What became of it.
    pub status: RowOutcomeName,
    /// The candidate made of it, or of the row that it repeats.
    pub candidate_id: Option<Uuid>,
    /// The row of the same table that it repeats.
    pub repeats_row: Option<i32>,
    /// What is wrong, each with its `cell`, such as `C17`.
    #[schema(max_items = 20)]
    pub errors: Vec<ProblemError>,
}

impl ImportRow {
    /// Shows a row.
    #[must_use]
    pub fn of(row: StagedRow, language: Language) -> Self {
        let faults = row.faults.0.into_iter().map(Fault::from);
        Self {
            row: row.row_number,
            status: row.outcome.into(),
            candidate_id: row.candidate_id.map(Into::into),
            repeats_row: row.earlier_row,
            errors: faults.map(|fault| error(fault, language)).collect(),
        }
    }
}

fn error(fault: Fault, language: Language) -> ProblemError {
    ProblemError {
        detail: codes::detail(fault.code, &fault.figures, language),
        code: fault.code.as_str().to_owned(),
        pointer: fault.pointer,
        figures: fault.figures.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    }
}

/// What an import came to.
#[derive(Serialize, ToSchema)]
pub struct ImportResult {
    /// Nothing was to be taken.
    pub dry_run: bool,
    /// Rows in order were to be taken though others are not.
    pub partial: bool,
    /// Whether candidates were made.
    pub taken: bool,
    /// Rows of the table.
    pub total: i64,
    /// Rows of which candidates were made.
    pub created: i64,
    /// Rows in order of which none was made: of a dry run, or because other rows are not in order.
    pub valid: i64,
    /// Rows that repeat others.
    pub duplicate: i64,
    /// Rows with something wrong.
    pub refused: i64,
    /// All rows of an import of at most 200; of a larger one those refused and repeated, at most 200.
    #[schema(max_items = 200)]
    pub rows: Vec<ImportRow>,
    /// Where all rows are paged.
    pub rows_url: String,
    /// The table as it was sent, annotated.
    pub annotated_url: String,
}

/// What an export came to.
#[derive(Serialize, ToSchema)]
pub struct ExportResult {
    /// Candidates in the table.
    pub total: usize,
    /// Where the file is, for a week.
    pub file_url: String,
}

/// With what work ended; `kind` tells which.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum OperationResult {
    /// Of an import.
    Import(ImportResult),
    /// Of an export.
    Export(ExportResult),
    /// Of the certificates of a month.
    Certificates(CertificateExportResult),
}

/// Long work.
#[derive(Serialize, ToSchema)]
pub struct Operation {
    /// Its id.
    pub id: Uuid,
    /// What is worked on.
    pub kind: OperationKindName,
    /// Where it stands.
    pub status: OperationStatusName,
    /// How far it is.
    pub progress: Progress,
    /// With what it ended.
    pub result: Option<OperationResult>,
    /// Why it could not be carried out.
    pub problem: Option<ProblemBody>,
    /// When it was started.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Changes with everything that is shown.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(Operation);

impl Operation {
    /// Shows work with the rows given.
    pub fn of(row: OperationRow, rows: Vec<StagedRow>, language: Language) -> Result<Self, Problem> {
        let url = format!("/api/v1/operations/{}", row.id);
        let ended = row.status == OperationStatus::Succeeded;
        let result = match row.result.filter(|_| ended) {
            None => None,
            Some(counts) => Some(match row.kind {
                OperationKind::NominationImport => {
                    let rows = rows.into_iter().map(|row| ImportRow::of(row, language)).collect();
                    OperationResult::Import(import_result(&url, &read(row.options.0)?, read(counts.0)?, rows))
                }
                OperationKind::CertificateExport => {
                    OperationResult::Certificates(CertificateExportResult::of(&url, read(counts.0)?, language))
                }
                OperationKind::CandidateExport => {
                    let ExportCounts { rows: total } = read(counts.0)?;
                    OperationResult::Export(ExportResult { total, file_url: format!("{url}/file") })
                }
            }),
        };
        Ok(Self {
            id: row.id.into(),
            kind: row.kind.into(),
            status: row.status.into(),
            progress: Progress { done: row.done, total: row.total },
            result,
            problem: row.problem.map(|problem| stored_problem(problem.0, &url, language)).transpose()?,
            created_at: row.created_at.0,
            finished_at: row.finished_at.map(|at| at.0),
            etag: String::new(),
            version: row.version,
        })
    }
}

fn import_result(url: &str, options: &ImportOptions, counts: Counts, rows: Vec<ImportRow>) -> ImportResult {
    let Counts { rows: total, created, valid, duplicate, refused } = counts;
    ImportResult {
        dry_run: options.dry_run,
        partial: options.partial,
        taken: created > 0,
        total,
        created,
        valid,
        duplicate,
        refused,
        rows,
        rows_url: format!("{url}/rows"),
        annotated_url: format!("{url}/result.xlsx"),
    }
}

pub(super) fn known_code(text: &str) -> Code {
    Code::ALL.iter().copied().find(|code| code.as_str() == text).unwrap_or(Code::Internal)
}

#[derive(Deserialize)]
struct StoredProblem {
    code: String,
    faults: Vec<RowFault>,
}

fn stored_problem(stored: Value, instance: &str, language: Language) -> Result<ProblemBody, Problem> {
    let stored: StoredProblem = read(stored)?;
    let code = known_code(&stored.code);
    let faults: Vec<Fault> = stored.faults.into_iter().map(Fault::from).collect();
    let title = match language {
        Language::Chinese => codes::title_zh(code),
        Language::English => codes::title_en(code),
    };
    let figures = faults.iter().find(|fault| fault.code == code).map(|fault| fault.figures.clone()).unwrap_or_default();
    Ok(ProblemBody {
        r#type: format!("urn:haoren:problem:{code}"),
        title: title.to_owned(),
        status: codes::status(code).as_u16(),
        detail: codes::detail(code, &figures, language),
        instance: instance.to_owned(),
        code: code.as_str().to_owned(),
        request_id: String::new(),
        errors: faults.into_iter().map(|fault| error(fault, language)).collect(),
    })
}

fn read<T: serde::de::DeserializeOwned>(stored: Value) -> Result<T, Problem> {
    serde_json::from_value(stored).map_err(|error| {
        log::error!("an operation cannot be read: {error}");
        Problem::of(Code::Internal)
    })
}

/// What is written into the annotated table.
pub struct Words(pub Language);

impl Annotated for Words {
    fn outcome(&self, row: &StagedRow) -> String {
        let (zh, en) = match row.outcome {
            RowOutcome::Valid => ("可导入", "valid"),
            RowOutcome::Created => ("已导入", "created"),
            RowOutcome::Duplicate => ("重复", "duplicate"),
            RowOutcome::Refused => ("有误", "refused"),
        };
        let word = if self.0 == Language::Chinese { zh } else { en };
        row.earlier_row.map_or_else(|| word.to_owned(), |earlier| format!("{word} ({earlier})"))
    }

    fn fault(&self, fault: &Fault) -> String {
        let cell = fault.figures.iter().find(|(name, _)| *name == "cell").and_then(|(_, cell)| cell.as_str());
        format!("{} {}", cell.unwrap_or_default(), codes::detail(fault.code, &fault.figures, self.0)).trim().to_owned()
    }
}
