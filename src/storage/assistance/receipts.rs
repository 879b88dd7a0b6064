//! Receipts of assistance.

use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};

use crate::{
    domain::{
        document::DocumentType,
        id::{AssistanceId, AttachmentId, UserId},
    },
    storage::{Connection, StoreError, schema::assistance_attachments, sql_values::At},
};

/// A receipt as stored.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = assistance_attachments, treat_none_as_default_value = false)]
pub struct ReceiptRow {
    /// Its id, and the key of its file.
    pub id: AttachmentId,
    /// Of which entry.
    pub assistance_id: AssistanceId,
    /// Its place among the entry's, from 1.
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

/// Adds a receipt to an entry of an honoree whose row is held.
pub fn insert_receipt(connection: &mut Connection, row: &ReceiptRow) -> Result<(), StoreError> {
    diesel::insert_into(assistance_attachments::table).values(row).execute(connection)?;
    Ok(())
}

/// Finds a receipt.
pub fn find_receipt(connection: &mut Connection, id: AttachmentId) -> Result<Option<ReceiptRow>, StoreError> {
    Ok(assistance_attachments::table.find(id).select(ReceiptRow::as_select()).first(connection).optional()?)
}

/// The receipts of several entries, in the order of each.
pub fn list_receipts(connection: &mut Connection, ids: &[AssistanceId]) -> Result<Vec<ReceiptRow>, StoreError> {
    Ok(assistance_attachments::table
        .filter(assistance_attachments::assistance_id.eq_any(ids.to_vec()))
        .order((assistance_attachments::assistance_id, assistance_attachments::position))
        .select(ReceiptRow::as_select())
        .load(connection)?)
}

/// Which of the receipts have a row.
pub fn receipts_among(connection: &mut Connection, ids: &[AttachmentId]) -> Result<Vec<AttachmentId>, StoreError> {
    Ok(assistance_attachments::table
        .filter(assistance_attachments::id.eq_any(ids.to_vec()))
        .select(assistance_attachments::id)
        .load(connection)?)
}
