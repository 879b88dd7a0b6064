//! The steps of recommendations upwards.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        id::OrganizationId,
        pool::{RecommendationLevel, StepKind},
        story::{After, Entry, StoryKind, Whose},
    },
    storage::{
        Connection, StoreError,
        schema::{pool_recommendations, pool_steps},
    },
};

type Row = ((Uuid, Uuid), RecommendationLevel, StepKind, Option<String>, Option<OrganizationId>, DateTime<Utc>);

/// A page of them.
pub fn list(connection: &mut Connection, whose: &Whose, after: After, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let query = pool_steps::table
        .inner_join(pool_recommendations::table.on(pool_recommendations::id.eq(pool_steps::recommendation_id)))
        .filter(pool_recommendations::honoree_id.eq_any(whose.honorees.clone()))
        .select((
            (pool_steps::id, pool_steps::recommendation_id),
            pool_recommendations::level,
            pool_steps::kind,
            pool_steps::words,
            pool_steps::organization_id,
            pool_steps::at,
        ))
        .into_boxed();
    let rows: Vec<Row> = following!(query, pool_steps::at, pool_steps::id, after, limit).load(connection)?;
    Ok(rows.into_iter().map(entry).collect())
}

fn entry(((id, recommendation), level, step, words, organization, at): Row) -> Entry {
    let mut details = serde_json::Map::new();
    details.insert("recommendation_id".to_owned(), json!(recommendation));
    details.insert("level".to_owned(), json!(level));
    details.insert("step".to_owned(), json!(step));
    details.insert("words".to_owned(), json!(words));
    Entry { id, kind: StoryKind::PoolRecommendation, at, candidate: None, organization, details }
}
