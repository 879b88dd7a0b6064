//! Candidates that wait for somebody's decision, in the order of their cycles.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl, SelectableHelper,
    dsl::{not, sql},
    sql_types::Bool,
};

use super::row::CandidateRow;
use crate::{
    domain::{
        candidate::{Candidate, Status},
        id::{CandidateId, OrganizationId},
        inbox::Seat,
        month::Month,
        organization::OrganizationKind,
        scope::Scope,
        window::WindowKind,
    },
    storage::{Connection, StoreError, schema::candidates, sql_values::At},
};

/// The place of a candidate in that order: cycle, place of the window that closes over it in the month, when it was
/// recommended, and its id.
pub type WaitingKey = (Month, usize, DateTime<Utc>, CandidateId);

/// The place of a window in the month. A later one never closes before an earlier one.
#[must_use]
pub fn place(window: WindowKind) -> usize {
    WindowKind::ALL.iter().position(|kind| *kind == window).unwrap_or_default()
}

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
    let by_city = || candidates::returned_from.eq_any(vec![Some(Status::Endorsed), Some(Status::Screened)]);
    match seat.returned_by_city {
        Some(true) => query = query.filter(by_city()),
        Some(false) => query = query.filter(candidates::returned_from.is_null().or(not(by_city()))),
        None => {}
    }
    for level in seat.in_place_of {
        query = query.filter(sql::<Bool>(lacks_deciders(*level)));
    }
    if let Some((month, window, at, id)) = after {
        let later = candidates::created_at.gt(At(at)).or(candidates::created_at.eq(At(at)).and(candidates::id.gt(id)));
        query = match place(seat.window).cmp(&window) {
            Ordering::Less => query.filter(candidates::cycle.gt(month)),
            Ordering::Equal => query
                .filter(candidates::cycle.ge(month))
                .filter(candidates::cycle.gt(month).or(candidates::cycle.eq(month).and(later))),
            Ordering::Greater => query.filter(candidates::cycle.ge(month)),
        };
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
