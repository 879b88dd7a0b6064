//! The master key: one or more numbered keys of 32 bytes, of which the last one encrypts.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

/// The number of a key, written into every ciphertext and blind index.
pub type KeyNumber = u16;

const PREFIX: &str = "haoren-master-key";
const KEY_BYTES: usize = 32;

/// A key of the key file.
pub(super) struct NumberedKey {
    number: KeyNumber,
    bytes: [u8; KEY_BYTES],
}

impl NumberedKey {
    pub(super) fn number(&self) -> KeyNumber {
        self.number
    }

    /// The key for one purpose, so that no two purposes ever share one.
    pub(super) fn derive(&self, purpose: &str) -> Zeroizing<[u8; KEY_BYTES]> {
        let mut output = mac(&self.bytes, &[b"haoren v1 ", purpose.as_bytes()]);
        let derived = Zeroizing::new(output);
        output.zeroize();
        derived
    }
}

impl Drop for NumberedKey {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

/// All keys of the key file. The last encrypts, the earlier ones still decrypt.
pub struct MasterKey {
    earlier: Vec<NumberedKey>,
    current: NumberedKey,
}

/// The key file's content is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the key file is not `haoren-master-key <number> <43 base64 characters>`, or repeats a number")]
pub struct MalformedKey {
    /// The line that cannot be read, counted from 1; 0 for a file without a key.
    pub line: usize,
}

impl MasterKey {
    /// A key from 32 random bytes, with the number 1.
    #[must_use]
    pub fn from_random(random: [u8; KEY_BYTES]) -> Self {
        Self { earlier: Vec::new(), current: NumberedKey { number: 1, bytes: random } }
    }

    /// Reads a key file: one key a line; empty lines and lines that begin with `#` are comments.
    pub fn parse(text: &str) -> Result<Self, MalformedKey> {
        let mut keys: Vec<NumberedKey> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let key = parse_line(line).filter(|key| keys.iter().all(|known| known.number != key.number));
            keys.push(key.ok_or(MalformedKey { line: index + 1 })?);
        }
        let current = keys.pop().ok_or(MalformedKey { line: 0 })?;
        Ok(Self { earlier: keys, current })
    }

    /// The content of the key file.
    #[must_use]
    pub fn to_file_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::from(
            "# The master key of this haoren installation. Keep a copy in a safe place, apart from the data:\n\
             # without it no contact detail can be read and nobody's session stays valid.\n",
        ));
        for key in self.earlier.iter().chain([&self.current]) {
            let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(key.bytes));
            let line = Zeroizing::new(format!("{PREFIX} {} {}\n", key.number, encoded.as_str()));
            text.push_str(&line);
        }
        text
    }

    pub(super) fn current(&self) -> &NumberedKey {
        &self.current
    }

    pub(super) fn find(&self, number: KeyNumber) -> Option<&NumberedKey> {
        [&self.current].into_iter().chain(&self.earlier).find(|key| key.number == number)
    }

    /// The keyed digest by which an encrypted value can be looked up: key number and HMAC-SHA-256 of the normalised text.
    /// `field` keeps equal values of different kinds apart.
    #[must_use]
    pub fn blind_index(&self, field: &str, normalised: &str) -> Vec<u8> {
        blind_index(&self.current, field, normalised)
    }

    /// A keyed digest of what must not be guessed from it, for a purpose of its own.
    #[must_use]
    pub fn keyed_digest(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let lengths: Vec<[u8; 8]> = parts.iter().map(|part| (part.len() as u64).to_be_bytes()).collect();
        let framed: Vec<&[u8]> = lengths.iter().zip(parts).flat_map(|(length, part)| [&length[..], part]).collect();
        mac(&self.current.derive(purpose), &framed)
    }

    /// The same, made ready for digests of many values.
    #[must_use]
    pub fn digester(&self, purpose: &str) -> Digester {
        Digester(keyed(&self.current.derive(purpose)))
    }

    /// The number of the key that encrypts and makes indexes.
    #[must_use]
    pub const fn current_number(&self) -> KeyNumber {
        self.current.number
    }

    /// Whether the key was changed, so that rows of earlier keys may be there.
    #[must_use]
    pub const fn has_earlier_keys(&self) -> bool {
        !self.earlier.is_empty()
    }

    /// A value kept in the database, by which a wrong key is noticed at start.
    #[must_use]
    pub fn check_value(&self) -> Vec<u8> {
        check_value(&self.current)
    }

    /// Whether one of the keys made the stored check value.
    #[must_use]
    pub fn matches_check_value(&self, stored: &[u8]) -> bool {
        [&self.current].into_iter().chain(&self.earlier).any(|key| check_value(key).ct_eq(stored).into())
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterKey").field("current", &self.current.number).finish_non_exhaustive()
    }
}

/// Makes keyed digests of one purpose.
#[derive(Clone)]
pub struct Digester(Hmac<Sha256>);

impl Digester {
    /// The keyed digest of parts that have a fixed length but for the last.
    #[must_use]
    pub fn digest(&self, parts: &[&[u8]]) -> [u8; KEY_BYTES] {
        parts.iter().fold(self.0.clone(), Mac::chain_update).finalize().into_bytes().into()
    }
}

fn parse_line(line: &str) -> Option<NumberedKey> {
    let mut words = line.split_whitespace();
    let (PREFIX, Some(number), Some(encoded), None) = (words.next()?, words.next(), words.next(), words.next()) else {
        return None;
    };
    let decoded = Zeroizing::new(STANDARD_NO_PAD.decode(encoded).ok()?);
    Some(NumberedKey { number: number.parse().ok()?, bytes: decoded.as_slice().try_into().ok()? })
}

fn blind_index(key: &NumberedKey, field: &str, normalised: &str) -> Vec<u8> {
    let subkey = key.derive("blind index");
    let digest = mac(&subkey, &[field.as_bytes(), b"\0", normalised.as_bytes()]);
    [&key.number.to_be_bytes()[..], &digest].concat()
}

fn check_value(key: &NumberedKey) -> Vec<u8> {
    [&key.number.to_be_bytes()[..], &*key.derive("check value")].concat()
}

fn mac(key: &[u8; KEY_BYTES], parts: &[&[u8]]) -> [u8; KEY_BYTES] {
    parts.iter().fold(keyed(key), Mac::chain_update).finalize().into_bytes().into()
}

fn keyed(key: &[u8; KEY_BYTES]) -> Hmac<Sha256> {
    // A key shorter than the hash's block is filled up with zeros (RFC 2104).
    let mut block = Zeroizing::new([0_u8; 64]);
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    Hmac::<Sha256>::new((&*block).into())
}
