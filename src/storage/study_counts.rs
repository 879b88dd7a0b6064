//! How many people have studied a candidate: kept with each record, so that nobody has to count.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::{Connection, StoreError, schema::study_counts};
use crate::domain::id::CandidateId;

/// Counts one person more.
pub fn add_one(connection: &mut Connection, candidate: CandidateId) -> Result<(), StoreError> {
    let first = (study_counts::candidate_id.eq(candidate), study_counts::people.eq(1_i64));
    on_either!(connection, inner => diesel::insert_into(study_counts::table)
        .values(first)
        .on_conflict(study_counts::candidate_id)
        .do_update()
        .set(study_counts::people.eq(study_counts::people + 1))
        .execute(inner)?);
    Ok(())
}

/// How many people have studied a candidate.
pub fn find(connection: &mut Connection, candidate: CandidateId) -> Result<i64, StoreError> {
    let kept = study_counts::table.find(candidate).select(study_counts::people).first(connection).optional()?;
    Ok(kept.unwrap_or(0))
}
