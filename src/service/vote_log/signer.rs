//! The key that signs heads.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

use crate::{
    domain::{
        month::Month,
        vote_log::{self, Checkpoint, Origin, VerifierKey},
    },
    service::{Error, accounts::tokens::SigningKey},
};

/// Signs the heads of all logs of this installation.
pub struct Signer {
    pair: Ed25519KeyPair,
    public: [u8; 32],
}

impl Signer {
    /// Of the newest of some keys.
    pub fn new(keys: &[SigningKey]) -> Result<Self, Error> {
        let unusable = || Error::Internal("the key that signs the heads of vote logs cannot be used".to_owned());
        let key = keys.first().ok_or_else(unusable)?;
        let pair = Ed25519KeyPair::from_pkcs8(&key.secret).map_err(|_| unusable())?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| unusable())?;
        Ok(Self { pair, public })
    }

    /// The origin of a cycle's log.
    pub(super) fn origin(&self, cycle: Month, number: i32) -> Origin {
        Origin { key_id: vote_log::key_id(&self.public), cycle, number }
    }

    /// The key by which heads of an origin are checked.
    pub(super) fn verifier_key(&self, origin: &Origin) -> VerifierKey {
        VerifierKey { name: origin.to_string(), public: self.public }
    }

    /// The signed note of a head.
    pub(super) fn sign(&self, key: &VerifierKey, head: &Checkpoint) -> Result<String, Error> {
        vote_log::sign(key, head, |text| {
            let signature = self.pair.try_sign(text);
            let signature = signature.map_err(|_| Error::Internal("a head could not be signed".to_owned()))?;
            Ok(signature.as_ref().to_vec())
        })
    }
}
