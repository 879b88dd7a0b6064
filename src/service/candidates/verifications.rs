//! The fact-verification file: kept by the unit, read in the subtree. Records are added and struck, never changed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use zeroize::Zeroizing;

use super::{
    access::{self, Sight},
    consents, update,
};
use crate::{
    domain::{
        candidate::Candidate,
        fault::{Code, Fault},
        id::{CandidateId, UserId, VerificationId},
        text,
        verification::{Heard, Verification, takes_records},
    },
    service::{
        Service,
        caller::{Account, Caller},
        error::{Error, refuse_invalid},
        generator,
        idempotency::{self, Attempt, FirstAnswer},
        record::Deed,
    },
    storage::{
        self, Connection,
        attachments::AttachmentRow,
        sql_values::{At, Stored},
        vault::Place,
        verifications::{TABLE, VerificationRow},
    },
};

/// A record with what is shown beside it.
#[derive(Clone, Debug)]
pub struct ShownVerification {
    /// The record.
    pub record: VerificationRow,
    /// The name shown of who recorded it.
    pub recorder_name: String,
    /// Its files.
    pub attachments: Vec<AttachmentRow>,
    /// The candidate's version, which grows with every record.
    pub version: i64,
}

/// 401, 403 or 404 for who does not read the candidate's verification file: reviewers of the subtree and administrators do.
pub async fn require_sight(service: &Service, caller: &Caller, id: CandidateId) -> Result<(), Error> {
    consents::may_read(caller)?;
    let (now, caller) = (service.clocks.campaign(), caller.clone());
    service
        .store
        .read(move |db| {
            let (_, sight) = access::find_seen(db, &caller, id, now)?;
            if matches!(sight, Sight::Inside | Sight::Admin) { Ok(()) } else { Err(Error::not_found()) }
        })
        .await
}

/// The candidate whose verification file the caller keeps; 401, 403 or 404 else.
pub async fn find_kept(service: &Service, caller: &Caller, id: CandidateId) -> Result<Candidate, Error> {
    caller.require_reviewer()?;
    let caller = caller.clone();
    service
        .store
        .read(move |db| {
            let candidate = storage::candidates::find(db, id)?.ok_or_else(Error::not_found)?;
            access::authorise_unit(db, &caller, &candidate)?;
            Ok(candidate)
        })
        .await
}

/// A page of the records, in the order in which they were made: after the one on a version.
pub async fn list_verifications(
    service: &Service,
    id: CandidateId,
    after: Option<i64>,
    rows: i64,
) -> Result<Vec<ShownVerification>, Error> {
    service
        .store
        .read(move |db| {
            let version = storage::candidates::get(db, id)?.version;
            let records = storage::verifications::list_of(db, id, after, rows)?;
            shown(db, records, version)
        })
        .await
}

/// One record of the candidate, or 404.
pub async fn get_verification(
    service: &Service,
    (id, record): (CandidateId, VerificationId),
) -> Result<ShownVerification, Error> {
    service.store.read(move |db| show(db, (id, record))).await
}

fn show(db: &mut Connection, (id, record): (CandidateId, VerificationId)) -> Result<ShownVerification, Error> {
    let record = find_of(db, (id, record))?;
    let version = storage::candidates::get(db, id)?.version;
    shown(db, vec![record], version)?.pop().ok_or_else(Error::not_found)
}

/// The record, if it is one of the candidate's; else 404.
pub(super) fn find_of(
    db: &mut Connection,
    (id, record): (CandidateId, VerificationId),
) -> Result<VerificationRow, Error> {
    let found = storage::verifications::find(db, record)?.filter(|found| found.candidate_id == id);
    found.ok_or_else(Error::not_found)
}

fn shown(db: &mut Connection, records: Vec<VerificationRow>, version: i64) -> Result<Vec<ShownVerification>, Error> {
    let ids: Vec<VerificationId> = records.iter().map(|record| record.id).collect();
    let recorders: BTreeSet<UserId> = records.iter().map(|record| record.recorded_by).collect();
    let names = storage::reviewers::names(db, &recorders.into_iter().collect::<Vec<_>>())?;
    let mut files: BTreeMap<VerificationId, Vec<AttachmentRow>> = BTreeMap::new();
    for file in storage::attachments::list_of_all(db, &ids)? {
        files.entry(file.verification_id).or_default().push(file);
    }
    let shown = records.into_iter().map(|record| ShownVerification {
        recorder_name: names.get(&record.recorded_by).cloned().unwrap_or_default(),
        attachments: files.remove(&record.id).unwrap_or_default(),
        version,
        record,
    });
    Ok(shown.collect())
}

