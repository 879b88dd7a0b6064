//! Rows that were taken, so that they are recognised.

use std::collections::HashMap;

use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, QueryDsl, RunQueryDsl, dsl::exists};

use super::{
    Connection, StoreError,
    schema::{candidates, import_rows, merges},
};
use crate::domain::{
    candidate::Status,
    id::{CandidateId, OrganizationId},
};

/// Where nothing more comes of a candidate than a fresh recommendation.
const ENDED: [Status; 2] = [Status::Rejected, Status::Withdrawn];

/// The candidates made of rows that an organization has taken, by the rows' digests. A row whose candidate was rejected or
/// withdrawn, and not merged into another, may be taken again.
pub fn known_among(
    connection: &mut Connection,
    organization: OrganizationId,
    digests: Vec<Vec<u8>>,
) -> Result<HashMap<Vec<u8>, CandidateId>, StoreError> {
    let standing_merger =
        merges::table.filter(merges::candidate_id.eq(import_rows::candidate_id)).filter(merges::undone_at.is_null());
    let rows: Vec<(Vec<u8>, CandidateId)> = import_rows::table
        .inner_join(candidates::table.on(candidates::id.eq(import_rows::candidate_id)))
        .filter(import_rows::organization_id.eq(organization))
        .filter(import_rows::digest.eq_any(digests))
        .filter(candidates::status.ne_all(ENDED).or(exists(standing_merger)))
        .select((import_rows::digest, import_rows::candidate_id))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}
