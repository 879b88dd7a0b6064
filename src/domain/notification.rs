//! What an account is told of, to be read when its owner comes by.

use chrono::{DateTime, Utc};

use super::id::{CandidateId, CommentId, NotificationId, UserId};

text_enum! {
    /// What a notification tells.
    pub enum NotificationKind {
        /// A comment of one's own waits for a moderator after it had been shown.
        CommentHeld = "comment_held",
        /// A moderator shows a comment of one's own.
        CommentShown = "comment_shown",
        /// A moderator has hidden a comment of one's own.
        CommentHidden = "comment_hidden",
    }
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
    /// When it happened.
    pub created_at: DateTime<Utc>,
    /// When it was marked as read.
    pub read_at: Option<DateTime<Utc>>,
}
