//! Handing out what was built.

use bytes::Bytes;
use chrono::Duration;
use futures_util::{StreamExt as _, stream, stream::BoxStream};
use serde_json::json;
use uuid::Uuid;

use super::workshop::place_of_zip;
use crate::{
    domain::{
        fault::{Code, Fault},
        id::{BatchId, CandidateId},
        package::{Package, PackageFailure, PackageStatus},
        role::Role,
    },
    service::{
        Caller, Error, Service,
        record::{self, Deed},
    },
    storage::{
        self,
        files::{FileKey, FilesError},
        vault::Opener,
    },
};

/// After this time it makes sense to ask again for a package that is being built.
const ASK_AGAIN: Duration = Duration::seconds(4);

/// A ZIP that is handed out bit by bit.
pub struct Download {
    /// Its bytes.
    pub content: BoxStream<'static, Result<Bytes, Error>>,
    /// How many.
    pub size: u64,
    /// Its SHA-256.
    pub sha256: [u8; 32],
    /// Its name, in plain ASCII and in Chinese.
    pub name: (String, String),
}

/// The manifest's bytes and the detached signature over them: for city and portal.
pub async fn get_manifest(service: &Service, caller: &Caller, id: BatchId) -> Result<(Bytes, String), Error> {
    caller.require(&[Role::CityReviewer, Role::Portal])?;
    let read = service.store.read(move |db| {
        require_ready(&storage::packages::find(db, id)?.ok_or_else(Error::not_found)?)?;
        let found = storage::packages::manifest(db, id)?;
        found.ok_or_else(|| Error::Internal(format!("the manifest of batch {id} is missing")))
    });
    let (manifest, signature) = read.await?;
    Ok((manifest.into(), signature))
}

/// Size and digest of a package that is ready; else 409.
pub(in crate::service) fn require_ready(package: &Package) -> Result<(u64, [u8; 32]), Error> {
    match package.status {
        PackageStatus::Building => Err(Error::retry_after(Code::PackageNotReady, ASK_AGAIN)),
        PackageStatus::Failed => {
            let reason = package.failure.map(PackageFailure::as_str).unwrap_or_default();
            Err(Error::fault(Fault::of(Code::PackageFailed).with("reason", reason)))
        }
        PackageStatus::Ready => {
            let broken = || Error::Internal("a package that is ready lacks its digest".to_owned());
            let mut sha256 = [0; 32];
            hex::decode_to_slice(package.sha256.as_deref().unwrap_or_default(), &mut sha256).map_err(|_| broken())?;
            Ok((package.size.ok_or_else(broken)?, sha256))
        }
    }
}

/// What there is to hand out.
pub enum Opened {
    /// The client has it, by this digest.
    Known([u8; 32]),
    /// The ZIP.
    New(Download),
}

/// Opens the package of a batch: for city and portal. It holds contact details, so that this is an audit event that names every row;
/// it is written before anything is handed out. `known` says whether the client has the package of a digest.
pub async fn open_package(
    service: &Service,
    caller: &Caller,
    (id, known): (BatchId, impl Fn(&[u8; 32]) -> bool),
) -> Result<Opened, Error> {
    let account = caller.require(&[Role::CityReviewer, Role::Portal])?.clone();
    let read = service.store.read(move |db| {
        let batch = storage::batches::find(db, id)?.ok_or_else(Error::not_found)?;
        let package = storage::packages::find(db, id)?.ok_or_else(Error::not_found)?;
        let items = storage::batches::items(db, id)?.into_iter().map(|item| item.snapshot.candidate_id);
        Ok::<_, Error>((batch, package, items.collect::<Vec<CandidateId>>()))
    });
    let (batch, package, candidates) = read.await?;
    let (size, sha256) = require_ready(&package)?;
    if known(&sha256) {
        return Ok(Opened::Known(sha256));
    }
    let content = open_zip(service, id.into(), Vec::new()).await?;
    let (of_service, caller) = (service.clone(), caller.clone());
    let (cycle, sequence) = (batch.cycle, batch.sequence);
    let write = service.store.write(move |db| {
        account.recheck(db)?;
        let details = json!({ "cycle": cycle, "sequence": sequence, "candidates": candidates, "contacts": true });
        record::audit(&of_service, db, &caller, &Deed::new("batch.package_read", "batch", id).with(details))
    });
    write.await?;
    let name = (format!("batch-{cycle}-{sequence}.zip"), format!("上报材料{cycle}第{sequence}批.zip"));
    Ok(Opened::New(Download { content, size, sha256, name }))
}

/// The ZIP of a package, opened bit by bit; `then_delete` goes when all of it was read, before the last bit is handed out.
pub(super) async fn open_zip(
    service: &Service,
    id: Uuid,
    then_delete: Vec<FileKey>,
) -> Result<BoxStream<'static, Result<Bytes, Error>>, Error> {
    let sealed = service.files.stream(FileKey::Package(id)).await.map_err(|error| away(&error))?;
    let sealed = sealed.ok_or_else(|| Error::Internal(format!("the ZIP of package {id} is missing")))?;
    let opener = Some(service.vault.opener(place_of_zip(id)));
    let reading = Reading { sealed, opener, service: service.clone(), then_delete };
    Ok(stream::try_unfold(reading, Reading::next).boxed())
}

fn away(error: &FilesError) -> Error {
    Error::Unavailable(error.to_string())
}

/// A sealed file that is being read.
struct Reading {
    sealed: BoxStream<'static, Result<Bytes, FilesError>>,
    /// Gone once the end was read.
    opener: Option<Opener>,
    service: Service,
    then_delete: Vec<FileKey>,
}

impl Reading {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, Error> {
        loop {
            let Some(mut opener) = self.opener.take() else { return Ok(None) };
            let plain = if let Some(bit) = self.sealed.next().await {
                let plain = opener.push(&bit.map_err(|error| away(&error))?)?;
                self.opener = Some(opener);
                plain
            } else {
                let plain = opener.finish()?;
                if let Err(error) = self.service.files.delete(&self.then_delete).await {
                    log::warn!("a preview stays until it is swept: {error}");
                }
                plain
            };
            if !plain.is_empty() {
                return Ok(Some((plain.into(), self)));
            }
        }
    }
}
