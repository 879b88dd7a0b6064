//! The city's review of a recommendation, by another person than who put it forward.

use super::{
    read::{self, Recommended},
    rule, steps,
};
use crate::{
    domain::{
        fault::{Code, Fault},
        id::{HonoreeId, PoolRecommendationId},
        notification::{Notification, NotificationKind},
        pool::{self, EntryCause, PoolStep, REASON_MAX_CHARS, Recommendation, StepKind},
        review::Decision,
        role::Role,
        text,
    },
    service::{
        Caller, Error, Service,
        error::refuse_invalid,
        idempotency::{self, Attempt, FirstAnswer},
        notifications,
    },
    storage::{self, Connection},
};

const fn step_of(decision: Decision) -> StepKind {
    match decision {
        Decision::Approve => StepKind::Approved,
        Decision::Return => StepKind::Returned,
        Decision::Reject => StepKind::Rejected,
    }
}

/// Approves, returns or rejects. Whoever is approved is in the pool from then on, if not before.
pub async fn review(
    service: &Service,
    caller: &Caller,
    (id, version): (PoolRecommendationId, i64),
    (decision, opinion): (Decision, String),
    attempt: Option<Attempt>,
) -> Result<Recommended, Error> {
    let account = caller.require(&[Role::CityReviewer])?.clone();
    let faults: Vec<Fault> = text::paragraphs(&opinion, REASON_MAX_CHARS);
    refuse_invalid(faults.into_iter().map(|fault| fault.under("/opinion")).collect())?;
    let (service, caller, opinion) = (service.clone(), caller.clone(), text::tidy_paragraphs(&opinion));
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let found = steps::hold(db, (id, version))?;
            let kind = step_of(decision);
            let before = storage::pool_steps::list_of_all(db, &[id])?;
            let status = pool::step(&found, kind, (account.actor(), &before)).map_err(Error::fault)?;
            let after = Recommendation { status, ..found };
            steps::write(&service, db, &caller, (&after, kind, Some(opinion.clone())))?;
            if kind == StepKind::Approved {
                refuse_unhonoured(db, after.honoree)?;
                let_in(&service, db, &caller, &after)?;
            }
            tell_proposers(&service, db, (&after, &before), &opinion)?;
            let first = FirstAnswer { status: 201, resource_id: id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            read::gather_one(db, id)
        })
        .await
}

/// Nobody is approved whose honours have gone since the proposal.
fn refuse_unhonoured(db: &mut Connection, id: HonoreeId) -> Result<(), Error> {
    let min_honours = rule::present_rule(db)?.min_honours;
    if rule::standing(db, id)?.satisfies(min_honours) { Ok(()) } else { Err(Error::of(Code::NoHonourStands)) }
}

fn let_in(service: &Service, db: &mut Connection, caller: &Caller, after: &Recommendation) -> Result<(), Error> {
    let last = storage::pool_entries::find_last(db, after.honoree)?;
    if last.is_some_and(|entry| entry.left.is_none()) {
        return Ok(());
    }
    let min_honours = rule::present_rule(db)?.min_honours;
    rule::enter(service, db, caller, (after.honoree, min_honours, EntryCause::Recommendation))
}

/// Tells who put the person forward last, and in whose place that was done.
fn tell_proposers(
    service: &Service,
    db: &mut Connection,
    (after, before): (&Recommendation, &[PoolStep]),
    opinion: &str,
) -> Result<(), Error> {
    let last = before.iter().rev().find(|step| step.kind.proposes()).and_then(|step| step.actor);
    for person in last.unwrap_or_else(|| after.proposed_by.into()).persons() {
        let told = Notification {
            honoree: Some(after.honoree),
            reason: Some(opinion.to_owned()),
            ..notifications::blank(service, person, NotificationKind::PoolDecided)?
        };
        storage::notifications::insert(db, &told)?;
    }
    Ok(())
}
