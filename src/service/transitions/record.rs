//! What a transition leaves behind: the review, a row of the history, an audit event, an outgoing event.

use serde_json::json;

use super::{Bench, Done};
use crate::{
    domain::{
        authority::Permission,
        candidate::{Candidate, Status},
        history::Step,
        id::{ReviewId, TransitionId},
        review::{self, Review},
        transition::Action,
    },
    service::{
        Service,
        caller::{Account, Caller},
        error::Error,
        generator, honorees, notifications,
        record::{self, Deed, Place},
    },
    storage::{self, Connection},
};

/// A transition that was written.
pub(super) struct Change<'a> {
    pub(super) bench: &'a Bench<'a>,
    pub(super) after: &'a Candidate,
}

/// Keeps everything that a transition leaves behind.
pub(super) fn keep(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    change: &Change<'_>,
) -> Result<Done, Error> {
    let review_id = keep_review(service, db, caller, change)?;
    let transition_id = keep_step(service, db, caller, (change, review_id))?;
    tell(service, db, caller, change)?;
    let (action, reason) = (change.bench.order.action, change.bench.order.reason.as_deref());
    notifications::tell_of_step(service, db, change.after, (action, reason))?;
    if action == Action::Revoke {
        honorees::follow(service, db, caller, (change.after, reason.unwrap_or_default()))?;
    }
    let from = change.bench.loaded.candidate.status;
    Ok(Done { candidate: change.after.clone(), from, transition_id, review_id })
}

fn keep_review(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    change: &Change<'_>,
) -> Result<Option<ReviewId>, Error> {
    let before = &change.bench.loaded.candidate;
    let (Some(decision), Some(stage)) = (review::decision(change.bench.order.action), before.status.stage()) else {
        return Ok(None);
    };
    let account = caller.account()?;
    let review = Review {
        id: generator::new_id(&service.clocks)?,
        candidate_id: before.id,
        cycle: before.cycle,
        stage,
        decision,
        opinion: change.bench.order.reason.clone().unwrap_or_default(),
        checklist: change.bench.order.checklist.clone().unwrap_or_default(),
        reviewer_id: account.id,
        organization_id: account.organization_id(),
        acting_for: match change.bench.permission() {
            Permission::ActingFor(level) => Some(level),
            Permission::Allowed | Permission::Refused(_) => None,
        },
        on_behalf_of: caller.on_behalf_of(),
        from_status: before.status,
        to_status: change.after.status,
        candidate_version: before.version,
        created_at: change.bench.now,
    };
    storage::reviews::insert(db, &review)?;
    for answered in change.bench.order.answered.iter().flatten() {
        storage::reviews::insert_answer(db, review.id, *answered)?;
    }
    Ok(Some(review.id))
}

fn keep_step(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (change, review_id): (&Change<'_>, Option<ReviewId>),
) -> Result<TransitionId, Error> {
    let step = Step {
        id: generator::new_id(&service.clocks)?,
        candidate_id: change.after.id,
        cycle: change.after.cycle,
        action: Some(change.bench.order.action),
        from_status: Some(change.bench.loaded.candidate.status),
        to_status: change.after.status,
        actor_id: caller.id(),
        actor_role: caller.role(),
        organization_id: caller.account.as_ref().and_then(Account::organization_id),
        reason: change.bench.order.reason.clone(),
        review_id,
        candidate_version: change.after.version,
        at: change.bench.now,
        other_candidate_id: change.bench.order.survivor_id,
        on_behalf_of: caller.on_behalf_of(),
    };
    storage::transitions::insert(db, &step)?;
    Ok(step.id)
}

/// The audit and the subscribers hear what changed, and no word of anybody.
fn tell(service: &Service, db: &mut Connection, caller: &Caller, change: &Change<'_>) -> Result<(), Error> {
    let (before, after) = (&change.bench.loaded.candidate, change.after);
    let mut details = json!({
        "from": before.status,
        "to": after.status,
        "cycle": after.cycle,
        "version": after.version,
    });
    if let Some(members) = details.as_object_mut() {
        if before.cycle != after.cycle {
            members.insert("from_cycle".to_owned(), json!(before.cycle));
        }
        if before.unit_id != after.unit_id {
            members.insert("unit_id".to_owned(), json!(after.unit_id));
        }
        if let Some(survivor) = change.bench.order.survivor_id {
            members.insert("merged_into".to_owned(), json!(survivor));
        }
        if let Permission::ActingFor(level) = change.bench.permission() {
            members.insert("acting_for".to_owned(), json!(level));
        }
    }
    let deed = Deed::new(event(change.bench.order.action), "candidate", after.id).with(details);
    record::audit(service, db, caller, &deed)?;
    let place = Place { cycle: Some(after.cycle), district_id: Some(after.district_id), unit_id: after.unit_id };
    let told = explained(db, change, deed)?;
    record::announce(service, db, &told, place)?;
    let stays = matches!(after.status, Status::Forwarded | Status::Listed | Status::NotListed);
    if before.status == Status::Forwarded && !stays {
        record::announce_hidden(service, db, after.id, place)?;
    }
    Ok(())
}

/// A revocation is explained to subscribers as the list explains it to everybody; the audit has no word of it.
fn explained<'a>(db: &mut Connection, change: &Change<'_>, mut deed: Deed<'a>) -> Result<Deed<'a>, Error> {
    if let (Action::Revoke, Some(members)) = (change.bench.order.action, deed.details.as_object_mut()) {
        members.extend(honorees::explained(db, change.after.id)?);
    }
    Ok(deed)
}

/// How a transition is called in the audit and in outgoing events.
const fn event(action: Action) -> &'static str {
    match action {
        Action::Assign => "candidate.assigned",
        Action::Verify => "candidate.verified",
        Action::Endorse => "candidate.endorsed",
        Action::Screen => "candidate.screened",
        Action::Forward => "candidate.forwarded",
        Action::List => "candidate.listed",
        Action::NotList => "candidate.not_listed",
        Action::Return => "candidate.returned",
        Action::Resubmit => "candidate.resubmitted",
        Action::Recall => "candidate.recalled",
        Action::Reject => "candidate.rejected",
        Action::Reinstate => "candidate.reinstated",
        Action::Withdraw => "candidate.withdrawn",
        Action::WithdrawConsent => "candidate.consent_withdrawn",
        Action::Refuse => "candidate.refused",
        Action::Disqualify => "candidate.disqualified",
        Action::CarryOver => "candidate.carried_over",
        Action::Revoke => "entry.revoked",
        Action::Merge => "candidate.merged",
        Action::Unmerge => "candidate.unmerged",
    }
}
