//! Comments and replies: written by whoever is signed in, looked at by moderators where they are doubtful, and read by all.

pub mod filters;
pub mod moderate;
pub mod read;
pub mod report;
pub mod write;

use serde_json::json;

use super::{
    Service,
    caller::{Account, Caller},
    error::Error,
    record::{self, Deed, Place},
};
use crate::{
    domain::{comment::Comment, role::Role},
    storage::{self, Connection},
};

/// Those who write comments and report them: everybody but the portal.
pub const WRITERS: &[Role] =
    &[Role::Citizen, Role::UnitReviewer, Role::DistrictReviewer, Role::CityReviewer, Role::Admin];
/// Those who moderate: the city, and the candidate's district.
pub const MODERATORS: &[Role] = &[Role::DistrictReviewer, Role::CityReviewer];

/// Whether an account moderates a comment.
fn moderates(account: &Account, comment: &Comment) -> bool {
    MODERATORS.contains(&account.role) && account.scope.covers(comment.district, comment.unit)
}

/// Writes the audit event of what was done to a comment.
fn audit(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (action, comment): (&str, &Comment),
) -> Result<(), Error> {
    record::audit(service, db, caller, &deed(action, comment))
}

/// Tells subscribers how a comment stands.
fn announce(service: &Service, db: &mut Connection, (action, comment): (&str, &Comment)) -> Result<(), Error> {
    let place = Place { cycle: Some(comment.cycle), district_id: Some(comment.district), unit_id: comment.unit };
    record::announce(service, db, &deed(action, comment), place)
}

fn deed<'a>(action: &'a str, comment: &Comment) -> Deed<'a> {
    let details = json!({
        "candidate_id": comment.candidate,
        "parent_id": comment.parent,
        "status": comment.status,
        "hold_reason": comment.hold.as_ref().map(|hold| hold.reason.as_str()),
    });
    Deed::new(action, "comment", comment.id).with(details)
}

/// Writes how a reply stands, and what that changes in the count of its thread. Both are held by the transaction.
fn save(db: &mut Connection, was_shown: bool, comment: &Comment, parent: Option<Comment>) -> Result<(), Error> {
    storage::comments::save(db, comment)?;
    let change = i32::from(comment.is_shown()) - i32::from(was_shown);
    if let Some(mut parent) = parent.filter(|_| change != 0) {
        parent.shown_replies += change;
        storage::comments::save(db, &parent)?;
    }
    Ok(())
}
