//! Who votes, by the token alone: for the routes that are asked most.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web::Data};

use super::{acting_for, credentials, middleware::TrustedProxies, problem::Problem, state::State};
use crate::{
    domain::fault::Code,
    service::{
        bearer::Bearer,
        voter::{Elector, RequestTraits},
    },
};

/// Longest part of a `User-Agent` header that is looked at.
const MAX_USER_AGENT_BYTES: usize = 512;

/// Who asks to vote, or 401, or 403 for roles that never do. Reads no database: whether the account is still open and may vote is asked with the batch in
/// which its vote is written.
#[derive(Clone, Debug)]
pub struct Voter {
    /// Whose vote it would be.
    pub elector: Elector,
    /// What else is seen of the request.
    pub traits: RequestTraits,
}

impl FromRequest for Voter {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let state = State::of(&request)?;
            let bearer = credentials::bearer(&state, &request).await?;
            let elector = match bearer.ok_or(Problem::of(Code::Unauthenticated))? {
                // Role and `auth_version` change together: a token that holds has the role of now.
                Bearer::Own(claims) if !claims.role.is_voter() => return Err(Problem::of(Code::Forbidden)),
                Bearer::Own(claims) => Elector::Account { id: claims.sub, auth_version: claims.ver },
                Bearer::Foreign(voter) => Elector::Foreign(voter),
            };
            acting_for::refuse_elsewhere(&request)?;
            Ok(Self { elector, traits: traits(&request) })
        })
    }
}

fn traits(request: &HttpRequest) -> RequestTraits {
    let proxies = request.app_data::<Data<TrustedProxies>>();
    let agent = request.headers().get(header::USER_AGENT).map(|value| {
        let seen = value.as_bytes().get(..MAX_USER_AGENT_BYTES).unwrap_or(value.as_bytes());
        String::from_utf8_lossy(seen).into_owned()
    });
    RequestTraits { client: proxies.and_then(|proxies| proxies.client(request)), user_agent: agent }
}
