//! The doctor's question: do the rows of votes still make the tree that was published?

use std::cell::Cell;

use super::{entries, secret};
use crate::{
    domain::{
        category::CategoryCode,
        month::Month,
        vote_log::{Frontier, Hash, Pseudonym, TileAt, Tiles, WIDTH, root_of, tiles_for},
    },
    service::Error,
    storage::{self, Connection, vault::MasterKey, vote_logs::LogSecret},
};

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recheck {
    /// The log has no secret (any more), so that pseudonyms cannot be made again.
    WithoutSecret,
    /// Root and pseudonyms are the same.
    Same {
        /// Entries of the tree.
        size: i64,
        /// Of these, votes for candidates that have another category now than when the vote was cast.
        recategorized: u64,
    },
    /// The root is another.
    Differs {
        /// Entries of the tree.
        size: i64,
        /// The first entry whose rows do not make the stored leaf; none when a tile above the leaves is wrong.
        first: Option<u64>,
    },
}

/// How many entries are read at once.
const SLICE: u64 = 64 * WIDTH as u64;

/// Makes the tree of a log again from the rows of votes and invalidations and compares it with the stored one.
pub fn recheck(vault: &MasterKey, db: &mut Connection, cycle: Month) -> Result<Recheck, Error> {
    let state = storage::vote_logs::find(db, cycle)?;
    let Some(LogSecret::Wrapped(wrapped)) = state.map(|state| state.secret) else { return Ok(Recheck::WithoutSecret) };
    let key = secret::unwrap(vault, cycle, &wrapped)?;
    let tree = storage::vote_log_trees::find(db, cycle)?.map_or(0, |tree| tree.size);
    let categories: Vec<CategoryCode> = storage::categories::list(db)?.into_iter().map(|one| one.code).collect();
    let size = tree.cast_unsigned();
    let (mut frontier, mut first, recategorized) = (Frontier::default(), None, Cell::new(0));
    while frontier.size() < size {
        let range = frontier.size()..size.min(frontier.size() + SLICE);
        let tiles = storage::vote_log_tiles::find_all(db, cycle, &leaf_tiles(&range))?;
        let entries = entries::load(db, cycle, &range, |vote| {
            let name = key.pseudonym(vote.voter, &vote.category);
            let known = stored(&tiles, vote.sequence.cast_unsigned()).map_or(name, |(_, known)| known);
            // A candidate who was sent back may have another category since.
            if known != name && categories.iter().any(|category| key.pseudonym(vote.voter, category) == known) {
                recategorized.set(recategorized.get() + 1);
                return Ok(known);
            }
            Ok(name)
        });
        for entry in entries? {
            let leaf = entry.leaf_hash();
            if stored(&tiles, entry.sequence).is_none_or(|(hash, _)| hash != leaf) {
                first = first.or(Some(entry.sequence));
            }
            frontier.push(leaf);
        }
    }
    let tiles = storage::vote_log_tiles::find_all(db, cycle, &tiles_for(std::iter::once(0..size)))?;
    let is_same = first.is_none() && root_of(&tiles, size)? == frontier.root();
    let recategorized = recategorized.get();
    Ok(if is_same { Recheck::Same { size: tree, recategorized } } else { Recheck::Differs { size: tree, first } })
}

/// The tiles with the leaves of a range.
pub(super) fn leaf_tiles(range: &std::ops::Range<u64>) -> std::collections::BTreeSet<TileAt> {
    let width = WIDTH as u64;
    (range.start / width..range.end.div_ceil(width)).map(|position| TileAt { level: 0, position }).collect()
}

/// The stored hash and pseudonym of an entry.
pub(super) fn stored(tiles: &Tiles, sequence: u64) -> Option<(Hash, Pseudonym)> {
    let width = WIDTH as u64;
    let tile = tiles.get(&TileAt { level: 0, position: sequence / width })?;
    let offset = usize::try_from(sequence % width).ok()?;
    Some((*tile.hashes.get(offset)?, *tile.pseudonyms.get(offset)?))
}
