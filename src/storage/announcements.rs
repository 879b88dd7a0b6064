//! Announcements and items of columns. One that was taken away is found by nobody.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    dsl::{exists, not},
};

use super::{
    Connection, StoreError,
    schema::{announcements, candidates, honours, organizations, users},
    sql_values::At,
};
use crate::domain::{
    announcement::{Announcement, AnnouncementKind},
    candidate::Visibility,
    id::{AnnouncementId, HonoreeId, OrganizationId, UserId},
    month::Month,
};

/// The honours that let everybody read of an honoree.
macro_rules! standing {
    () => {
        honours::table
            .inner_join(candidates::table.on(candidates::id.eq(honours::candidate_id)))
            .filter(announcements::honoree_id.eq(honours::honoree_id.nullable()))
            .filter(honours::revoked_at.is_null())
            .filter(candidates::visibility.eq(Visibility::Shown))
    };
}

/// An announcement that was not taken away, with what belongs to it.
macro_rules! joined {
    () => {
        announcements::table
            .inner_join(organizations::table.on(organizations::id.eq(announcements::organization_id)))
            .inner_join(users::table.on(users::id.eq(announcements::entered_by)))
            .filter(announcements::removed_at.is_null())
            .select((
                AnnouncementRow::as_select(),
                organizations::name,
                users::display_name,
                announcements::honoree_id.is_not_null().and(not(exists(standing!()))),
            ))
    };
}

mod changes;
mod list;

