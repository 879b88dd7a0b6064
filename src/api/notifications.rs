//! What one's own account is told of.

use actix_web::{HttpRequest, get, post};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use validator::Validate;

use crate::{
    api::{
        answer::Answer,
        body::Body,
        page::{Page, PageRequest},
        problem::Problem,
        query::Query,
        responses,
        role::mirrored,
        state::State,
    },
    domain::{
        id::NotificationId,
        notification::{self, NotificationKind},
    },
    service::{Caller, notifications},
};

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_notifications).service(mark_notifications_read);
}

mirrored! {
    /// What a notification tells.
    NotificationKindName = NotificationKind {
        /// A comment of one's own waits for a moderator after it had been shown.
        CommentHeld,
        /// A moderator shows a comment of one's own.
        CommentShown,
        /// A moderator has hidden a comment of one's own.
        CommentHidden,
        /// A candidate was sent back to be completed: to its nominators, and to the reviewers of its unit.
        CandidateReturned,
        /// The unit has verified whom one nominated.
        CandidateVerified,
        /// The district endorses whom one nominated.
        CandidateEndorsed,
        /// The city has screened whom one nominated.
        CandidateScreened,
        /// Whom one nominated is forwarded, and public from now on.
        CandidateForwarded,
        /// Whom one nominated is on the month's list.
        CandidateListed,
        /// Whom one nominated is not on the month's list.
        CandidateNotListed,
        /// Whom one nominated was rejected or disqualified.
        CandidateRejected,
        /// Whom one nominated was taken up again.
        CandidateReinstated,
        /// The entry of whom one nominated was revoked.
        CandidateRevoked,
        /// A window closes soon, and decisions wait for the account.
        Deadline,
        /// The package of a batch could not be built: to the city's reviewers.
        PackageFailed,
        /// A webhook of the account was paused, as nothing arrived any more.
        WebhookPaused,
        /// Visits to honorees are due: to the reviewers who look after them.
        VisitsDue,
        /// An honoree could not be reached for too long: to the unit, then the district, then the city.
        ContactLost,
        /// A grant of assistance waits for approval.
        AssistanceWaiting,
        /// An honour was revoked: to the reviewers who look after the honoree.
        HonourRevoked,
        /// An honoree is recommended for the pool of moral models: to the city's reviewers.
        PoolRecommended,
        /// The city has decided on a recommendation to the pool: to who recommended.
        PoolDecided,
        /// Somebody asks the account to stand in for them, or no more.
        Delegated,
    }
}

/// A notification. Later versions tell of more kinds of things.
#[derive(Serialize, ToSchema)]
pub struct Notification {
    /// Its id.
    pub id: Uuid,
    /// What it tells.
    pub kind: NotificationKindName,
    /// The comment concerned.
    pub comment_id: Option<Uuid>,
    /// The candidate concerned.
    pub candidate_id: Option<Uuid>,
    /// In the words of whoever decided.
    #[schema(examples("含有广告内容。"))]
    pub reason: Option<String>,
    /// The cycle concerned.
    #[schema(examples("2026-11"))]
    pub cycle: Option<String>,
    /// Of a deadline: when the window closes.
    pub deadline_at: Option<DateTime<Utc>>,
    /// Of a deadline: how many decisions wait, at most 1000. Of visits: how many are due within a week or overdue.
    pub waiting: Option<i64>,
    /// The batch concerned.
    pub batch_id: Option<Uuid>,
    /// The webhook concerned.
    pub webhook_id: Option<Uuid>,
    /// The honoree concerned.
    pub honoree_id: Option<Uuid>,
    /// The delegation concerned.
    pub delegation_id: Option<Uuid>,
    /// When it happened.
    pub created_at: DateTime<Utc>,
    /// When it was marked as read.
    pub read_at: Option<DateTime<Utc>>,
}

impl From<notification::Notification> for Notification {
    fn from(told: notification::Notification) -> Self {
        Self {
            id: told.id.into(),
            kind: told.kind.into(),
            comment_id: told.comment.map(Into::into),
            candidate_id: told.candidate.map(Into::into),
            reason: told.reason,
            cycle: told.cycle.map(|cycle| cycle.to_string()),
            deadline_at: told.deadline_at,
            waiting: told.waiting,
            batch_id: told.batch.map(Into::into),
            webhook_id: told.webhook.map(Into::into),
            honoree_id: told.honoree.map(Into::into),
            delegation_id: told.delegation.map(Into::into),
            created_at: told.created_at,
            read_at: told.read_at,
        }
    }
}

/// Filters of one's own notifications.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NotificationsQuery {
    /// True leaves out those that were read.
    unread: Option<bool>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List one's own notifications
///
/// The latest first.
#[utoipa::path(
    tag = "accounts",
    params(NotificationsQuery),
    responses((status = 200, description = "A page of notifications.", body = Page<Notification>), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/me/notifications")]
pub async fn list_notifications(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<NotificationsQuery>,
) -> Result<Answer, Problem> {
    caller.account()?;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, NotificationId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let unread = query.unread.unwrap_or(false);
    let rows = notifications::list_notifications(&state, &caller, unread, page.after, page.rows()).await?;
    page.answer_plain(rows, |told| (told.created_at, told.id), |told| Ok(Notification::from(told)))
}

/// Which notifications were read.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct MarkReadRequest {
    /// Their ids.
    #[schema(min_items = 1, max_items = 100)]
    pub ids: Vec<Uuid>,
}

/// What is left to read.
#[derive(Serialize, ToSchema)]
pub struct MarkReadResult {
    /// How many of one's notifications are not read.
    pub unread: i64,
}

/// Mark notifications as read
///
/// A page of them at once; marking one again changes nothing.
#[utoipa::path(
    tag = "accounts",
    request_body = MarkReadRequest,
    responses((status = 200, description = "Marked.", body = MarkReadResult), responses::Unauthenticated, responses::Forbidden, responses::Invalid, responses::Common)
)]
#[post("/me/notifications/read")]
pub async fn mark_notifications_read(
    state: State,
    caller: Caller,
    body: Body<MarkReadRequest>,
) -> Result<Answer, Problem> {
    caller.account()?;
    let ids = body.read()?.ids.into_iter().map(Into::into).collect();
    Answer::plain(&MarkReadResult { unread: notifications::mark_read(&state, &caller, ids).await? })
}
