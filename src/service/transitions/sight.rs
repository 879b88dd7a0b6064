//! Whether a candidate is the caller's to act on or to read: the checks that come before replay, precondition and body.

use super::standing::{Relation, relations};
use crate::{
    domain::{authority::may_ever, candidate::Candidate, fault::Code, id::CandidateId, role::Role, transition::Action},
    service::{Service, caller::Caller, error::Error},
    storage::{self, Connection},
};

/// A candidate that a caller may know of, and where the caller stands to it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The candidate, as it was then.
    pub candidate: Candidate,
    /// Where the caller stands.
    pub relation: Relation,
}

/// 401 or 403 by role alone: whether the caller ever does one of the actions. A tracking code is a credential of its own.
pub fn require_part(caller: &Caller, actions: &[Action]) -> Result<(), Error> {
    let role = caller.role();
    if role.is_none() && (caller.tracking_code.is_none() || !actions.iter().any(|action| may_ever(None, *action))) {
        return Err(caller.lacks_account());
    }
    if actions.iter().any(|action| may_ever(role, *action)) { Ok(()) } else { Err(Error::of(Code::Forbidden)) }
}

/// A candidate to act on. What lies outside the caller's subtree and was not recommended by the caller is 404, be it
/// public or not.
pub async fn to_act_on(service: &Service, caller: &Caller, id: CandidateId, actions: &[Action]) -> Result<Seen, Error> {
    require_part(caller, actions)?;
    let caller = caller.clone();
    service.store.read(move |db| seen(db, &caller, id)).await
}

/// The same within a transaction.
pub fn seen(db: &mut Connection, caller: &Caller, id: CandidateId) -> Result<Seen, Error> {
    let candidate = storage::candidates::find(db, id)?.ok_or_else(Error::not_found)?;
    let relation = relations(db, caller, std::slice::from_ref(&candidate))?.pop().ok_or_else(Error::not_found)?;
    if relation.standing.is_inside || relation.standing.part.is_proven() {
        Ok(Seen { candidate, relation })
    } else {
        Err(Error::not_found())
    }
}

/// A candidate whose inner records the caller reads: reviewers of the subtree, and administrators.
pub fn to_read_within(db: &mut Connection, caller: &Caller, id: CandidateId) -> Result<Candidate, Error> {
    let account = caller.require(&[Role::UnitReviewer, Role::DistrictReviewer, Role::CityReviewer, Role::Admin])?;
    let candidate = storage::candidates::find(db, id)?.ok_or_else(Error::not_found)?;
    if account.role == Role::Admin || account.scope.covers(candidate.district_id, candidate.unit_id) {
        Ok(candidate)
    } else {
        Err(Error::not_found())
    }
}
