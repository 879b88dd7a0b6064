//! That somebody went to the vote.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        id::{CandidateId, OrganizationId},
        month::Month,
        story::{After, Entry, StoryKind, Whose},
        transition::Action,
    },
    storage::{Connection, StoreError, schema::transitions},
};

type Row = (Uuid, CandidateId, Month, Option<OrganizationId>, DateTime<Utc>);

/// A page of them.
pub fn list(connection: &mut Connection, whose: &Whose, after: After, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let query = transitions::table
        .filter(transitions::candidate_id.eq_any(whose.candidates.clone()))
        .filter(transitions::action.eq(Action::Forward.as_str()))
        .select((
            transitions::id,
            transitions::candidate_id,
            transitions::cycle,
            transitions::organization_id,
            transitions::at,
        ))
        .into_boxed();
    let rows: Vec<Row> = following!(query, transitions::at, transitions::id, after, limit).load(connection)?;
    Ok(rows.into_iter().map(entry).collect())
}

fn entry((id, candidate, cycle, organization, at): Row) -> Entry {
    let mut details = serde_json::Map::new();
    details.insert("cycle".to_owned(), json!(cycle));
    Entry { id, kind: StoryKind::Forwarded, at, candidate: Some(candidate), organization, details }
}
