//! The body of a request, judged as a whole: every fault is named, not only the first.
//!
//! A text is parsed to a value (strictly: see [`super::json`]), held against the operation's own generated schema, read
//! by serde, and then asked for what a schema cannot say (`validator`). So the contract is what is enforced.
//!
//! Taking the body from the wire never fails a request by itself: the order of checks puts credentials, role, existence,
//! replay and precondition before it. [`Body::read`] does.

use std::{future::Future, marker::PhantomData, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web::BytesMut};
use bytes::Bytes;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;
use validator::Validate;

use super::{faults, json, problem::Problem, stand_in::is_own, state::State};
use crate::{
    domain::fault::{Code, Fault},
    service::{Caller, idempotency::Attempt},
};

/// Most bytes of a JSON body where an operation says nothing of its own.
pub const MAX_BYTES: usize = 256 * 1024;

/// A JSON body of at most so many bytes that has arrived and is not yet judged.
pub struct Body<T, const MOST: usize = MAX_BYTES> {
    bytes: Result<Bytes, Problem>,
    key: Result<Option<String>, Problem>,
    place: String,
    query: String,
    state: State,
    what: PhantomData<T>,
}

impl<T, const MOST: usize> FromRequest for Body<T, MOST> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = match check_type(&request) {
                Ok(()) => collect(&mut payload, MOST).await,
                Err(problem) => Err(problem),
            };
            Ok(Self {
                bytes,
                key: super::once::key(&request),
                place: format!("{} {}", request.method(), request.path()),
                query: request.query_string().to_owned(),
                state: State::of(&request)?,
                what: PhantomData,
            })
        })
    }
}

impl<T, const MOST: usize> Body<T, MOST> {
    /// What the request says of itself for [`super::once`]; `None` without an `Idempotency-Key`.
    pub fn attempt(&self, caller: &Caller) -> Result<Option<Attempt>, Problem> {
        let Some(key) = self.key.clone()? else { return Ok(None) };
        if caller.account.is_none() && uuid::Uuid::parse_str(&key).is_err() {
            return Err(Problem::with(Code::InvalidHeader, vec![Fault::at("/Idempotency-Key", Code::Malformed)]));
        }
        let bytes = self.bytes.as_ref().map_err(Clone::clone)?;
        Ok(Some(Attempt::new(&self.state, caller, key, (&self.place, &self.query), bytes)))
    }
}

impl<T: DeserializeOwned + ToSchema + Validate, const MOST: usize> Body<T, MOST> {
    /// What `plain` makes of the bytes, or where it finds fault, what [`Body::read`] does: for a body that is asked most and
    /// says little.
    pub fn read_plain(&self, plain: impl FnOnce(&[u8]) -> Option<T>) -> Result<T, Problem> {
        match self.bytes.as_deref().ok().and_then(plain) {
            Some(read) => Ok(read),
            None => self.read(),
        }
    }

    /// Judges the body, and reads it when nothing is wrong with it.
    pub fn read(&self) -> Result<T, Problem> {
        let bytes = self.bytes.as_ref().map_err(Clone::clone)?;
        let malformed = |_| Problem::of(Code::MalformedJson);
        let (value, duplicates) = json::read(bytes).map_err(malformed)?;
        read_value(&self.state, value, duplicates)
    }
}

/// Holds a value against the schema of `T`, reads and validates it.
fn read_value<T: DeserializeOwned + ToSchema + Validate>(
    state: &State,
    mut value: Value,
    mut found: Vec<Fault>,
) -> Result<T, Problem> {
    found.extend(state.schemas.faults(&T::name(), &value));
    // What nobody knows is named and set aside, so that the rest is judged to the end.
    for stranger in found.iter().filter(|fault| fault.code == Code::UnknownMember) {
        json::remove(&mut value, &stranger.pointer);
    }
    let invalid = |found: Vec<Fault>| Err(Problem::with(Code::ValidationFailed, found));
    match serde_path_to_error::deserialize::<_, T>(&value) {
        Err(_) if !found.is_empty() => {
            let beside = validated_beside::<T>(state, value, &found);
            found.extend(beside);
            invalid(found)
        }
        Err(error) => {
            let pointer = faults::pointer_of(error.path());
            invalid(vec![Fault::at(pointer, Code::Malformed)])
        }
        Ok(read) => {
            if let Err(errors) = read.validate() {
                faults::add_validated(&mut found, "", &errors);
            }
            if found.is_empty() { Ok(read) } else { invalid(found) }
        }
    }
}

/// What is wrong with the rest of a faulted body, as far as that can be told without the faulted places.
fn validated_beside<T: DeserializeOwned + ToSchema + Validate>(
    state: &State,
    value: Value,
    found: &[Fault],
) -> Vec<Fault> {
    let mended = state.schemas.stand_ins.mend(&T::name(), value, found);
    let Some(Ok(read)) = mended.map(serde_json::from_value::<T>) else { return Vec::new() };
    let mut beside = Vec::new();
    if let Err(errors) = read.validate() {
        faults::add_validated(&mut beside, "", &errors);
    }
    beside.retain(|fault| is_own(fault, found));
    beside
}

fn check_type(request: &HttpRequest) -> Result<(), Problem> {
    let unsupported = || Problem::of(Code::UnsupportedMediaType);
    let Some(value) = request.headers().get(header::CONTENT_TYPE) else { return Err(unsupported()) };
    let essence = value.to_str().ok().and_then(|text| text.split(';').next()).unwrap_or_default().trim();
    let known = ["application/json", "application/merge-patch+json"];
    if known.iter().any(|known| essence.eq_ignore_ascii_case(known)) { Ok(()) } else { Err(unsupported()) }
}

async fn collect(payload: &mut Payload, most: usize) -> Result<Bytes, Problem> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::of(Code::MalformedJson))?;
        if bytes.len() + chunk.len() > most {
            let fault = Fault::of(Code::PayloadTooLarge).with("limit", most);
            return Err(Problem::with(Code::PayloadTooLarge, vec![fault]));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}
