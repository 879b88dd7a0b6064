//! Honours that others have given: recorded, corrected and struck by the city, public with the honoree.

use serde_json::json;

use super::{merging::refuse_merged, read};
use crate::{
    domain::{
        fault::{Code, Fault},
        honour::Honoree,
        id::{HonoreeId, OutsideHonourId},
        local_day,
        outside_honour::{OutsideHonour, OutsideHonourFields, Struck},
        role::Role,
        text,
    },
    service::{
        Caller, Error, Service,
        caller::Account,
        error::refuse_invalid,
        generator,
        idempotency::{self, Attempt, FirstAnswer},
        pool,
        record::{self, Deed, Place},
    },
    storage::{self, Connection},
};

/// The most honours of others that are recorded of one honoree, struck ones too.
pub const MOST: i64 = 200;

/// Makes sure that there is such an honoree, for the city.
pub async fn require_honoree(service: &Service, caller: &Caller, id: HonoreeId) -> Result<(), Error> {
    caller.require(&[Role::CityReviewer])?;
    service.store.read(move |db| storage::honorees::find(db, id)?.map(|_| ()).ok_or_else(Error::not_found)).await
}

/// Reads an honour: everybody where it stands and the honoree is shown, reviewers within their subtree.
pub async fn get(
    service: &Service,
    caller: &Caller,
    (honoree, id): (HonoreeId, OutsideHonourId),
) -> Result<OutsideHonour, Error> {
    let scope = caller.account.as_ref().map(|account| account.scope.clone());
    service
        .store
        .read(move |db| {
            let (holder, honour) = find(db, (honoree, id))?;
            if scope.is_some_and(|scope| scope.covers_place(holder.district, holder.unit)) {
                return Ok(honour);
            }
            let is_shown = read::gather(db, vec![holder], false)?.iter().any(|one| !one.honours.is_empty());
            if is_shown && honour.struck.is_none() { Ok(honour) } else { Err(Error::not_found()) }
        })
        .await
}

/// An honour of an honoree, whom the path may name by an id that leads to another.
fn find(db: &mut Connection, (honoree, id): (HonoreeId, OutsideHonourId)) -> Result<(Honoree, OutsideHonour), Error> {
    let holder = read::survivor(db, honoree)?;
    let honour = storage::outside_honours::find(db, id)?.filter(|honour| honour.honoree == holder.id);
    Ok((holder, honour.ok_or_else(Error::not_found)?))
}

/// Records an honour.
pub async fn create(
    service: &Service,
    caller: &Caller,
    honoree: HonoreeId,
    fields: OutsideHonourFields,
    attempt: Option<Attempt>,
) -> Result<OutsideHonour, Error> {
    let account = caller.require(&[Role::CityReviewer])?.clone();
    refuse_invalid(faults(service, &fields))?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let holder = storage::honorees::find_locked(db, honoree)?.ok_or_else(Error::not_found)?;
            refuse_merged(&holder)?;
            let honour = add(&service, db, (&caller, &account), (&holder, fields))?;
            let first = FirstAnswer { status: 201, resource_id: honour.id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            Ok(honour)
        })
        .await
}

fn faults(service: &Service, fields: &OutsideHonourFields) -> Vec<Fault> {
    let today = local_day::day_of(service.clocks.campaign(), service.time_zone);
    fields.faults().into_iter().chain(fields.day_fault(today)).collect()
}

