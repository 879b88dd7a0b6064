//! Forwarding to the provincial portal, and the portal's receipts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{
    Caller, Error, Service,
    error::{refuse_guarded, refuse_invalid},
    generator,
    idempotency::{self, Attempt, FirstAnswer},
    packages,
    record::{self, Deed, Place},
    transitions::{self, Order},
};
use crate::{
    domain::{
        batch::{self, Batch, BatchItem, BatchStatus, ItemStatus, Receipt, Received, Refused},
        candidate::Status,
        cycle::Cycle,
        fault::{Code, Fault},
        guard,
        id::{BatchId, CandidateId, UserId},
        month::Month,
        package::{CorrectionKind, Package},
        role::Role,
        text,
        transition::Action,
        window::WindowKind,
    },
    storage::{self, Connection, batches::BatchFilter},
};

/// Most characters of a reason.
pub const REASON_MAX_CHARS: usize = 1000;

/// A batch with its items.
#[derive(Clone, Debug)]
pub struct FullBatch {
    /// The batch.
    pub batch: Batch,
    /// Its items, in order.
    pub items: Vec<BatchItem>,
    /// How its package stands.
    pub package: Package,
}

/// A batch without its items.
#[derive(Clone, Debug)]
pub struct ListedBatch {
    /// The batch.
    pub batch: Batch,
    /// How many items it has.
    pub item_count: u32,
    /// How its package stands.
    pub package: Package,
}

/// Forwards every screened candidate of a cycle in one transaction, which freezes all that their package is built from. One without
/// consent fails the whole batch. Subscribers are told when the package is ready.
pub async fn create_batch(
    service: &Service,
    caller: &Caller,
    month: Month,
    attempt: Option<Attempt>,
) -> Result<FullBatch, Error> {
    let account = caller.require(&[Role::CityReviewer])?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            storage::locks::cycle(db, month)?;
            let unknown = || Error::invalid(vec![Fault::at("/cycle", Code::UnknownReference)]);
            let cycle = storage::cycles::find(db, month)?.ok_or_else(unknown)?;
            let ids = screened(db, month)?;
            refuse_guarded(guards(&service, db, &cycle, &ids)?)?;
            let batch = new_batch(&service, db, &cycle, account.id)?;
            let header = packages::Header::now(&service, db)?.to_bytes()?;
            let snapshots = storage::snapshots::of_candidates(db, &ids)?;
            storage::batches::insert(db, (&batch, header), &snapshots)?;
            storage::batch_material::copy_contacts(db, batch.id, &ids)?;
            for id in ids {
                transitions::apply(&service, db, &caller, id, &Order::new(Action::Forward, None))?;
            }
            note_forwarded(&service, db, &caller, &batch, snapshots.len())?;
            let first = FirstAnswer { status: 201, resource_id: batch.id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            full(db, batch)
        })
        .await
}

/// The screened candidates of a cycle, each held for the rest of the transaction.
fn screened(db: &mut Connection, month: Month) -> Result<Vec<CandidateId>, Error> {
    for id in storage::contenders::ids(db, month, Status::Screened)? {
        storage::locks::candidate(db, id)?;
    }
    Ok(storage::contenders::ids(db, month, Status::Screened)?)
}

fn guards(service: &Service, db: &mut Connection, cycle: &Cycle, ids: &[CandidateId]) -> Result<Vec<Fault>, Error> {
    let mut faults = Vec::new();
    let window = cycle.windows.forwarding;
    if !window.contains(service.clocks.campaign()) {
        faults.push(guard::closed(WindowKind::Forwarding, window));
    }
    if ids.is_empty() {
        faults.push(Fault::of(Code::BatchEmpty).with("cycle", cycle.month.to_string()));
    }
    let consented = storage::consents::complete_among(db, ids)?;
    let missing = ids.iter().filter(|id| !consented.contains(id));
    faults.extend(missing.map(|id| Fault::of(Code::ConsentMissing).with("candidate_id", id.to_string())));
    Ok(faults)
}

