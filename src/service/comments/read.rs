//! Reading comments: everybody's threads, the moderators' queue, and one's own.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{MODERATORS, moderates};
use crate::{
    domain::{
        comment::{Comment, CommentStatus},
        id::{CandidateId, CommentId, UserId},
        month::Month,
    },
    service::{Service, caller::Caller, candidates::access, error::Error},
    storage::{self, Connection, comments::QueueFilter},
};

/// So many replies are shown with the comment that they answer; the others are read page by page.
pub const REPLIES_SHOWN: u8 = 3;

/// With whose eyes a comment is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Everybody's.
    Public,
    /// The author's: whether it waits and why, and what a moderator has decided.
    Author,
    /// A moderator's: the words that were found and the reports, too.
    Moderator,
}

/// A comment with the name of its author, as somebody sees it.
#[derive(Clone, Debug)]
pub struct SeenComment {
    /// The comment.
    pub comment: Comment,
    /// The author's display name.
    pub author: String,
    /// With whose eyes.
    pub view: View,
    /// Whether it is the caller's own.
    pub is_own: bool,
}

/// A comment with the first replies to it.
#[derive(Clone, Debug)]
pub struct Thread {
    /// The comment that begins it.
    pub beginning: SeenComment,
    /// The first replies, in the order of writing.
    pub replies: Vec<SeenComment>,
}

type Key = (DateTime<Utc>, CommentId);

/// How the caller sees a comment beyond what everybody does.
fn view(caller: &Caller, comment: &Comment) -> View {
    match &caller.account {
        Some(account) if moderates(account, comment) => View::Moderator,
        Some(account) if account.id == comment.author => View::Author,
        Some(_) | None => View::Public,
    }
}

/// Several comments in one view, with one question for all names.
fn seen_all(
    db: &mut Connection,
    caller: &Caller,
    comments: Vec<Comment>,
    view: impl Fn(&Comment) -> View,
) -> Result<Vec<SeenComment>, Error> {
    let mut authors: Vec<UserId> = comments.iter().map(|comment| comment.author).collect();
    authors.sort_unstable();
    authors.dedup();
    let names: BTreeMap<UserId, String> = storage::comments::author_names(db, &authors)?;
    let seen = |comment: Comment| SeenComment {
        author: names.get(&comment.author).cloned().unwrap_or_default(),
        view: view(&comment),
        is_own: caller.id() == Some(comment.author),
        comment,
    };
    Ok(comments.into_iter().map(seen).collect())
}

/// One comment as the caller sees it.
pub(super) fn seen_by(db: &mut Connection, caller: &Caller, comment: Comment) -> Result<SeenComment, Error> {
    let seen = seen_all(db, caller, vec![comment], |comment| view(caller, comment))?;
    seen.into_iter().next().ok_or_else(Error::not_found)
}

/// Reads a comment: its author and its moderators always, everybody else one that has a place in the public list of a
/// public candidate.
pub async fn get_comment(service: &Service, caller: &Caller, id: CommentId) -> Result<SeenComment, Error> {
    let (caller, now) = (caller.clone(), service.clocks.campaign());
    service
        .store
        .read(move |db| {
            let comment = storage::comments::find(db, id)?.ok_or_else(Error::not_found)?;
            if view(&caller, &comment) == View::Public {
                refuse_unlisted(db, &comment, now)?;
            }
            seen_by(db, &caller, comment)
        })
        .await
}

fn refuse_unlisted(db: &mut Connection, comment: &Comment, now: DateTime<Utc>) -> Result<(), Error> {
    access::published(db, comment.candidate, now)?;
    if comment.is_listed() { Ok(()) } else { Err(Error::not_found()) }
}

/// One page of a candidate's threads as everybody sees them, each with its first replies.
pub async fn list_threads(
    service: &Service,
    caller: &Caller,
    (candidate, descending): (CandidateId, bool),
    after: Option<Key>,
    limit: i64,
) -> Result<Vec<Thread>, Error> {
    let (caller, now) = (caller.clone(), service.clocks.campaign());
    service
        .store
        .read(move |db| {
            access::published(db, candidate, now)?;
            let comments = storage::comments::list_threads(db, candidate, descending, after, limit)?;
            threads(db, &caller, comments)
        })
        .await
}

fn threads(db: &mut Connection, caller: &Caller, beginnings: Vec<Comment>) -> Result<Vec<Thread>, Error> {
    let answered = beginnings.iter().filter(|comment| comment.shown_replies > 0).map(|comment| comment.id);
    let answered: Vec<CommentId> = answered.collect();
    let replies = storage::comments::first_replies(db, &answered, REPLIES_SHOWN)?;
    let mut below: BTreeMap<CommentId, Vec<SeenComment>> = BTreeMap::new();
    let mut threads = Vec::with_capacity(beginnings.len());
    let all = beginnings.into_iter().chain(replies).collect();
    for seen in seen_all(db, caller, all, |_| View::Public)? {
        match seen.comment.parent {
            Some(parent) => below.entry(parent).or_default().push(seen),
            None => threads.push(Thread { beginning: seen, replies: Vec::new() }),
        }
    }
    for thread in &mut threads {
        thread.replies = below.remove(&thread.beginning.comment.id).unwrap_or_default();
    }
    Ok(threads)
}

/// One page of the replies of a thread as everybody sees them, in the order of writing.
pub async fn list_replies(
    service: &Service,
    caller: &Caller,
    id: CommentId,
    after: Option<Key>,
    limit: i64,
) -> Result<Vec<SeenComment>, Error> {
    let (caller, now) = (caller.clone(), service.clocks.campaign());
    service
        .store
        .read(move |db| {
            let comment = storage::comments::find(db, id)?.ok_or_else(Error::not_found)?;
            refuse_unlisted(db, &comment, now)?;
            let replies = storage::comments::list_replies(db, id, after, limit)?;
            seen_all(db, &caller, replies, |_| View::Public)
        })
        .await
}

/// What of the moderators' list is asked for.
#[derive(Clone, Debug, Default)]
pub struct QueueRequest {
    /// In these states; empty asks for all.
    pub statuses: Vec<CommentStatus>,
    /// Written in this cycle.
    pub cycle: Option<Month>,
    /// On this candidate.
    pub candidate: Option<CandidateId>,
    /// Reported since a moderator looked, or not.
    pub reported: Option<bool>,
}

/// One page of the comments that the caller moderates, in the order of writing.
pub async fn list_queue(
    service: &Service,
    caller: &Caller,
    request: QueueRequest,
    after: Option<Key>,
    limit: i64,
) -> Result<Vec<SeenComment>, Error> {
    let scope = caller.require(MODERATORS)?.scope.clone();
    let QueueRequest { statuses, cycle, candidate, reported } = request;
    let (caller, filter) = (caller.clone(), QueueFilter { scope, statuses, cycle, candidate, reported });
    service
        .store
        .read(move |db| {
            let comments = storage::comments::list_queue(db, &filter, after, limit)?;
            seen_all(db, &caller, comments, |_| View::Moderator)
        })
        .await
}

/// One page of the caller's own comments, the latest first.
pub async fn list_my_comments(
    service: &Service,
    caller: &Caller,
    (statuses, candidate): (Vec<CommentStatus>, Option<CandidateId>),
    after: Option<Key>,
    limit: i64,
) -> Result<Vec<SeenComment>, Error> {
    let id = caller.account()?.id;
    let caller = caller.clone();
    service
        .store
        .read(move |db| {
            let comments = storage::comments::list_own(db, (id, &statuses), candidate, after, limit)?;
            seen_all(db, &caller, comments, |_| View::Author)
        })
        .await
}
