//! Casting votes, and one's own.

use actix_web::{HttpRequest, get, http::StatusCode, post};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use crate::{
    api::{
        answer::Answer,
        body::Body,
        judged::to_validation,
        page::{Page, PageRequest},
        problem::Problem,
        query::Query,
        responses,
        state::State,
        voter::Voter,
    },
    domain::{
        category::CategoryCode,
        fault::{Code, Fault},
        id::CandidateId,
        month::Month,
        vote, vote_log,
    },
    service::{
        Caller,
        ballot_box::TakenVote,
        votes::{self, OwnVote},
    },
};

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(cast_vote).service(cast_ballot).service(list_my_votes);
}

/// Whom to vote for.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VoteRequest {
    /// A candidate in the vote.
    pub candidate_id: Uuid,
}

/// Whom to vote for, several at once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BallotRequest {
    /// Candidates in the vote, each once.
    #[schema(min_items = 1, max_items = 100)]
    pub candidate_ids: Vec<Uuid>,
}

impl Validate for BallotRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let ids = &self.candidate_ids;
        let named_before = |(index, id): &(usize, &Uuid)| ids.iter().take(*index).any(|earlier| earlier == *id);
        let again = ids.iter().enumerate().filter(named_before);
        to_validation(again.map(|(index, _)| Fault::at(format!("/candidate_ids/{index}"), Code::Duplicate)).collect())
    }
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
    /// Its receipt; null where the policy gives none, and after the log's secret was destroyed.
    pub receipt: Option<Receipt>,
}

/// Where a vote stands in the public log. See `GET /cycles/{month}/log/proof`.
#[derive(Serialize, ToSchema)]
pub struct Receipt {
    /// The number of its entry.
    pub sequence: u64,
    /// The hash of its entry, in Base64.
    pub leaf_hash: String,
}

impl From<vote_log::Receipt> for Receipt {
    fn from(receipt: vote_log::Receipt) -> Self {
        Self { sequence: receipt.sequence, leaf_hash: STANDARD.encode(receipt.leaf_hash) }
    }
}

impl From<OwnVote> for Vote {
    fn from((vote, receipt): OwnVote) -> Self {
        Self {
            candidate_id: vote.candidate.into(),
            cycle: vote.cycle,
            category: vote.category,
            day: vote::date_of(vote.day),
            cast_at: vote.cast_at,
            receipt: receipt.map(Into::into),
        }
    }
}

impl From<TakenVote> for Vote {
    fn from(taken: TakenVote) -> Self {
        Self::from((taken.vote, taken.receipt))
    }
}

/// The votes of a ballot.
#[derive(Serialize, ToSchema)]
pub struct BallotView {
    /// In the order of the ballot; what was voted for before is as it was first cast.
    #[schema(max_items = 100)]
    pub votes: Vec<Vote>,
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
pub async fn cast_vote(state: State, voter: Voter, body: Body<VoteRequest>) -> Result<Answer, Problem> {
    let input = body.read_plain(plain_vote)?;
    let cast = votes::cast_vote(&state, voter.elector, input.candidate_id.into(), &voter.traits).await?;
    let is_new = cast.is_new;
    Ok(Answer::plain(&Vote::from(cast))?.with_status(status(is_new)))
}

/// Vote for several candidates
///
/// All of the votes are taken or none. Those that were cast before are answered as they were and take no place; 201 when
/// anything is new, else 200. Idempotent by content, as `POST /votes` is.
#[utoipa::path(
    tag = "votes",
    request_body = BallotRequest,
    responses((status = 201, description = "The votes count.", body = BallotView), (status = 200, description = "All of them were cast before.", body = BallotView), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Limited, responses::Common)
)]
#[post("/ballots")]
pub async fn cast_ballot(state: State, voter: Voter, body: Body<BallotRequest>) -> Result<Answer, Problem> {
    let candidates = body.read()?.candidate_ids.into_iter().map(CandidateId::from).collect();
    let taken = votes::cast_ballot(&state, voter.elector, candidates, &voter.traits).await?;
    let is_new = taken.iter().any(|vote| vote.is_new);
    let view = BallotView { votes: taken.into_iter().map(Vote::from).collect() };
    Ok(Answer::plain(&view)?.with_status(status(is_new)))
}

/// The body of nearly every vote, whose only member is a UUID in its usual form; `None` for all else.
fn plain_vote(bytes: &[u8]) -> Option<VoteRequest> {
    const HYPHENATED: usize = 36;
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Plain<'a> {
        candidate_id: &'a str,
    }
    let plain: Plain<'_> = serde_json::from_slice(bytes).ok()?;
    let candidate_id = (plain.candidate_id.len() == HYPHENATED).then(|| Uuid::parse_str(plain.candidate_id).ok())??;
    Some(VoteRequest { candidate_id })
}

fn status(is_new: bool) -> StatusCode {
    if is_new { StatusCode::CREATED } else { StatusCode::OK }
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
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, CandidateId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = votes::list_my_votes(&state, &caller, query.cycle, page.after, page.rows()).await?;
    page.answer_plain(rows, |(vote, _)| (vote.cast_at, vote.candidate), |vote| Ok(Vote::from(vote)))
}
