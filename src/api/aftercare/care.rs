//! Who looks after an honoree.

use actix_web::{HttpRequest, get, put, web::Path};

use super::care_wire::{Care, CareContact, CareTerm, ReplaceCareRequest};
use crate::{
    api::{
        answer::Answer,
        body::Body,
        page::{Page, PageRequest},
        path::Segment,
        precondition::IfMatch,
        problem::Problem,
        query::Query,
        responses,
        reviews::reviews::NestedQuery,
        state::State,
    },
    domain::id::{CareTermId, HonoreeId},
    service::{
        Caller,
        aftercare::{access, care},
    },
    storage::care::CareTermRow,
};

/// Read who looks after an honoree
///
/// The organization in charge and the responsible person, the contact masked, and what is due next. It is there without being
/// entered: the unit that carried the latest honour, or its district. For reviewers of the subtree.
#[utoipa::path(
    tag = "aftercare",
    params(("id" = Uuid, Path, description = "The honoree's id.")),
    responses((status = 200, description = "The care.", body = Care), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/honorees/{id}/care")]
pub async fn get_care(state: State, caller: Caller, id: Path<Segment<HonoreeId>>) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    Answer::of(Care::from(care::get_care(&state, &caller, id.value()?).await?))
}

/// Say who looks after an honoree
///
/// By the reviewers of the organization in charge and above; each hands it on within the own subtree: a district to its units,
/// the city to any. The contact stays when it is left out.
#[utoipa::path(
    tag = "aftercare",
    params(("id" = Uuid, Path, description = "The honoree's id."), responses::IfMatchHeader),
    request_body = ReplaceCareRequest,
    responses((status = 200, description = "The care as it is now.", body = Care), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Invalid, responses::Common)
)]
#[put("/honorees/{id}/care")]
pub async fn replace_care(
    state: State,
    caller: Caller,
    id: Path<Segment<HonoreeId>>,
    if_match: IfMatch,
    body: Body<ReplaceCareRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    access::require_in_charge(&state, &caller, id).await?;
    let present = care::get_care(&state, &caller, id).await?;
    let version = if_match.matches(present.care.version)?;
    let input = body.read()?.care();
    Answer::of(Care::from(care::replace_care(&state, &caller, (id, version), input).await?))
}

/// Read how an honoree can be called
///
/// In full. For reviewers of the subtree; each reading is an audit event.
#[utoipa::path(
    tag = "aftercare",
    params(("id" = Uuid, Path, description = "The honoree's id.")),
    responses((status = 200, description = "The contact; nulls where none is known.", body = CareContact), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/honorees/{id}/care/contact")]
pub async fn get_care_contact(state: State, caller: Caller, id: Path<Segment<HonoreeId>>) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    Answer::plain(&CareContact::from(care::get_contact(&state, &caller, id.value()?).await?))
}

/// List who was in charge of an honoree
///
/// The latest first. For reviewers of the subtree.
#[utoipa::path(
    tag = "aftercare",
    params(("id" = Uuid, Path, description = "The honoree's id."), NestedQuery),
    responses((status = 200, description = "A page of terms.", body = Page<CareTerm>), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::BadQuery, responses::Common)
)]
#[get("/honorees/{id}/care/history")]
pub async fn list_care_terms(
    state: State,
    caller: Caller,
    id: Path<Segment<HonoreeId>>,
    request: HttpRequest,
    query: Query<NestedQuery>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    access::require_inside(&state, &caller, id).await?;
    let query = query.read()?;
    let page = PageRequest::<CareTermId>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = care::list_terms(&state, id, page.after, page.rows()).await?;
    page.answer_plain(rows, |(term, _): &(CareTermRow, _)| term.id, |row| Ok(CareTerm::from(row)))
}
