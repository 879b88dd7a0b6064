//! Who enters and who leaves. Whoever calls holds the honoree.

use serde_json::json;

use super::steps;
use crate::{
    domain::{
        fault::Code,
        honour::Honoree,
        id::{HonoreeId, HonoreeMergerId, PoolEntryId},
        policy::Policy,
        pool::{self, Change, EntryCause, Left, LeftCause, PoolEntry, Rule, Standing, StepKind},
        role::Role,
        text,
    },
    service::{
        Caller, Error, Service, generator,
        honorees::{self, HonouredOne},
        idempotency::{self, Attempt, FirstAnswer},
        record::{self, Deed, Place},
    },
    storage::{
        self, Connection,
        honoree_mergers::{HonoreeMerger, STAY},
    },
};

/// The rule of a policy.
#[must_use]
pub fn rule_of(policy: &Policy) -> Rule {
    Rule { min_honours: policy.pool_min_honours, mode: policy.pool_entry }
}

/// The rule that holds between lists: that of the latest one.
pub fn present_rule(db: &mut Connection) -> Result<Rule, Error> {
    let latest = storage::cycles::find_last_published(db)?;
    Ok(latest.map_or_else(|| rule_of(&Policy::default()), |cycle| rule_of(&cycle.policy)))
}

/// The honours of an honoree that stand.
pub(super) fn standing(db: &mut Connection, id: HonoreeId) -> Result<Standing, Error> {
    let number = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    let listed = number(storage::honours::count_standing(db, id)?);
    let (_, outside) = storage::outside_honours::counts(db, id)?;
    Ok(Standing { listed, outside: number(outside) })
}

/// Lets an honoree enter or leave, as the rule says, after honours came or went. `reason` says in words why some went.
pub fn apply(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (id, rule, reason): (HonoreeId, Rule, Option<&str>),
) -> Result<Change, Error> {
    let last = storage::pool_entries::find_last(db, id)?;
    let change = pool::judge(standing(db, id)?, rule, last.as_ref());
    match (change, last) {
        (Change::Enter, _) => enter(service, db, caller, (id, rule.min_honours, EntryCause::Rule))?,
        (Change::Leave, Some(entry)) => {
            leave(service, db, caller, (&entry, LeftCause::Rule, reason))?;
        }
        (Change::Leave, None) | (Change::Stay, _) => {}
    }
    Ok(change)
}

/// Somebody enters.
pub(super) fn enter(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (id, min_honours, cause): (HonoreeId, u32, EntryCause),
) -> Result<(), Error> {
    let entry = PoolEntry {
        id: generator::new_id(&service.clocks)?,
        honoree: id,
        cause,
        min_honours,
        entered_at: service.clocks.campaign(),
        left: None,
    };
    storage::pool_entries::insert(db, &entry)?;
    note(service, db, caller, (id, "pool.entered", cause.as_str()))
}

/// Somebody leaves. What was recommended lapses, unless it goes on under another name.
pub(super) fn leave(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (entry, cause, reason): (&PoolEntry, LeftCause, Option<&str>),
) -> Result<(), Error> {
    let (at, by) = (service.clocks.campaign(), caller.id());
    let left = Left { at, cause, reason: reason.map(str::to_owned), by };
    storage::pool_entries::set_left(db, entry.id, &left)?;
    if cause != LeftCause::Merger {
        lapse_outside(service, db, caller, entry.honoree)?;
    }
    note(service, db, caller, (entry.honoree, "pool.left", cause.as_str()))
}

fn note(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (id, action, cause): (HonoreeId, &str, &str),
) -> Result<(), Error> {
    let deed = Deed::new(action, "honoree", id).with(json!({ "cause": cause }));
    record::audit(service, db, caller, &deed)?;
    let honoree = storage::honorees::find(db, id)?.ok_or_else(Error::not_found)?;
    record::announce(service, db, &deed, Place { cycle: None, district_id: honoree.district, unit_id: honoree.unit })
}

/// Of two honorees who are to be one, what was recommended of both to one level goes on for the survivor alone.
pub fn lapse_doubled(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (survivor, merged): (&Honoree, &Honoree),
) -> Result<(), Error> {
    let kept = storage::pool_recommendations::open_of(db, survivor.id)?;
    for open in storage::pool_recommendations::open_of(db, merged.id)? {
        if kept.iter().any(|one| one.level == open.level) {
            steps::follow(service, db, caller, (&open, StepKind::Lapsed))?;
        }
    }
    Ok(())
}