fn new_batch(service: &Service, db: &mut Connection, cycle: &Cycle, by: UserId) -> Result<Batch, Error> {
    let last = storage::batches::last_sequence(db, cycle.month)?;
    Ok(Batch {
        id: generator::new_id(&service.clocks)?,
        cycle: cycle.month,
        sequence: batch::next_sequence(last),
        status: BatchStatus::Pending,
        forwarded_by: by,
        forwarded_at: service.clocks.campaign(),
        received_at: None,
        version: 1,
    })
}

fn note_forwarded(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    batch: &Batch,
    items: usize,
) -> Result<(), Error> {
    let details = json!({ "cycle": batch.cycle, "sequence": batch.sequence, "items": items });
    record::audit(service, db, caller, &Deed::new("batch.forwarded", "batch", batch.id).with(details))
}

fn full(db: &mut Connection, batch: Batch) -> Result<FullBatch, Error> {
    let items = storage::batches::items(db, batch.id)?;
    let package = package_of(storage::packages::find(db, batch.id)?)?;
    Ok(FullBatch { batch, items, package })
}

fn package_of(found: Option<Package>) -> Result<Package, Error> {
    found.ok_or_else(|| Error::Internal("a batch without a package".to_owned()))
}

/// Reads a batch.
pub async fn get_batch(service: &Service, caller: &Caller, id: BatchId) -> Result<FullBatch, Error> {
    caller.require(&[Role::CityReviewer, Role::Portal])?;
    service
        .store
        .read(move |db| {
            let batch = storage::batches::find(db, id)?.ok_or_else(Error::not_found)?;
            full(db, batch)
        })
        .await
}

/// Lists batches, the latest first. The portal is not shown what waits for it before the package is ready.
pub async fn list_batches(
    service: &Service,
    caller: &Caller,
    filter: BatchFilter,
    after: Option<(DateTime<Utc>, BatchId)>,
    limit: i64,
) -> Result<Vec<ListedBatch>, Error> {
    let account = caller.require(&[Role::CityReviewer, Role::Portal])?;
    let filter = BatchFilter { only_offered: account.role == Role::Portal, ..filter };
    service
        .store
        .read(move |db| {
            let batches = storage::batches::list(db, filter, after, limit)?;
            let ids: Vec<BatchId> = batches.iter().map(|batch| batch.id).collect();
            let counts = storage::batches::count_items(db, &ids)?;
            let mut packages = storage::packages::find_all(db, &ids)?;
            let listed = batches.into_iter().map(|batch| {
                let item_count = counts.get(&batch.id).copied().unwrap_or_default();
                let package = package_of(packages.remove(&batch.id))?;
                Ok(ListedBatch { batch, item_count, package })
            });
            listed.collect()
        })
        .await
}

/// Takes a receipt: what is refused goes back to its unit. True when it was new; the same receipt again changes nothing.
pub async fn receive_batch(
    service: &Service,
    caller: &Caller,
    id: BatchId,
    receipt: Receipt,
    attempt: Option<Attempt>,
) -> Result<(FullBatch, bool), Error> {
    let account = caller.require(&[Role::CityReviewer, Role::Portal])?.clone();
    let receipt = tidy(receipt);
    refuse_invalid(receipt_faults(&receipt))?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let month = storage::batches::find(db, id)?.ok_or_else(Error::not_found)?.cycle;
            storage::locks::cycle_shared(db, month)?;
            let cycle = storage::cycles::find(db, month)?.ok_or_else(Error::not_found)?;
            let batch = storage::batches::find_locked(db, id)?.ok_or_else(Error::not_found)?;
            let digest = digest(&receipt)?;
            let is_known = storage::batches::knows_receipt(db, id, &digest)?;
            let received = if is_known { Received::Known } else { judge(db, &batch, &receipt)? };
            let is_new = match received {
                Received::Known => false,
                Received::New { refused, .. } if !refused.is_empty() && cycle.published_at.is_some() => {
                    return Err(Error::of(Code::AlreadyPublished));
                }
                Received::New { status, refused } => {
                    // A portal that asks for what is pending would never see a batch that was received before.
                    packages::require_ready(&storage::packages::find(db, id)?.ok_or_else(Error::not_found)?)?;
                    refuse_items(&service, db, &caller, (&batch, &refused))?;
                    let now = service.clocks.campaign();
                    storage::batches::insert_receipt(db, (id, &digest), &receipt, now)?;
                    storage::batches::set_received(db, id, status, &Receipt { refused, ..receipt }, now)?;
                    note_received(&service, db, &caller, &batch, status)?;
                    true
                }
            };
            let status = if is_new { 201 } else { 200 };
            idempotency::keep(db, attempt.as_ref(), &FirstAnswer { status, resource_id: id.into(), secret: None })?;
            let batch = storage::batches::find(db, id)?.ok_or_else(Error::not_found)?;
            Ok((full(db, batch)?, is_new))
        })
        .await
}

