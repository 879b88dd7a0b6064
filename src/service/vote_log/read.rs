//! What the public reads of a log. Nothing is shown beyond the last signed head.

use chrono::{DateTime, Utc};

use super::{
    entries,
    recheck::{leaf_tiles, stored},
};
use crate::{
    domain::{
        cycle::Cycle,
        fault::{Code, Fault},
        month::Month,
        policy::ResultSource,
        tally,
        vote_log::{self, Hash, Range, Tiles, range_hash, tiles_for},
    },
    service::{Caller, Error, Service, cycles, votes},
    storage::{self, Connection, vote_log_heads::HeadRow, vote_logs::LogSecret},
};

/// Most entries of one answer.
pub const MAX_ENTRIES: u64 = 4096;

/// The signed head of a log with all that belongs to it.
#[derive(Clone, Debug)]
pub struct Head {
    /// The head in use.
    pub current: HeadRow,
    /// The last heads of earlier origins, in their order.
    pub earlier: Vec<HeadRow>,
    /// When the secret of the pseudonyms was destroyed, if it was.
    pub secret_destroyed_at: Option<DateTime<Utc>>,
    /// Whether everybody may read the entries now.
    pub entries_public: bool,
}

/// Entries of a log.
#[derive(Clone, Debug)]
pub struct Entries {
    /// One line for each, all of them ended.
    pub lines: String,
    /// The number of the first entry after these, when the head covers more of what was asked.
    pub next: Option<u64>,
    /// Whether everybody may read them now.
    pub is_public: bool,
}

/// That an entry is in the tree.
#[derive(Clone, Debug)]
pub struct Inclusion {
    /// The hash of the entry's leaf.
    pub leaf_hash: Hash,
    /// Entries of the tree.
    pub size: u64,
    /// The tree's root.
    pub root: Hash,
    /// From the leaf upwards.
    pub hashes: Vec<Hash>,
}

/// That a tree goes on from an earlier one.
#[derive(Clone, Debug)]
pub struct Consistency {
    /// The root of the smaller tree.
    pub from_root: Hash,
    /// Entries of the larger tree.
    pub to: u64,
    /// The root of the larger tree.
    pub to_root: Hash,
    /// As RFC 6962 orders them.
    pub hashes: Vec<Hash>,
}

/// Reads the signed head of a cycle's log; 404 while none was signed, 409 where the vote is held elsewhere.
pub async fn get_head(service: &Service, month: Month) -> Result<Head, Error> {
    cycles::ensure_exist(service).await?;
    let now = service.clocks.campaign();
    service
        .store
        .read(move |db| {
            let cycle = local_cycle(db, month)?;
            let (current, earlier) = heads_of(db, month)?;
            let secret_destroyed_at = match storage::vote_logs::find(db, month)?.map(|log| log.secret) {
                Some(LogSecret::Destroyed(at)) => Some(at),
                Some(LogSecret::None | LogSecret::Wrapped(_)) | None => None,
            };
            Ok(Head { current, earlier, secret_destroyed_at, entries_public: is_public(&cycle, now) })
        })
        .await
}

/// Lists the entries from one number up to, and without, another, at most `limit`; 403 while they are hidden from the
/// caller, 404 `beyond_head` where the head does not reach.
pub async fn list_entries(
    service: &Service,
    caller: &Caller,
    month: Month,
    (from, to): (u64, Option<u64>),
    limit: u64,
) -> Result<Entries, Error> {
    cycles::ensure_exist(service).await?;
    let (now, role) = (service.clocks.campaign(), caller.role());
    service
        .store
        .read(move |db| {
            let cycle = local_cycle(db, month)?;
            let closes_at = cycle.windows.voting.closes_at;
            if !tally::is_visible(cycle.policy.results_visibility, role, closes_at, now) {
                return Err(Error::of(Code::ResultsNotPublic));
            }
            let size = signed_size(db, month)?;
            let wanted = to.unwrap_or(size);
            within(from.max(wanted), size)?;
            let range = from..wanted.min(from.saturating_add(limit.min(MAX_ENTRIES))).max(from);
            let next = (range.end < wanted).then_some(range.end);
            Ok(Entries { lines: lines(db, month, &range)?, next, is_public: is_public(&cycle, now) })
        })
        .await
}

