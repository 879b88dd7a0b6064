//! The package of a batch: the ZIP, its manifest, and the signature over that.

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    body::SizedStream,
    get,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    post,
    web::Path,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::wire::BatchView;
use crate::{
    api::{
        answer::Answer,
        byte_range::{self, Asked},
        download,
        path::Segment,
        problem::Problem,
        responses,
        role::mirrored,
        state::State,
    },
    domain::{
        fault::{Code, Fault},
        id::BatchId,
        month::Month,
        package::{Package, PackageFailure, PackageStatus},
        role::Role,
    },
    service::{
        Caller, batches,
        packages::{self, Download, Opened},
    },
};

mirrored! {
    /// How the package of a batch stands.
    PackageStatusName = PackageStatus {
        /// It is being built.
        Building,
        /// It is built, and served as built ever after.
        Ready,
        /// It could not be built; the city can have it built again.
        Failed,
    }
}

mirrored! {
    /// Why a package could not be built.
    PackageFailureName = PackageFailure {
        /// The file of a photo is not in the file store.
        PhotoMissing,
        /// The file of a photo is not the one that was forwarded.
        PhotoChanged,
        /// The file store or the database was away.
        Unavailable,
        /// Whoever built it was broken off, each time.
        Interrupted,
        /// A fault of the server.
        Internal,
    }
}

/// The package of a batch.
#[derive(Serialize, ToSchema)]
pub struct PackageView {
    /// How it stands.
    pub status: PackageStatusName,
    /// Bytes of the ZIP, once it is ready.
    pub size: Option<u64>,
    /// SHA-256 of the ZIP in hexadecimal, once it is ready.
    pub sha256: Option<String>,
    /// When it became ready.
    pub ready_at: Option<DateTime<Utc>>,
    /// Why it could not be built.
    pub failure: Option<PackageFailureName>,
}

impl From<Package> for PackageView {
    fn from(package: Package) -> Self {
        Self {
            status: package.status.into(),
            size: package.size,
            sha256: package.sha256,
            ready_at: package.ready_at,
            failure: package.failure.map(Into::into),
        }
    }
}

/// Read the package of a batch
///
/// One ZIP: `manifest.json`, the roster `名册.xlsx`, and a folder `类别+单位+姓名` for each candidate with the deed, the photos, the application
/// form and the opinions. Built once from what was frozen when it was forwarded, and the same bytes ever after; what happened since
/// is in `GET /batches/{id}/corrections`. It holds contact details, so that reading it is an audit event. `Content-Digest` (RFC 9530)
/// is that of the whole; a request whose `If-None-Match` names the `ETag` is answered with 304. A download that broke off is taken up again with
/// `Range: bytes=…` (and `If-Range` with the `ETag`): 206, without `Content-Digest`, as every answer has the digest of the whole in `Repr-Digest`. While the package is being built
/// the answer is 409 `package_not_ready` with `Retry-After`.
#[utoipa::path(
    tag = "batches",
    params(("id" = uuid::Uuid, Path, description = "The batch's id.")),
    responses((status = 200, description = "The ZIP.", content_type = "application/zip", body = String), (status = 206, description = "A part of it.", content_type = "application/zip", body = String), responses::Unchanged, responses::BehindEnd, responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Conflict, responses::Common)
)]
#[get("/batches/{id}/package")]
pub async fn get_package(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<BatchId>>,
) -> Result<HttpResponse, Problem> {
    caller.require(&[Role::CityReviewer, Role::Portal])?;
    let known = |sha256: &[u8; 32]| names(&request, &tag(sha256));
    match packages::open_package(&state, &caller, (id.value()?, known)).await? {
        Opened::New(download) => match byte_range::asked(&request, download.size, &tag(&download.sha256)) {
            Asked::Whole => Ok(zip(download)),
            Asked::Part(first, last) => Ok(part(download, (first, last))),
            Asked::Nothing => {
                let fault = Fault::at("/Range", Code::RangeNotSatisfiable).with("size", download.size);
                Err(Problem::with(Code::RangeNotSatisfiable, vec![fault]))
            }
        },
        Opened::Known(sha256) => Ok(HttpResponse::NotModified()
            .insert_header((header::CACHE_CONTROL, download::KEPT_BY_NOBODY))
            .insert_header((header::ETAG, tag(&sha256)))
            .finish()),
    }
}

/// Build a failed package again
///
/// Only one whose `status` is `failed`; the answer is the batch, whose package is being built.
#[utoipa::path(
    tag = "batches",
    params(("id" = uuid::Uuid, Path, description = "The batch's id.")),
    responses((status = 202, description = "It is being built.", body = BatchView), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Conflict, responses::Common)
)]
#[post("/batches/{id}/package")]
pub async fn build_package_again(state: State, caller: Caller, id: Path<Segment<BatchId>>) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let id = id.value()?;
    packages::restart(&state, &caller, id).await?;
    let batch = BatchView::from(batches::get_batch(&state, &caller, id).await?);
    Ok(Answer::of(batch)?.with_status(StatusCode::ACCEPTED))
}

