//! The beginning of an import: the file is read, the operation is noted, and the work begun.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{
    digest::DigestKey,
    subtree,
    work::{Job, run, run_in_turn},
};
use crate::{
    domain::{
        fault::{Code, Fault},
        id::OperationId,
        import::{MAX_ROWS, NoHeader, find_layout, is_example},
        operation::OperationKind,
        sheet::{Sheet, SheetRow},
    },
    service::{
        Caller, Error, Service, generator,
        idempotency::{self, Attempt, FirstAnswer},
        operations::{self, Standing},
    },
    storage::{self, operations::OperationRow},
};

/// A table with no more rows is taken while the client waits.
pub const AT_ONCE_ROWS: usize = 200;

/// A table that somebody sends.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// The file.
    pub file: Bytes,
    /// Nothing is taken; the answer says what would be.
    pub dry_run: bool,
    /// Rows in order are taken though others are not.
    pub partial: bool,
}

/// What an import was asked for, as it is kept with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportOptions {
    /// Nothing is taken.
    pub dry_run: bool,
    /// Rows in order are taken though others are not.
    pub partial: bool,
    /// The columns of the table, by place and key.
    pub columns: Vec<(usize, String)>,
    /// The standing of who imports.
    pub standing: Standing,
}

/// An import that was begun.
#[derive(Clone, Debug)]
pub struct Started {
    /// Where it stands.
    pub operation: OperationRow,
    /// Whether it goes on beside the requests.
    pub goes_on: bool,
}

/// Imports a table: for reviewers, into their subtree.
pub async fn import_nominations(
    service: &Service,
    caller: &Caller,
    request: ImportRequest,
    attempt: Option<Attempt>,
) -> Result<Started, Error> {
    let account = caller.require_reviewer()?.clone();
    let organization = account.organization_id().ok_or_else(|| Error::of(Code::Forbidden))?;
    let sheets = service.sheets.read(request.file).await?;
    let (layout, rows) = table(sheets)?;
    let scope = account.scope.clone();
    let directory = service.store.read(move |db| subtree::directory(db, &scope)).await?;
    let columns = layout.columns.iter().map(|(place, column)| (*place, column.key().to_owned())).collect();
    let standing = Standing::of(&account);
    let job = Job {
        service: service.clone(),
        caller: caller.clone(),
        account,
        organization,
        operation: generator::new_id(&service.clocks)?,
        options: ImportOptions { dry_run: request.dry_run, partial: request.partial, columns, standing },
        goes_on: rows.len() > AT_ONCE_ROWS,
        rows,
        layout,
        directory,
        key: DigestKey::get(service).await?,
        attempt,
    };
    let taken_on = job.goes_on.then(|| service.background.take_on()).transpose()?;
    begin(&job).await?;
    let (id, goes_on, job) = (job.operation, job.goes_on, Arc::new(job));
    if let Some(taken_on) = taken_on {
        let work = Arc::clone(&job);
        taken_on.begin(async move {
            if let Err(error) = run_in_turn(work).await {
                log::warn!("the import {id} failed: {error}");
            }
        })?;
    } else {
        run(job).await?;
    }
    Ok(Started { operation: operations::find_own(service, caller, id).await?, goes_on })
}

/// An import that was begun by an earlier request.
pub async fn find_started(service: &Service, caller: &Caller, first: &FirstAnswer) -> Result<Started, Error> {
    let operation = operations::find_own(service, caller, first.resource_id.into()).await?;
    Ok(Started { operation, goes_on: first.status == 202 })
}

/// The rows below the header of the sheet that has one.
fn table(mut sheets: Vec<Sheet>) -> Result<(crate::domain::import::Layout, Vec<SheetRow>), Error> {
    let layout = find_layout(&sheets).map_err(|missing| match missing {
        NoHeader::Missing => Error::fault(Fault::at("/file", Code::HeaderMissing)),
        NoHeader::Faulty(faults) => Error::invalid(faults),
    })?;
    let sheet = sheets.get_mut(layout.sheet).map(std::mem::take).unwrap_or_default();
    let below = sheet.rows.into_iter().filter(|row| row.number > layout.row && !is_example(row, &layout));
    let rows: Vec<SheetRow> = below.collect();
    if rows.is_empty() {
        return Err(Error::invalid(vec![Fault::at("/file", Code::TooFew).with("minimum", 1).with("actual", 0)]));
    }
    if rows.len() > MAX_ROWS {
        let many = Fault::at("/file", Code::TooMany).with("limit", MAX_ROWS).with("actual", rows.len());
        return Err(Error::invalid(vec![many]));
    }
    Ok((layout, rows))
}

/// Notes that the import has begun.
async fn begin(job: &Job) -> Result<(), Error> {
    let what = (job.operation, OperationKind::NominationImport);
    let row = operations::begun(&job.service, what, &job.account, (&job.options, job.rows.len()))?;
    let (account, machine) = (job.account.clone(), job.service.clocks.machine());
    // What the client waits for is answered by its outcome, so its key is claimed with that.
    let attempt = job.attempt.clone().filter(|_| job.goes_on);
    let first = first_answer(202, job.operation);
    let write = job.service.store.write(move |db| {
        account.recheck(db)?;
        idempotency::claim(db, attempt.as_ref(), machine)?;
        storage::operations::insert(db, &row)?;
        idempotency::keep(db, attempt.as_ref(), &first)
    });
    write.await
}

/// What is kept of the answer, for a request that is sent again.
pub(super) fn first_answer(status: u16, operation: OperationId) -> FirstAnswer {
    FirstAnswer { status, resource_id: operation.into(), secret: None }
}
