//! What has run out is removed, a slice at a time, so that no writer waits for it.

use std::{collections::BTreeSet, time::Duration};

use chrono::{DateTime, Utc};
use serde_json::json;

mod traces;

pub use self::traces::sweep_traces;
use super::{
    Caller, Error, Service, events, exports, idempotency,
    record::{self, Deed},
    webhooks,
};
use crate::{
    domain::{
        id::{AttachmentId, BatchId, HonourId, OperationId, PhotoId},
        lead,
    },
    storage::{
        self, Connection,
        files::{FileKey, FilesError},
    },
};

/// How often the server sweeps.
pub const EVERY: Duration = Duration::from_mins(10);
/// How many rows go in one transaction: a few milliseconds of work.
const SLICE: i64 = 1000;

/// Removes idempotency keys older than a day and refresh tokens that have expired; returns how many of both.
/// Safe in several processes at once: what one has removed the other does not find.
pub async fn sweep(service: &Service) -> Result<(usize, usize), Error> {
    let now = service.clocks.machine();
    let (mut keys, mut tokens) = (0, 0);
    loop {
        let of_this = service.store.write(move |db| {
            let keys = storage::idempotency_keys::sweep(db, now - idempotency::KEPT, SLICE)?;
            Ok::<_, Error>((keys, storage::refresh_tokens::sweep(db, now, SLICE)?))
        });
        let of_this = of_this.await?;
        if of_this == (0, 0) {
            return Ok((keys, tokens));
        }
        keys += of_this.0;
        tokens += of_this.1;
    }
}

/// How many leads are erased in one transaction.
const LEADS_AT_ONCE: i64 = 200;

/// Erases what dismissed leads say of anybody, once the days of their cycle's policy are over by the campaign's clock;
/// returns how many. Safe in several processes at once.
pub async fn sweep_leads(service: &Service) -> Result<usize, Error> {
    let cycles = service.store.read(|db| {
        let months = storage::leads::cycles_with_dismissed(db)?;
        Ok::<_, Error>(storage::cycles::find_all(db, &months)?)
    });
    let mut erased = 0;
    for (month, cycle) in cycles.await? {
        loop {
            let of_service = service.clone();
            let days = cycle.policy.lead_retention_days;
            let of_this = service.store.write(move |db| {
                let now = of_service.clocks.campaign();
                let until = lead::erased_before(now, days);
                let gone = storage::leads::erase(db, (month, until), now, LEADS_AT_ONCE)?;
                for id in &gone {
                    let deed = Deed::new("lead.erased", "lead", id).with(json!({ "cycle": month, "days": days }));
                    record::audit(&of_service, db, &Caller::default(), &deed)?;
                }
                Ok::<_, Error>(gone.len())
            });
            match of_this.await? {
                0 => break,
                some => erased += some,
            }
        }
    }
    Ok(erased)
}

/// Removes events that are kept no longer; returns how many. Safe in several processes at once.
pub async fn sweep_events(service: &Service) -> Result<usize, Error> {
    let before = service.clocks.machine() - events::KEPT;
    let mut removed = 0;
    loop {
        let write = service
            .store
            .write(move |db| Ok::<_, Error>(storage::outbox_events::remove_sealed_before(db, before, SLICE)?));
        match write.await? {
            0 => return Ok(removed),
            some => removed += some,
        }
    }
}

/// Removes deliveries that ended long enough ago, and what is left of webhooks that were taken away; returns how many
/// deliveries. Safe in several processes at once.
pub async fn sweep_deliveries(service: &Service) -> Result<usize, Error> {
    let before = service.clocks.machine() - webhooks::KEPT;
    let mut removed = 0;
    loop {
        let sweep = move |db: &mut Connection| Ok::<_, Error>(storage::webhook_deliveries::sweep(db, before, SLICE)?);
        match service.store.write(sweep).await? {
            0 => break,
            some => removed += some,
        }
    }
    service.store.write(|db| Ok::<_, Error>(storage::webhooks::forget_removed(db, SLICE)?)).await?;
    Ok(removed)
}

/// The rows of an import, with what stood in their cells, are kept for so long.
const STAGED_KEPT: chrono::Duration = chrono::Duration::days(7);

