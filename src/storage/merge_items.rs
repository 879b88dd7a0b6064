//! What a merger hands over to the survivor, and how it is brought back.
//!
//! Each row is noted before it moves, so that undoing brings back exactly those rows and no others: a row that is not with
//! the survivor any more stays where it is, and a photo that was removed stays removed.
//!
//! Rows of a further table that are to follow, with the columns `id` and `candidate_id`, need one line in [`hand_over`]
//! (`follow!`) and one in [`bring_back`] (`return_to!`).

use diesel::{ExpressionMethods, Insertable, QueryDsl, RunQueryDsl, dsl::max};
use uuid::Uuid;

use super::{
    Connection, StoreError,
    schema::{leads, merge_items, nominations, photos},
    sql_values::AnyId,
    statistics,
};
use crate::domain::{
    id::{CandidateId, MergeId, PhotoId},
    merger::ItemKind,
};

/// A merger whose two candidates are held.
#[derive(Clone, Copy, Debug)]
pub struct Handing {
    /// The merger.
    pub merge: MergeId,
    /// The candidate that is merged.
    pub from: CandidateId,
    /// The survivor.
    pub to: CandidateId,
}

/// How much was moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Nominations.
    pub nominations: usize,
    /// Photos.
    pub photos: usize,
    /// Leads.
    pub leads: usize,
}

#[derive(Insertable)]
#[diesel(table_name = merge_items, treat_none_as_default_value = false)]
struct NewItem {
    merge_id: MergeId,
    item_id: AnyId,
    kind: ItemKind,
    was_first: Option<bool>,
    position: Option<i32>,
}

/// Notes the merged candidate's rows of a table and hands them to the survivor; says how many.
macro_rules! follow {
    ($connection:expr, $table:ident, $kind:expr, $handing:expr) => {{
        let of_merged = $table::table.filter($table::candidate_id.eq($handing.from));
        let rows: Vec<Uuid> = of_merged.select($table::id).load($connection)?;
        for row in &rows {
            note($connection, ($handing.merge, *row), $kind, None)?;
        }
        diesel::update(of_merged).set($table::candidate_id.eq($handing.to)).execute($connection)?;
        rows.len()
    }};
}

/// Gives the noted rows of a table that the survivor still has back to the merged candidate; says how many.
macro_rules! return_to {
    ($connection:expr, $table:ident, $kind:expr, $handing:expr) => {{
        let noted = noted($connection, $handing.merge, $kind)?;
        diesel::update($table::table.filter($table::id.eq_any(noted)).filter($table::candidate_id.eq($handing.to)))
            .set($table::candidate_id.eq($handing.from))
            .execute($connection)?
    }};
}

/// Hands everything that follows over to the survivor. Its own first nomination stays the first.
pub fn hand_over(connection: &mut Connection, handing: Handing) -> Result<Moved, StoreError> {
    let of_merged = nominations::table.filter(nominations::candidate_id.eq(handing.from));
    let firsts: Vec<Uuid> =
        of_merged.filter(nominations::is_first.eq(true)).select(nominations::id).load(connection)?;
    diesel::update(of_merged).set(nominations::is_first.eq(false)).execute(connection)?;
    let nominations = follow!(connection, nominations, ItemKind::Nomination, handing);
    let firsts = merge_items::item_id.eq_any(firsts.into_iter().map(AnyId).collect::<Vec<_>>());
    diesel::update(merge_items::table.filter(merge_items::merge_id.eq(handing.merge)).filter(firsts))
        .set(merge_items::was_first.eq(Some(true)))
        .execute(connection)?;
    let leads = follow!(connection, leads, ItemKind::Lead, handing);
    note_counts(connection, handing)?;
    Ok(Moved { nominations, photos: hand_over_photos(connection, handing)?, leads })
}

/// The photos come after the survivor's own, in their order.
fn hand_over_photos(connection: &mut Connection, handing: Handing) -> Result<usize, StoreError> {
    let rows: Vec<(PhotoId, i32)> = photos::table
        .filter(photos::candidate_id.eq(handing.from))
        .order(photos::position)
        .select((photos::id, photos::position))
        .load(connection)?;
    let last: Option<i32> = photos::table
        .filter(photos::candidate_id.eq(handing.to))
        .select(max(photos::position))
        .get_result(connection)?;
    for (place, (id, position)) in (last.unwrap_or(0) + 1..).zip(&rows) {
        note(connection, (handing.merge, (*id).into()), ItemKind::Photo, Some(*position))?;
        diesel::update(photos::table.find(*id))
            .set((photos::candidate_id.eq(handing.to), photos::position.eq(place)))
            .execute(connection)?;
    }
    Ok(rows.len())
}

/// Brings back what a merger handed over, as it was before.
pub fn bring_back(connection: &mut Connection, handing: Handing) -> Result<Moved, StoreError> {
    let nominations = return_to!(connection, nominations, ItemKind::Nomination, handing);
    let firsts: Vec<Uuid> = merge_items::table
        .filter(merge_items::merge_id.eq(handing.merge))
        .filter(merge_items::was_first.eq(Some(true)))
        .select(merge_items::item_id)
        .load(connection)?;
    let firsts = nominations::id.eq_any(firsts.into_iter().map(AnyId).collect::<Vec<_>>());
    diesel::update(nominations::table.filter(firsts).filter(nominations::candidate_id.eq(handing.from)))
        .set(nominations::is_first.eq(true))
        .execute(connection)?;
    let leads = return_to!(connection, leads, ItemKind::Lead, handing);
    note_counts(connection, handing)?;
    Ok(Moved { nominations, photos: bring_back_photos(connection, handing)?, leads })
}

/// Nominations are counted where their candidate is.
fn note_counts(connection: &mut Connection, handing: Handing) -> Result<(), StoreError> {
    statistics::changes::note_candidate(connection, handing.from)?;
    statistics::changes::note_candidate(connection, handing.to)
}

fn bring_back_photos(connection: &mut Connection, handing: Handing) -> Result<usize, StoreError> {
    let rows: Vec<(Uuid, Option<i32>)> = merge_items::table
        .filter(merge_items::merge_id.eq(handing.merge))
        .filter(merge_items::kind.eq(ItemKind::Photo))
        .select((merge_items::item_id, merge_items::position))
        .load(connection)?;
    let mut returned = 0;
    for (id, position) in rows {
        let photo = photos::table.filter(photos::id.eq(AnyId(id))).filter(photos::candidate_id.eq(handing.to));
        returned += diesel::update(photo)
            .set((photos::candidate_id.eq(handing.from), photos::position.eq(position.unwrap_or(1))))
            .execute(connection)?;
    }
    Ok(returned)
}

fn note(
    connection: &mut Connection,
    (merge_id, item): (MergeId, Uuid),
    kind: ItemKind,
    position: Option<i32>,
) -> Result<(), StoreError> {
    let row = NewItem { merge_id, item_id: AnyId(item), kind, was_first: None, position };
    diesel::insert_into(merge_items::table).values(row).execute(connection)?;
    Ok(())
}

fn noted(connection: &mut Connection, merge: MergeId, kind: ItemKind) -> Result<Vec<AnyId>, StoreError> {
    let rows: Vec<Uuid> = merge_items::table
        .filter(merge_items::merge_id.eq(merge))
        .filter(merge_items::kind.eq(kind))
        .select(merge_items::item_id)
        .load(connection)?;
    Ok(rows.into_iter().map(AnyId).collect())
}
