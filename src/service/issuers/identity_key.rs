//! The key of the hashes by which voters of other providers are known again. Without it nobody can try out subjects or
//! identity numbers on a hash. It is the installation's own and survives a change of the master key, which only wraps it:
//! the hashed values are kept nowhere, so no hash could be made anew.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    service::{Error, clock::Clocks, generator},
    storage::{self, Connection, server_keys::ServerKeyRow, vault::MasterKey},
};

const PURPOSE: &str = "voter_identity";
const KEY_BYTES: usize = 32;

/// The key of the hashes.
pub struct IdentityKey(Zeroizing<Vec<u8>>);

impl IdentityKey {
    /// Reads the key, or makes it when there is none. One process at a time: part of seeding the database.
    pub fn seed(db: &mut Connection, clocks: &Clocks, vault: &MasterKey) -> Result<Self, Error> {
        if let Some(row) = storage::server_keys::list(db, PURPOSE)?.into_iter().next() {
            let id = row.id.parse().map_err(|_| Error::Internal("the id of a server's key is no UUID".to_owned()))?;
            return Ok(Self(vault.unwrap_secret(PURPOSE, id, &row.wrapped)?));
        }
        let id: Uuid = generator::new_id(clocks)?;
        let secret = Zeroizing::new(generator::random::<KEY_BYTES>()?.to_vec());
        let row = ServerKeyRow {
            id: id.to_string(),
            purpose: PURPOSE.to_owned(),
            wrapped: vault.wrap(PURPOSE, id, &secret)?,
            public_part: None,
            created_at: clocks.machine().into(),
            retired_at: None,
        };
        storage::server_keys::insert(db, &row)?;
        Ok(Self(secret))
    }

    /// A key of given bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// The hash of an account at a provider.
    pub fn subject(&self, issuer: &str, subject: &str) -> Result<[u8; 32], Error> {
        self.hash("subject", &[issuer, subject])
    }

    /// The hash of a person, whichever the provider, from the one form of the identifier.
    pub fn person(&self, identifier: &str) -> Result<[u8; 32], Error> {
        self.hash("person", &[identifier])
    }

    fn hash(&self, kind: &str, parts: &[&str]) -> Result<[u8; 32], Error> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0);
        let mut mac = mac.map_err(|_| Error::Internal("the key of voters' hashes has a wrong length".to_owned()))?;
        mac.update(kind.as_bytes());
        for part in parts {
            // Each with its length, so that no two lists of parts are hashed alike.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        Ok(mac.finalize().into_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_tells_key_kind_issuer_and_subject_apart() {
        let (key, other) = (IdentityKey::from_bytes([1; 32]), IdentityKey::from_bytes([2; 32]));
        let hashes = [
            key.subject("a", "bc").unwrap(),
            key.subject("ab", "c").unwrap(),
            key.subject("", "abc").unwrap(),
            key.person("abc").unwrap(),
            other.subject("a", "bc").unwrap(),
            other.person("abc").unwrap(),
        ];
        let different: std::collections::HashSet<_> = hashes.iter().collect();
        assert_eq!(different.len(), hashes.len());
        assert_eq!(key.person("abc").unwrap(), IdentityKey::from_bytes([1; 32]).person("abc").unwrap());
    }
}
