//! Two honorees turn out to be one person: the honours go to the survivor, the other id leads there. It can be undone.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::read::{self, HonouredOne};
use crate::{
    domain::{
        fault::{Code, Fault},
        honour::Honoree,
        id::{AnnouncementId, HonoreeId, HonoreeMergerId},
        role::Role,
    },
    service::{
        Caller, Error, Service, aftercare,
        caller::Account,
        error::refuse_invalid,
        generator,
        idempotency::{self, Attempt, FirstAnswer},
        pool,
        record::{self, Deed, Place},
    },
    storage::{
        self, Connection,
        honoree_mergers::{ANNOUNCEMENT, Handing, HonoreeMerger},
        sql_values::At,
    },
};

/// A merger to be carried out.
#[derive(Clone, Debug)]
pub struct NewMerger {
    /// Who goes on as the other.
    pub merged: HonoreeId,
    /// Why.
    pub reason: String,
    /// The survivor's version that the client has seen.
    pub version: i64,
}

/// Merges an honoree into another.
pub async fn merge(
    service: &Service,
    caller: &Caller,
    id: HonoreeId,
    input: NewMerger,
    attempt: Option<Attempt>,
) -> Result<HonouredOne, Error> {
    let account = caller.require(&[Role::CityReviewer])?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let (survivor, merged) = hold(db, id, &input)?;
            carry_out(&service, db, (&caller, &account), (&survivor, &merged, &input))?;
            let first = FirstAnswer { status: 201, resource_id: id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            shown(db, id)
        })
        .await
}

fn shown(db: &mut Connection, id: HonoreeId) -> Result<HonouredOne, Error> {
    let honoree = read::survivor(db, id)?;
    read::gather(db, vec![honoree], true)?.pop().ok_or_else(Error::not_found)
}

/// Holds both in the order of their ids, and judges.
fn hold(db: &mut Connection, id: HonoreeId, input: &NewMerger) -> Result<(Honoree, Honoree), Error> {
    let refuse = |code| Error::invalid(vec![Fault::at("/honoree_id", code)]);
    if input.merged == id {
        return Err(refuse(Code::Inconsistent));
    }
    storage::locks::honorees_together(db)?;
    for held in [id.min(input.merged), id.max(input.merged)] {
        storage::locks::honoree(db, held)?;
    }
    let survivor = storage::honorees::find(db, id)?.ok_or_else(Error::not_found)?;
    let merged = storage::honorees::find(db, input.merged)?.ok_or_else(|| refuse(Code::UnknownReference))?;
    refuse_merged(&survivor)?;
    if survivor.version != input.version {
        return Err(Error::of(Code::PreconditionFailed));
    }
    refuse_merged(&merged)?;
    let is_other_kind = survivor.subject != merged.subject;
    refuse_invalid(is_other_kind.then(|| Fault::at("/honoree_id", Code::Inconsistent)).into_iter().collect())?;
    Ok((survivor, merged))
}

/// 409 for whoever goes on as another.
pub(super) fn refuse_merged(honoree: &Honoree) -> Result<(), Error> {
    match honoree.merged_into {
        Some(into) => Err(Error::fault(Fault::of(Code::HonoreeMerged).with("merged_into", into.to_string()))),
        None => Ok(()),
    }
}

fn carry_out(
    service: &Service,
    db: &mut Connection,
    (caller, account): (&Caller, &Account),
    (survivor, merged, input): (&Honoree, &Honoree, &NewMerger),
) -> Result<(), Error> {
    let (now, id): (_, HonoreeMergerId) = (service.clocks.campaign(), generator::new_id(&service.clocks)?);
    let row = HonoreeMerger {
        id,
        honoree_id: merged.id,
        survivor_id: survivor.id,
        reason: input.reason.clone(),
        merged_by: account.id,
        merged_at: At(now),
    };
    storage::honoree_mergers::insert(db, &row)?;
    pool::lapse_doubled(service, db, caller, (survivor, merged))?;
    let handing = Handing { merger: id, from: merged.id, to: survivor.id };
    let was_lost = aftercare::make_way(db, caller, handing, now)?;
    storage::honoree_mergers::hand_over(db, handing)?;
    touch_announcements(db, id, now)?;
    aftercare::hand_over(service, db, caller, (handing, was_lost))?;
    storage::honorees::set_merged_into(db, (merged.id, Some(survivor.id)), now)?;
    changed(service, db, survivor)?;
    aftercare::planning::replan(service, db, caller, survivor.id)?;
    pool::join(service, db, caller, (id, survivor.id, merged.id))?;
    note(service, db, caller, ("honoree.merged", merged, survivor))
}

