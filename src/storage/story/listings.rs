//! Places on published lists.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        category::CategoryCode,
        id::CandidateId,
        month::Month,
        outside_honour::HonourLevel,
        policy::ResultSource,
        story::{After, Entry, StoryKind, Whose},
    },
    storage::{
        Connection, StoreError,
        schema::{honours, lists},
    },
};

type Row = (Uuid, CandidateId, (Month, CategoryCode, String), (i32, i64), ResultSource, DateTime<Utc>);

/// A page of them.
pub fn list(connection: &mut Connection, whose: &Whose, after: After, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let query = honours::table
        .inner_join(lists::table.on(lists::cycle.eq(honours::cycle)))
        .filter(honours::candidate_id.eq_any(whose.candidates.clone()))
        .select((
            honours::id,
            honours::candidate_id,
            (honours::cycle, honours::category, honours::certificate_number),
            (honours::rank, honours::votes),
            lists::result_source,
            honours::created_at,
        ))
        .into_boxed();
    let rows: Vec<Row> = following!(query, honours::created_at, honours::id, after, limit).load(connection)?;
    Ok(rows.into_iter().map(entry).collect())
}

fn entry((id, candidate, (cycle, category, number), (rank, votes), source, at): Row) -> Entry {
    let mut details = serde_json::Map::new();
    details.insert("cycle".to_owned(), json!(cycle));
    details.insert("category".to_owned(), json!(category));
    details.insert("certificate_number".to_owned(), json!(number));
    details.insert("rank".to_owned(), json!(rank));
    details.insert("votes".to_owned(), json!(votes));
    details.insert("level".to_owned(), json!(HonourLevel::of_list(source)));
    Entry { id, kind: StoryKind::Listed, at, candidate: Some(candidate), organization: None, details }
}
