//! Records of the verification files: added, struck, never changed or removed.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError,
    schema::{review_answers, verifications},
    sql_values::{At, Stored},
};
use crate::domain::{
    id::{CandidateId, OrganizationId, UserId, VerificationId},
    verification::{Finding, Heard, Records, Refuting, VerificationMethod},
};

/// The table's name, to which ciphertexts are bound.
pub const TABLE: &str = "verifications";

/// A record as stored.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = verifications, treat_none_as_default_value = false)]
pub struct VerificationRow {
    /// Its id.
    pub id: VerificationId,
    /// Whose file it belongs to.
    pub candidate_id: CandidateId,
    /// In what way the facts were looked at.
    pub method: VerificationMethod,
    /// Who looked.
    pub verifiers: Stored<Vec<String>>,
    /// When.
    pub held_at: At,
    /// The department that was consulted.
    pub department: Option<String>,
    /// Who was heard, encrypted; none when nobody was.
    pub heard_cipher: Option<Vec<u8>>,
    /// The same, masked.
    pub heard_masked: Stored<Vec<Heard>>,
    /// What it showed.
    pub finding: Finding,
    /// What was said and seen.
    pub notes: String,
    /// The candidate's version to which the record was added; grows from record to record.
    pub candidate_version: i64,
    /// Who recorded it.
    pub recorded_by: UserId,
    /// For which organization.
    pub organization_id: Option<OrganizationId>,
    /// When it was recorded.
    pub recorded_at: At,
    /// Who struck it.
    pub struck_by: Option<UserId>,
    /// When it was struck.
    pub struck_at: Option<At>,
    /// Why it was struck.
    pub struck_reason: Option<String>,
}

/// Adds a record to the file of a candidate whose row is held.
pub fn insert(connection: &mut Connection, row: &VerificationRow) -> Result<(), StoreError> {
    diesel::insert_into(verifications::table).values(row).execute(connection)?;
    Ok(())
}

/// Finds a record.
pub fn find(connection: &mut Connection, id: VerificationId) -> Result<Option<VerificationRow>, StoreError> {
    Ok(verifications::table.find(id).select(VerificationRow::as_select()).first(connection).optional()?)
}

/// A page of a candidate's records, in the order in which they were made: after the one on a version.
pub fn list_of(
    connection: &mut Connection,
    candidate: CandidateId,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<VerificationRow>, StoreError> {
    let mut query = verifications::table
        .filter(verifications::candidate_id.eq(candidate))
        .order(verifications::candidate_version)
        .select(VerificationRow::as_select())
        .limit(limit)
        .into_boxed();
    if let Some(version) = after {
        query = query.filter(verifications::candidate_version.gt(version));
    }
    Ok(query.load(connection)?)
}

/// All of a candidate's records in which somebody was heard, in the order in which they were made.
pub fn list_heard(connection: &mut Connection, candidate: CandidateId) -> Result<Vec<VerificationRow>, StoreError> {
    Ok(verifications::table
        .filter(verifications::candidate_id.eq(candidate).and(verifications::heard_cipher.is_not_null()))
        .order(verifications::candidate_version)
        .select(VerificationRow::as_select())
        .load(connection)?)
}

/// Strikes a record of a candidate whose row is held; false when it was struck before.
pub fn strike(
    connection: &mut Connection,
    id: VerificationId,
    (by, at, reason): (UserId, At, &str),
) -> Result<bool, StoreError> {
    let struck = diesel::update(verifications::table.find(id).filter(verifications::struck_at.is_null()))
        .set((
            verifications::struck_by.eq(by),
            verifications::struck_at.eq(at),
            verifications::struck_reason.eq(reason),
        ))
        .execute(connection)?;
    Ok(struck == 1)
}

/// What stands in the files of several candidates, by two queries.
pub fn standing_of(
    connection: &mut Connection,
    candidates: &[CandidateId],
) -> Result<BTreeMap<CandidateId, Records>, StoreError> {
    let found: Vec<(CandidateId, VerificationId, Finding)> = verifications::table
        .filter(verifications::candidate_id.eq_any(candidates.to_vec()))
        .filter(verifications::struck_at.is_null())
        .order((verifications::candidate_id, verifications::candidate_version))
        .select((verifications::candidate_id, verifications::id, verifications::finding))
        .load(connection)?;
    let refuting = found.iter().filter(|(_, _, finding)| *finding == Finding::Refuted).map(|(_, id, _)| *id);
    let answered = answered_among(connection, &refuting.collect::<Vec<_>>())?;
    let mut files: BTreeMap<CandidateId, Records> = BTreeMap::new();
    for (candidate, id, finding) in found {
        let records = files.entry(candidate).or_default();
        match finding {
            Finding::Confirmed => records.confirming += 1,
            Finding::Partly => {}
            Finding::Refuted => records.refuting.push(Refuting { id, is_answered: answered.contains(&id) }),
        }
    }
    Ok(files)
}

/// Which of some records an approval has answered.
fn answered_among(connection: &mut Connection, ids: &[VerificationId]) -> Result<BTreeSet<VerificationId>, StoreError> {
    let found: Vec<VerificationId> = review_answers::table
        .filter(review_answers::verification_id.eq_any(ids.to_vec()))
        .select(review_answers::verification_id)
        .load(connection)?;
    Ok(found.into_iter().collect())
}
