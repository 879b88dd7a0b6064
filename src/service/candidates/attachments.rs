//! Files of verification records: sent by the unit, read in the subtree.

use bytes::Bytes;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{
    access::{self, Sight},
    consents, update,
    verifications::{self, find_of, lock_kept, refuse_late, touch},
};
use crate::{
    domain::{
        document::{DocumentType, UPLOAD_MAX_BYTES, is_pdf},
        fault::{Code, Fault},
        id::{AttachmentId, CandidateId, VerificationId},
        photo::{FileFormat, PhotoLimits, PhotoType},
        verification::MAX_ATTACHMENTS,
    },
    service::{
        Service,
        aftercare::receipts,
        caller::{Account, Caller},
        error::Error,
        generator,
        idempotency::{self, Attempt, FirstAnswer},
        pictures::PictureError,
        record::Deed,
    },
    storage::{
        self, Connection,
        attachments::AttachmentRow,
        files::{FileKey, FilesError},
        sql_values::At,
        verifications::VerificationRow,
    },
};

/// Pictures of papers: any size that can be decoded.
const PICTURE_LIMITS: PhotoLimits = PhotoLimits { max_bytes: UPLOAD_MAX_BYTES as u64, min_side_px: 1 };

/// An attachment with the version of its candidate, which grows with every one.
#[derive(Clone, Debug)]
pub struct AttachmentOf {
    /// The attachment.
    pub attachment: AttachmentRow,
    /// The candidate's version.
    pub version: i64,
}

/// 409 for a record that takes no files: struck, or of a candidate with no approval to come.
pub async fn refuse_closed(service: &Service, (id, record): (CandidateId, VerificationId)) -> Result<(), Error> {
    service
        .store
        .read(move |db| {
            let candidate = storage::candidates::get(db, id)?;
            refuse_late(&candidate)?;
            refuse_struck(&find_of(db, (id, record))?)
        })
        .await
}

fn refuse_struck(record: &VerificationRow) -> Result<(), Error> {
    if record.struck_at.is_none() { Ok(()) } else { Err(Error::of(Code::AlreadyDecided)) }
}

/// Adds a file to a record. Checking it and putting it into the store come before the transaction, the row last.
pub async fn add_attachment(
    service: &Service,
    caller: &Caller,
    (id, record): (CandidateId, VerificationId),
    upload: Bytes,
    attempt: Option<Attempt>,
) -> Result<AttachmentOf, Error> {
    let account = caller.require_reviewer()?.clone();
    verifications::find_kept(service, caller, id).await?;
    refuse_closed(service, (id, record)).await?;
    let (media_type, content) = prepare(service, upload).await?;
    let attachment: AttachmentId = generator::new_id(&service.clocks)?;
    let too_large = |_| Error::Internal("a file larger than its limit".to_owned());
    let row = AttachmentRow {
        id: attachment,
        verification_id: record,
        position: 0,
        media_type,
        byte_size: i32::try_from(content.len()).map_err(too_large)?,
        sha256: Sha256::digest(&content).to_vec(),
        uploaded_by: account.id,
        created_at: At(service.clocks.campaign()),
    };
    let key = FileKey::Attachment(attachment);
    service.files.put(key, content).await.map_err(|error| away(&error))?;
    let (in_service, caller) = (service.clone(), caller.clone());
    let write = move |db: &mut Connection| write(&in_service, db, (&caller, &account), (id, row), attempt.as_ref());
    let written = service.store.write(write).await;
    // Where the outcome of the commit is not known the row may be there, so the file stays; without a row it is swept.
    if written.as_ref().is_err_and(Error::is_certain)
        && let Err(error) = service.files.delete(&[key]).await
    {
        log::warn!("the file of an attachment that was not taken could not be removed: {error}");
    }
    written
}

/// The file store cannot be reached.
pub(in crate::service) fn away(error: &FilesError) -> Error {
    Error::Unavailable(error.to_string())
}

/// What is stored of an upload: a PDF as it is, a picture decoded once and freed of its metadata and of all that follows it.
pub(in crate::service) async fn prepare(service: &Service, upload: Bytes) -> Result<(DocumentType, Bytes), Error> {
    if is_pdf(&upload) {
        return Ok((DocumentType::Pdf, upload));
    }
    if !matches!(FileFormat::of_content(&upload), Some(FileFormat::Jpeg | FileFormat::Png)) {
        return Err(unreadable(&[]));
    }
    match service.pictures.prepare(upload, PICTURE_LIMITS, false).await {
        Ok(picture) => {
            let kind = match picture.kind {
                PhotoType::Jpeg => DocumentType::Jpeg,
                PhotoType::Png => DocumentType::Png,
            };
            Ok((kind, picture.content))
        }
        Err(PictureError::Refused(faults)) => Err(unreadable(&faults)),
        Err(PictureError::Interrupted) => Err(Error::Unavailable("a picture was not worked on".to_owned())),
    }
}

