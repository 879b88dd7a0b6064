//! Announcements and items of columns: read by everybody within their window, kept by the reviewers of who announces them.

mod moments;
mod write;

use chrono::{DateTime, Utc};

pub use moments::tell;
pub use write::{create_announcement, delete_announcement, update_announcement};

use super::{
    Service,
    caller::{Account, Caller},
    error::Error,
};
use crate::{
    domain::{announcement::AnnouncementStatus, id::AnnouncementId, scope::Scope},
    storage::{
        self, Connection,
        announcements::{Announced, AnnouncementFilter, Place, Seen},
    },
};

/// A page of announcements, and until when it stays as it is.
#[derive(Clone, Debug)]
pub struct ReadPage {
    /// What was found.
    pub rows: Vec<Announced>,
    /// The moment that the rows were read for.
    pub now: DateTime<Utc>,
    /// When something is published or expires the next time.
    pub next_change: Option<DateTime<Utc>>,
}

/// Lists what is published.
pub async fn list_public(
    service: &Service,
    filter: AnnouncementFilter,
    after: Option<Place>,
    limit: i64,
) -> Result<ReadPage, Error> {
    let now = service.clocks.campaign();
    let filter = AnnouncementFilter { seen: Seen::Publicly, now, ..filter };
    let work = move |db: &mut Connection| {
        let rows = storage::announcements::list(db, &filter, after, limit)?;
        Ok(ReadPage { rows, now, next_change: storage::announcements::next_change(db, now)? })
    };
    service.store.read(work).await
}

/// Lists what is announced in the subtree of a reviewer, drafts too.
pub async fn list_inner(
    service: &Service,
    caller: &Caller,
    filter: AnnouncementFilter,
    after: Option<Place>,
    limit: i64,
) -> Result<ReadPage, Error> {
    let scope = caller.require_reviewer()?.scope.clone();
    let now = service.clocks.campaign();
    let filter = AnnouncementFilter { seen: Seen::Inside(scope), now, ..filter };
    let work = move |db: &mut Connection| {
        Ok(ReadPage { rows: storage::announcements::list(db, &filter, after, limit)?, now, next_change: None })
    };
    service.store.read(work).await
}

/// An announcement as somebody reads it.
#[derive(Clone, Debug)]
pub struct ReadOne {
    /// What was found.
    pub announced: Announced,
    /// The moment that it was read for.
    pub now: DateTime<Utc>,
    /// Whether with the eyes of a reviewer of the subtree.
    pub is_inner: bool,
}

/// Reads an announcement: whoever keeps it always, everybody else while it is published and not withheld.
pub async fn get_announcement(service: &Service, caller: &Caller, id: AnnouncementId) -> Result<ReadOne, Error> {
    let (now, account) = (service.clocks.campaign(), caller.account.clone());
    let work = move |db: &mut Connection| {
        let announced = storage::announcements::find(db, id)?.ok_or_else(Error::not_found)?;
        let is_inner = match &account {
            Some(account) => is_inside(db, account, &announced)?,
            None => false,
        };
        let is_public = announced.announcement.status(now) == AnnouncementStatus::Published && !announced.is_withheld;
        if is_inner || is_public { Ok(ReadOne { announced, now, is_inner }) } else { Err(Error::not_found()) }
    };
    service.store.read(work).await
}

/// Reads an announcement that the caller keeps; 404 outside the subtree.
pub async fn find_kept(service: &Service, caller: &Caller, id: AnnouncementId) -> Result<Announced, Error> {
    let account = caller.require_reviewer()?.clone();
    service.store.read(move |db| find_inside(db, &account, id)).await
}

fn find_inside(db: &mut Connection, account: &Account, id: AnnouncementId) -> Result<Announced, Error> {
    let found = storage::announcements::find(db, id)?.ok_or_else(Error::not_found)?;
    if is_inside(db, account, &found)? { Ok(found) } else { Err(Error::not_found()) }
}

fn is_inside(db: &mut Connection, account: &Account, found: &Announced) -> Result<bool, Error> {
    if account.scope == Scope::Nowhere {
        return Ok(false);
    }
    let organization = storage::organizations::find(db, found.announcement.organization)?;
    Ok(organization.is_some_and(|organization| account.scope.covers_organization(&organization)))
}
