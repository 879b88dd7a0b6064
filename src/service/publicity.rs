//! Records of publicity: read by everybody while the honoree is, kept by the reviewers of the honoree's subtree.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::{
    Service,
    caller::{Account, Caller},
    error::{Error, refuse_invalid},
    generator,
    idempotency::{self, Attempt, FirstAnswer},
    record::{self, Deed, Place},
};
use crate::{
    domain::{
        fault::{Code, Fault},
        honour::{CertificateNumber, Honoree, Standing},
        id::{HonoreeId, OrganizationId, PublicityId},
        local_day,
        month::Month,
        publicity::{PublicityFields, PublicityKind, PublicityRecord},
    },
    storage::{
        self, Connection,
        honours::Which,
        publicity::{CountFilter, PublicityFilter, Recorded},
    },
};

/// Records as somebody reads them.
#[derive(Clone, Debug)]
pub struct Read {
    /// What was found.
    pub rows: Vec<Recorded>,
    /// Whether notes and who entered them are shown.
    pub is_inner: bool,
}

/// The key of a page.
pub type Key = (DateTime<Utc>, PublicityId);

/// Lists the records of an honoree: all of them for the reviewers of the subtree, to everybody else those that are public.
/// 404 where no honour stands and is shown.
pub async fn list_honoree_publicity(
    service: &Service,
    caller: &Caller,
    id: HonoreeId,
    after: Option<Key>,
    limit: i64,
) -> Result<Read, Error> {
    let account = caller.account.clone();
    let work = move |db: &mut Connection| {
        let honoree = storage::honorees::survivor(db, id)?.ok_or_else(Error::not_found)?;
        let id = honoree.id;
        let is_inner = account.is_some_and(|account| covers(&account, (honoree.district, honoree.unit)));
        if !is_inner && !is_shown(db, id)? {
            return Err(Error::not_found());
        }
        let filter = PublicityFilter { honoree: Some(id), public_only: !is_inner, ..PublicityFilter::default() };
        Ok(Read { rows: storage::publicity::list(db, &filter, after, limit)?, is_inner })
    };
    service.store.read(work).await
}

/// Lists what is public.
pub async fn list_publicity(
    service: &Service,
    filter: PublicityFilter,
    after: Option<Key>,
    limit: i64,
) -> Result<Vec<Recorded>, Error> {
    let filter = PublicityFilter { public_only: true, ..filter };
    service.store.read(move |db| Ok(storage::publicity::list(db, &filter, after, limit)?)).await
}

/// Reads a record; the answer tells whether with inner eyes. 404 for one that is not public, outside the subtree.
pub async fn get_publicity(service: &Service, caller: &Caller, id: PublicityId) -> Result<(Recorded, bool), Error> {
    let account = caller.account.clone();
    let work = move |db: &mut Connection| {
        let found = storage::publicity::find(db, id)?.ok_or_else(Error::not_found)?;
        let is_inner = account.is_some_and(|account| covers(&account, (found.district, found.unit)));
        if is_inner || found.is_public { Ok((found, is_inner)) } else { Err(Error::not_found()) }
    };
    service.store.read(work).await
}

/// Makes sure that the caller keeps the records of an honoree; 404 outside the subtree.
pub async fn require_keeper(service: &Service, caller: &Caller, id: HonoreeId) -> Result<(), Error> {
    let account = caller.require_reviewer()?.clone();
    service.store.read(move |db| find_honoree(db, &account, id).map(drop)).await
}

/// Reads a record that the caller keeps; 404 outside the subtree.
pub async fn find_kept(service: &Service, caller: &Caller, id: PublicityId) -> Result<Recorded, Error> {
    let account = caller.require_reviewer()?.clone();
    service.store.read(move |db| find_inside(db, &account, id)).await
}

/// Enters a record.
pub async fn create_publicity(
    service: &Service,
    caller: &Caller,
    id: HonoreeId,
    fields: PublicityFields,
    attempt: Option<Attempt>,
) -> Result<Recorded, Error> {
    let account = caller.require_reviewer()?.clone();
    refuse_invalid([fields.faults(), fields.day_faults(today(service))].concat())?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            storage::locks::honoree_shared(db, id)?;
            let honoree = find_honoree(db, &account, id)?;
            refuse_foreign(db, honoree.id, fields.honour.as_ref().and_then(Option::as_ref))?;
            let now = service.clocks.campaign();
            let blank = PublicityRecord {
                id: generator::new_id(&service.clocks)?,
                honoree: honoree.id,
                outlet: String::new(),
                kind: PublicityKind::Other,
                title: String::new(),
                url: None,
                published_on: NaiveDate::default(),
                honour: None,
                note: None,
                entered_by: account.id,
                version: 1,
                created_at: now,
                updated_at: now,
            };
            let record = fields.applied(&blank);
            storage::publicity::insert(db, &record)?;
            note(&service, db, &caller, (&record, (honoree.district, honoree.unit)), "publicity.recorded")?;
            let first = FirstAnswer { status: 201, resource_id: record.id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            storage::publicity::find(db, record.id)?.ok_or_else(Error::not_found)
        })
        .await
}

