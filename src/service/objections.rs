//! Objections to published candidates: anyone raises them, the city decides.

use chrono::{DateTime, Utc};
use serde_json::json;
use zeroize::Zeroizing;

use super::{
    Caller, Error, Service,
    candidates::{access, reach},
    error::refuse_invalid,
    generator,
    idempotency::{self, Attempt, FirstAnswer},
    record::{self, Deed, Place},
};
use crate::{
    domain::{
        fault::{Code, Fault},
        id::{CandidateId, ObjectionId},
        objection::{self, Decision, Objection, ObjectionStatus},
        person_name,
        phone::Phone,
        role::Role,
        text,
    },
    storage::{
        self, Connection,
        contenders::Contender,
        objections::{NewObjection, ObjectionFilter},
        sql_values::At,
        vault,
    },
};

/// Most characters of an objection and of the reason of a decision.
pub const TEXT_MAX_CHARS: usize = 2000;
/// Most characters of a contact.
pub const CONTACT_MAX_CHARS: usize = 100;

/// An objection as it comes in.
#[derive(Clone, Debug)]
pub struct ObjectionInput {
    /// What is objected.
    pub text: String,
    /// How to reach the objector.
    pub contact: Option<String>,
    /// The objector's real name.
    pub name: Option<String>,
}

/// A decision as it comes in: upheld or not, or set aside.
#[derive(Clone, Debug)]
pub struct DecisionInput {
    /// Whether the objection holds; none when it is set aside.
    pub upheld: Option<bool>,
    /// Whether it is put off.
    pub set_aside: bool,
    /// Why.
    pub reason: String,
}

impl DecisionInput {
    fn faults(&self) -> Vec<Fault> {
        let mut faults = match (self.upheld, self.set_aside) {
            (Some(_), false) | (None, true) => Vec::new(),
            (None, false) => vec![Fault::at("/upheld", Code::Required)],
            (Some(_), true) => vec![Fault::at("/set_aside", Code::Inconsistent)],
        };
        let reason = text::paragraphs(&self.reason, TEXT_MAX_CHARS).into_iter();
        faults.extend(reason.map(|fault| fault.under("/reason")));
        faults
    }

    const fn status(&self) -> ObjectionStatus {
        match self.upheld {
            Some(true) => ObjectionStatus::Upheld,
            Some(false) => ObjectionStatus::Dismissed,
            None => ObjectionStatus::SetAside,
        }
    }
}

/// Makes sure that a candidate is published; else 404.
pub async fn require_published(service: &Service, id: CandidateId) -> Result<(), Error> {
    let now = service.clocks.campaign();
    service.store.read(move |db| access::published(db, id, now).map(|_| ())).await
}

/// Raises an objection.
pub async fn create_objection(
    service: &Service,
    caller: &Caller,
    id: CandidateId,
    input: ObjectionInput,
    attempt: Option<Attempt>,
) -> Result<Objection, Error> {
    refuse_invalid(input_faults(&input))?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            if let Some(account) = &caller.account {
                account.recheck(db)?;
            }
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let contender = access::published(db, id, service.clocks.campaign())?;
            storage::locks::cycle_shared(db, contender.cycle)?;
            refuse_closed(&service, db, id)?;
            let row = new_row(&service, &caller, (id, &contender), &input)?;
            storage::objections::insert(db, &row)?;
            let deed = Deed::new("objection.created", "objection", row.id).with(json!({ "candidate_id": id }));
            record::audit(&service, db, &caller, &deed)?;
            record::announce(&service, db, &deed, Place { cycle: Some(contender.cycle), ..Place::default() })?;
            let first = FirstAnswer { status: 201, resource_id: row.id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            storage::objections::find(db, row.id)?.ok_or_else(Error::not_found)
        })
        .await
}

fn input_faults(input: &ObjectionInput) -> Vec<Fault> {
    let mut faults: Vec<Fault> =
        text::paragraphs(&input.text, TEXT_MAX_CHARS).into_iter().map(|fault| fault.under("/text")).collect();
    if let Some(contact) = &input.contact {
        faults.extend(text::line(contact, CONTACT_MAX_CHARS).into_iter().map(|fault| fault.under("/contact")));
    }
    if let Some(name) = &input.name {
        faults.extend(person_name::check(name).into_iter().map(|fault| fault.under("/name")));
    }
    faults
}

/// 409 outside the period for objections to this candidate.
fn refuse_closed(service: &Service, db: &mut Connection, id: CandidateId) -> Result<(), Error> {
    let contender = access::published(db, id, service.clocks.campaign())?;
    let cycle = storage::cycles::find(db, contender.cycle)?.ok_or_else(Error::not_found)?;
    let (published_at, days) = (cycle.published_at, cycle.policy.objection_days);
    let now = service.clocks.campaign();
    // A published candidate was forwarded; publication itself is the later change of its status.
    let forwarded_at = Some(contender.status_changed_at.min(now));
    if objection::is_open(forwarded_at, published_at, days, now) {
        return Ok(());
    }
    Err(Error::fault(
        Fault::of(Code::ObjectionsClosed).with("closes_at", json!(objection::closes_at(published_at, days))),
    ))
}

