//! Candidates that are linked to honorees, by key: who of those who were honoured before somebody may be.

use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, Queryable, RunQueryDsl, dsl::AssumeNotNull,
};

use crate::{
    domain::{
        candidate::Subject,
        id::{CandidateId, HonoreeId, OrganizationId},
    },
    storage::{
        Connection, StoreError,
        schema::{candidate_contacts, candidate_name_keys, candidates},
    },
};

/// A candidate of an honoree.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Kin {
    /// The honoree.
    pub honoree: HonoreeId,
    /// The candidate.
    pub candidate: CandidateId,
    /// A person or a group.
    pub subject: Subject,
    /// The candidate's name.
    pub name: String,
    /// Year of birth, where given.
    pub birth_year: Option<i32>,
    /// The district.
    pub district: OrganizationId,
}

type Columns = (
    AssumeNotNull<candidates::honoree_id>,
    candidates::id,
    candidates::subject,
    candidates::name,
    candidates::birth_year,
    candidates::district_id,
);

fn columns() -> Columns {
    (
        candidates::honoree_id.assume_not_null(),
        candidates::id,
        candidates::subject,
        candidates::name,
        candidates::birth_year,
        candidates::district_id,
    )
}

/// Those whose names have one of these keys, at most `limit`.
pub fn named(connection: &mut Connection, keys: &[i64], limit: i64) -> Result<Vec<Kin>, StoreError> {
    Ok(candidate_name_keys::table
        .inner_join(candidates::table.on(candidates::number.eq(candidate_name_keys::candidate)))
        .filter(candidate_name_keys::key.eq_any(keys.to_vec()))
        .filter(candidates::honoree_id.is_not_null())
        .select(columns())
        .limit(limit)
        .load(connection)?)
}

/// Those with the same telephone number, by its blind index, at most `limit`.
pub fn with_phone(connection: &mut Connection, index: &[u8], limit: i64) -> Result<Vec<Kin>, StoreError> {
    Ok(candidate_contacts::table
        .inner_join(candidates::table.on(candidates::id.eq(candidate_contacts::candidate_id)))
        .filter(candidate_contacts::phone_index.eq(index))
        .filter(candidates::honoree_id.is_not_null())
        .select(columns())
        .limit(limit)
        .load(connection)?)
}
