//! The candidates of a filter as a table. Rows are read page by page: no transaction stays open while they are written.

use bytes::Bytes;
use serde_json::json;

use super::{
    long,
    table::{ExportRequest, PAGE, new_table, rows},
};
use crate::{
    domain::{
        fault::{Code, Fault},
        id::CandidateId,
    },
    service::{
        Caller, Error, Service,
        candidates::{dossier::Dossier, read},
        record::{self, Deed},
    },
    storage::operations::OperationRow,
};

/// The most candidates of one export.
pub const EXPORT_MAX_ROWS: usize = 20_000;
/// So many are written while the client waits. With contact details in clear there are never more, as the audit event names
/// every one.
pub const AT_ONCE_ROWS: usize = 2_000;

/// What became of it.
#[derive(Clone, Debug)]
pub enum Exported {
    /// The table.
    AtOnce(Bytes),
    /// It is large, and is being written.
    Begun(OperationRow),
}

/// The table: for reviewers, of their subtree.
pub async fn export_candidates(service: &Service, caller: &Caller, request: ExportRequest) -> Result<Exported, Error> {
    caller.require_reviewer()?;
    let most = if request.contacts { AT_ONCE_ROWS } else { EXPORT_MAX_ROWS };
    let total = read::count_files(service, caller, request.filter.clone()).await?;
    if total > most {
        return Err(too_many(most));
    }
    if total > AT_ONCE_ROWS {
        return long::begin(service, caller, request, total).await.map(Exported::Begun);
    }
    let mut dossiers: Vec<Dossier> = Vec::new();
    loop {
        let after = dossiers.last().map(|last| (last.candidate.created_at, last.candidate.id));
        let page = read::list_files(service, caller, request.filter.clone(), after, PAGE).await?;
        if page.is_empty() {
            break;
        }
        dossiers.extend(page);
        if dossiers.len() > most {
            return Err(too_many(most));
        }
    }
    if request.contacts {
        note(service, caller, &dossiers).await?;
    }
    let of_service = service.clone();
    let write = move || {
        let mut table = new_table(request.format)?;
        table.push(&rows(&of_service, &dossiers, request.contacts)?)?;
        table.into_bytes()
    };
    service.sheets.work(write).await.map(Exported::AtOnce)
}

fn too_many(most: usize) -> Error {
    Error::refused(Code::InvalidQuery, vec![Fault::at("/limit", Code::TooMany).with("limit", most)])
}

/// Reading contact details in clear is an audit event that names every row, written before anything is handed out.
async fn note(service: &Service, caller: &Caller, dossiers: &[Dossier]) -> Result<(), Error> {
    let account = caller.require_reviewer()?.clone();
    let ids: Vec<CandidateId> = dossiers.iter().map(|dossier| dossier.candidate.id).collect();
    let (of_service, caller) = (service.clone(), caller.clone());
    let write = service.store.write(move |db| {
        account.recheck(db)?;
        let details = json!({ "candidates": ids, "contacts": true });
        let deed = Deed::new("candidates.exported", "export", "candidates").with(details);
        record::audit(&of_service, db, &caller, &deed)
    });
    write.await
}
