//! Alarms of lost contact, by level, with what ended them.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        aftercare::contact::{Level, LossCause},
        care::ClosedBecause,
        story::{After, Entry, StoryKind, Whose},
    },
    storage::{Connection, StoreError, schema::contact_alarms},
};

type Row = (Uuid, Level, LossCause, (Option<ClosedBecause>, Option<DateTime<Utc>>), DateTime<Utc>);

/// A page of them.
pub fn list(connection: &mut Connection, whose: &Whose, after: After, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let query = contact_alarms::table
        .filter(contact_alarms::honoree_id.eq_any(whose.honorees.clone()))
        .select((
            contact_alarms::id,
            contact_alarms::level,
            contact_alarms::cause,
            (contact_alarms::closed_because, contact_alarms::closed_at),
            contact_alarms::raised_at,
        ))
        .into_boxed();
    let rows: Vec<Row> =
        following!(query, contact_alarms::raised_at, contact_alarms::id, after, limit).load(connection)?;
    Ok(rows.into_iter().map(entry).collect())
}

fn entry((id, level, cause, (because, closed_at), at): Row) -> Entry {
    let mut details = serde_json::Map::new();
    details.insert("level".to_owned(), json!(level.as_str()));
    details.insert("cause".to_owned(), json!(cause.as_str()));
    let found_at = closed_at.filter(|_| because == Some(ClosedBecause::Found));
    details.insert("found_at".to_owned(), json!(found_at));
    Entry { id, kind: StoryKind::ContactLost, at, candidate: None, organization: None, details }
}
