//! What moderators decide: the city's reviewers, and those of the candidate's district.

use super::{
    MODERATORS, announce, audit, moderates,
    read::{self, SeenComment},
    save,
    write::status_event,
};
use crate::{
    domain::{
        comment::{self, CommentStatus, ModerationDecision, REASON_MAX_CHARS, Ruling},
        fault::{Code, Fault},
        id::CommentId,
        notification::NotificationKind,
        text,
    },
    service::{
        Service,
        caller::{Account, Caller},
        error::{Error, refuse_invalid},
        idempotency::{self, Attempt, FirstAnswer},
        notifications,
    },
    storage::{self, Connection},
};

/// A decision as it comes in.
#[derive(Clone, Debug)]
pub struct ModerationInput {
    /// What is decided.
    pub decision: ModerationDecision,
    /// Why; must be said of what is hidden.
    pub reason: Option<String>,
}

impl ModerationInput {
    /// Everything that is wrong with it.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        match (&self.reason, self.decision) {
            (Some(reason), _) => {
                let faults = text::paragraphs(reason, REASON_MAX_CHARS).into_iter();
                faults.map(|fault| fault.under("/reason")).collect()
            }
            (None, ModerationDecision::Hide) => vec![Fault::at("/reason", Code::Required)],
            (None, ModerationDecision::Show) => Vec::new(),
        }
    }
}

/// Makes sure that the caller moderates a comment; else 403 by role, or 404.
pub async fn require_moderated(service: &Service, caller: &Caller, id: CommentId) -> Result<(), Error> {
    let account = caller.require(MODERATORS)?.clone();
    let read = service.store.read(move |db| Ok::<_, Error>(storage::comments::find(db, id)?));
    let is_moderated = read.await?.is_some_and(|comment| moderates(&account, &comment));
    if is_moderated { Ok(()) } else { Err(Error::not_found()) }
}

/// Shows or hides a comment. The reports that it has gathered are settled with that, and the author is told of what
/// changes. With a version, a comment that stands differently by now is left as it is.
pub async fn moderate_comment(
    service: &Service,
    caller: &Caller,
    (id, version): (CommentId, Option<i64>),
    input: ModerationInput,
    attempt: Option<Attempt>,
) -> Result<SeenComment, Error> {
    let account = caller.require(MODERATORS)?.clone();
    refuse_invalid(input.faults())?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let seen = moderate(&service, db, (&caller, &account), (id, version), &input)?;
            let first = FirstAnswer { status: 201, resource_id: id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            Ok(seen)
        })
        .await
}

fn moderate(
    service: &Service,
    db: &mut Connection,
    (caller, account): (&Caller, &Account),
    (id, version): (CommentId, Option<i64>),
    input: &ModerationInput,
) -> Result<SeenComment, Error> {
    let found = storage::comments::find_locked(db, id)?.filter(|(comment, _)| moderates(account, comment));
    let (mut comment, parent) = found.ok_or_else(Error::not_found)?;
    if version.is_some_and(|version| version != comment.version) {
        return Err(Error::of(Code::PreconditionFailed));
    }
    let before = comment.status;
    comment.status = comment::decide(before, comment.open_reports, input.decision).map_err(Error::fault)?;
    let reason = input.reason.as_deref().map(text::tidy_paragraphs);
    let at = service.clocks.campaign();
    comment.ruling = Some(Ruling { decision: input.decision, reason: reason.clone(), by: account.id, at });
    comment.open_reports = 0;
    comment.version += 1;
    save(db, before == CommentStatus::Shown, &comment, parent)?;
    audit(service, db, caller, (status_event(comment.status), &comment))?;
    if comment.status != before {
        announce(service, db, (status_event(comment.status), &comment))?;
        let kind = match input.decision {
            ModerationDecision::Show => NotificationKind::CommentShown,
            ModerationDecision::Hide => NotificationKind::CommentHidden,
        };
        notifications::tell_of_comment(service, db, &comment, (kind, reason))?;
    }
    read::seen_by(db, caller, comment)
}
