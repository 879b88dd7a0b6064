//! That another honoree turned out to be this one.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        id::HonoreeId,
        story::{After, Entry, StoryKind, Whose},
    },
    storage::{Connection, StoreError, schema::honoree_mergers},
};

type Row = (Uuid, HonoreeId, HonoreeId, String, DateTime<Utc>);

/// A page of them.
pub fn list(connection: &mut Connection, whose: &Whose, after: After, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let query = honoree_mergers::table
        .filter(honoree_mergers::survivor_id.eq_any(whose.honorees.clone()))
        .select((
            honoree_mergers::id,
            honoree_mergers::honoree_id,
            honoree_mergers::survivor_id,
            honoree_mergers::reason,
            honoree_mergers::merged_at,
        ))
        .into_boxed();
    let rows: Vec<Row> =
        following!(query, honoree_mergers::merged_at, honoree_mergers::id, after, limit).load(connection)?;
    Ok(rows.into_iter().map(entry).collect())
}

fn entry((id, merged, survivor, reason, at): Row) -> Entry {
    let mut details = serde_json::Map::new();
    details.insert("honoree_id".to_owned(), json!(merged));
    details.insert("survivor_id".to_owned(), json!(survivor));
    details.insert("reason".to_owned(), json!(reason));
    Entry { id, kind: StoryKind::Merged, at, candidate: None, organization: None, details }
}
