//! Writing comments, and taking one's own away.

use super::{
    WRITERS, announce, audit,
    read::{self, SeenComment},
    save,
};
use crate::{
    domain::{
        comment::{self, BODY_MAX_CHARS, Comment, CommentStatus, Hold},
        fault::{Code, Fault},
        id::{CandidateId, CommentId},
        text,
    },
    service::{
        Service,
        caller::{Account, Caller},
        candidates::access,
        error::{Error, refuse_invalid},
        generator,
        idempotency::{self, Attempt, FirstAnswer},
    },
    storage::{self, Connection},
};

/// So often the word lists may change while one comment is being written.
const TRIES: usize = 5;

/// A comment as it comes in.
#[derive(Clone, Debug)]
pub struct CommentInput {
    /// What it says.
    pub body: String,
    /// The comment or reply that it answers.
    pub parent: Option<CommentId>,
}

/// Makes sure that everybody may read a candidate's comments; else 404.
pub async fn require_published(service: &Service, id: CandidateId) -> Result<(), Error> {
    let now = service.clocks.campaign();
    service.store.read(move |db| access::published(db, id, now).map(|_| ())).await
}

/// Writes a comment. It appears at once, or waits for a moderator where the policy has all of them wait or words of the list
/// are found in it. The text is looked at before the transaction, with the filter of the version that the transaction
/// then finds to hold.
pub async fn create_comment(
    service: &Service,
    caller: &Caller,
    candidate: CandidateId,
    input: CommentInput,
    attempt: Option<Attempt>,
) -> Result<SeenComment, Error> {
    let account = caller.require(WRITERS)?.clone();
    refuse_invalid(under("/body", text::paragraphs(&input.body, BODY_MAX_CHARS)))?;
    let input = CommentInput { body: text::tidy_paragraphs(&input.body), parent: input.parent };
    let mut filter = service.word_filters.any(&service.store).await?;
    for _ in 0..TRIES {
        let (words, version) = (filter.filter.find(&input.body), filter.version);
        let (of_service, caller, account) = (service.clone(), caller.clone(), account.clone());
        let (input, attempt) = (input.clone(), attempt.clone());
        let written = service.store.write(move |db| {
            account.recheck(db)?;
            if storage::word_lists::version_locked(db)? != version {
                // Nothing is written yet, the claim of the key neither.
                return Ok(None);
            }
            idempotency::claim(db, attempt.as_ref(), of_service.clocks.machine())?;
            let comment = write(&of_service, db, &account, candidate, (&input, words))?;
            audit(&of_service, db, &caller, ("comment.created", &comment))?;
            announce(&of_service, db, (status_event(comment.status), &comment))?;
            let first = FirstAnswer { status: 201, resource_id: comment.id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            read::seen_by(db, &caller, comment).map(Some)
        });
        if let Some(comment) = written.await? {
            return Ok(comment);
        }
        filter = service.word_filters.newer_than(&service.store, version).await?;
    }
    Err(Error::Unavailable("the word lists change all the time".to_owned()))
}

fn under(pointer: &str, faults: Vec<Fault>) -> Vec<Fault> {
    faults.into_iter().map(|fault| fault.under(pointer)).collect()
}

/// The event that tells of a comment's status.
pub(super) const fn status_event(status: CommentStatus) -> &'static str {
    match status {
        CommentStatus::Held => "comment.held",
        CommentStatus::Shown => "comment.shown",
        CommentStatus::Hidden => "comment.hidden",
        CommentStatus::Deleted => "comment.deleted",
    }
}

fn write(
    service: &Service,
    db: &mut Connection,
    account: &Account,
    candidate: CandidateId,
    (input, words): (&CommentInput, Vec<String>),
) -> Result<Comment, Error> {
    let now = service.clocks.campaign();
    let seen = access::published(db, candidate, now)?;
    storage::locks::cycle_shared(db, seen.cycle)?;
    access::published(db, candidate, now)?;
    let found = storage::candidates::find(db, candidate)?.ok_or_else(Error::not_found)?;
    let cycle = storage::cycles::find(db, found.cycle)?.ok_or_else(Error::not_found)?;
    let answered = match input.parent {
        Some(parent) => Some(find_answered(db, candidate, parent)?),
        None => None,
    };
    if let Some(fault) = comment::closed(&cycle, found.status, now) {
        return Err(Error::fault(fault));
    }
    let hold = comment::hold_of(cycle.policy.comment_moderation, words);
    let (beginning, reply_to) = match answered {
        Some((reply, Some(beginning))) => (Some(beginning), Some(reply.id)),
        Some((beginning, None)) => (Some(beginning), None),
        None => (None, None),
    };
    let comment = Comment {
        id: generator::new_id(&service.clocks)?,
        candidate,
        cycle: cycle.month,
        district: found.district_id,
        unit: found.unit_id,
        author: account.id,
        parent: beginning.as_ref().map(|beginning| beginning.id),
        reply_to,
        body: Some(input.body.clone()),
        status: if hold.is_some() { CommentStatus::Held } else { CommentStatus::Shown },
        hold,
        shown_replies: 0,
        open_reports: 0,
        ruling: None,
        version: 1,
        created_at: now,
    };
    storage::comments::insert(db, &comment)?;
    if let Some(mut beginning) = beginning.filter(|_| comment.is_shown()) {
        beginning.shown_replies += 1;
        storage::comments::save(db, &beginning)?;
    }
    Ok(comment)
}

/// The comment that is answered, which everybody must see, and the beginning of its thread where it is a reply itself.
fn find_answered(
    db: &mut Connection,
    candidate: CandidateId,
    id: CommentId,
) -> Result<(Comment, Option<Comment>), Error> {
    let found = storage::comments::find_locked(db, id)?;
    found
        .filter(|(answered, _)| answered.candidate == candidate && answered.is_shown())
        .ok_or_else(|| Error::invalid(vec![Fault::at("/parent_id", Code::UnknownReference)]))
}

/// The version of one's own comment; 404 for any other.
pub async fn own_version(service: &Service, caller: &Caller, id: CommentId) -> Result<i64, Error> {
    let author = caller.account()?.id;
    let read = service.store.read(move |db| Ok::<_, Error>(storage::comments::find(db, id)?));
    Ok(read.await?.filter(|comment| comment.author == author).ok_or_else(Error::not_found)?.version)
}

/// Takes one's own comment away, whatever a moderator has decided and whatever has become of the candidate. The text is
/// gone for good; where somebody has replied, a place-holder stays. Doing it again changes nothing.
pub async fn delete_comment(service: &Service, caller: &Caller, (id, version): (CommentId, i64)) -> Result<(), Error> {
    let account = caller.account()?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            let found = storage::comments::find_locked(db, id)?.filter(|(comment, _)| comment.author == account.id);
            let (mut comment, parent) = found.ok_or_else(Error::not_found)?;
            if comment.version != version {
                return Err(Error::of(Code::PreconditionFailed));
            }
            if comment.status == CommentStatus::Deleted {
                return Ok(());
            }
            let was_shown = comment.is_shown();
            comment.status = CommentStatus::Deleted;
            comment.body = None;
            // The words that were found are part of the text.
            comment.hold = comment.hold.map(|hold| Hold { words: Vec::new(), ..hold });
            comment.open_reports = 0;
            comment.version += 1;
            save(db, was_shown, &comment, parent)?;
            audit(&service, db, &caller, (status_event(comment.status), &comment))?;
            announce(&service, db, (status_event(comment.status), &comment))
        })
        .await
}
