//! Recommendations, by what channel they came; nominators are nobody's business here.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        candidate::Channel,
        id::CandidateId,
        story::{After, Entry, StoryKind, Whose},
    },
    storage::{Connection, StoreError, schema::nominations},
};

type Row = (Uuid, CandidateId, Channel, DateTime<Utc>);

/// A page of them.
pub fn list(connection: &mut Connection, whose: &Whose, after: After, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let query = nominations::table
        .filter(nominations::candidate_id.eq_any(whose.candidates.clone()))
        .select((nominations::id, nominations::candidate_id, nominations::channel, nominations::created_at))
        .into_boxed();
    let rows: Vec<Row> = following!(query, nominations::created_at, nominations::id, after, limit).load(connection)?;
    Ok(rows.into_iter().map(entry).collect())
}

fn entry((id, candidate, channel, at): Row) -> Entry {
    let mut details = serde_json::Map::new();
    details.insert("channel".to_owned(), json!(channel));
    Entry { id, kind: StoryKind::Nominated, at, candidate: Some(candidate), organization: None, details }
}
