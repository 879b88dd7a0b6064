//! Files that are too large to be sealed at once: cut into chunks, each sealed for its place in the file (the STREAM
//! construction), so that they can be read bit by bit, and a file that was cut short, changed or mixed is noticed.

use std::sync::Arc;

use aead_stream::{DecryptorBE32, EncryptorBE32, Nonce, StreamBE32};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305,
    aead::{Generate as _, Payload},
};

use super::{HEADER_BYTES, KeyNumber, MasterKey, Place, VaultError};

/// First byte of every file that is sealed in chunks.
const FORM: u8 = 2;
/// Bytes of a chunk before it is sealed.
const CHUNK: usize = 64 * 1024;
/// By so much a sealed chunk is longer.
const TAG: usize = 16;
const NONCE_BYTES: usize = 19;

type StreamNonce = Nonce<XChaCha20Poly1305, StreamBE32<XChaCha20Poly1305>>;

/// Seals a file bit by bit.
pub struct Sealer {
    encryptor: EncryptorBE32<XChaCha20Poly1305>,
    associated: Vec<u8>,
    waiting: Vec<u8>,
}

/// Opens a file bit by bit.
pub struct Opener {
    key: Arc<MasterKey>,
    place: Place,
    begun: Option<(DecryptorBE32<XChaCha20Poly1305>, Vec<u8>)>,
    waiting: Vec<u8>,
}

impl MasterKey {
    /// Begins with what is to lie at a place; what is returned beside is the beginning of the sealed file.
    pub fn sealer(&self, place: Place) -> Result<(Sealer, Vec<u8>), VaultError> {
        let key = self.current();
        let mut header = vec![FORM];
        header.extend_from_slice(&key.number().to_be_bytes());
        let associated = place.associated_data(&header);
        let nonce = StreamNonce::try_generate().map_err(|_| VaultError::CannotSeal)?;
        let subkey = key.derive("file encryption");
        let encryptor = EncryptorBE32::from_aead(XChaCha20Poly1305::new((&*subkey).into()), &nonce);
        header.extend_from_slice(&nonce);
        Ok((Sealer { encryptor, associated, waiting: Vec::new() }, header))
    }

    /// Begins to open what lies at a place.
    #[must_use]
    pub fn opener(self: &Arc<Self>, place: Place) -> Opener {
        Opener { key: Arc::clone(self), place, begun: None, waiting: Vec::new() }
    }
}

impl Sealer {
    /// Takes a bit of the file, and returns what of it is sealed.
    pub fn push(&mut self, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.waiting.extend_from_slice(plain);
        let mut sealed = Vec::new();
        // The last chunk is sealed as such, so one is kept back.
        while self.waiting.len() > CHUNK {
            let rest = self.waiting.split_off(CHUNK);
            let chunk = std::mem::replace(&mut self.waiting, rest);
            let payload = Payload { msg: &chunk, aad: &self.associated };
            sealed.extend(self.encryptor.encrypt_next(payload).map_err(|_| VaultError::CannotSeal)?);
        }
        Ok(sealed)
    }

    /// The end of the sealed file.
    pub fn finish(self) -> Result<Vec<u8>, VaultError> {
        let payload = Payload { msg: &self.waiting, aad: &self.associated };
        self.encryptor.encrypt_last(payload).map_err(|_| VaultError::CannotSeal)
    }
}

impl Opener {
    /// Takes a bit of the sealed file, and returns what of it is opened. What was opened is genuine; whether it is all,
    /// [`Self::finish`] tells.
    pub fn push(&mut self, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.waiting.extend_from_slice(sealed);
        if self.begun.is_none() && !self.begin()? {
            return Ok(Vec::new());
        }
        let mut plain = Vec::new();
        while self.waiting.len() > CHUNK + TAG {
            let rest = self.waiting.split_off(CHUNK + TAG);
            let chunk = std::mem::replace(&mut self.waiting, rest);
            let (decryptor, associated) = self.begun.as_mut().ok_or(VaultError::Malformed)?;
            let payload = Payload { msg: &chunk, aad: associated };
            plain.extend(decryptor.decrypt_next(payload).map_err(|_| VaultError::NotAuthentic)?);
        }
        Ok(plain)
    }

