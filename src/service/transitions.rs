//! The one way in which a candidate's status changes.
//!
//! Recheck the caller under lock → hold the cycle → hold the candidate → load the facts → the domain decides → write with a
//! guard on the version → place taken or given back → review, history, audit event, outgoing event. All in the caller's
//! transaction, so that a batch or a published list is whole or not at all.

pub mod facts;
mod mergers;
mod record;
pub mod sight;
mod standing;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

pub use self::{
    facts::{Files, Loaded, cycles_of, readiness},
    standing::{Relation, relations},
};
use crate::{
    domain::{
        authority::Permission,
        candidate::{Candidate, Status},
        carriage::{landing_cycle, landing_status, reinstated_at, returned_from},
        cycle::Cycle,
        fault::{Code, Fault},
        guard::{self, Said},
        id::{CandidateId, OrganizationId, ReviewId, TransitionId, VerificationId},
        merger::{Merger, restored_status},
        month::Month,
        organization::Organization,
        transition::Action,
    },
    service::{
        Service, aftercare,
        caller::Caller,
        cycles,
        error::{Error, refuse_guarded},
    },
    storage::{self, Connection, candidates::CandidateChange, sql_values::At},
};

/// What is to be done to a candidate.
#[derive(Clone, Debug)]
pub struct Order {
    /// The action.
    pub action: Action,
    /// The version that the client has seen; `None` for what a batch, a receipt or a list does.
    pub version: Option<i64>,
    /// Why: the reviewer's opinion, a reason, the answer to a return.
    pub reason: Option<String>,
    /// The answers to the stage's checklist, for reviews.
    pub checklist: Option<BTreeMap<String, bool>>,
    /// The refuting records of the verification file that the opinion answers, for reviews.
    pub answered: Option<BTreeSet<VerificationId>>,
    /// The unit, for assigning; `None` is the district's inbox.
    pub unit_id: Option<OrganizationId>,
    /// The other candidate, for merging and its undoing: the survivor.
    pub survivor_id: Option<CandidateId>,
}

impl Order {
    /// An action, with a reason where one is given.
    #[must_use]
    pub const fn new(action: Action, reason: Option<String>) -> Self {
        Self { action, version: None, reason, checklist: None, answered: None, unit_id: None, survivor_id: None }
    }

    /// Holds only while the candidate has this version.
    #[must_use]
    pub const fn at_version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }
}

/// What was done.
#[derive(Clone, Debug)]
pub struct Done {
    /// The candidate as it is now.
    pub candidate: Candidate,
    /// The status before.
    pub from: Status,
    /// The row of the history.
    pub transition_id: TransitionId,
    /// The review, if it is one.
    pub review_id: Option<ReviewId>,
}

/// Everything on which the domain decides, read under lock.
struct Bench<'a> {
    order: &'a Order,
    loaded: Loaded,
    intake: Option<Cycle>,
    /// For reinstating and for undoing a merger, the unit that carried the candidate.
    former_unit: Option<Organization>,
    now: DateTime<Utc>,
}

/// Carries out one transition in a writing transaction, or says everything that stands against it.
pub fn apply(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    id: CandidateId,
    order: &Order,
) -> Result<Done, Error> {
    if let Some(account) = &caller.account {
        account.recheck(db)?;
    }
    let now = service.clocks.campaign();
    let bench = load(service, db, caller, (id, order))?;
    refuse(guard::check(order.action, &bench.loaded.facts(now), &bench.said()))?;
    let after = decide(db, &bench)?;
    let version = write(db, &bench, &after)?;
    let after = Candidate { version, updated_at: now, ..after };
    let done = record::keep(service, db, caller, &record::Change { bench: &bench, after: &after })?;
    if after.status == Status::Revoked
        && let Some(honoree) = storage::honours::holder_of(db, after.id)?
    {
        // With the last honour, nothing more is due.
        aftercare::planning::replan(service, db, caller, honoree)?;
    }
    Ok(done)
}

