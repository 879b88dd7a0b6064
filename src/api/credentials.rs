//! Who asks: the bearer token and the tracking code of a request.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};

use super::{context::Context, problem::Problem, state::State};
use crate::{
    domain::fault::Code,
    service::{
        Error,
        caller::{self, Caller},
    },
};

/// The header that carries a nominator's tracking code.
pub const TRACKING_CODE: &str = "Tracking-Code";
/// Longer ones are none of ours.
const MAX_TRACKING_CODE_BYTES: usize = 100;

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

async fn account(state: &State, authorization: &str) -> Result<caller::Account, Problem> {
    let refused = || Problem::of(Code::Unauthenticated);
    let (scheme, token) = authorization.split_once(' ').ok_or_else(refused)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refused());
    }
    let claims = state.tokens.check(token.trim(), state.clocks.machine()).ok_or_else(refused)?;
    let found = state.store.read(move |db| caller::find_account(db, claims.sub, claims.ver)).await;
    found.map_err(|error: Error| Problem::from(error))?.ok_or_else(refused)
}
