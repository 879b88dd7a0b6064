//! What units did as offices, counted for many of them at once: one query for each kind of act, however many units.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    ExpressionMethods, JoinOnDsl, QueryDsl, RunQueryDsl,
    dsl::{count_star, max},
};

use super::{
    Connection, StoreError,
    schema::{candidates, leadership_groups, leads, nominations, organizations, reviews},
    sql_values::OnDay,
};
use crate::domain::{activity::Acts, id::OrganizationId, lead::LeadStatus, month::Month, stage::StageCode};

type Count = (Option<OrganizationId>, i64);
type Latest = (Option<OrganizationId>, Option<DateTime<Utc>>);

/// The acts of units in a cycle, each unit's own; one that did nothing is left out.
pub fn own_acts(
    connection: &mut Connection,
    cycle: Month,
    units: &BTreeSet<OrganizationId>,
) -> Result<BTreeMap<OrganizationId, Acts>, StoreError> {
    let all: Vec<Option<OrganizationId>> = units.iter().copied().map(Some).collect();
    let recommended: Vec<Count> = candidates::table
        .inner_join(nominations::table.on(nominations::candidate_id.eq(candidates::id)))
        .filter(candidates::cycle.eq(cycle))
        .filter(candidates::unit_id.eq_any(all.clone()))
        .group_by(candidates::unit_id)
        .select((candidates::unit_id, count_star()))
        .load(connection)?;
    let verified: Vec<Count> = reviews::table
        .filter(reviews::organization_id.eq_any(all.clone()))
        .filter(reviews::cycle.eq(cycle))
        .filter(reviews::stage.eq(StageCode::UnitVerification))
        .group_by(reviews::organization_id)
        .select((reviews::organization_id, count_star()))
        .load(connection)?;
    let handled: Vec<Count> = leads::table
        .filter(leads::organization_id.eq_any(all))
        .filter(leads::cycle.eq(cycle))
        .filter(leads::status.ne(LeadStatus::Received))
        .group_by(leads::organization_id)
        .select((leads::organization_id, count_star()))
        .load(connection)?;
    let mut acts: BTreeMap<OrganizationId, Acts> = BTreeMap::new();
    for (unit, count) in counted(recommended) {
        acts.entry(unit).or_default().nominations = count;
    }
    for (unit, count) in counted(verified) {
        acts.entry(unit).or_default().verifications = count;
    }
    for (unit, count) in counted(handled) {
        acts.entry(unit).or_default().leads = count;
    }
    Ok(acts)
}

fn counted(rows: Vec<Count>) -> impl Iterator<Item = (OrganizationId, u32)> {
    rows.into_iter().filter_map(|(unit, count)| Some((unit?, u32::try_from(count).unwrap_or(u32::MAX))))
}

/// When each of some units last was recommended somebody to, decided or dealt with a lead; one that never did is left out.
pub fn last_acts(
    connection: &mut Connection,
    units: &BTreeSet<OrganizationId>,
) -> Result<BTreeMap<OrganizationId, DateTime<Utc>>, StoreError> {
    let all: Vec<Option<OrganizationId>> = units.iter().copied().map(Some).collect();
    let recommended: Vec<Latest> = candidates::table
        .filter(candidates::unit_id.eq_any(all.clone()))
        .group_by(candidates::unit_id)
        .select((candidates::unit_id, max(candidates::created_at)))
        .load(connection)?;
    let decided: Vec<Latest> = reviews::table
        .filter(reviews::organization_id.eq_any(all.clone()))
        .group_by(reviews::organization_id)
        .select((reviews::organization_id, max(reviews::created_at)))
        .load(connection)?;
    let handled: Vec<Latest> = leads::table
        .filter(leads::organization_id.eq_any(all))
        .group_by(leads::organization_id)
        .select((leads::organization_id, max(leads::decided_at)))
        .load(connection)?;
    let mut latest: BTreeMap<OrganizationId, DateTime<Utc>> = BTreeMap::new();
    for (unit, at) in [recommended, decided, handled].into_iter().flatten() {
        if let (Some(unit), Some(at)) = (unit, at) {
            latest.entry(unit).and_modify(|known| *known = (*known).max(at)).or_insert(at);
        }
    }
    Ok(latest)
}

/// The responsible persons of some organizations.
pub fn responsible_names(
    connection: &mut Connection,
    ids: &BTreeSet<OrganizationId>,
) -> Result<BTreeMap<OrganizationId, String>, StoreError> {
    let rows: Vec<(OrganizationId, Option<String>)> = organizations::table
        .filter(organizations::id.eq_any(ids.clone()))
        .select((organizations::id, organizations::responsible_name))
        .load(connection)?;
    Ok(rows.into_iter().filter_map(|(id, name)| Some((id, name?))).collect())
}

/// Which of some organizations have a leadership group whose term was over before a day.
pub fn with_expired_leadership(
    connection: &mut Connection,
    ids: &BTreeSet<OrganizationId>,
    day: NaiveDate,
) -> Result<BTreeSet<OrganizationId>, StoreError> {
    let rows: Vec<OrganizationId> = leadership_groups::table
        .filter(leadership_groups::organization_id.eq_any(ids.clone()))
        .filter(leadership_groups::term_to.lt(Some(OnDay(day))))
        .select(leadership_groups::organization_id)
        .load(connection)?;
    Ok(rows.into_iter().collect())
}
