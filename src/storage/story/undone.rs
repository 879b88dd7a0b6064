//! That a merger was undone; told on both sides.

use chrono::{DateTime, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        id::HonoreeId,
        story::{After, Entry, StoryKind, Whose},
    },
    storage::{Connection, StoreError, schema::honoree_mergers},
};

type Row = (Uuid, HonoreeId, HonoreeId, DateTime<Utc>);

/// A page of them.
pub fn list(connection: &mut Connection, whose: &Whose, after: After, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let query = honoree_mergers::table
        .filter(
            honoree_mergers::survivor_id
                .eq_any(whose.honorees.clone())
                .or(honoree_mergers::honoree_id.eq_any(whose.honorees.clone())),
        )
        .filter(honoree_mergers::undone_at.is_not_null())
        .select((
            honoree_mergers::id,
            honoree_mergers::honoree_id,
            honoree_mergers::survivor_id,
            honoree_mergers::undone_at.assume_not_null(),
        ))
        .into_boxed();
    let rows: Vec<Row> =
        following!(query, honoree_mergers::undone_at.assume_not_null(), honoree_mergers::id, after, limit)
            .load(connection)?;
    Ok(rows.into_iter().map(entry).collect())
}

fn entry((id, merged, survivor, at): Row) -> Entry {
    let mut details = serde_json::Map::new();
    details.insert("honoree_id".to_owned(), json!(merged));
    details.insert("survivor_id".to_owned(), json!(survivor));
    Entry { id, kind: StoryKind::Unmerged, at, candidate: None, organization: None, details }
}
