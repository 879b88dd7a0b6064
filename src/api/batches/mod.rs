//! Forwarding to the provincial portal, and its receipts.

use actix_web::{HttpRequest, get, http::StatusCode, post, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

mod correction;
pub mod package;
mod schema;
pub mod wire;

pub use schema::MANIFEST_SCHEMA;
use wire::{BatchStatusName, BatchSummary, BatchView, ForwardRequest, ReceiptRequest};

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
        state::State,
    },
    domain::{id::BatchId, month::Month, role::Role},
    service::{
        Caller,
        batches::{self, FullBatch, ListedBatch},
    },
    storage::batches::BatchFilter,
};

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(create_batch)
        .service(list_batches)
        .service(get_batch)
        .service(receive_batch)
        .service(package::get_package)
        .service(package::build_package_again)
        .service(package::get_manifest)
        .service(package::get_signature)
        .service(package::get_package_preview)
        .service(correction::list_corrections)
        .service(schema::get_manifest_schema);
}

fn created(batch: FullBatch) -> Result<Answer, Problem> {
    let location = format!("/api/v1/batches/{}", batch.batch.id);
    Answer::created(BatchView::from(batch), location)
}

/// Forward a cycle's screened candidates
///
/// All of them in one transaction: a candidate without consent fails the batch, and each one is named. The package is built
/// beside; `package` says when it is ready, and only then subscribers hear of the batch.
#[utoipa::path(
    tag = "batches",
    params(responses::IdempotencyHeader),
    request_body = ForwardRequest,
    responses((status = 201, description = "The batch, frozen.", body = BatchView), responses::Unauthenticated, responses::Forbidden, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/batches")]
pub async fn create_batch(state: State, caller: Caller, body: Body<ForwardRequest>) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let input = body.read()?;
            created(batches::create_batch(&state, &caller, input.cycle, attempt).await?)
        },
        async |first| created(batches::get_batch(&state, &caller, first.resource_id.into()).await?),
    )
    .await
}

/// Filters of the list of batches.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListBatchesQuery {
    /// Of this cycle.
    #[param(value_type = Option<String>, example = "2026-11")]
    cycle: Option<Month>,
    /// In these states; may be repeated.
    #[serde(default)]
    status: Vec<BatchStatusName>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List batches
///
/// The latest first. The portal is not shown a batch that waits for it before its package is ready.
#[utoipa::path(
    tag = "batches",
    params(ListBatchesQuery),
    responses((status = 200, description = "A page of batches.", body = Page<BatchSummary>), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/batches")]
pub async fn list_batches(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListBatchesQuery>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer, Role::Portal])?;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, BatchId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let statuses = query.status.into_iter().map(Into::into).collect();
    let filter = BatchFilter { cycle: query.cycle, statuses, ..BatchFilter::default() };
    let rows = batches::list_batches(&state, &caller, filter, page.after, page.rows()).await?;
    let key = |listed: &ListedBatch| (listed.batch.forwarded_at, listed.batch.id);
    page.answer(rows, key, |row| Ok(BatchSummary::from(row)))
}

/// Read a batch
///
/// With its items as they were when they were forwarded, and what the portal said to each.
#[utoipa::path(
    tag = "batches",
    params(("id" = uuid::Uuid, Path, description = "The batch's id.")),
    responses((status = 200, description = "The batch with its items.", body = BatchView), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/batches/{id}")]
pub async fn get_batch(state: State, caller: Caller, id: Path<Segment<BatchId>>) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer, Role::Portal])?;
    Answer::of(BatchView::from(batches::get_batch(&state, &caller, id.value()?).await?))
}

/// Take the portal's receipt for a batch
///
/// Refused items go back to their units, until the list is published. The same receipt again changes nothing and is
/// answered with 200.
#[utoipa::path(
    tag = "batches",
    params(("id" = uuid::Uuid, Path, description = "The batch's id."), responses::IdempotencyHeader),
    request_body = ReceiptRequest,
    responses((status = 201, description = "Taken; the batch as it is now.", body = BatchView), (status = 200, description = "It was taken before.", body = BatchView), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/batches/{id}/receipt")]
pub async fn receive_batch(
    state: State,
    caller: Caller,
    id: Path<Segment<BatchId>>,
    body: Body<ReceiptRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer, Role::Portal])?;
    let id = id.value()?;
    batches::get_batch(&state, &caller, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let receipt = body.read()?.into();
            let (batch, is_new) = batches::receive_batch(&state, &caller, id, receipt, attempt).await?;
            let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
            Ok(Answer::of(BatchView::from(batch))?.with_status(status))
        },
        async |_| Answer::of(BatchView::from(batches::get_batch(&state, &caller, id).await?)),
    )
    .await
}