pub use changes::{last_change, next_change};
pub use list::{AnnouncementFilter, Place, Seen, list};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = announcements, treat_none_as_default_value = false)]
struct AnnouncementRow {
    id: AnnouncementId,
    kind: AnnouncementKind,
    column_name: Option<String>,
    title: String,
    body: String,
    url: Option<String>,
    cycle: Option<Month>,
    honoree_id: Option<HonoreeId>,
    organization_id: OrganizationId,
    publish_at: Option<At>,
    expires_at: Option<At>,
    pinned: bool,
    told_at: Option<At>,
    entered_by: UserId,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<AnnouncementRow> for Announcement {
    fn from(row: AnnouncementRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            column: row.column_name,
            title: row.title,
            body: row.body,
            url: row.url,
            cycle: row.cycle,
            honoree: row.honoree_id,
            organization: row.organization_id,
            publish_at: row.publish_at.map(|at| at.0),
            expires_at: row.expires_at.map(|at| at.0),
            pinned: row.pinned,
            told_at: row.told_at.map(|at| at.0),
            entered_by: row.entered_by,
            version: row.version,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

impl From<&Announcement> for AnnouncementRow {
    fn from(announcement: &Announcement) -> Self {
        Self {
            id: announcement.id,
            kind: announcement.kind,
            column_name: announcement.column.clone(),
            title: announcement.title.clone(),
            body: announcement.body.clone(),
            url: announcement.url.clone(),
            cycle: announcement.cycle,
            honoree_id: announcement.honoree,
            organization_id: announcement.organization,
            publish_at: announcement.publish_at.map(At),
            expires_at: announcement.expires_at.map(At),
            pinned: announcement.pinned,
            told_at: announcement.told_at.map(At),
            entered_by: announcement.entered_by,
            version: announcement.version,
            created_at: At(announcement.created_at),
            updated_at: At(announcement.updated_at),
        }
    }
}

/// An announcement with the names that belong to it.
#[derive(Clone, Debug)]
pub struct Announced {
    /// The announcement.
    pub announcement: Announcement,
    /// The name of who announces it.
    pub organization_name: String,
    /// The name of who entered it.
    pub entered_by_name: String,
    /// Whether it is about an honoree of whom no honour stands and is shown: then it is kept from everybody outside.
    pub is_withheld: bool,
}

/// Adds an announcement.
pub fn insert(connection: &mut Connection, announcement: &Announcement) -> Result<(), StoreError> {
    diesel::insert_into(announcements::table).values(AnnouncementRow::from(announcement)).execute(connection)?;
    Ok(())
}

type Joined = (AnnouncementRow, String, String, bool);

fn announced((row, organization_name, entered_by_name, is_withheld): Joined) -> Announced {
    Announced { announcement: row.into(), organization_name, entered_by_name, is_withheld }
}

/// Finds an announcement, however it stands.
pub fn find(connection: &mut Connection, id: AnnouncementId) -> Result<Option<Announced>, StoreError> {
    let row: Option<Joined> = joined!().filter(announcements::id.eq(id)).first(connection).optional()?;
    Ok(row.map(announced))
}

/// Writes what an announcement says if its version is still that of the one given; false when it is not. Its kind stays.
pub fn update_if(
    connection: &mut Connection,
    announcement: &Announcement,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let row = AnnouncementRow::from(announcement);
    let target = announcements::table
        .filter(announcements::id.eq(announcement.id))
        .filter(announcements::version.eq(announcement.version))
        .filter(announcements::removed_at.is_null());
    let changed = diesel::update(target)
        .set((
            announcements::column_name.eq(row.column_name),
            announcements::title.eq(row.title),
            announcements::body.eq(row.body),
            announcements::url.eq(row.url),
            announcements::cycle.eq(row.cycle),
            announcements::honoree_id.eq(row.honoree_id),
            announcements::organization_id.eq(row.organization_id),
            announcements::publish_at.eq(row.publish_at),
            announcements::expires_at.eq(row.expires_at),
            announcements::pinned.eq(row.pinned),
            announcements::told_at.eq(row.told_at),
            announcements::version.eq(announcements::version + 1),
            announcements::updated_at.eq(At(now)),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Takes an announcement away if its version is still this; false when it is not.
pub fn remove_if(
    connection: &mut Connection,
    (id, version): (AnnouncementId, i64),
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let target = announcements::table
        .filter(announcements::id.eq(id))
        .filter(announcements::version.eq(version))
        .filter(announcements::removed_at.is_null());
    let set = (announcements::removed_at.eq(Some(At(now))), announcements::updated_at.eq(At(now)));
    Ok(diesel::update(target).set(set).execute(connection)? == 1)
}

/// Those of which everybody is to be told anew: their moment has come and nobody was told, or nobody reads any more what
/// everybody was told of, as no honour of whom they are about stands and is shown.
pub fn untold(connection: &mut Connection, now: DateTime<Utc>, limit: i64) -> Result<Vec<AnnouncementId>, StoreError> {
    let published = || {
        announcements::table
            .filter(announcements::removed_at.is_null())
            .filter(announcements::publish_at.le(At(now)))
            .filter(announcements::expires_at.is_null().or(announcements::expires_at.gt(At(now))))
            .order(announcements::publish_at)
            .limit(limit)
            .select(announcements::id)
    };
    let mut found: Vec<AnnouncementId> = published()
        .filter(announcements::told_at.is_null())
        .filter(announcements::honoree_id.is_null().or(exists(standing!())))
        .load(connection)?;
    let withheld: Vec<AnnouncementId> = published()
        .filter(announcements::told_at.is_not_null())
        .filter(announcements::honoree_id.is_not_null())
        .filter(not(exists(standing!())))
        .load(connection)?;
    found.extend(withheld);
    Ok(found)
}

/// Notes since when everybody is told that an announcement is published; none of one that everybody was told is not any more.
/// What it says stays, and its version.
pub fn set_told(
    connection: &mut Connection,
    id: AnnouncementId,
    told_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    let target = announcements::table.filter(announcements::id.eq(id));
    diesel::update(target).set(announcements::told_at.eq(told_at.map(At))).execute(connection)?;
    Ok(())
}

/// Whom announcements are about has changed: honorees have become one, or two again. What clients have seen is out of date.
pub fn touch(connection: &mut Connection, ids: Vec<AnnouncementId>, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(announcements::table.filter(announcements::id.eq_any(ids)))
        .set((announcements::version.eq(announcements::version + 1), announcements::updated_at.eq(At(now))))
        .execute(connection)?;
    Ok(())
}