/// Removes long work that ended more than a week ago, with its rows; returns how many rows.
pub async fn sweep_staged(service: &Service) -> Result<usize, Error> {
    let before = service.clocks.machine() - STAGED_KEPT;
    let mut removed = 0;
    loop {
        let of_this =
            service.store.write(move |db| Ok::<_, Error>(storage::staged_rows::sweep(db, before, SLICE)?)).await?;
        if of_this == 0 {
            break;
        }
        removed += of_this;
    }
    let forget = move |db: &mut Connection| Ok::<_, Error>(storage::operations::sweep(db, before, SLICE)?);
    while service.store.write(forget).await? > 0 {}
    Ok(removed)
}

/// Files without a row are left for so long, as the row of a fresh one may still be on its way.
const ORPHANS_LEFT: chrono::Duration = chrono::Duration::days(1);
/// How many files are asked for in one query.
const FILES_AT_ONCE: usize = 500;

/// Removes the files that no row knows, and exports that were kept long enough; returns how many. Safe in several processes at once.
pub async fn sweep_files(service: &Service) -> Result<usize, Error> {
    let failed = |error: FilesError| Error::Unavailable(error.to_string());
    let before = service.clocks.machine() - ORPHANS_LEFT;
    let files = service.files.list().await.map_err(failed)?;
    let old: Vec<FileKey> = files.into_iter().filter(|file| file.put_at < before).filter_map(|file| file.key).collect();
    let mut removed = 0;
    for slice in old.chunks(FILES_AT_ONCE) {
        let asked = slice.to_vec();
        let exported_since = service.clocks.machine() - exports::KEPT;
        let orphans = service.store.read(move |db| without_row(db, asked, exported_since)).await?;
        service.files.delete(&orphans).await.map_err(failed)?;
        removed += orphans.len();
    }
    Ok(removed)
}

fn without_row(db: &mut Connection, keys: Vec<FileKey>, exported_since: DateTime<Utc>) -> Result<Vec<FileKey>, Error> {
    let (mut photos, mut attachments, mut exports, mut batches) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut certificates: Vec<(HonourId, [u8; 32])> = Vec::new();
    for key in &keys {
        match key {
            FileKey::Photo(photo) | FileKey::Thumb(photo) => photos.push(*photo),
            FileKey::Attachment(attachment) => attachments.push(*attachment),
            FileKey::Export(operation) => exports.push(*operation),
            FileKey::Certificate(honour, sha256) => certificates.push((*honour, *sha256)),
            FileKey::Piece(package, _) | FileKey::Package(package) => batches.push(BatchId(*package)),
            FileKey::VoteLogHeads(_) => {}
        }
    }
    let held = storage::batch_material::held_among(db, &photos)?;
    let photos: BTreeSet<PhotoId> = storage::photos::known_among(db, &photos)?.into_iter().chain(held).collect();
    let batches: BTreeSet<BatchId> = storage::batch_material::batches_among(db, &batches)?.into_iter().collect();
    let receipts = storage::assistance::receipts_among(db, &attachments)?;
    let attachments: BTreeSet<AttachmentId> =
        storage::attachments::known_among(db, &attachments)?.into_iter().chain(receipts).collect();
    let exports: BTreeSet<OperationId> =
        storage::operations::exported_among(db, &exports, exported_since)?.into_iter().collect();
    let certificates = storage::certificates::known_among(db, &certificates)?;
    let is_known = |key: &FileKey| match key {
        FileKey::Photo(photo) | FileKey::Thumb(photo) => photos.contains(photo),
        FileKey::Attachment(attachment) => attachments.contains(attachment),
        FileKey::Export(operation) => exports.contains(operation),
        FileKey::Certificate(honour, sha256) => certificates.contains(&(*honour, *sha256)),
        // Of a batch everything stays, built or on the way; of a preview nothing that is old.
        FileKey::Piece(package, _) | FileKey::Package(package) => batches.contains(&BatchId(*package)),
        // They are kept for the very case that the database knows nothing of them.
        FileKey::VoteLogHeads(_) => true,
    };
    Ok(keys.into_iter().filter(|key| !is_known(key)).collect())
}
