//! Mergers of candidates. One that was undone stays, with who undid it and when.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError,
    schema::{merge_items, merges, photos},
    sql_values::At,
};
use crate::domain::{
    candidate::Status,
    id::{CandidateId, MergeId, UserId},
    merger::ItemKind,
};

/// A merger as stored.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = merges, treat_none_as_default_value = false)]
pub struct MergeRow {
    /// Its id.
    pub id: MergeId,
    /// Who was merged.
    pub candidate_id: CandidateId,
    /// Into whom.
    pub survivor_id: CandidateId,
    /// The merged one's status before.
    pub former_status: Status,
    /// Since when it had that status.
    pub former_since: At,
    /// The survivor's status before.
    pub survivor_status: Status,
    /// Since when it had that status.
    pub survivor_since: At,
    /// The survivor's version after the merger: while it is that, nothing has followed.
    pub survivor_version: i64,
    /// Why.
    pub reason: String,
    /// Who merged.
    pub merged_by: UserId,
    /// When.
    pub merged_at: At,
    /// Who undid it.
    pub undone_by: Option<UserId>,
    /// When it was undone; `None` while it stands.
    pub undone_at: Option<At>,
}

/// Adds a merger of two candidates whose rows are held.
pub fn insert(connection: &mut Connection, row: &MergeRow) -> Result<(), StoreError> {
    diesel::insert_into(merges::table).values(row).execute(connection)?;
    Ok(())
}

/// Finds the merger by which a candidate was withdrawn, while it stands.
pub fn find_standing(connection: &mut Connection, id: CandidateId) -> Result<Option<MergeRow>, StoreError> {
    Ok(merges::table
        .filter(merges::candidate_id.eq(id))
        .filter(merges::undone_at.is_null())
        .select(MergeRow::as_select())
        .first(connection)
        .optional()?)
}

/// The mergers, while they stand, by which candidates were withdrawn; by the merged one.
pub fn standing_of(
    connection: &mut Connection,
    ids: &[CandidateId],
) -> Result<BTreeMap<CandidateId, MergeRow>, StoreError> {
    let rows: Vec<MergeRow> = merges::table
        .filter(merges::candidate_id.eq_any(ids.to_vec()))
        .filter(merges::undone_at.is_null())
        .select(MergeRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(|row| (row.candidate_id, row)).collect())
}

/// Who was merged into each of the candidates, while it stands, in the order in which it was done.
pub fn merged_into(
    connection: &mut Connection,
    survivors: &[CandidateId],
) -> Result<Vec<(CandidateId, CandidateId)>, StoreError> {
    Ok(merges::table
        .filter(merges::survivor_id.eq_any(survivors.to_vec()))
        .filter(merges::undone_at.is_null())
        .order((merges::survivor_id, merges::merged_at, merges::id))
        .select((merges::survivor_id, merges::candidate_id))
        .load(connection)?)
}

/// Which of the mergers handed over a photo that has been removed since.
pub fn with_lost_photos(connection: &mut Connection, ids: &[MergeId]) -> Result<Vec<MergeId>, StoreError> {
    Ok(merge_items::table
        .left_join(photos::table.on(photos::id.eq(merge_items::item_id)))
        .filter(merge_items::merge_id.eq_any(ids.to_vec()))
        .filter(merge_items::kind.eq(ItemKind::Photo))
        .filter(photos::id.nullable().is_null())
        .select(merge_items::merge_id)
        .distinct()
        .load(connection)?)
}

/// Notes that a merger was undone.
pub fn set_undone(
    connection: &mut Connection,
    id: MergeId,
    (user, now): (UserId, DateTime<Utc>),
) -> Result<(), StoreError> {
    diesel::update(merges::table.find(id))
        .set((merges::undone_by.eq(Some(user)), merges::undone_at.eq(Some(At(now)))))
        .execute(connection)?;
    Ok(())
}
