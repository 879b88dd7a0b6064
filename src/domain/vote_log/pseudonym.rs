//! How a voter is named in the log: the same within one category of one cycle, and by nothing that leads to the account.

use std::{fmt, str::FromStr};

use hmac::{Hmac, KeyInit as _, Mac};
use sha2::Sha256;

use crate::domain::category::CategoryCode;

/// The pseudonym of a voter in one category of one cycle: 16 bytes, written as 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pseudonym(pub [u8; Self::BYTES]);

impl Pseudonym {
    /// Its length.
    pub const BYTES: usize = 16;
    /// Stands in stored tiles where an entry is no vote.
    pub const NONE: Self = Self([0; Self::BYTES]);
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for Pseudonym {
    type Err = hex::FromHexError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; Self::BYTES];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

/// Bytes of a category's code in what is hashed; a code has at most 40.
const CATEGORY_BYTES: usize = 40;

/// The secret of a cycle, ready to make pseudonyms. Whoever has it can tell which account a pseudonym belongs to.
#[derive(Clone)]
pub struct PseudonymKey(Hmac<Sha256>);

impl PseudonymKey {
    /// The key of a cycle's secret.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        // A key shorter than the hash's block is filled up with zeros (RFC 2104).
        let mut block = zeroize::Zeroizing::new([0_u8; 64]);
        block.iter_mut().zip(secret).for_each(|(to, from)| *to = *from);
        Self(Hmac::new((&*block).into()))
    }

    /// The first 16 bytes of HMAC-SHA-256 over the voter's number (8 bytes, big-endian) and the category's code (40 bytes,
    /// filled up with zeros).
    #[must_use]
    pub fn pseudonym(&self, voter: i64, category: &CategoryCode) -> Pseudonym {
        let mut code = [0_u8; CATEGORY_BYTES];
        code.iter_mut().zip(category.as_str().bytes()).for_each(|(to, from)| *to = from);
        let mac = self.0.clone().chain_update(voter.to_be_bytes()).chain_update(code).finalize().into_bytes();
        let mut pseudonym = [0; Pseudonym::BYTES];
        pseudonym.iter_mut().zip(mac).for_each(|(to, from)| *to = from);
        Pseudonym(pseudonym)
    }
}

/// Never shows the secret.
impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value was computed with Python's `hmac`.
    #[test]
    fn a_pseudonym_is_the_beginning_of_an_hmac() {
        let key = PseudonymKey::new(&[7; 32]);
        let bravery = "bravery".parse().unwrap();
        assert_eq!(key.pseudonym(42, &bravery).to_string(), "f02faa48d30d4de5539bcdf88fad14ad");
        assert_eq!(format!("{key:?}"), "PseudonymKey(..)");
    }

    #[test]
    fn voters_categories_and_secrets_are_told_apart() {
        let (one, other) = (PseudonymKey::new(&[1; 32]), PseudonymKey::new(&[2; 32]));
        let (bravery, integrity) = ("bravery".parse().unwrap(), "integrity".parse().unwrap());
        let first = one.pseudonym(1, &bravery);
        assert_eq!(first, one.pseudonym(1, &bravery));
        for different in [one.pseudonym(2, &bravery), one.pseudonym(1, &integrity), other.pseudonym(1, &bravery)] {
            assert_ne!(first, different);
        }
        assert_eq!(first.to_string().parse(), Ok(first));
    }
}
