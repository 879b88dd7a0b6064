//! The results of a nationally run vote, as the portal delivers them.

use actix_web::{get, http::StatusCode, put, web::Path};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use validator::Validate;

use super::{
    answer::{Answer, representations},
    body::Body,
    path::Segment,
    precondition::IfMatch,
    problem::Problem,
    responses,
    state::State,
};
use crate::{
    domain::{month::Month, role::Role, verdict::Verdict},
    service::{
        Caller, cycles,
        results::{self, CycleResults, Delivery},
    },
};

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_results).service(deliver_results);
}

/// What the portal says of every candidate that stands forwarded.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ResultsRequest {
    /// Each candidate of the cycle's batches that stands forwarded, once.
    #[schema(max_items = 2000)]
    pub candidates: Vec<VerdictRequest>,
}

/// What the portal says of one candidate.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VerdictRequest {
    /// Who.
    // By its pattern a wrong one is told together with everything else that is wrong.
    #[schema(value_type = String, format = Uuid, pattern = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")]
    pub candidate_id: Uuid,
    /// Valid votes.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, examples(12_345))]
    pub votes: i64,
    /// Whether the candidate is on the list.
    pub listed: bool,
}

impl From<VerdictRequest> for Verdict {
    fn from(input: VerdictRequest) -> Self {
        Self { candidate_id: input.candidate_id.into(), votes: input.votes, listed: input.listed }
    }
}

/// The results that the portal has delivered for a cycle.
#[derive(Serialize, ToSchema)]
pub struct Results {
    /// The cycle.
    #[schema(value_type = String, examples("2026-11"))]
    pub cycle: Month,
    /// What the portal says of each candidate, by id.
    pub candidates: Vec<VerdictView>,
    /// When they were delivered; the last time, where they were replaced.
    pub delivered_at: DateTime<Utc>,
    /// The version seen.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(Results);

/// What the portal says of one candidate.
#[derive(Serialize, ToSchema)]
pub struct VerdictView {
    /// Who.
    pub candidate_id: Uuid,
    /// Valid votes.
    pub votes: i64,
    /// Whether the candidate is on the list.
    pub listed: bool,
}

impl From<CycleResults> for Results {
    fn from(CycleResults { row, verdicts }: CycleResults) -> Self {
        let candidates = verdicts.into_iter().map(|verdict| VerdictView {
            candidate_id: verdict.candidate_id.into(),
            votes: verdict.votes,
            listed: verdict.listed,
        });
        Self {
            cycle: row.cycle,
            candidates: candidates.collect(),
            delivered_at: row.delivered_at,
            etag: String::new(),
            version: row.version,
        }
    }
}

/// Read the results that the portal delivered
///
/// Of a vote that is held on the national site; 404 while they have not come, 409 `voting_here` where the vote is held
/// here and its results are the tally.
#[utoipa::path(
    tag = "batches",
    params(("month" = String, Path, description = "The cycle, such as 2026-11.")),
    responses((status = 200, description = "The results as they stand.", body = Results), responses::Unchanged, responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Conflict, responses::Common)
)]
#[get("/cycles/{month}/results")]
pub async fn get_results(state: State, caller: Caller, month: Path<Segment<Month>>) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer, Role::Portal])?;
    Answer::of(Results::from(results::get_results(&state, &caller, month.value()?).await?))
}

/// Deliver the results of a nationally run vote
///
/// Votes of every candidate that stands forwarded, and who is on the list; the list is published from them. Named must be
/// everybody who stands forwarded in a batch of the cycle, once, and nobody else: a candidate who has left meanwhile is
/// `no_longer_forwarded`, one who is missing `required` with the `candidate_id`. They are replaced as often as needed until
/// the list is published (409 `already_published`). The same results again, in whatever order, change nothing and are
/// answered with 200. Where `If-Match` is sent, only that version is replaced.
#[utoipa::path(
    tag = "batches",
    params(("month" = String, Path, description = "The cycle, such as 2026-11."), ("If-Match" = Option<String>, Header, description = "The `etag` of the results that are to be replaced; 412 when others stand meanwhile.")),
    request_body = ResultsRequest,
    responses((status = 201, description = "Taken; the first of the cycle.", body = Results), (status = 200, description = "They replaced earlier ones, or stood already.", body = Results), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Stale, responses::Conflict, responses::Common)
)]
#[put("/cycles/{month}/results")]
pub async fn deliver_results(
    state: State,
    caller: Caller,
    month: Path<Segment<Month>>,
    if_match: IfMatch,
    body: Body<ResultsRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::Portal])?;
    let month = month.value()?;
    cycles::get_cycle(&state, month).await?;
    let seen = if_match.version_if_given()?;
    let verdicts = body.read()?.candidates.into_iter().map(Verdict::from).collect();
    let (results, delivery) = results::deliver_results(&state, &caller, (month, seen), verdicts).await?;
    let status = match delivery {
        Delivery::First => StatusCode::CREATED,
        Delivery::Replaced | Delivery::Known => StatusCode::OK,
    };
    let location = format!("/api/v1/cycles/{month}/results");
    Ok(Answer::of(Results::from(results))?.with_status(status).with_location(location))
}
