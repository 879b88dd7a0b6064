//! Photos of candidates.

use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    http::header::{self, HeaderValue},
    post,
    web::Path,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{file::editable_id, upload::Upload, wire::Photo};
use crate::{
    api::{
        answer::Answer, once::once, path::Segment, precondition::IfMatch, problem::Problem, query::Query, responses,
        state::State,
    },
    domain::{
        id::{CandidateId, PhotoId},
        photo::UPLOAD_MAX_BYTES,
    },
    service::{
        Caller,
        candidates::{
            photos::{self, PhotoContent},
            update,
        },
    },
};

/// How a photo is taken.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AddPhotoQuery {
    /// Scale and encode again what is too large.
    #[param(default = false)]
    fit: Option<bool>,
}

/// A form with one file.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form in the contract")]
pub struct PhotoForm {
    /// A JPEG or PNG picture, with `fit=true` also a WebP one, of at most 20 MiB and 50 megapixels.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Add a photo
///
/// JPEG or PNG, by content; WebP with `fit=true`. Metadata is stripped; what is larger than the cycle's policy allows is
/// refused, or scaled and encoded as JPEG with `fit=true`. A picture that is to be turned or is not in the usual colours is
/// encoded as JPEG in any case.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate's id."), AddPhotoQuery, responses::IdempotencyHeader, responses::TrackingHeader),
    request_body(content = PhotoForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "The photo.", body = Photo), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Limited, responses::Common),
    security((), ("bearer" = []))
)]
#[post("/candidates/{id}/photos")]
pub async fn add_photo(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    query: Query<AddPhotoQuery>,
    upload: Upload,
) -> Result<Answer, Problem> {
    let id = editable_id(&caller, &id)?;
    let candidate = update::find_editable(&state, &caller, id).await?;
    let upload = upload.receive(UPLOAD_MAX_BYTES).await;
    once(
        &state,
        upload.attempt(&state, &caller)?,
        async |attempt| {
            let fit = query.read()?.fit.unwrap_or(false);
            let file = upload.read()?;
            update::refuse_closed(&candidate)?;
            shown(Photo::from(photos::add_photo(&state, &caller, (id, fit), file, attempt).await?))
        },
        async |first| shown(Photo::from(photos::get_photo(&state, first.resource_id.into()).await?)),
    )
    .await
}

fn shown(photo: Photo) -> Result<Answer, Problem> {
    let location = photo.link.url.clone();
    Answer::created(photo, location)
}

/// Remove a photo
///
/// `If-Match` names the candidate's version, which grows with every photo.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate's id."), ("photo_id" = Uuid, Path, description = "The photo's id."), responses::IfMatchHeader, responses::TrackingHeader),
    responses((status = 204, description = "The photo is gone."), responses::BadQuery, responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Conflict, responses::Limited, responses::Common),
    security((), ("bearer" = []))
)]
#[delete("/candidates/{id}/photos/{photo_id}")]
pub async fn delete_photo(
    state: State,
    caller: Caller,
    path: Path<(Segment<CandidateId>, Segment<PhotoId>)>,
    if_match: IfMatch,
) -> Result<Answer, Problem> {
    let (id, photo) = path.into_inner();
    let id = editable_id(&caller, &id)?;
    let candidate = update::find_editable(&state, &caller, id).await?;
    let photo = photo.value()?;
    photos::find_of(&state, id, photo).await?;
    let version = if_match.matches(candidate.version)?;
    photos::delete_photo(&state, &caller, (id, version), photo).await?;
    Ok(Answer::nothing())
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SizeName {
    Thumb,
}

/// Which file of a photo is read.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GetPhotoQuery {
    /// `thumb`: the small picture, a JPEG.
    #[param(value_type = Option<String>, pattern = "^thumb$")]
    size: Option<SizeName>,
}

/// Read a photo
///
/// As its candidate: by everybody where that is public, else by who sees the full view.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The photo's id."), GetPhotoQuery, responses::TrackingHeader),
    responses((status = 200, description = "The picture.", content((String = "image/jpeg"), (String = "image/png"))), responses::Unchanged, responses::BadQuery, responses::Unauthenticated, responses::NotFound, responses::Limited, responses::Common),
    security((), ("bearer" = []))
)]
#[get("/photos/{id}")]
pub async fn get_photo(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<PhotoId>>,
    query: Query<GetPhotoQuery>,
) -> Result<HttpResponse, Problem> {
    let id = id.value()?;
    let is_thumb = matches!(query.read()?.size, Some(SizeName::Thumb));
    Ok(picture(&request, photos::get_content(&state, &caller, (id, is_thumb)).await?, is_thumb))
}

/// A picture never changes under its id, so its digest is its tag.
fn picture(request: &HttpRequest, found: PhotoContent, is_thumb: bool) -> HttpResponse {
    let digest: String = hex::encode(&found.photo.sha256).chars().take(32).collect();
    let (etag, media_type) = if is_thumb {
        (format!("\"{digest}-thumb\""), "image/jpeg")
    } else {
        (format!("\"{digest}\""), found.photo.media_type.as_str())
    };
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let known = known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag));
    let keeping = if found.is_public { "public, max-age=3600, must-revalidate" } else { "private, no-store" };
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, etag))
        .insert_header((header::CACHE_CONTROL, keeping))
        .insert_header((header::VARY, "Authorization, Tracking-Code, Acting-For"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")));
    if known { response.finish() } else { response.content_type(media_type).body(found.content) }
}