/// Changes what a record says.
pub async fn update_publicity(
    service: &Service,
    caller: &Caller,
    (id, version): (PublicityId, i64),
    fields: PublicityFields,
) -> Result<Recorded, Error> {
    let account = caller.require_reviewer()?.clone();
    refuse_invalid([fields.faults(), fields.day_faults(today(service))].concat())?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            let old = hold(db, &account, (id, version))?;
            let new = fields.applied(&old.record);
            if new == old.record {
                return Ok(old);
            }
            if new.honour != old.record.honour {
                refuse_foreign(db, new.honoree, new.honour.as_ref())?;
            }
            if !storage::publicity::update_if(db, &new, service.clocks.campaign())? {
                return Err(Error::of(Code::PreconditionFailed));
            }
            note(&service, db, &caller, (&new, (old.district, old.unit)), "publicity.updated")?;
            storage::publicity::find(db, id)?.ok_or_else(Error::not_found)
        })
        .await
}

/// Takes a record away.
pub async fn delete_publicity(
    service: &Service,
    caller: &Caller,
    (id, version): (PublicityId, i64),
) -> Result<(), Error> {
    let account = caller.require_reviewer()?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            let old = hold(db, &account, (id, version))?;
            if !storage::publicity::delete_if(db, (id, version))? {
                return Err(Error::of(Code::PreconditionFailed));
            }
            note(&service, db, &caller, (&old.record, (old.district, old.unit)), "publicity.removed")
        })
        .await
}

/// How many records of the caller's subtree there are, by kind and by month of publication.
#[derive(Clone, Debug)]
pub struct Totals {
    /// Of the honorees of this cycle's list.
    pub cycle: Option<Month>,
    /// Published in this year.
    pub year: Option<i32>,
    /// The counts; months and kinds without a record are left out.
    pub counts: BTreeMap<(Month, PublicityKind), i64>,
}

/// Counts records: those of the honorees of a cycle's list, or of a year, or both; of this year where neither is named.
pub async fn count_publicity(
    service: &Service,
    caller: &Caller,
    (cycle, year): (Option<Month>, Option<i32>),
    district: Option<OrganizationId>,
) -> Result<Totals, Error> {
    let scope = caller.require_reviewer()?.scope.clone();
    let this_year = Month::of(service.clocks.campaign(), service.time_zone).year();
    let year = year.or(cycle.is_none().then_some(this_year));
    let filter = CountFilter { scope, district, cycle, year };
    let counts = service.store.read(move |db| Ok::<_, Error>(storage::publicity::counts(db, &filter)?)).await?;
    Ok(Totals { cycle, year, counts })
}

fn today(service: &Service) -> NaiveDate {
    local_day::day_of(service.clocks.campaign(), service.time_zone)
}

fn covers(account: &Account, (district, unit): (Option<OrganizationId>, Option<OrganizationId>)) -> bool {
    // One who belongs nowhere is the city's.
    let of_nobody = account.scope == crate::domain::scope::Scope::City;
    district.map_or(of_nobody, |district| account.scope.covers(district, unit))
}

/// Whether any honour of an honoree's stands and is shown.
fn is_shown(db: &mut Connection, id: HonoreeId) -> Result<bool, Error> {
    let honours = storage::honours::list(db, Which::Honorees(vec![id]))?;
    Ok(honours.iter().any(|entry| entry.honour.standing == Standing::Shown))
}

fn find_honoree(db: &mut Connection, account: &Account, id: HonoreeId) -> Result<Honoree, Error> {
    let found = storage::honorees::survivor(db, id)?;
    found.filter(|found| covers(account, (found.district, found.unit))).ok_or_else(Error::not_found)
}

fn find_inside(db: &mut Connection, account: &Account, id: PublicityId) -> Result<Recorded, Error> {
    let found = storage::publicity::find(db, id)?;
    found.filter(|found| covers(account, (found.district, found.unit))).ok_or_else(Error::not_found)
}

/// Holds a record that the account keeps, at the version named.
fn hold(db: &mut Connection, account: &Account, (id, version): (PublicityId, i64)) -> Result<Recorded, Error> {
    storage::locks::publicity(db, id)?;
    let found = find_inside(db, account, id)?;
    if found.record.version == version { Ok(found) } else { Err(Error::of(Code::PreconditionFailed)) }
}

/// The honour of a record is one of its honoree's.
fn refuse_foreign(db: &mut Connection, honoree: HonoreeId, honour: Option<&CertificateNumber>) -> Result<(), Error> {
    let Some(number) = honour else { return Ok(()) };
    let found = storage::honours::list(db, Which::Number(number.to_string()))?;
    if found.iter().any(|entry| entry.honour.honoree == honoree) {
        return Ok(());
    }
    Err(Error::invalid(vec![Fault::at("/honour", Code::UnknownReference)]))
}

fn note(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (record, (district_id, unit_id)): (&PublicityRecord, (Option<OrganizationId>, Option<OrganizationId>)),
    action: &str,
) -> Result<(), Error> {
    let details = json!({
        "honoree_id": record.honoree,
        "kind": record.kind.as_str(),
        "published_on": record.published_on,
    });
    let deed = Deed::new(action, "publicity", record.id).with(details);
    record::audit(service, db, caller, &deed)?;
    record::announce(service, db, &deed, Place { cycle: None, district_id, unit_id })
}
