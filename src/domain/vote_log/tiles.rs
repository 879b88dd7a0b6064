//! The tree as it is stored: tiles of 256 hashes, as C2SP's tlog-tiles cuts them. A tile of level 0 holds leaves; a tile
//! of level L holds the roots of whole subtrees of 256 to the power of L leaves. The last tile of a level may be narrower.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    merkle::{Hash, Range, empty_root, node_hash, split},
    pseudonym::Pseudonym,
};

/// Hashes of a full tile.
pub const WIDTH: usize = 256;
/// Levels of the tree in one tile.
const HEIGHT: u32 = 8;

/// Which tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileAt {
    /// 0 for leaves.
    pub level: u8,
    /// Counted from the left.
    pub position: u64,
}

/// What a tile holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tile {
    /// At most [`WIDTH`].
    pub hashes: Vec<Hash>,
    /// At level 0 the pseudonym of each entry, so that entries can be shown after the cycle's secret is gone.
    pub pseudonyms: Vec<Pseudonym>,
}

/// Tiles that were read.
pub type Tiles = BTreeMap<TileAt, Tile>;

/// A tile that the tree must have is not there, or too narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tile {} of level {} is not stored as wide as the tree says", .0.position, .0.level)]
pub struct TileMissing(pub TileAt);

/// The tiles at the right edge of a tree that are not full, with their widths.
#[must_use]
pub fn edge_of(size: u64) -> Vec<(TileAt, usize)> {
    let levels = (0_u8..8).map(|level| (level, size >> (HEIGHT * u32::from(level))));
    let edge = levels.take_while(|(_, hashes)| *hashes > 0).filter_map(|(level, hashes)| {
        let width = usize::try_from(hashes % WIDTH as u64).unwrap_or(0);
        (width > 0).then_some((TileAt { level, position: hashes / WIDTH as u64 }, width))
    });
    edge.collect()
}

/// A tree to which leaves are added; keeps the tiles of its right edge only.
#[derive(Clone, Debug)]
pub struct GrowingTree {
    size: u64,
    tiles: Tiles,
    changed: BTreeSet<TileAt>,
}

impl GrowingTree {
    /// Goes on from a tree of so many leaves; `stored` has at least the tiles of [`edge_of`].
    pub fn new(size: u64, mut stored: Tiles) -> Result<Self, TileMissing> {
        let mut tiles = Tiles::new();
        for (at, width) in edge_of(size) {
            let mut tile = stored.remove(&at).filter(|tile| tile.hashes.len() >= width).ok_or(TileMissing(at))?;
            if at.level == 0 && tile.pseudonyms.len() < width {
                return Err(TileMissing(at));
            }
            tile.hashes.truncate(width);
            tile.pseudonyms.truncate(width);
            tiles.insert(at, tile);
        }
        Ok(Self { size, tiles, changed: BTreeSet::new() })
    }

    /// How many leaves there are.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf with the pseudonym beside it.
    pub fn push(&mut self, leaf: Hash, pseudonym: Pseudonym) {
        let (mut hash, mut index) = (leaf, self.size);
        for level in 0_u8..8 {
            let at = TileAt { level, position: index / WIDTH as u64 };
            let tile = self.tiles.entry(at).or_default();
            tile.hashes.push(hash);
            if level == 0 {
                tile.pseudonyms.push(pseudonym);
            }
            self.changed.insert(at);
            if tile.hashes.len() < WIDTH {
                break;
            }
            hash = fold(&tile.hashes);
            index = at.position;
        }
        self.size += 1;
    }

    /// The tiles that were begun or grew, and how many leaves the tree has now.
    #[must_use]
    pub fn into_changed(self) -> (u64, Tiles) {
        let Self { size, tiles, changed } = self;
        (size, tiles.into_iter().filter(|(at, _)| changed.contains(at)).collect())
    }
}

/// The root of a whole subtree from the hashes below it, whose number is a power of two.
fn fold(hashes: &[Hash]) -> Hash {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row.chunks(2).map(pair_hash).collect();
    }
    row.first().copied().unwrap_or_else(empty_root)
}

fn pair_hash(pair: &[Hash]) -> Hash {
    match pair {
        [left, right] => node_hash(left, right),
        [alone] => *alone,
        _ => empty_root(),
    }
}

/// The tiles from which the hashes of some ranges are made.
#[must_use]
pub fn tiles_for(ranges: impl IntoIterator<Item = Range>) -> BTreeSet<TileAt> {
    let mut needed = BTreeSet::new();
    let mut open: Vec<Range> = ranges.into_iter().collect();
    while let Some(range) = open.pop() {
        match parts(&range) {
            Parts::Nothing => {}
            Parts::Node { at, .. } => drop(needed.insert(at)),
            Parts::Both(left, right) => open.extend([left, right]),
        }
    }
    needed
}

/// The hash of a range of leaves as it occurs in a proof, or of a whole tree, from the tiles of [`tiles_for`].
pub fn range_hash(tiles: &Tiles, range: &Range) -> Result<Hash, TileMissing> {
    match parts(range) {
        Parts::Nothing => Ok(empty_root()),
        Parts::Node { at, offset, hashes } => {
            let tile = tiles.get(&at).ok_or(TileMissing(at))?;
            tile.hashes.get(offset..offset + hashes).map(fold).ok_or(TileMissing(at))
        }
        Parts::Both(left, right) => Ok(node_hash(&range_hash(tiles, &left)?, &range_hash(tiles, &right)?)),
    }
}

/// The root of the tree of the first `size` leaves, from the tiles of [`tiles_for`] with `0..size`.
pub fn root_of(tiles: &Tiles, size: u64) -> Result<Hash, TileMissing> {
    range_hash(tiles, &(0..size))
}

enum Parts {
    Nothing,
    /// A whole subtree: so many hashes of one tile.
    Node {
        at: TileAt,
        offset: usize,
        hashes: usize,
    },
    Both(Range, Range),
}

fn parts(range: &Range) -> Parts {
    let leaves = range.end.saturating_sub(range.start);
    if leaves == 0 {
        return Parts::Nothing;
    }
    if !leaves.is_power_of_two() || !range.start.is_multiple_of(leaves) {
        let middle = range.start + split(leaves.max(2));
        return Parts::Both(range.start..middle, middle..range.end);
    }
    let levels = leaves.trailing_zeros();
    let level = levels / HEIGHT;
    let first = range.start >> (HEIGHT * level);
    let (width, offset) = (WIDTH as u64, first % WIDTH as u64);
    Parts::Node {
        at: TileAt { level: u8::try_from(level).unwrap_or(u8::MAX), position: first / width },
        offset: usize::try_from(offset).unwrap_or(0),
        hashes: 1 << (levels % HEIGHT),
    }
}

#[cfg(test)]
mod tests;
