//! Access tokens: short-lived Ed25519 JWTs, checked strictly; and the digests of refresh tokens.

use std::{collections::HashMap, sync::Arc};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::remembered::{Remembered, TokenDigest};
use crate::{
    domain::{
        id::{OrganizationId, UserId},
        role::Role,
    },
    service::{error::Error, generator},
    storage::users::UserRow,
};

/// How long an access token lives.
pub const ACCESS_LIFE: Duration = Duration::minutes(15);
/// How long a refresh token lives.
pub const REFRESH_LIFE: Duration = Duration::days(30);
/// How far the clock of another server on the same database may be ahead.
const LEEWAY: Duration = Duration::seconds(60);
/// Who issues the tokens, and for whom.
pub const ISSUER: &str = "haoren";
/// The audience of access tokens.
pub const AUDIENCE: &str = "haoren-api";
/// The type that the header of an access token names. Nothing else that is signed here says the same.
const TYPE: &str = "JWT";
/// So many checked tokens are remembered at least: the voters of a large city in the quarter of an hour that a token
/// lives. Some 150 bytes each, and at most twice as many.
const REMEMBERED: usize = 131_072;

/// What an access token says. Role and organization are for the client's eyes: the server asks the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The account.
    pub sub: UserId,
    /// Its role when the token was issued.
    pub role: Role,
    /// Its organization when the token was issued.
    pub org: Option<OrganizationId>,
    /// The account's `auth_version`; the token ends when that grows.
    pub ver: i64,
    /// Seconds since 1970.
    pub iat: i64,
    /// Seconds since 1970.
    pub exp: i64,
    /// The token's own id.
    pub jti: Uuid,
}

/// A token's claims with those that are the same in all of them.
#[derive(Serialize)]
struct Issued<T> {
    iss: &'static str,
    aud: &'static str,
    #[serde(flatten)]
    claims: T,
}

/// A signing key as it lies in the database, unwrapped.
pub struct SigningKey {
    /// The key's id, named by the tokens as `kid`.
    pub id: Uuid,
    /// PKCS#8.
    pub secret: Zeroizing<Vec<u8>>,
    /// The 32 bytes of the public key.
    pub public: Vec<u8>,
}

impl SigningKey {
    /// A new key.
    pub fn generate(id: Uuid) -> Result<Self, Error> {
        let unmade = |_| Error::Internal("no signing key could be made".to_owned());
        let pair = Ed25519KeyPair::generate().map_err(unmade)?;
        let secret = Zeroizing::new(pair.to_pkcs8().map_err(unmade)?.as_ref().to_vec());
        Ok(Self { id, secret, public: pair.public_key().as_ref().to_vec() })
    }
}

/// Issues and checks access tokens. Cheap to clone.
#[derive(Clone)]
pub struct Tokens(Arc<Keys>);

struct Keys {
    kid: String,
    signing: EncodingKey,
    verifying: HashMap<String, (DecodingKey, Vec<u8>)>,
    validation: Validation,
    checked: Remembered<Claims>,
}

impl Tokens {
    /// Signs with the first key and accepts all of them.
    pub fn new(keys: &[SigningKey]) -> Result<Self, Error> {
        let newest = keys.first().ok_or_else(|| Error::Internal("there is no signing key".to_owned()))?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The library asks the system's clock; expiry is checked below against the machine clock that tests can set.
        validation.validate_exp = false;
        let verifying =
            keys.iter().map(|key| (key.id.to_string(), (DecodingKey::from_ed_der(&key.public), key.public.clone())));
        Ok(Self(Arc::new(Keys {
            kid: newest.id.to_string(),
            signing: EncodingKey::from_ed_der(&newest.secret),
            verifying: verifying.collect(),
            validation,
            checked: Remembered::new(REMEMBERED),
        })))
    }

