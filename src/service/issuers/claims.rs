//! What a provider's token says, judged by the settings of the provider. Pure: the signature has been checked before.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Map, Value};

use super::config::IssuerSettings;
use crate::domain::identity::{Tier, person_identifier};

/// How far the clocks of provider and server may be apart.
const LEEWAY: Duration = Duration::seconds(60);
/// Longest subject, in bytes (`OpenID` Connect: 255).
const SUBJECT_MAX_BYTES: usize = 255;
/// The types of token that are taken when a token names its type (RFC 7519, RFC 9068), without `application/`.
const TYPES: [&str; 2] = ["jwt", "at+jwt"];

/// Why a token is not taken. The text is for the log and says nothing of whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No JWT, without a `kid`, of another type, or with an extension that must be understood.
    #[error("it is no token of a kind that is taken")]
    Malformed,
    /// Of a provider that is not configured.
    #[error("its issuer is not configured")]
    UnknownIssuer,
    /// Signed with a key that the provider does not publish, as far as is known.
    #[error("its key is not among the provider's")]
    UnknownKey,
    /// Not signed with the key that it names, or with another algorithm.
    #[error("its signature does not fit its key")]
    Signature,
    /// A claim is missing or has another form.
    #[error("the claim {0} is missing or malformed")]
    Claim(&'static str),
    /// For somebody else.
    #[error("its audience is another")]
    Audience,
    /// Over, or issued too long ago.
    #[error("it has expired")]
    Expired,
    /// It has not begun, or was issued in the future.
    #[error("it has not begun")]
    NotBegun,
    /// What it vouches for is none of the values that the settings state.
    #[error("the settings do not say what it vouches for")]
    Tier,
}

/// What is read of a token before its signature is checked: which key it names, and whose it claims to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The key's name.
    pub kid: String,
    /// The provider's name.
    pub issuer: String,
}

#[derive(Deserialize)]
struct Header {
    kid: String,
    typ: Option<String>,
    crit: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Payload {
    iss: String,
}

/// What a token vouches for.
#[derive(Clone, PartialEq, Eq)]
pub struct Vouched {
    /// The account there.
    pub subject: String,
    /// The person, in the one form of the identifier.
    pub person: Option<String>,
    /// How sure it is.
    pub tier: Tier,
    /// Seconds since 1970: from then on the token is over, leeway included.
    pub over_at: i64,
}

impl Head {
    /// Reads it. Decides nothing but which key is tried.
    pub fn read(token: &str) -> Result<Self, Refusal> {
        let mut parts = token.split('.');
        let (Some(header), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Refusal::Malformed);
        };
        let header: Header = part(header).ok_or(Refusal::Malformed)?;
        let payload: Payload = part(payload).ok_or(Refusal::Malformed)?;
        if header.crit.is_some() || !header.typ.as_deref().is_none_or(is_taken) {
            return Err(Refusal::Malformed);
        }
        Ok(Self { kid: header.kid, issuer: payload.iss })
    }
}

fn part<T: for<'de> Deserialize<'de>>(encoded: &str) -> Option<T> {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()
}

fn is_taken(typ: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    TYPES.contains(&typ.strip_prefix("application/").unwrap_or(&typ))
}

/// Judges the claims of a token whose signature was right.
pub fn judge(claims: &Map<String, Value>, settings: &IssuerSettings, now: DateTime<Utc>) -> Result<Vouched, Refusal> {
    if claims.get("iss").and_then(Value::as_str) != Some(&settings.issuer) {
        return Err(Refusal::UnknownIssuer);
    }
    if !is_among(claims.get("aud").ok_or(Refusal::Claim("aud"))?, &settings.audience) {
        return Err(Refusal::Audience);
    }
    let over_at = over_at(claims, settings, now)?;
    let subject = claims.get(&settings.subject_claim).and_then(Value::as_str).filter(|subject| is_subject(subject));
    Ok(Vouched {
        subject: subject.ok_or(Refusal::Claim("of the subject"))?.to_owned(),
        person: person(claims, settings)?,
        tier: tier(claims, settings)?,
        over_at,
    })
}

/// An audience is one text, or several.
fn is_among(told: &Value, audience: &str) -> bool {
    match told {
        Value::String(one) => one == audience,
        Value::Array(several) => several.iter().any(|one| one == audience),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

fn over_at(claims: &Map<String, Value>, settings: &IssuerSettings, now: DateTime<Utc>) -> Result<i64, Refusal> {
    let (now, leeway) = (now.timestamp(), LEEWAY.num_seconds());
    let expires = moment(claims, "exp")?.ok_or(Refusal::Claim("exp"))?;
    let issued = moment(claims, "iat")?;
    let begins = moment(claims, "nbf")?;
    if [issued, begins].into_iter().flatten().any(|begins| begins > now.saturating_add(leeway)) {
        return Err(Refusal::NotBegun);
    }
    let old = match settings.max_age_seconds {
        None => i64::MAX,
        Some(age) => issued.ok_or(Refusal::Claim("iat"))?.saturating_add(age.into()),
    };
    let over_at = expires.min(old).saturating_add(leeway);
    if now < over_at { Ok(over_at) } else { Err(Refusal::Expired) }
}

/// A moment in seconds since 1970, which may have a fraction; `None` without the claim.
fn moment(claims: &Map<String, Value>, claim: &'static str) -> Result<Option<i64>, Refusal> {
    let Some(told) = claims.get(claim) else { return Ok(None) };
    #[expect(clippy::cast_possible_truncation, reason = "the fraction is to go, and what is too large stays largest")]
    let whole = || told.as_f64().map(|seconds| seconds.floor() as i64);
    told.as_i64().or_else(whole).map(Some).ok_or(Refusal::Claim(claim))
}

fn is_subject(subject: &str) -> bool {
    !subject.trim().is_empty() && subject.len() <= SUBJECT_MAX_BYTES
}

/// The person, when the provider tells one. What is no identifier is as good as none; what is no text is a mistake in the
/// settings, and better noticed.
fn person(claims: &Map<String, Value>, settings: &IssuerSettings) -> Result<Option<String>, Refusal> {
    let told = settings.real_name_claim.as_ref().and_then(|claim| claims.get(claim));
    match told {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(told)) => Ok(person_identifier(told)),
        Some(Value::Number(told)) if told.is_u64() => Ok(person_identifier(&told.to_string())),
        Some(Value::Number(_) | Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
            Err(Refusal::Claim("of the real name"))
        }
    }
}

fn tier(claims: &Map<String, Value>, settings: &IssuerSettings) -> Result<Tier, Refusal> {
    if let Some(tier) = settings.tier {
        return Ok(tier);
    }
    let told = settings.tier_claim.as_ref().and_then(|claim| claims.get(claim)).ok_or(Refusal::Tier)?;
    let value = match told {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => told.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return Err(Refusal::Tier),
    };
    settings.tiers.get(&value).copied().ok_or(Refusal::Tier)
}

#[cfg(test)]
mod tests;
