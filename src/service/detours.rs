//! The ways beside the straight one: resubmit, recall, reinstate, withdraw, carry over, disqualify, revoke, assign.

use serde_json::json;
use uuid::Uuid;

use super::{
    Service,
    caller::Caller,
    error::{Error, refuse_invalid},
    idempotency::{self, Attempt, FirstAnswer},
    packages,
    record::{self, Deed, Place},
    transitions::{self, Done, Order, sight},
};
use crate::{
    domain::{
        assignment::{self, Wish},
        authority::{Part, keeps_as_unit},
        candidate::Status,
        fault::Code,
        id::{CandidateId, NominationId, OrganizationId},
        month::Month,
        package::CorrectionKind,
        role::Role,
        transition::Action,
    },
    storage::{self, Connection, candidates::CandidateChange},
};

/// What came of an action on a candidate.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The row of the history, or the nomination that was withdrawn.
    pub id: Uuid,
    /// The candidate.
    pub candidate_id: CandidateId,
    /// What was done.
    pub action: Action,
    /// The status before.
    pub from: Status,
    /// The status now.
    pub to: Status,
    /// The cycle in which the candidate runs now.
    pub cycle: Month,
    /// The unit that carries it now.
    pub unit_id: Option<OrganizationId>,
    /// The candidate's version now.
    pub version: i64,
}

impl Outcome {
    pub(super) fn of(action: Action, done: &Done) -> Self {
        Self {
            id: done.transition_id.into(),
            candidate_id: done.candidate.id,
            action,
            from: done.from,
            to: done.candidate.status,
            cycle: done.candidate.cycle,
            unit_id: done.candidate.unit_id,
            version: done.candidate.version,
        }
    }
}

/// Does one action to a candidate.
pub async fn act(
    service: &Service,
    caller: &Caller,
    id: CandidateId,
    order: Order,
    attempt: Option<Attempt>,
) -> Result<Outcome, Error> {
    sight::require_part(caller, &[order.action])?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            if let Some(account) = &caller.account {
                account.recheck(db)?;
            }
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let outcome = if order.action == Action::Withdraw {
                withdraw(&service, db, &caller, (id, &order))?
            } else if order.action == Action::Assign {
                assign(&service, db, &caller, (id, &order))?
            } else {
                Outcome::of(order.action, &transitions::apply(&service, db, &caller, id, &order)?)
            };
            packages::note(&service, db, CorrectionKind::of(order.action).map(|kind| (id, kind)))?;
            let first = FirstAnswer { status: 201, resource_id: outcome.id, secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            Ok(outcome)
        })
        .await
}

/// Withdraws the candidate, or the nominator's own nomination only: a later nominator's withdrawal, or one beside which
/// another nomination stands, never ends the candidate.
fn withdraw(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (id, order): (CandidateId, &Order),
) -> Result<Outcome, Error> {
    let relation = sight::seen(db, caller, id)?.relation;
    let by_unit = keeps_as_unit(relation.standing);
    let owns = relation.standing.part == Part::First;
    if !by_unit && relation.standing.part.is_proven() && (!owns || relation.other_nomination_stands) {
        return withdraw_nomination(service, db, caller, (id, order));
    }
    let done = transitions::apply(service, db, caller, id, order)?;
    if let Some(own) = relation.own_nomination.filter(|_| !by_unit) {
        storage::nominations::withdraw(db, own, service.clocks.campaign())?;
    }
    Ok(Outcome::of(Action::Withdraw, &done))
}

fn withdraw_nomination(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (id, order): (CandidateId, &Order),
) -> Result<Outcome, Error> {
    let now = service.clocks.campaign();
    let candidate = storage::candidates::lock(db, id)?.ok_or_else(Error::not_found)?;
    if order.version.is_some_and(|version| version != candidate.version) {
        return Err(Error::of(Code::PreconditionFailed));
    }
    let nomination: NominationId =
        sight::seen(db, caller, id)?.relation.own_nomination.ok_or(Error::of(Code::AlreadyDecided))?;
    storage::nominations::withdraw(db, nomination, now)?;
    let version = storage::candidates::update_if(db, (id, candidate.version), &CandidateChange::default(), now)?
        .ok_or(Error::of(Code::PreconditionFailed))?;
    let deed = Deed::new("nomination.withdrawn", "candidate", id).with(json!({ "nomination_id": nomination }));
    record::audit(service, db, caller, &deed)?;
    let place =
        Place { cycle: Some(candidate.cycle), district_id: Some(candidate.district_id), unit_id: candidate.unit_id };
    record::announce(service, db, &deed, place)?;
    Ok(Outcome {
        id: nomination.into(),
        candidate_id: id,
        action: Action::Withdraw,
        from: candidate.status,
        to: candidate.status,
        cycle: candidate.cycle,
        unit_id: candidate.unit_id,
        version,
    })
}

/// Gives, changes or hands back the unit. The organization is held, so that it is not closed meanwhile.
fn assign(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (id, order): (CandidateId, &Order),
) -> Result<Outcome, Error> {
    let candidate = sight::seen(db, caller, id)?.candidate;
    if order.version.is_some_and(|version| version != candidate.version) {
        return Err(Error::of(Code::PreconditionFailed));
    }
    let unit = match order.unit_id {
        Some(unit) => transitions::hold_organization(db, unit)?,
        None => None,
    };
    let wish = Wish {
        unit_id: order.unit_id,
        unit: unit.as_ref(),
        has_reason: order.reason.is_some(),
        by_unit: caller.role() == Some(Role::UnitReviewer),
    };
    refuse_invalid(assignment::validate(&candidate, wish))?;
    Ok(Outcome::of(Action::Assign, &transitions::apply(service, db, caller, id, order)?))
}

/// What came of an action that was answered before.
pub async fn outcome(service: &Service, id: CandidateId, resource: Uuid, action: Action) -> Result<Outcome, Error> {
    service
        .store
        .read(move |db| {
            let candidate = storage::candidates::find(db, id)?.ok_or_else(Error::not_found)?;
            let step = storage::transitions::find(db, resource.into())?.filter(|step| step.candidate_id == id);
            Ok(match step {
                Some(step) => Outcome {
                    id: resource,
                    candidate_id: id,
                    action,
                    from: step.from_status.unwrap_or(step.to_status),
                    to: step.to_status,
                    cycle: step.cycle,
                    unit_id: candidate.unit_id,
                    version: step.candidate_version,
                },
                None => Outcome {
                    id: resource,
                    candidate_id: id,
                    action,
                    from: candidate.status,
                    to: candidate.status,
                    cycle: candidate.cycle,
                    unit_id: candidate.unit_id,
                    version: candidate.version,
                },
            })
        })
        .await
}
