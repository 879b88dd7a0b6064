//! Who is told of somebody: the reviewers of a level, or those above where there is nobody.

use std::collections::{BTreeMap, BTreeSet};

use super::access::Cared;
use crate::{
    domain::{
        actor::Actor,
        aftercare::{charge::district_of, contact::Level},
        id::{OrganizationId, UserId},
        notification::{Notification, NotificationKind},
        role::Role,
    },
    service::{Service, error::Error, notifications},
    storage::{self, Connection, reviewers::Reviewer},
};

/// The active reviewers of a level around an honoree, without who acts or is stood in for; of the next level up where there
/// is nobody.
pub fn at_level(db: &mut Connection, cared: &Cared, level: Level, except: Option<Actor>) -> Result<Vec<UserId>, Error> {
    let mut level = Some(level);
    let is_meant = |id: &UserId| !except.is_some_and(|actor| actor.persons().any(|person| person == *id));
    while let Some(here) = level {
        let (role, place) = place_of(db, cared, here)?;
        let found = match place {
            Some(place) => storage::reviewers::active_at(db, role, &BTreeSet::from([place]))?,
            None => BTreeMap::new(),
        };
        let ids: Vec<UserId> = found.into_values().flatten().map(|one| one.id).filter(is_meant).collect();
        if !ids.is_empty() {
            return Ok(ids);
        }
        level = here.above();
    }
    Ok(Vec::new())
}

/// Tells those at the level of whoever is in charge that a proposal waits for another person's approval.
pub fn tell_waiting(service: &Service, db: &mut Connection, cared: &Cared, proposer: Actor) -> Result<(), Error> {
    let level = Level::of(cared.charge().map(|charge| charge.kind));
    for user in at_level(db, cared, level, Some(proposer))? {
        let told = Notification {
            honoree: Some(cared.honoree.id),
            ..notifications::blank(service, user, NotificationKind::AssistanceWaiting)?
        };
        storage::notifications::insert(db, &told)?;
    }
    Ok(())
}

fn place_of(db: &mut Connection, cared: &Cared, level: Level) -> Result<(Role, Option<OrganizationId>), Error> {
    Ok(match level {
        Level::Unit => (Role::UnitReviewer, cared.charge().map(|charge| charge.id)),
        Level::District => {
            let district = cared.charge().and_then(district_of).or(cared.honoree.district);
            (Role::DistrictReviewer, district)
        }
        Level::City => (Role::CityReviewer, storage::organizations::find_root(db)?.map(|city| city.id)),
    })
}

/// Who is told of the number of things that wait for each organization: its active reviewers, or the nearest ones above it,
/// with the sum of what falls to them. What waits where there is nobody up to the city is told to nobody.
pub fn of_charges(
    db: &mut Connection,
    waiting: &BTreeMap<OrganizationId, i64>,
) -> Result<Vec<(Vec<UserId>, i64)>, Error> {
    let above = ancestors(db, waiting.keys().copied().collect())?;
    let places = waiting.keys().chain(above.values()).copied().collect();
    let mut reviewers = BTreeMap::new();
    for role in [Role::UnitReviewer, Role::DistrictReviewer, Role::CityReviewer] {
        reviewers.extend(storage::reviewers::active_at(db, role, &places)?);
    }
    let mut sums: BTreeMap<OrganizationId, i64> = BTreeMap::new();
    for (place, count) in waiting {
        let mut climbed = std::iter::successors(Some(place), |place| above.get(place));
        if let Some(nearest) = climbed.find(|place| reviewers.contains_key(place)) {
            *sums.entry(*nearest).or_default() += count;
        }
    }
    let told = |(place, found): (OrganizationId, Vec<Reviewer>)| {
        let ids = found.into_iter().map(|reviewer| reviewer.id).collect();
        sums.get(&place).map(|sum| (ids, *sum))
    };
    Ok(reviewers.into_iter().filter_map(told).collect())
}

/// The organization above each of some, and above those.
fn ancestors(
    db: &mut Connection,
    mut places: BTreeSet<OrganizationId>,
) -> Result<BTreeMap<OrganizationId, OrganizationId>, Error> {
    let mut above = BTreeMap::new();
    while !places.is_empty() {
        let parents = storage::organizations::parents(db, &places)?;
        places = parents.values().filter(|parent| !above.contains_key(*parent)).copied().collect();
        above.extend(parents);
    }
    Ok(above)
}
