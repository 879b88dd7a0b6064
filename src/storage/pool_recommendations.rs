//! Recommendations of people of the pool to a higher level.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError,
    schema::{honorees, pool_recommendations},
    sql_values::{At, OnDay},
};
use crate::domain::{
    id::{HonoreeId, OrganizationId, PoolRecommendationId, UserId},
    pool::{Recommendation, RecommendationLevel, RecommendationStatus},
    scope::Scope,
};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = pool_recommendations, treat_none_as_default_value = false)]
struct RecommendationRow {
    id: PoolRecommendationId,
    honoree_id: HonoreeId,
    level: RecommendationLevel,
    status: RecommendationStatus,
    reason: String,
    material: Option<String>,
    proposed_by: UserId,
    organization_id: OrganizationId,
    title: Option<String>,
    announced_on: Option<OnDay>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<&Recommendation> for RecommendationRow {
    fn from(one: &Recommendation) -> Self {
        Self {
            id: one.id,
            honoree_id: one.honoree,
            level: one.level,
            status: one.status,
            reason: one.reason.clone(),
            material: one.material.clone(),
            proposed_by: one.proposed_by,
            organization_id: one.organization,
            title: one.title.clone(),
            announced_on: one.announced_on.map(OnDay),
            version: one.version,
            created_at: At(one.created_at),
            updated_at: At(one.updated_at),
        }
    }
}

impl From<RecommendationRow> for Recommendation {
    fn from(row: RecommendationRow) -> Self {
        Self {
            id: row.id,
            honoree: row.honoree_id,
            level: row.level,
            status: row.status,
            reason: row.reason,
            material: row.material,
            proposed_by: row.proposed_by,
            organization: row.organization_id,
            title: row.title,
            announced_on: row.announced_on.map(|day| day.0),
            version: row.version,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

/// Adds a recommendation.
pub fn insert(connection: &mut Connection, one: &Recommendation) -> Result<(), StoreError> {
    diesel::insert_into(pool_recommendations::table).values(RecommendationRow::from(one)).execute(connection)?;
    Ok(())
}

/// Finds a recommendation.
pub fn find(connection: &mut Connection, id: PoolRecommendationId) -> Result<Option<Recommendation>, StoreError> {
    let row: Option<RecommendationRow> =
        pool_recommendations::table.find(id).select(RecommendationRow::as_select()).first(connection).optional()?;
    Ok(row.map(Recommendation::from))
}

/// The recommendations of an honoree of which something is still to come.
pub fn open_of(connection: &mut Connection, honoree: HonoreeId) -> Result<Vec<Recommendation>, StoreError> {
    let open: Vec<RecommendationStatus> =
        RecommendationStatus::ALL.iter().copied().filter(|status| status.is_open()).collect();
    let rows: Vec<RecommendationRow> = pool_recommendations::table
        .filter(pool_recommendations::honoree_id.eq(honoree))
        .filter(pool_recommendations::status.eq_any(open))
        .order(pool_recommendations::id)
        .select(RecommendationRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(Recommendation::from).collect())
}

/// Writes a recommendation if the version is still that of the one given; false when it is not.
pub fn update_if(connection: &mut Connection, one: &Recommendation, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let row = RecommendationRow::from(one);
    let target = pool_recommendations::table
        .filter(pool_recommendations::id.eq(one.id))
        .filter(pool_recommendations::version.eq(one.version));
    let changed = diesel::update(target)
        .set((
            pool_recommendations::status.eq(row.status),
            pool_recommendations::reason.eq(row.reason),
            pool_recommendations::material.eq(row.material),
            pool_recommendations::proposed_by.eq(row.proposed_by),
            pool_recommendations::organization_id.eq(row.organization_id),
            pool_recommendations::title.eq(row.title),
            pool_recommendations::announced_on.eq(row.announced_on),
            pool_recommendations::version.eq(pool_recommendations::version + 1),
            pool_recommendations::updated_at.eq(At(now)),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Which recommendations. Empty asks for everything.
#[derive(Clone, Debug)]
pub struct RecommendationFilter {
    /// Of people who belong to this subtree.
    pub scope: Scope,
    /// How they stand.
    pub statuses: Vec<RecommendationStatus>,
    /// To what.
    pub levels: Vec<RecommendationLevel>,
    /// Put forward between these moments, half-open.
    pub between: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Of this honoree.
    pub honoree: Option<HonoreeId>,
}

/// One page in the order in which they were put forward.
pub fn list(
    connection: &mut Connection,
    filter: &RecommendationFilter,
    after: Option<(DateTime<Utc>, PoolRecommendationId)>,
    limit: i64,
) -> Result<Vec<Recommendation>, StoreError> {
    let mut query = pool_recommendations::table
        .inner_join(honorees::table.on(honorees::id.eq(pool_recommendations::honoree_id)))
        .select(RecommendationRow::as_select())
        .into_boxed();
    query = match &filter.scope {
        Scope::City => query,
        Scope::District(own) => query.filter(honorees::district_id.eq(Some(*own))),
        Scope::Units(own) => query.filter(honorees::unit_id.eq_any(own.iter().copied().map(Some).collect::<Vec<_>>())),
        Scope::Nowhere => query.filter(honorees::unit_id.eq_any(Vec::<Option<OrganizationId>>::new())),
    };
    if !filter.statuses.is_empty() {
        query = query.filter(pool_recommendations::status.eq_any(filter.statuses.clone()));
    }
    if !filter.levels.is_empty() {
        query = query.filter(pool_recommendations::level.eq_any(filter.levels.clone()));
    }
    if let Some((from, to)) = filter.between {
        query = query
            .filter(pool_recommendations::created_at.ge(At(from)))
            .filter(pool_recommendations::created_at.lt(At(to)));
    }
    if let Some(honoree) = filter.honoree {
        query = query.filter(pool_recommendations::honoree_id.eq(honoree));
    }
    if let Some((at, id)) = after {
        let same_moment = pool_recommendations::created_at.eq(At(at)).and(pool_recommendations::id.gt(id));
        query = query.filter(pool_recommendations::created_at.gt(At(at)).or(same_moment));
    }
    let rows: Vec<RecommendationRow> =
        query.order((pool_recommendations::created_at, pool_recommendations::id)).limit(limit).load(connection)?;
    Ok(rows.into_iter().map(Recommendation::from).collect())
}
