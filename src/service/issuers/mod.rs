//! Tokens of other identity providers, taken for voting: who the providers are, their keys, and what a token vouches for.

pub mod algorithm;
mod claims;
pub mod config;
mod identity_key;
mod key_ring;
pub mod key_set;
mod source;

use std::{collections::BTreeMap, path::Path, sync::Arc};

use chrono::{DateTime, Utc};

use self::{
    algorithm::Signing,
    claims::{Head, judge},
    key_ring::KeyRing,
    key_set::KeyId,
    source::Source,
};
pub use self::{
    claims::Refusal,
    config::{IssuerSettings, IssuersError},
    identity_key::IdentityKey,
    source::FetchError,
};
use super::{
    accounts::remembered::{Remembered, TokenDigest},
    clock::Clocks,
};
use crate::domain::identity::ForeignVoter;

/// So many checked tokens are remembered at least. Some 300 bytes each, and at most twice as many.
const REMEMBERED: usize = 131_072;

/// The identity providers whose tokens are taken. Cheap to clone.
#[derive(Clone)]
pub struct Issuers(Arc<Inner>);

struct Inner {
    issuers: Vec<Issuer>,
    identity: IdentityKey,
    clocks: Clocks,
    checked: Remembered<Checked>,
}

struct Issuer {
    settings: IssuerSettings,
    keys: Arc<KeyRing>,
}

/// What is remembered of a token. It counts until it is over, and for as long as the provider publishes its key.
#[derive(Clone)]
struct Checked {
    voter: Arc<ForeignVoter>,
    /// The provider, by its place in the settings.
    issuer: usize,
    key: KeyId,
    over_at: i64,
}

impl Issuers {
    /// Reads the file of the providers; without one there are none. No provider is asked for anything yet.
    pub fn open(file: Option<&Path>, identity: IdentityKey, clocks: &Clocks) -> Result<Self, IssuersError> {
        let settings = file.map(config::read).transpose()?.unwrap_or_default();
        let issuers = settings.into_iter().map(|settings| {
            let source = Source::new(&settings).map_err(IssuersError::Client)?;
            let keys = Arc::new(KeyRing::new(settings.issuer.clone(), source, clocks.clone()));
            Ok(Issuer { settings, keys })
        });
        let issuers = issuers.collect::<Result<_, IssuersError>>()?;
        let checked = Remembered::new(REMEMBERED);
        Ok(Self(Arc::new(Inner { issuers, identity, clocks: clocks.clone(), checked })))
    }

    /// Whom a token that was checked before vouches for, if it is not over and its key is still the provider's.
    #[must_use]
    pub fn recall(&self, digest: &TokenDigest) -> Option<Arc<ForeignVoter>> {
        if self.0.issuers.is_empty() {
            return None;
        }
        let checked = self.0.checked.find(digest)?;
        let still_holds = self.0.issuers.get(checked.issuer)?.keys.held().holds(&checked.key);
        (still_holds && self.now().timestamp() < checked.over_at).then_some(checked.voter)
    }

    /// Checks a token. For a key that is not known the provider's keys are fetched, once a minute at most.
    pub async fn check(&self, token: &str, digest: TokenDigest) -> Result<Arc<ForeignVoter>, Refusal> {
        match self.check_now(token, digest) {
            Err(Refusal::UnknownKey) => {
                let (_, issuer) = self.find(&Head::read(token)?.issuer)?;
                issuer.keys.refresh().await;
                self.check_now(token, digest)
            }
            judged => judged,
        }
    }

    /// Checks a token with the keys that are there.
    pub fn check_now(&self, token: &str, digest: TokenDigest) -> Result<Arc<ForeignVoter>, Refusal> {
        if self.0.issuers.is_empty() {
            return Err(Refusal::UnknownIssuer);
        }
        let head = Head::read(token)?;
        let (place, Issuer { settings, keys }) = self.find(&head.issuer)?;
        let known = keys.held();
        let key = known.find(&head.kid).ok_or(Refusal::UnknownKey)?;
        let claims = key.claims(token).ok_or(Refusal::Signature)?;
        let vouched = judge(&claims, settings, self.now())?;
        let identity = &self.0.identity;
        let hashed = |hash: Result<[u8; 32], _>| hash.map_err(|_| Refusal::Malformed);
        let voter = Arc::new(ForeignVoter {
            issuer: settings.issuer.clone(),
            subject_hash: hashed(identity.subject(&settings.issuer, &vouched.subject))?,
            person_hash: vouched.person.map(|person| hashed(identity.person(&person))).transpose()?,
            tier: vouched.tier,
        });
        let checked = Checked { voter: Arc::clone(&voter), issuer: place, key: key.id, over_at: vouched.over_at };
        self.0.checked.insert(digest, checked);
        Ok(voter)
    }

    /// Begins to fetch what has become old, and waits for nothing.
    pub fn keep_fresh(&self) {
        self.0.issuers.iter().for_each(|issuer| issuer.keys.keep_fresh());
    }

    /// Waits until no keys are being fetched.
    pub async fn settled(&self) {
        for issuer in &self.0.issuers {
            issuer.keys.settled().await;
        }
    }

    fn find(&self, name: &str) -> Result<(usize, &Issuer), Refusal> {
        let mut issuers = self.0.issuers.iter().enumerate();
        issuers.find(|(_, issuer)| issuer.settings.issuer == name).ok_or(Refusal::UnknownIssuer)
    }

    fn now(&self) -> DateTime<Utc> {
        self.0.clocks.machine()
    }
}

/// Asks a provider for its keys: how many can be used with each algorithm.
pub async fn probe(settings: &IssuerSettings) -> Result<BTreeMap<Signing, usize>, String> {
    let source = Source::new(settings)?;
    source.fetch().await.map(|set| set.count()).map_err(|error| error.to_string())
}
