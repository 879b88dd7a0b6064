//! What a voter is given to prove that the vote is in the log.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::merkle::Hash;

/// Where a vote stands in the log, and the hash of its entry. Written `17:<base64 of the hash>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The number of the entry, which is the index of its leaf.
    pub sequence: u64,
    /// The leaf's hash.
    pub leaf_hash: Hash,
}

/// The text is no receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a receipt is written as the number of the entry, a colon, and 44 characters of base64")]
pub struct NotAReceipt;

impl Receipt {
    /// The hash in base64, as answers show it.
    #[must_use]
    pub fn leaf_hash_text(&self) -> String {
        STANDARD.encode(self.leaf_hash)
    }

    /// A receipt of the two values that an answer shows.
    pub fn of(sequence: u64, leaf_hash: &str) -> Result<Self, NotAReceipt> {
        let bytes = STANDARD.decode(leaf_hash).map_err(|_| NotAReceipt)?;
        Ok(Self { sequence, leaf_hash: bytes.try_into().map_err(|_| NotAReceipt)? })
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.sequence, self.leaf_hash_text())
    }
}

impl FromStr for Receipt {
    type Err = NotAReceipt;
    fn from_str(text: &str) -> Result<Self, NotAReceipt> {
        let (sequence, hash) = text.trim().split_once(':').ok_or(NotAReceipt)?;
        Self::of(sequence.parse().map_err(|_| NotAReceipt)?, hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_read_as_it_is_written() {
        let receipt = Receipt { sequence: 17, leaf_hash: [9; 32] };
        assert_eq!(receipt.to_string(), "17:CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=");
        assert_eq!(receipt.to_string().parse(), Ok(receipt));
        for bad in ["", "17", "17:", "x:CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=", "17:CQk=", "-1:CQk="] {
            assert_eq!(bad.parse::<Receipt>(), Err(NotAReceipt), "{bad}");
        }
    }
}
