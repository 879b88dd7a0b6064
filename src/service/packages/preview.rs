//! What the package would be, were the batch forwarded now: built in the same way of the screened candidates as they are, for one
//! reader, unsigned. Read in slices: no transaction stays open while it is built.

use serde_json::json;
use uuid::Uuid;

use super::{
    download::{Download, open_zip},
    frozen::{self, Frozen, Header},
    workshop::Workshop,
};
use crate::{
    domain::{
        batch::{Contact, Snapshot},
        candidate::Status,
        fault::{Code, Fault},
        id::{BatchId, CandidateId},
        month::Month,
        package::Written,
        role::Role,
    },
    service::{
        Caller, Error, Service, generator,
        record::{self, Deed},
    },
    storage::{self, Connection, files::FileKey},
};

/// Candidates read in one transaction.
const SLICE: usize = 50;

/// Opens a preview of the package: for the city. It holds contact details, so that this is an audit event that names every row.
pub async fn open_preview(service: &Service, caller: &Caller, month: Month) -> Result<Download, Error> {
    let account = caller.require(&[Role::CityReviewer])?.clone();
    let ids = screened(service, month).await?;
    // Counts among the long work of this process, so that not too much of it is done at once.
    let _taken_on = service.background.take_on()?;
    let id: Uuid = generator::new_id(&service.clocks)?;
    let frozen = freeze(service, (month, id.into()), &ids).await?;
    let workshop = Workshop { service: service.clone(), id, claim: None };
    let stored = workshop.make(frozen).await?;
    workshop.clear(&stored.files).await;
    let (of_service, caller) = (service.clone(), caller.clone());
    let write = service.store.write(move |db| {
        account.recheck(db)?;
        let details = json!({ "candidates": ids, "contacts": true });
        record::audit(&of_service, db, &caller, &Deed::new("cycle.package_previewed", "cycle", month).with(details))
    });
    write.await?;
    Ok(Download {
        content: open_zip(service, id, vec![FileKey::Package(id)]).await?,
        size: stored.size,
        sha256: stored.sha256,
        name: (format!("preview-{month}.zip"), format!("上报材料预览{month}.zip")),
    })
}

async fn screened(service: &Service, month: Month) -> Result<Vec<CandidateId>, Error> {
    let read = service.store.read(move |db| {
        storage::cycles::find(db, month)?.ok_or_else(Error::not_found)?;
        Ok::<_, Error>(storage::contenders::ids(db, month, Status::Screened)?)
    });
    let ids = read.await?;
    if ids.is_empty() {
        return Err(Error::fault(Fault::of(Code::BatchEmpty).with("cycle", month.to_string())));
    }
    Ok(ids)
}

async fn freeze(service: &Service, (month, id): (Month, BatchId), ids: &[CandidateId]) -> Result<Frozen, Error> {
    let of_service = service.clone();
    let header = service.store.read(move |db| Header::now(&of_service, db)).await?;
    let mut candidates = Vec::with_capacity(ids.len());
    for slice in ids.chunks(SLICE) {
        let (of_service, slice) = (service.clone(), slice.to_vec());
        candidates.extend(service.store.read(move |db| read_slice(&of_service, db, (id, &slice))).await?);
    }
    Ok(Frozen::new(Written::Preview, (month, service.clocks.campaign()), header, candidates))
}

fn read_slice(
    service: &Service,
    db: &mut Connection,
    (id, slice): (BatchId, &[CandidateId]),
) -> Result<Vec<(Snapshot, String, Contact)>, Error> {
    let sealed = storage::batch_material::sealed_contacts(db, id, slice)?;
    let snapshots = storage::snapshots::of_candidates(db, slice)?;
    let candidates = snapshots.into_iter().map(|snapshot| {
        let contact = sealed.iter().find(|contact| contact.candidate_id == snapshot.candidate_id);
        let contact = contact.map(|sealed| frozen::open(service, sealed)).transpose()?.unwrap_or_default();
        let category_name = snapshot.file.as_ref().map(|file| file.category_name.clone()).unwrap_or_default();
        Ok((snapshot, category_name, contact))
    });
    candidates.collect()
}
