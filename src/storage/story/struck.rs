//! Honours of others that were struck, with the reason.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, NullableExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        outside_honour::HonourLevel,
        story::{After, Entry, StoryKind, Whose},
    },
    storage::{Connection, StoreError, schema::outside_honours},
};

type Row = (Uuid, HonourLevel, String, Option<String>, DateTime<Utc>);

/// A page of them.
pub fn list(connection: &mut Connection, whose: &Whose, after: After, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let query = outside_honours::table
        .filter(outside_honours::honoree_id.eq_any(whose.honorees.clone()))
        .filter(outside_honours::revoked_at.is_not_null())
        .select((
            outside_honours::id,
            outside_honours::level,
            outside_honours::title,
            outside_honours::revoked_reason,
            outside_honours::revoked_at.assume_not_null(),
        ))
        .into_boxed();
    let rows: Vec<Row> =
        following!(query, outside_honours::revoked_at.assume_not_null(), outside_honours::id, after, limit)
            .load(connection)?;
    Ok(rows.into_iter().map(entry).collect())
}

fn entry((id, level, title, reason, at): Row) -> Entry {
    let mut details = serde_json::Map::new();
    details.insert("level".to_owned(), json!(level));
    details.insert("title".to_owned(), json!(title));
    details.insert("reason".to_owned(), json!(reason));
    Entry { id, kind: StoryKind::OutsideHonourStruck, at, candidate: None, organization: None, details }
}
