//! Who asks: the bearer token and the tracking code of a request.

use std::{
    future::{Future, Ready, ready},
    pin::Pin,
};

use actix_web::{
    FromRequest, HttpRequest,
    dev::{Payload, ServiceRequest},
    http::header,
};

use super::{context::Context, problem::Problem, state::State};
use crate::{
    domain::{fault::Code, id::UserId, role::Role},
    service::{
        Error,
        accounts::tokens::Claims,
        caller::{self, Caller},
    },
};

/// The header that carries a nominator's tracking code.
pub const TRACKING_CODE: &str = "Tracking-Code";
/// Longer ones are none of ours.
const MAX_TRACKING_CODE_BYTES: usize = 100;

/// A caller of `/auth/*`, where an old token in a client's default headers must not stand in the way of a new one: the
/// `Authorization` header is not looked at.
pub struct Unsigned(pub Caller);

impl FromRequest for Unsigned {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(Caller { request_id: Context::of(request).request_id, ..Caller::default() })))
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let state = State::of(&request)?;
            let tracking_code = request
                .headers()
                .get(TRACKING_CODE)
                .and_then(|value| value.to_str().ok())
                .filter(|code| code.len() <= MAX_TRACKING_CODE_BYTES)
                .map(str::to_owned);
            let account = match request.headers().get(header::AUTHORIZATION) {
                None => None,
                Some(value) => Some(account(&state, value.to_str().unwrap_or_default()).await?),
            };
            Ok(Self { account, tracking_code, request_id: Context::of(&request).request_id })
        })
    }
}

/// The account that a request's token names, and its role then, if it is one of ours and has not expired. Says nothing
/// of whether the account is still open.
pub fn signed_in(state: &State, request: &ServiceRequest) -> Option<(UserId, Role)> {
    let authorization = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    claims(state, authorization).map(|claims| (claims.sub, claims.role))
}

fn claims(state: &State, authorization: &str) -> Option<Claims> {
    let (scheme, token) = authorization.split_once(' ')?;
    let token = scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())?;
    state.tokens.check(token, state.clocks.machine())
}

async fn account(state: &State, authorization: &str) -> Result<caller::Account, Problem> {
    let refused = || Problem::of(Code::Unauthenticated);
    let claims = claims(state, authorization).ok_or_else(refused)?;
    let found = state.store.read(move |db| caller::find_account(db, claims.sub, claims.ver)).await;
    found.map_err(|error: Error| Problem::from(error))?.ok_or_else(refused)
}
