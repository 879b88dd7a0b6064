//! Photos of candidates; the files lie in the file store under the same id.

use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};

use super::{Connection, StoreError, schema::photos, sql_values::At};
use crate::domain::{
    id::{CandidateId, PhotoId, UserId},
    photo::{PhotoFacts, PhotoType},
};

/// A photo as stored.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = photos, treat_none_as_default_value = false)]
pub struct PhotoRow {
    /// Its id, and the key of its file.
    pub id: PhotoId,
    /// Whose.
    pub candidate_id: CandidateId,
    /// Its place among the candidate's photos, from 1.
    pub position: i32,
    /// Its type.
    pub media_type: PhotoType,
    /// Bytes as stored.
    pub byte_size: i32,
    /// Pixels, as shown.
    pub width: i32,
    /// Pixels, as shown.
    pub height: i32,
    /// Digest of the stored file.
    pub sha256: Vec<u8>,
    /// The account that sent it.
    pub uploaded_by: Option<UserId>,
    /// When it was sent.
    pub created_at: At,
}

impl PhotoRow {
    /// What the policy speaks about.
    #[must_use]
    pub fn facts(&self) -> PhotoFacts {
        PhotoFacts {
            bytes: u64::try_from(self.byte_size).unwrap_or_default(),
            width_px: u32::try_from(self.width).unwrap_or_default(),
            height_px: u32::try_from(self.height).unwrap_or_default(),
        }
    }
}

/// Adds a photo of a candidate whose row is held.
pub fn insert(connection: &mut Connection, row: &PhotoRow) -> Result<(), StoreError> {
    diesel::insert_into(photos::table).values(row).execute(connection)?;
    Ok(())
}

/// Finds a photo.
pub fn find(connection: &mut Connection, id: PhotoId) -> Result<Option<PhotoRow>, StoreError> {
    Ok(photos::table.find(id).select(PhotoRow::as_select()).first(connection).optional()?)
}

/// The photos of a candidate in their order.
pub fn list_of(connection: &mut Connection, id: CandidateId) -> Result<Vec<PhotoRow>, StoreError> {
    list_of_all(connection, &[id])
}

/// The photos of several candidates, in the order of each.
pub fn list_of_all(connection: &mut Connection, ids: &[CandidateId]) -> Result<Vec<PhotoRow>, StoreError> {
    Ok(photos::table
        .filter(photos::candidate_id.eq_any(ids.to_vec()))
        .order((photos::candidate_id, photos::position))
        .select(PhotoRow::as_select())
        .load(connection)?)
}

/// Removes a photo of a candidate whose row is held; false when there is none.
pub fn delete(connection: &mut Connection, candidate: CandidateId, id: PhotoId) -> Result<bool, StoreError> {
    let removed =
        diesel::delete(photos::table.find(id).filter(photos::candidate_id.eq(candidate))).execute(connection)?;
    Ok(removed == 1)
}

/// Which of the photos have a row.
pub fn known_among(connection: &mut Connection, ids: &[PhotoId]) -> Result<Vec<PhotoId>, StoreError> {
    Ok(photos::table.filter(photos::id.eq_any(ids.to_vec())).select(photos::id).load(connection)?)
}