/// Read the manifest of a package
///
/// The very bytes of `manifest.json` in the package: canonical JSON (RFC 8785) by the schema at `/api/v1/schemas/batch-manifest-1.json`.
/// These bytes are what `GET /batches/{id}/signature` signs.
#[utoipa::path(
    tag = "batches",
    params(("id" = uuid::Uuid, Path, description = "The batch's id.")),
    responses((status = 200, description = "The manifest.", content_type = "application/json", body = Object), responses::Unchanged, responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Conflict, responses::Common)
)]
#[get("/batches/{id}/manifest")]
pub async fn get_manifest(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<BatchId>>,
) -> Result<HttpResponse, Problem> {
    caller.require(&[Role::CityReviewer, Role::Portal])?;
    let (manifest, _) = packages::get_manifest(&state, &caller, id.value()?).await?;
    Ok(whole(&request, manifest, "application/json"))
}

/// Read the signature over the manifest of a package
///
/// A JSON Web Signature with its content detached (RFC 7515, appendix F): `header..signature`, by Ed25519 (`alg` `EdDSA`) and `typ`
/// `haoren-manifest+jws`. To check it, put the base64url of the manifest's bytes between the two dots; the key is the one of
/// `/.well-known/jwks.json` that `kid` names. It signs nothing but manifests.
#[utoipa::path(
    tag = "batches",
    params(("id" = uuid::Uuid, Path, description = "The batch's id.")),
    responses((status = 200, description = "The signature.", content_type = "application/jose", body = String), responses::Unchanged, responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Conflict, responses::Common)
)]
#[get("/batches/{id}/signature")]
pub async fn get_signature(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<BatchId>>,
) -> Result<HttpResponse, Problem> {
    caller.require(&[Role::CityReviewer, Role::Portal])?;
    let (_, signature) = packages::get_manifest(&state, &caller, id.value()?).await?;
    Ok(whole(&request, signature.into(), "application/jose"))
}

/// Read a preview of the package
///
/// What the package would be, were the batch forwarded now: the same ZIP, of the screened candidates as they are. Its manifest says
/// `preview: true` and names no batch, and nothing signs it. It holds contact details, so that reading it is an audit event.
#[utoipa::path(
    tag = "batches",
    params(("month" = String, Path, description = "The cycle.", example = "2026-11")),
    responses((status = 200, description = "The ZIP.", content_type = "application/zip", body = String), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Conflict, responses::Common)
)]
#[get("/cycles/{month}/package-preview")]
pub async fn get_package_preview(
    state: State,
    caller: Caller,
    month: Path<Segment<Month>>,
) -> Result<HttpResponse, Problem> {
    caller.require(&[Role::CityReviewer])?;
    Ok(zip(packages::open_preview(&state, &caller, month.value()?).await?))
}

/// A ZIP, bit by bit. It goes out as it is: the digest and the length are those of what is sent.
fn zip(download: Download) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    describe(&mut response, &download).insert_header(("content-digest", digest(&download.sha256)));
    response.body(SizedStream::new(download.size, download.content))
}

/// What lies between two bytes of it.
fn part(download: Download, (first, last): (u64, u64)) -> HttpResponse {
    let mut response = HttpResponse::PartialContent();
    let range = format!("bytes {first}-{last}/{}", download.size);
    describe(&mut response, &download).insert_header((header::CONTENT_RANGE, range));
    let content = byte_range::cut(download.content, (first, last));
    response.body(SizedStream::new(last - first + 1, content.boxed()))
}

fn describe<'a>(response: &'a mut HttpResponseBuilder, download: &Download) -> &'a mut HttpResponseBuilder {
    let (plain, name) = &download.name;
    response
        .insert_header((header::CACHE_CONTROL, download::KEPT_BY_NOBODY))
        .insert_header((header::CONTENT_DISPOSITION, download::disposition(plain, name)))
        .insert_header((header::CONTENT_ENCODING, HeaderValue::from_static("identity")))
        .insert_header((header::ACCEPT_RANGES, HeaderValue::from_static("bytes")))
        .insert_header((header::ETAG, tag(&download.sha256)))
        .insert_header(("repr-digest", digest(&download.sha256)))
        .content_type("application/zip")
}

/// A small thing, to the byte.
fn whole(request: &HttpRequest, content: Bytes, media_type: &'static str) -> HttpResponse {
    let sha256: [u8; 32] = Sha256::digest(&content).into();
    let known = names(request, &tag(&sha256));
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::CACHE_CONTROL, download::KEPT_BY_NOBODY))
        .insert_header((header::ETAG, tag(&sha256)));
    if known {
        return response.finish();
    }
    response
        .insert_header((header::CONTENT_ENCODING, HeaderValue::from_static("identity")))
        .insert_header(("content-digest", digest(&sha256)))
        .content_type(media_type)
        .body(content)
}

fn tag(sha256: &[u8; 32]) -> String {
    format!("\"{}\"", hex::encode(sha256))
}

/// By RFC 9530.
fn digest(sha256: &[u8; 32]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(sha256))
}

/// Whether `If-None-Match` names a tag.
fn names(request: &HttpRequest, tag: &str) -> bool {
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    known.is_some_and(|tags| tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag))
}
