//! What is kept beside the snapshots of a batch for its package: how the candidates can be reached, and which photos' files
//! must stay.

use std::collections::BTreeMap;

use diesel::{
    ExpressionMethods, Insertable, JoinOnDsl, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError, contacts,
    schema::{batch_contacts, batch_packages, batch_photos, batches},
};
use crate::domain::{
    batch::Snapshot,
    id::{BatchId, CandidateId, PhotoId},
    package::PackageStatus,
};

/// How a frozen candidate can be reached, sealed for its row among the candidates' contacts.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = batch_contacts, treat_none_as_default_value = false)]
pub struct SealedContact {
    /// Of which batch.
    pub batch_id: BatchId,
    /// Whose.
    pub candidate_id: CandidateId,
    /// Name of who is called, encrypted.
    pub name_cipher: Option<Vec<u8>>,
    /// The telephone number, encrypted.
    pub phone_cipher: Option<Vec<u8>>,
    /// What the person called is to the candidate.
    pub relationship: Option<String>,
}

/// Copies how the candidates of a batch can be reached now. Their rows are held.
pub fn copy_contacts(connection: &mut Connection, batch: BatchId, ids: &[CandidateId]) -> Result<(), StoreError> {
    for sealed in sealed_contacts(connection, batch, ids)? {
        diesel::insert_into(batch_contacts::table).values(sealed).execute(connection)?;
    }
    Ok(())
}

/// How candidates can be reached now, as it would be copied.
pub fn sealed_contacts(
    connection: &mut Connection,
    batch: BatchId,
    ids: &[CandidateId],
) -> Result<Vec<SealedContact>, StoreError> {
    let contacts = contacts::list_of(connection, ids)?.into_iter().map(|contact| SealedContact {
        batch_id: batch,
        candidate_id: contact.candidate_id,
        name_cipher: contact.name_cipher,
        phone_cipher: contact.phone_cipher,
        relationship: contact.relationship,
    });
    Ok(contacts.collect())
}

/// How the candidates of a batch could be reached when it was forwarded.
pub fn contacts(
    connection: &mut Connection,
    batch: BatchId,
) -> Result<BTreeMap<CandidateId, SealedContact>, StoreError> {
    let rows: Vec<SealedContact> = batch_contacts::table
        .filter(batch_contacts::batch_id.eq(batch))
        .select(SealedContact::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(|row| (row.candidate_id, row)).collect())
}

/// Keeps the files of the photos in the store until the package has them.
pub fn hold_photos(connection: &mut Connection, batch: BatchId, snapshots: &[Snapshot]) -> Result<(), StoreError> {
    for photo in snapshots.iter().flat_map(|snapshot| &snapshot.photos) {
        diesel::insert_into(batch_photos::table)
            .values((batch_photos::batch_id.eq(batch), batch_photos::photo_id.eq(photo.id)))
            .execute(connection)?;
    }
    Ok(())
}

/// Which of the photos' files a package still needs, whether the photos are there or not.
pub fn held_among(connection: &mut Connection, ids: &[PhotoId]) -> Result<Vec<PhotoId>, StoreError> {
    Ok(batch_photos::table
        .inner_join(batch_packages::table.on(batch_packages::batch_id.eq(batch_photos::batch_id)))
        .filter(batch_photos::photo_id.eq_any(ids.to_vec()))
        .filter(batch_packages::status.ne(PackageStatus::Ready))
        .select(batch_photos::photo_id)
        .load(connection)?)
}

/// Which of these are batches.
pub fn batches_among(connection: &mut Connection, ids: &[BatchId]) -> Result<Vec<BatchId>, StoreError> {
    Ok(batches::table.filter(batches::id.eq_any(ids.to_vec())).select(batches::id).load(connection)?)
}
