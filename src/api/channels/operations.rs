//! Channels in use: listed, entered, read and changed.

use actix_web::{HttpRequest, get, patch, post, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::wire::{Channel, CreateChannelRequest, UpdateChannelRequest};
use crate::{
    api::{
        answer::Answer,
        body::Body,
        candidates::names::ChannelName,
        once::once,
        page::{Page, PageRequest},
        path::Segment,
        precondition::IfMatch,
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::{channel::ChannelInUse, id::ChannelId},
    service::{Caller, channels},
    storage::channels::ChannelFilter,
};

/// Filters of the list of channels.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListChannelsQuery {
    /// Of these kinds; may be repeated.
    #[serde(default)]
    kind: Vec<ChannelName>,
    /// Minded by this organization.
    organization: Option<Uuid>,
    /// Open or closed.
    active: Option<bool>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List recommendation channels
///
/// Those in use and closed ones, with how to reach them, in the order in which they were entered.
#[utoipa::path(
    tag = "channels",
    params(ListChannelsQuery),
    responses((status = 200, description = "A page of channels.", body = Page<Channel>), responses::BadQuery, responses::Common),
    security(())
)]
#[get("/channels")]
pub async fn list_channels(
    state: State,
    request: HttpRequest,
    query: Query<ListChannelsQuery>,
) -> Result<Answer, Problem> {
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, ChannelId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let filter = ChannelFilter {
        kinds: query.kind.into_iter().map(Into::into).collect(),
        organization_id: query.organization.map(Into::into),
        active: query.active,
    };
    let rows = channels::list_channels(&state, filter, page.after, page.rows()).await?;
    Ok(page.answer(rows, |row| (row.created_at, row.id), |row| Ok(Channel::from(row)))?.public(0))
}

/// Enter a recommendation channel
///
/// By a reviewer, for an organization of the own subtree. Two of one kind and name at one organization are refused.
#[utoipa::path(
    tag = "channels",
    params(responses::IdempotencyHeader),
    request_body = CreateChannelRequest,
    responses((status = 201, description = "The channel.", body = Channel), responses::Unauthenticated, responses::Forbidden, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/channels")]
pub async fn create_channel(state: State, caller: Caller, body: Body<CreateChannelRequest>) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let attempt = body.attempt(&caller)?;
    once(
        &state,
        attempt,
        async |attempt| {
            let input = body.read()?;
            let (kind, fields) = (input.kind.into(), input.fields());
            created(channels::create_channel(&state, &caller, (kind, fields), attempt).await?)
        },
        async |first| created(channels::get_channel(&state, first.resource_id.into()).await?),
    )
    .await
}

fn created(channel: ChannelInUse) -> Result<Answer, Problem> {
    let address = format!("/api/v1/channels/{}", channel.id);
    Answer::created(Channel::from(channel), address)
}

/// Read a recommendation channel
///
/// What kind of way it is, how to reach it, and who minds it.
#[utoipa::path(
    tag = "channels",
    params(("id" = Uuid, Path, description = "The channel's id.")),
    responses((status = 200, description = "The channel.", body = Channel), responses::NotFound, responses::Common),
    security(())
)]
#[get("/channels/{id}")]
pub async fn get_channel(state: State, id: Path<Segment<ChannelId>>) -> Result<Answer, Problem> {
    Ok(Answer::of(Channel::from(channels::get_channel(&state, id.value()?).await?))?.public(0))
}

/// Change a recommendation channel
///
/// By the reviewers in whose subtree it is minded. Its kind stays, and what came through it keeps naming it.
#[utoipa::path(
    tag = "channels",
    params(("id" = Uuid, Path, description = "The channel's id."), responses::IfMatchHeader),
    request_body(content = UpdateChannelRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The channel as it is now.", body = Channel), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Precondition, responses::Conflict, responses::Common)
)]
#[patch("/channels/{id}")]
pub async fn update_channel(
    state: State,
    caller: Caller,
    id: Path<Segment<ChannelId>>,
    if_match: IfMatch,
    body: Body<UpdateChannelRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    let version = if_match.matches(channels::find_kept(&state, &caller, id).await?.version)?;
    let fields = body.read()?.fields();
    Answer::of(Channel::from(channels::update_channel(&state, &caller, (id, version), fields).await?))
}
