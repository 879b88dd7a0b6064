//! Comments as clients see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError, ValidationErrors};

use crate::{
    api::{answer::representations, faults::to_validator, judged::to_validation, role::mirrored},
    domain::{
        comment::{self, BODY_MAX_CHARS, CommentStatus, HoldReason, ModerationDecision, ReportKind},
        text,
    },
    service::comments::{
        moderate::ModerationInput,
        read::{SeenComment, Thread, View},
        report::ReportInput,
        write::CommentInput,
    },
    storage::comment_reports::ReportRow,
};

mirrored! {
    /// How a comment stands.
    CommentStatusName = CommentStatus {
        /// Waits for a moderator.
        Held,
        /// Everybody sees it.
        Shown,
        /// A moderator has taken it away.
        Hidden,
        /// The author has taken it away.
        Deleted,
    }
}

mirrored! {
    /// Why a comment waits for a moderator.
    HoldReasonName = HoldReason {
        /// All comments of the cycle are looked at first.
        PreModeration,
        /// It has words of the list.
        Words,
        /// Several people have reported it.
        Reports,
    }
}

mirrored! {
    /// What a moderator decides.
    ModerationDecisionName = ModerationDecision {
        /// Everybody may see it.
        Show,
        /// Nobody but author and moderators may.
        Hide,
    }
}

mirrored! {
    /// What somebody has against a comment.
    ReportKindName = ReportKind {
        /// It insults or threatens.
        Abuse,
        /// It advertises.
        Advertising,
        /// It tells what is somebody's own.
        Privacy,
        /// It says what is not true.
        Falsehood,
        /// Anything else.
        Other,
    }
}

/// With whose eyes a comment is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CommentViewName {
    /// Everybody's.
    Public,
    /// The author's.
    Author,
    /// A moderator's.
    Moderator,
}

impl From<View> for CommentViewName {
    fn from(view: View) -> Self {
        match view {
            View::Public => Self::Public,
            View::Author => Self::Author,
            View::Moderator => Self::Moderator,
        }
    }
}

/// A comment to be written.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CommentRequest {
    /// What it says.
    #[schema(min_length = 1, max_length = 500, examples("向陈师傅学习！三十年如一日，不容易。"))]
    #[validate(custom(function = said))]
    pub body: String,
    /// The comment or reply that it answers, shown and on the same candidate. The answer to a reply stands in the same thread.
    #[serde(default)]
    #[schema(examples(json!(null)))]
    pub parent_id: Option<Uuid>,
}

fn said(body: &str) -> Result<(), ValidationError> {
    to_validator(text::paragraphs(body, BODY_MAX_CHARS))
}

impl From<CommentRequest> for CommentInput {
    fn from(input: CommentRequest) -> Self {
        Self { body: input.body, parent: input.parent_id.map(Into::into) }
    }
}

/// A moderator's decision.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModerationRequest {
    /// What is decided.
    pub decision: ModerationDecisionName,
    /// Why; the author reads it. Must be said of what is hidden.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500, examples("含有广告内容。"))]
    pub reason: Option<String>,
}

impl From<ModerationRequest> for ModerationInput {
    fn from(input: ModerationRequest) -> Self {
        Self { decision: input.decision.into(), reason: input.reason }
    }
}

impl Validate for ModerationRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(ModerationInput::from(self.clone()).faults())
    }
}

/// A report.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ReportRequest {
    /// What is wrong with the comment.
    pub kind: ReportKindName,
    /// More of that, for the moderators.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, examples("反复发布同一条广告。"))]
    #[validate(custom(function = noted))]
    pub note: Option<String>,
}

fn noted(note: &str) -> Result<(), ValidationError> {
    to_validator(text::paragraphs(note, comment::NOTE_MAX_CHARS))
}

impl From<ReportRequest> for ReportInput {
    fn from(input: ReportRequest) -> Self {
        Self { kind: input.kind.into(), note: input.note }
    }
}

