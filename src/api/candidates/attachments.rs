//! Files of verification records.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, HeaderValue},
    post,
    web::Path,
};
use bytes::Bytes;
use utoipa::ToSchema;

use super::{upload::Upload, verification_wire::Attachment};
use crate::{
    api::{
        answer::Answer, download::KEPT_BY_NOBODY, once::once, path::Segment, problem::Problem, responses, state::State,
    },
    domain::{
        document::UPLOAD_MAX_BYTES,
        id::{AttachmentId, CandidateId, VerificationId},
    },
    service::{
        Caller,
        candidates::{
            attachments::{self, StoredDocument},
            consents, verifications,
        },
    },
};

/// A form with one file.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form in the contract")]
pub struct AttachmentForm {
    /// A PDF, JPEG or PNG file of at most 10 MiB; a picture of at most 50 megapixels.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Add a file to a verification record
///
/// PDF, JPEG or PNG, by content; at most 10 for each record. A PDF is kept as it is, and must be nothing else beside; a
/// picture is freed of its metadata.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate's id."), ("verification_id" = Uuid, Path, description = "The record's id."), responses::IdempotencyHeader),
    request_body(content = AttachmentForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "The file.", body = Attachment), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/candidates/{id}/verifications/{verification_id}/attachments")]
pub async fn add_attachment(
    state: State,
    caller: Caller,
    path: Path<(Segment<CandidateId>, Segment<VerificationId>)>,
    upload: Upload,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let (id, record) = path.into_inner();
    let id = id.value()?;
    verifications::find_kept(&state, &caller, id).await?;
    let at = (id, record.value()?);
    verifications::get_verification(&state, at).await?;
    let upload = upload.receive(UPLOAD_MAX_BYTES).await;
    once(
        &state,
        upload.attempt(&state, &caller)?,
        async |attempt| {
            let file = upload.read()?;
            shown(attachments::add_attachment(&state, &caller, at, file, attempt).await?.into())
        },
        async |first| shown(attachments::get_attachment(&state, first.resource_id.into()).await?.into()),
    )
    .await
}

fn shown(attachment: Attachment) -> Result<Answer, Problem> {
    let location = attachment.link.url.clone();
    Answer::created(attachment, location)
}

/// Read a file of a verification record, or a receipt of assistance
///
/// For reviewers of the subtree; those of verification records for administrators, too. To be saved, not shown by the browser.
/// Each reading of a receipt is audited, so that it has no `ETag` and is handed out whole whenever it is asked for.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The file's id.")),
    responses((status = 200, description = "The file.", content((String = "application/pdf"), (String = "image/jpeg"), (String = "image/png"))), (status = 304, description = "The client has it."), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/attachments/{id}")]
pub async fn get_attachment(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<AttachmentId>>,
) -> Result<HttpResponse, Problem> {
    consents::may_read(&caller)?;
    let (attachment, content) = attachments::get_content(&state, &caller, id.value()?).await?;
    Ok(download(&request, &attachment, content))
}

/// A file never changes under its id, so its digest is its tag, where it has one.
fn download(request: &HttpRequest, attachment: &StoredDocument, content: Bytes) -> HttpResponse {
    let digest = |sha256: &Vec<u8>| hex::encode(sha256).chars().take(32).collect::<String>();
    let etag = attachment.sha256.as_ref().map(|sha256| format!("\"{}\"", digest(sha256)));
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_own = |tag: &str| etag.as_deref() == Some(tag.trim().trim_start_matches("W/"));
    let known = known.is_some_and(|tags| tags.split(',').any(is_own));
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    let name = format!("{}-{}.{}", attachment.stem, attachment.id, attachment.media_type.extension());
    if let Some(etag) = etag {
        response.insert_header((header::ETAG, etag));
    }
    response
        .insert_header((header::CACHE_CONTROL, KEPT_BY_NOBODY))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")));
    if known { response.finish() } else { response.content_type(attachment.media_type.as_str()).body(content) }
}
