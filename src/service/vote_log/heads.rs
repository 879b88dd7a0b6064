//! Signing heads. Before each, the last published one is asked for from outside the database: nothing is signed that
//! contradicts it.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

use super::kept;
use crate::{
    domain::{
        month::Month,
        vote_log::{Checkpoint, EndedBecause, Hash, Present, VerifierKey, must_end, root_of, tiles_for},
    },
    service::{Error, Service},
    storage::{self, Connection, vote_log_heads::HeadRow, vote_log_trees::TreeState},
};

/// While voting is open a head is signed at least so often; the job looks once a second.
const HEAD_EVERY: TimeDelta = TimeDelta::seconds(55);

/// A head to be signed.
struct Plan {
    /// The state of the tree that it holds for, and that in which it leaves the tree.
    states: (TreeState, TreeState),
    /// The last heads of earlier origins.
    earlier: Vec<HeadRow>,
    key: VerifierKey,
    head: Checkpoint,
}

/// The root of the first `size` entries.
pub(super) fn root_at(db: &mut Connection, cycle: Month, size: u64) -> Result<Hash, Error> {
    let tiles = storage::vote_log_tiles::find_all(db, cycle, &tiles_for(std::iter::once(0..size)))?;
    Ok(root_of(&tiles, size)?)
}

/// Has the head of a log signed and published if the tree has grown, if the last one is a minute old while voting is open,
/// or if the log must begin a new origin.
pub(super) async fn sign_if_due(service: &Service, cycle: Month) -> Result<(), Error> {
    // What was kept is read first: the database can only be further by the time it is read.
    let kept = kept::find(service, cycle).await?.unwrap_or_default();
    let of_service = service.clone();
    let Some(plan) = service.store.read(move |db| plan(&of_service, db, cycle, kept)).await? else { return Ok(()) };
    let note = service.vote_logs.signer.sign(&plan.key, &plan.head)?;
    let mut rows = plan.earlier;
    rows.push(HeadRow {
        cycle,
        origin: plan.states.1.origin,
        size: plan.states.1.size,
        note: note.clone(),
        verifier_key: plan.key.to_string(),
        signed_at: plan.head.signed_at.unwrap_or_default().into(),
        ended_because: None,
    });
    // Kept first and published second, so that no published head is lost with the database.
    kept::put(service, cycle, &rows).await?;
    let states = plan.states;
    let write = service.store.write(move |db| {
        if storage::vote_log_trees::move_if(db, cycle, states)? {
            for row in &rows {
                storage::vote_log_heads::replace(db, row)?;
            }
        }
        Ok::<_, Error>(storage::vote_log_heads::list(db, cycle)?)
    });
    let published = write.await?;
    // Another process was faster: what it has published is what is to be kept.
    if published.last().is_some_and(|last| last.note != note) {
        kept::put(service, cycle, &published).await?;
    }
    Ok(())
}

fn plan(service: &Service, db: &mut Connection, cycle: Month, kept: Vec<HeadRow>) -> Result<Option<Plan>, Error> {
    let Some(tree) = storage::vote_log_trees::find(db, cycle)? else { return Ok(None) };
    let mut heads = merged(storage::vote_log_heads::list(db, cycle)?, kept);
    let because = ending(service, db, (cycle, tree), &heads)?;
    let now = service.clocks.campaign().trunc_subsecs(0);
    if because.is_none() && !is_due(db, (cycle, tree), &heads, now)? {
        return Ok(None);
    }
    let mut next = tree;
    if let (Some(because), Some(mut last)) = (because, heads.last_entry()) {
        next.origin = last.key() + 1;
        last.get_mut().ended_because = Some(because);
        log::warn!(
            "the vote log of {cycle} begins anew as origin {}: the database does not continue the last published head ({})",
            next.origin,
            because.as_str(),
        );
    }
    let origin = service.vote_logs.signer.origin(cycle, next.origin);
    let size = tree.size.cast_unsigned();
    let head = Checkpoint { origin: origin.to_string(), size, root: root_at(db, cycle, size)?, signed_at: Some(now) };
    let key = service.vote_logs.signer.verifier_key(&origin);
    let earlier = heads.into_values().filter(|head| head.origin < next.origin).collect();
    Ok(Some(Plan { states: (tree, next), earlier, key, head }))
}

/// The last head of each origin, of those that the database has and those that were kept apart from it.
fn merged(stored: Vec<HeadRow>, kept: Vec<HeadRow>) -> BTreeMap<i32, HeadRow> {
    let mut heads: BTreeMap<i32, HeadRow> = stored.into_iter().map(|head| (head.origin, head)).collect();
    for head in kept {
        let is_newer = heads.get(&head.origin).is_none_or(|known| known.size < head.size);
        if is_newer {
            heads.insert(head.origin, head);
        }
    }
    heads
}

fn ending(
    service: &Service,
    db: &mut Connection,
    (cycle, tree): (Month, TreeState),
    heads: &BTreeMap<i32, HeadRow>,
) -> Result<Option<EndedBecause>, Error> {
    let Some((number, last)) = heads.last_key_value() else { return Ok(None) };
    let published = Checkpoint::of_note(&last.note)
        .map_err(|_| Error::Internal(format!("the last head of the vote log of {cycle} cannot be read")))?;
    let origin = service.vote_logs.signer.origin(cycle, tree.origin).to_string();
    let present = Present { number: tree.origin, origin: &origin, size: tree.size.cast_unsigned() };
    must_end((*number, &published), &present, |size| root_at(db, cycle, size))
}

fn is_due(
    db: &mut Connection,
    (cycle, tree): (Month, TreeState),
    heads: &BTreeMap<i32, HeadRow>,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let Some(last) = heads.get(&tree.origin).filter(|last| last.size == tree.size) else { return Ok(true) };
    // In a sandbox the clock may have been set back.
    if (now - last.signed_at.0).abs() < HEAD_EVERY {
        return Ok(false);
    }
    let of = storage::cycles::find(db, cycle)?;
    Ok(of.is_some_and(|cycle| cycle.windows.voting.contains(now)))
}
