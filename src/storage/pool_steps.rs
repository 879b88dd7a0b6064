//! The steps of recommendations. They are only ever added.

use diesel::{ExpressionMethods, Insertable, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper};

use super::{Connection, StoreError, schema::pool_steps, sql_values::At};
use crate::domain::{
    actor::Actor,
    id::{OrganizationId, PoolRecommendationId, PoolStepId, UserId},
    pool::{PoolStep, StepKind},
};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = pool_steps, treat_none_as_default_value = false)]
struct StepRow {
    id: PoolStepId,
    recommendation_id: PoolRecommendationId,
    kind: StepKind,
    words: Option<String>,
    actor_id: Option<UserId>,
    on_behalf_of: Option<UserId>,
    organization_id: Option<OrganizationId>,
    at: At,
}

impl From<StepRow> for PoolStep {
    fn from(row: StepRow) -> Self {
        Self {
            id: row.id,
            recommendation: row.recommendation_id,
            kind: row.kind,
            words: row.words,
            actor: row.actor_id.map(|id| Actor { id, on_behalf_of: row.on_behalf_of }),
            organization: row.organization_id,
            at: row.at.0,
        }
    }
}

/// Adds a step.
pub fn insert(connection: &mut Connection, step: &PoolStep) -> Result<(), StoreError> {
    let row = StepRow {
        id: step.id,
        recommendation_id: step.recommendation,
        kind: step.kind,
        words: step.words.clone(),
        actor_id: step.actor.map(|actor| actor.id),
        on_behalf_of: step.actor.and_then(|actor| actor.on_behalf_of),
        organization_id: step.organization,
        at: At(step.at),
    };
    diesel::insert_into(pool_steps::table).values(row).execute(connection)?;
    Ok(())
}

/// The steps of several recommendations, of each in the order in which they were taken.
pub fn list_of_all(connection: &mut Connection, ids: &[PoolRecommendationId]) -> Result<Vec<PoolStep>, StoreError> {
    let rows: Vec<StepRow> = pool_steps::table
        .filter(pool_steps::recommendation_id.eq_any(ids.to_vec()))
        .order((pool_steps::recommendation_id, pool_steps::at, pool_steps::id))
        .select(StepRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(PoolStep::from).collect())
}
