//! One action on many candidates, each a transaction of its own.

use actix_web::{HttpRequest, post};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::{
    terms::CandidateStatus,
    wire::{TransitionResult, spoken},
};
use crate::{
    api::{
        answer::{Answer, Representation},
        body::Body,
        context::Context,
        faults::to_validator,
        once, precondition,
        problem::Problem,
        responses,
        state::State,
    },
    domain::{
        fault::{Code, Fault},
        text,
        transition::Action,
    },
    service::{
        Caller, Error,
        detours::{self, Outcome},
        idempotency::Attempt,
        transitions::Order,
    },
};

/// What can be done to many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulkAction {
    /// Send back.
    Return,
    /// Refuse.
    Reject,
    /// Take over into the intake cycle.
    CarryOver,
}

/// One action on many candidates.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CandidateActionsRequest {
    /// What is to be done.
    pub action: BulkAction,
    /// To whom.
    #[schema(min_items = 1, max_items = 100)]
    #[validate(custom(function = named_once))]
    pub items: Vec<CandidateActionItem>,
    /// Why; kept in each history.
    #[schema(min_length = 1, max_length = 2000)]
    #[validate(custom(function = spoken))]
    pub reason: String,
}

/// A candidate, and the version of it that the client has seen.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CandidateActionItem {
    /// The candidate.
    pub id: Uuid,
    /// Its tag.
    #[schema(min_length = 3, max_length = 100, pattern = r#"^"?[1-9][0-9]{0,17}[.]"#)]
    pub etag: String,
}

impl From<BulkAction> for Action {
    fn from(action: BulkAction) -> Self {
        match action {
            BulkAction::Return => Self::Return,
            BulkAction::Reject => Self::Reject,
            BulkAction::CarryOver => Self::CarryOver,
        }
    }
}

fn named_once(items: &[CandidateActionItem]) -> Result<(), ValidationError> {
    let again = (1..).zip(items.iter().skip(1)).find(|(index, item)| {
        let before: &usize = index;
        items.iter().take(*before).any(|earlier| earlier.id == item.id)
    });
    to_validator(again.map(|(index, _)| Fault::at(format!("/{index}/id"), Code::Duplicate)).into_iter().collect())
}

/// What came of it, candidate by candidate, in the order of the request.
#[derive(Serialize, ToSchema)]
pub struct CandidateActionsResult {
    /// The results.
    pub items: Vec<CandidateActionResult>,
}

/// What came of it for one candidate: a status and a tag, or a problem.
#[derive(Serialize, ToSchema)]
pub struct CandidateActionResult {
    /// The candidate.
    pub id: Uuid,
    /// Whether it was done.
    pub done: bool,
    /// The status now.
    pub status: Option<CandidateStatus>,
    /// The candidate's tag now.
    pub etag: Option<String>,
    /// Why it was not done, as that action alone would have been answered.
    #[schema(value_type = Option<responses::ProblemBody>)]
    pub problem: Option<Value>,
}

/// Act on many candidates
///
/// Return, reject or carry over up to 100 candidates. Each is a transaction of its own: some may be done and others not.
/// Sent again with the same `Idempotency-Key`, what was done is answered as it was, and the rest is tried again.
#[utoipa::path(
    tag = "reviews",
    params(responses::IdempotencyHeader),
    request_body = CandidateActionsRequest,
    responses((status = 200, description = "One result for each candidate.", body = CandidateActionsResult), responses::Unauthenticated, responses::Forbidden, responses::Invalid, responses::Common)
)]
#[post("/candidate-actions")]
pub async fn act_on_candidates(
    state: State,
    caller: Caller,
    request: HttpRequest,
    body: Body<CandidateActionsRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let attempt = body.attempt(&caller)?;
    let input = body.read()?;
    for item in &input.items {
        // The same key with another request is refused before anything is done.
        once::first_answer(&state, of_item(attempt.as_ref(), item).as_ref()).await?;
    }
    let (action, reason) = (Action::from(input.action), text::tidy_paragraphs(&input.reason));
    let context = Context::of(&request);
    let mut items = Vec::with_capacity(input.items.len());
    for item in input.items {
        let version = precondition::parse(&item.etag).unwrap_or_default();
        let order = Order::new(action, Some(reason.clone())).at_version(version);
        let attempt = of_item(attempt.as_ref(), &item);
        let outcome = match detours::act(&state, &caller, item.id.into(), order, attempt).await {
            Err(Error::AnsweredBefore(first)) => {
                detours::outcome(&state, item.id.into(), first.resource_id, action).await
            }
            outcome => outcome,
        };
        items.push(shown(item.id, outcome, (&context, request.path()))?);
    }
    Answer::plain(&CandidateActionsResult { items })
}

fn of_item(attempt: Option<&Attempt>, item: &CandidateActionItem) -> Option<Attempt> {
    attempt.map(|attempt| attempt.of_item(item.id))
}

/// The caller's own loss of rights ends the whole; what concerns one candidate stays with it.
fn shown(
    id: Uuid,
    outcome: Result<Outcome, Error>,
    (context, path): (&Context, &str),
) -> Result<CandidateActionResult, Problem> {
    match outcome {
        Ok(outcome) => {
            let mut result = TransitionResult::from(outcome);
            result.tag()?;
            Ok(CandidateActionResult {
                id,
                done: true,
                status: Some(result.status),
                etag: Some(result.etag),
                problem: None,
            })
        }
        Err(error) if error.code() == Some(Code::Unauthenticated) => Err(error.into()),
        Err(error) => {
            let problem = Problem::from(error).body(context.language, path, &context.request_id);
            Ok(CandidateActionResult { id, done: false, status: None, etag: None, problem: Some(problem) })
        }
    }
}
