//! Who sees and who edits a candidate's file.

use chrono::{DateTime, Duration, Utc};

use crate::{
    domain::{
        authority::{Permission, Refusal, keeping, keeps_as_unit},
        candidate::{Candidate, Status, Visibility},
        fault::Code,
        id::CandidateId,
        month::Month,
        role::Role,
        tracking_code::TrackingCode,
    },
    service::{
        caller::Caller,
        error::Error,
        transitions::{Relation, relations},
    },
    storage::{self, Connection, contenders::Contender, nominations::NominationRow},
};

/// For so long after publication the public still reads those who are not on the list.
const NOT_LISTED_SHOWN: Duration = Duration::days(30);

/// With whose eyes a candidate is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Everybody's.
    Public,
    /// The holder's of the first nomination's tracking code: no contacts.
    Code,
    /// The nominator's to whom the file belongs, by account.
    Nominator,
    /// A reviewer's in the subtree.
    Inside,
    /// The administrator's: everything, and nothing to decide.
    Admin,
}

impl Sight {
    /// Whether the full view is shown.
    #[must_use]
    pub fn is_full(self) -> bool {
        self != Self::Public
    }
}

/// The cycles whose not listed candidates the public still reads.
pub fn recently_published(db: &mut Connection, now: DateTime<Utc>) -> Result<Vec<Month>, Error> {
    Ok(storage::candidates::published_since(db, now - NOT_LISTED_SHOWN)?)
}

/// Whether everybody may read the candidate.
#[must_use]
pub fn is_public(candidate: &Candidate, recent: &[Month]) -> bool {
    is_shown((candidate.status, candidate.visibility), candidate.cycle, recent)
}

/// The same for what is known of a candidate where the rest of it is not read.
#[must_use]
pub fn is_shown((status, visibility): (Status, Visibility), cycle: Month, recent: &[Month]) -> bool {
    visibility == Visibility::Shown && status.is_public() && (status != Status::NotListed || recent.contains(&cycle))
}

/// A candidate that everybody may read now; else 404.
pub fn published(db: &mut Connection, id: CandidateId, now: DateTime<Utc>) -> Result<Contender, Error> {
    let recent = recently_published(db, now)?;
    storage::contenders::find(db, id)?
        .filter(|found| is_shown((found.status, found.visibility), found.cycle, &recent))
        .ok_or_else(Error::not_found)
}

/// How the caller sees a candidate; `None` when it is none of the caller's business.
pub fn sight(
    db: &mut Connection,
    caller: &Caller,
    candidate: &Candidate,
    now: DateTime<Utc>,
) -> Result<Option<Sight>, Error> {
    if let Some(account) = &caller.account {
        if account.role == Role::Admin {
            return Ok(Some(Sight::Admin));
        }
        if account.scope.covers(candidate.district_id, candidate.unit_id) {
            return Ok(Some(Sight::Inside));
        }
    }
    // The file belongs to the first nomination; a later nominator follows the status alone.
    if let Some(own) = own_nomination(db, caller, candidate.id)?.filter(|own| own.is_first) {
        return Ok(Some(own_sight(&own)));
    }
    let recent = recently_published(db, now)?;
    Ok(is_public(candidate, &recent).then_some(Sight::Public))
}

/// The candidate as far as the caller may know of it, or 404.
pub fn find_seen(
    db: &mut Connection,
    caller: &Caller,
    id: CandidateId,
    now: DateTime<Utc>,
) -> Result<(Candidate, Sight), Error> {
    let candidate = storage::candidates::find(db, id)?.ok_or_else(Error::not_found)?;
    let sight = sight(db, caller, &candidate, now)?.ok_or_else(Error::not_found)?;
    Ok((candidate, sight))
}

/// The caller's own nomination of a candidate that stands, by account or tracking code. A telephone number proves nothing
/// here: anybody can write one into an account.
pub fn own_nomination(
    db: &mut Connection,
    caller: &Caller,
    candidate: CandidateId,
) -> Result<Option<NominationRow>, Error> {
    if let Some(id) = caller.own_id() {
        let nominations = storage::nominations::list_of(db, candidate)?;
        let own = nominations.into_iter().find(|nomination| nomination.user_id == Some(id) && nomination.stands());
        if own.is_some() {
            return Ok(own);
        }
    }
    let coded = find_coded(db, caller.tracking_code.as_deref())?;
    Ok(coded.filter(|nomination| nomination.candidate_id == candidate && nomination.stands()))
}

/// The nomination of a tracking code as a person types it.
pub fn find_coded(db: &mut Connection, code: Option<&str>) -> Result<Option<NominationRow>, Error> {
    let Some(code) = code.and_then(TrackingCode::parse) else { return Ok(None) };
    Ok(storage::nominations::find_by_tracking(db, &code.digest())?)
}

/// What a role, or the lack of any credential, forbids before the candidate is looked for.
pub fn may_ever_edit(caller: &Caller) -> Result<(), Error> {
    match caller.role() {
        Some(Role::Admin | Role::Portal) => Err(Error::of(Code::Forbidden)),
        Some(Role::Citizen | Role::UnitReviewer | Role::DistrictReviewer | Role::CityReviewer) => Ok(()),
        None if caller.tracking_code.is_some() => Ok(()),
        None => Err(caller.lacks_account()),
    }
}

/// Lets pass who keeps the file: the nominator to whom it belongs, the unit, and the level above where the unit has nobody
/// who may. 404 for whom the file is not to know of, and 403 for other reviewers above the unit.
pub fn authorise_edit(db: &mut Connection, caller: &Caller, candidate: &Candidate) -> Result<Sight, Error> {
    may_ever_edit(caller)?;
    let standing = relation(db, caller, candidate)?.standing;
    match keeping(standing) {
        Permission::Allowed | Permission::ActingFor(_) => {}
        Permission::Refused(Refusal::Outside) => return Err(Error::not_found()),
        Permission::Refused(Refusal::Role | Refusal::Stage | Refusal::Staffed(_)) => {
            return Err(Error::of(Code::Forbidden));
        }
    }
    if standing.is_inside {
        return Ok(Sight::Inside);
    }
    own_nomination(db, caller, candidate.id)?.map(|own| own_sight(&own)).ok_or_else(Error::not_found)
}

/// Lets pass the unit's reviewers, and the level above where the unit has nobody who may; 404 or 403 else.
pub fn authorise_unit(db: &mut Connection, caller: &Caller, candidate: &Candidate) -> Result<(), Error> {
    let standing = relation(db, caller, candidate)?.standing;
    if !standing.is_inside {
        return Err(Error::not_found());
    }
    if keeps_as_unit(standing) { Ok(()) } else { Err(Error::of(Code::Forbidden)) }
}

fn relation(db: &mut Connection, caller: &Caller, candidate: &Candidate) -> Result<Relation, Error> {
    relations(db, caller, std::slice::from_ref(candidate))?.pop().ok_or_else(Error::not_found)
}

fn own_sight(own: &NominationRow) -> Sight {
    if own.user_id.is_some() { Sight::Nominator } else { Sight::Code }
}
