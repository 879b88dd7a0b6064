//! Mergers of honorees, and what they hand over.
//!
//! Each row is noted before it moves, so that undoing brings back exactly those rows. Rows of a further table that are to
//! follow, with the columns `id` and `honoree_id`, need one line in `each_table!`.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};
use uuid::Uuid;

use super::{
    Connection, StoreError,
    schema::{
        announcements, assistance, care_terms, contact_alarms, honoree_merger_items, honoree_mergers, honours,
        outside_honours, pool_recommendations, publicity_records, visits,
    },
    sql_values::{AnyId, At},
};
use crate::domain::id::{HonoreeId, HonoreeMergerId, UserId};

/// Does the same with every table whose rows follow a merger.
macro_rules! each_table {
    ($do:ident, $connection:expr, $handing:expr) => {{
        $do!($connection, honours, $handing);
        $do!($connection, outside_honours, $handing);
        $do!($connection, pool_recommendations, $handing);
        $do!($connection, visits, $handing);
        $do!($connection, assistance, $handing);
        $do!($connection, care_terms, $handing);
        $do!($connection, contact_alarms, $handing);
        $do!($connection, announcements, $handing);
        $do!($connection, publicity_records, $handing);
    }};
}

/// A merger.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = honoree_mergers, treat_none_as_default_value = false)]
pub struct HonoreeMerger {
    /// Its id.
    pub id: HonoreeMergerId,
    /// Who was merged.
    pub honoree_id: HonoreeId,
    /// Into whom.
    pub survivor_id: HonoreeId,
    /// Why.
    pub reason: String,
    /// By whom.
    pub merged_by: UserId,
    /// When.
    pub merged_at: At,
}

/// A merger whose two honorees are held.
#[derive(Clone, Copy, Debug)]
pub struct Handing {
    /// The merger.
    pub merger: HonoreeMergerId,
    /// Who is merged.
    pub from: HonoreeId,
    /// The survivor.
    pub to: HonoreeId,
}

/// Notes the rows of a table and hands them to the survivor.
macro_rules! follow {
    ($connection:expr, $table:ident, $handing:expr) => {{
        let of_merged = $table::table.filter($table::honoree_id.eq($handing.from));
        let rows: Vec<Uuid> = of_merged.select($table::id).load($connection)?;
        for row in &rows {
            note($connection, $handing.merger, (stringify!($table), *row))?;
        }
        diesel::update(of_merged).set($table::honoree_id.eq($handing.to)).execute($connection)?;
    }};
}

/// Gives the noted rows of a table that the survivor still has back.
macro_rules! give_back {
    ($connection:expr, $table:ident, $handing:expr) => {{
        let noted: Vec<AnyId> =
            items($connection, $handing.merger, stringify!($table))?.into_iter().map(AnyId).collect();
        diesel::update($table::table.filter($table::id.eq_any(noted)).filter($table::honoree_id.eq($handing.to)))
            .set($table::honoree_id.eq($handing.from))
            .execute($connection)?;
    }};
}

/// Adds a merger.
pub fn insert(connection: &mut Connection, merger: &HonoreeMerger) -> Result<(), StoreError> {
    diesel::insert_into(honoree_mergers::table).values(merger.clone()).execute(connection)?;
    Ok(())
}

/// The merger by which an honoree goes on as another, if it stands.
pub fn find_standing(connection: &mut Connection, honoree: HonoreeId) -> Result<Option<HonoreeMerger>, StoreError> {
    Ok(honoree_mergers::table
        .filter(honoree_mergers::honoree_id.eq(honoree))
        .filter(honoree_mergers::undone_at.is_null())
        .select(HonoreeMerger::as_select())
        .first(connection)
        .optional()?)
}

/// Notes that a merger was undone.
pub fn set_undone(
    connection: &mut Connection,
    id: HonoreeMergerId,
    (by, at): (UserId, DateTime<Utc>),
) -> Result<(), StoreError> {
    diesel::update(honoree_mergers::table.find(id))
        .set((honoree_mergers::undone_by.eq(Some(by)), honoree_mergers::undone_at.eq(Some(At(at)))))
        .execute(connection)?;
    Ok(())
}

/// Hands everything that follows over to the survivor.
pub fn hand_over(connection: &mut Connection, handing: Handing) -> Result<(), StoreError> {
    each_table!(follow, connection, handing);
    Ok(())
}

/// Brings back what was handed over, as far as the survivor still has it. What came to the survivor meanwhile stays.
pub fn bring_back(connection: &mut Connection, handing: Handing) -> Result<(), StoreError> {
    each_table!(give_back, connection, handing);
    Ok(())
}

/// The kind of an item that says: the survivor had no contact and has a copy of the merged one's.
pub const CONTACT: &str = "contact";
/// The kind of an item that says: the survivor had no note on the care and has a copy of the merged one's.
pub const NOTE: &str = "note";
/// The kind of the stay in the pool that goes on as the survivor's.
pub const STAY: &str = "pool_entries";
/// The kind of announcements that are about the survivor now.
pub const ANNOUNCEMENT: &str = "announcements";

/// The items of a kind that follow a merger.
pub fn items(
    connection: &mut Connection,
    merger: HonoreeMergerId,
    kind: &'static str,
) -> Result<Vec<Uuid>, StoreError> {
    Ok(honoree_merger_items::table
        .filter(honoree_merger_items::merger_id.eq(merger))
        .filter(honoree_merger_items::kind.eq(kind))
        .select(honoree_merger_items::item_id)
        .load(connection)?)
}

/// Notes an item that follows a merger.
pub fn note(
    connection: &mut Connection,
    merger: HonoreeMergerId,
    (kind, item): (&'static str, Uuid),
) -> Result<(), StoreError> {
    diesel::insert_into(honoree_merger_items::table)
        .values((
            honoree_merger_items::merger_id.eq(merger),
            honoree_merger_items::kind.eq(kind),
            honoree_merger_items::item_id.eq(AnyId(item)),
        ))
        .execute(connection)?;
    Ok(())
}