/// Adds a record. The candidate's version grows, so that who judges it at the same moment has seen the record or is told.
pub async fn create_verification(
    service: &Service,
    caller: &Caller,
    id: CandidateId,
    input: Verification,
    attempt: Option<Attempt>,
) -> Result<ShownVerification, Error> {
    let account = caller.require_reviewer()?.clone();
    let now = service.clocks.campaign();
    refuse_invalid([input.faults(), input.time_faults(now)].concat())?;
    let row = new_row(service, &account, id, &input)?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let candidate = lock_kept(db, &caller, id)?;
            refuse_late(&candidate)?;
            let record = VerificationRow { candidate_version: candidate.version, ..row };
            storage::verifications::insert(db, &record)?;
            touch(db, &candidate, record.recorded_at)?;
            let details = json!({ "verification_id": record.id, "method": record.method.as_str() });
            let deed = Deed::new("candidate.verification_recorded", "candidate", id).with(details);
            update::note(&service, db, &caller, &candidate, &deed)?;
            let first = FirstAnswer { status: 201, resource_id: record.id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            show(db, (id, record.id))
        })
        .await
}

fn new_row(
    service: &Service,
    account: &Account,
    candidate_id: CandidateId,
    input: &Verification,
) -> Result<VerificationRow, Error> {
    let id: VerificationId = generator::new_id(&service.clocks)?;
    let heard: Vec<Heard> = input.heard.iter().map(Heard::tidied).collect();
    Ok(VerificationRow {
        id,
        candidate_id,
        method: input.method,
        verifiers: Stored(input.verifiers.iter().map(|name| text::tidy_line(name)).collect()),
        held_at: At(input.held_at),
        department: input.department.as_deref().map(text::tidy_line),
        heard_cipher: seal(service, id, &heard)?,
        heard_masked: Stored(heard.iter().map(Heard::masked).collect()),
        finding: input.finding,
        notes: text::tidy_paragraphs(&input.notes),
        candidate_version: 0,
        recorded_by: account.id,
        organization_id: account.organization_id(),
        recorded_at: At(service.clocks.campaign()),
        struck_by: None,
        struck_at: None,
        struck_reason: None,
    })
}

fn seal(service: &Service, id: VerificationId, heard: &[Heard]) -> Result<Option<Vec<u8>>, Error> {
    if heard.is_empty() {
        return Ok(None);
    }
    let plain = serde_json::to_string(heard).map(Zeroizing::new);
    let plain = plain.map_err(|error| Error::Internal(format!("who was heard cannot be written: {error}")))?;
    Ok(Some(service.vault.seal_text(Place::new(TABLE, "heard_cipher", id), &plain)?))
}

/// Who was heard for a record, in clear.
pub(super) fn open_heard(service: &Service, record: &VerificationRow) -> Result<Vec<Heard>, Error> {
    let Some(cipher) = &record.heard_cipher else { return Ok(Vec::new()) };
    let plain = service.vault.open_text(Place::new(TABLE, "heard_cipher", record.id), cipher)?;
    serde_json::from_str(&plain)
        .map_err(|_| Error::Internal(format!("who was heard for verification {} cannot be read", record.id)))
}

/// Strikes a record that was made in error: by the unit, with a reason, while the candidate is nominated or returned. It
/// stays to be read and counts no more.
pub async fn strike_verification(
    service: &Service,
    caller: &Caller,
    (id, record, version): (CandidateId, VerificationId, i64),
    reason: String,
    attempt: Option<Attempt>,
) -> Result<ShownVerification, Error> {
    let account = caller.require_reviewer()?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let candidate = lock_kept(db, &caller, id)?;
            find_of(db, (id, record))?;
            if candidate.version != version {
                return Err(Error::of(Code::PreconditionFailed));
            }
            update::refuse_closed(&candidate)?;
            let at = At(service.clocks.campaign());
            if !storage::verifications::strike(db, record, (account.id, at, &text::tidy_paragraphs(&reason)))? {
                return Err(Error::of(Code::AlreadyDecided));
            }
            touch(db, &candidate, at)?;
            let details = json!({ "verification_id": record });
            let deed = Deed::new("candidate.verification_struck", "candidate", id).with(details);
            update::note(&service, db, &caller, &candidate, &deed)?;
            let first = FirstAnswer { status: 201, resource_id: record.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            show(db, (id, record))
        })
        .await
}

/// Holds the candidate for a change of its verification file.
pub(super) fn lock_kept(db: &mut Connection, caller: &Caller, id: CandidateId) -> Result<Candidate, Error> {
    let candidate = storage::candidates::lock(db, id)?.ok_or_else(Error::not_found)?;
    access::authorise_unit(db, caller, &candidate)?;
    Ok(candidate)
}

/// 409 when no approval is to come that could answer what is added.
pub fn refuse_late(candidate: &Candidate) -> Result<(), Error> {
    if takes_records(candidate.status) {
        return Ok(());
    }
    Err(Error::fault(Fault::of(Code::TransitionNotAllowed).with("status", candidate.status.as_str())))
}

/// Raises the version of a candidate whose row is held.
pub(super) fn touch(db: &mut Connection, candidate: &Candidate, at: At) -> Result<i64, Error> {
    let version = storage::candidates::touch_if(db, (candidate.id, candidate.version), at.0)?;
    version.ok_or(Error::of(Code::PreconditionFailed))
}
