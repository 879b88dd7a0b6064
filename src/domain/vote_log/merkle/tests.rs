use ct_merkle::{indices_for_consistency_proof, mem_backed_tree::MemoryBackedTree};
use proptest::prelude::*;

use super::*;

/// The leaves and roots with which Certificate Transparency's implementations are tested.
const LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

#[test]
fn roots_are_those_of_certificate_transparency() {
    let mut frontier = Frontier::default();
    assert_eq!(hex::encode(frontier.root()), ROOTS[0]);
    for (leaf, root) in LEAVES.iter().zip(&ROOTS[1..]) {
        frontier.push(leaf_hash(&hex::decode(leaf).unwrap()));
        assert_eq!(hex::encode(frontier.root()), *root);
    }
    assert_eq!(frontier.size(), 8);
}

/// Of the worked examples in RFC 6962, 2.1.3: seven leaves.
#[test]
fn proofs_consist_of_the_ranges_of_the_rfc() {
    assert_eq!(inclusion(0, 7), Some(vec![1..2, 2..4, 4..7]));
    assert_eq!(inclusion(3, 7), Some(vec![2..3, 0..2, 4..7]));
    assert_eq!(inclusion(4, 7), Some(vec![5..6, 6..7, 0..4]));
    assert_eq!(inclusion(6, 7), Some(vec![4..6, 0..4]));
    assert_eq!(consistency(3, 7), Some(vec![2..3, 3..4, 0..2, 4..7]));
    assert_eq!(consistency(4, 7).as_deref(), Some(std::slice::from_ref(&(4..7))));
    assert_eq!(consistency(6, 7), Some(vec![4..6, 6..7, 0..4]));
    assert_eq!(inclusion(7, 7), None);
    assert_eq!(inclusion(0, 0), None);
    assert_eq!(inclusion(0, 1), Some(vec![]));
    assert_eq!(consistency(8, 7), None);
    assert_eq!(consistency(0, 7), Some(vec![]));
    assert_eq!(consistency(7, 7), Some(vec![]));
}

proptest! {
    #[test]
    fn roots_agree_with_another_implementation(leaves in prop::collection::vec(any::<[u8; 4]>(), 0..300)) {
        let (mut frontier, mut other) = (Frontier::default(), MemoryBackedTree::<Sha256, Vec<u8>>::new());
        for leaf in leaves {
            frontier.push(leaf_hash(&leaf));
            other.push(leaf.to_vec());
        }
        let root = other.root();
        prop_assert_eq!(&frontier.root()[..], &root.as_bytes()[..]);
    }

    #[test]
    fn a_consistency_proof_has_as_many_hashes_as_another_implementation_says(from in 1_u64..5000, more in 1_u64..5000) {
        let ours = consistency(from, from + more).unwrap();
        let theirs = indices_for_consistency_proof(from, more);
        prop_assert_eq!(ours.len(), theirs.len());
    }
}
