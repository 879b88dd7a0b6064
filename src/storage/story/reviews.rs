//! Decisions at the stages of the review, without opinion and reviewer.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        id::{CandidateId, OrganizationId},
        month::Month,
        review::Decision,
        stage::StageCode,
        story::{After, Entry, StoryKind, Whose},
    },
    storage::{Connection, StoreError, schema::reviews},
};

type Row = (Uuid, CandidateId, Month, StageCode, Decision, Option<OrganizationId>, DateTime<Utc>);

/// A page of them.
pub fn list(connection: &mut Connection, whose: &Whose, after: After, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let query = reviews::table
        .filter(reviews::candidate_id.eq_any(whose.candidates.clone()))
        .select((
            reviews::id,
            reviews::candidate_id,
            reviews::cycle,
            reviews::stage,
            reviews::decision,
            reviews::organization_id,
            reviews::created_at,
        ))
        .into_boxed();
    let rows: Vec<Row> = following!(query, reviews::created_at, reviews::id, after, limit).load(connection)?;
    Ok(rows.into_iter().map(entry).collect())
}

fn entry((id, candidate, cycle, stage, decision, organization, at): Row) -> Entry {
    let mut details = serde_json::Map::new();
    details.insert("cycle".to_owned(), json!(cycle));
    details.insert("stage".to_owned(), json!(stage));
    details.insert("decision".to_owned(), json!(decision));
    Entry { id, kind: StoryKind::Reviewed, at, candidate: Some(candidate), organization, details }
}
