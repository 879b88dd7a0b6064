//! What becomes of an entry of assistance.

use actix_web::{http::StatusCode, post, web::Path};
use utoipa::ToSchema;

use super::{
    assistance::created,
    assistance_wire::{Assistance, DecideAssistanceRequest, HandoverRequest, Receipt},
};
use crate::{
    api::{
        answer::Answer, body::Body, candidates::upload::Upload, once::once, path::Segment, problem::Problem, responses,
        reviews::wire::ReasonRequest, state::State,
    },
    domain::{document::UPLOAD_MAX_BYTES, id::AssistanceId},
    service::{
        Caller,
        aftercare::{ledger, receipts, steps},
    },
    storage::assistance::ReceiptRow,
};

/// Decide on assistance
///
/// By another person than who proposed it, of the organization in charge or above. Once.
#[utoipa::path(
    tag = "aftercare",
    params(("id" = Uuid, Path, description = "The entry's id."), responses::IdempotencyHeader),
    request_body = DecideAssistanceRequest,
    responses((status = 201, description = "The entry as it is now.", body = Assistance), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/assistance/{id}/decision")]
pub async fn decide_assistance(
    state: State,
    caller: Caller,
    id: Path<Segment<AssistanceId>>,
    body: Body<DecideAssistanceRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    ledger::require_in_charge(&state, &caller, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let said = body.read()?;
            created(steps::decide(&state, &caller, id, (said.approved, said.reason), attempt).await?)
        },
        async |first| created(ledger::get_assistance(&state, &caller, first.resource_id.into()).await?),
    )
    .await
}

/// Enter that assistance was handed over
///
/// Of what was approved, by the organization in charge or above. From that day on it counts in the totals.
#[utoipa::path(
    tag = "aftercare",
    params(("id" = Uuid, Path, description = "The entry's id."), responses::IdempotencyHeader),
    request_body = HandoverRequest,
    responses((status = 201, description = "The entry as it is now.", body = Assistance), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/assistance/{id}/handover")]
pub async fn hand_over_assistance(
    state: State,
    caller: Caller,
    id: Path<Segment<AssistanceId>>,
    body: Body<HandoverRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    ledger::require_in_charge(&state, &caller, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let input = body.read()?.input();
            created(steps::hand_over(&state, &caller, id, input, attempt).await?)
        },
        async |first| created(ledger::get_assistance(&state, &caller, first.resource_id.into()).await?),
    )
    .await
}

/// Take assistance back
///
/// An entry is never changed. What was given is countered by an entry with the amount negated, which is the answer: by a person
/// who neither proposed it nor entered that it was given. What was not yet given is withdrawn.
#[utoipa::path(
    tag = "aftercare",
    params(("id" = Uuid, Path, description = "The entry's id."), responses::IdempotencyHeader),
    request_body = ReasonRequest,
    responses((status = 201, description = "The counter-entry, or the entry that was withdrawn.", body = Assistance), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/assistance/{id}/reversal")]
pub async fn reverse_assistance(
    state: State,
    caller: Caller,
    id: Path<Segment<AssistanceId>>,
    body: Body<ReasonRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    ledger::require_in_charge(&state, &caller, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let reason = body.read()?.reason;
            created(steps::reverse(&state, &caller, id, reason, attempt).await?)
        },
        async |first| created(ledger::get_assistance(&state, &caller, first.resource_id.into()).await?),
    )
    .await
}

/// A form with one receipt.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form in the contract")]
pub struct ReceiptForm {
    /// A PDF, JPEG or PNG file of at most 10 MiB; a picture of at most 50 megapixels.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Add a receipt to assistance
///
/// PDF, JPEG or PNG, by content; at most 10 for each entry, by the organization in charge or above. Read at `/attachments/{id}`.
#[utoipa::path(
    tag = "aftercare",
    params(("id" = Uuid, Path, description = "The entry's id."), responses::IdempotencyHeader),
    request_body(content = ReceiptForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "The receipt.", body = Receipt), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/assistance/{id}/attachments")]
pub async fn add_receipt(
    state: State,
    caller: Caller,
    id: Path<Segment<AssistanceId>>,
    upload: Upload,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    ledger::require_in_charge(&state, &caller, id).await?;
    let upload = upload.receive(UPLOAD_MAX_BYTES).await;
    once(
        &state,
        upload.attempt(&state, &caller)?,
        async |attempt| {
            let file = upload.read()?;
            added(receipts::add_receipt(&state, &caller, id, file, attempt).await?)
        },
        async |first| added(receipts::get_receipt(&state, first.resource_id.into()).await?),
    )
    .await
}

fn added(receipt: ReceiptRow) -> Result<Answer, Problem> {
    let shown = Receipt::from(receipt);
    let location = shown.url.clone();
    Ok(Answer::plain(&shown)?.with_status(StatusCode::CREATED).with_location(location))
}
