//! Leads: sent, listed and read.

use actix_web::{HttpRequest, get, post, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{
    input::CreateLeadRequest,
    wire::{Lead, LeadReceived, LeadStatusName},
};
use crate::{
    api::{
        answer::Answer,
        body::Body,
        candidates::{names::ChannelName, wire::Reach},
        once::once,
        page::{Page, PageRequest},
        path::Segment,
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::id::LeadId,
    service::{
        Caller,
        candidates::nominate::may_nominate,
        leads::{
            read::{self, LeadFile, LeadQuery},
            receive,
        },
    },
};

/// Send a lead
///
/// Anyone may, and staff for a caller; it is kept as it came. What the short-message form says is read from it. The answer
/// says that it was received, and nothing of what becomes of it; a reporter without an account gets a tracking code,
/// which shows the nomination once the lead has become one.
#[utoipa::path(
    tag = "leads",
    params(responses::IdempotencyHeader),
    request_body = CreateLeadRequest,
    responses((status = 201, description = "Received.", body = LeadReceived), responses::Unauthenticated, responses::Forbidden, responses::Invalid, responses::Conflict, responses::Limited, responses::Common),
    security((), ("bearer" = []))
)]
#[post("/leads")]
pub async fn create_lead(state: State, caller: Caller, body: Body<CreateLeadRequest>) -> Result<Answer, Problem> {
    may_nominate(&caller)?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let input = body.read()?.input();
            LeadReceived::answer(receive::receive_lead(&state, &caller, input, attempt).await?)
        },
        async |first| LeadReceived::answer(receive::find_received(&state, first).await?),
    )
    .await
}

/// Filters of the list of leads.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListLeadsQuery {
    /// In this state; may be repeated.
    #[serde(default)]
    status: Vec<LeadStatusName>,
    /// Come by this way; may be repeated.
    #[serde(default)]
    channel: Vec<ChannelName>,
    /// Come through this channel in use.
    channel_id: Option<Uuid>,
    /// Given to this organization; may be repeated.
    #[serde(default)]
    organization: Vec<Uuid>,
    /// False: those that nobody was given yet.
    assigned: Option<bool>,
    /// Of which this candidate came.
    candidate: Option<Uuid>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List leads
///
/// Those of the caller's subtree, in the order of arrival; the city also sees those that nobody was given.
#[utoipa::path(
    tag = "leads",
    params(ListLeadsQuery),
    responses((status = 200, description = "A page of leads.", body = Page<Lead>), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/leads")]
pub async fn list_leads(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListLeadsQuery>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, LeadId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let wanted = LeadQuery {
        statuses: query.status.into_iter().map(Into::into).collect(),
        channels: query.channel.into_iter().map(Into::into).collect(),
        channel_id: query.channel_id.map(Into::into),
        organizations: query.organization.into_iter().map(Into::into).collect(),
        candidate: query.candidate.map(Into::into),
        assigned: query.assigned,
    };
    let rows = read::list_leads(&state, &caller, wanted, page.after, page.rows()).await?;
    let key = |row: &LeadFile| (row.lead.created_at, row.lead.id);
    page.answer(rows, key, |row| Ok(Lead::from(row)))
}

/// Read a lead
///
/// For the reviewers of the subtree that deals with it; the city's for what nobody was given.
#[utoipa::path(
    tag = "leads",
    params(("id" = Uuid, Path, description = "The lead's id.")),
    responses((status = 200, description = "The lead.", body = Lead), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/leads/{id}")]
pub async fn get_lead(state: State, caller: Caller, id: Path<Segment<LeadId>>) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    Answer::of(Lead::from(read::get_lead(&state, &caller, id.value()?).await?))
}

/// Read how a reporter can be reached
///
/// In clear, for who deals with the lead. Each reading is an audit event; the answer is not to be kept.
#[utoipa::path(
    tag = "leads",
    params(("id" = Uuid, Path, description = "The lead's id.")),
    responses((status = 200, description = "Name and number; null where not known.", body = Reach), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/leads/{id}/contacts")]
pub async fn get_lead_contacts(state: State, caller: Caller, id: Path<Segment<LeadId>>) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    Answer::plain(&Reach::from(read::get_contacts(&state, &caller, id.value()?).await?))
}
