//! The history of a candidate.

use actix_web::{HttpRequest, get, web::Path};

use super::{
    reviews::{INNER_READERS, NestedQuery},
    wire::HistoryStep,
};
use crate::{
    api::{
        answer::Answer,
        page::{Page, PageRequest},
        path::Segment,
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::id::{CandidateId, TransitionId},
    service::{
        Caller,
        histories::{self, ShownStep},
        reviews,
    },
};

/// Read the history of a candidate
///
/// Every transition: when, who, from, to, why. For reviewers of the subtree and administrators.
#[utoipa::path(
    tag = "reviews",
    params(("id" = uuid::Uuid, Path, description = "The candidate's id."), NestedQuery),
    responses((status = 200, description = "A page of the history.", body = Page<HistoryStep>), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::BadQuery, responses::Common)
)]
#[get("/candidates/{id}/history")]
pub async fn list_history(
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
    let page = PageRequest::<(i64, TransitionId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = histories::list(&state, &caller, id, page.after, page.rows()).await?;
    let key = |row: &ShownStep| (row.step.candidate_version, row.step.id);
    page.answer_plain(rows, key, |row| Ok(HistoryStep::from(row)))
}
