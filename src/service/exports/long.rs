//! An export that nobody waits for: written page by page beside the requests into a file, which is kept for a week.

use std::sync::Arc;

use bytes::Bytes;
use chrono::Duration;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::table::{ExportRequest, PAGE, new_table, rows};
use crate::{
    domain::{
        fault::Code,
        id::OperationId,
        operation::{OperationKind, OperationStatus},
        sheet::TableFormat,
    },
    service::{
        Caller, Error, Service,
        caller::Account,
        candidates::read::{self, ListRequest},
        generator,
        operations::{self, Standing},
    },
    storage::{self, files::FileKey, operations::OperationRow},
};

/// The file is kept for so long after it was written.
pub const KEPT: Duration = Duration::days(7);

/// What was asked for, and of what standing who asked was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportOptions {
    /// `xlsx` or `csv`.
    pub format: String,
    filter: Value,
    standing: Standing,
}

impl ExportOptions {
    fn of(account: &Account, request: &ExportRequest) -> Self {
        Self { format: request.format.to_string(), filter: described(&request.filter), standing: Standing::of(account) }
    }
}

/// What an export came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportCounts {
    /// Candidates in the table.
    pub rows: usize,
}

fn described(filter: &ListRequest) -> Value {
    json!({
        "public": filter.public_only,
        "cycles": filter.cycles,
        "categories": filter.categories,
        "statuses": filter.statuses.iter().map(|status| status.as_str()).collect::<Vec<_>>(),
        "districts": filter.districts,
        "units": filter.units,
        "channels": filter.channels.iter().map(|channel| channel.as_str()).collect::<Vec<_>>(),
        "q": filter.q,
        "descending": filter.descending,
    })
}

struct Job {
    service: Service,
    caller: Caller,
    request: ExportRequest,
    operation: OperationId,
}

/// Begins with an export. Who asks for the same again while it goes on gets the same.
pub async fn begin(
    service: &Service,
    caller: &Caller,
    request: ExportRequest,
    total: usize,
) -> Result<OperationRow, Error> {
    let account = caller.require_reviewer()?.clone();
    let taken_on = service.background.take_on()?;
    let options = ExportOptions::of(&account, &request);
    let id = generator::new_id(&service.clocks)?;
    let row = operations::begun(service, (id, OperationKind::CandidateExport), &account, (&options, total))?;
    let wanted = row.clone();
    let (row, is_new) = service
        .store
        .write(move |db| {
            account.recheck(db)?;
            let running = storage::operations::list_running(db, account.actor(), wanted.kind)?;
            if let Some(same) = running.into_iter().find(|one| one.options.0 == wanted.options.0) {
                return Ok::<_, Error>((same, false));
            }
            storage::operations::insert(db, &wanted)?;
            Ok((wanted, true))
        })
        .await?;
    if is_new {
        let operation = row.id;
        let job = Job { service: service.clone(), caller: caller.clone(), request, operation };
        taken_on.begin(operations::run(service.clone(), row.id, carry_out(job)))?;
    }
    Ok(row)
}

async fn carry_out(job: Job) -> Result<(), Error> {
    let Job { service, caller, request, operation } = job;
    let _place = operations::turn(&service, operation).await?;
    let mut table = new_table(request.format)?;
    let (mut after, mut written) = (None, 0);
    loop {
        if service.background.is_stopping() {
            return Err(Error::of(Code::OperationInterrupted));
        }
        let page = Arc::new(read::list_files(&service, &caller, request.filter.clone(), after, PAGE).await?);
        let Some(last) = page.last() else { break };
        after = Some((last.candidate.created_at, last.candidate.id));
        written += page.len();
        let (of_service, of_page) = (service.clone(), Arc::clone(&page));
        let write = move || {
            table.push(&rows(&of_service, &of_page, false)?)?;
            Ok(table)
        };
        table = service.sheets.work(write).await?;
        operations::beat(&service, &caller, (operation, written)).await?;
    }
    let file = service.sheets.work(move || table.into_bytes()).await?;
    let away = |error: storage::files::FilesError| Error::Unavailable(error.to_string());
    service.files.put(FileKey::Export(operation), file).await.map_err(away)?;
    operations::succeed(&service, &caller, (operation, &ExportCounts { rows: written })).await
}

/// The file of an export that the caller has started and that has ended well, with its format; 404 otherwise, and for whom
/// the export shows what they may no longer see.
pub async fn find_export(service: &Service, caller: &Caller, id: OperationId) -> Result<(Bytes, TableFormat), Error> {
    let row = operations::find_in_place(service, caller, id).await?;
    if row.kind != OperationKind::CandidateExport || row.status != OperationStatus::Succeeded {
        return Err(Error::not_found());
    }
    let options: ExportOptions =
        serde_json::from_value(row.options.0).map_err(|error| Error::Internal(error.to_string()))?;
    let format = options.format.parse().map_err(|_| Error::Internal("an export of an unknown format".to_owned()))?;
    options.standing.require(caller)?;
    let found = service.files.find(FileKey::Export(id)).await.map_err(|error| Error::Unavailable(error.to_string()))?;
    Ok((found.ok_or_else(Error::not_found)?, format))
}
