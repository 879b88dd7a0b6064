//! Votes that repeat another one of the same person are held back by the server itself: the person is one voter. What
//! becomes of them a reviewer decides, and what was decided stands.

use super::{
    QuarantineInput,
    opening::{Opening, new_row},
    settling::settle,
};
use crate::{
    domain::{
        id::{QuarantineId, SignalId},
        month::Month,
        quarantine::QuarantineStatus,
        signal::Subject,
    },
    service::{Caller, Error, Service},
    storage::{
        self, Connection,
        held_votes::{Holder, Wanted},
        signals::SignalRow,
        vote_sheet::SheetFilter,
    },
};

/// Why the server holds votes back.
const REASON: &str = "经身份核验，这些选票与同一人先前所投的选票重复。";

/// Holds back what repeats, as far as that was not done, in every cycle or in one; returns how many quarantines were opened.
/// A vote that somebody else holds undecided is looked at again the next time.
pub async fn hold_repeated(service: &Service, month: Option<Month>) -> Result<usize, Error> {
    let (mut opened, mut after) = (0, None);
    loop {
        let due = service.store.read(move |db| Ok::<_, Error>(storage::signals::to_be_held(db, month, after)?)).await?;
        let Some(last) = due.last() else { return Ok(opened) };
        after = Some(last.id);
        for signal in due {
            let of_service = service.clone();
            let held = service.store.write(move |db| hold(&of_service, db, &signal)).await?;
            opened += usize::from(held.is_some());
            if let Some((id, true)) = held {
                settle(service, id).await;
            }
        }
    }
}

/// Holds back what a signal points at, and notes that it is done unless it has to wait for somebody. Whoever learns of a
/// person waits meanwhile, so that nothing is noted that was not seen.
fn hold(service: &Service, db: &mut Connection, signal: &SignalRow) -> Result<Option<(QuarantineId, bool)>, Error> {
    let month = signal.cycle;
    storage::held_votes::lock(db, month)?;
    storage::locks::cycle_shared(db, month)?;
    storage::votes::lock_log(db, month)?;
    storage::same_person::lock(db)?;
    let is_published = storage::cycles::find(db, month)?.is_none_or(|cycle| cycle.published_at.is_some());
    let (free, waits) = match signal.subject() {
        Some(Subject::Person(number)) if !is_published => sort_out(db, signal, number)?,
        _ => (Vec::new(), false),
    };
    if !waits {
        storage::signals::set_held(db, signal.id)?;
    }
    if free.is_empty() {
        return Ok(None);
    }
    let input = QuarantineInput {
        cycle: month,
        signal: Some(signal.id),
        sequences: None,
        candidate: None,
        reason: REASON.to_owned(),
    };
    let row = new_row(service, None, &input)?;
    let id = row.id;
    let opening = Opening { service: service.clone(), caller: Caller::default(), account: None, row, attempt: None };
    let (_, more) = opening.at_once(db, &free)?;
    Ok(Some((id, more)))
}

/// The votes that are to be held back now, and whether others have to wait until somebody else has decided on them.
fn sort_out(db: &mut Connection, signal: &SignalRow, number: i64) -> Result<(Vec<Wanted>, bool), Error> {
    let numbers = storage::same_person::numbers(db, number)?;
    let repeated =
        storage::same_person::repeated(db, &numbers, Some(signal.cycle))?.remove(&signal.cycle).unwrap_or_default();
    let holders = storage::held_votes::holders(db, signal.cycle, &repeated)?;
    let (mut free, mut waits) = (Vec::new(), false);
    for seq in repeated {
        let of_vote: Vec<&Holder> = holders.iter().filter(|holder| holder.seq == seq).collect();
        if of_vote.iter().any(|holder| is_judged(holder, signal.id)) {
            continue;
        }
        if of_vote.iter().any(|holder| holder.active) { waits = true } else { free.push(seq) }
    }
    let filter = SheetFilter { seqs: Some(free), ..SheetFilter::default() };
    Ok((storage::vote_sheet::wanted(db, signal.cycle, &filter, -1, i64::MAX)?, waits))
}

/// Whether a quarantine has the vote for good, or held it for this signal.
fn is_judged(holder: &Holder, signal: SignalId) -> bool {
    match holder.status {
        QuarantineStatus::Invalidated => true,
        QuarantineStatus::Open | QuarantineStatus::Released => holder.signal == Some(signal),
        QuarantineStatus::Gathering => false,
    }
}
