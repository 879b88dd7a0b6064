//! What waits for the caller.

use actix_web::{HttpRequest, get};

use super::{reviews::NestedQuery, wire::InboxItem};
use crate::{
    api::{
        answer::Answer,
        page::{Page, PageRequest},
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    service::{
        Caller,
        inbox::{self, Waiting},
    },
    storage::candidates::WaitingKey,
};

/// List what waits for the caller's decision
///
/// By cycle and deadline: what an earlier window closes over comes first. What the caller may not judge is left out:
/// own nominations, and candidates of which the caller has decided another stage.
#[utoipa::path(
    tag = "reviews",
    params(NestedQuery),
    responses((status = 200, description = "A page of the inbox.", body = Page<InboxItem>), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/inbox")]
pub async fn list_inbox(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<NestedQuery>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let query = query.read()?;
    let page = PageRequest::<WaitingKey>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = inbox::list(&state, &caller, page.after, page.rows()).await?;
    page.answer(rows, Waiting::key, |row| Ok(InboxItem::from(row)))
}