fn tidy(mut receipt: Receipt) -> Receipt {
    for item in &mut receipt.refused {
        item.reason = text::tidy_paragraphs(&item.reason);
    }
    receipt
}

/// By which a receipt is recognised when it is sent again, in whatever order it names what is refused.
fn digest(receipt: &Receipt) -> Result<Vec<u8>, Error> {
    let mut refused = receipt.refused.clone();
    refused.sort_by_key(|item| item.candidate_id);
    let bytes = serde_json::to_vec(&Receipt { refused, ..receipt.clone() });
    Ok(Sha256::digest(bytes.map_err(|error| Error::Internal(error.to_string()))?).to_vec())
}

fn receipt_faults(receipt: &Receipt) -> Vec<Fault> {
    let mut faults = batch::judge_receipt(receipt);
    for (index, item) in receipt.refused.iter().enumerate() {
        let place = format!("/refused/{index}/reason");
        faults.extend(text::paragraphs(&item.reason, REASON_MAX_CHARS).into_iter().map(|fault| fault.under(&place)));
    }
    faults
}

fn judge(db: &mut Connection, batch: &Batch, receipt: &Receipt) -> Result<Received, Error> {
    let items: BTreeMap<CandidateId, bool> = storage::batches::items(db, batch.id)?
        .into_iter()
        .map(|item| (item.snapshot.candidate_id, item.status == ItemStatus::Refused))
        .collect();
    batch::receive(batch.status, &items, receipt).map_err(|faults| {
        let contradicts = faults.iter().any(|fault| fault.code == Code::AlreadyDecided);
        if contradicts { Error::guards(faults) } else { Error::invalid(faults) }
    })
}

/// Sends back what was refused. Who has left the batch's state meanwhile (disqualified, consent withdrawn), or stands in
/// a later batch or cycle by now, stays there.
fn refuse_items(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (batch, refused): (&Batch, &[Refused]),
) -> Result<(), Error> {
    let mut ordered: Vec<&Refused> = refused.iter().collect();
    ordered.sort_by_key(|item| item.candidate_id);
    let mut sent_back = Vec::new();
    for item in ordered {
        storage::locks::candidate(db, item.candidate_id)?;
        let stands = storage::contenders::find(db, item.candidate_id)?;
        let is_here = stands.is_some_and(|stands| stands.status == Status::Forwarded && stands.cycle == batch.cycle);
        if is_here && !storage::batches::is_in_later(db, batch, item.candidate_id)? {
            let order = Order::new(Action::Refuse, Some(item.reason.clone()));
            transitions::apply(service, db, caller, item.candidate_id, &order)?;
            sent_back.push((item.candidate_id, CorrectionKind::Refused));
        }
    }
    packages::note(service, db, sent_back)
}

fn note_received(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    batch: &Batch,
    status: BatchStatus,
) -> Result<(), Error> {
    let deed = Deed::new("batch.received", "batch", batch.id).with(json!({ "cycle": batch.cycle, "status": status }));
    record::audit(service, db, caller, &deed)?;
    record::announce(service, db, &deed, Place { cycle: Some(batch.cycle), ..Place::default() })
}
