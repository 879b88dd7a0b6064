//! Who asks: the bearer token, the delegation and the tracking code of a request.

use std::{
    future::{Future, Ready, ready},
    pin::Pin,
};

use actix_web::{
    FromRequest, HttpRequest,
    dev::{Payload, ServiceRequest},
    http::header,
};

use super::{acting_for, context::Context, problem::Problem, state::State};
use crate::{
    domain::{fault::Code, identity::ForeignVoter},
    service::{
        Error,
        accounts::tokens::Claims,
        bearer::{self, Bearer},
        caller::{self, Caller},
        delegations,
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
            let request_id = Context::of(&request).request_id;
            let caller = Self { tracking_code, request_id, ..Self::default() };
            Ok(match bearer(&state, &request).await? {
                // Nobody in particular stands in for anybody, nor does a stranger.
                None if acting_for::is_named(&request) => return Err(Problem::of(Code::Unauthenticated)),
                Some(Bearer::Foreign(_)) if acting_for::is_named(&request) => return Err(Problem::of(Code::Forbidden)),
                None => caller,
                Some(Bearer::Own(claims)) => Self { account: Some(account(&state, &request, claims).await?), ..caller },
                Some(Bearer::Foreign(voter)) => Self { foreign: Some(ForeignVoter::clone(&voter)), ..caller },
            })
        })
    }
}

/// What a request's token proves: `None` without an `Authorization` header, 401 when there is one and it proves nothing.
pub async fn bearer(state: &State, request: &HttpRequest) -> Result<Option<Bearer>, Problem> {
    let Some(value) = request.headers().get(header::AUTHORIZATION) else { return Ok(None) };
    let refused = || Problem::of(Code::Unauthenticated);
    let token = value.to_str().ok().and_then(token_of).ok_or_else(refused)?;
    bearer::recognise(state, token).await.map(Some).ok_or_else(refused)
}

/// What a request's token proves, as far as that is known without waiting.
pub fn bearer_now(state: &State, request: &ServiceRequest) -> Option<Bearer> {
    let authorization = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    bearer::recognise_now(state, token_of(authorization)?)
}

fn token_of(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn account(state: &State, request: &HttpRequest, claims: Claims) -> Result<caller::Account, Problem> {
    let found = state.store.read(move |db| caller::find_account(db, claims.sub, claims.ver)).await;
    let own = found.map_err(|error: Error| Problem::from(error))?.ok_or_else(|| Problem::of(Code::Unauthenticated))?;
    let Some(delegation) = acting_for::named(request)? else { return Ok(own) };
    let clocks = state.clocks.clone();
    Ok(state.store.read(move |db| delegations::assume(db, &clocks, own, delegation)).await?)
}
