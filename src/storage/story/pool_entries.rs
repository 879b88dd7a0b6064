//! That somebody entered the pool of moral models.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        pool::EntryCause,
        story::{After, Entry, StoryKind, Whose},
    },
    storage::{Connection, StoreError, schema::pool_entries},
};

type Row = (Uuid, EntryCause, DateTime<Utc>);

/// A page of them.
pub fn list(connection: &mut Connection, whose: &Whose, after: After, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let query = pool_entries::table
        .filter(pool_entries::honoree_id.eq_any(whose.honorees.clone()))
        .select((pool_entries::id, pool_entries::cause, pool_entries::entered_at))
        .into_boxed();
    let rows: Vec<Row> =
        following!(query, pool_entries::entered_at, pool_entries::id, after, limit).load(connection)?;
    Ok(rows.into_iter().map(entry).collect())
}

fn entry((id, cause, at): Row) -> Entry {
    let mut details = serde_json::Map::new();
    details.insert("cause".to_owned(), json!(cause));
    Entry { id, kind: StoryKind::PoolEntered, at, candidate: None, organization: None, details }
}
