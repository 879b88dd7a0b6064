//! Honours of ours that were revoked, with the public reason.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, NullableExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        id::CandidateId,
        month::Month,
        story::{After, Entry, StoryKind, Whose},
    },
    storage::{Connection, StoreError, schema::honours},
};

type Row = (Uuid, CandidateId, Month, String, Option<String>, DateTime<Utc>);

/// A page of them.
pub fn list(connection: &mut Connection, whose: &Whose, after: After, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let query = honours::table
        .filter(honours::candidate_id.eq_any(whose.candidates.clone()))
        .filter(honours::revoked_at.is_not_null())
        .select((
            honours::id,
            honours::candidate_id,
            honours::cycle,
            honours::certificate_number,
            honours::revoked_reason,
            honours::revoked_at.assume_not_null(),
        ))
        .into_boxed();
    let rows: Vec<Row> =
        following!(query, honours::revoked_at.assume_not_null(), honours::id, after, limit).load(connection)?;
    Ok(rows.into_iter().map(entry).collect())
}

fn entry((id, candidate, cycle, number, reason, at): Row) -> Entry {
    let mut details = serde_json::Map::new();
    details.insert("cycle".to_owned(), json!(cycle));
    details.insert("certificate_number".to_owned(), json!(number));
    details.insert("reason".to_owned(), json!(reason));
    Entry { id, kind: StoryKind::Revoked, at, candidate: Some(candidate), organization: None, details }
}