    /// The end of the file; an error when the sealed file was cut short.
    pub fn finish(self) -> Result<Vec<u8>, VaultError> {
        let (decryptor, associated) = self.begun.ok_or(VaultError::Malformed)?;
        let payload = Payload { msg: &self.waiting, aad: &associated };
        decryptor.decrypt_last(payload).map_err(|_| VaultError::NotAuthentic)
    }

    /// Reads the beginning once it is there.
    fn begin(&mut self) -> Result<bool, VaultError> {
        let Some((header, _)) = self.waiting.split_at_checked(HEADER_BYTES + NONCE_BYTES) else { return Ok(false) };
        let (header, nonce) = header.split_at_checked(HEADER_BYTES).ok_or(VaultError::Malformed)?;
        let [FORM, number @ ..] = header else { return Err(VaultError::Malformed) };
        let number = KeyNumber::from_be_bytes(number.try_into().map_err(|_| VaultError::Malformed)?);
        let nonce = StreamNonce::try_from(nonce).map_err(|_| VaultError::Malformed)?;
        let subkey = self.key.find(number).ok_or(VaultError::UnknownKey(number))?.derive("file encryption");
        let decryptor = DecryptorBE32::from_aead(XChaCha20Poly1305::new((&*subkey).into()), &nonce);
        let associated = self.place.associated_data(header);
        self.waiting.drain(..HEADER_BYTES + NONCE_BYTES);
        self.begun = Some((decryptor, associated));
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn key() -> Arc<MasterKey> {
        Arc::new(MasterKey::from_random([7; 32]))
    }

    fn place(row: u128) -> Place {
        Place::new("packages", "zip", Uuid::from_u128(row))
    }

    fn seal(plain: &[u8], bit: usize) -> Vec<u8> {
        let (mut sealer, mut file) = key().sealer(place(1)).unwrap();
        for bit in plain.chunks(bit) {
            file.extend(sealer.push(bit).unwrap());
        }
        file.extend(sealer.finish().unwrap());
        file
    }

    fn open(key: &Arc<MasterKey>, at: Place, sealed: &[u8], bit: usize) -> Result<Vec<u8>, VaultError> {
        let (mut opener, mut plain) = (key.opener(at), Vec::new());
        for bit in sealed.chunks(bit) {
            plain.extend(opener.push(bit)?);
        }
        plain.extend(opener.finish()?);
        Ok(plain)
    }

    fn content(length: usize) -> Vec<u8> {
        (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect()
    }

    #[test]
    fn what_is_sealed_in_bits_is_opened_in_other_bits() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5] {
            let plain = content(length);
            let sealed = seal(&plain, 1000);
            let chunks = length.div_ceil(CHUNK).max(1);
            assert_eq!(sealed.len(), HEADER_BYTES + NONCE_BYTES + length + chunks * TAG);
            for bit in [777, CHUNK, CHUNK + TAG, usize::MAX >> 1] {
                assert_eq!(open(&key(), place(1), &sealed, bit).unwrap(), plain, "{length} {bit}");
            }
        }
    }

    #[test]
    fn what_was_moved_changed_or_cut_short_is_noticed() {
        let sealed = seal(&content(2 * CHUNK + 9), 5000);
        let begin = HEADER_BYTES + NONCE_BYTES;
        assert_eq!(open(&key(), place(2), &sealed, 999), Err(VaultError::NotAuthentic));
        assert_eq!(
            open(&Arc::new(MasterKey::from_random([8; 32])), place(1), &sealed, 999),
            Err(VaultError::NotAuthentic)
        );
        for at in [0, 1, 5, begin, begin + CHUNK + TAG, sealed.len() - 1] {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&key(), place(1), &changed, 4096).is_err(), "byte {at}");
        }
        // Between chunks, within one, and in the beginning.
        for length in [0, 10, begin, begin + CHUNK + TAG, begin + 2 * (CHUNK + TAG), sealed.len() - 1] {
            assert!(open(&key(), place(1), &sealed[..length], 4096).is_err(), "cut at {length}");
        }
        let mut swapped = sealed[..begin].to_vec();
        swapped.extend_from_slice(&sealed[begin + CHUNK + TAG..begin + 2 * (CHUNK + TAG)]);
        swapped.extend_from_slice(&sealed[begin..begin + CHUNK + TAG]);
        swapped.extend_from_slice(&sealed[begin + 2 * (CHUNK + TAG)..]);
        assert!(open(&key(), place(1), &swapped, 4096).is_err());
    }
}