/// Two have become one: the stay of the merged one goes on as the survivor's, unless that one has a stay or the city has ended
/// it; then it rests.
pub fn join(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (id, survivor, merged): (HonoreeMergerId, HonoreeId, HonoreeId),
) -> Result<(), Error> {
    let brought = storage::pool_entries::find_last(db, merged)?.filter(|entry| entry.left.is_none());
    let last = storage::pool_entries::find_last(db, survivor)?;
    let is_free = last.is_none_or(|entry| entry.left.is_some_and(|left| left.cause != LeftCause::City));
    match &brought {
        Some(entry) if is_free => {
            storage::honoree_mergers::note(db, id, (STAY, entry.id.0))?;
            storage::pool_entries::hand(db, &[entry.id], (merged, survivor))?;
            passed(service, db, caller, (entry, merged, survivor))?;
        }
        Some(entry) => leave(service, db, caller, (entry, LeftCause::Merger, None))?,
        None => {}
    }
    let rule = present_rule(db)?;
    apply(service, db, caller, (survivor, rule, None))?;
    lapse_outside(service, db, caller, survivor)
}

/// A stay goes on as that of another honoree.
fn passed(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (entry, from, to): (&PoolEntry, HonoreeId, HonoreeId),
) -> Result<(), Error> {
    note(service, db, caller, (from, "pool.left", LeftCause::Merger.as_str()))?;
    note(service, db, caller, (to, "pool.entered", entry.cause.as_str()))
}

/// One has become two again: a stay goes back to whoever brought it, as it is by now, or goes on where it rested.
pub fn part(service: &Service, db: &mut Connection, caller: &Caller, undone: &HonoreeMerger) -> Result<(), Error> {
    let (survivor, merged) = (undone.survivor_id, undone.honoree_id);
    let brought =
        storage::honoree_mergers::items(db, undone.id, STAY)?.into_iter().map(PoolEntryId).collect::<Vec<_>>();
    let stay = storage::pool_entries::find_last(db, survivor)?.filter(|entry| brought.contains(&entry.id));
    storage::pool_entries::hand(db, &brought, (survivor, merged))?;
    if let Some(stay) = stay.filter(|stay| stay.left.is_none()) {
        passed(service, db, caller, (&stay, survivor, merged))?;
    }
    let rested = storage::pool_entries::find_last(db, merged)?;
    let rested = rested.filter(|entry| entry.left.as_ref().is_some_and(|left| left.cause == LeftCause::Merger));
    if let Some(entry) = rested {
        storage::pool_entries::reopen(db, entry.id)?;
        note(service, db, caller, (merged, "pool.entered", entry.cause.as_str()))?;
    }
    let rule = present_rule(db)?;
    for id in [survivor, merged] {
        apply(service, db, caller, (id, rule, None))?;
        lapse_outside(service, db, caller, id)?;
    }
    Ok(())
}

/// What was recommended of somebody who was in the pool and is no more lapses.
fn lapse_outside(service: &Service, db: &mut Connection, caller: &Caller, id: HonoreeId) -> Result<(), Error> {
    let last = storage::pool_entries::find_last(db, id)?;
    if last.is_some_and(|entry| entry.left.is_some()) {
        for open in storage::pool_recommendations::open_of(db, id)? {
            steps::follow(service, db, caller, (&open, StepKind::Lapsed))?;
        }
    }
    Ok(())
}

/// Makes sure that there is such an honoree, for the city.
pub async fn require_entry(service: &Service, caller: &Caller, id: HonoreeId) -> Result<(), Error> {
    caller.require(&[Role::CityReviewer])?;
    service.store.read(move |db| honorees::survivor(db, id).map(|_| ())).await
}

/// The city takes somebody out, with a reason.
pub async fn remove(
    service: &Service,
    caller: &Caller,
    id: HonoreeId,
    reason: &str,
    attempt: Option<Attempt>,
) -> Result<HonouredOne, Error> {
    let account = caller.require(&[Role::CityReviewer])?.clone();
    let reason = text::tidy_paragraphs(reason);
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let id = honorees::survivor(db, id)?.id;
            let honoree = storage::honorees::find_locked(db, id)?.ok_or_else(Error::not_found)?;
            let inside = storage::pool_entries::find_last(db, id)?.filter(|entry| entry.left.is_none());
            let entry = inside.ok_or(Error::of(Code::NotInPool))?;
            leave(&service, db, &caller, (&entry, LeftCause::City, Some(&reason)))?;
            let first = FirstAnswer { status: 201, resource_id: id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            honorees::gather(db, vec![honoree], true)?.pop().ok_or_else(Error::not_found)
        })
        .await
}