/// Proves that an entry is in the tree of `size` entries, or in that of the last head.
pub async fn get_inclusion(
    service: &Service,
    month: Month,
    sequence: u64,
    size: Option<u64>,
) -> Result<Inclusion, Error> {
    service
        .store
        .read(move |db| {
            local_cycle(db, month)?;
            let signed = signed_size(db, month)?;
            let size = size.unwrap_or(signed);
            within(size, signed)?;
            let ranges = vote_log::inclusion(sequence, size).ok_or_else(|| beyond(size))?;
            let leaf = sequence..sequence + 1;
            let tiles = tiles_of(db, month, ranges.iter().cloned().chain([leaf.clone(), 0..size]))?;
            Ok(Inclusion {
                leaf_hash: range_hash(&tiles, &leaf)?,
                size,
                root: range_hash(&tiles, &(0..size))?,
                hashes: hashes(&tiles, &ranges)?,
            })
        })
        .await
}

/// Proves that the tree of `to` entries, or that of the last head, goes on from the tree of `from` entries.
pub async fn get_consistency(
    service: &Service,
    month: Month,
    from: u64,
    to: Option<u64>,
) -> Result<Consistency, Error> {
    service
        .store
        .read(move |db| {
            local_cycle(db, month)?;
            let signed = signed_size(db, month)?;
            let to = to.unwrap_or(signed);
            within(to, signed)?;
            let ranges = vote_log::consistency(from, to).ok_or_else(|| beyond(to))?;
            let tiles = tiles_of(db, month, ranges.iter().cloned().chain([0..from, 0..to]))?;
            Ok(Consistency {
                from_root: range_hash(&tiles, &(0..from))?,
                to,
                to_root: range_hash(&tiles, &(0..to))?,
                hashes: hashes(&tiles, &ranges)?,
            })
        })
        .await
}

fn is_public(cycle: &Cycle, now: DateTime<Utc>) -> bool {
    tally::is_public(cycle.policy.results_visibility, cycle.windows.voting.closes_at, now)
}

fn local_cycle(db: &mut Connection, month: Month) -> Result<Cycle, Error> {
    let cycle = storage::cycles::find(db, month)?.ok_or_else(Error::not_found)?;
    match cycle.policy.result_source {
        ResultSource::Local => Ok(cycle),
        ResultSource::Portal => Err(Error::fault(votes::elsewhere(&cycle))),
    }
}

/// The head in use, and the last ones of earlier origins.
fn heads_of(db: &mut Connection, month: Month) -> Result<(HeadRow, Vec<HeadRow>), Error> {
    let mut heads = storage::vote_log_heads::list(db, month)?;
    let current = heads.pop().ok_or_else(Error::not_found)?;
    Ok((current, heads))
}

fn signed_size(db: &mut Connection, month: Month) -> Result<u64, Error> {
    Ok(heads_of(db, month)?.0.size.cast_unsigned())
}

fn within(asked: u64, size: u64) -> Result<(), Error> {
    if asked <= size { Ok(()) } else { Err(beyond(size)) }
}

fn beyond(size: u64) -> Error {
    Error::fault(Fault::of(Code::BeyondHead).with("size", size))
}

fn tiles_of(db: &mut Connection, month: Month, ranges: impl Iterator<Item = Range>) -> Result<Tiles, Error> {
    Ok(storage::vote_log_tiles::find_all(db, month, &tiles_for(ranges))?)
}

fn hashes(tiles: &Tiles, ranges: &[Range]) -> Result<Vec<Hash>, Error> {
    Ok(ranges.iter().map(|range| range_hash(tiles, range)).collect::<Result<_, _>>()?)
}

/// Rendered from the rows and the stored pseudonyms, which outlive the secret.
fn lines(db: &mut Connection, month: Month, range: &Range) -> Result<String, Error> {
    let tiles = storage::vote_log_tiles::find_all(db, month, &leaf_tiles(range))?;
    let missing = |sequence| Error::Internal(format!("entry {sequence} of the vote log of {month} has no pseudonym"));
    let entries = entries::load(db, month, range, |vote| {
        let known = stored(&tiles, vote.sequence.cast_unsigned());
        known.map(|(_, pseudonym)| pseudonym).ok_or_else(|| missing(vote.sequence))
    })?;
    Ok(entries.iter().flat_map(|entry| [entry.line(), "\n".to_owned()]).collect())
}