/// A failing guard becomes the refusal that the contract promises for it.
pub fn refuse(faults: Vec<Fault>) -> Result<(), Error> {
    match faults.first().map(|fault| fault.code) {
        Some(code @ (Code::Forbidden | Code::NotFound)) => Err(Error::of(code)),
        _ => refuse_guarded(faults),
    }
}

impl Bench<'_> {
    fn said(&self) -> Said {
        Said {
            checklist: self.order.checklist.clone(),
            answered: self.order.answered.clone(),
            has_answer: self.order.reason.is_some(),
        }
    }

    fn permission(&self) -> Permission {
        self.loaded.facts(self.now).permission(self.order.action)
    }
}

/// Locks in the order of all writers (organization, cycles, candidate, quota), then loads.
fn load<'a>(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (id, order): (CandidateId, &'a Order),
) -> Result<Bench<'a>, Error> {
    let now = service.clocks.campaign();
    let seen = storage::candidates::find(db, id)?.ok_or_else(Error::not_found)?;
    let former_unit = match seen.unit_id.filter(|_| comes_back(order.action)) {
        Some(unit) => hold_organization(db, unit)?,
        None => None,
    };
    let intake = lock_cycles(service, db, (seen.cycle, order.action))?;
    let candidate = storage::candidates::lock(db, id)?.ok_or_else(Error::not_found)?;
    // Another writer moved it between the look and the lock, so the cycle held is not its own.
    if candidate.cycle != seen.cycle {
        return Err(Error::of(Code::PreconditionFailed));
    }
    let mut loaded = Loaded::of(db, caller, candidate)?;
    if !loaded.is_visible() {
        return Err(Error::not_found());
    }
    if order.version.is_some_and(|version| version != loaded.candidate.version) {
        return Err(Error::of(Code::PreconditionFailed));
    }
    if order.action == Action::Endorse {
        loaded.lock_quota(db)?;
    }
    Ok(Bench { order, loaded, intake, former_unit, now })
}

/// Whether an action brings back what had ended, so that its unit may have been closed or moved meanwhile.
const fn comes_back(action: Action) -> bool {
    matches!(action, Action::Reinstate | Action::Unmerge)
}

/// Holds an organization as it is, so that it is neither closed nor moved meanwhile.
pub fn hold_organization(db: &mut Connection, id: OrganizationId) -> Result<Option<Organization>, Error> {
    storage::locks::organization_shared(db, id)?;
    Ok(storage::organizations::find(db, id)?)
}

/// Holds the candidate's cycle, and the intake cycle where the action moves there, by month. Who may have to freeze a
/// cycle's materials holds it against all others. Returns the intake cycle.
fn lock_cycles(service: &Service, db: &mut Connection, (own, action): (Month, Action)) -> Result<Option<Cycle>, Error> {
    let moves = [Action::Resubmit, Action::Reinstate, Action::CarryOver].contains(&action);
    if !moves {
        hold(db, own, action == Action::Verify)?;
        return Ok(None);
    }
    cycles::ensure(service, db)?;
    let now = service.clocks.campaign();
    let intake = find_intake(db, now)?.month;
    let mut months = vec![own, intake];
    months.sort_unstable();
    months.dedup();
    for month in months {
        hold(db, month, action == Action::CarryOver && month == intake)?;
    }
    let held = find_intake(db, now)?;
    if held.month == intake {
        Ok(Some(held))
    } else {
        Err(Error::Unavailable("the intake cycle moved meanwhile".to_owned()))
    }
}

fn hold(db: &mut Connection, month: Month, freezes: bool) -> Result<Cycle, Error> {
    if freezes { cycles::hold_freezing(db, month) } else { cycles::hold(db, month) }
}

fn find_intake(db: &mut Connection, now: DateTime<Utc>) -> Result<Cycle, Error> {
    storage::cycles::find_intake(db, now)?.ok_or_else(|| Error::Internal("there is no intake cycle".to_owned()))
}

