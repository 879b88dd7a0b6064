//! Whose token it is: one of ours, or one of an identity provider that is configured.

use std::sync::Arc;

use super::{
    Service,
    accounts::{remembered::TokenDigest, tokens::Claims},
};
use crate::domain::identity::ForeignVoter;

/// Longer tokens are nobody's.
const MAX_BYTES: usize = 8 * 1024;

/// What a token proves. Says nothing of whether an account is still open.
#[derive(Clone, Debug)]
pub enum Bearer {
    /// An account of ours.
    Own(Claims),
    /// A subject of an identity provider.
    Foreign(Arc<ForeignVoter>),
}

/// What a token proves; `None` when it is nobody's or has expired. Reads no database. May wait for the keys of an
/// identity provider, once a minute at most.
pub async fn recognise(service: &Service, token: &str) -> Option<Bearer> {
    recognise_now(service, token)
}

/// The same without ever waiting: a token whose key would have to be fetched first is nobody's.
#[must_use]
pub fn recognise_now(service: &Service, token: &str) -> Option<Bearer> {
    if token.len() > MAX_BYTES {
        return None;
    }
    let (digest, now) = (TokenDigest::of(token), service.clocks.machine());
    let own = service.tokens.recall(&digest).or_else(|| service.tokens.verify(token, digest))?;
    own.at(now).map(Bearer::Own)
}
