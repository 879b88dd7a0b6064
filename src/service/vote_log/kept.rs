//! The last published heads of a log, kept in the file store: apart from the database, so that a database that was put
//! back to an earlier state is noticed.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        month::Month,
        vote_log::{Checkpoint, EndedBecause},
    },
    service::{Error, Service},
    storage::{
        files::{FileKey, FilesError},
        vote_log_heads::HeadRow,
    },
};

#[derive(Serialize, Deserialize)]
struct Kept {
    heads: Vec<KeptHead>,
}

#[derive(Serialize, Deserialize)]
struct KeptHead {
    origin: i32,
    note: String,
    verifier_key: String,
    ended_because: Option<EndedBecause>,
}

fn failed(error: &FilesError) -> Error {
    Error::Unavailable(error.to_string())
}

/// The heads that were kept, in the order of their origins.
pub(super) async fn find(service: &Service, cycle: Month) -> Result<Option<Vec<HeadRow>>, Error> {
    let found = service.files.find(FileKey::VoteLogHeads(cycle)).await.map_err(|error| failed(&error))?;
    let Some(bytes) = found else { return Ok(None) };
    let unreadable = || Error::Internal(format!("the kept heads of the vote log of {cycle} cannot be read"));
    let kept: Kept = serde_json::from_slice(&bytes).map_err(|_| unreadable())?;
    let rows = kept.heads.into_iter().map(|head| {
        let checkpoint = Checkpoint::of_note(&head.note).map_err(|_| unreadable())?;
        Ok(HeadRow {
            cycle,
            origin: head.origin,
            size: checkpoint.size.cast_signed(),
            note: head.note,
            verifier_key: head.verifier_key,
            signed_at: checkpoint.signed_at.unwrap_or_default().into(),
            ended_because: head.ended_because,
        })
    });
    rows.collect::<Result<_, Error>>().map(Some)
}

/// Keeps heads in place of those kept before.
pub(super) async fn put(service: &Service, cycle: Month, rows: &[HeadRow]) -> Result<(), Error> {
    let heads = rows.iter().map(|row| KeptHead {
        origin: row.origin,
        note: row.note.clone(),
        verifier_key: row.verifier_key.clone(),
        ended_because: row.ended_because,
    });
    let kept = Kept { heads: heads.collect() };
    let text = serde_json::to_vec(&kept).map_err(|_| Error::Internal("heads could not be written".to_owned()))?;
    service.files.put(FileKey::VoteLogHeads(cycle), Bytes::from(text)).await.map_err(|error| failed(&error))
}
