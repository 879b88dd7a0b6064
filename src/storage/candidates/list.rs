//! Pages of candidates in the order in which they were recommended.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, RunQueryDsl,
    SelectableHelper,
};

use super::row::CandidateRow;
use crate::{
    domain::{
        candidate::{Candidate, Channel, Status, Visibility},
        category::CategoryCode,
        id::{CandidateId, OrganizationId},
        month::Month,
        scope::Scope,
    },
    storage::{
        Connection, StoreError, candidate_grams,
        schema::{candidate_grams as grams, candidate_materials, candidates, cycles, reviews, transitions},
        sql_values::At,
    },
};

/// Whose candidates are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Those of everybody's view: forwarded and listed ones, and those not listed in the cycles given.
    Public {
        /// Cycles published so recently that those not listed are still shown.
        recent: Vec<Month>,
    },
    /// Those of a subtree.
    Within(Scope),
    /// All.
    All,
}

/// What is asked for. An empty list asks for everything.
#[derive(Clone, Debug)]
pub struct CandidateFilter {
    /// Whose view.
    pub shown: Shown,
    /// Of these cycles.
    pub cycles: Vec<Month>,
    /// Of these categories.
    pub categories: Vec<CategoryCode>,
    /// In these states.
    pub statuses: Vec<Status>,
    /// Of these districts.
    pub districts: Vec<OrganizationId>,
    /// Carried by these units; the caller has added the units under them.
    pub units: Vec<OrganizationId>,
    /// Recommended through these channels.
    pub channels: Vec<Channel>,
    /// A text that name or summary contains, folded.
    pub q: Option<String>,
    /// The latest first.
    pub descending: bool,
}

/// Narrows a boxed query of candidates down to those of a filter.
macro_rules! narrow {
    ($query:ident, $filter:ident) => {
        // One value is asked for by `=`, so that PostgreSQL can walk the index in the order of the page.
        macro_rules! among {
            ($column:expr, $values:expr) => {
                match $values.as_slice() {
                    [] => {}
                    [one] => $query = $query.filter($column.eq(one.clone())),
                    several => $query = $query.filter($column.eq_any(several.to_vec())),
                }
            };
        }
        match &$filter.shown {
            Shown::All | Shown::Within(Scope::City) => {}
            Shown::Within(Scope::District(district)) => $query = $query.filter(candidates::district_id.eq(*district)),
            Shown::Within(Scope::Units(units)) => $query = $query.filter(candidates::unit_id.eq_any(some(units))),
            Shown::Within(Scope::Nowhere) => $query = $query.filter(candidates::unit_id.eq_any(some(&[]))),
            Shown::Public { recent } => {
                let still = candidates::status.eq(Status::NotListed).and(candidates::cycle.eq_any(recent.clone()));
                $query = $query
                    .filter(candidates::visibility.eq(Visibility::Shown))
                    .filter(candidates::status.eq_any(vec![Status::Forwarded, Status::Listed]).or(still));
            }
        }
        among!(candidates::cycle, $filter.cycles);
        among!(candidates::category, $filter.categories);
        among!(candidates::status, $filter.statuses);
        among!(candidates::district_id, $filter.districts);
        among!(candidates::unit_id, some(&$filter.units));
        among!(candidates::channel, $filter.channels);
        for gram in $filter.q.as_deref().map(candidate_grams::of_query).unwrap_or_default() {
            let found = grams::table.filter(grams::gram.eq(gram)).select(grams::candidate);
            $query = $query.filter(candidates::number.eq_any(found));
        }
    };
}

/// How many there are.
pub fn count(connection: &mut Connection, filter: &CandidateFilter) -> Result<i64, StoreError> {
    let mut query = candidates::table.into_boxed();
    narrow!(query, filter);
    Ok(query.count().get_result(connection)?)
}

/// One page after the key of the last row seen. One row more than a page tells of another one.
pub fn list(
    connection: &mut Connection,
    filter: &CandidateFilter,
    after: Option<(DateTime<Utc>, CandidateId)>,
    limit: i64,
) -> Result<Vec<Candidate>, StoreError> {
    let mut query = candidates::table
        .left_join(candidate_materials::table.on(candidate_materials::candidate_id.eq(candidates::id)))
        .select((CandidateRow::as_select(), candidate_materials::deed.nullable()))
        .into_boxed();
    narrow!(query, filter);
    query = match (after, filter.descending) {
        (None, _) => query,
        (Some((at, id)), false) => query
            .filter(candidates::created_at.gt(At(at)).or(candidates::created_at.eq(At(at)).and(candidates::id.gt(id)))),
        (Some((at, id)), true) => query
            .filter(candidates::created_at.lt(At(at)).or(candidates::created_at.eq(At(at)).and(candidates::id.lt(id)))),
    };
    query = if filter.descending {
        query.order((candidates::created_at.desc(), candidates::id.desc()))
    } else {
        query.order((candidates::created_at.asc(), candidates::id.asc()))
    };
    let rows: Vec<(CandidateRow, Option<String>)> = query.limit(limit).load(connection)?;
    Ok(rows.into_iter().map(|(row, deed)| row.into_domain(deed)).collect())
}

fn some(ids: &[OrganizationId]) -> Vec<Option<OrganizationId>> {
    ids.iter().copied().map(Some).collect()
}

/// The cycles that were published after a moment.
pub fn published_since(connection: &mut Connection, since: DateTime<Utc>) -> Result<Vec<Month>, StoreError> {
    Ok(cycles::table.filter(cycles::published_at.gt(At(since))).select(cycles::month).load(connection)?)
}

/// Why candidates were last returned: the reason of the step, or the opinion of the review that it was.
pub fn last_return_reasons(
    connection: &mut Connection,
    ids: &[CandidateId],
) -> Result<BTreeMap<CandidateId, String>, StoreError> {
    let rows: Vec<(CandidateId, Option<String>, Option<String>)> = transitions::table
        .left_join(reviews::table.on(transitions::review_id.eq(reviews::id.nullable())))
        .filter(transitions::candidate_id.eq_any(ids.to_vec()))
        .filter(transitions::to_status.eq(Status::Returned))
        .order((transitions::at, transitions::id))
        .select((transitions::candidate_id, transitions::reason, reviews::opinion.nullable()))
        .load(connection)?;
    // Later ones take the place of earlier ones.
    Ok(rows.into_iter().filter_map(|(id, reason, opinion)| Some((id, reason.or(opinion)?))).collect())
}
