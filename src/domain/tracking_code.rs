//! The tracking code, by which a nominator without an account follows and edits a nomination.

use std::fmt;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroize as _;

/// Thirty-two digits and letters of which no two look alike: there is no 0, O, 1 or I.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Symbols of a code, five bits each.
const SYMBOLS: usize = 16;
/// Random bytes that make a code: 80 bits.
pub const RANDOM_BYTES: usize = SYMBOLS * 5 / 8;

/// A code of 80 random bits, shown as `7KQM-3XWD-PR9T-H4VA`. Only its digest is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct TrackingCode(String);

impl TrackingCode {
    /// The code that belongs to the random bytes.
    #[must_use]
    pub fn from_random(random: [u8; RANDOM_BYTES]) -> Self {
        let bits = random.iter().fold(0_u128, |bits, &byte| (bits << 8) | u128::from(byte));
        let symbols = (0..SYMBOLS).rev().map(|place| {
            let index = usize::try_from((bits >> (place * 5)) & 31).unwrap_or_default();
            char::from(ALPHABET.get(index).copied().unwrap_or(b'2'))
        });
        Self(symbols.collect())
    }

    /// Reads what a person types: small letters, spaces and dashes anywhere, full-width forms, `I` or `1` for `L`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        use unicode_normalization::UnicodeNormalization as _;
        let mut symbols = String::with_capacity(SYMBOLS);
        for character in text.nfkc().take(4 * SYMBOLS) {
            match character.to_ascii_uppercase() {
                ' ' | '-' | '‐' | '–' | '—' | '_' | '.' => {}
                // Neither is in the alphabet, so whoever reads one has looked at an L.
                '1' | 'I' => symbols.push('L'),
                symbol if ALPHABET.iter().any(|&known| char::from(known) == symbol) => symbols.push(symbol),
                _ => return None,
            }
        }
        (symbols.len() == SYMBOLS && text.chars().count() <= 4 * SYMBOLS).then_some(Self(symbols))
    }

    /// What is stored and looked up. The code is random enough that its digest needs no salt.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::new().chain_update(b"haoren tracking code\n").chain_update(self.0.as_bytes()).finalize().into()
    }
}

impl fmt::Display for TrackingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, symbol) in self.0.chars().enumerate() {
            if place > 0 && place % 4 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{symbol}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for TrackingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TrackingCode(…)")
    }
}

impl Drop for TrackingCode {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_person_types_is_understood() {
        let code = TrackingCode::from_random([0x5A; RANDOM_BYTES]);
        let shown = code.to_string();
        assert_eq!(shown.len(), 19);
        for typed in
            [shown.clone(), shown.to_lowercase(), shown.replace('-', ""), shown.replace('-', " "), format!(" {shown} ")]
        {
            assert_eq!(TrackingCode::parse(&typed), Some(code.clone()), "{typed}");
        }
        let with_l = TrackingCode::parse("LLLL-LLLL-LLLL-LLLL");
        assert!(with_l.is_some());
        assert_eq!(TrackingCode::parse("1lI1 1lI1 1lI1 1lI1"), with_l);
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in ["", "2222-2222-2222-222", "2222-2222-2222-22222", "0222-2222-2222-2222", "张222-2222-2222-2222"] {
            assert_eq!(TrackingCode::parse(text), None, "{text}");
        }
        assert_eq!(TrackingCode::parse(&format!("{}{}", "2222-2222-2222-2222", "-".repeat(500))), None);
    }

    #[test]
    fn the_code_is_not_shown_by_debug() {
        assert_eq!(format!("{:?}", TrackingCode::from_random([7; RANDOM_BYTES])), "TrackingCode(…)");
    }

    proptest! {
        #[test]
        fn every_code_is_read_back_and_keeps_all_its_bits(one: [u8; RANDOM_BYTES], other: [u8; RANDOM_BYTES]) {
            let code = TrackingCode::from_random(one);
            prop_assert_eq!(TrackingCode::parse(&code.to_string()), Some(code.clone()));
            prop_assert_eq!(one == other, code == TrackingCode::from_random(other));
            prop_assert_eq!(one == other, code.digest() == TrackingCode::from_random(other).digest());
        }
    }
}
