//! Pages of leads.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl, RunQueryDsl, SelectableHelper,
};

use super::row::LeadRow;
use crate::{
    domain::{
        candidate::Channel,
        id::{CandidateId, ChannelId, LeadId, OrganizationId},
        lead::{Lead, LeadStatus},
        scope::Scope,
    },
    storage::{
        Connection, StoreError,
        schema::{leads, organizations},
        sql_values::At,
    },
};

/// Filters of the list of leads. An empty list asks for everything.
#[derive(Clone, Debug)]
pub struct LeadFilter {
    /// Of this part of the tree; those of nobody belong to the city.
    pub scope: Scope,
    /// In these states.
    pub statuses: Vec<LeadStatus>,
    /// Come by these ways.
    pub channels: Vec<Channel>,
    /// Come through this channel in use.
    pub channel_id: Option<ChannelId>,
    /// Given to one of these organizations.
    pub organizations: Vec<OrganizationId>,
    /// Of which this candidate came.
    pub candidate: Option<CandidateId>,
    /// Given to nobody yet, or to somebody.
    pub assigned: Option<bool>,
}

/// One page in the order of arrival, after the key of the last row seen.
pub fn list(
    connection: &mut Connection,
    filter: &LeadFilter,
    after: Option<(DateTime<Utc>, LeadId)>,
    limit: i64,
) -> Result<Vec<Lead>, StoreError> {
    let some = |ids: &[OrganizationId]| ids.iter().copied().map(Some).collect::<Vec<_>>();
    let mut query = leads::table.select(LeadRow::as_select()).into_boxed();
    match &filter.scope {
        Scope::City => {}
        Scope::District(own) => {
            let within = organizations::table
                .filter(organizations::id.eq(*own).or(organizations::district_id.eq(*own)))
                .select(organizations::id.nullable());
            query = query.filter(leads::organization_id.eq_any(within));
        }
        Scope::Units(own) => query = query.filter(leads::organization_id.eq_any(some(own))),
        Scope::Nowhere => return Ok(Vec::new()),
    }
    match filter.statuses.as_slice() {
        [] => {}
        // One value is asked for by `=`, so that PostgreSQL can walk the index in the order of the page.
        [one] => query = query.filter(leads::status.eq(*one)),
        several => query = query.filter(leads::status.eq_any(several.to_vec())),
    }
    if !filter.channels.is_empty() {
        query = query.filter(leads::channel.eq_any(filter.channels.clone()));
    }
    if let Some(channel) = filter.channel_id {
        query = query.filter(leads::channel_id.eq(channel));
    }
    if !filter.organizations.is_empty() {
        query = query.filter(leads::organization_id.eq_any(some(&filter.organizations)));
    }
    if let Some(candidate) = filter.candidate {
        query = query.filter(leads::candidate_id.eq(candidate));
    }
    match filter.assigned {
        Some(true) => query = query.filter(leads::organization_id.is_not_null()),
        Some(false) => query = query.filter(leads::organization_id.is_null()),
        None => {}
    }
    if let Some((at, id)) = after {
        let same_moment = leads::created_at.eq(At(at)).and(leads::id.gt(id));
        query = query.filter(leads::created_at.gt(At(at)).or(same_moment));
    }
    let rows: Vec<LeadRow> = query.order((leads::created_at, leads::id)).limit(limit).load(connection)?;
    Ok(rows.into_iter().map(Lead::from).collect())
}
