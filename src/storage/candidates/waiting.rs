//! Candidates that wait for somebody's decision, in the order of their cycles.

use chrono::{DateTime, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl, SelectableHelper};

use super::row::CandidateRow;
use crate::{
    domain::{
        candidate::{Candidate, Status},
        id::{CandidateId, OrganizationId},
        month::Month,
        scope::Scope,
    },
    storage::{Connection, StoreError, schema::candidates, sql_values::At},
};

/// The place of a candidate in that order.
pub type WaitingKey = (Month, DateTime<Utc>, CandidateId);

/// Candidates of a subtree in some statuses, after a key, without their deeds.
pub fn list_waiting(
    connection: &mut Connection,
    (scope, statuses): (&Scope, &[Status]),
    after: Option<WaitingKey>,
    limit: i64,
) -> Result<Vec<Candidate>, StoreError> {
    let mut query = candidates::table
        .filter(candidates::status.eq_any(statuses.to_vec()))
        .order((candidates::cycle, candidates::created_at, candidates::id))
        .select(CandidateRow::as_select())
        .limit(limit)
        .into_boxed();
    match scope {
        Scope::City => {}
        Scope::District(district) => query = query.filter(candidates::district_id.eq(*district)),
        Scope::Units(units) => {
            let units: Vec<Option<OrganizationId>> = units.iter().copied().map(Some).collect();
            query = query.filter(candidates::unit_id.eq_any(units));
        }
        Scope::Nowhere => return Ok(Vec::new()),
    }
    if let Some((month, at, id)) = after {
        let later = candidates::created_at.gt(At(at)).or(candidates::created_at.eq(At(at)).and(candidates::id.gt(id)));
        query = query.filter(candidates::cycle.gt(month).or(candidates::cycle.eq(month).and(later)));
    }
    let rows: Vec<CandidateRow> = query.load(connection)?;
    Ok(rows.into_iter().map(|row| row.into_domain(None)).collect())
}