/// The candidate as it will be; its version is not yet raised.
fn decide(db: &mut Connection, bench: &Bench<'_>) -> Result<Candidate, Error> {
    let (action, before) = (bench.order.action, &bench.loaded.candidate);
    let intake = bench.intake.as_ref().map_or(before.cycle, |cycle| cycle.month);
    let cycle = landing_cycle(action, before, &bench.loaded.cycle, intake, bench.now);
    let meets_policy = match &bench.intake {
        Some(intake) if action == Action::CarryOver => readiness(db, before, &intake.policy)?.is_ready(),
        _ => true,
    };
    let Some(status) = landing_status(action, before.status, meets_policy) else {
        return Err(Error::of(Code::TransitionNotAllowed));
    };
    let mut after = Candidate {
        cycle,
        status,
        returned_from: returned_from(action, before, cycle),
        unit_id: if action == Action::Assign {
            bench.order.unit_id
        } else if comes_back(action) {
            reinstated_at(before, bench.former_unit.as_ref())
        } else {
            before.unit_id
        },
        ..before.clone()
    };
    if status != before.status {
        after.status_changed_at = bench.now;
    }
    match bench.loaded.merger {
        Some(merger) if action == Action::Unmerge => Ok(taken_apart(&merger, before, after)),
        Some(_) | None => Ok(after),
    }
}

/// A candidate that comes back from a merger as it was before, with the time since which it was that.
fn taken_apart(merger: &Merger, before: &Candidate, after: Candidate) -> Candidate {
    let status = restored_status(merger, after.unit_id == before.unit_id);
    let is_as_before = status == merger.former_status;
    let status_changed_at = if is_as_before { merger.former_since } else { after.status_changed_at };
    Candidate { status, status_changed_at, ..after }
}

/// Writes what was decided; nothing when the version has passed.
fn write(db: &mut Connection, bench: &Bench<'_>, after: &Candidate) -> Result<i64, Error> {
    let before = &bench.loaded.candidate;
    let change = CandidateChange {
        cycle: Some(after.cycle),
        status: Some(after.status),
        unit_id: Some(after.unit_id),
        returned_from: Some(after.returned_from),
        status_changed_at: Some(At(after.status_changed_at)),
        ..CandidateChange::default()
    };
    let version = storage::candidates::update_if(db, (before.id, before.version), &change, bench.now)?
        .ok_or(Error::of(Code::PreconditionFailed))?;
    keep_places(db, bench, after)?;
    let freezes = !matches!(bench.order.action, Action::Recall | Action::Unmerge);
    if after.status == Status::Verified && freezes {
        storage::cycles::freeze_materials(db, after.cycle, bench.now)?;
    }
    if after.status == Status::Revoked {
        let reason = bench.order.reason.as_deref().unwrap_or_default();
        // Mergers hold honorees before they move honours.
        if let Some(honoree) = storage::honours::holder_of(db, after.id)? {
            storage::locks::honoree(db, honoree)?;
        }
        storage::honours::set_revoked(db, after.id, bench.now, reason)?;
    }
    Ok(version)
}

/// Takes a place of the district on endorsement, gives it back when the candidate leaves the counted states before
/// publication.
fn keep_places(db: &mut Connection, bench: &Bench<'_>, after: &Candidate) -> Result<(), Error> {
    let (before, cycle) = (&bench.loaded.candidate, &bench.loaded.cycle);
    let key = (before.cycle, before.district_id);
    if after.status.counts_for_quota() && !before.status.counts_for_quota() {
        if !storage::district_quotas::take(db, key)? {
            let used = storage::district_quotas::used(db, key)?;
            return Err(Error::guards(vec![guard::quota_exceeded(cycle.policy.district_quota, used)]));
        }
    } else if guard::frees_place(before.status, after.status, after.cycle == before.cycle, cycle.published_at.is_some())
        && !storage::district_quotas::give_back(db, key)?
    {
        log::error!("candidate {} held a place that was not counted", before.id);
    }
    Ok(())
}
