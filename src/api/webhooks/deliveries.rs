//! What was sent to a webhook, sending it again, and a test.

use actix_web::{HttpRequest, get, post, web::Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::{Delivery, DeliveryStatusName};
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
    domain::id::{DeliveryId, WebhookId},
    service::{Caller, webhooks},
};

/// Filters of a webhook's deliveries.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListDeliveriesQuery {
    /// That stand so.
    status: Option<DeliveryStatusName>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List a webhook's deliveries
///
/// What is to be sent, and what was in the last 30 days, with what became of each attempt; the latest first.
#[utoipa::path(
    tag = "webhooks",
    params(("id" = uuid::Uuid, Path, description = "The webhook's id."), ListDeliveriesQuery),
    responses((status = 200, description = "A page of deliveries.", body = Page<Delivery>), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::BadQuery, responses::Common)
)]
#[get("/webhooks/{id}/deliveries")]
pub async fn list_deliveries(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<WebhookId>>,
    query: Query<ListDeliveriesQuery>,
) -> Result<Answer, Problem> {
    webhooks::require_owner(&caller)?;
    let id = id.value()?;
    webhooks::find_webhook(&state, &caller, id).await?;
    let query = query.read()?;
    let page = PageRequest::<i64>::read(&request, query.limit, query.cursor.as_deref())?;
    let wanted = (id, query.status.map(Into::into));
    let rows = webhooks::list_deliveries(&state, &caller, wanted, page.after, page.rows()).await?;
    page.answer_plain(rows, |logged| logged.delivery.sequence, |logged| Ok(Delivery::from(logged)))
}

/// Send a delivery again
///
/// At once, whether it waits, was given up or has arrived; its attempts are counted anew. What still waits for the same subject from earlier goes
/// before it. 409 `request_in_progress` while it is being sent, `webhook_paused` when its webhook is, and `event_gone` when the event is no more kept, or
/// it was a test.
#[utoipa::path(
    tag = "webhooks",
    params(("id" = uuid::Uuid, Path, description = "The delivery's id.")),
    responses((status = 200, description = "The delivery, which waits.", body = Delivery), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Conflict, responses::Common)
)]
#[post("/deliveries/{id}/retry")]
pub async fn retry_delivery(state: State, caller: Caller, id: Path<Segment<DeliveryId>>) -> Result<Answer, Problem> {
    webhooks::require_owner(&caller)?;
    Answer::plain(&Delivery::from(webhooks::retry_delivery(&state, &caller, id.value()?).await?))
}

/// Send a test
///
/// An event `webhook.test` is sent once and at once, to a webhook that is paused too; the answer tells what became of it, after the 15 seconds
/// that a receiver has. An account may ask for 30 in ten minutes.
#[utoipa::path(
    tag = "webhooks",
    params(("id" = uuid::Uuid, Path, description = "The webhook's id.")),
    responses((status = 200, description = "What became of it.", body = Delivery), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Limited, responses::Common)
)]
#[post("/webhooks/{id}/test")]
pub async fn test_webhook(state: State, caller: Caller, id: Path<Segment<WebhookId>>) -> Result<Answer, Problem> {
    webhooks::require_owner(&caller)?;
    Answer::plain(&Delivery::from(webhooks::test_webhook(&state, &caller, id.value()?).await?))
}
