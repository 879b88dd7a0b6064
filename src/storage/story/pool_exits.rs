//! That somebody left the pool of moral models, and why.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, NullableExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        pool::LeftCause,
        story::{After, Entry, StoryKind, Whose},
    },
    storage::{Connection, StoreError, schema::pool_entries},
};

type Row = (Uuid, Option<LeftCause>, Option<String>, DateTime<Utc>);

/// A page of them.
pub fn list(connection: &mut Connection, whose: &Whose, after: After, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let query = pool_entries::table
        .filter(pool_entries::honoree_id.eq_any(whose.honorees.clone()))
        .filter(pool_entries::left_at.is_not_null())
        .select((
            pool_entries::id,
            pool_entries::left_cause,
            pool_entries::left_reason,
            pool_entries::left_at.assume_not_null(),
        ))
        .into_boxed();
    let rows: Vec<Row> =
        following!(query, pool_entries::left_at.assume_not_null(), pool_entries::id, after, limit).load(connection)?;
    Ok(rows.into_iter().map(entry).collect())
}

fn entry((id, cause, reason, at): Row) -> Entry {
    let mut details = serde_json::Map::new();
    details.insert("cause".to_owned(), json!(cause));
    details.insert("reason".to_owned(), json!(reason));
    Entry { id, kind: StoryKind::PoolLeft, at, candidate: None, organization: None, details }
}
