//! Who is told of somebody: the reviewers of a level, or those above where there is nobody.

use std::collections::BTreeSet;

use super::access::Cared;
use crate::{
    domain::{
        actor::Actor,
        aftercare::{charge::district_of, contact::Level},
        id::{OrganizationId, UserId},
        role::Role,
    },
    service::error::Error,
    storage::{self, Connection},
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
            None => std::collections::BTreeMap::new(),
        };
        let ids: Vec<UserId> = found.into_values().flatten().map(|one| one.id).filter(is_meant).collect();
        if !ids.is_empty() {
            return Ok(ids);
        }
        level = here.above();
    }
    Ok(Vec::new())
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
