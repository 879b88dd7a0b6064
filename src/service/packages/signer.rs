//! Signatures over manifests: JSON Web Signatures (RFC 7515) with the content detached, by Ed25519 (RFC 8037). The key signs nothing
//! else, and the type says what is signed, so that no signature passes for a token, nor a token for a signature.

use std::sync::Arc;

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use crate::{
    domain::canonical_json,
    service::{Error, accounts::tokens::SigningKey},
};

/// The type that the header of a signature names.
pub const TYPE: &str = "haoren-manifest+jws";

/// Signs manifests. Cheap to clone.
#[derive(Clone)]
pub struct Signer(Arc<Keys>);

struct Keys {
    id: String,
    pair: Ed25519KeyPair,
    public: Vec<(String, String)>,
}

impl Signer {
    /// Signs with the first key; all of them are published.
    pub fn new(keys: &[SigningKey]) -> Result<Self, Error> {
        let unusable = || Error::Internal("the key that signs manifests cannot be used".to_owned());
        let newest = keys.first().ok_or_else(unusable)?;
        let public = keys.iter().map(|key| (key.id.to_string(), URL_SAFE_NO_PAD.encode(&key.public)));
        Ok(Self(Arc::new(Keys {
            id: newest.id.to_string(),
            pair: Ed25519KeyPair::from_pkcs8(&newest.secret).map_err(|_| unusable())?,
            public: public.collect(),
        })))
    }

    /// The detached signature over a manifest (RFC 7515, appendix F): `header..signature`.
    pub fn sign(&self, manifest: &[u8]) -> Result<String, Error> {
        let unsigned = |why: String| Error::Internal(format!("a manifest could not be signed: {why}"));
        let header = canonical_json::to_bytes(&json!({ "alg": "EdDSA", "kid": self.0.id, "typ": TYPE }));
        let header = URL_SAFE_NO_PAD.encode(header.map_err(|error| unsigned(error.to_string()))?);
        let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(manifest));
        let signature = self.0.pair.try_sign(signed.as_bytes()).map_err(|error| unsigned(error.to_string()))?;
        Ok(format!("{header}..{}", URL_SAFE_NO_PAD.encode(signature.as_ref())))
    }

    /// The public keys as RFC 7517 key set members: id and `x`.
    #[must_use]
    pub fn public_keys(&self) -> Vec<(String, String)> {
        self.0.public.clone()
    }
}
