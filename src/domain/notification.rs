//! What an account is told of, to be read when its owner comes by.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    id::{BatchId, CandidateId, CommentId, DelegationId, HonoreeId, NotificationId, UserId, WebhookId},
    month::Month,
    transition::Action,
};

text_enum! {
    /// What a notification tells.
    pub enum NotificationKind {
        /// A comment of one's own waits for a moderator after it had been shown.
        CommentHeld = "comment_held",
        /// A moderator shows a comment of one's own.
        CommentShown = "comment_shown",
        /// A moderator has hidden a comment of one's own.
        CommentHidden = "comment_hidden",
        /// A candidate was sent back to be completed: to its nominators, and to the reviewers of its unit.
        CandidateReturned = "candidate_returned",
        /// The unit has verified whom one nominated.
        CandidateVerified = "candidate_verified",
        /// The district endorses whom one nominated.
        CandidateEndorsed = "candidate_endorsed",
        /// The city has screened whom one nominated.
        CandidateScreened = "candidate_screened",
        /// Whom one nominated is forwarded, and public from now on.
        CandidateForwarded = "candidate_forwarded",
        /// Whom one nominated is on the month's list.
        CandidateListed = "candidate_listed",
        /// Whom one nominated is not on the month's list.
        CandidateNotListed = "candidate_not_listed",
        /// Whom one nominated was rejected or disqualified.
        CandidateRejected = "candidate_rejected",
        /// Whom one nominated was taken up again.
        CandidateReinstated = "candidate_reinstated",
        /// The entry of whom one nominated was revoked.
        CandidateRevoked = "candidate_revoked",
        /// A window closes soon, and decisions wait for the account.
        Deadline = "deadline",
        /// The package of a batch could not be built: to the city's reviewers.
        PackageFailed = "package_failed",
        /// A webhook of the account was paused, as nothing arrived any more.
        WebhookPaused = "webhook_paused",
        /// Visits to honorees are due: to the reviewers who look after them.
        VisitsDue = "visits_due",
        /// An honoree could not be reached for too long: to the unit, then the district, then the city.
        ContactLost = "contact_lost",
        /// A grant of assistance waits for approval.
        AssistanceWaiting = "assistance_waiting",
        /// An honour was revoked: to the reviewers who look after the honoree.
        HonourRevoked = "honour_revoked",
        /// An honoree is recommended for the pool of moral models: to the city's reviewers.
        PoolRecommended = "pool_recommended",
        /// The city has decided on a recommendation to the pool: to who recommended.
        PoolDecided = "pool_decided",
        /// Somebody asks the account to stand in for them, or no more.
        Delegated = "delegated",
    }
}

/// What nominators are told of a step of their candidate; none where it is no decision.
#[must_use]
pub const fn of_step(action: Action) -> Option<NotificationKind> {
    Some(match action {
        Action::Return | Action::Refuse => NotificationKind::CandidateReturned,
        Action::Verify => NotificationKind::CandidateVerified,
        Action::Endorse => NotificationKind::CandidateEndorsed,
        Action::Screen => NotificationKind::CandidateScreened,
        Action::Forward => NotificationKind::CandidateForwarded,
        Action::List => NotificationKind::CandidateListed,
        Action::NotList => NotificationKind::CandidateNotListed,
        Action::Reject | Action::Disqualify => NotificationKind::CandidateRejected,
        Action::Reinstate => NotificationKind::CandidateReinstated,
        Action::Revoke => NotificationKind::CandidateRevoked,
        Action::Assign
        | Action::Resubmit
        | Action::Recall
        | Action::Withdraw
        | Action::WithdrawConsent
        | Action::CarryOver
        | Action::Merge
        | Action::Unmerge => return None,
    })
}

/// So many days before a window closes whoever has work left is reminded; the last time comes last.
pub const REMINDED_BEFORE: [i64; 2] = [3, 1];

/// Which reminder of a window is due: the days of the latest one that has come, as long as the window is open.
#[must_use]
pub fn due_reminder(closes_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<i64> {
    let has_come = |days: &&i64| now >= closes_at - TimeDelta::days(**days);
    REMINDED_BEFORE.iter().rev().find(has_come).copied().filter(|_| now < closes_at)
}

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// Its identifier.
    pub id: NotificationId,
    /// Who is told.
    pub user: UserId,
    /// What is told.
    pub kind: NotificationKind,
    /// The comment concerned.
    pub comment: Option<CommentId>,
    /// The candidate concerned.
    pub candidate: Option<CandidateId>,
    /// In the words of whoever decided.
    pub reason: Option<String>,
    /// The cycle concerned.
    pub cycle: Option<Month>,
    /// When the window closes.
    pub deadline_at: Option<DateTime<Utc>>,
    /// How many decisions wait, or visits are due.
    pub waiting: Option<i64>,
    /// The batch concerned.
    pub batch: Option<BatchId>,
    /// The webhook concerned.
    pub webhook: Option<WebhookId>,
    /// The honoree concerned.
    pub honoree: Option<HonoreeId>,
    /// The delegation concerned.
    pub delegation: Option<DelegationId>,
    /// When it happened.
    pub created_at: DateTime<Utc>,
    /// When it was marked as read.
    pub read_at: Option<DateTime<Utc>>,
}

impl Notification {
    /// Somebody is told of something; what it concerns is still to be said.
    #[must_use]
    pub const fn new(id: NotificationId, user: UserId, kind: NotificationKind, created_at: DateTime<Utc>) -> Self {
        Self {
            id,
            user,
            kind,
            comment: None,
            candidate: None,
            reason: None,
            cycle: None,
            deadline_at: None,
            waiting: None,
            batch: None,
            webhook: None,
            honoree: None,
            delegation: None,
            created_at,
            read_at: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reminders_come_three_days_and_one_day_before_and_end_with_the_window() {
        let closes_at: DateTime<Utc> = "2026-11-20T16:00:00Z".parse().unwrap();
        for (now, expected) in [
            ("2026-11-17T15:59:59Z", None),
            ("2026-11-17T16:00:00Z", Some(3)),
            ("2026-11-19T15:59:59Z", Some(3)),
            ("2026-11-19T16:00:00Z", Some(1)),
            ("2026-11-20T15:59:59Z", Some(1)),
            ("2026-11-20T16:00:00Z", None),
        ] {
            assert_eq!(due_reminder(closes_at, now.parse().unwrap()), expected, "{now}");
        }
    }
}
