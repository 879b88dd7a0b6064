//! One file of a multipart form. Nothing of it is taken from the wire before the handler has made sure of who sends it: a
//! stranger must not fill the memory.

use std::future::{Ready, ready};

use actix_multipart::Multipart;
use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web::BytesMut};
use bytes::Bytes;
use futures_util::StreamExt as _;

use crate::{
    api::{once, problem::Problem},
    domain::{
        fault::{Code, Fault},
        photo::UPLOAD_MAX_BYTES,
    },
    service::{Caller, idempotency::Attempt},
};

/// The name of the part that carries the file.
const PART: &str = "file";

/// More parts than any honest form has.
const MAX_PARTS: usize = 8;

/// A form that is still on its way. As an extractor it never fails by itself: the order of checks puts others first.
pub struct Upload {
    request: HttpRequest,
    payload: Payload,
}

impl FromRequest for Upload {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self { request: request.clone(), payload: payload.take() }))
    }
}

impl Upload {
    /// Takes the form from the wire, once it is certain that the caller may send one.
    pub async fn receive(self) -> Received {
        self.receive_at_most(UPLOAD_MAX_BYTES).await
    }

    /// The same for another kind of file, of which fewer bytes are taken.
    pub async fn receive_at_most(self, limit: usize) -> Received {
        let Self { request, payload } = self;
        let file = match check_type(&request) {
            Ok(()) => collect(Multipart::new(request.headers(), payload.fuse()), limit).await,
            Err(problem) => Err(problem),
        };
        let place = format!("{} {}", request.method(), request.path());
        Received { file, key: once::key(&request), place, query: request.query_string().to_owned() }
    }
}

/// The part `file` of a form that has arrived and is not yet judged.
pub struct Received {
    file: Result<Bytes, Problem>,
    key: Result<Option<String>, Problem>,
    place: String,
    query: String,
}

impl Received {
    /// What the request says of itself for `once`; `None` without an `Idempotency-Key`.
    pub fn attempt(&self, caller: &Caller) -> Result<Option<Attempt>, Problem> {
        let Some(key) = self.key.clone()? else { return Ok(None) };
        if caller.account.is_none() && uuid::Uuid::parse_str(&key).is_err() {
            return Err(Problem::with(Code::InvalidHeader, vec![Fault::at("/Idempotency-Key", Code::Malformed)]));
        }
        let file = self.file.as_ref().map_err(Clone::clone)?;
        Ok(Some(Attempt::new(caller, key, (&self.place, &self.query), file)))
    }

    /// The file.
    pub fn read(&self) -> Result<Bytes, Problem> {
        self.file.clone()
    }
}

fn check_type(request: &HttpRequest) -> Result<(), Problem> {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("multipart/form-data") {
        Ok(())
    } else {
        Err(Problem::of(Code::UnsupportedMediaType))
    }
}

/// Reads the form to its end and keeps its one file.
async fn collect(mut form: Multipart, limit: usize) -> Result<Bytes, Problem> {
    let malformed = || Problem::of(Code::InvalidMultipart);
    let mut file: Option<Bytes> = None;
    let mut read = 0;
    let mut unknown = Vec::new();
    let mut parts = 0;
    while let Some(field) = form.next().await {
        parts += 1;
        if parts > MAX_PARTS {
            return Err(malformed());
        }
        let mut field = field.map_err(|_| malformed())?;
        let name = field.name().unwrap_or_default().to_owned();
        let mut content = BytesMut::new();
        while let Some(chunk) = field.next().await {
            let chunk = chunk.map_err(|_| malformed())?;
            read += chunk.len();
            if read > limit {
                let fault = Fault::at("/file", Code::PayloadTooLarge).with("limit", limit);
                return Err(Problem::with(Code::PayloadTooLarge, vec![fault]));
            }
            content.extend_from_slice(&chunk);
        }
        if name != PART {
            unknown.push(Fault::at(format!("/{}", crate::api::json::token(&name)), Code::UnknownMember));
        } else if file.replace(content.freeze()).is_some() {
            unknown.push(Fault::at("/file", Code::DuplicateMember));
        }
    }
    if file.is_none() {
        unknown.push(Fault::at("/file", Code::Required));
    }
    match file {
        Some(file) if unknown.is_empty() => Ok(file),
        _ => Err(Problem::with(Code::ValidationFailed, unknown)),
    }
}