/// Adds an honour to an honoree who is held; with it the rule of the pool may come true.
pub(in crate::service) fn add(
    service: &Service,
    db: &mut Connection,
    (caller, account): (&Caller, &Account),
    (holder, fields): (&Honoree, OutsideHonourFields),
) -> Result<OutsideHonour, Error> {
    refuse_category(db, &fields)?;
    let (all, _) = storage::outside_honours::counts(db, holder.id)?;
    if all >= MOST {
        return Err(Error::invalid(vec![Fault::of(Code::TooMany).with("limit", MOST)]));
    }
    let (now, level) = (service.clocks.campaign(), fields.level);
    let lacking = || Error::Internal("an honour without level or day".to_owned());
    let blank = OutsideHonour {
        id: generator::new_id(&service.clocks)?,
        honoree: holder.id,
        level: level.ok_or_else(lacking)?,
        title: String::new(),
        issuer: String::new(),
        number: None,
        awarded_on: fields.awarded_on.ok_or_else(lacking)?,
        category: None,
        source_url: None,
        struck: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let honour = fields.applied(&blank);
    storage::outside_honours::insert(db, &honour, account.id)?;
    note(service, db, caller, (holder, &honour, "outside_honour.recorded"))?;
    follow(service, db, caller, (holder, None))?;
    Ok(honour)
}

fn refuse_category(db: &mut Connection, fields: &OutsideHonourFields) -> Result<(), Error> {
    let Some(category) = fields.category.iter().flatten().next() else { return Ok(()) };
    match storage::categories::find(db, category)? {
        Some(_) => Ok(()),
        None => Err(Error::invalid(vec![Fault::at("/category", Code::UnknownReference)])),
    }
}

/// Other honours stand now: the honoree has changed, and may enter or leave the pool.
fn follow(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (holder, reason): (&Honoree, Option<&str>),
) -> Result<(), Error> {
    storage::honorees::touch_if(db, (holder.id, holder.version), service.clocks.campaign())?;
    let rule = pool::present_rule(db)?;
    pool::apply(service, db, caller, (holder.id, rule, reason)).map(|_| ())
}

/// Corrects an honour that stands.
pub async fn update(
    service: &Service,
    caller: &Caller,
    (honoree, id, version): (HonoreeId, OutsideHonourId, i64),
    fields: OutsideHonourFields,
) -> Result<OutsideHonour, Error> {
    let account = caller.require(&[Role::CityReviewer])?.clone();
    refuse_invalid(faults(service, &fields))?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            let (holder, old) = hold_standing(db, (honoree, id), version)?;
            refuse_category(db, &fields)?;
            let new = fields.applied(&old);
            if new == old {
                return Ok(old);
            }
            write(&service, db, &caller, (&holder, &new, "outside_honour.corrected"))?;
            storage::honorees::touch_if(db, (holder.id, holder.version), service.clocks.campaign())?;
            storage::outside_honours::find(db, id)?.ok_or_else(Error::not_found)
        })
        .await
}

/// Strikes an honour, with a reason; it stays on record.
pub async fn strike(
    service: &Service,
    caller: &Caller,
    (honoree, id, version): (HonoreeId, OutsideHonourId, i64),
    reason: &str,
    attempt: Option<Attempt>,
) -> Result<OutsideHonour, Error> {
    let account = caller.require(&[Role::CityReviewer])?.clone();
    let reason = text::tidy_paragraphs(reason);
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let (holder, old) = hold_standing(db, (honoree, id), version)?;
            let struck = Struck { at: service.clocks.campaign(), reason: reason.clone() };
            let new = OutsideHonour { struck: Some(struck), ..old };
            write(&service, db, &caller, (&holder, &new, "outside_honour.revoked"))?;
            follow(&service, db, &caller, (&holder, Some(&reason)))?;
            let first = FirstAnswer { status: 201, resource_id: id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            storage::outside_honours::find(db, id)?.ok_or_else(Error::not_found)
        })
        .await
}

/// Holds the honoree, then reads the honour anew; one that was struck is decided.
fn hold_standing(
    db: &mut Connection,
    (honoree, id): (HonoreeId, OutsideHonourId),
    version: i64,
) -> Result<(Honoree, OutsideHonour), Error> {
    let seen = find(db, (honoree, id))?.0;
    let holder = storage::honorees::find_locked(db, seen.id)?.ok_or_else(Error::not_found)?;
    let honour = storage::outside_honours::find(db, id)?.filter(|honour| honour.honoree == holder.id);
    let honour = honour.ok_or_else(Error::not_found)?;
    if honour.version != version {
        return Err(Error::of(Code::PreconditionFailed));
    }
    if honour.struck.is_some() {
        return Err(Error::fault(Fault::of(Code::AlreadyDecided).with("status", "revoked")));
    }
    Ok((holder, honour))
}

fn write(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (holder, honour, action): (&Honoree, &OutsideHonour, &str),
) -> Result<(), Error> {
    if !storage::outside_honours::update_if(db, honour, service.clocks.campaign())? {
        return Err(Error::of(Code::PreconditionFailed));
    }
    note(service, db, caller, (holder, honour, action))
}

fn note(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (holder, honour, action): (&Honoree, &OutsideHonour, &str),
) -> Result<(), Error> {
    let details = json!({ "honoree_id": holder.id, "level": honour.level });
    let deed = Deed::new(action, "outside_honour", honour.id).with(details);
    record::audit(service, db, caller, &deed)?;
    record::announce(service, db, &deed, Place { cycle: None, district_id: holder.district, unit_id: holder.unit })
}
