//! Somebody of the pool is put forward, and again after a return.

use crate::{
    domain::{
        fault::{Code, Fault},
        honour::Honoree,
        id::{HonoreeId, PoolRecommendationId},
        notification::{Notification, NotificationKind},
        pool::{
            self, MATERIAL_MAX_CHARS, REASON_MAX_CHARS, Recommendation, RecommendationLevel, RecommendationStatus,
            StepKind,
        },
        role::Role,
        text,
    },
    service::{
        Caller, Error, Service,
        caller::Account,
        error::refuse_invalid,
        generator, honorees,
        idempotency::{self, Attempt, FirstAnswer},
        notifications,
    },
    storage::{self, Connection},
};

use super::{
    read::{self, Recommended},
    rule, steps,
};

/// Of the city's reviewers so many are told at most.
const MOST_TOLD: i64 = 200;

/// Why somebody is put forward.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// To what; stays what it is when it is put forward again.
    pub level: Option<RecommendationLevel>,
    /// Why; `None` stays.
    pub reason: Option<String>,
    /// What speaks for it at length; `None` stays.
    pub material: Option<Option<String>>,
}

impl Proposal {
    fn faults(&self) -> Vec<Fault> {
        let material = self.material.iter().flatten().next();
        let texts = [("/reason", self.reason.as_ref(), REASON_MAX_CHARS), ("/material", material, MATERIAL_MAX_CHARS)];
        let judged = texts.into_iter().map(|(pointer, words, most)| {
            let faults = words.map(|words| text::paragraphs(words, most)).unwrap_or_default();
            faults.into_iter().map(move |fault| fault.under(pointer))
        });
        judged.flatten().collect()
    }

    fn applied(self, to: Recommendation) -> Recommendation {
        let tidy = |words: String| text::tidy_paragraphs(&words);
        Recommendation {
            reason: self.reason.map_or(to.reason, tidy),
            material: self.material.map_or(to.material, |material| material.map(tidy)),
            ..to
        }
    }
}

/// Makes sure that the honoree belongs to the caller's subtree; 404 else.
pub async fn require_honoree(service: &Service, caller: &Caller, id: HonoreeId) -> Result<(), Error> {
    let account = caller.require_reviewer()?.clone();
    service.store.read(move |db| honorees::find_inside(db, &account, id).map(|_| ())).await
}

/// Puts somebody of the pool forward; where people enter it by recommendation, somebody who fulfils its rule.
pub async fn propose(
    service: &Service,
    caller: &Caller,
    id: HonoreeId,
    proposal: Proposal,
    attempt: Option<Attempt>,
) -> Result<Recommended, Error> {
    let account = caller.require_reviewer()?.clone();
    refuse_invalid(proposal.faults())?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let seen = honorees::find_inside(db, &account, id)?;
            let honoree = storage::honorees::find_locked(db, seen.id)?.ok_or_else(Error::not_found)?;
            let new = new_one(&service, &account, (&honoree, proposal))?;
            judge(db, &honoree, &new)?;
            storage::pool_recommendations::insert(db, &new)?;
            steps::keep(&service, db, &caller, (&new, StepKind::Proposed, Some(new.reason.clone())))?;
            tell_city(&service, db, &new)?;
            let first = FirstAnswer { status: 201, resource_id: new.id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            read::gather_one(db, new.id)
        })
        .await
}

fn new_one(
    service: &Service,
    account: &Account,
    (honoree, proposal): (&Honoree, Proposal),
) -> Result<Recommendation, Error> {
    let now = service.clocks.campaign();
    let blank = Recommendation {
        id: generator::new_id(&service.clocks)?,
        honoree: honoree.id,
        level: proposal.level.ok_or_else(|| Error::Internal("a recommendation to nothing".to_owned()))?,
        status: RecommendationStatus::Proposed,
        reason: String::new(),
        material: None,
        proposed_by: account.id,
        organization: account.organization_id().ok_or(Error::of(Code::Forbidden))?,
        title: None,
        announced_on: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    Ok(proposal.applied(blank))
}

fn judge(db: &mut Connection, honoree: &Honoree, new: &Recommendation) -> Result<(), Error> {
    let last = storage::pool_entries::find_last(db, honoree.id)?;
    let is_inside = last.is_some_and(|entry| entry.left.is_none());
    if !is_inside && !rule::standing(db, honoree.id)?.satisfies(rule::present_rule(db)?.min_honours) {
        return Err(Error::of(Code::NotInPool));
    }
    let open = storage::pool_recommendations::open_of(db, honoree.id)?;
    match open.iter().find(|one| one.level == new.level) {
        Some(one) => {
            let fault = Fault::at("/level", Code::AlreadyExists).with("recommendation_id", one.id.to_string());
            Err(Error::fault(fault))
        }
        None => Ok(()),
    }
}

fn tell_city(service: &Service, db: &mut Connection, one: &Recommendation) -> Result<(), Error> {
    for user in storage::users::active_in(db, Role::CityReviewer, MOST_TOLD)? {
        let told = Notification {
            honoree: Some(one.honoree),
            ..notifications::blank(service, user, NotificationKind::PoolRecommended)?
        };
        storage::notifications::insert(db, &told)?;
    }
    Ok(())
}

/// Puts a returned one forward again, by a reviewer of the subtree.
pub async fn resubmit(
    service: &Service,
    caller: &Caller,
    (id, version): (PoolRecommendationId, i64),
    proposal: Proposal,
    attempt: Option<Attempt>,
) -> Result<Recommended, Error> {
    let account = caller.require_reviewer()?.clone();
    refuse_invalid(proposal.faults())?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let found = steps::hold(db, (id, version))?;
            honorees::find_inside(db, &account, found.honoree)?;
            let status = pool::step(&found, StepKind::Resubmitted, (account.actor(), &[])).map_err(Error::fault)?;
            let organization = account.organization_id().ok_or(Error::of(Code::Forbidden))?;
            let before = Recommendation { status, proposed_by: account.id, organization, ..found };
            let after = proposal.applied(before);
            let words = Some(after.reason.clone());
            steps::write(&service, db, &caller, (&after, StepKind::Resubmitted, words))?;
            tell_city(&service, db, &after)?;
            let first = FirstAnswer { status: 201, resource_id: id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            read::gather_one(db, id)
        })
        .await
}
