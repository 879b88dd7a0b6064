//! Receipts of assistance: sent by whoever is in charge, read in the subtree, each reading audited; the files are checked as
//! those of verifications are.

use bytes::Bytes;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{access, ledger};
use crate::{
    domain::{
        assistance::{MAX_RECEIPTS, takes_receipts},
        fault::{Code, Fault},
        id::{AssistanceId, AttachmentId},
    },
    service::{
        Service,
        caller::{Account, Caller},
        candidates::attachments::{away, prepare},
        error::Error,
        generator,
        idempotency::{self, Attempt, FirstAnswer},
        record::{self, Deed},
    },
    storage::{self, Connection, assistance::ReceiptRow, files::FileKey, sql_values::At},
};

/// Adds a receipt to an entry. Checking it and putting it into the store come before the transaction, the row last.
pub async fn add_receipt(
    service: &Service,
    caller: &Caller,
    id: AssistanceId,
    upload: Bytes,
    attempt: Option<Attempt>,
) -> Result<ReceiptRow, Error> {
    let account = caller.require_reviewer()?.clone();
    let (media_type, content) = prepare(service, upload).await?;
    let receipt: AttachmentId = generator::new_id(&service.clocks)?;
    let too_large = |_| Error::Internal("a file larger than its limit".to_owned());
    let row = ReceiptRow {
        id: receipt,
        assistance_id: id,
        position: 0,
        media_type,
        byte_size: i32::try_from(content.len()).map_err(too_large)?,
        sha256: Sha256::digest(&content).to_vec(),
        uploaded_by: account.id,
        created_at: At(service.clocks.campaign()),
    };
    let key = FileKey::Attachment(receipt);
    service.files.put(key, content).await.map_err(|error| away(&error))?;
    let (in_service, caller) = (service.clone(), caller.clone());
    let write = move |db: &mut Connection| write(&in_service, db, (&caller, &account), row, attempt.as_ref());
    let written = service.store.write(write).await;
    // Where the outcome of the commit is not known the row may be there, so the file stays; without a row it is swept.
    if written.as_ref().is_err_and(Error::is_certain)
        && let Err(error) = service.files.delete(&[key]).await
    {
        log::warn!("the file of a receipt that was not taken could not be removed: {error}");
    }
    written
}

fn write(
    service: &Service,
    db: &mut Connection,
    (caller, account): (&Caller, &Account),
    row: ReceiptRow,
    attempt: Option<&Attempt>,
) -> Result<ReceiptRow, Error> {
    account.recheck(db)?;
    idempotency::claim(db, attempt, service.clocks.machine())?;
    let id = row.assistance_id;
    let found = storage::assistance::find(db, id)?.ok_or_else(Error::not_found)?;
    let cared = access::hold_inside(db, account, found.honoree_id)?;
    access::refuse_bystander(&cared, account)?;
    let entry = storage::assistance::find(db, id)?.ok_or_else(Error::not_found)?;
    if !takes_receipts(entry.status) {
        return Err(Error::fault(Fault::of(Code::TransitionNotAllowed).with("status", entry.status.as_str())));
    }
    let count = storage::assistance::list_receipts(db, &[id])?.len();
    if count >= MAX_RECEIPTS {
        let fault = Fault::of(Code::AttachmentLimit).with("limit", MAX_RECEIPTS).with("actual", count);
        return Err(Error::guards(vec![fault]));
    }
    let receipt = ReceiptRow { position: i32::try_from(count).unwrap_or(i32::MAX).saturating_add(1), ..row };
    storage::assistance::insert_receipt(db, &receipt)?;
    storage::assistance::touch(db, id)?;
    ledger::note(service, db, caller, (&entry, &cared), "assistance.receipt_added")?;
    idempotency::keep(db, attempt, &FirstAnswer { status: 201, resource_id: receipt.id.into(), secret: None })?;
    Ok(receipt)
}

/// A receipt that was added before, for a request that is sent again.
pub async fn get_receipt(service: &Service, id: AttachmentId) -> Result<ReceiptRow, Error> {
    service.store.read(move |db| storage::assistance::find_receipt(db, id)?.ok_or_else(Error::not_found)).await
}

/// A receipt that the caller reads, if there is one of this id; 404 for one outside of the caller's subtree. Names and sums stand
/// in it: never without an audit event.
pub(in crate::service) async fn read_receipt(
    service: &Service,
    caller: &Caller,
    id: AttachmentId,
) -> Result<Option<ReceiptRow>, Error> {
    let find = move |db: &mut Connection| Ok::<_, Error>(storage::assistance::find_receipt(db, id)?);
    let Some(receipt) = service.store.read(find).await? else { return Ok(None) };
    // Administrators and the portal see no aftercare.
    let account = caller.require_reviewer().map_err(|_| Error::not_found())?.clone();
    let (here, caller) = (service.clone(), caller.clone());
    let read = move |db: &mut Connection| {
        account.recheck(db)?;
        let (entry, _) = ledger::find_inside(db, &account, receipt.assistance_id)?;
        let details = json!({ "honoree_id": entry.honoree_id, "attachment_id": receipt.id });
        let deed = Deed::new("assistance.receipt_read", "assistance", entry.id).with(details);
        record::audit(&here, db, &caller, &deed)?;
        Ok(Some(receipt))
    };
    service.store.write(read).await
}