/// Those that are about another honoree now.
fn touch_announcements(db: &mut Connection, merger: HonoreeMergerId, now: DateTime<Utc>) -> Result<(), Error> {
    let moved = storage::honoree_mergers::items(db, merger, ANNOUNCEMENT)?;
    Ok(storage::announcements::touch(db, moved.into_iter().map(AnnouncementId).collect(), now)?)
}

/// The survivor has other honours now.
fn changed(service: &Service, db: &mut Connection, survivor: &Honoree) -> Result<(), Error> {
    storage::honorees::settle(db, survivor.id)?;
    let now = service.clocks.campaign();
    if storage::honorees::touch_if(db, (survivor.id, survivor.version), now)? {
        Ok(())
    } else {
        Err(Error::of(Code::PreconditionFailed))
    }
}

fn note(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (action, merged, survivor): (&str, &Honoree, &Honoree),
) -> Result<(), Error> {
    let deed = Deed::new(action, "honoree", merged.id).with(json!({ "survivor_id": survivor.id }));
    record::audit(service, db, caller, &deed)?;
    record::announce(service, db, &deed, Place { cycle: None, district_id: merged.district, unit_id: merged.unit })
}

/// The version of the survivor of the merger by which an honoree goes on as another; 404 where there is none.
pub async fn find_merger(service: &Service, caller: &Caller, id: HonoreeId) -> Result<i64, Error> {
    caller.require(&[Role::CityReviewer])?;
    service
        .store
        .read(move |db| {
            storage::honoree_mergers::find_standing(db, id)?.ok_or_else(Error::not_found)?;
            Ok(read::survivor(db, id)?.version)
        })
        .await
}

/// Undoes the merger by which an honoree goes on as another: what was handed over goes back, what came to the survivor
/// meanwhile stays. `version` is the survivor's.
pub async fn undo(service: &Service, caller: &Caller, (id, version): (HonoreeId, i64)) -> Result<HonouredOne, Error> {
    let account = caller.require(&[Role::CityReviewer])?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            storage::locks::honorees_together(db)?;
            let row = storage::honoree_mergers::find_standing(db, id)?.ok_or_else(Error::not_found)?;
            for held in [id.min(row.survivor_id), id.max(row.survivor_id)] {
                storage::locks::honoree(db, held)?;
            }
            let survivor = storage::honorees::find(db, row.survivor_id)?.ok_or_else(Error::not_found)?;
            let merged = storage::honorees::find(db, id)?.ok_or_else(Error::not_found)?;
            refuse_merged(&survivor)?;
            if survivor.version != version {
                return Err(Error::of(Code::PreconditionFailed));
            }
            let now = service.clocks.campaign();
            storage::honoree_mergers::bring_back(db, Handing { merger: row.id, from: id, to: survivor.id })?;
            touch_announcements(db, row.id, now)?;
            aftercare::bring_back(&service, db, &row)?;
            storage::honoree_mergers::set_undone(db, row.id, (account.id, now))?;
            storage::honorees::set_merged_into(db, (id, None), now)?;
            storage::honorees::settle(db, id)?;
            changed(&service, db, &survivor)?;
            for one in [id.min(survivor.id), id.max(survivor.id)] {
                aftercare::planning::replan(&service, db, &caller, one)?;
            }
            pool::part(&service, db, &caller, &row)?;
            note(&service, db, &caller, ("honoree.unmerged", &merged, &survivor))?;
            shown(db, id)
        })
        .await
}
