//! Webhooks: listed, made, read, changed, taken away; their secrets; and events sent once more.

use actix_web::{HttpRequest, delete, get, patch, post, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::{CreateWebhookRequest, ReplayRequest, UpdateWebhookRequest, Webhook, WebhookWithSecret};
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
    domain::id::WebhookId,
    service::{
        Caller,
        webhooks::{self, Made},
    },
};

/// A page of webhooks.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListWebhooksQuery {
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List webhooks
///
/// The portal its own, an administrator everybody's, in the order in which they were made.
#[utoipa::path(
    tag = "webhooks",
    params(ListWebhooksQuery),
    responses((status = 200, description = "A page of webhooks.", body = Page<Webhook>), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/webhooks")]
pub async fn list_webhooks(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListWebhooksQuery>,
) -> Result<Answer, Problem> {
    webhooks::require_owner(&caller)?;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, WebhookId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = webhooks::list_webhooks(&state, &caller, page.after, page.rows()).await?;
    page.answer(rows, |kept| (kept.webhook.created_at, kept.webhook.id), |kept| Ok(Webhook::from(kept)))
}

/// Make a webhook
///
/// Events that happen from now on are sent to `url` as `POST` requests signed by Standard Webhooks, until the receiver answers 2xx, for about three
/// days. It is told what its owner may see in `GET /events`. The `secret` is shown this once. An account has 20 webhooks at most. docs/webhooks.md has the format, and how to
/// check a signature.
#[utoipa::path(
    tag = "webhooks",
    params(responses::IdempotencyHeader),
    request_body = CreateWebhookRequest,
    responses((status = 201, description = "The webhook with its secret.", body = WebhookWithSecret), responses::Unauthenticated, responses::Forbidden, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/webhooks")]
pub async fn create_webhook(state: State, caller: Caller, body: Body<CreateWebhookRequest>) -> Result<Answer, Problem> {
    webhooks::require_owner(&caller)?;
    let attempt = body.attempt(&caller)?;
    once(
        &state,
        attempt,
        async |attempt| created(webhooks::create_webhook(&state, &caller, body.read()?.into(), attempt).await?),
        async |first| created(webhooks::made_before(&state, &caller, &first).await?),
    )
    .await
}

fn created(made: Made) -> Result<Answer, Problem> {
    let address = format!("/api/v1/webhooks/{}", made.kept.webhook.id);
    Answer::created(WebhookWithSecret::from(made), address)
}

/// Read a webhook
///
/// Without its secret, which is shown only when it is made.
#[utoipa::path(
    tag = "webhooks",
    params(("id" = uuid::Uuid, Path, description = "The webhook's id.")),
    responses((status = 200, description = "The webhook.", body = Webhook), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/webhooks/{id}")]
pub async fn get_webhook(state: State, caller: Caller, id: Path<Segment<WebhookId>>) -> Result<Answer, Problem> {
    webhooks::require_owner(&caller)?;
    Answer::of(Webhook::from(webhooks::find_webhook(&state, &caller, id.value()?).await?))
}

/// Change a webhook
///
/// Its address, its types, or whether it is served. What happens while it is paused is sent when it is resumed, for as long as events are kept
/// (90 days).
#[utoipa::path(
    tag = "webhooks",
    params(("id" = uuid::Uuid, Path, description = "The webhook's id."), responses::IfMatchHeader),
    request_body(content = UpdateWebhookRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The webhook as it is now.", body = Webhook), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Precondition, responses::Common)
)]
#[patch("/webhooks/{id}")]
pub async fn update_webhook(
    state: State,
    caller: Caller,
    id: Path<Segment<WebhookId>>,
    if_match: IfMatch,
    body: Body<UpdateWebhookRequest>,
) -> Result<Answer, Problem> {
    let place = seen(&state, &caller, &id, &if_match).await?;
    Answer::of(Webhook::from(webhooks::update_webhook(&state, &caller, place, body.read()?.into()).await?))
}

/// Take a webhook away
///
/// With all that waits for it.
#[utoipa::path(
    tag = "webhooks",
    params(("id" = uuid::Uuid, Path, description = "The webhook's id."), responses::IfMatchHeader),
    responses((status = 204, description = "It is gone."), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Common)
)]
#[delete("/webhooks/{id}")]
pub async fn delete_webhook(
    state: State,
    caller: Caller,
    id: Path<Segment<WebhookId>>,
    if_match: IfMatch,
) -> Result<Answer, Problem> {
    let place = seen(&state, &caller, &id, &if_match).await?;
    webhooks::delete_webhook(&state, &caller, place).await?;
    Ok(Answer::nothing())
}

/// Give a webhook a new secret
///
/// The former secret signs too for 24 hours, so that the receiver can change over; the one before that no more. The new one is shown this once.
#[utoipa::path(
    tag = "webhooks",
    params(("id" = uuid::Uuid, Path, description = "The webhook's id."), responses::IfMatchHeader),
    responses((status = 200, description = "The webhook with its new secret.", body = WebhookWithSecret), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Common)
)]
#[post("/webhooks/{id}/secret")]
pub async fn rotate_webhook_secret(
    state: State,
    caller: Caller,
    id: Path<Segment<WebhookId>>,
    if_match: IfMatch,
) -> Result<Answer, Problem> {
    let place = seen(&state, &caller, &id, &if_match).await?;
    let (kept, secret) = webhooks::rotate_secret(&state, &caller, place).await?;
    Answer::of(WebhookWithSecret::new(kept, &secret))
}

/// Send events once more
///
/// Those that happened since a moment, in their order and with the ids that they had, as far as they are kept (90 days). Whatever waits is sent in its place
/// among them.
#[utoipa::path(
    tag = "webhooks",
    params(("id" = uuid::Uuid, Path, description = "The webhook's id."), responses::IfMatchHeader),
    request_body = ReplayRequest,
    responses((status = 200, description = "The webhook, which begins anew from there.", body = Webhook), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Precondition, responses::Common)
)]
#[post("/webhooks/{id}/replay")]
pub async fn replay_webhook(
    state: State,
    caller: Caller,
    id: Path<Segment<WebhookId>>,
    if_match: IfMatch,
    body: Body<ReplayRequest>,
) -> Result<Answer, Problem> {
    let place = seen(&state, &caller, &id, &if_match).await?;
    let ReplayRequest { since } = body.read()?;
    Answer::of(Webhook::from(webhooks::replay(&state, &caller, place, since).await?))
}

/// The webhook that is to be acted on, in the version that the caller has seen.
async fn seen(
    state: &State,
    caller: &Caller,
    id: &Path<Segment<WebhookId>>,
    if_match: &IfMatch,
) -> Result<(WebhookId, i64), Problem> {
    webhooks::require_owner(caller)?;
    let id = id.value()?;
    let kept = webhooks::find_webhook(state, caller, id).await?;
    Ok((id, if_match.matches(kept.webhook.version)?))
}
