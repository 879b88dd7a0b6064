//! What a revoked honour brings with it: the pool of moral models, those who look after the honoree, and what subscribers are
//! told.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::{
    domain::{
        candidate::Candidate,
        honour::{Honoree, Standing},
        id::{CandidateId, UserId},
        notification::{Notification, NotificationKind},
        role::Role,
    },
    service::{Caller, Error, Service, notifications, pool},
    storage::{
        self, Connection,
        honours::{Entry, Which},
    },
};

fn honour_of(db: &mut Connection, candidate: CandidateId) -> Result<Option<Entry>, Error> {
    Ok(storage::honours::list(db, Which::Candidate(candidate))?.pop())
}

/// What explains the revocation of a candidate's honour to the public: as much as the list shows.
pub fn explained(db: &mut Connection, candidate: CandidateId) -> Result<Map<String, Value>, Error> {
    let mut details = Map::new();
    let Some(entry) = honour_of(db, candidate)? else { return Ok(details) };
    details.insert("certificate_number".to_owned(), json!(entry.honour.number.to_string()));
    match &entry.honour.standing {
        Standing::Revoked { reason, is_withheld, .. } => {
            details.insert("reason".to_owned(), json!(reason));
            if !is_withheld {
                details.insert("honoree_id".to_owned(), json!(entry.honour.honoree));
            }
        }
        Standing::Shown | Standing::Withheld => {}
    }
    Ok(details)
}

/// What follows from the revocation of a candidate, who is held: the honoree leaves the pool where too few honours stand, and
/// the reviewers of its unit and district are told.
pub fn follow(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (candidate, reason): (&Candidate, &str),
) -> Result<(), Error> {
    let Some(entry) = honour_of(db, candidate.id)? else { return Ok(()) };
    let held = storage::honorees::find_locked(db, entry.honour.honoree)?;
    let honoree = held.ok_or_else(|| Error::Internal("an honour without honoree".to_owned()))?;
    storage::honorees::touch_if(db, (honoree.id, honoree.version), service.clocks.campaign())?;
    let rule = pool::present_rule(db)?;
    pool::apply(service, db, caller, (honoree.id, rule, Some(reason)))?;
    tell(service, db, (&honoree, candidate), reason)
}

fn tell(
    service: &Service,
    db: &mut Connection,
    (honoree, candidate): (&Honoree, &Candidate),
    reason: &str,
) -> Result<(), Error> {
    for user in keepers(db, honoree)? {
        let told = Notification {
            candidate: Some(candidate.id),
            honoree: Some(honoree.id),
            cycle: Some(candidate.cycle),
            reason: Some(reason.to_owned()),
            ..notifications::blank(service, user, NotificationKind::HonourRevoked)?
        };
        storage::notifications::insert(db, &told)?;
    }
    Ok(())
}

/// The active reviewers of the unit and the district to which an honoree belongs.
fn keepers(db: &mut Connection, honoree: &Honoree) -> Result<BTreeSet<UserId>, Error> {
    let mut keepers = BTreeSet::new();
    for (role, place) in [(Role::UnitReviewer, honoree.unit), (Role::DistrictReviewer, honoree.district)] {
        let found = storage::reviewers::active_at(db, role, &place.into_iter().collect())?;
        keepers.extend(found.into_values().flatten().map(|reviewer| reviewer.id));
    }
    Ok(keepers)
}
