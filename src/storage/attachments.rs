//! Files of verification records; they lie in the file store under the same id.

use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};

use super::{Connection, StoreError, schema::attachments, sql_values::At};
use crate::domain::{
    document::DocumentType,
    id::{AttachmentId, UserId, VerificationId},
};

/// An attachment as stored.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = attachments, treat_none_as_default_value = false)]
pub struct AttachmentRow {
    /// Its id, and the key of its file.
    pub id: AttachmentId,
    /// Of which record.
    pub verification_id: VerificationId,
    /// Its place among the record's, from 1.
    pub position: i32,
    /// Its type.
    pub media_type: DocumentType,
    /// Bytes as stored.
    pub byte_size: i32,
    /// Digest of the stored file.
    pub sha256: Vec<u8>,
    /// Who sent it.
    pub uploaded_by: UserId,
    /// When it was sent.
    pub created_at: At,
}

/// Adds an attachment to a record of a candidate whose row is held.
pub fn insert(connection: &mut Connection, row: &AttachmentRow) -> Result<(), StoreError> {
    diesel::insert_into(attachments::table).values(row).execute(connection)?;
    Ok(())
}

/// Finds an attachment.
pub fn find(connection: &mut Connection, id: AttachmentId) -> Result<Option<AttachmentRow>, StoreError> {
    Ok(attachments::table.find(id).select(AttachmentRow::as_select()).first(connection).optional()?)
}

/// The attachments of several records, in the order of each.
pub fn list_of_all(connection: &mut Connection, ids: &[VerificationId]) -> Result<Vec<AttachmentRow>, StoreError> {
    Ok(attachments::table
        .filter(attachments::verification_id.eq_any(ids.to_vec()))
        .order((attachments::verification_id, attachments::position))
        .select(AttachmentRow::as_select())
        .load(connection)?)
}

/// How many attachments a record has.
pub fn count_of(connection: &mut Connection, id: VerificationId) -> Result<i64, StoreError> {
    Ok(attachments::table.filter(attachments::verification_id.eq(id)).count().get_result(connection)?)
}

/// Which of the attachments have a row.
pub fn known_among(connection: &mut Connection, ids: &[AttachmentId]) -> Result<Vec<AttachmentId>, StoreError> {
    Ok(attachments::table.filter(attachments::id.eq_any(ids.to_vec())).select(attachments::id).load(connection)?)
}
