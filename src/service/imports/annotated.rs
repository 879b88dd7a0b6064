//! The table as it was sent, with a word on what became of each row.

use bytes::Bytes;

use super::ImportOptions;
use crate::{
    domain::{
        fault::Fault,
        id::OperationId,
        import::{Column, RowOutcome},
        operation::OperationKind,
        sheet::column_name,
    },
    service::{
        Caller, Error, Service, operations,
        record::{self, Deed},
        sheets::{Book, Look, Paper},
    },
    storage::{
        self,
        staged_rows::{StagedRow, TABLE},
        vault::Place,
    },
};

/// Rows read in one transaction.
const PAGE: i64 = 500;

/// What the API knows to say: of an outcome, and of a fault.
pub trait Annotated: Send + 'static {
    /// What became of a row.
    fn outcome(&self, row: &StagedRow) -> String;
    /// What is wrong.
    fn fault(&self, fault: &Fault) -> String;
}

/// The annotated table; 404 when the rows are no longer kept.
pub async fn annotated(
    service: &Service,
    caller: &Caller,
    id: OperationId,
    words: impl Annotated,
) -> Result<Bytes, Error> {
    let operation = operations::find_in_place(service, caller, id).await?;
    if operation.kind != OperationKind::NominationImport {
        return Err(Error::not_found());
    }
    let options: ImportOptions =
        serde_json::from_value(operation.options.0).map_err(|error| Error::Internal(error.to_string()))?;
    options.standing.require(caller)?;
    let mut rows: Vec<StagedRow> = Vec::new();
    loop {
        let after = rows.last().map(|row| row.row_number);
        let page = service
            .store
            .read(move |db| Ok::<_, Error>(storage::staged_rows::list(db, id, (&[], after), PAGE)?))
            .await?;
        if page.is_empty() {
            break;
        }
        rows.extend(page);
    }
    if rows.is_empty() {
        return Err(Error::not_found());
    }
    note(service, caller, id).await?;
    let of_service = service.clone();
    service.sheets.work(move || write(&of_service, &options, rows, &words)).await
}

/// What stood in the cells, telephone numbers among it, is shown in clear: an audit event, written before.
async fn note(service: &Service, caller: &Caller, id: OperationId) -> Result<(), Error> {
    let account = caller.require_reviewer()?.clone();
    let (of_service, caller) = (service.clone(), caller.clone());
    let write = service.store.write(move |db| {
        account.recheck(db)?;
        record::audit(&of_service, db, &caller, &Deed::new("import.result_read", "operation", id))
    });
    write.await
}

fn write(
    service: &Service,
    options: &ImportOptions,
    rows: Vec<StagedRow>,
    words: &impl Annotated,
) -> Result<Bytes, Error> {
    let mut book = Book::new()?;
    let mut page = book.page("导入结果")?;
    let label = |key: &str| Column::ALL.iter().find(|column| column.key() == key).map_or("", |column| column.label());
    let mut header = vec!["行号", "处理结果", "原因"];
    header.extend(options.columns.iter().map(|(_, key)| label(key)));
    let mut widths = vec![8.0, 14.0, 50.0];
    widths.extend(options.columns.iter().map(|_| 18.0));
    page.widths(&widths)?;
    for (at, title) in header.into_iter().enumerate() {
        page.text((0, at), title, Look::Header)?;
    }
    for (line, row) in rows.into_iter().enumerate() {
        let place = Place::new(TABLE, "cells_cipher", row.id);
        let cells = service.vault.open_text(place, &row.cells_cipher)?;
        let cells: Vec<(usize, String)> =
            serde_json::from_str(&cells).map_err(|error| Error::Internal(error.to_string()))?;
        let faults: Vec<Fault> = row.faults.0.iter().cloned().map(Fault::from).collect();
        let look = match row.outcome {
            RowOutcome::Refused => Look::Wrong,
            RowOutcome::Duplicate => Look::Known,
            RowOutcome::Created | RowOutcome::Valid => Look::Right,
        };
        let reasons: Vec<String> = faults.iter().map(|fault| words.fault(fault)).collect();
        page.text((line + 1, 0), &row.row_number.to_string(), Look::Cell)?;
        page.text((line + 1, 1), &words.outcome(&row), look)?;
        page.text((line + 1, 2), &reasons.join("；"), Look::Cell)?;
        for (at, (column, _)) in options.columns.iter().enumerate() {
            let name = format!("{}{}", column_name(*column), row.row_number);
            let is_wrong =
                faults.iter().any(|fault| fault.figures.iter().any(|(key, cell)| *key == "cell" && *cell == *name));
            let text = cells.iter().find(|(place, _)| place == column).map_or("", |(_, text)| text.as_str());
            if is_wrong || !text.is_empty() {
                page.text((line + 1, at + 3), text, if is_wrong { Look::Wrong } else { Look::Cell })?;
            }
        }
    }
    page.freeze(1)?;
    page.paper(Paper::Across);
    book.into_bytes()
}
