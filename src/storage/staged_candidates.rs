//! What becomes candidates when an import is taken.

use diesel::{ExpressionMethods, Insertable, JoinOnDsl, QueryDsl, RunQueryDsl};

use super::{
    Connection, StoreError,
    schema::{candidates, staged_candidates, staged_reaches},
    sql_values::Stored,
};
use crate::domain::{
    candidate::{Channel, Gender, Subject},
    category::CategoryCode,
    id::{CandidateId, EventId, NominationId, OperationId, OrganizationId, TransitionId},
};

/// A candidate to be.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = staged_candidates, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns of candidates, nominations, transitions and events, under their names")]
pub struct StagedCandidate {
    pub operation_id: OperationId,
    pub row_number: i32,
    pub candidate_id: CandidateId,
    pub nomination_id: NominationId,
    pub transition_id: TransitionId,
    pub event_id: EventId,
    pub subject_id: String,
    pub is_own: bool,
    pub category: CategoryCode,
    pub subject: Subject,
    pub posthumous: bool,
    pub name: String,
    pub name_folded: String,
    pub members: Stored<Vec<String>>,
    pub occupation: Option<String>,
    pub gender: Option<Gender>,
    pub birth_year: Option<i32>,
    pub ethnicity: Option<String>,
    pub summary: String,
    pub deed: Option<String>,
    pub unit_id: Option<OrganizationId>,
    pub district_id: OrganizationId,
    pub channel: Channel,
}

/// How candidate or nominator can be reached, sealed for the row that it becomes.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = staged_reaches, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns of contacts and nominations, under their names")]
pub struct StagedReach {
    pub operation_id: OperationId,
    pub row_number: i32,
    pub whose: &'static str,
    pub name_cipher: Option<Vec<u8>>,
    pub name_masked: Option<String>,
    pub phone_cipher: Option<Vec<u8>>,
    pub phone_masked: Option<String>,
    pub phone_index: Option<Vec<u8>>,
    pub relationship: Option<String>,
}

/// Whose a reach is: the candidate's.
pub const CONTACT: &str = "contact";
/// Whose a reach is: the nominator's.
pub const NOMINATOR: &str = "nominator";

/// Adds candidates to be, and how they can be reached.
pub fn insert_all(
    connection: &mut Connection,
    rows: &[StagedCandidate],
    reaches: &[StagedReach],
) -> Result<(), StoreError> {
    super::on_either!(connection, inner => {
        diesel::insert_into(staged_candidates::table).values(rows).execute(inner)?;
        diesel::insert_into(staged_reaches::table).values(reaches).execute(inner)
    })?;
    Ok(())
}

/// A candidate that was made and is not yet indexed.
#[derive(Clone, Debug, diesel::Queryable)]
pub struct Unindexed {
    /// The row of which it was made.
    pub row_number: i32,
    /// The candidate.
    pub candidate_id: CandidateId,
}

/// Candidates of an import that were made and are not yet indexed.
pub fn list_unindexed(
    connection: &mut Connection,
    operation: OperationId,
    limit: i64,
) -> Result<Vec<Unindexed>, StoreError> {
    Ok(staged_candidates::table
        .inner_join(candidates::table.on(candidates::id.eq(staged_candidates::candidate_id)))
        .filter(staged_candidates::operation_id.eq(operation))
        .order(staged_candidates::row_number)
        .select((staged_candidates::row_number, candidates::id))
        .limit(limit)
        .load(connection)?)
}

/// Forgets candidates to be, at most `most`, up to a row where one is given; returns how many.
pub fn forget(connection: &mut Connection, operation: OperationId, rows: &[i32]) -> Result<usize, StoreError> {
    diesel::delete(staged_reaches::table)
        .filter(staged_reaches::operation_id.eq(operation))
        .filter(staged_reaches::row_number.eq_any(rows.to_vec()))
        .execute(connection)?;
    Ok(diesel::delete(staged_candidates::table)
        .filter(staged_candidates::operation_id.eq(operation))
        .filter(staged_candidates::row_number.eq_any(rows.to_vec()))
        .execute(connection)?)
}

/// The rows of candidates to be that are still kept.
pub fn list_rows(connection: &mut Connection, operation: OperationId, limit: i64) -> Result<Vec<i32>, StoreError> {
    Ok(staged_candidates::table
        .filter(staged_candidates::operation_id.eq(operation))
        .order(staged_candidates::row_number)
        .select(staged_candidates::row_number)
        .limit(limit)
        .load(connection)?)
}
