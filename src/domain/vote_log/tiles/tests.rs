use ct_merkle::{ConsistencyProof, InclusionProof, mem_backed_tree::MemoryBackedTree};
use proptest::prelude::*;
use sha2::Sha256;

use super::*;
use crate::domain::vote_log::{Frontier, consistency, inclusion, leaf_hash};

fn leaf(number: u64) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

fn pseudonym(number: u64) -> Pseudonym {
    Pseudonym(u128::from(number).to_be_bytes())
}

/// Grows a tree in slices, as the job does: each begins with what was stored and stores what changed.
fn stored(slices: impl IntoIterator<Item = u64>) -> (u64, Tiles) {
    let (mut size, mut store) = (0, Tiles::new());
    for slice in slices {
        let edge: Tiles = edge_of(size).into_iter().map(|(at, _)| (at, store[&at].clone())).collect();
        let mut tree = GrowingTree::new(size, edge).unwrap();
        for number in size..size + slice {
            tree.push(leaf_hash(&leaf(number)), pseudonym(number));
        }
        let (grown, changed) = tree.into_changed();
        size = grown;
        store.extend(changed);
    }
    (size, store)
}

/// Only the tiles that are said to be needed.
fn needed(store: &Tiles, ranges: &[Range]) -> Tiles {
    tiles_for(ranges.iter().cloned()).into_iter().map(|at| (at, store[&at].clone())).collect()
}

fn hashes(store: &Tiles, ranges: &[Range]) -> Vec<u8> {
    let tiles = needed(store, ranges);
    ranges.iter().flat_map(|range| range_hash(&tiles, range).unwrap()).collect()
}

#[test]
fn tiles_are_cut_as_tlog_tiles_cuts_them() {
    let (_, store) = stored([70_000]);
    let widths = |level| -> Vec<usize> {
        store.iter().filter(|(at, _)| at.level == level).map(|(_, tile)| tile.hashes.len()).collect()
    };
    // The example of the specification: 273 full tiles and one of 112; one full and one of 17; one of 1.
    assert_eq!((widths(0).len(), widths(0).last()), (274, Some(&112)));
    assert_eq!(widths(1), [256, 17]);
    assert_eq!(widths(2), [1]);
    assert!(widths(3).is_empty());
    assert_eq!(
        edge_of(70_000).into_iter().map(|(at, width)| (at.level, at.position, width)).collect::<Vec<_>>(),
        [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    );
    assert_eq!(store[&TileAt { level: 0, position: 273 }].pseudonyms[111], pseudonym(69_999));
}

#[test]
fn a_tile_that_is_gone_or_too_narrow_is_noticed() {
    let (size, store) = stored([300]);
    let at = TileAt { level: 0, position: 1 };
    let mut gone = store.clone();
    gone.remove(&at);
    assert_eq!(GrowingTree::new(size, gone.clone()).unwrap_err(), TileMissing(at));
    assert_eq!(root_of(&gone, size), Err(TileMissing(at)));
    let mut narrow = store;
    narrow.get_mut(&at).unwrap().hashes.pop();
    assert_eq!(GrowingTree::new(size, narrow.clone()).unwrap_err(), TileMissing(at));
    assert_eq!(root_of(&narrow, size), Err(TileMissing(at)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn roots_and_proofs_from_tiles_hold_for_another_implementation(
        slices in prop::collection::vec(1_u64..700, 1..5), one: prop::sample::Index, other: prop::sample::Index,
    ) {
        let (size, store) = stored(slices);
        let total = usize::try_from(size).unwrap();
        let (mut tree, mut earlier) =
            (MemoryBackedTree::<Sha256, Vec<u8>>::new(), MemoryBackedTree::<Sha256, Vec<u8>>::new());
        let (leaf_at, from) = (one.index(total) as u64, other.index(total) as u64 + 1);
        let mut frontier = Frontier::default();
        for number in 0..size {
            tree.push(leaf(number));
            frontier.push(leaf_hash(&leaf(number)));
            if number < from {
                earlier.push(leaf(number));
            }
        }
        let (root, earlier) = (tree.root(), earlier.root());
        prop_assert_eq!(root_of(&needed(&store, std::slice::from_ref(&(0..size))), size).unwrap(), frontier.root());
        prop_assert_eq!(&frontier.root()[..], &root.as_bytes()[..]);
        // An older head, from tiles that have grown since.
        prop_assert_eq!(&root_of(&needed(&store, std::slice::from_ref(&(0..from))), from).unwrap()[..], &earlier.as_bytes()[..]);

        let proof = hashes(&store, &inclusion(leaf_at, size).unwrap());
        let proof = InclusionProof::<Sha256>::try_from_bytes(proof).unwrap();
        prop_assert!(root.verify_inclusion(&leaf(leaf_at), leaf_at, &proof).is_ok());

        if from < size {
            let proof = hashes(&store, &consistency(from, size).unwrap());
            let proof = ConsistencyProof::<Sha256>::try_from_bytes(proof).unwrap();
            prop_assert!(root.verify_consistency(&earlier, &proof).is_ok());
        }
    }
}
