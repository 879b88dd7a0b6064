//! Entering, changing and taking away announcements.

use chrono::{DateTime, Utc};

use super::{find_inside, moments};
use crate::{
    domain::{
        announcement::{self, Announcement, AnnouncementFields, AnnouncementKind},
        event::EventKind,
        fault::{Code, Fault},
        honour::Standing,
        id::{AnnouncementId, HonoreeId, OrganizationId},
        month::Month,
        organization::Organization,
    },
    service::{
        Service,
        caller::{Account, Caller},
        cycles,
        error::{Error, refuse_invalid},
        generator,
        idempotency::{self, Attempt, FirstAnswer},
        record::{self, Deed},
    },
    storage::{self, Connection, announcements::Announced, honours::Which},
};

/// Enters an announcement, of the reviewer's own organization where no other one of the subtree is named.
pub async fn create_announcement(
    service: &Service,
    caller: &Caller,
    (kind, fields): (AnnouncementKind, AnnouncementFields),
    attempt: Option<Attempt>,
) -> Result<Announced, Error> {
    let account = caller.require_reviewer()?.clone();
    let own = account.organization_id().ok_or(Error::of(Code::Forbidden))?;
    cycles::ensure_exist(service).await?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let now = service.clocks.campaign();
            let blank = blank(&service, (kind, own), &account)?;
            let faults = fields.faults();
            let mut new = fields.applied(&blank);
            let organization = judge(db, &account, faults, (None, &new))?;
            let told = announcement::told(None, Some(&new), now);
            new.told_at = told.map(|_| now);
            storage::announcements::insert(db, &new)?;
            note(&service, db, &caller, (&new, &organization), ("announcement.created", told))?;
            let first = FirstAnswer { status: 201, resource_id: new.id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            storage::announcements::find(db, new.id)?.ok_or_else(Error::not_found)
        })
        .await
}

fn blank(
    service: &Service,
    (kind, organization): (AnnouncementKind, OrganizationId),
    account: &Account,
) -> Result<Announcement, Error> {
    let now = service.clocks.campaign();
    Ok(Announcement {
        id: generator::new_id(&service.clocks)?,
        kind,
        column: None,
        title: String::new(),
        body: String::new(),
        url: None,
        cycle: None,
        honoree: None,
        organization,
        publish_at: None,
        expires_at: None,
        pinned: false,
        told_at: None,
        entered_by: account.id,
        version: 1,
        created_at: now,
        updated_at: now,
    })
}

/// Changes an announcement; its kind stays. What is published keeps its moment until it is taken off.
pub async fn update_announcement(
    service: &Service,
    caller: &Caller,
    (id, version): (AnnouncementId, i64),
    fields: AnnouncementFields,
) -> Result<Announced, Error> {
    let account = caller.require_reviewer()?.clone();
    cycles::ensure_exist(service).await?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            // Honorees are held before announcements, as in a merger.
            if let Some(Some(honoree)) = fields.honoree {
                storage::locks::honoree_shared(db, honoree)?;
            }
            let found = hold(db, &account, (id, version))?;
            let (old, now) = (found.announcement.clone(), service.clocks.campaign());
            let faults = fields.faults();
            let mut new = fields.applied(&old);
            let organization = judge(db, &account, faults, (Some(&old), &new))?;
            if new == old {
                return Ok(found);
            }
            if let Some(fault) = announcement::barred(&old, &new, now) {
                return Err(Error::fault(fault));
            }
            let stays_withheld = found.is_withheld && new.honoree == old.honoree;
            let told = announcement::told(Some(&old), (!stays_withheld).then_some(&new), now);
            new.told_at = told_at(&old, told, now);
            if !storage::announcements::update_if(db, &new, now)? {
                return Err(Error::of(Code::PreconditionFailed));
            }
            note(&service, db, &caller, (&new, &organization), ("announcement.updated", told))?;
            storage::announcements::find(db, id)?.ok_or_else(Error::not_found)
        })
        .await
}

