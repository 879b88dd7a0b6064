//! Signed heads: a C2SP checkpoint (<https://c2sp.org/tlog-checkpoint>) as a signed note (<https://c2sp.org/signed-note>).

use std::{fmt, str::FromStr};

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest as _, Sha256};

use super::merkle::Hash;
use crate::domain::month::Month;

/// Before the signatures stands an empty line, before each signature a dash and a space.
const DASH: &str = "\u{2014} ";
/// The extension line with the moment of signing begins with this.
const TIME: &str = "time ";
/// The type of Ed25519 keys and signatures in notes.
const ED25519_TYPE: u8 = 1;
/// A longer note is not read.
const MAX_NOTE_BYTES: usize = 64 * 1024;

/// Which log a head belongs to. A log that had to begin anew after a restore has the next number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Of the key that signs: see [`key_id`].
    pub key_id: String,
    /// The cycle.
    pub cycle: Month,
    /// From 1.
    pub number: i32,
}

/// The id of a signing key in origins: the first 8 bytes of the SHA-256 of the public key, in hexadecimal digits.
#[must_use]
pub fn key_id(public: &[u8]) -> String {
    hex::encode(Sha256::digest(public).first_chunk::<8>().copied().unwrap_or_default())
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "haoren/{}/{}/{}", self.key_id, self.cycle, self.number)
    }
}

impl FromStr for Origin {
    type Err = NoteFault;
    fn from_str(text: &str) -> Result<Self, NoteFault> {
        let mut parts = text.split('/');
        let (Some("haoren"), Some(key_id), Some(cycle), Some(number), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NoteFault::Origin);
        };
        let cycle = cycle.parse().map_err(|_| NoteFault::Origin)?;
        let origin = Self { key_id: key_id.to_owned(), cycle, number: number.parse().map_err(|_| NoteFault::Origin)? };
        if origin.to_string() == text { Ok(origin) } else { Err(NoteFault::Origin) }
    }
}

/// A head: so many entries have this root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log, as text: an auditor may read heads of logs that are not ours.
    pub origin: String,
    /// Entries.
    pub size: u64,
    /// The root of the tree.
    pub root: Hash,
    /// When it was signed, in campaign time, to the second.
    pub signed_at: Option<DateTime<Utc>>,
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { origin, size, root, signed_at } = self;
        let time = signed_at.map(|at| format!("{TIME}{}\n", at.to_rfc3339_opts(SecondsFormat::Secs, true)));
        format!("{origin}\n{size}\n{}\n{}", STANDARD.encode(root), time.unwrap_or_default())
    }

    fn read(text: &str) -> Result<Self, NoteFault> {
        let mut lines = text.strip_suffix('\n').ok_or(NoteFault::Form)?.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(NoteFault::Form);
        };
        let is_plain = size.bytes().all(|byte| byte.is_ascii_digit()) && (size == "0" || !size.starts_with('0'));
        let size = size.parse().ok().filter(|_| is_plain).ok_or(NoteFault::Form)?;
        let root: Vec<u8> = STANDARD.decode(root).map_err(|_| NoteFault::Form)?;
        let extensions: Vec<&str> = lines.collect();
        if origin.is_empty() || extensions.iter().any(|line| line.is_empty()) {
            return Err(NoteFault::Form);
        }
        let time = extensions.iter().find_map(|line| line.strip_prefix(TIME));
        let signed_at = time.and_then(|time| DateTime::parse_from_rfc3339(time).ok()).map(|time| time.to_utc());
        let root = root.try_into().map_err(|_| NoteFault::Form)?;
        Ok(Self { origin: origin.to_owned(), size, root, signed_at })
    }

    /// Reads a note without asking who signed it: for one's own, that come from one's own store.
    pub fn of_note(note: &str) -> Result<Self, NoteFault> {
        Self::read(parted(note)?.0)
    }
}

