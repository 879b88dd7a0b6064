//! Visits, as they were entered; those that were struck are left out.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        id::OrganizationId,
        story::{After, Entry, StoryKind, Whose},
        visit::VisitKind,
    },
    storage::{Connection, StoreError, schema::visits, sql_values::OnDay},
};

type Row = (Uuid, VisitKind, bool, OnDay, Option<OrganizationId>, DateTime<Utc>);

/// A page of them.
pub fn list(connection: &mut Connection, whose: &Whose, after: After, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let query = visits::table
        .filter(visits::honoree_id.eq_any(whose.honorees.clone()))
        .filter(visits::struck_at.is_null())
        .select((
            visits::id,
            visits::kind,
            visits::reached,
            visits::visited_on,
            visits::organization_id,
            visits::created_at,
        ))
        .into_boxed();
    let rows: Vec<Row> = following!(query, visits::created_at, visits::id, after, limit).load(connection)?;
    Ok(rows.into_iter().map(entry).collect())
}

fn entry((id, kind, reached, visited_on, organization, at): Row) -> Entry {
    let mut details = serde_json::Map::new();
    details.insert("visit_kind".to_owned(), json!(kind.as_str()));
    details.insert("reached".to_owned(), json!(reached));
    details.insert("visited_on".to_owned(), json!(visited_on.0));
    Entry { id, kind: StoryKind::Visited, at, candidate: None, organization, details }
}