/// A comment or reply. Of one that stands in the list only because there are replies to it, text and author are null.
#[derive(Serialize, ToSchema)]
pub struct Comment {
    /// Its id.
    pub id: Uuid,
    /// With whose eyes it is shown.
    pub view: CommentViewName,
    /// On whom.
    pub candidate_id: Uuid,
    /// The comment that begins the thread; null for one that begins a thread.
    pub parent_id: Option<Uuid>,
    /// The reply that it answers; null where it answers the beginning of the thread.
    pub reply_to_id: Option<Uuid>,
    /// How it stands.
    pub status: CommentStatusName,
    /// The author's display name.
    #[schema(examples("江汉小李"))]
    pub author: Option<String>,
    /// What it says.
    pub body: Option<String>,
    /// Whether the caller wrote it.
    pub own: bool,
    /// How many replies of the thread everybody sees.
    pub reply_count: i32,
    /// Why it waits; for author and moderators.
    pub hold: Option<CommentHold>,
    /// What a moderator has decided last; for author and moderators.
    pub moderation: Option<CommentModeration>,
    /// How many people have reported it since a moderator looked; for moderators.
    pub report_count: Option<i32>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// To be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(Comment);

/// Why a comment waits for a moderator.
#[derive(Serialize, ToSchema)]
pub struct CommentHold {
    /// The reason.
    pub reason: HoldReasonName,
    /// The words of the list that were found; null for the author.
    pub words: Option<Vec<String>>,
}

/// What a moderator has decided.
#[derive(Serialize, ToSchema)]
pub struct CommentModeration {
    /// What.
    pub decision: ModerationDecisionName,
    /// Why.
    pub reason: Option<String>,
    /// By whom; null for the author.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: DateTime<Utc>,
}

impl From<SeenComment> for Comment {
    fn from(seen: SeenComment) -> Self {
        let SeenComment { comment, author, view, is_own } = seen;
        let is_readable = view != View::Public || comment.is_shown();
        let is_moderator = view == View::Moderator;
        let waits = view == View::Author && comment.status == CommentStatus::Held;
        let hold = comment.hold.filter(|_| is_moderator || waits);
        let ruling = comment.ruling.filter(|_| view != View::Public);
        Self {
            id: comment.id.into(),
            view: view.into(),
            candidate_id: comment.candidate.into(),
            parent_id: comment.parent.map(Into::into),
            reply_to_id: comment.reply_to.map(Into::into),
            status: comment.status.into(),
            author: is_readable.then_some(author),
            body: comment.body.filter(|_| is_readable),
            own: is_own,
            reply_count: comment.shown_replies,
            hold: hold
                .map(|hold| CommentHold { reason: hold.reason.into(), words: is_moderator.then_some(hold.words) }),
            moderation: ruling.map(|ruling| CommentModeration {
                decision: ruling.decision.into(),
                reason: ruling.reason,
                decided_by: is_moderator.then_some(ruling.by.into()),
                decided_at: ruling.at,
            }),
            report_count: is_moderator.then_some(comment.open_reports),
            created_at: comment.created_at,
            etag: String::new(),
            version: comment.version,
        }
    }
}

/// A comment with the first replies to it.
#[derive(Serialize, ToSchema)]
pub struct CommentThread {
    /// The comment that begins it.
    pub comment: Comment,
    /// The first three replies, in the order of writing; `/comments/{id}/replies` has all of them.
    pub replies: Vec<Comment>,
}

impl From<Thread> for CommentThread {
    fn from(thread: Thread) -> Self {
        Self { comment: thread.beginning.into(), replies: thread.replies.into_iter().map(Into::into).collect() }
    }
}

/// A report as its author and the moderators see it. Who made it is not said.
#[derive(Serialize, ToSchema)]
pub struct CommentReport {
    /// What is reported.
    pub comment_id: Uuid,
    /// What is wrong with it.
    pub kind: ReportKindName,
    /// More of that.
    pub note: Option<String>,
    /// When it was reported.
    pub created_at: DateTime<Utc>,
}

impl From<ReportRow> for CommentReport {
    fn from(report: ReportRow) -> Self {
        Self {
            comment_id: report.comment_id.into(),
            kind: report.kind.into(),
            note: report.note,
            created_at: report.created_at.0,
        }
    }
}
