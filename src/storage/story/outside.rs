//! Honours that others have given, as they were recorded; struck ones too, whose end is told by itself.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        outside_honour::HonourLevel,
        story::{After, Entry, StoryKind, Whose},
    },
    storage::{Connection, StoreError, schema::outside_honours, sql_values::OnDay},
};

type Row = (Uuid, HonourLevel, (String, String, Option<String>), OnDay, DateTime<Utc>);

/// A page of them.
pub fn list(connection: &mut Connection, whose: &Whose, after: After, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let query = outside_honours::table
        .filter(outside_honours::honoree_id.eq_any(whose.honorees.clone()))
        .select((
            outside_honours::id,
            outside_honours::level,
            (outside_honours::title, outside_honours::issuer, outside_honours::number),
            outside_honours::awarded_on,
            outside_honours::created_at,
        ))
        .into_boxed();
    let rows: Vec<Row> =
        following!(query, outside_honours::created_at, outside_honours::id, after, limit).load(connection)?;
    Ok(rows.into_iter().map(entry).collect())
}

fn entry((id, level, (title, issuer, number), awarded_on, at): Row) -> Entry {
    let mut details = serde_json::Map::new();
    details.insert("level".to_owned(), json!(level));
    details.insert("title".to_owned(), json!(title));
    details.insert("issuer".to_owned(), json!(issuer));
    details.insert("number".to_owned(), json!(number));
    details.insert("awarded_on".to_owned(), json!(awarded_on.0));
    Entry { id, kind: StoryKind::OutsideHonour, at, candidate: None, organization: None, details }
}
