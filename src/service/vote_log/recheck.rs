//! The doctor's question: do the rows of votes still make the tree that was published?

use super::{entries, secret};
use crate::{
    domain::{
        month::Month,
        vote_log::{Event, Frontier, Hash, Pseudonym, TileAt, Tiles, WIDTH, root_of, tiles_for},
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
        /// Of these, votes for candidates that have another category now; they were checked with the stored pseudonym.
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
    let Some(tree) = storage::vote_log_trees::find(db, cycle)? else {
        return Ok(Recheck::Same { size: 0, recategorized: 0 });
    };
    let size = tree.size.cast_unsigned();
    let (mut frontier, mut first, mut recategorized) = (Frontier::default(), None, 0);
    while frontier.size() < size {
        let range = frontier.size()..size.min(frontier.size() + SLICE);
        let tiles = storage::vote_log_tiles::find_all(db, cycle, &leaf_tiles(&range))?;
        for mut entry in entries::load(db, cycle, &range, |vote| Ok(key.pseudonym(vote.voter, &vote.category)))? {
            let sequence = entry.sequence;
            let mut leaf = entry.leaf_hash();
            let stored = stored(&tiles, sequence);
            if stored.is_none_or(|(hash, _)| hash != leaf) {
                if let (Event::Vote { voter, .. }, Some((_, pseudonym))) = (&mut entry.event, stored) {
                    *voter = pseudonym;
                    leaf = entry.leaf_hash();
                }
                if stored.is_some_and(|(hash, _)| hash == leaf) {
                    recategorized += 1;
                } else {
                    first = first.or(Some(sequence));
                }
            }
            frontier.push(leaf);
        }
    }
    let tiles = storage::vote_log_tiles::find_all(db, cycle, &tiles_for([0..size]))?;
    let is_same = first.is_none() && root_of(&tiles, size)? == frontier.root();
    Ok(if is_same {
        Recheck::Same { size: tree.size, recategorized }
    } else {
        Recheck::Differs { size: tree.size, first }
    })
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
