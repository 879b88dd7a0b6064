//! One decision on many comments, each a transaction of its own.

use actix_web::{HttpRequest, post};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use super::wire::{Comment, CommentStatusName, ModerationDecisionName};
use crate::{
    api::{
        answer::{Answer, Representation},
        body::Body,
        context::Context,
        judged::to_validation,
        once, precondition,
        problem::Problem,
        responses,
        state::State,
    },
    domain::fault::{Code, Fault},
    service::{
        Caller, Error,
        comments::{
            MODERATORS,
            moderate::{self, ModerationInput},
            read::{self, SeenComment},
        },
        idempotency::Attempt,
    },
};

/// One decision on many comments.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentModerationsRequest {
    /// What is decided.
    pub decision: ModerationDecisionName,
    /// Of which comments.
    #[schema(min_items = 1, max_items = 100)]
    pub items: Vec<CommentModerationItem>,
    /// Why; each author reads it. Must be said of what is hidden.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500, examples("含有广告内容。"))]
    pub reason: Option<String>,
}

/// A comment, and the version of it that the moderator has seen.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentModerationItem {
    /// The comment.
    pub id: Uuid,
    /// Its tag.
    #[schema(min_length = 3, max_length = 100, pattern = r#"^"?[1-9][0-9]{0,17}[.]"#)]
    pub etag: String,
}

impl CommentModerationsRequest {
    fn input(&self) -> ModerationInput {
        ModerationInput { decision: self.decision.into(), reason: self.reason.clone() }
    }
}

impl Validate for CommentModerationsRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut faults = self.input().faults();
        let again = self.items.iter().enumerate().find(|(index, item)| {
            let before = self.items.iter().take(*index);
            before.into_iter().any(|earlier| earlier.id == item.id)
        });
        faults.extend(again.map(|(index, _)| Fault::at(format!("/items/{index}/id"), Code::Duplicate)));
        to_validation(faults)
    }
}

/// What came of it, comment by comment, in the order of the request.
#[derive(Serialize, ToSchema)]
pub struct CommentModerationsResult {
    /// The results.
    pub items: Vec<CommentModerationResult>,
}

/// What came of it for one comment: a status and a tag, or a problem.
#[derive(Serialize, ToSchema)]
pub struct CommentModerationResult {
    /// The comment.
    pub id: Uuid,
    /// Whether it was done.
    pub done: bool,
    /// The status now.
    pub status: Option<CommentStatusName>,
    /// The comment's tag now.
    pub etag: Option<String>,
    /// Why it was not done, as that decision alone would have been answered.
    #[schema(value_type = Option<responses::ProblemBody>)]
    pub problem: Option<Value>,
}

/// Moderate many comments
///
/// One decision with one reason on up to 100 comments. Each is a transaction of its own: some may be done and others not.
/// Sent again with the same `Idempotency-Key`, what was done is answered as it is now, and the rest is tried again.
#[utoipa::path(
    tag = "comments",
    params(responses::IdempotencyHeader),
    request_body = CommentModerationsRequest,
    responses((status = 200, description = "One result for each comment.", body = CommentModerationsResult), responses::Unauthenticated, responses::Forbidden, responses::Invalid, responses::Common)
)]
#[post("/comment-moderations")]
pub async fn moderate_comments(
    state: State,
    caller: Caller,
    request: HttpRequest,
    body: Body<CommentModerationsRequest>,
) -> Result<Answer, Problem> {
    caller.require(MODERATORS)?;
    let attempt = body.attempt(&caller)?;
    let asked = body.read()?;
    for item in &asked.items {
        // The same key with another request is refused before anything is done.
        once::first_answer(&state, of_item(attempt.as_ref(), item).as_ref()).await?;
    }
    let context = Context::of(&request);
    let mut items = Vec::with_capacity(asked.items.len());
    for item in &asked.items {
        let target = (item.id.into(), Some(precondition::parse(&item.etag).unwrap_or_default()));
        let attempt = of_item(attempt.as_ref(), item);
        let outcome = match moderate::moderate_comment(&state, &caller, target, asked.input(), attempt).await {
            Err(Error::AnsweredBefore(_)) => read::get_comment(&state, &caller, item.id.into()).await,
            outcome => outcome,
        };
        items.push(shown(item.id, outcome, (&context, request.path()))?);
    }
    Answer::plain(&CommentModerationsResult { items })
}

fn of_item(attempt: Option<&Attempt>, item: &CommentModerationItem) -> Option<Attempt> {
    attempt.map(|attempt| attempt.of_item(item.id))
}

/// The caller's own loss of rights ends the whole; what concerns one comment stays with it.
fn shown(
    id: Uuid,
    outcome: Result<SeenComment, Error>,
    (context, path): (&Context, &str),
) -> Result<CommentModerationResult, Problem> {
    match outcome {
        Ok(seen) => {
            let mut comment = Comment::from(seen);
            comment.tag()?;
            let (status, etag) = (Some(comment.status), Some(comment.etag));
            Ok(CommentModerationResult { id, done: true, status, etag, problem: None })
        }
        Err(error) if error.code() == Some(Code::Unauthenticated) => Err(error.into()),
        Err(error) => {
            let problem = Problem::from(error).body(context.language, path, &context.request_id);
            Ok(CommentModerationResult { id, done: false, status: None, etag: None, problem: Some(problem) })
        }
    }
}
