//! The mergers by which candidates were withdrawn, with what their undoing depends on.

use std::collections::BTreeMap;

use crate::{
    domain::{
        candidate::Candidate,
        id::{CandidateId, MergeId},
        merger::{Merger, Survivor},
    },
    service::{
        caller::{Account, Caller},
        error::Error,
    },
    storage::{self, Connection, merges::MergeRow},
};

/// The mergers that stand of those of the candidates that were merged, by a number of queries that does not grow with theirs.
pub(super) fn mergers(
    db: &mut Connection,
    caller: &Caller,
    candidates: &[Candidate],
) -> Result<BTreeMap<CandidateId, Merger>, Error> {
    let ids: Vec<CandidateId> = candidates.iter().map(|candidate| candidate.id).collect();
    let rows = storage::merges::standing_of(db, &ids)?;
    if rows.is_empty() {
        return Ok(BTreeMap::new());
    }
    let survivors = survivors(db, caller.account.as_ref(), rows.values())?;
    let stored: Vec<MergeId> = rows.values().map(|row| row.id).collect();
    let lost = storage::merges::with_lost_photos(db, &stored)?;
    let found = rows.into_values().filter_map(|row| {
        let merger = Merger {
            survivor: survivors.get(&row.survivor_id).copied()?,
            former_status: row.former_status,
            former_since: row.former_since.0,
            has_lost_photos: lost.contains(&row.id),
        };
        Some((row.candidate_id, merger))
    });
    Ok(found.collect())
}

fn survivors<'a>(
    db: &mut Connection,
    account: Option<&Account>,
    rows: impl Iterator<Item = &'a MergeRow>,
) -> Result<BTreeMap<CandidateId, Survivor>, Error> {
    let ids: Vec<CandidateId> = rows.map(|row| row.survivor_id).collect();
    let candidates = storage::candidates::list_of(db, &ids)?;
    let further = storage::merges::standing_of(db, &ids)?;
    let numbers: Vec<i64> = candidates.iter().map(|candidate| candidate.number).collect();
    let voted = storage::tallies::voted_among(db, &numbers)?;
    let survivors = candidates.into_iter().map(|candidate| {
        let survivor = Survivor {
            id: candidate.id,
            status: candidate.status,
            merged_into: further.get(&candidate.id).map(|row| row.survivor_id),
            has_votes: voted.contains(&candidate.number),
            is_inside: account.is_some_and(|account| account.scope.covers(candidate.district_id, candidate.unit_id)),
        };
        (candidate.id, survivor)
    });
    Ok(survivors.collect())
}
