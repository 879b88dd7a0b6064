//! Whose token it is: one of ours, or one of an identity provider that is configured.

use std::sync::Arc;

use super::{
    Service,
    accounts::{remembered::TokenDigest, tokens::Claims},
    issuers::Refusal,
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
    if token.len() > MAX_BYTES {
        return None;
    }
    let digest = TokenDigest::of(token);
    let bearer = match known(service, token, digest) {
        Some(known) => Some(known),
        None => service.issuers.check(token, digest).await.inspect_err(note).ok().map(Bearer::Foreign),
    };
    if matches!(bearer, Some(Bearer::Foreign(_))) {
        service.issuers.keep_fresh();
    }
    bearer
}

/// The same without ever waiting: a token whose key would have to be fetched first is nobody's.
#[must_use]
pub fn recognise_now(service: &Service, token: &str) -> Option<Bearer> {
    if token.len() > MAX_BYTES {
        return None;
    }
    let digest = TokenDigest::of(token);
    known(service, token, digest).or_else(|| service.issuers.check_now(token, digest).ok().map(Bearer::Foreign))
}

/// What is remembered, or said by one of our own keys.
fn known(service: &Service, token: &str, digest: TokenDigest) -> Option<Bearer> {
    let own = |claims: Claims| claims.at(service.clocks.machine()).map(Bearer::Own);
    if let Some(claims) = service.tokens.recall(&digest) {
        return own(claims);
    }
    if let Some(voter) = service.issuers.recall(&digest) {
        return Some(Bearer::Foreign(voter));
    }
    own(service.tokens.verify(token, digest)?)
}

/// Says nothing of the token but what is wrong with it.
fn note(refusal: &Refusal) {
    log::debug!("a token was refused: {refusal}");
}
