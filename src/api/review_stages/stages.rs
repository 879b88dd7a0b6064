//! Review stages: read by everybody; labels and checklists kept by administrators.

use actix_web::{get, patch, web::Path};

use super::wire::{ReviewStage, UpdateReviewStageRequest};
use crate::{
    api::{
        answer::{Answer, Representation},
        body::Body,
        page::Page,
        path::Segment,
        precondition::IfMatch,
        problem::Problem,
        responses,
        state::State,
    },
    domain::{role::Role, stage::StageCode},
    service::{Caller, review_stages},
};

/// List the review stages
///
/// All of them, in the order in which a candidate passes them.
#[utoipa::path(
    tag = "review stages",
    responses((status = 200, description = "The stages.", body = Page<ReviewStage>), responses::Unchanged, responses::Common),
    security(())
)]
#[get("/review-stages")]
pub async fn list_review_stages(state: State) -> Result<Answer, Problem> {
    let tagged = |stage| {
        let mut shown = ReviewStage::from(stage);
        shown.tag().map(|()| shown)
    };
    let all = review_stages::list_review_stages(&state).await?;
    let items = all.into_iter().map(tagged).collect::<Result<Vec<_>, _>>()?;
    Ok(Answer::plain(&Page { items, next_cursor: None })?.public(0))
}

/// Read a review stage
///
/// With the checklist that holds for cycles in which nobody is verified yet.
#[utoipa::path(
    tag = "review stages",
    params(("code" = String, Path, description = "The stage's code.", example = "unit_verification")),
    responses((status = 200, description = "The stage.", body = ReviewStage), responses::NotFound, responses::Unchanged, responses::Common),
    security(())
)]
#[get("/review-stages/{code}")]
pub async fn get_review_stage(state: State, code: Path<Segment<StageCode>>) -> Result<Answer, Problem> {
    Ok(Answer::of(ReviewStage::from(review_stages::get_review_stage(&state, code.value()?).await?))?.public(0))
}

/// Change a review stage
///
/// Label and checklist only. A new checklist holds in cycles in which nobody is verified yet.
#[utoipa::path(
    tag = "review stages",
    params(("code" = String, Path, description = "The stage's code.", example = "unit_verification"), responses::IfMatchHeader),
    request_body(content = UpdateReviewStageRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The stage as it is now.", body = ReviewStage), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Precondition, responses::Common)
)]
#[patch("/review-stages/{code}")]
pub async fn update_review_stage(
    state: State,
    caller: Caller,
    code: Path<Segment<StageCode>>,
    if_match: IfMatch,
    body: Body<UpdateReviewStageRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::Admin])?;
    let code = code.value()?;
    let version = if_match.matches(review_stages::get_review_stage(&state, code).await?.version)?;
    let patch = body.read()?.into();
    Answer::of(ReviewStage::from(review_stages::update_review_stage(&state, &caller, (code, version), patch).await?))
}