fn new_row(
    service: &Service,
    caller: &Caller,
    (candidate_id, contender): (CandidateId, &Contender),
    input: &ObjectionInput,
) -> Result<NewObjection, Error> {
    let id: ObjectionId = generator::new_id(&service.clocks)?;
    let seal = |column, text: &Option<String>| {
        let sealed = text.as_deref().map(text::tidy_line);
        sealed.map(|text| service.vault.seal_text(vault::Place::new("objections", column, id), &text)).transpose()
    };
    Ok(NewObjection {
        id,
        candidate_id,
        cycle: contender.cycle,
        text: text::tidy_paragraphs(&input.text),
        contact_cipher: seal("contact_cipher", &input.contact)?,
        contact_masked: input.contact.as_deref().map(mask_contact),
        name_cipher: seal("name_cipher", &input.name)?,
        name_masked: input.name.as_deref().map(person_name::masked),
        user_id: caller.id(),
        status: ObjectionStatus::Open,
        version: 1,
        created_at: At(service.clocks.campaign()),
    })
}

/// A telephone number as everywhere; of anything else the first character.
fn mask_contact(contact: &str) -> String {
    match Phone::parse(contact) {
        Some(phone) => phone.masked(),
        None => format!("{}****", contact.trim().chars().take(1).collect::<String>()),
    }
}

/// Lists objections in the order of arrival; the city only.
pub async fn list_objections(
    service: &Service,
    caller: &Caller,
    filter: ObjectionFilter,
    after: Option<(DateTime<Utc>, ObjectionId)>,
    limit: i64,
) -> Result<Vec<Objection>, Error> {
    caller.require(&[Role::CityReviewer])?;
    service.store.read(move |db| Ok(storage::objections::list(db, &filter, after, limit)?)).await
}

/// Reads an objection that was just raised or decided, to give an answer again.
pub async fn get_objection(service: &Service, id: ObjectionId) -> Result<Objection, Error> {
    service.store.read(move |db| storage::objections::find(db, id)?.ok_or_else(Error::not_found)).await
}

/// How an objector can be reached, in clear.
#[derive(Clone, Debug)]
pub struct Objector {
    /// The contact as it was given.
    pub contact: Option<Zeroizing<String>>,
    /// The name.
    pub name: Option<Zeroizing<String>>,
}

/// Reads how an objector can be reached, to ask back: the city only, and never without an audit event.
pub async fn get_objector(service: &Service, caller: &Caller, id: ObjectionId) -> Result<Objector, Error> {
    let account = caller.require(&[Role::CityReviewer])?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            let row = storage::objections::find_objector(db, id)?.ok_or_else(Error::not_found)?;
            record::audit(&service, db, &caller, &Deed::new("objection.contact_read", "objection", id))?;
            let open = |column, cipher: Option<&[u8]>| reach::open(&service, ("objections", column, id), cipher);
            Ok(Objector {
                contact: open("contact_cipher", row.contact_cipher.as_deref())?,
                name: open("name_cipher", row.name_cipher.as_deref())?,
            })
        })
        .await
}

/// Decides an objection, or sets it aside; the city only.
pub async fn decide_objection(
    service: &Service,
    caller: &Caller,
    id: ObjectionId,
    input: DecisionInput,
    attempt: Option<Attempt>,
) -> Result<Objection, Error> {
    let account = caller.require(&[Role::CityReviewer])?.clone();
    refuse_invalid(input.faults())?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let found = storage::objections::find_locked(db, id)?.ok_or_else(Error::not_found)?;
            let status = objection::decide(found.status, input.status()).map_err(Error::fault)?;
            let at = service.clocks.campaign();
            let decision = Decision { by: account.id, reason: text::tidy_paragraphs(&input.reason), at };
            storage::objections::set_decision(db, id, status, &decision)?;
            note_decided(&service, db, &caller, &found, status)?;
            let first = FirstAnswer { status: 201, resource_id: id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            storage::objections::find(db, id)?.ok_or_else(Error::not_found)
        })
        .await
}

fn note_decided(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    found: &Objection,
    status: ObjectionStatus,
) -> Result<(), Error> {
    let details = json!({ "candidate_id": found.candidate, "status": status });
    let deed = Deed::new("objection.decided", "objection", found.id).with(details);
    record::audit(service, db, caller, &deed)?;
    record::announce(service, db, &deed, Place { cycle: Some(found.cycle), ..Place::default() })
}
