//! Reviewers' decisions: approve, return, reject.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Service,
    caller::Caller,
    error::{Error, refuse_invalid},
    idempotency::{self, Attempt, FirstAnswer},
    transitions::{self, Order, sight},
};
use crate::{
    domain::{
        authority::may_ever,
        candidate::{Candidate, Status},
        fault::{Code, Fault},
        id::{CandidateId, ReviewId, UserId, VerificationId},
        review::{self, Decision, Review},
        verification,
    },
    storage::{self, Connection},
};

/// A decision to be taken.
#[derive(Clone, Debug)]
pub struct NewReview {
    /// What is decided.
    pub decision: Decision,
    /// What the reviewer says.
    pub opinion: String,
    /// The answers to the stage's checklist, by code.
    pub checklist: BTreeMap<String, bool>,
    /// The refuting records of the verification file that the opinion answers.
    pub answered: Vec<VerificationId>,
    /// The version of the candidate that was judged.
    pub version: i64,
}

/// A decision with the name of who took it.
#[derive(Clone, Debug)]
pub struct ShownReview {
    /// The decision.
    pub review: Review,
    /// The refuting records that its opinion answers.
    pub answered: Vec<VerificationId>,
    /// The name shown of the reviewer.
    pub reviewer_name: String,
    /// The name shown of whom the reviewer stood in for.
    pub on_behalf_of_name: Option<String>,
}

/// Takes a decision on a candidate: verify, endorse, screen, return or reject, by the candidate's status.
pub async fn decide(
    service: &Service,
    caller: &Caller,
    id: CandidateId,
    input: NewReview,
    attempt: Option<Attempt>,
) -> Result<ShownReview, Error> {
    caller.require_reviewer()?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            caller.account()?.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let order = order(db, &caller, id, input)?;
            let done = transitions::apply(&service, db, &caller, id, &order)?;
            let review_id = done.review_id.ok_or_else(|| Error::Internal("a decision without a review".to_owned()))?;
            let first = FirstAnswer { status: 201, resource_id: review_id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            show(db, id, review_id)
        })
        .await
}

/// The transition that a decision is. The version makes sure that the status is still this one under lock.
fn order(db: &mut Connection, caller: &Caller, id: CandidateId, input: NewReview) -> Result<Order, Error> {
    let candidate = sight::seen(db, caller, id)?.candidate;
    if candidate.version != input.version {
        return Err(Error::of(Code::PreconditionFailed));
    }
    let mut faults = unknown_answers(db, &candidate, &input.checklist)?;
    faults.extend(misplaced_answers(db, id, &input)?);
    refuse_invalid(faults)?;
    // To review is every reviewer's role; at which stage is a matter of the candidate's status.
    let action = review::action(input.decision, candidate.status).filter(|action| may_ever(caller.role(), *action));
    let Some(action) = action else {
        let fault = Fault::of(Code::TransitionNotAllowed).with("status", candidate.status.as_str());
        return Err(Error::fault(fault));
    };
    Ok(Order {
        action,
        version: Some(input.version),
        reason: Some(input.opinion),
        checklist: Some(input.checklist),
        answered: Some(input.answered.into_iter().collect()),
        unit_id: None,
        survivor_id: None,
    })
}

/// Answers to questions that the checklist of the candidate's stage does not ask.
fn unknown_answers(
    db: &mut Connection,
    candidate: &Candidate,
    answers: &BTreeMap<String, bool>,
) -> Result<Vec<Fault>, Error> {
    let stages = [Status::Nominated, Status::Verified, Status::Endorsed];
    let Some(stage) = candidate.status.stage().filter(|_| stages.contains(&candidate.status)) else {
        // Where nothing is affirmed nothing is asked.
        return Ok(review::unknown_answers(&[], answers));
    };
    let cycle = storage::cycles::find(db, candidate.cycle)?.ok_or_else(Error::not_found)?;
    Ok(review::unknown_answers(cycle.checklist(stage), answers))
}

/// Answers to what is no refuting record that stands, and answers by what is no approval.
fn misplaced_answers(db: &mut Connection, id: CandidateId, input: &NewReview) -> Result<Vec<Fault>, Error> {
    if input.answered.is_empty() {
        return Ok(Vec::new());
    }
    if input.decision != Decision::Approve {
        return Ok(vec![Fault::at("/answered_verifications", Code::Inconsistent)]);
    }
    let records = storage::verifications::standing_of(db, &[id])?.remove(&id).unwrap_or_default();
    Ok(verification::unknown_answers(&records.refuting, &input.answered))
}

/// Whether the caller reads the inner records of a candidate; else 403 or 404.
pub async fn require_sight(service: &Service, caller: &Caller, id: CandidateId) -> Result<(), Error> {
    let caller = caller.clone();
    service.store.read(move |db| sight::to_read_within(db, &caller, id).map(|_| ())).await
}

/// A page of the decisions on a candidate, in the order in which they were taken.
pub async fn list(
    service: &Service,
    caller: &Caller,
    id: CandidateId,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<ShownReview>, Error> {
    let caller = caller.clone();
    service
        .store
        .read(move |db| {
            sight::to_read_within(db, &caller, id)?;
            let reviews = storage::reviews::list_of(db, id, after, limit)?;
            with_names(db, reviews)
        })
        .await
}

/// One decision on a candidate.
pub async fn get(service: &Service, id: CandidateId, review: ReviewId) -> Result<ShownReview, Error> {
    service.store.read(move |db| show(db, id, review)).await
}

fn show(db: &mut Connection, id: CandidateId, review: ReviewId) -> Result<ShownReview, Error> {
    let review = storage::reviews::find(db, review)?.filter(|review| review.candidate_id == id);
    let review = review.ok_or_else(Error::not_found)?;
    with_names(db, vec![review])?.pop().ok_or_else(Error::not_found)
}

fn with_names(db: &mut Connection, reviews: Vec<Review>) -> Result<Vec<ShownReview>, Error> {
    let people = reviews.iter().flat_map(|review| std::iter::once(review.reviewer_id).chain(review.on_behalf_of));
    let ids: BTreeSet<UserId> = people.collect();
    let names = storage::reviewers::names(db, &ids.into_iter().collect::<Vec<_>>())?;
    let mut answered: BTreeMap<ReviewId, Vec<VerificationId>> = BTreeMap::new();
    let of_page: Vec<ReviewId> = reviews.iter().map(|review| review.id).collect();
    for (review, verification) in storage::reviews::answers_of(db, &of_page)? {
        answered.entry(review).or_default().push(verification);
    }
    let shown = reviews.into_iter().map(|review| {
        let reviewer_name = names.get(&review.reviewer_id).cloned().unwrap_or_default();
        let answered = answered.remove(&review.id).unwrap_or_default();
        let on_behalf_of_name = review.on_behalf_of.and_then(|person| names.get(&person).cloned());
        ShownReview { review, answered, reviewer_name, on_behalf_of_name }
    });
    Ok(shown.collect())
}