/// Why a note is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteFault {
    /// It has not the form of a note, or its text not that of a checkpoint.
    #[error("it is no signed checkpoint in the exact form of C2SP")]
    Form,
    /// The origin is not of the form that this program writes.
    #[error("its origin is not that of a haoren log")]
    Origin,
    /// The key is not of the form `name+hash+base64`.
    #[error("the key is no verifier key of the form name+hash+base64 for Ed25519")]
    Key,
    /// No signature of the key is there.
    #[error("it carries no signature of the given key")]
    Unsigned,
    /// A signature of the key is there and is wrong.
    #[error("its signature does not fit: head or key were changed")]
    Forged,
}

/// Text and signatures of a note.
fn parted(note: &str) -> Result<(&str, &str), NoteFault> {
    let has_controls = note.bytes().any(|byte| byte < 0x20 && byte != b'\n');
    if note.len() > MAX_NOTE_BYTES || has_controls {
        return Err(NoteFault::Form);
    }
    let middle = note.rfind("\n\n").ok_or(NoteFault::Form)?;
    let (text, signatures) = note.split_at(middle + 1);
    let signatures = signatures.strip_prefix('\n').ok_or(NoteFault::Form)?;
    let all_are = signatures.strip_suffix('\n').is_some_and(|all| all.split('\n').all(|one| one.starts_with(DASH)));
    if all_are { Ok((text, signatures)) } else { Err(NoteFault::Form) }
}

/// The public key by which heads are checked, written `name+hash+base64`, as C2SP writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    /// The key's name, which is the origin of the log.
    pub name: String,
    /// The 32 bytes of the Ed25519 key.
    pub public: [u8; 32],
}

impl VerifierKey {
    /// The four bytes that signatures begin with.
    #[must_use]
    pub fn hash(&self) -> [u8; 4] {
        let hasher = Sha256::new().chain_update(&self.name).chain_update([b'\n', ED25519_TYPE]);
        hasher.chain_update(self.public).finalize().first_chunk::<4>().copied().unwrap_or_default()
    }

    /// Reads a note that the key must have signed.
    pub fn open(&self, note: &str) -> Result<Checkpoint, NoteFault> {
        let (text, signatures) = parted(note)?;
        let mut is_signed = false;
        for line in signatures.lines() {
            let (name, signature) =
                line.strip_prefix(DASH).and_then(|line| line.split_once(' ')).ok_or(NoteFault::Form)?;
            let bytes = STANDARD.decode(signature).map_err(|_| NoteFault::Form)?;
            let (hash, signature) = bytes.split_first_chunk::<4>().ok_or(NoteFault::Form)?;
            if name != self.name || *hash != self.hash() {
                continue;
            }
            UnparsedPublicKey::new(&ED25519, self.public)
                .verify(text.as_bytes(), signature)
                .map_err(|_| NoteFault::Forged)?;
            is_signed = true;
        }
        if is_signed { Checkpoint::read(text) } else { Err(NoteFault::Unsigned) }
    }
}

/// The note of a head. `signature` is handed the text and gives the 64 bytes of its Ed25519 signature.
pub fn sign<E>(
    key: &VerifierKey,
    head: &Checkpoint,
    signature: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<String, E> {
    let text = head.text();
    let signed = [&key.hash()[..], &signature(text.as_bytes())?].concat();
    Ok(format!("{text}\n{DASH}{} {}\n", key.name, STANDARD.encode(signed)))
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let public = [&[ED25519_TYPE][..], &self.public].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.hash()), STANDARD.encode(public))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteFault;
    fn from_str(text: &str) -> Result<Self, NoteFault> {
        // The base64 may have plus signs of its own, the name has none.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteFault::Key);
        };
        let bytes = STANDARD.decode(encoded).map_err(|_| NoteFault::Key)?;
        let Some((&ED25519_TYPE, public)) = bytes.split_first() else { return Err(NoteFault::Key) };
        let key = Self { name: name.to_owned(), public: public.try_into().map_err(|_| NoteFault::Key)? };
        let is_named = !name.is_empty() && !name.contains(char::is_whitespace);
        if is_named && key.to_string() == text { Ok(key) } else { Err(NoteFault::Key) }
    }
}

#[cfg(test)]
mod tests;