    /// An access token for an account.
    pub fn issue(&self, user: &UserRow, id: Uuid, now: DateTime<Utc>) -> Result<String, Error> {
        let claims = Claims {
            sub: user.id,
            role: user.role,
            org: user.organization_id,
            ver: user.auth_version,
            iat: now.timestamp(),
            exp: (now + ACCESS_LIFE).timestamp(),
            jti: id,
        };
        let header =
            Header { typ: Some(TYPE.to_owned()), kid: Some(self.0.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &Issued { iss: ISSUER, aud: AUDIENCE, claims }, &self.0.signing)
            .map_err(|error| Error::Internal(format!("a token could not be signed: {error}")))
    }

    /// What a token says, if it is one of ours and has not expired.
    #[must_use]
    pub fn check(&self, token: &str, now: DateTime<Utc>) -> Option<Claims> {
        let digest = TokenDigest::of(token);
        self.recall(&digest).or_else(|| self.verify(token, digest))?.at(now)
    }

    /// What a token that was checked before says; whether it has expired is still to be asked.
    #[must_use]
    pub fn recall(&self, digest: &TokenDigest) -> Option<Claims> {
        self.0.checked.find(digest)
    }

    /// Checks a token's signature and remembers what it says; whether it has expired is still to be asked.
    #[must_use]
    pub fn verify(&self, token: &str, digest: TokenDigest) -> Option<Claims> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.typ.as_deref() != Some(TYPE) {
            return None;
        }
        let (key, _) = self.0.verifying.get(header.kid.as_deref()?)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.0.validation).ok()?.claims;
        self.0.checked.insert(digest, claims);
        Some(claims)
    }

    /// A statement of another kind than access tokens, signed for an audience of its own.
    pub(super) fn sign_for(&self, audience: &'static str, claims: &impl Serialize) -> Result<String, Error> {
        let header = Header { kid: Some(self.0.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &Issued { iss: ISSUER, aud: audience, claims }, &self.0.signing)
            .map_err(|error| Error::Internal(format!("a statement could not be signed: {error}")))
    }

    /// What a statement of ours for an audience says; whether it has expired is still to be asked.
    pub(super) fn read_for<T: DeserializeOwned>(&self, audience: &'static str, statement: &str) -> Option<T> {
        let header = jsonwebtoken::decode_header(statement).ok()?;
        let (key, _) = self.0.verifying.get(header.kid.as_deref()?)?;
        let mut validation = self.0.validation.clone();
        validation.set_audience(&[audience]);
        Some(jsonwebtoken::decode::<T>(statement, key, &validation).ok()?.claims)
    }

    /// The public keys as RFC 7517 key set members: id and `x`.
    #[must_use]
    pub fn public_keys(&self) -> Vec<(String, String)> {
        let mut keys: Vec<_> =
            self.0.verifying.iter().map(|(id, (_, public))| (id.clone(), URL_SAFE_NO_PAD.encode(public))).collect();
        keys.sort();
        keys
    }
}

impl Claims {
    /// The claims, if the token has begun and not expired.
    #[must_use]
    pub fn at(self, now: DateTime<Utc>) -> Option<Self> {
        let begun = self.iat <= (now + LEEWAY).timestamp();
        (begun && now.timestamp() < self.exp).then_some(self)
    }
}

/// A new refresh token: 256 random bits.
pub fn new_refresh_token() -> Result<String, Error> {
    Ok(URL_SAFE_NO_PAD.encode(generator::random::<32>()?))
}

/// The form in which a refresh token is stored.
#[must_use]
pub fn refresh_digest(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::packages;

    #[test]
    fn what_is_signed_as_something_else_is_no_token() {
        let key = SigningKey::generate(Uuid::from_u128(1)).unwrap();
        let tokens = Tokens::new(std::slice::from_ref(&key)).unwrap();
        let now: DateTime<Utc> = "2026-11-05T02:00:00Z".parse().unwrap();
        let claims = Claims {
            sub: UserId(Uuid::from_u128(2)),
            role: Role::Citizen,
            org: None,
            ver: 1,
            iat: now.timestamp(),
            exp: now.timestamp() + 60,
            jti: Uuid::from_u128(3),
        };
        for (kind, is_token) in
            [(Some(TYPE), true), (Some(packages::TYPE), false), (Some("at+jwt"), false), (None, false)]
        {
            let header =
                Header { typ: kind.map(str::to_owned), kid: Some(key.id.to_string()), ..Header::new(Algorithm::EdDSA) };
            let issued = Issued { iss: ISSUER, aud: AUDIENCE, claims };
            let token = jsonwebtoken::encode(&header, &issued, &EncodingKey::from_ed_der(&key.secret)).unwrap();
            assert_eq!(tokens.check(&token, now).is_some(), is_token, "{kind:?}");
        }
    }
}
