//! The results of a vote.

use actix_web::{get, web::Path};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{
    api::{answer::Answer, path::Segment, problem::Problem, responses, state::State},
    domain::{category::CategoryCode, month::Month},
    service::{
        Caller,
        tallies::{self, CategoryTally, CycleTally},
    },
};

/// For how many seconds anybody may keep the results while they are public.
const KEPT_SECONDS: u32 = 1;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_tally);
}

/// The results of a cycle's vote.
#[derive(Serialize, ToSchema)]
pub struct TallyView {
    /// The cycle.
    #[schema(value_type = String, examples("2026-11"))]
    pub cycle: Month,
    /// Every category, in their order.
    pub categories: Vec<CategoryResult>,
}

/// The results in one category.
#[derive(Serialize, ToSchema)]
pub struct CategoryResult {
    /// The category.
    #[schema(value_type = String, examples("dedication"))]
    pub category: CategoryCode,
    /// Its candidates, most votes first.
    pub candidates: Vec<CandidateResult>,
}

/// The votes of one candidate.
#[derive(Serialize, ToSchema)]
pub struct CandidateResult {
    /// Who.
    pub candidate_id: Uuid,
    /// The name; null where it is withheld.
    pub name: Option<String>,
    /// 1 for the most votes; equal votes share a rank and the next is skipped.
    pub rank: u32,
    /// Valid votes, which rank.
    pub votes: i64,
    /// All votes that were cast; for reviewers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<i64>,
    /// Those held back until they are decided; for reviewers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarantined: Option<i64>,
    /// Those found invalid; for reviewers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalid: Option<i64>,
}

impl From<CycleTally> for TallyView {
    fn from(tally: CycleTally) -> Self {
        Self { cycle: tally.cycle.month, categories: tally.categories.into_iter().map(Into::into).collect() }
    }
}

impl From<CategoryTally> for CategoryResult {
    fn from(tally: CategoryTally) -> Self {
        let candidates = tally.candidates.into_iter().map(|placed| CandidateResult {
            candidate_id: placed.ranked.candidate.into(),
            name: placed.name,
            rank: placed.ranked.rank,
            votes: placed.ranked.votes,
            raw: placed.counts.map(|counts| counts.raw),
            quarantined: placed.counts.map(|counts| counts.quarantined),
            invalid: placed.counts.map(|counts| counts.invalid),
        });
        Self { category: tally.category, candidates: candidates.collect() }
    }
}

/// Read the results of a vote
///
/// Ranked by valid votes, whole and unpaged. Hidden results (the policy's `results_visibility`) are 403 to the public.
/// Those of a vote that is held on the national site are the ones that the portal has delivered, and until it has, 409
/// `voting_elsewhere`.
#[utoipa::path(
    tag = "votes",
    params(("month" = String, Path, description = "The cycle, such as 2026-11.")),
    responses((status = 200, description = "The results as they are now.", body = TallyView), responses::Unchanged, responses::Forbidden, responses::NotFound, responses::Unauthenticated, responses::Conflict, responses::Common),
    security((), ("bearer" = []))
)]
#[get("/cycles/{month}/tally")]
pub async fn get_tally(state: State, caller: Caller, month: Path<Segment<Month>>) -> Result<Answer, Problem> {
    let tally = tallies::get_tally(&state, &caller, month.value()?).await?;
    let is_public = tally.is_public;
    let answer = Answer::plain(&TallyView::from(tally))?;
    Ok(if is_public { answer.public(KEPT_SECONDS) } else { answer })
}
