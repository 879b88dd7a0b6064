//! Studying candidates: stating it, one's own records, and reflections as reviewers read them.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    Caller, Error, Service,
    candidates::access,
    error::refuse_invalid,
    generator,
    idempotency::{self, Attempt, FirstAnswer},
    record::{self, Deed},
};
use crate::{
    domain::{
        fault::{Code, Fault},
        id::{CandidateId, OrganizationId, StudyRecordId},
        month::Month,
        role::Role,
        study::{REFLECTION_MAX_CHARS, StudyRecord, check_open},
        text,
    },
    service::caller::Account,
    storage::{
        self, Connection,
        study_records::{NewStudyRecord, Reflection, ReflectionFilter},
    },
};

/// The accounts of people: a service studies nothing.
pub fn require_person(caller: &Caller) -> Result<&Account, Error> {
    let account = caller.account()?;
    if account.role == Role::Portal { Err(Error::of(Code::Forbidden)) } else { Ok(account) }
}

/// What is wrong with a reflection.
#[must_use]
pub fn reflection_faults(reflection: &str) -> Vec<Fault> {
    text::paragraphs(reflection, REFLECTION_MAX_CHARS).into_iter().map(|fault| fault.under("/reflection")).collect()
}

/// A record, and whether it was made just now.
#[derive(Clone, Debug)]
pub struct Studied {
    /// The record.
    pub record: StudyRecord,
    /// False when the person had studied the candidate before.
    pub is_new: bool,
}

/// Makes sure that the caller may know of the candidate: it is published, or the caller has studied it; else 404.
pub async fn require_seen(service: &Service, caller: &Caller, candidate: CandidateId) -> Result<(), Error> {
    let (user, now) = (require_person(caller)?.id, service.clocks.campaign());
    let work = move |db: &mut Connection| match storage::study_records::find_of(db, candidate, user)? {
        Some(_) => Ok(()),
        None => access::published(db, candidate, now).map(|_| ()),
    };
    service.store.read(work).await
}

/// States that the caller has studied a candidate. Who has stated it before gets the first record as it is, whatever has
/// become of the candidate; a reflection sent again changes nothing.
pub async fn create_study_record(
    service: &Service,
    caller: &Caller,
    candidate: CandidateId,
    reflection: Option<String>,
    attempt: Option<Attempt>,
) -> Result<Studied, Error> {
    let account = require_person(caller)?.clone();
    refuse_invalid(reflection.as_deref().map(reflection_faults).unwrap_or_default())?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let before = storage::study_records::find_of(db, candidate, account.id)?;
            let studied = match before {
                Some(record) => Studied { record, is_new: false },
                None => study(&service, db, &caller, (candidate, reflection))?,
            };
            let status = if studied.is_new { 201 } else { 200 };
            let first = FirstAnswer { status, resource_id: studied.record.id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            Ok(studied)
        })
        .await
}

fn study(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (candidate, reflection): (CandidateId, Option<String>),
) -> Result<Studied, Error> {
    let user = caller.account()?.id;
    let found = access::published(db, candidate, service.clocks.campaign())?;
    storage::locks::cycle_shared(db, found.cycle)?;
    storage::locks::candidate_shared(db, candidate)?;
    let now = service.clocks.campaign();
    let found = access::published(db, candidate, now)?;
    let cycle = storage::cycles::find(db, found.cycle)?.ok_or_else(Error::not_found)?;
    check_open(found.status, cycle.windows.voting, now).map_err(|fault| Error::guards(vec![fault]))?;
    let row = NewStudyRecord {
        id: generator::new_id(&service.clocks)?,
        candidate_id: candidate,
        cycle: found.cycle,
        user_id: user,
        reflection: reflection.as_deref().map(text::tidy_paragraphs),
        version: 1,
        created_at: now.into(),
    };
    let is_new = storage::study_records::insert_first(db, &row)?;
    if is_new {
        storage::study_counts::add_one(db, candidate)?;
        let deed = Deed::new("study_record.created", "study_record", row.id).with(json!({ "candidate_id": candidate }));
        record::audit(service, db, caller, &deed)?;
    }
    let record = storage::study_records::find_of(db, candidate, user)?.ok_or_else(Error::not_found)?;
    Ok(Studied { record, is_new })
}

/// Reads one of the caller's own records; another's is 404.
pub async fn get_own(service: &Service, caller: &Caller, id: StudyRecordId) -> Result<StudyRecord, Error> {
    let user = require_person(caller)?.id;
    let found = service.store.read(move |db| Ok::<_, Error>(storage::study_records::find(db, id)?)).await?;
    found.filter(|record| record.user == user).ok_or_else(Error::not_found)
}

/// Takes the caller's own reflection back, at any time; the record stays.
pub async fn delete_reflection(
    service: &Service,
    caller: &Caller,
    (id, version): (StudyRecordId, i64),
) -> Result<(), Error> {
    let account = require_person(caller)?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            let own = storage::study_records::find(db, id)?.filter(|record| record.user == account.id);
            own.filter(|record| record.reflection.is_some()).ok_or_else(Error::not_found)?;
            if !storage::study_records::clear_reflection_if(db, (id, version))? {
                return Err(Error::of(Code::PreconditionFailed));
            }
            record::audit(&service, db, &caller, &Deed::new("study_record.reflection_deleted", "study_record", id))
        })
        .await
}

/// Lists the caller's own records, the latest first.
pub async fn list_mine(
    service: &Service,
    caller: &Caller,
    cycle: Option<Month>,
    after: Option<(DateTime<Utc>, StudyRecordId)>,
    limit: i64,
) -> Result<Vec<StudyRecord>, Error> {
    let user = caller.account()?.id;
    service.store.read(move |db| Ok(storage::study_records::list_of(db, user, cycle, after, limit)?)).await
}

/// What is asked of the reflections.
#[derive(Clone, Debug, Default)]
pub struct ReflectionRequest {
    /// Of this cycle.
    pub cycle: Option<Month>,
    /// Of this candidate.
    pub candidate: Option<CandidateId>,
    /// Of authors at this organization.
    pub organization: Option<OrganizationId>,
}

/// Lists the reflections of those who belong to the reviewer's subtree now, the latest first.
pub async fn list_reflections(
    service: &Service,
    caller: &Caller,
    request: ReflectionRequest,
    after: Option<(DateTime<Utc>, StudyRecordId)>,
    limit: i64,
) -> Result<Vec<Reflection>, Error> {
    let filter = ReflectionFilter {
        scope: caller.require_reviewer()?.scope.clone(),
        cycle: request.cycle,
        candidate: request.candidate,
        organization: request.organization,
    };
    service.store.read(move |db| Ok(storage::study_records::list_reflections(db, &filter, after, limit)?)).await
}

/// How many people have studied a published candidate; 404 for one that is not.
pub async fn count_people(service: &Service, candidate: CandidateId) -> Result<i64, Error> {
    let now = service.clocks.campaign();
    let work = move |db: &mut Connection| {
        access::published(db, candidate, now)?;
        Ok(storage::study_counts::find(db, candidate)?)
    };
    service.store.read(work).await
}
