//! Reading recommendations, within the caller's subtree.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    domain::{
        actor::Actor,
        honour::Honoree,
        id::{HonoreeId, OrganizationId, PoolRecommendationId, UserId},
        local_day,
        pool::{PoolStep, Recommendation, RecommendationLevel, RecommendationStatus},
        scope::Scope,
    },
    service::{Caller, Error, Service},
    storage::{self, Connection, pool_recommendations::RecommendationFilter},
};

/// A recommendation with what belongs to it.
#[derive(Clone, Debug)]
pub struct Recommended {
    /// The recommendation.
    pub recommendation: Recommendation,
    /// Who is recommended.
    pub honoree: Honoree,
    /// The steps, in their order.
    pub steps: Vec<PoolStep>,
    /// The names of the organizations that acted.
    pub organizations: BTreeMap<OrganizationId, String>,
    /// The names of who acted.
    pub actors: BTreeMap<UserId, String>,
}

/// What is asked of the list. Empty asks for everything.
#[derive(Clone, Debug, Default)]
pub struct RecommendationRequest {
    /// How they stand.
    pub statuses: Vec<RecommendationStatus>,
    /// To what.
    pub levels: Vec<RecommendationLevel>,
    /// Put forward in this local year.
    pub year: Option<i32>,
    /// Of this honoree.
    pub honoree: Option<HonoreeId>,
}

/// Lists the recommendations of the caller's subtree, in the order in which they were put forward.
pub async fn list_recommendations(
    service: &Service,
    caller: &Caller,
    request: RecommendationRequest,
    after: Option<(DateTime<Utc>, PoolRecommendationId)>,
    limit: i64,
) -> Result<Vec<Recommended>, Error> {
    let scope = caller.require_reviewer()?.scope.clone();
    let zone = service.time_zone;
    let begins = |year| NaiveDate::from_ymd_opt(year, 1, 1).map(|day| local_day::start_of_day(day, zone));
    let between = request.year.and_then(|year| begins(year).zip(begins(year.saturating_add(1))));
    service
        .store
        .read(move |db| {
            let filter = RecommendationFilter {
                scope,
                statuses: request.statuses,
                levels: request.levels,
                between,
                honoree: request.honoree,
            };
            let found = storage::pool_recommendations::list(db, &filter, after, limit)?;
            gather(db, found)
        })
        .await
}

/// Reads a recommendation of the caller's subtree; 404 else.
pub async fn find_recommendation(
    service: &Service,
    caller: &Caller,
    id: PoolRecommendationId,
) -> Result<Recommended, Error> {
    let scope = caller.require_reviewer()?.scope.clone();
    service
        .store
        .read(move |db| {
            let found = gather_one(db, id)?;
            if covers(&scope, &found) { Ok(found) } else { Err(Error::not_found()) }
        })
        .await
}

fn covers(scope: &Scope, found: &Recommended) -> bool {
    scope.covers_place(found.honoree.district, found.honoree.unit)
}

/// Reads a recommendation that the caller has just acted on, to give an answer again.
pub async fn recommendation(service: &Service, id: PoolRecommendationId) -> Result<Recommended, Error> {
    service.store.read(move |db| gather_one(db, id)).await
}

/// One with what belongs to it; 404 where there is none.
pub(super) fn gather_one(db: &mut Connection, id: PoolRecommendationId) -> Result<Recommended, Error> {
    let found = storage::pool_recommendations::find(db, id)?.ok_or_else(Error::not_found)?;
    gather(db, vec![found])?.pop().ok_or_else(|| Error::Internal("a recommendation without honoree".to_owned()))
}

/// Several with what belongs to them, by a number of queries that does not grow with theirs.
fn gather(db: &mut Connection, found: Vec<Recommendation>) -> Result<Vec<Recommended>, Error> {
    let ids: Vec<PoolRecommendationId> = found.iter().map(|one| one.id).collect();
    let mut steps: BTreeMap<PoolRecommendationId, Vec<PoolStep>> = BTreeMap::new();
    let (mut actors, mut organizations) = (BTreeSet::new(), BTreeSet::new());
    for step in storage::pool_steps::list_of_all(db, &ids)? {
        actors.extend(step.actor.into_iter().flat_map(Actor::persons));
        organizations.extend(step.organization);
        steps.entry(step.recommendation).or_default().push(step);
    }
    let honorees: BTreeSet<HonoreeId> = found.iter().map(|one| one.honoree).collect();
    let honorees = storage::honorees::list_of(db, &honorees.into_iter().collect::<Vec<_>>())?;
    let honorees: BTreeMap<HonoreeId, Honoree> = honorees.into_iter().map(|one| (one.id, one)).collect();
    let actors = storage::reviewers::names(db, &actors.into_iter().collect::<Vec<_>>())?;
    let names = storage::organizations::names(db, &organizations.into_iter().collect::<Vec<_>>())?;
    let organizations: BTreeMap<OrganizationId, String> = names.into_iter().collect();
    let shown = found.into_iter().filter_map(|recommendation| {
        Some(Recommended {
            honoree: honorees.get(&recommendation.honoree)?.clone(),
            steps: steps.remove(&recommendation.id).unwrap_or_default(),
            organizations: organizations.clone(),
            actors: actors.clone(),
            recommendation,
        })
    });
    Ok(shown.collect())
}
