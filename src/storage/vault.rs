//! Encryption of personal data and of the secrets that lie in the database.
//!
//! Pure functions over the [`MasterKey`]; rows are read and written elsewhere. Every ciphertext names the key that made
//! it and is bound to its place (table, column, row), so that it cannot be moved to another row.

mod key_file;
mod master_key;
mod stream;

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Generate as _, KeyInit as _, Payload},
};
use uuid::Uuid;
use zeroize::Zeroizing;

pub use key_file::{KeyFileError, KeyOrigin, load, load_or_create};
pub use master_key::{Digester, KeyNumber, MalformedKey, MasterKey};
pub use stream::{Opener, Sealer};

/// First byte of every ciphertext, so that the form can change.
const FORM: u8 = 1;
const NONCE_BYTES: usize = 24;
const HEADER_BYTES: usize = 1 + size_of::<KeyNumber>();

/// Where a ciphertext lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The table's name.
    pub table: &'static str,
    /// The column's name.
    pub column: &'static str,
    /// The row's id.
    pub row: Uuid,
}

impl Place {
    /// The place of a column in a row.
    #[must_use]
    pub fn new(table: &'static str, column: &'static str, row: impl Into<Uuid>) -> Self {
        Self { table, column, row: row.into() }
    }

    fn associated_data(&self, header: &[u8]) -> Vec<u8> {
        [header, self.table.as_bytes(), b"\0", self.column.as_bytes(), b"\0", self.row.as_bytes()].concat()
    }
}

/// Why a ciphertext cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The bytes are no ciphertext of this program.
    #[error("the stored ciphertext is malformed")]
    Malformed,
    /// The key that made the ciphertext is not in the key file.
    #[error("the ciphertext was made with key {0}, which is not in the key file")]
    UnknownKey(KeyNumber),
    /// The ciphertext was changed, moved from another row, or made with another key of the same number.
    #[error("the ciphertext does not belong to its place or was changed")]
    NotAuthentic,
    /// The operating system gave no randomness, or the text is too large.
    #[error("the text could not be encrypted")]
    CannotSeal,
}

impl MasterKey {
    /// Encrypts what is to lie at a place.
    pub fn seal(&self, place: Place, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let key = self.current();
        let mut sealed = vec![FORM];
        sealed.extend_from_slice(&key.number().to_be_bytes());
        let associated = place.associated_data(&sealed);
        let nonce = XNonce::try_generate().map_err(|_| VaultError::CannotSeal)?;
        let subkey = key.derive("encryption");
        let cipher = XChaCha20Poly1305::new((&*subkey).into());
        let payload = Payload { msg: plain, aad: &associated };
        let ciphertext = cipher.encrypt(&nonce, payload).map_err(|_| VaultError::CannotSeal)?;
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        Ok(sealed)
    }

    /// Decrypts what lies at a place.
    pub fn open(&self, place: Place, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (header, rest) = sealed.split_at_checked(HEADER_BYTES).ok_or(VaultError::Malformed)?;
        let [FORM, number @ ..] = header else { return Err(VaultError::Malformed) };
        let number = KeyNumber::from_be_bytes(number.try_into().map_err(|_| VaultError::Malformed)?);
        let (nonce, ciphertext) = rest.split_at_checked(NONCE_BYTES).ok_or(VaultError::Malformed)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| VaultError::Malformed)?;
        let subkey = self.find(number).ok_or(VaultError::UnknownKey(number))?.derive("encryption");
        let cipher = XChaCha20Poly1305::new((&*subkey).into());
        let payload = Payload { msg: ciphertext, aad: &place.associated_data(header) };
        cipher.decrypt(&nonce, payload).map(Zeroizing::new).map_err(|_| VaultError::NotAuthentic)
    }

    /// Encrypts a text; see [`MasterKey::seal`].
    pub fn seal_text(&self, place: Place, plain: &str) -> Result<Vec<u8>, VaultError> {
        self.seal(place, plain.as_bytes())
    }

    /// Decrypts a text; see [`MasterKey::open`].
    pub fn open_text(&self, place: Place, sealed: &[u8]) -> Result<Zeroizing<String>, VaultError> {
        let plain = self.open(place, sealed)?;
        std::str::from_utf8(&plain).map(|text| Zeroizing::new(text.to_owned())).map_err(|_| VaultError::Malformed)
    }

    /// Encrypts a secret of the installation, such as a signing key, under its name.
    pub fn wrap(&self, name: &'static str, row: Uuid, secret: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.seal(Place { table: "wrapped secret", column: name, row }, secret)
    }

    /// Decrypts a secret of the installation.
    pub fn unwrap_secret(
        &self,
        name: &'static str,
        row: Uuid,
        wrapped: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.open(Place { table: "wrapped secret", column: name, row }, wrapped)
    }
}

#[cfg(test)]
mod tests;
