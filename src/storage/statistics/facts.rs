//! From what is counted: the candidates of a place with their steps and nominations, and the leads that lie there.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, Queryable, RunQueryDsl,
    dsl::count_star,
};

use crate::{
    domain::{
        candidate::{Channel, Status},
        category::CategoryCode,
        history::NOMINATE,
        id::{CandidateId, OrganizationId},
        lead::LeadStatus,
        month::Month,
        organization::OrganizationKind,
        statistics::{Move, Place},
    },
    storage::{
        Connection, StoreError,
        schema::{candidates, leads, nominations, organizations, transitions},
    },
};

/// A unit, an inbox or the city, in a row of cycles: none before the first is looked at.
#[derive(Clone, Debug)]
pub struct Site {
    /// The district; nil for the city.
    pub district: OrganizationId,
    /// The unit; the district for its inbox; nil for the city.
    pub unit: OrganizationId,
    /// The cycles that are counted.
    pub cycles: BTreeSet<Month>,
}

impl Site {
    fn is_inbox(&self) -> bool {
        self.unit == self.district
    }

    fn first(&self) -> Option<Month> {
        self.cycles.first().copied()
    }
}

/// Keeps of a query that knows `candidates` those of a site. A candidate may have fallen back to a month that was extended:
/// what matters is the latest in which it ever ran, so that none that ran in the first one or later is left out.
macro_rules! at_site {
    ($query:expr, $site:expr, $first:expr) => {{
        let query = $query
            .filter(candidates::district_id.eq($site.district))
            .filter(candidates::latest_cycle.ge($first))
            .into_boxed();
        if $site.is_inbox() {
            query.filter(candidates::unit_id.is_null())
        } else {
            query.filter(candidates::unit_id.eq($site.unit))
        }
    }};
}

/// A candidate, as far as it is counted.
#[derive(Clone, Debug, Queryable)]
pub struct CandidateFacts {
    /// Its id.
    pub id: CandidateId,
    /// The cycle in which it runs now.
    pub cycle: Month,
    /// Its category.
    pub category: CategoryCode,
    /// By what way its first recommendation came.
    pub channel: Channel,
    /// Where it stands.
    pub status: Status,
}

/// The candidates of a site that run in its first cycle or a later one, or did so once.
pub fn candidates_at(connection: &mut Connection, site: &Site) -> Result<Vec<CandidateFacts>, StoreError> {
    let Some(first) = site.first() else { return Ok(Vec::new()) };
    let columns = (candidates::id, candidates::cycle, candidates::category, candidates::channel, candidates::status);
    Ok(at_site!(candidates::table, site, first).select(columns).load(connection)?)
}

/// Their steps, each candidate's in the order in which they happened.
pub fn moves_at(connection: &mut Connection, site: &Site) -> Result<BTreeMap<CandidateId, Vec<Move>>, StoreError> {
    type Row = (CandidateId, Month, String, Option<Status>, Status, DateTime<Utc>);
    let Some(first) = site.first() else { return Ok(BTreeMap::new()) };
    let joined = transitions::table.inner_join(candidates::table.on(candidates::id.eq(transitions::candidate_id)));
    let rows: Vec<Row> = at_site!(joined, site, first)
        .order((transitions::candidate_id, transitions::candidate_version, transitions::id))
        .select((
            transitions::candidate_id,
            transitions::cycle,
            transitions::action,
            transitions::from_status,
            transitions::to_status,
            transitions::at,
        ))
        .load(connection)?;
    let mut moves: BTreeMap<CandidateId, Vec<Move>> = BTreeMap::new();
    for (id, cycle, action, from, to, at) in rows {
        let action = match action.as_str() {
            NOMINATE => None,
            action => Some(action.parse().map_err(|_| StoreError::Schema(format!("{action} is no transition")))?),
        };
        moves.entry(id).or_default().push(Move { at, cycle, action, from, to });
    }
    Ok(moves)
}

/// A nomination, as far as it is counted.
#[derive(Clone, Debug, Queryable)]
pub struct NominationFacts {
    /// The cycle in which the candidate runs now.
    pub cycle: Month,
    /// The candidate's category.
    pub category: CategoryCode,
    /// By what way the candidate's first one came.
    pub first_channel: Channel,
    /// By what way this one came.
    pub channel: Channel,
}

/// The nominations of these candidates that stand.
pub fn nominations_at(connection: &mut Connection, site: &Site) -> Result<Vec<NominationFacts>, StoreError> {
    let Some(first) = site.first() else { return Ok(Vec::new()) };
    let joined = nominations::table
        .inner_join(candidates::table.on(candidates::id.eq(nominations::candidate_id)))
        .filter(nominations::withdrawn_at.is_null());
    let columns = (candidates::cycle, candidates::category, candidates::channel, nominations::channel);
    Ok(at_site!(joined, site, first).select(columns).load(connection)?)
}

/// Leads of one cycle and way.
#[derive(Clone, Debug, Queryable)]
pub struct LeadFacts {
    /// The cycle in which they came in.
    pub cycle: Month,
    /// By what way.
    pub channel: Channel,
    /// What became of them.
    pub status: LeadStatus,
    /// How many there are.
    pub count: i64,
}

/// The leads of the site's cycles that lie there. Those of a unit that was moved lie in its new district.
pub fn leads_at(connection: &mut Connection, site: &Site) -> Result<Vec<LeadFacts>, StoreError> {
    let joined = leads::table
        .left_join(organizations::table.on(leads::organization_id.eq(organizations::id.nullable())))
        .filter(leads::cycle.eq_any(site.cycles.clone()))
        .group_by((leads::cycle, leads::channel, leads::status))
        .select((leads::cycle, leads::channel, leads::status, count_star()));
    Ok(if site.district == Place::NOWHERE {
        let at_city = organizations::kind.nullable().eq(OrganizationKind::City).assume_not_null();
        joined.filter(leads::organization_id.is_null().or(at_city)).load(connection)?
    } else if site.is_inbox() {
        joined.filter(leads::organization_id.eq(site.district)).load(connection)?
    } else {
        joined
            .filter(leads::organization_id.eq(site.unit))
            .filter(organizations::district_id.nullable().eq(site.district))
            .load(connection)?
    })
}
