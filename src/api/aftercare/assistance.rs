//! The ledger of assistance: read and proposed.

use actix_web::{HttpRequest, get, post, web::Path};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::assistance_wire::{Assistance, AssistanceStatusName, AssistanceTotals, ProposeAssistanceRequest};
use crate::{
    api::{
        answer::Answer,
        body::Body,
        once::once,
        page::{Page, PageRequest},
        path::Segment,
        problem::Problem,
        query::Query,
        responses,
        reviews::reviews::NestedQuery,
        state::State,
    },
    domain::id::{AssistanceId, HonoreeId},
    service::{
        Caller,
        aftercare::{
            access,
            ledger::{self, LedgerQuery, ShownAssistance},
        },
    },
};

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListAssistanceQuery {
    /// In this state; may be repeated.
    #[serde(default)]
    status: Vec<AssistanceStatusName>,
    /// Of this organization and all below it.
    organization: Option<Uuid>,
    /// That count on this day or later.
    from: Option<NaiveDate>,
    /// That count on this day or earlier.
    until: Option<NaiveDate>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List assistance
///
/// The ledger of the reviewer's subtree, by the organization that was in charge; the last proposed first.
#[utoipa::path(
    tag = "aftercare",
    params(ListAssistanceQuery),
    responses((status = 200, description = "A page of entries.", body = Page<Assistance>), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/assistance")]
pub async fn list_assistance(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListAssistanceQuery>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let query = query.read()?;
    let page = PageRequest::<AssistanceId>::read(&request, query.limit, query.cursor.as_deref())?;
    let asked = LedgerQuery {
        statuses: query.status.into_iter().map(Into::into).collect(),
        organization: query.organization.map(Into::into),
        from: query.from,
        until: query.until,
    };
    let rows = ledger::list_assistance(&state, &caller, asked, page.after, page.rows()).await?;
    page.answer(rows, |shown: &ShownAssistance| shown.row.id, |row| Ok(Assistance::from(row)))
}

/// Of which organizations and days.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AssistanceTotalsQuery {
    /// Of this organization and all below it.
    organization: Option<Uuid>,
    /// From this day on.
    from: Option<NaiveDate>,
    /// Up to this day.
    until: Option<NaiveDate>,
}

/// Read what was given
///
/// By kind, by source of funds and by organization, counter-entries subtracted. Each table adds up to the total, which is that
/// of the entries with `status=given` in the list.
#[utoipa::path(
    tag = "aftercare",
    params(AssistanceTotalsQuery),
    responses((status = 200, description = "The sums.", body = AssistanceTotals), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/assistance/totals")]
pub async fn get_assistance_totals(
    state: State,
    caller: Caller,
    query: Query<AssistanceTotalsQuery>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let query = query.read()?;
    let asked = LedgerQuery {
        statuses: Vec::new(),
        organization: query.organization.map(Into::into),
        from: query.from,
        until: query.until,
    };
    Answer::plain(&AssistanceTotals::from(ledger::totals(&state, &caller, asked).await?))
}

/// List the assistance for an honoree
///
/// The last proposed first. For reviewers of the subtree.
#[utoipa::path(
    tag = "aftercare",
    params(("id" = Uuid, Path, description = "The honoree's id."), NestedQuery),
    responses((status = 200, description = "A page of entries.", body = Page<Assistance>), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::BadQuery, responses::Common)
)]
#[get("/honorees/{id}/assistance")]
pub async fn list_honoree_assistance(
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
    let page = PageRequest::<AssistanceId>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = ledger::list_of_honoree(&state, id, page.after, page.rows()).await?;
    page.answer(rows, |shown: &ShownAssistance| shown.row.id, |row| Ok(Assistance::from(row)))
}

/// Propose assistance
///
/// 帮扶, by a reviewer of the subtree. Another person of the organization in charge, or above, approves it; they are told.
/// Nothing is proposed for somebody whose honours are all revoked.
#[utoipa::path(
    tag = "aftercare",
    params(("id" = Uuid, Path, description = "The honoree's id."), responses::IdempotencyHeader),
    request_body = ProposeAssistanceRequest,
    responses((status = 201, description = "The entry.", body = Assistance), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/honorees/{id}/assistance")]
pub async fn propose_assistance(
    state: State,
    caller: Caller,
    id: Path<Segment<HonoreeId>>,
    body: Body<ProposeAssistanceRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    access::require_inside(&state, &caller, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let input = body.read()?.proposal();
            created(ledger::propose(&state, &caller, id, input, attempt).await?)
        },
        async |first| created(ledger::get_assistance(&state, &caller, first.resource_id.into()).await?),
    )
    .await
}

/// 201, with the address of the entry.
pub(super) fn created(shown: ShownAssistance) -> Result<Answer, Problem> {
    let location = format!("/api/v1/assistance/{}", shown.row.id);
    Answer::created(Assistance::from(shown), location)
}

/// Read an entry of assistance
///
/// For reviewers of the honoree's subtree.
#[utoipa::path(
    tag = "aftercare",
    params(("id" = Uuid, Path, description = "The entry's id.")),
    responses((status = 200, description = "The entry.", body = Assistance), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/assistance/{id}")]
pub async fn get_assistance(state: State, caller: Caller, id: Path<Segment<AssistanceId>>) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    Answer::of(Assistance::from(ledger::get_assistance(&state, &caller, id.value()?).await?))
}
