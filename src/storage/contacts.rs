//! Contact details of candidates: ciphertexts, what may be shown of them, and the index by which they are found.

use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};

use super::{Connection, StoreError, schema::candidate_contacts};
use crate::domain::id::CandidateId;

/// The table's name, to which ciphertexts are bound.
pub const TABLE: &str = "candidate_contacts";

/// The contact details of a candidate as stored.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = candidate_contacts, treat_none_as_default_value = false)]
pub struct ContactRow {
    /// Whose.
    pub candidate_id: CandidateId,
    /// Name of who is called, encrypted.
    pub name_cipher: Option<Vec<u8>>,
    /// The same, masked.
    pub name_masked: Option<String>,
    /// The telephone number, encrypted.
    pub phone_cipher: Option<Vec<u8>>,
    /// The same, masked.
    pub phone_masked: Option<String>,
    /// Its blind index.
    pub phone_index: Option<Vec<u8>>,
    /// What the person called is to the candidate.
    pub relationship: Option<String>,
}

impl ContactRow {
    /// Contact details of which nothing is known.
    #[must_use]
    pub fn empty(candidate_id: CandidateId) -> Self {
        Self {
            candidate_id,
            name_cipher: None,
            name_masked: None,
            phone_cipher: None,
            phone_masked: None,
            phone_index: None,
            relationship: None,
        }
    }
}

/// Writes the contact details of a candidate whose row is held.
pub fn replace(connection: &mut Connection, row: &ContactRow) -> Result<(), StoreError> {
    diesel::delete(candidate_contacts::table.find(row.candidate_id)).execute(connection)?;
    diesel::insert_into(candidate_contacts::table).values(row).execute(connection)?;
    Ok(())
}

/// Finds the contact details of a candidate.
pub fn find(connection: &mut Connection, id: CandidateId) -> Result<Option<ContactRow>, StoreError> {
    Ok(candidate_contacts::table.find(id).select(ContactRow::as_select()).first(connection).optional()?)
}

/// The contact details of several candidates.
pub fn list_of(connection: &mut Connection, ids: &[CandidateId]) -> Result<Vec<ContactRow>, StoreError> {
    Ok(candidate_contacts::table
        .filter(candidate_contacts::candidate_id.eq_any(ids.to_vec()))
        .select(ContactRow::as_select())
        .load(connection)?)
}