/// The refusal, with the figures of what is wrong with a picture.
fn unreadable(faults: &[Fault]) -> Error {
    let mut fault = Fault::at("/file", Code::AttachmentUnreadable);
    fault.figures = faults.iter().flat_map(|fault| fault.figures.clone()).collect();
    Error::refused(Code::AttachmentUnreadable, vec![fault])
}

fn write(
    service: &Service,
    db: &mut Connection,
    (caller, account): (&Caller, &Account),
    (id, row): (CandidateId, AttachmentRow),
    attempt: Option<&Attempt>,
) -> Result<AttachmentOf, Error> {
    account.recheck(db)?;
    idempotency::claim(db, attempt, service.clocks.machine())?;
    let candidate = lock_kept(db, caller, id)?;
    refuse_late(&candidate)?;
    refuse_struck(&find_of(db, (id, row.verification_id))?)?;
    let count = storage::attachments::count_of(db, row.verification_id)?;
    if usize::try_from(count).is_ok_and(|count| count >= MAX_ATTACHMENTS) {
        let fault = Fault::of(Code::AttachmentLimit).with("limit", MAX_ATTACHMENTS).with("actual", count);
        return Err(Error::guards(vec![fault]));
    }
    let position = i32::try_from(count).unwrap_or(i32::MAX).saturating_add(1);
    let attachment = AttachmentRow { position, ..row };
    storage::attachments::insert(db, &attachment)?;
    let version = touch(db, &candidate, attachment.created_at)?;
    let details = json!({ "verification_id": attachment.verification_id, "attachment_id": attachment.id });
    let deed = Deed::new("candidate.attachment_added", "candidate", id).with(details);
    update::note(service, db, caller, &candidate, &deed)?;
    idempotency::keep(db, attempt, &FirstAnswer { status: 201, resource_id: attachment.id.into(), secret: None })?;
    Ok(AttachmentOf { attachment, version })
}

/// An attachment that was added before, for a request that is sent again.
pub async fn get_attachment(service: &Service, id: AttachmentId) -> Result<AttachmentOf, Error> {
    service
        .store
        .read(move |db| {
            let (attachment, candidate) = find_with_candidate(db, id)?;
            Ok(AttachmentOf { attachment, version: storage::candidates::get(db, candidate)?.version })
        })
        .await
}

fn find_with_candidate(db: &mut Connection, id: AttachmentId) -> Result<(AttachmentRow, CandidateId), Error> {
    let attachment = storage::attachments::find(db, id)?.ok_or_else(Error::not_found)?;
    let record = storage::verifications::find(db, attachment.verification_id)?.ok_or_else(Error::not_found)?;
    Ok((attachment, record.candidate_id))
}

/// A file that proves something, as it is downloaded.
#[derive(Clone, Debug)]
pub struct StoredDocument {
    /// Its id.
    pub id: AttachmentId,
    /// What it is called, before its id.
    pub stem: &'static str,
    /// Its type.
    pub media_type: DocumentType,
    /// Digest of the stored file, by which a client that has it is told so; none for what is audited whenever it is read.
    pub sha256: Option<Vec<u8>>,
}

/// Reads a file of a verification record, for reviewers of the subtree and administrators, or a receipt of assistance, for
/// the reviewers alone; 404 else.
pub async fn get_content(
    service: &Service,
    caller: &Caller,
    id: AttachmentId,
) -> Result<(StoredDocument, Bytes), Error> {
    consents::may_read(caller)?;
    let attachment = match receipts::read_receipt(service, caller, id).await? {
        Some(receipt) => StoredDocument { id, stem: "receipt", media_type: receipt.media_type, sha256: None },
        None => find_document(service, caller, id).await?,
    };
    let content = service.files.find(FileKey::Attachment(id)).await.map_err(|error| away(&error))?;
    let content = content.ok_or_else(|| Error::Internal(format!("the file of attachment {id} is missing")))?;
    Ok((attachment, content))
}

async fn find_document(service: &Service, caller: &Caller, id: AttachmentId) -> Result<StoredDocument, Error> {
    let (now, caller) = (service.clocks.campaign(), caller.clone());
    service
        .store
        .read(move |db| {
            let (attachment, candidate) = find_with_candidate(db, id)?;
            let (_, sight) = access::find_seen(db, &caller, candidate, now)?;
            let (media_type, sha256) = (attachment.media_type, Some(attachment.sha256));
            let found = StoredDocument { id, stem: "verification", media_type, sha256 };
            if matches!(sight, Sight::Inside | Sight::Admin) { Ok(found) } else { Err(Error::not_found()) }
        })
        .await
}
