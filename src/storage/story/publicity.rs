//! Where the deeds were told of.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        publicity::PublicityKind,
        story::{After, Entry, StoryKind, Whose},
    },
    storage::{Connection, StoreError, schema::publicity_records, sql_values::OnDay},
};

type Row = (Uuid, PublicityKind, (String, String, Option<String>), OnDay, DateTime<Utc>);

/// A page of them.
pub fn list(connection: &mut Connection, whose: &Whose, after: After, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let query = publicity_records::table
        .filter(publicity_records::honoree_id.eq_any(whose.honorees.clone()))
        .select((
            publicity_records::id,
            publicity_records::kind,
            (publicity_records::outlet, publicity_records::title, publicity_records::url),
            publicity_records::published_on,
            publicity_records::created_at,
        ))
        .into_boxed();
    let rows: Vec<Row> =
        following!(query, publicity_records::created_at, publicity_records::id, after, limit).load(connection)?;
    Ok(rows.into_iter().map(entry).collect())
}

fn entry((id, kind, (outlet, title, url), published_on, at): Row) -> Entry {
    let mut details = serde_json::Map::new();
    details.insert("publicity_kind".to_owned(), json!(kind.as_str()));
    details.insert("outlet".to_owned(), json!(outlet));
    details.insert("title".to_owned(), json!(title));
    details.insert("url".to_owned(), json!(url));
    details.insert("published_on".to_owned(), json!(published_on.0));
    Entry { id, kind: StoryKind::Publicity, at, candidate: None, organization: None, details }
}
