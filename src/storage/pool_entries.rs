//! Who is in the pool of moral models, and who was.

use std::collections::BTreeMap;

use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};

use super::{Connection, StoreError, schema::pool_entries, sql_values::At};
use crate::domain::{
    id::{HonoreeId, PoolEntryId, UserId},
    pool::{EntryCause, Left, LeftCause, PoolEntry},
};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = pool_entries, treat_none_as_default_value = false)]
struct PoolEntryRow {
    id: PoolEntryId,
    honoree_id: HonoreeId,
    cause: EntryCause,
    min_honours: i32,
    entered_at: At,
    left_at: Option<At>,
    left_cause: Option<LeftCause>,
    left_reason: Option<String>,
    left_by: Option<UserId>,
}

impl From<&PoolEntry> for PoolEntryRow {
    fn from(entry: &PoolEntry) -> Self {
        let left = entry.left.clone();
        Self {
            id: entry.id,
            honoree_id: entry.honoree,
            cause: entry.cause,
            min_honours: i32::try_from(entry.min_honours).unwrap_or(i32::MAX),
            entered_at: At(entry.entered_at),
            left_at: left.as_ref().map(|left| At(left.at)),
            left_cause: left.as_ref().map(|left| left.cause),
            left_by: left.as_ref().and_then(|left| left.by),
            left_reason: left.and_then(|left| left.reason),
        }
    }
}

impl From<PoolEntryRow> for PoolEntry {
    fn from(row: PoolEntryRow) -> Self {
        let left = match (row.left_at, row.left_cause) {
            (Some(at), Some(cause)) => Some(Left { at: at.0, cause, reason: row.left_reason, by: row.left_by }),
            (Some(_), None) | (None, _) => None,
        };
        Self {
            id: row.id,
            honoree: row.honoree_id,
            cause: row.cause,
            min_honours: u32::try_from(row.min_honours).unwrap_or_default(),
            entered_at: row.entered_at.0,
            left,
        }
    }
}

/// Adds a stay.
pub fn insert(connection: &mut Connection, entry: &PoolEntry) -> Result<(), StoreError> {
    diesel::insert_into(pool_entries::table).values(PoolEntryRow::from(entry)).execute(connection)?;
    Ok(())
}

/// The last stay of an honoree, the one that goes on where there is one.
pub fn find_last(connection: &mut Connection, honoree: HonoreeId) -> Result<Option<PoolEntry>, StoreError> {
    let row: Option<PoolEntryRow> = pool_entries::table
        .filter(pool_entries::honoree_id.eq(honoree))
        .order((pool_entries::left_at.is_not_null(), pool_entries::left_at.desc(), pool_entries::id.desc()))
        .select(PoolEntryRow::as_select())
        .first(connection)
        .optional()?;
    Ok(row.map(PoolEntry::from))
}

/// The stays that go on, of several honorees.
pub fn inside_of(
    connection: &mut Connection,
    honorees: &[HonoreeId],
) -> Result<BTreeMap<HonoreeId, PoolEntry>, StoreError> {
    let rows: Vec<PoolEntryRow> = pool_entries::table
        .filter(pool_entries::honoree_id.eq_any(honorees.to_vec()))
        .filter(pool_entries::left_at.is_null())
        .select(PoolEntryRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(|row| (row.honoree_id, PoolEntry::from(row))).collect())
}

/// Ends a stay of an honoree who is held; one that has ended stays as it is.
pub fn set_left(connection: &mut Connection, id: PoolEntryId, left: &Left) -> Result<(), StoreError> {
    diesel::update(pool_entries::table.filter(pool_entries::id.eq(id)).filter(pool_entries::left_at.is_null()))
        .set((
            pool_entries::left_at.eq(Some(At(left.at))),
            pool_entries::left_cause.eq(Some(left.cause)),
            pool_entries::left_reason.eq(left.reason.as_deref()),
            pool_entries::left_by.eq(left.by),
        ))
        .execute(connection)?;
    Ok(())
}

/// Hands stays of one honoree to another, as they are. Both are held, and the other has none that goes on.
pub fn hand(
    connection: &mut Connection,
    ids: &[PoolEntryId],
    (from, to): (HonoreeId, HonoreeId),
) -> Result<(), StoreError> {
    let target =
        pool_entries::table.filter(pool_entries::id.eq_any(ids.to_vec())).filter(pool_entries::honoree_id.eq(from));
    diesel::update(target).set(pool_entries::honoree_id.eq(to)).execute(connection)?;
    Ok(())
}

/// Lets a stay that has ended go on, of an honoree who is held and has none that does.
pub fn reopen(connection: &mut Connection, id: PoolEntryId) -> Result<(), StoreError> {
    diesel::update(pool_entries::table.filter(pool_entries::id.eq(id)))
        .set((
            pool_entries::left_at.eq(None::<At>),
            pool_entries::left_cause.eq(None::<LeftCause>),
            pool_entries::left_reason.eq(None::<String>),
            pool_entries::left_by.eq(None::<UserId>),
        ))
        .execute(connection)?;
    Ok(())
}
