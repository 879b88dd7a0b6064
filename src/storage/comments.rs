//! Comments on candidates and replies to them.

mod list;
mod row;

use std::collections::BTreeMap;

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, SelectableHelper};

pub use list::{QueueFilter, first_replies, list_own, list_queue, list_replies, list_threads};
use row::CommentRow;

use super::{
    Connection, StoreError, locks,
    schema::{comments, users},
    sql_values::{At, Stored},
};
use crate::domain::{
    comment::Comment,
    id::{CommentId, UserId},
};

/// Adds a comment.
pub fn insert(connection: &mut Connection, comment: &Comment) -> Result<(), StoreError> {
    diesel::insert_into(comments::table).values(CommentRow::from(comment)).execute(connection)?;
    Ok(())
}

/// Finds a comment.
pub fn find(connection: &mut Connection, id: CommentId) -> Result<Option<Comment>, StoreError> {
    let row = comments::table.find(id).select(CommentRow::as_select()).first(connection).optional()?;
    Ok(row.map(Comment::from))
}

/// Holds a comment against every other writer and returns it. Where it stands in a thread, the beginning of the thread is
/// held first and returned too, so that its count of replies can be kept.
pub fn find_locked(
    connection: &mut Connection,
    id: CommentId,
) -> Result<Option<(Comment, Option<Comment>)>, StoreError> {
    let parent: Option<Option<CommentId>> =
        comments::table.find(id).select(comments::parent_id).first(connection).optional()?;
    let Some(parent) = parent else { return Ok(None) };
    let parent = match parent {
        Some(parent) => {
            locks::comment(connection, parent)?;
            find(connection, parent)?
        }
        None => None,
    };
    locks::comment(connection, id)?;
    Ok(find(connection, id)?.map(|comment| (comment, parent)))
}

/// Writes how a comment stands, which is held by the transaction. Who wrote it, on whom and when stays.
pub fn save(connection: &mut Connection, comment: &Comment) -> Result<(), StoreError> {
    let ruling = comment.ruling.as_ref();
    diesel::update(comments::table.find(comment.id))
        .set((
            comments::body.eq(comment.body.as_deref()),
            comments::status.eq(comment.status),
            comments::listed.eq(comment.is_listed()),
            comments::hold_reason.eq(comment.hold.as_ref().map(|hold| hold.reason)),
            comments::held_words.eq(Stored(comment.hold.as_ref().map(|hold| hold.words.clone()).unwrap_or_default())),
            comments::shown_replies.eq(comment.shown_replies),
            comments::open_reports.eq(comment.open_reports),
            comments::decision.eq(ruling.map(|ruling| ruling.decision)),
            comments::reason.eq(ruling.and_then(|ruling| ruling.reason.as_deref())),
            comments::decided_by.eq(ruling.map(|ruling| ruling.by)),
            comments::decided_at.eq(ruling.map(|ruling| At(ruling.at))),
            comments::version.eq(comment.version),
        ))
        .execute(connection)?;
    Ok(())
}

/// The display names of accounts, closed ones among them.
pub fn author_names(connection: &mut Connection, ids: &[UserId]) -> Result<BTreeMap<UserId, String>, StoreError> {
    let rows: Vec<(UserId, String)> = users::table
        .filter(users::id.eq_any(ids.to_vec()))
        .select((users::id, users::display_name))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}
