//! Candidates that wait for somebody's decision, in the order of their cycles.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl, SelectableHelper, dsl::sql, sql_types::Bool,
};

use super::row::CandidateRow;
use crate::{
    domain::{
        candidate::Candidate,
        id::{CandidateId, OrganizationId},
        inbox::Seat,
        month::Month,
        organization::OrganizationKind,
        scope::Scope,
    },
    storage::{Connection, StoreError, schema::candidates, sql_values::At},
};

/// The place of a candidate in that order.
pub type WaitingKey = (Month, DateTime<Utc>, CandidateId);

/// Candidates of a subtree at a seat, after a key, without their deeds. Seats are asked for one by one, so that each walks
/// its own index in order.
pub fn list_waiting(
    connection: &mut Connection,
    (scope, seat): (&Scope, &Seat),
    after: Option<WaitingKey>,
    limit: i64,
) -> Result<Vec<Candidate>, StoreError> {
    let mut query = candidates::table
        .filter(candidates::status.eq(seat.status))
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
    for level in seat.in_place_of {
        query = query.filter(sql::<Bool>(lacks_deciders(*level)));
    }
    if let Some((month, at, id)) = after {
        let later = candidates::created_at.gt(At(at)).or(candidates::created_at.eq(At(at)).and(candidates::id.gt(id)));
        query = query
            .filter(candidates::cycle.ge(month))
            .filter(candidates::cycle.gt(month).or(candidates::cycle.eq(month).and(later)));
    }
    let rows: Vec<CandidateRow> = query.load(connection)?;
    Ok(rows.into_iter().map(|row| row.into_domain(None)).collect())
}

/// That a level has no active reviewer who may decide on the candidate: no nominator of it, and nobody who has decided
/// another stage of it. It keeps the inbox from looking at what others decide; the domain judges what is found.
const fn lacks_deciders(level: OrganizationKind) -> &'static str {
    match level {
        OrganizationKind::Unit => {
            "NOT EXISTS (SELECT 1 FROM organizations o JOIN users u ON u.organization_id = o.id \
             WHERE (o.id = candidates.unit_id \
               OR o.id = (SELECT own.parent_id FROM organizations own WHERE own.id = candidates.unit_id)) \
             AND o.active = TRUE AND u.role = 'unit_reviewer' AND u.active = TRUE \
             AND NOT EXISTS (SELECT 1 FROM nominations n WHERE n.candidate_id = candidates.id \
               AND (n.user_id = u.id OR n.phone_index = u.phone_index)) \
             AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.candidate_id = candidates.id \
               AND r.reviewer_id = u.id AND r.stage <> 'unit_verification'))"
        }
        OrganizationKind::District => {
            "NOT EXISTS (SELECT 1 FROM organizations o JOIN users u ON u.organization_id = o.id \
             WHERE o.id = candidates.district_id \
             AND o.active = TRUE AND u.role = 'district_reviewer' AND u.active = TRUE \
             AND NOT EXISTS (SELECT 1 FROM nominations n WHERE n.candidate_id = candidates.id \
               AND (n.user_id = u.id OR n.phone_index = u.phone_index)) \
             AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.candidate_id = candidates.id \
               AND r.reviewer_id = u.id AND r.stage <> 'district_endorsement'))"
        }
        OrganizationKind::City => "FALSE",
    }
}
