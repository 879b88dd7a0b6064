//! Reports of comments: anyone signed in, once each.

use chrono::{DateTime, Utc};

use super::{WRITERS, announce, audit, moderate, save, write::status_event};
use crate::{
    domain::{
        comment::{self, Comment, CommentStatus, Hold, HoldReason, NOTE_MAX_CHARS, ReportKind},
        id::{CommentId, UserId},
        notification::NotificationKind,
        text,
    },
    service::{
        Service,
        caller::{Account, Caller},
        candidates::access,
        error::{Error, refuse_invalid},
        notifications,
    },
    storage::{self, Connection, comment_reports::ReportRow, sql_values::At},
};

/// A report as it comes in.
#[derive(Clone, Debug)]
pub struct ReportInput {
    /// What is wrong with the comment.
    pub kind: ReportKind,
    /// More of that.
    pub note: Option<String>,
}

/// A report with whether it is new.
#[derive(Clone, Debug)]
pub struct Reported {
    /// The report, as it was first made.
    pub report: ReportRow,
    /// False when the caller has reported the comment before.
    pub is_new: bool,
}

/// Reports a comment, or finds the report that the caller has made before. A shown comment that enough people have reported
/// is held.
pub async fn report_comment(
    service: &Service,
    caller: &Caller,
    id: CommentId,
    input: ReportInput,
) -> Result<Reported, Error> {
    let account = caller.require(WRITERS)?.clone();
    let note = input.note.as_deref().map(|note| text::paragraphs(note, NOTE_MAX_CHARS)).unwrap_or_default();
    refuse_invalid(note.into_iter().map(|fault| fault.under("/note")).collect())?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            report(&service, db, (&caller, &account), id, &input)
        })
        .await
}

/// Makes sure that the caller sees a comment's text, or has reported it before; else 404.
pub async fn require_reportable(service: &Service, caller: &Caller, id: CommentId) -> Result<(), Error> {
    let account = caller.require(WRITERS)?.clone();
    let now = service.clocks.campaign();
    service
        .store
        .read(move |db| {
            let comment = storage::comments::find(db, id)?.ok_or_else(Error::not_found)?;
            match storage::comment_reports::find(db, id, account.id)? {
                Some(_) => Ok(()),
                None => refuse_unseen(db, &comment, now),
            }
        })
        .await
}

fn refuse_unseen(db: &mut Connection, comment: &Comment, now: DateTime<Utc>) -> Result<(), Error> {
    access::published(db, comment.candidate, now)?;
    if comment.is_shown() { Ok(()) } else { Err(Error::not_found()) }
}

fn report(
    service: &Service,
    db: &mut Connection,
    (caller, account): (&Caller, &Account),
    id: CommentId,
    input: &ReportInput,
) -> Result<Reported, Error> {
    let (mut comment, parent) = storage::comments::find_locked(db, id)?.ok_or_else(Error::not_found)?;
    if let Some(report) = storage::comment_reports::find(db, id, account.id)? {
        return Ok(Reported { report, is_new: false });
    }
    let now = service.clocks.campaign();
    refuse_unseen(db, &comment, now)?;
    let report = ReportRow {
        comment_id: id,
        user_id: account.id,
        kind: input.kind,
        note: input.note.as_deref().map(text::tidy_paragraphs),
        created_at: At(now),
    };
    storage::comment_reports::insert(db, &report)?;
    audit(service, db, caller, ("comment.reported", &comment))?;
    comment.open_reports += 1;
    if comment::is_held_by(comment.open_reports) {
        comment.status = CommentStatus::Held;
        comment.hold = Some(Hold { reason: HoldReason::Reports, words: Vec::new() });
        comment.version += 1;
        announce(service, db, (status_event(comment.status), &comment))?;
        notifications::tell_of_comment(service, db, &comment, (NotificationKind::CommentHeld, None))?;
    }
    save(db, true, &comment, parent)?;
    Ok(Reported { report, is_new: true })
}

/// One page of the reports of a comment, for its moderators.
pub async fn list_reports(
    service: &Service,
    caller: &Caller,
    id: CommentId,
    after: Option<(DateTime<Utc>, UserId)>,
    limit: i64,
) -> Result<Vec<ReportRow>, Error> {
    moderate::require_moderated(service, caller, id).await?;
    service.store.read(move |db| Ok(storage::comment_reports::list(db, id, after, limit)?)).await
}