/// Since when everybody was told of what is published now; none of what is not, so that its moment is told of when it comes.
fn told_at(old: &Announcement, told: Option<EventKind>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match told {
        Some(EventKind::AnnouncementPublished) => Some(now),
        Some(EventKind::AnnouncementUpdated) => old.told_at,
        Some(_) | None => None,
    }
}

/// Takes an announcement away.
pub async fn delete_announcement(
    service: &Service,
    caller: &Caller,
    (id, version): (AnnouncementId, i64),
) -> Result<(), Error> {
    let account = caller.require_reviewer()?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            let (old, now) = (hold(db, &account, (id, version))?.announcement, service.clocks.campaign());
            let organization = storage::organizations::find(db, old.organization)?.ok_or_else(Error::not_found)?;
            if !storage::announcements::remove_if(db, (id, version), now)? {
                return Err(Error::of(Code::PreconditionFailed));
            }
            let told = announcement::told(Some(&old), None, now);
            note(&service, db, &caller, (&old, &organization), ("announcement.removed", told))
        })
        .await
}

/// Holds an announcement that the account keeps, at the version named.
fn hold(db: &mut Connection, account: &Account, (id, version): (AnnouncementId, i64)) -> Result<Announced, Error> {
    storage::locks::announcement(db, id)?;
    let found = find_inside(db, account, id)?;
    if found.announcement.version == version { Ok(found) } else { Err(Error::of(Code::PreconditionFailed)) }
}

/// Everything that is wrong with an announcement as it is to become, or the organization that announces it, held.
fn judge(
    db: &mut Connection,
    account: &Account,
    mut faults: Vec<Fault>,
    (old, new): (Option<&Announcement>, &Announcement),
) -> Result<Organization, Error> {
    let shown_as_wrong: Vec<String> = faults.iter().map(|fault| fault.pointer.clone()).collect();
    faults.extend(new.faults().into_iter().filter(|fault| !shown_as_wrong.contains(&fault.pointer)));
    let unknown = |pointer: &str| Fault::at(pointer, Code::UnknownReference);
    if new.cycle != old.and_then(|old| old.cycle) && !is_cycle(db, new.cycle)? {
        faults.push(unknown("/cycle"));
    }
    if new.honoree != old.and_then(|old| old.honoree) && !is_shown(db, new.honoree)? {
        faults.push(unknown("/honoree_id"));
    }
    storage::locks::organization_shared(db, new.organization)?;
    let stays = old.is_some_and(|old| old.organization == new.organization);
    let found = storage::organizations::find(db, new.organization)?;
    let found = found.filter(|found| stays || (found.active && account.scope.covers_organization(found)));
    if found.is_none() {
        faults.push(unknown("/organization_id"));
    }
    refuse_invalid(faults)?;
    found.ok_or_else(Error::not_found)
}

fn is_cycle(db: &mut Connection, cycle: Option<Month>) -> Result<bool, Error> {
    let Some(cycle) = cycle else { return Ok(true) };
    Ok(storage::cycles::find(db, cycle)?.is_some())
}

/// Whether everybody may read of the honoree.
fn is_shown(db: &mut Connection, honoree: Option<HonoreeId>) -> Result<bool, Error> {
    let Some(honoree) = honoree else { return Ok(true) };
    storage::locks::honoree_shared(db, honoree)?;
    let honours = storage::honours::list(db, Which::Honorees(vec![honoree]))?;
    Ok(honours.iter().any(|entry| entry.honour.standing == Standing::Shown))
}

fn note(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (announcement, organization): (&Announcement, &Organization),
    (action, told): (&str, Option<EventKind>),
) -> Result<(), Error> {
    let deed = Deed::new(action, "announcement", announcement.id).with(moments::details(announcement));
    record::audit(service, db, caller, &deed)?;
    match told {
        Some(kind) => moments::announce(service, db, kind, (announcement, organization)),
        None => Ok(()),
    }
}
