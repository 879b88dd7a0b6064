//! Casting votes, and one's own.

use actix_web::{HttpRequest, get, http::StatusCode, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use validator::Validate;

use crate::{
    api::{
        answer::Answer,
        body::Body,
        page::{Page, PageRequest},
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::{category::CategoryCode, id::CandidateId, month::Month, role::Role, vote},
    service::{Caller, votes},
};

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(cast_vote).service(list_my_votes);
}

/// Whom to vote for.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VoteRequest {
    /// A candidate in the vote.
    pub candidate_id: Uuid,
}

/// A vote as it was first cast.
#[derive(Serialize, ToSchema)]
pub struct Vote {
    /// Whom it supports.
    pub candidate_id: Uuid,
    /// In which cycle.
    #[schema(value_type = String, examples("2026-11"))]
    pub cycle: Month,
    /// In which category.
    #[schema(value_type = String, examples("dedication"))]
    pub category: CategoryCode,
    /// The local day that it counts for, where one may vote daily.
    pub day: Option<NaiveDate>,
    /// When it was cast.
    pub cast_at: DateTime<Utc>,
}

impl From<vote::Vote> for Vote {
    fn from(vote: vote::Vote) -> Self {
        Self {
            candidate_id: vote.candidate.into(),
            cycle: vote.cycle,
            category: vote.category,
            day: vote::date_of(vote.day),
            cast_at: vote.cast_at,
        }
    }
}

/// Vote for a candidate
///
/// Idempotent by content: the same vote again is answered with the first one, so a client may always retry. An
/// `Idempotency-Key` is accepted and not stored. A vote cannot be taken back.
#[utoipa::path(
    tag = "votes",
    request_body = VoteRequest,
    responses((status = 201, description = "The vote counts.", body = Vote), (status = 200, description = "It was cast before: the first one.", body = Vote), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Limited, responses::Common)
)]
#[post("/votes")]
pub async fn cast_vote(state: State, caller: Caller, body: Body<VoteRequest>) -> Result<Answer, Problem> {
    caller.require(&[Role::Citizen, Role::UnitReviewer, Role::DistrictReviewer, Role::CityReviewer])?;
    let input = body.read()?;
    let cast = votes::cast_vote(&state, &caller, input.candidate_id.into()).await?;
    let status = if cast.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(Answer::plain(&Vote::from(cast.vote))?.with_status(status))
}

/// Filters of one's own votes.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MyVotesQuery {
    /// Of this cycle.
    #[param(value_type = Option<String>, example = "2026-11")]
    cycle: Option<Month>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List one's own votes
///
/// The latest first.
#[utoipa::path(
    tag = "votes",
    params(MyVotesQuery),
    responses((status = 200, description = "A page of votes.", body = Page<Vote>), responses::Unauthenticated, responses::BadQuery, responses::Common)
)]
#[get("/me/votes")]
pub async fn list_my_votes(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<MyVotesQuery>,
) -> Result<Answer, Problem> {
    caller.account()?;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, CandidateId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = votes::list_my_votes(&state, &caller, query.cycle, page.after, page.rows()).await?;
    page.answer_plain(rows, |vote| (vote.cast_at, vote.candidate), |vote| Ok(Vote::from(vote)))
}
