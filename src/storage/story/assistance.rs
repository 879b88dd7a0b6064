//! The ledger of assistance, as its entries were proposed, and the entries that take others back.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        assistance::{AssistanceKind, AssistanceStatus},
        id::OrganizationId,
        story::{After, Entry, StoryKind, Whose},
    },
    storage::{Connection, StoreError, schema::assistance},
};

type Row = (Uuid, AssistanceKind, AssistanceStatus, i64, OrganizationId, DateTime<Utc>);

/// A page of them.
pub fn list(connection: &mut Connection, whose: &Whose, after: After, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let query = assistance::table
        .filter(assistance::honoree_id.eq_any(whose.honorees.clone()))
        .select((
            assistance::id,
            assistance::kind,
            assistance::status,
            assistance::amount_fen,
            assistance::organization_id,
            assistance::created_at,
        ))
        .into_boxed();
    let rows: Vec<Row> = following!(query, assistance::created_at, assistance::id, after, limit).load(connection)?;
    Ok(rows.into_iter().map(entry).collect())
}

fn entry((id, kind, status, amount_fen, organization, at): Row) -> Entry {
    let mut details = serde_json::Map::new();
    details.insert("assistance_kind".to_owned(), json!(kind.as_str()));
    details.insert("status".to_owned(), json!(status.as_str()));
    details.insert("amount_fen".to_owned(), json!(amount_fen));
    Entry { id, kind: StoryKind::Assistance, at, candidate: None, organization: Some(organization), details }
}
