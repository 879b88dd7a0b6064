//! Rows that were taken, so that they are recognised.

use std::collections::HashMap;

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::{Connection, StoreError, schema::import_rows};
use crate::domain::id::{CandidateId, OrganizationId};

/// The candidates made of rows that an organization has taken, by the rows' digests.
pub fn known_among(
    connection: &mut Connection,
    organization: OrganizationId,
    digests: Vec<Vec<u8>>,
) -> Result<HashMap<Vec<u8>, CandidateId>, StoreError> {
    let rows: Vec<(Vec<u8>, CandidateId)> = import_rows::table
        .filter(import_rows::organization_id.eq(organization))
        .filter(import_rows::digest.eq_any(digests))
        .select((import_rows::digest, import_rows::candidate_id))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}
