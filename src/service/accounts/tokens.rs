//! Access tokens: short-lived Ed25519 JWTs, checked strictly; and the digests of refresh tokens.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

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
/// How many checked tokens are remembered.
const REMEMBERED: usize = 10_000;

/// What an access token says. Role and organization are for the client's eyes: the server asks the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The account.
    pub sub: UserId,
    /// Its role when the token was issued.
    pub role: Role,
    /// Its organization when the token was issued.
    pub org: Option<OrganizationId>,
    /// The account's `auth_version`; the token ends when that grows.
    pub ver: i64,
    /// The issuer.
    pub iss: String,
    /// The audience.
    pub aud: String,
    /// Seconds since 1970.
    pub iat: i64,
    /// Seconds since 1970.
    pub exp: i64,
    /// The token's own id.
    pub jti: Uuid,
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

/// Issues and checks access tokens.
#[derive(Clone)]
pub struct Tokens {
    kid: String,
    signing: EncodingKey,
    verifying: Arc<HashMap<String, (DecodingKey, Vec<u8>)>>,
    validation: Arc<Validation>,
    checked: Arc<Mutex<HashMap<[u8; 32], Claims>>>,
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
        Ok(Self {
            kid: newest.id.to_string(),
            signing: EncodingKey::from_ed_der(&newest.secret),
            verifying: Arc::new(verifying.collect()),
            validation: Arc::new(validation),
            checked: Arc::default(),
        })
    }

    /// An access token for an account.
    pub fn issue(&self, user: &UserRow, id: Uuid, now: DateTime<Utc>) -> Result<String, Error> {
        let claims = Claims {
            sub: user.id,
            role: user.role,
            org: user.organization_id,
            ver: user.auth_version,
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            iat: now.timestamp(),
            exp: (now + ACCESS_LIFE).timestamp(),
            jti: id,
        };
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &self.signing)
            .map_err(|error| Error::Internal(format!("a token could not be signed: {error}")))
    }

    /// What a token says, if it is one of ours and has not expired.
    #[must_use]
    pub fn check(&self, token: &str, now: DateTime<Utc>) -> Option<Claims> {
        let digest: [u8; 32] = Sha256::digest(token).into();
        let remembered = self.checked.lock().ok().and_then(|checked| checked.get(&digest).cloned());
        let claims = match remembered {
            Some(claims) => claims,
            None => self.verify(token, digest)?,
        };
        let begun = claims.iat <= (now + LEEWAY).timestamp();
        (begun && now.timestamp() < claims.exp).then_some(claims)
    }

    fn verify(&self, token: &str, digest: [u8; 32]) -> Option<Claims> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        let (key, _) = self.verifying.get(header.kid.as_deref()?)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation).ok()?.claims;
        if let Ok(mut checked) = self.checked.lock() {
            if checked.len() >= REMEMBERED {
                checked.clear();
            }
            checked.insert(digest, claims.clone());
        }
        Some(claims)
    }

    /// The public keys as RFC 7517 key set members: id and `x`.
    #[must_use]
    pub fn public_keys(&self) -> Vec<(String, String)> {
        let mut keys: Vec<_> =
            self.verifying.iter().map(|(id, (_, public))| (id.clone(), URL_SAFE_NO_PAD.encode(public))).collect();
        keys.sort();
        keys
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
