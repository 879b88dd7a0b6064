//! Visits that are due, and honorees who are lost, by the organization in charge.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, QueryDsl, Queryable, RunQueryDsl, SelectableHelper,
    dsl::count_star,
};

use super::{
    Connection, StoreError,
    care::PlanRow,
    schema::{aftercare, honorees},
    sql_values::OnDay,
};
use crate::domain::{
    aftercare::contact::Loss,
    id::{HonoreeId, OrganizationId, UserId},
    scope::Scope,
};

/// A visit that is due, as listed.
#[derive(Clone, Debug, Queryable)]
pub struct DueRow {
    /// Who is to be visited.
    pub honoree: HonoreeId,
    /// The name.
    pub name: String,
    /// Whether the person had died, so that the family is visited.
    pub posthumous: bool,
    /// Which organization is in charge.
    pub charge: Option<OrganizationId>,
    /// The responsible account.
    pub responsible: Option<UserId>,
    /// The responsible person by name.
    pub responsible_name: Option<String>,
    /// What is due, and whether the honoree can be reached.
    pub plan: PlanRow,
}

/// Which of the due visits: all parts have to hold.
#[derive(Clone, Debug)]
pub struct DueFilter {
    /// Parts of the tree in which the organization in charge lies.
    pub within: Vec<Scope>,
    /// Due by this day.
    pub until: NaiveDate,
    /// Due after this day, if given.
    pub from: Option<NaiveDate>,
}

/// Keeps those of whom an organization of all the parts is in charge.
macro_rules! in_charge_within {
    ($query:expr, $scopes:expr) => {{
        let mut query = $query;
        for scope in $scopes {
            query = match scope {
                Scope::City => query,
                Scope::District(id) => query.filter(aftercare::charge_district_id.eq(Some(*id))),
                Scope::Units(ids) => {
                    let ids: Vec<Option<OrganizationId>> = ids.iter().copied().map(Some).collect();
                    query.filter(aftercare::charge_id.eq_any(ids))
                }
                Scope::Nowhere => query.filter(aftercare::charge_id.eq_any(Vec::<Option<OrganizationId>>::new())),
            };
        }
        query
    }};
}

/// One page of the visits that are due, the earliest first.
pub fn list_due(
    connection: &mut Connection,
    filter: &DueFilter,
    after: Option<(NaiveDate, HonoreeId)>,
    limit: i64,
) -> Result<Vec<DueRow>, StoreError> {
    let mut query = aftercare::table
        .inner_join(honorees::table.on(honorees::id.eq(aftercare::honoree_id)))
        .filter(aftercare::due_on.le(Some(OnDay(filter.until))))
        .select((
            aftercare::honoree_id,
            honorees::name,
            honorees::posthumous,
            aftercare::charge_id,
            aftercare::responsible_id,
            aftercare::responsible_name,
            PlanRow::as_select(),
        ))
        .into_boxed();
    query = in_charge_within!(query, &filter.within);
    if let Some(from) = filter.from {
        query = query.filter(aftercare::due_on.ge(Some(OnDay(from))));
    }
    if let Some((day, id)) = after {
        let day = Some(OnDay(day));
        query = query.filter(aftercare::due_on.gt(day).or(aftercare::due_on.eq(day).and(aftercare::honoree_id.gt(id))));
    }
    Ok(query.order((aftercare::due_on, aftercare::honoree_id)).limit(limit).load(connection)?)
}

/// How many visits each organization in charge has that are due by a day.
pub fn count_due(
    connection: &mut Connection,
    within: &[Scope],
    until: NaiveDate,
) -> Result<BTreeMap<OrganizationId, i64>, StoreError> {
    let query = aftercare::table
        .filter(aftercare::due_on.le(Some(OnDay(until))))
        .group_by(aftercare::charge_id)
        .select((aftercare::charge_id, count_star()))
        .into_boxed();
    Ok(counted(in_charge_within!(query, within).load(connection)?))
}

/// How many honorees of each organization in charge are lost.
pub fn count_lost(connection: &mut Connection, within: &[Scope]) -> Result<BTreeMap<OrganizationId, i64>, StoreError> {
    let query = aftercare::table
        .filter(aftercare::lost_on.is_not_null())
        .group_by(aftercare::charge_id)
        .select((aftercare::charge_id, count_star()))
        .into_boxed();
    Ok(counted(in_charge_within!(query, within).load(connection)?))
}

fn counted(rows: Vec<(Option<OrganizationId>, i64)>) -> BTreeMap<OrganizationId, i64> {
    rows.into_iter().filter_map(|(id, count)| Some((id?, count))).collect()
}

/// One page of the honorees who are lost, the longest first.
pub fn list_lost(
    connection: &mut Connection,
    within: &[Scope],
    after: Option<(NaiveDate, HonoreeId)>,
    limit: i64,
) -> Result<Vec<(HonoreeId, Loss)>, StoreError> {
    let query = aftercare::table
        .filter(aftercare::lost_on.is_not_null())
        .select((aftercare::honoree_id, PlanRow::as_select()))
        .into_boxed();
    let mut query = in_charge_within!(query, within);
    if let Some((day, id)) = after {
        let day = Some(OnDay(day));
        query =
            query.filter(aftercare::lost_on.gt(day).or(aftercare::lost_on.eq(day).and(aftercare::honoree_id.gt(id))));
    }
    let rows: Vec<(HonoreeId, PlanRow)> =
        query.order((aftercare::lost_on, aftercare::honoree_id)).limit(limit).load(connection)?;
    Ok(rows.into_iter().filter_map(|(id, plan)| Some((id, plan.loss()?))).collect())
}
