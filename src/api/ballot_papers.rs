//! The ballot paper: who may be voted for, in the order that the policy fixes.

use actix_web::{get, web::Path};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{
    api::{
        answer::Answer, cycles::policy::DisplayOrder, path::Segment, problem::Problem, query::Query, responses,
        state::State,
    },
    domain::{
        ballot_paper::SESSION_MAX_CHARS,
        category::CategoryCode,
        fault::{Code, Fault},
        month::Month,
        policy,
    },
    service::ballot_papers::{self, PaperLine},
};

/// For how many seconds anybody may keep a ballot paper whose order is by lot.
const KEPT_SECONDS: u32 = 60;
/// For how many seconds anybody may keep one whose order is by votes, as the results themselves.
const KEPT_SECONDS_BY_VOTES: u32 = 1;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_ballot_paper);
}

/// The ballot paper of a cycle.
#[derive(Serialize, ToSchema)]
pub struct BallotPaperView {
    /// The cycle.
    #[schema(value_type = String, examples("2026-11"))]
    pub cycle: Month,
    /// How the candidates of each category are ordered.
    pub display_order: DisplayOrder,
    /// What the order was drawn from, 32 bytes in hexadecimal: candidates stand by the SHA-256 of the seed's bytes followed
    /// by the 16 bytes of their id, the smallest first. Null where the order is by votes.
    pub seed: Option<String>,
    /// When the lot was drawn; null unless the order is by lot.
    pub drawn_at: Option<DateTime<Utc>>,
    /// The session whose order this is, to be sent again to see the same one; its SHA-256 is the seed. Null unless the
    /// order is drawn for each session.
    pub session: Option<String>,
    /// Every category, in their order.
    pub categories: Vec<PaperCategory>,
}

/// A category of a ballot paper.
#[derive(Serialize, ToSchema)]
pub struct PaperCategory {
    /// The category.
    #[schema(value_type = String, examples("dedication"))]
    pub category: CategoryCode,
    /// Its candidates in order.
    pub candidates: Vec<PaperCandidate>,
}

/// A candidate on a ballot paper; the rest is at `GET /candidates/{id}`.
#[derive(Serialize, ToSchema)]
pub struct PaperCandidate {
    /// Who.
    pub candidate_id: Uuid,
    /// The name.
    pub name: String,
    /// The deed in one sentence.
    pub summary: String,
    /// The unit that carries it.
    pub unit_name: Option<String>,
    /// The district.
    pub district_name: String,
}

impl From<PaperLine> for PaperCandidate {
    fn from(PaperLine { line, unit_name, district_name }: PaperLine) -> Self {
        let candidate_id = line.tally.candidate.into();
        Self { candidate_id, name: line.name, summary: line.summary, unit_name, district_name }
    }
}

/// For whom a ballot paper is.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BallotPaperQuery {
    /// A name of the session, where the order is drawn for each: the same name shows the same order. Without it a new one
    /// is drawn and told. Without effect on other orders.
    #[param(min_length = 1, max_length = 64)]
    session: Option<String>,
}

/// Read the ballot paper
///
/// Who may be voted for, whole and unpaged, in the order of the policy's `display_order`: by lot (drawn once when voting
/// has opened; the seed is published), drawn for each session, or by votes. Before voting opens it is 409 `voting_closed`;
/// where the vote is held on the national site, 409 `voting_elsewhere`.
#[utoipa::path(
    tag = "votes",
    params(("month" = String, Path, description = "The cycle, such as 2026-11."), BallotPaperQuery),
    responses((status = 200, description = "The ballot paper.", body = BallotPaperView), responses::Unchanged, responses::NotFound, responses::BadQuery, responses::Conflict, responses::Common),
    security(())
)]
#[get("/cycles/{month}/ballot-paper")]
pub async fn get_ballot_paper(
    state: State,
    month: Path<Segment<Month>>,
    query: Query<BallotPaperQuery>,
) -> Result<Answer, Problem> {
    let session = query.read()?.session;
    if let Some(name) = &session
        && !(1..=SESSION_MAX_CHARS).contains(&name.chars().count())
    {
        let code = if name.is_empty() { Code::TooShort } else { Code::TooLong };
        let fault = Fault::at("/session", code).with("limit", SESSION_MAX_CHARS);
        return Err(Problem::with(Code::InvalidQuery, vec![fault]));
    }
    let paper = ballot_papers::get_ballot_paper(&state, month.value()?, session).await?;
    let kept = match paper.order {
        policy::DisplayOrder::Lot => Some(KEPT_SECONDS),
        policy::DisplayOrder::Votes => Some(KEPT_SECONDS_BY_VOTES),
        policy::DisplayOrder::Session => None,
    };
    let category = |(category, lines): (CategoryCode, Vec<PaperLine>)| PaperCategory {
        category,
        candidates: lines.into_iter().map(Into::into).collect(),
    };
    let answer = Answer::plain(&BallotPaperView {
        cycle: paper.cycle,
        display_order: paper.order.into(),
        seed: paper.seed.map(|seed| hex::encode(seed.0)),
        drawn_at: paper.drawn_at,
        session: paper.session,
        categories: paper.categories.into_iter().map(category).collect(),
    })?;
    Ok(match kept {
        Some(seconds) => answer.public(seconds),
        None => answer,
    })
}
