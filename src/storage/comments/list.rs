//! Pages of comments: the public's, the moderators' and the author's.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, QueryDsl, QueryableByName, RunQueryDsl, SelectableHelper, sql_query,
    sql_types::{Binary, Uuid as PgUuid},
};

use super::row::CommentRow;
use crate::{
    domain::{
        comment::{Comment, CommentStatus},
        id::{CandidateId, CommentId, UserId},
        month::Month,
        scope::Scope,
    },
    storage::{Connection, StoreError, schema::comments, sql_types::Id, sql_values::At},
};

/// The key of a page: when a comment was written, and which.
pub type CommentKey = (DateTime<Utc>, CommentId);

/// Restricts a boxed query to what comes after a key in one direction, and orders it in that direction.
macro_rules! page {
    ($query:expr, $after:expr, $limit:expr, ascending) => {{
        let mut query = $query;
        if let Some((at, id)) = $after {
            let same_moment = comments::created_at.eq(At(at)).and(comments::id.gt(id));
            query = query.filter(comments::created_at.gt(At(at)).or(same_moment));
        }
        query.order((comments::created_at, comments::id)).limit($limit)
    }};
    ($query:expr, $after:expr, $limit:expr, descending) => {{
        let mut query = $query;
        if let Some((at, id)) = $after {
            let same_moment = comments::created_at.eq(At(at)).and(comments::id.lt(id));
            query = query.filter(comments::created_at.lt(At(at)).or(same_moment));
        }
        query.order((comments::created_at.desc(), comments::id.desc())).limit($limit)
    }};
}

fn shown(rows: Vec<CommentRow>) -> Vec<Comment> {
    rows.into_iter().map(Comment::from).collect()
}

/// One page of the beginnings of threads that everybody may see, place-holders among them.
pub fn list_threads(
    connection: &mut Connection,
    candidate: CandidateId,
    descending: bool,
    after: Option<CommentKey>,
    limit: i64,
) -> Result<Vec<Comment>, StoreError> {
    let query = comments::table
        .filter(comments::candidate_id.eq(candidate))
        .filter(comments::listed.eq(true))
        .filter(comments::parent_id.is_null())
        .select(CommentRow::as_select())
        .into_boxed();
    let rows = if descending {
        page!(query, after, limit, descending).load(connection)?
    } else {
        page!(query, after, limit, ascending).load(connection)?
    };
    Ok(shown(rows))
}

/// One page of the shown replies of a thread, in the order of writing.
pub fn list_replies(
    connection: &mut Connection,
    parent: CommentId,
    after: Option<CommentKey>,
    limit: i64,
) -> Result<Vec<Comment>, StoreError> {
    let query = comments::table
        .filter(comments::parent_id.eq(parent))
        .filter(comments::status.eq(CommentStatus::Shown))
        .select(CommentRow::as_select())
        .into_boxed();
    Ok(shown(page!(query, after, limit, ascending).load(connection)?))
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Id)]
    id: CommentId,
}

/// The first shown replies of each of several threads, `each` at most, in the order of writing. One query by index for each
/// thread, all of them sent as one.
pub fn first_replies(connection: &mut Connection, parents: &[CommentId], each: u8) -> Result<Vec<Comment>, StoreError> {
    if parents.is_empty() {
        return Ok(Vec::new());
    }
    let parts: Vec<String> = (1..=parents.len())
        .map(|place| {
            let sign = if matches!(connection, Connection::Postgres(_)) { '$' } else { '?' };
            format!(
                "SELECT id FROM (SELECT id FROM comments WHERE parent_id = {sign}{place} AND status = 'shown' \
                 ORDER BY created_at, id LIMIT {each}) AS thread{place}"
            )
        })
        .collect();
    let text = parts.join(" UNION ALL ");
    let found: Vec<Found> = match connection {
        Connection::Postgres(inner) => {
            let query = sql_query(text).into_boxed();
            parents.iter().fold(query, |query, parent| query.bind::<PgUuid, _>(parent.0)).load(inner)?
        }
        Connection::Sqlite(inner) => {
            let query = sql_query(text).into_boxed();
            let bytes = |parent: &CommentId| parent.0.as_bytes().to_vec();
            parents.iter().fold(query, |query, parent| query.bind::<Binary, _>(bytes(parent))).load(inner)?
        }
    };
    let ids: Vec<CommentId> = found.into_iter().map(|found| found.id).collect();
    let rows = comments::table
        .filter(comments::id.eq_any(ids))
        .order((comments::created_at, comments::id))
        .select(CommentRow::as_select())
        .load(connection)?;
    Ok(shown(rows))
}

/// Filters of the moderators' list.
#[derive(Clone, Debug)]
pub struct QueueFilter {
    /// On candidates of this part of the tree.
    pub scope: Scope,
    /// In these states; empty asks for all.
    pub statuses: Vec<CommentStatus>,
    /// Written in this cycle.
    pub cycle: Option<Month>,
    /// On this candidate.
    pub candidate: Option<CandidateId>,
    /// Reported since a moderator looked, or not.
    pub reported: Option<bool>,
}

/// One page of what moderators look at, in the order of writing.
pub fn list_queue(
    connection: &mut Connection,
    filter: &QueueFilter,
    after: Option<CommentKey>,
    limit: i64,
) -> Result<Vec<Comment>, StoreError> {
    let mut query = comments::table.select(CommentRow::as_select()).into_boxed();
    match &filter.scope {
        Scope::City => {}
        Scope::District(own) => query = query.filter(comments::district_id.eq(*own)),
        // Units do not moderate.
        Scope::Units(_) | Scope::Nowhere => return Ok(Vec::new()),
    }
    match filter.statuses.as_slice() {
        [] => {}
        // One value is asked for by `=`, so that PostgreSQL can walk the index in the order of the page.
        [one] => query = query.filter(comments::status.eq(*one)),
        several => query = query.filter(comments::status.eq_any(several.to_vec())),
    }
    if let Some(cycle) = filter.cycle {
        query = query.filter(comments::cycle.eq(cycle));
    }
    if let Some(candidate) = filter.candidate {
        query = query.filter(comments::candidate_id.eq(candidate));
    }
    match filter.reported {
        Some(true) => query = query.filter(comments::open_reports.gt(0)),
        Some(false) => query = query.filter(comments::open_reports.eq(0)),
        None => {}
    }
    Ok(shown(page!(query, after, limit, ascending).load(connection)?))
}

/// One page of an author's own comments, the latest first.
pub fn list_own(
    connection: &mut Connection,
    (author, statuses): (UserId, &[CommentStatus]),
    candidate: Option<CandidateId>,
    after: Option<CommentKey>,
    limit: i64,
) -> Result<Vec<Comment>, StoreError> {
    let mut query = comments::table.filter(comments::author_id.eq(author)).select(CommentRow::as_select()).into_boxed();
    if !statuses.is_empty() {
        query = query.filter(comments::status.eq_any(statuses.to_vec()));
    }
    if let Some(candidate) = candidate {
        query = query.filter(comments::candidate_id.eq(candidate));
    }
    Ok(shown(page!(query, after, limit, descending).load(connection)?))
}
