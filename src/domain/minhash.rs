//! `MinHash` signatures of texts, and the bands by which similar ones are found without comparing all.
//!
//! A signature has [`VALUES`] numbers. Each is equal in two signatures with the probability of the texts' Jaccard measure
//! `j`, so the part of equal numbers estimates it. The numbers are taken together in bands of [`BAND_VALUES`]; two texts are
//! looked at when a band of both is equal, which happens with the probability `1 - (1 - j^rows)^bands`:
//!
//! | bands of rows | j = 0.03 (strangers) | 0.30 | 0.50 | 0.574 (10 % edited) | 0.70 | 1 |
//! | --- | --- | --- | --- | --- | --- | --- |
//! | 32 of 4 (chosen) | 0.003 % | 22.9 % | 87.3 % | 97.5 % | 99.98 % | 100 % |
//! | 42 of 3 | 0.11 % | 68.4 % | 99.6 % | 99.99 % | 100 % | 100 % |
//! | 25 of 5 | 0.00006 % | 5.9 % | 54.8 % | 80.0 % | 99.0 % | 100 % |
//!
//! A copy with 10 % of its characters changed keeps `0.9³` of its 3-grams, so `j = 0.729 / (2 - 0.729) = 0.574`. Bands of
//! three would find a few copies more and forty times as many strangers to be compared in vain.
//!
//! One hash function is enough (one permutation, Li, Owen and Zhang 2012): the grams are dealt into [`VALUES`] bins, of each
//! the smallest hash counts, and an empty bin of a short text borrows from another one in an order that is the same for every
//! text (Shrivastava 2017). That costs one hash a gram instead of 128. All numbers below are part of the stored form: who
//! changes one must empty `deed_bands` in a migration and have it filled again.

use super::shingle::Grams;

/// Numbers in a signature.
pub const VALUES: usize = 128;
/// Numbers in a band.
pub const BAND_VALUES: usize = 4;
/// Bands of a signature.
pub const BANDS: usize = VALUES / BAND_VALUES;

/// Bits of a hash that choose the bin: 2⁷ = 128.
const BIN_BITS: u32 = VALUES.trailing_zeros();
/// Starts the hash of a gram. Its digits are those of the golden ratio, for want of a reason for others.
const GRAM_SEED: u64 = 0x9E37_79B9_7F4A_7C15;
/// Starts the order in which empty bins borrow.
const BORROW_SEED: u64 = 0xD1B5_4A32_D192_ED03;
/// Starts the hash of a band.
const BAND_SEED: u64 = 0x8CB9_2BA7_2F3D_8DD7;

/// The numbers by which texts are compared without their grams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature([u32; VALUES]);

/// A band of a signature: equal in two texts when all its numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Band {
    /// Which of the [`BANDS`].
    pub number: i16,
    /// Hash of its numbers.
    pub hash: i64,
}

impl Signature {
    /// The signature of a text; none for a text without grams.
    #[must_use]
    pub fn of(grams: &Grams) -> Option<Self> {
        let mut bins = [None; VALUES];
        for gram in grams.as_slice() {
            let hash = mixed(gram ^ GRAM_SEED);
            let value = low(hash);
            if let Some(bin) = bins.get_mut(bin_of(hash)) {
                *bin = Some(bin.map_or(value, |least: u32| least.min(value)));
            }
        }
        if bins.iter().all(Option::is_none) {
            return None;
        }
        let mut values = [0; VALUES];
        for ((at, value), bin) in (0_u64..).zip(&mut values).zip(&bins) {
            *value = bin.or_else(|| borrowed(&bins, at))?;
        }
        Some(Self(values))
    }

    /// About the texts' Jaccard measure: the part of equal numbers.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "at most 128")]
    pub fn estimate(&self, other: &Self) -> f64 {
        let equal = self.0.iter().zip(&other.0).filter(|(one, another)| one == another).count();
        equal as f64 / VALUES as f64
    }

    /// The bands by which it is stored and looked for.
    #[must_use]
    pub fn bands(&self) -> Vec<Band> {
        let numbered = (0_i16..).zip(self.0.chunks(BAND_VALUES));
        numbered.map(|(number, values)| Band { number, hash: band_hash(values) }).collect()
    }
}

/// The bands of a text; none where nothing of it can be compared.
#[must_use]
pub fn bands_of(text: &str) -> Vec<Band> {
    Signature::of(&Grams::of(text)).map(|signature| signature.bands()).unwrap_or_default()
}

/// What an empty bin borrows: the value of the first full bin in its own order of bins.
fn borrowed(bins: &[Option<u32>; VALUES], at: u64) -> Option<u32> {
    // Of 128 bins at least one is full: 10,000 tries miss it once in 10³⁴, and then the first full one will do.
    let order = (0..10_000_u64).map(|attempt| bin_of(mixed(BORROW_SEED ^ (at << 32) ^ attempt)));
    let mut full = order.filter_map(|bin| bins.get(bin).copied().flatten());
    full.next().or_else(|| bins.iter().copied().flatten().next())
}

fn band_hash(values: &[u32]) -> i64 {
    values.iter().fold(BAND_SEED, |hash, value| mixed(hash ^ u64::from(*value))).cast_signed()
}

/// The bits of a hash that choose the bin.
fn bin_of(hash: u64) -> usize {
    usize::try_from(hash >> (u64::BITS - BIN_BITS)).unwrap_or(0)
}

/// The bits of a hash that are compared: others than those that chose the bin.
fn low(hash: u64) -> u32 {
    u32::try_from(hash & u64::from(u32::MAX)).unwrap_or(0)
}

/// Stirs all bits into each other (the finalizer of `SplitMix64`): different for different inputs.
const fn mixed(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests;
