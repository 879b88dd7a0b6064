//! When what everybody reads changes by itself, and when it has changed last.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, QueryDsl, RunQueryDsl,
    dsl::{max, min},
};

use crate::storage::{
    Connection, StoreError,
    schema::{announcements, candidates, categories, honours, lists, organizations},
    sql_values::At,
};

/// When something is published or expires the next time.
pub fn next_change(connection: &mut Connection, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
    let standing = announcements::table.filter(announcements::removed_at.is_null());
    let published: Option<DateTime<Utc>> = standing
        .filter(announcements::publish_at.gt(At(now)))
        .select(min(announcements::publish_at))
        .first(connection)?;
    let expired: Option<DateTime<Utc>> = standing
        .filter(announcements::expires_at.gt(At(now)))
        .select(min(announcements::expires_at))
        .first(connection)?;
    Ok(published.into_iter().chain(expired).min())
}

/// When anything has changed last of what everybody reads of announcements and lists: written, published, expired, taken
/// away, revoked, withheld. Never too early, for who is told of no change asks no further.
pub fn last_change(connection: &mut Connection, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
    let mut moments: Vec<Option<DateTime<Utc>>> = Vec::new();
    moments.push(announcements::table.select(max(announcements::updated_at)).first(connection)?);
    let published = announcements::table.filter(announcements::publish_at.le(At(now)));
    moments.push(published.select(max(announcements::publish_at)).first(connection)?);
    let expired = announcements::table.filter(announcements::expires_at.le(At(now)));
    moments.push(expired.select(max(announcements::expires_at)).first(connection)?);
    moments.push(lists::table.select(max(lists::published_at)).first(connection)?);
    moments.push(honours::table.select(max(honours::revoked_at)).first(connection)?);
    moments.push(candidates::table.select(max(candidates::withheld_at)).first(connection)?);
    // The names that stand in it.
    moments.push(organizations::table.select(max(organizations::updated_at)).first(connection)?);
    moments.push(categories::table.select(max(categories::updated_at)).first(connection)?);
    Ok(moments.into_iter().flatten().max())
}
