//! The moments at which announcements are published, or are withheld as the honour of whom they are about is: each is told of
//! once, by whichever process is first.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::{
    domain::{
        announcement::{self, Announcement},
        event::EventKind,
        id::AnnouncementId,
        organization::{Organization, OrganizationKind},
    },
    service::{
        Error, Service,
        record::{self, Deed, Place},
    },
    storage::{self, Connection},
};

/// So many are looked for at once.
const AT_ONCE: i64 = 100;

/// Tells of every announcement whose moment has come, or that everybody reads no more or again; returns of how many.
pub async fn tell(service: &Service) -> Result<usize, Error> {
    let mut told = 0;
    loop {
        let now = service.clocks.campaign();
        let due =
            service.store.read(move |db| Ok::<_, Error>(storage::announcements::untold(db, now, AT_ONCE)?)).await?;
        let found = due.len();
        let mut of_these = 0;
        for id in due {
            let of_service = service.clone();
            let write = service.store.write(move |db| tell_one(&of_service, db, id));
            of_these += usize::from(write.await?);
        }
        told += of_these;
        // What another process tells of meanwhile is left to it.
        if found == 0 || of_these == 0 {
            return Ok(told);
        }
    }
}

fn tell_one(service: &Service, db: &mut Connection, id: AnnouncementId) -> Result<bool, Error> {
    storage::locks::announcement(db, id)?;
    let now = service.clocks.campaign();
    let Some(found) = storage::announcements::find(db, id)? else { return Ok(false) };
    let announcement = found.announcement;
    let read = (!found.is_withheld).then_some(&announcement);
    let told = announcement::told(Some(&announcement), read, now);
    // What everybody knows of already was told of by another process.
    let Some(kind) = told.filter(|kind| *kind != EventKind::AnnouncementUpdated) else { return Ok(false) };
    storage::announcements::set_told(db, id, read.map(|_| now))?;
    let organization = storage::organizations::find(db, announcement.organization)?.ok_or_else(Error::not_found)?;
    announce(service, db, kind, (&announcement, &organization))?;
    Ok(true)
}

/// What everybody is told of an announcement.
pub(super) fn announce(
    service: &Service,
    db: &mut Connection,
    kind: EventKind,
    (announcement, organization): (&Announcement, &Organization),
) -> Result<(), Error> {
    let deed = Deed::new(kind.as_str(), "announcement", announcement.id).with(details(announcement));
    record::announce(service, db, &deed, place(announcement, organization))
}

/// Codes and moments of an announcement, without a word of what it says.
pub(super) fn details(announcement: &Announcement) -> serde_json::Value {
    let shown = |at: Option<DateTime<Utc>>| at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true));
    json!({
        "kind": announcement.kind.as_str(),
        "organization_id": announcement.organization,
        "publish_at": shown(announcement.publish_at),
        "expires_at": shown(announcement.expires_at),
    })
}

fn place(announcement: &Announcement, organization: &Organization) -> Place {
    let own = organization.id;
    let (district_id, unit_id) = match organization.kind {
        OrganizationKind::City => (None, None),
        OrganizationKind::District => (Some(own), None),
        OrganizationKind::Unit => (organization.district_id, Some(own)),
    };
    Place { cycle: announcement.cycle, district_id, unit_id }
}
