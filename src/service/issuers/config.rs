//! The file of identity providers whose tokens are taken for voting (`HAOREN_ISSUERS`).

use std::{
    collections::BTreeMap,
    net::IpAddr,
    path::{Path, PathBuf},
};

use reqwest::Url;
use serde::Deserialize;

use super::algorithm::Signing;
use crate::{domain::identity::Tier, service::accounts::tokens};

/// Most identity providers.
const MAX_ISSUERS: usize = 50;

/// An identity provider. The file is a JSON array of these; an unknown member is an error.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerSettings {
    /// The provider's name, exactly as its tokens write it in `iss`.
    pub issuer: String,
    /// Where it publishes its keys (RFC 7517): `https`, or `http` on a loopback address for trials.
    pub jwks_url: String,
    /// What its tokens for this campaign carry in `aud`, alone or among others.
    pub audience: String,
    /// The algorithms that are taken from it, in order of preference for RSA keys without an `alg`. Without this: whatever
    /// fits the key, which is RS256 for an RSA key without `alg`.
    #[serde(default)]
    pub algorithms: Vec<Signing>,
    /// What it vouches for in every token. Either this or `tier_claim`.
    pub tier: Option<Tier>,
    /// The claim that says what it vouches for: a text, a number, or true and false.
    pub tier_claim: Option<String>,
    /// What the values of `tier_claim` mean. A token with another value, or without the claim, is refused: nobody is taken
    /// for more than was vouched for.
    #[serde(default)]
    pub tiers: BTreeMap<String, Tier>,
    /// The claim that names the account there for ever.
    #[serde(default = "sub")]
    pub subject_claim: String,
    /// The claim with the number of the identity card or another real-name identifier. Only a keyed hash of it is kept, by
    /// which one person with several accounts is one voter.
    pub real_name_claim: Option<String>,
    /// Tokens that were issued longer ago than so many seconds are refused, whatever `exp` says; `iat` is then required.
    pub max_age_seconds: Option<u32>,
}

fn sub() -> String {
    "sub".to_owned()
}

/// Why the identity providers cannot be used. The text is for whoever runs the server.
#[derive(Debug, thiserror::Error)]
pub enum IssuersError {
    /// The file cannot be read.
    #[error("cannot read the identity providers (HAOREN_ISSUERS) in {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no list of identity providers.
    #[error("the identity providers (HAOREN_ISSUERS) in {path}, at {place}: {why}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where in it, such as `[0].jwks_url`.
        place: String,
        /// What is wrong.
        why: String,
    },
    /// Some settings make no sense.
    #[error("the identity providers (HAOREN_ISSUERS) in {path}: {}", faults.join("; "))]
    Wrong {
        /// The file.
        path: PathBuf,
        /// All that is wrong, each with its place.
        faults: Vec<String>,
    },
    /// This machine cannot make a connection with TLS.
    #[error("keys of identity providers cannot be fetched: {0}")]
    Client(String),
}

/// Reads the file.
pub fn read(path: &Path) -> Result<Vec<IssuerSettings>, IssuersError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| IssuersError::Unreadable { path: path.to_owned(), source })?;
    let malformed = |place: String, why: String| IssuersError::Malformed { path: path.to_owned(), place, why };
    let mut reader = serde_json::Deserializer::from_str(&text);
    let issuers: Vec<IssuerSettings> = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| malformed(error.path().to_string(), error.inner().to_string()))?;
    reader.end().map_err(|error| malformed("the end".to_owned(), error.to_string()))?;
    let faults = faults(&issuers);
    if faults.is_empty() { Ok(issuers) } else { Err(IssuersError::Wrong { path: path.to_owned(), faults }) }
}

/// All that is wrong with some settings, each with its place.
fn faults(issuers: &[IssuerSettings]) -> Vec<String> {
    let mut faults = Vec::new();
    if issuers.len() > MAX_ISSUERS {
        faults.push(format!("more than {MAX_ISSUERS} providers"));
    }
    for (index, settings) in issuers.iter().enumerate() {
        let mut own = settings.faults();
        let is_repeated = issuers.iter().take(index).any(|earlier| earlier.issuer == settings.issuer);
        if is_repeated {
            own.push((".issuer", "stands there twice".to_owned()));
        }
        faults.extend(own.into_iter().map(|(member, why)| format!("at [{index}]{member}: {why}")));
    }
    faults
}

impl IssuerSettings {
    fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        let texts = [(".issuer", &self.issuer), (".audience", &self.audience), (".subject_claim", &self.subject_claim)];
        let claims = [(".tier_claim", &self.tier_claim), (".real_name_claim", &self.real_name_claim)];
        let claims = claims.into_iter().filter_map(|(member, claim)| Some((member, claim.as_ref()?)));
        let empty = texts.into_iter().chain(claims).filter(|(_, text)| text.trim().is_empty());
        faults.extend(empty.map(|(member, _)| (member, "must not be empty".to_owned())));
        if self.issuer == tokens::ISSUER {
            faults.push((".issuer", "is this server's own name".to_owned()));
        }
        if let Err(why) = self.url() {
            faults.push((".jwks_url", why));
        }
        match (&self.tier, &self.tier_claim, self.tiers.is_empty()) {
            (Some(_), None, true) | (None, Some(_), false) => {}
            (None, Some(_), true) => faults.push((".tiers", "must say what the values of tier_claim mean".to_owned())),
            (None, None, _) => faults.push(("", "must have either tier or tier_claim with tiers".to_owned())),
            (Some(_), _, _) => faults.push((".tier", "excludes tier_claim and tiers".to_owned())),
        }
        if self.max_age_seconds == Some(0) {
            faults.push((".max_age_seconds", "must not be 0".to_owned()));
        }
        faults
    }

    /// Where the keys are, or why they may not be fetched from there.
    pub(super) fn url(&self) -> Result<Url, String> {
        let url = Url::parse(&self.jwks_url).map_err(|error| format!("is no address: {error}"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not carry a password".to_owned());
        }
        match url.scheme() {
            "https" => Ok(url),
            "http" if is_loopback(&url) => Ok(url),
            _ => Err("must begin with https:// (http:// on a loopback address only)".to_owned()),
        }
    }
}

/// Whether an address never leaves the machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests;
