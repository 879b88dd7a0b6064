//! Tiles of the trees over the logs.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use super::{Connection, StoreError, schema::vote_log_tiles};
use crate::domain::{
    month::Month,
    vote_log::{Hash, Pseudonym, Tile, TileAt, Tiles},
};

/// Reads tiles. Those that are not there are left out: whoever computes with them notices.
pub fn find_all(connection: &mut Connection, cycle: Month, wanted: &BTreeSet<TileAt>) -> Result<Tiles, StoreError> {
    let mut by_level: BTreeMap<u8, Vec<i64>> = BTreeMap::new();
    for at in wanted {
        by_level.entry(at.level).or_default().push(at.position.cast_signed());
    }
    let mut tiles = Tiles::new();
    for (level, positions) in by_level {
        let rows: Vec<(i64, Vec<u8>, Vec<u8>)> = vote_log_tiles::table
            .filter(vote_log_tiles::cycle.eq(cycle))
            .filter(vote_log_tiles::level.eq(i16::from(level)))
            .filter(vote_log_tiles::position.eq_any(positions))
            .select((vote_log_tiles::position, vote_log_tiles::hashes, vote_log_tiles::pseudonyms))
            .load(connection)?;
        for (position, hashes, pseudonyms) in rows {
            let at = TileAt { level, position: position.cast_unsigned() };
            tiles.insert(at, Tile { hashes: chunks(&hashes), pseudonyms: names(&pseudonyms) });
        }
    }
    Ok(tiles)
}

fn chunks(bytes: &[u8]) -> Vec<Hash> {
    bytes.as_chunks().0.to_vec()
}

fn names(bytes: &[u8]) -> Vec<Pseudonym> {
    bytes.as_chunks().0.iter().copied().map(Pseudonym).collect()
}

/// Writes tiles; those that were there, narrower, are replaced.
pub fn replace_all(connection: &mut Connection, cycle: Month, tiles: &Tiles) -> Result<(), StoreError> {
    for (at, tile) in tiles {
        let hashes = tile.hashes.concat();
        let pseudonyms: Vec<u8> = tile.pseudonyms.iter().flat_map(|pseudonym| pseudonym.0).collect();
        on_either!(connection, inner => diesel::insert_into(vote_log_tiles::table)
            .values((
                vote_log_tiles::cycle.eq(cycle),
                vote_log_tiles::level.eq(i16::from(at.level)),
                vote_log_tiles::position.eq(at.position.cast_signed()),
                vote_log_tiles::hashes.eq(&hashes),
                vote_log_tiles::pseudonyms.eq(&pseudonyms),
            ))
            .on_conflict((vote_log_tiles::cycle, vote_log_tiles::level, vote_log_tiles::position))
            .do_update()
            .set((vote_log_tiles::hashes.eq(&hashes), vote_log_tiles::pseudonyms.eq(&pseudonyms)))
            .execute(inner)?);
    }
    Ok(())
}
