//! Consents that stand; a withdrawn one is deleted, and the audit remembers it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
};

use super::{
    Connection, StoreError,
    schema::{candidates, consents},
    sql_values::{At, Stored},
};
use crate::domain::{
    candidate::Subject,
    consent::{self, ConsentMethod, ConsentScope, GivenBy, Person},
    id::{CandidateId, UserId},
};

/// The table's name, to which ciphertexts are bound.
pub const TABLE: &str = "consents";

/// A consent as stored.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = consents, treat_none_as_default_value = false)]
pub struct ConsentRow {
    /// Whose file it concerns.
    pub candidate_id: CandidateId,
    /// By whom it was given.
    pub given_by: GivenBy,
    /// The giver's name, encrypted.
    pub name_cipher: Vec<u8>,
    /// The same, masked.
    pub name_masked: String,
    /// To what.
    pub scope: Stored<Vec<ConsentScope>>,
    /// Which wording.
    pub text_version: String,
    /// In what way.
    pub method: ConsentMethod,
    /// When.
    pub given_at: At,
    /// Where the evidence is kept.
    pub evidence: Option<String>,
    /// Who recorded it.
    pub recorded_by: UserId,
    /// When it was recorded.
    pub recorded_at: At,
    /// Grows when it is replaced.
    pub version: i64,
}

/// Writes the consent of a candidate whose row is held.
pub fn replace(connection: &mut Connection, row: &ConsentRow) -> Result<(), StoreError> {
    delete(connection, row.candidate_id)?;
    diesel::insert_into(consents::table).values(row).execute(connection)?;
    Ok(())
}

/// Finds the consent that stands.
pub fn find(connection: &mut Connection, id: CandidateId) -> Result<Option<ConsentRow>, StoreError> {
    Ok(consents::table.find(id).select(ConsentRow::as_select()).first(connection).optional()?)
}

/// Which of the candidates have a consent that is all that screening and forwarding need.
pub fn complete_among(connection: &mut Connection, ids: &[CandidateId]) -> Result<BTreeSet<CandidateId>, StoreError> {
    let scopes = scopes_of(connection, ids)?;
    Ok(scopes.into_iter().filter(|(_, scope)| consent::covers_all(scope)).map(|(id, _)| id).collect())
}

/// What the consents cover, by candidate. One by somebody who cannot give it for the person as the file has it now covers
/// nothing.
pub fn scopes_of(
    connection: &mut Connection,
    ids: &[CandidateId],
) -> Result<BTreeMap<CandidateId, Vec<ConsentScope>>, StoreError> {
    type Row = (CandidateId, Stored<Vec<ConsentScope>>, GivenBy, DateTime<Utc>, Subject, bool, Option<i32>);
    let rows: Vec<Row> = consents::table
        .inner_join(candidates::table.on(candidates::id.eq(consents::candidate_id)))
        .filter(consents::candidate_id.eq_any(ids.to_vec()))
        .select((
            consents::candidate_id,
            consents::scope,
            consents::given_by,
            consents::given_at,
            candidates::subject,
            candidates::posthumous,
            candidates::birth_year,
        ))
        .load(connection)?;
    let fitting = rows.into_iter().filter(|(_, _, given_by, given_at, subject, posthumous, birth_year)| {
        let person = Person { subject: *subject, posthumous: *posthumous, birth_year: *birth_year };
        consent::fits((*given_by, *given_at), person)
    });
    Ok(fitting.map(|(id, scope, ..)| (id, scope.0)).collect())
}

/// Removes the consent of a candidate whose row is held; false when there was none.
pub fn delete(connection: &mut Connection, id: CandidateId) -> Result<bool, StoreError> {
    Ok(diesel::delete(consents::table.find(id)).execute(connection)? == 1)
}
