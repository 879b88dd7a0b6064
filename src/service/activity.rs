//! What units did in a cycle, for those above them and for themselves: in the order of district and name, never by numbers.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{Caller, Error, Service, cycles};
use crate::{
    domain::{
        activity::{ActivityKey, ActivityLine, Staffing, units_after, with_those_below},
        id::OrganizationId,
        local_day::day_of,
        month::Month,
        participation::{self, Node, Numbers},
        role::Role,
        scope::Scope,
    },
    storage::{self, Connection},
};

/// Units whose people are counted in one go.
const CHUNK: usize = 200;

/// Which units are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct ActivityRequest {
    /// Those that did something, or those that did nothing; all where nothing is said.
    pub active: Option<bool>,
    /// Those of this district alone.
    pub district: Option<OrganizationId>,
}

/// A page of what the units did in a cycle: to reviewers of their subtree, to administrators of the whole city. The number of
/// queries grows with the chunks that have to be looked through, not with the units.
pub async fn list_activity(
    service: &Service,
    caller: &Caller,
    (month, request): (Month, ActivityRequest),
    after: Option<ActivityKey>,
    limit: i64,
) -> Result<Vec<ActivityLine>, Error> {
    let account =
        caller.require(&[Role::UnitReviewer, Role::DistrictReviewer, Role::CityReviewer, Role::Admin])?.clone();
    let scope = if account.role == Role::Admin { Scope::City } else { account.scope };
    cycles::ensure_exist(service).await?;
    let today = day_of(service.clocks.campaign(), service.time_zone);
    let limit = usize::try_from(limit).unwrap_or(0);
    service.store.read(move |db| page(db, (&scope, today), (month, &request), after.as_ref(), limit)).await
}

/// The page, in a transaction of the caller's; `today` tells whose term is over.
pub fn page(
    db: &mut Connection,
    (scope, today): (&Scope, NaiveDate),
    (month, request): (Month, &ActivityRequest),
    after: Option<&ActivityKey>,
    limit: usize,
) -> Result<Vec<ActivityLine>, Error> {
    storage::cycles::find(db, month)?.ok_or_else(Error::not_found)?;
    let tree = storage::participation::nodes(db, scope, request.district)?;
    let mut lines = collect(db, (month, request), &tree, after, limit)?;
    complete(db, today, &tree, &mut lines)?;
    Ok(lines)
}

/// The lines that are wanted, with their numbers. Whose office did something is active whatever its people did, so that
/// where only the idle are wanted nobody counts the people of those.
fn collect(
    db: &mut Connection,
    (month, request): (Month, &ActivityRequest),
    tree: &[Node],
    after: Option<&ActivityKey>,
    limit: usize,
) -> Result<Vec<ActivityLine>, Error> {
    let all: BTreeSet<OrganizationId> = tree.iter().map(|node| node.id).collect();
    let acts = with_those_below(tree, &storage::activity::own_acts(db, month, &all)?);
    let of = |unit: &Node| acts.get(&unit.id).copied().unwrap_or_default();
    let mut units = units_after(tree, after);
    units.retain(|unit| request.active != Some(false) || of(unit).is_none());
    let mut lines = Vec::new();
    // Where nothing is filtered, no more is looked at than is shown.
    let chunk = if request.active.is_none() { limit.max(1) } else { CHUNK };
    for units in units.chunks(chunk) {
        let mut people = people_of(db, month, tree, units)?;
        let found = units.iter().map(|unit| ActivityLine {
            unit: unit.clone(),
            acts: of(unit),
            people: people.remove(&unit.id).unwrap_or_default(),
            staffing: Staffing::default(),
        });
        lines.extend(found.filter(|line| request.active.is_none_or(|active| active == line.is_active())));
        if lines.len() >= limit {
            break;
        }
    }
    lines.truncate(limit);
    Ok(lines)
}

/// What the people of some units did, those of the units under them included.
fn people_of(
    db: &mut Connection,
    month: Month,
    tree: &[Node],
    units: &[Node],
) -> Result<BTreeMap<OrganizationId, Numbers>, Error> {
    let needed = participation::needed(units, tree);
    let part: Vec<Node> = tree.iter().filter(|node| needed.contains(&node.id)).cloned().collect();
    let own = storage::participation::own_numbers(db, month, &needed)?;
    let lines = participation::lines(units.to_vec(), &part, &own);
    Ok(lines.into_iter().map(|line| (line.node.id, line.numbers)).collect())
}

/// Adds what else is known of the units of a page.
fn complete(db: &mut Connection, today: NaiveDate, tree: &[Node], lines: &mut [ActivityLine]) -> Result<(), Error> {
    let units: BTreeSet<OrganizationId> = lines.iter().map(|line| line.unit.id).collect();
    let above: BTreeSet<OrganizationId> = lines.iter().filter_map(|line| line.unit.parent).collect();
    let below: BTreeMap<OrganizationId, OrganizationId> =
        tree.iter().filter_map(|node| Some((node.id, node.parent.filter(|parent| units.contains(parent))?))).collect();
    let staffed = storage::reviewers::active_at(db, Role::UnitReviewer, &(&units | &above))?;
    let names = storage::activity::responsible_names(db, &units)?;
    let expired = storage::activity::with_expired_leadership(db, &units, today)?;
    let carriers: BTreeSet<OrganizationId> = units.iter().chain(below.keys()).copied().collect();
    let latest = storage::activity::last_acts(db, &carriers)?;
    for line in lines {
        let id = line.unit.id;
        let own_and_below = below.iter().filter(|(_, parent)| **parent == id).map(|(unit, _)| *unit).chain([id]);
        line.staffing = Staffing {
            responsible_name: names.get(&id).cloned(),
            has_reviewer: [Some(id), line.unit.parent].into_iter().flatten().any(|place| staffed.contains_key(&place)),
            leadership_expired: expired.contains(&id),
            last_act_at: own_and_below.filter_map(|unit| latest.get(&unit)).max().copied(),
        };
    }
    Ok(())
}
