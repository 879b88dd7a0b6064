//! A comment as stored.

use diesel::{Insertable, Queryable, Selectable};

use crate::{
    domain::{
        comment::{Comment, CommentStatus, Hold, HoldReason, ModerationDecision, Ruling},
        id::{CandidateId, CommentId, OrganizationId, UserId},
        month::Month,
    },
    storage::{
        schema::comments,
        sql_values::{At, Stored},
    },
};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = comments, treat_none_as_default_value = false)]
pub(super) struct CommentRow {
    id: CommentId,
    candidate_id: CandidateId,
    cycle: Month,
    district_id: OrganizationId,
    unit_id: Option<OrganizationId>,
    author_id: UserId,
    parent_id: Option<CommentId>,
    reply_to_id: Option<CommentId>,
    body: Option<String>,
    status: CommentStatus,
    listed: bool,
    hold_reason: Option<HoldReason>,
    held_words: Stored<Vec<String>>,
    shown_replies: i32,
    open_reports: i32,
    decision: Option<ModerationDecision>,
    reason: Option<String>,
    decided_by: Option<UserId>,
    decided_at: Option<At>,
    version: i64,
    created_at: At,
}

impl From<CommentRow> for Comment {
    fn from(row: CommentRow) -> Self {
        let ruling = match (row.decision, row.decided_by, row.decided_at) {
            (Some(decision), Some(by), Some(at)) => Some(Ruling { decision, reason: row.reason, by, at: at.0 }),
            _ => None,
        };
        Self {
            id: row.id,
            candidate: row.candidate_id,
            cycle: row.cycle,
            district: row.district_id,
            unit: row.unit_id,
            author: row.author_id,
            parent: row.parent_id,
            reply_to: row.reply_to_id,
            body: row.body,
            status: row.status,
            hold: row.hold_reason.map(|reason| Hold { reason, words: row.held_words.0 }),
            shown_replies: row.shown_replies,
            open_reports: row.open_reports,
            ruling,
            version: row.version,
            created_at: row.created_at.0,
        }
    }
}

impl From<&Comment> for CommentRow {
    fn from(comment: &Comment) -> Self {
        let ruling = comment.ruling.as_ref();
        Self {
            id: comment.id,
            candidate_id: comment.candidate,
            cycle: comment.cycle,
            district_id: comment.district,
            unit_id: comment.unit,
            author_id: comment.author,
            parent_id: comment.parent,
            reply_to_id: comment.reply_to,
            body: comment.body.clone(),
            status: comment.status,
            listed: comment.is_listed(),
            hold_reason: comment.hold.as_ref().map(|hold| hold.reason),
            held_words: Stored(comment.hold.as_ref().map(|hold| hold.words.clone()).unwrap_or_default()),
            shown_replies: comment.shown_replies,
            open_reports: comment.open_reports,
            decision: ruling.map(|ruling| ruling.decision),
            reason: ruling.and_then(|ruling| ruling.reason.clone()),
            decided_by: ruling.map(|ruling| ruling.by),
            decided_at: ruling.map(|ruling| At(ruling.at)),
            version: comment.version,
            created_at: At(comment.created_at),
        }
    }
}
