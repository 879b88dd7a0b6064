//! Reviewers' decisions on a candidate.

use actix_web::{HttpRequest, get, post, web::Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::{CreateReviewRequest, Review, ReviewResult};
use crate::{
    api::{
        answer::Answer,
        body::Body,
        once::once,
        page::{Page, PageRequest},
        path::Segment,
        precondition::IfMatch,
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::{id::CandidateId, role::Role, text, transition::Action},
    service::{
        Caller,
        reviews::{self, NewReview, ShownReview},
        transitions::sight,
    },
};

/// Who reads the inner records of a candidate.
pub const INNER_READERS: &[Role] = &[Role::UnitReviewer, Role::DistrictReviewer, Role::CityReviewer, Role::Admin];

/// What can be asked of a nested list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NestedQuery {
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// List the reviews of a candidate
///
/// In the order in which they were taken, for reviewers of the subtree and administrators.
#[utoipa::path(
    tag = "reviews",
    params(("id" = uuid::Uuid, Path, description = "The candidate's id."), NestedQuery),
    responses((status = 200, description = "A page of reviews.", body = Page<Review>), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::BadQuery, responses::Common)
)]
#[get("/candidates/{id}/reviews")]
pub async fn list_reviews(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    request: HttpRequest,
    query: Query<NestedQuery>,
) -> Result<Answer, Problem> {
    caller.require(INNER_READERS)?;
    let id = id.value()?;
    reviews::require_sight(&state, &caller, id).await?;
    let query = query.read()?;
    let page = PageRequest::<i64>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = reviews::list(&state, &caller, id, page.after, page.rows()).await?;
    let key = |row: &ShownReview| row.review.candidate_version;
    page.answer_plain(rows, key, |row| Ok(Review::from(row)))
}

/// Review a candidate
///
/// By the reviewer whose stage it is, or in the place of a level that has nobody who may decide. Approving is verifying,
/// endorsing or screening, by the candidate's status. All failing guards are named together.
///
/// The unit verifies with as many confirming records of the verification file as the cycle's policy asks for. A record that
/// refutes the deed is answered in the opinion of the approval, which names it in `answered_verifications`.
#[utoipa::path(
    tag = "reviews",
    params(("id" = uuid::Uuid, Path, description = "The candidate's id."), responses::IfMatchHeader, responses::IdempotencyHeader),
    request_body = CreateReviewRequest,
    responses((status = 201, description = "The review.", body = ReviewResult), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/candidates/{id}/reviews")]
pub async fn review_candidate(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    if_match: IfMatch,
    body: Body<CreateReviewRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    let seen = sight::to_act_on(&state, &caller, id, &[Action::Return]).await?;
    let attempt = body.attempt(&caller)?;
    once(
        &state,
        attempt,
        async |attempt| {
            let version = if_match.matches(seen.candidate.version)?;
            let input = body.read()?;
            let input = NewReview {
                decision: input.decision.into(),
                opinion: text::tidy_paragraphs(&input.opinion),
                checklist: input.checklist,
                answered: input.answered_verifications.into_iter().map(Into::into).collect(),
                version,
            };
            created(reviews::decide(&state, &caller, id, input, attempt).await?)
        },
        async |first| created(reviews::get(&state, id, first.resource_id.into()).await?),
    )
    .await
}

fn created(shown: ShownReview) -> Result<Answer, Problem> {
    let location = format!("/api/v1/candidates/{}/reviews", shown.review.candidate_id);
    Answer::created(ReviewResult::from(shown), location)
}
