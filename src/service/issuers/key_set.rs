//! The public keys of an identity provider, read from its key set (RFC 7517).

use std::collections::{BTreeMap, HashMap, HashSet};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, Validation};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::algorithm::{Family, Signing};

/// Most keys of a set; providers have a handful.
const MAX_KEYS: usize = 100;
/// Shortest and longest modulus of an RSA key, in bits: below it is weak, above it is slow.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// Bytes of an Ed25519 key and of a coordinate on P-256.
const CURVE_BYTES: usize = 32;

/// What tells a key from every other: a digest of its name, its algorithm and its material.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyId([u8; 32]);

/// A key with the one algorithm that it is used with.
pub struct Key {
    /// Which key it is.
    pub id: KeyId,
    algorithm: Signing,
    decoding: DecodingKey,
    validation: Validation,
}

/// The keys of a provider that can be used.
#[derive(Default)]
pub struct KeySet {
    by_kid: HashMap<String, Key>,
    ids: HashSet<KeyId>,
}

/// A document is no key set, or has no key that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// Not the JSON of a key set.
    #[error("the answer is no JWK set: {0}")]
    Malformed(String),
    /// More keys than anybody has.
    #[error("the set has {0} keys, more than {MAX_KEYS}")]
    TooMany(usize),
    /// Nothing to check a signature with.
    #[error(
        "none of its {0} keys can be used: wanted are signature keys with a kid, Ed25519, P-256 or RSA of 2048 bits or more"
    )]
    NoneUsable(usize),
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

/// The members of a JWK that are looked at.
#[derive(Deserialize)]
struct Jwk {
    kid: String,
    kty: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
    /// The private part of a key, which nobody publishes on purpose.
    d: Option<IgnoredAny>,
}

impl KeySet {
    /// Reads a key set. Keys that cannot be used are passed over: not for signatures, without a name, weak, of another
    /// kind, published with their private part, or with an algorithm that is not `allowed` (an empty list allows all).
    /// Of two with one name the first counts.
    pub fn parse(document: &[u8], allowed: &[Signing]) -> Result<Self, KeySetError> {
        let document: Document =
            serde_json::from_slice(document).map_err(|error| KeySetError::Malformed(error.to_string()))?;
        let told = document.keys.len();
        if told > MAX_KEYS {
            return Err(KeySetError::TooMany(told));
        }
        let jwks = document.keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
        let mut set = Self::default();
        for jwk in jwks {
            if let Some(key) = jwk.key(allowed)
                && !set.by_kid.contains_key(&jwk.kid)
            {
                set.ids.insert(key.id);
                set.by_kid.insert(jwk.kid, key);
            }
        }
        if set.by_kid.is_empty() { Err(KeySetError::NoneUsable(told)) } else { Ok(set) }
    }

    /// The key of a name.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&Key> {
        self.by_kid.get(kid)
    }

    /// Whether a key is still among them.
    #[must_use]
    pub fn holds(&self, id: &KeyId) -> bool {
        self.ids.contains(id)
    }

    /// Whether both have the same keys.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        self.ids == other.ids
    }

    /// How many keys there are of each algorithm.
    #[must_use]
    pub fn count(&self) -> BTreeMap<Signing, usize> {
        let mut counts = BTreeMap::new();
        for key in self.by_kid.values() {
            *counts.entry(key.algorithm).or_default() += 1;
        }
        counts
    }
}

impl Key {
    /// The claims of a token, if this key signed it with this key's algorithm. Nothing else of them is checked.
    #[must_use]
    pub fn claims(&self, token: &str) -> Option<Map<String, Value>> {
        jsonwebtoken::decode(token, &self.decoding, &self.validation).ok().map(|token| token.claims)
    }
}

impl Jwk {
    fn key(&self, allowed: &[Signing]) -> Option<Key> {
        let is_for_signatures = self.usage.as_deref().is_none_or(|usage| usage == "sig")
            && self.key_ops.as_ref().is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        if !is_for_signatures || self.d.is_some() {
            return None;
        }
        let family = self.family()?;
        let algorithm = self.algorithm(family, allowed)?;
        let (decoding, material) = self.material(family)?;
        let mut validation = Validation::new(algorithm.of_library());
        // The signature alone is the library's: it would ask the system's clock, and claims are judged by their settings.
        validation.required_spec_claims.clear();
        (validation.validate_exp, validation.validate_nbf, validation.validate_aud) = (false, false, false);
        let digest = Sha256::new().chain_update(&self.kid).chain_update([0]).chain_update(algorithm.as_str());
        let id = KeyId(digest.chain_update([0]).chain_update(material).finalize().into());
        Some(Key { id, algorithm, decoding, validation })
    }

    fn family(&self) -> Option<Family> {
        match (self.kty.as_str(), self.crv.as_deref()) {
            ("OKP", Some("Ed25519")) => Some(Family::Ed25519),
            ("EC", Some("P-256")) => Some(Family::P256),
            ("RSA", _) => Some(Family::Rsa),
            _ => None,
        }
    }

    /// The one algorithm of the key: its own `alg`, or the first that fits it.
    fn algorithm(&self, family: Family, allowed: &[Signing]) -> Option<Signing> {
        let allowed = if allowed.is_empty() { &Signing::ALL } else { allowed };
        let mut fitting = allowed.iter().copied().filter(|signing| signing.family() == family);
        match self.alg.as_deref() {
            None => fitting.next(),
            Some(named) => fitting.find(|signing| Some(*signing) == Signing::find(named)),
        }
    }

    fn material(&self, family: Family) -> Option<(DecodingKey, Vec<u8>)> {
        let bytes = |member: &Option<String>| URL_SAFE_NO_PAD.decode(member.as_deref()?).ok();
        match family {
            Family::Ed25519 => {
                let x = bytes(&self.x).filter(|x| x.len() == CURVE_BYTES)?;
                Some((DecodingKey::from_ed_der(&x), x))
            }
            Family::P256 => {
                let (x, y) = (bytes(&self.x)?, bytes(&self.y)?);
                let point = [&[4], x.as_slice(), y.as_slice()].concat();
                let fits = x.len() == CURVE_BYTES && y.len() == CURVE_BYTES;
                fits.then(|| (DecodingKey::from_ec_der(&point), point))
            }
            Family::Rsa => {
                let (n, e) = (bytes(&self.n)?, bytes(&self.e)?);
                let is_odd = e.last().is_some_and(|last| last % 2 == 1) && e != [1];
                let fits = RSA_BITS.contains(&bits(&n)) && is_odd;
                let material = [n.as_slice(), b"\0", e.as_slice()].concat();
                fits.then(|| (DecodingKey::from_rsa_raw_components(&n, &e), material))
            }
        }
    }
}

/// The length of a big-endian number in bits.
fn bits(number: &[u8]) -> usize {
    let significant = number.iter().skip_while(|byte| **byte == 0);
    let first = significant.clone().next().map_or(0, |byte| byte.leading_zeros() as usize);
    significant.count() * 8 - first
}

#[cfg(test)]
mod tests;
