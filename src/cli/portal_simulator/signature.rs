//! The signature over a manifest: a detached JWS (RFC 7515, appendix F) by a key of the server's key set.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

/// What the header of a signature over a manifest says of its type.
const TYPE: &str = "haoren-manifest+jws";

/// A key set (RFC 7517).
#[derive(Debug, Deserialize)]
pub struct KeySet {
    /// The keys.
    pub keys: Vec<Key>,
}

/// A public key, as far as Ed25519 needs it (RFC 8037).
#[derive(Debug, Deserialize)]
pub struct Key {
    kty: String,
    crv: Option<String>,
    kid: Option<String>,
    x: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Vec<String>>,
    b64: Option<bool>,
}

/// Checks that a key of the set has signed exactly these bytes; what is wrong, else.
pub fn verify(jws: &str, signed: &[u8], keys: &KeySet) -> Result<(), String> {
    let mut parts = jws.trim().split('.');
    let (Some(header), Some(""), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err("签名不是分离式 JWS the signature is no detached JWS".to_owned());
    };
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|error| format!("签名 signature: {error}"));
    let said: Header = serde_json::from_slice(&decoded(header)?)
        .map_err(|error| format!("签名头 header of the signature: {error}"))?;
    let key = said.key(keys)?;
    let mut message = header.as_bytes().to_vec();
    message.push(b'.');
    if said.b64 == Some(false) {
        message.extend_from_slice(signed);
    } else {
        message.extend_from_slice(URL_SAFE_NO_PAD.encode(signed).as_bytes());
    }
    let wrong = |_| "签名与清单不符 the signature is not of this manifest".to_owned();
    UnparsedPublicKey::new(&ED25519, key).verify(&message, &decoded(signature)?).map_err(wrong)
}

impl Header {
    /// The key that it names. The algorithm is this client's choice, never the header's.
    fn key(&self, keys: &KeySet) -> Result<Vec<u8>, String> {
        if self.alg != "EdDSA" && self.alg != "Ed25519" {
            return Err(format!("签名算法 the algorithm {} is not taken", self.alg));
        }
        // A token of the server is signed too, and is no signature over a manifest.
        if self.typ.as_deref().is_some_and(|typ| typ != TYPE) {
            return Err("签名类型不符 the signature is of another type".to_owned());
        }
        // Unencoded payloads (RFC 7797) are the one extension that is understood.
        let critical = self.crit.as_deref().unwrap_or_default();
        if critical.iter().any(|name| name != "b64") || (self.b64 == Some(false)) == critical.is_empty() {
            return Err("签名头含有不认识的扩展 the header has extensions that are not understood".to_owned());
        }
        let named = self.kid.as_deref().ok_or("签名没有指明密钥 the signature names no key")?;
        let key = keys.keys.iter().find(|key| key.kid.as_deref() == Some(named));
        let key = key.ok_or_else(|| format!("公钥集中没有密钥 the key set has no key {named}"))?;
        let is_ed25519 = key.kty == "OKP" && key.crv.as_deref() == Some("Ed25519");
        let x = key.x.as_deref().filter(|_| is_ed25519).and_then(|x| URL_SAFE_NO_PAD.decode(x).ok());
        x.ok_or_else(|| format!("密钥不是 the key {named} is no Ed25519 key"))
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
    use serde_json::{Value, json};

    use super::*;

    const MANIFEST: &[u8] = br#"{"format_version":1}"#;

    fn pair(seed: u8) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
    }

    fn keys() -> KeySet {
        let x = URL_SAFE_NO_PAD.encode(pair(1).public_key().as_ref());
        let other = json!({ "kty": "RSA", "kid": "old", "n": "AQAB", "e": "AQAB" });
        serde_json::from_value(json!({ "keys": [other, { "kty": "OKP", "crv": "Ed25519", "kid": "now", "x": x }] }))
            .unwrap()
    }

    fn signed(header: &Value, by: u8, payload: &[u8]) -> String {
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        let message = [header.as_bytes(), b".", payload].concat();
        format!("{header}..{}", URL_SAFE_NO_PAD.encode(pair(by).sign(&message)))
    }

    #[test]
    fn the_manifest_is_what_a_key_of_the_server_has_signed() {
        let encoded = URL_SAFE_NO_PAD.encode(MANIFEST);
        let plain = json!({ "alg": "EdDSA", "kid": "now" });
        let good = signed(&plain, 1, encoded.as_bytes());
        assert_eq!(verify(&good, MANIFEST, &keys()), Ok(()));
        assert_eq!(verify(&format!("{good}\n"), MANIFEST, &keys()), Ok(()));
        let unencoded = json!({ "alg": "EdDSA", "kid": "now", "b64": false, "crit": ["b64"] });
        assert_eq!(verify(&signed(&unencoded, 1, MANIFEST), MANIFEST, &keys()), Ok(()));
        let typed = json!({ "alg": "EdDSA", "kid": "now", "typ": TYPE });
        assert_eq!(verify(&signed(&typed, 1, encoded.as_bytes()), MANIFEST, &keys()), Ok(()));
        for (jws, manifest) in [
            (signed(&json!({ "alg": "EdDSA", "kid": "now", "typ": "JWT" }), 1, encoded.as_bytes()), MANIFEST),
            (good.clone(), &b"{\"format_version\":2}"[..]),
            (signed(&plain, 2, encoded.as_bytes()), MANIFEST),
            (signed(&json!({ "alg": "none", "kid": "now" }), 1, encoded.as_bytes()), MANIFEST),
            (signed(&json!({ "alg": "EdDSA" }), 1, encoded.as_bytes()), MANIFEST),
            (signed(&json!({ "alg": "EdDSA", "kid": "old" }), 1, encoded.as_bytes()), MANIFEST),
            (signed(&json!({ "alg": "EdDSA", "kid": "new" }), 1, encoded.as_bytes()), MANIFEST),
            (signed(&json!({ "alg": "EdDSA", "kid": "now", "crit": ["exp"] }), 1, encoded.as_bytes()), MANIFEST),
            (signed(&json!({ "alg": "EdDSA", "kid": "now", "b64": false }), 1, MANIFEST), MANIFEST),
            (good.replacen("..", &format!(".{encoded}."), 1), MANIFEST),
            (good.replacen("..", ".", 1), MANIFEST),
            (String::new(), MANIFEST),
        ] {
            assert!(verify(&jws, manifest, &keys()).is_err(), "{jws}");
        }
    }
}
