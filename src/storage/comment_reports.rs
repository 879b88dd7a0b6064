//! Who has reported a comment, and what for.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
};

use super::{Connection, StoreError, schema::comment_reports, sql_values::At};
use crate::domain::{
    comment::ReportKind,
    id::{CommentId, UserId},
};

/// A person's report of a comment.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = comment_reports, treat_none_as_default_value = false)]
pub struct ReportRow {
    /// What is reported.
    pub comment_id: CommentId,
    /// By whom.
    pub user_id: UserId,
    /// What is wrong with it.
    pub kind: ReportKind,
    /// More of that.
    pub note: Option<String>,
    /// Campaign time.
    pub created_at: At,
}

/// Adds a report. Whoever asks holds the comment and has looked for an earlier one.
pub fn insert(connection: &mut Connection, row: &ReportRow) -> Result<(), StoreError> {
    diesel::insert_into(comment_reports::table).values(row).execute(connection)?;
    Ok(())
}

/// Finds a person's report of a comment.
pub fn find(connection: &mut Connection, comment: CommentId, user: UserId) -> Result<Option<ReportRow>, StoreError> {
    let found = comment_reports::table.find((comment, user)).select(ReportRow::as_select());
    Ok(found.first(connection).optional()?)
}

/// One page of the reports of a comment, in the order of arrival.
pub fn list(
    connection: &mut Connection,
    comment: CommentId,
    after: Option<(DateTime<Utc>, UserId)>,
    limit: i64,
) -> Result<Vec<ReportRow>, StoreError> {
    let mut query = comment_reports::table
        .filter(comment_reports::comment_id.eq(comment))
        .select(ReportRow::as_select())
        .into_boxed();
    if let Some((at, user)) = after {
        let same_moment = comment_reports::created_at.eq(At(at)).and(comment_reports::user_id.gt(user));
        query = query.filter(comment_reports::created_at.gt(At(at)).or(same_moment));
    }
    Ok(query.order((comment_reports::created_at, comment_reports::user_id)).limit(limit).load(connection)?)
}
