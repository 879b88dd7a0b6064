//! Merkle trees as RFC 6962 has them: hashes, which ranges a proof consists of, and a root that is kept up as leaves come.

use sha2::{Digest as _, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The leaves from one up to, and without, another.
pub type Range = std::ops::Range<u64>;

/// The hash of a leaf: SHA-256 of a zero byte and its content.
#[must_use]
pub fn leaf_hash(content: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(content).finalize().into()
}

/// The hash of an inner node: SHA-256 of a byte of one and both children.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of a tree without leaves.
#[must_use]
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The largest power of two below a number above 1: where a tree of so many leaves is parted.
pub(super) const fn split(leaves: u64) -> u64 {
    1 << (u64::BITS - 1 - (leaves - 1).leading_zeros())
}

/// The ranges whose hashes prove that a leaf is in the tree of `size` leaves, from the leaf upwards (RFC 6962, 2.1.1);
/// none when it is not.
#[must_use]
pub fn inclusion(leaf: u64, size: u64) -> Option<Vec<Range>> {
    if leaf >= size {
        return None;
    }
    let (mut within, mut proof) = (0..size, Vec::new());
    while within.end - within.start > 1 {
        let middle = within.start + split(within.end - within.start);
        if leaf < middle {
            proof.push(middle..within.end);
            within.end = middle;
        } else {
            proof.push(within.start..middle);
            within.start = middle;
        }
    }
    proof.reverse();
    Some(proof)
}

/// The ranges whose hashes prove that the tree of `to` leaves begins with that of `from` (RFC 6962, 2.1.2); none when it
/// cannot. For an empty tree and for the same size nothing is to be proved.
#[must_use]
pub fn consistency(from: u64, to: u64) -> Option<Vec<Range>> {
    if from > to {
        return None;
    }
    if from == 0 || from == to {
        return Some(Vec::new());
    }
    let (mut within, mut proof) = (0..to, Vec::new());
    // Ends where the smaller tree is a whole subtree of the larger one.
    while within.end != from {
        let middle = within.start + split(within.end - within.start);
        if from <= middle {
            proof.push(middle..within.end);
            within.end = middle;
        } else {
            proof.push(within.start..middle);
            within.start = middle;
        }
    }
    // The verifier knows that subtree when it is the smaller tree itself.
    if within.start != 0 {
        proof.push(within);
    }
    proof.reverse();
    Some(proof)
}

/// The root of a growing tree in a few hashes: one for each whole subtree, the largest first.
#[derive(Clone, Debug, Default)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<Hash>,
}

impl Frontier {
    /// How many leaves there are.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        // Each one bit at the end of the size is a subtree that becomes whole.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.subtrees.push(hash);
        self.size += 1;
    }

    /// The root of what there is.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut from_the_right = self.subtrees.iter().rev();
        let Some(last) = from_the_right.next() else { return empty_root() };
        from_the_right.fold(*last, |right, left| node_hash(left, &right))
    }
}

#[cfg(test)]
mod tests;
