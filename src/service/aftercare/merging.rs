//! What becomes of the aftercare of an honoree who goes on as another, and when that is undone. Both are held.

use chrono::{DateTime, Utc};
use serde_json::json;
use zeroize::Zeroizing;

use super::{losses, planning};
use crate::{
    domain::{aftercare::contact::LossCause, care::ClosedBecause},
    service::{Caller, Service, candidates::reach, error::Error},
    storage::{
        self, Connection,
        care::{CareRow, ContactChange, TABLE},
        contact_alarms::Told,
        honoree_mergers::{CONTACT, Handing, HonoreeMerger, NOTE},
        vault::Place,
    },
};

/// Makes room at the moment of a merger for what follows the merged honoree: of each level, one alarm is open. Returns whether
/// the survivor is lost by itself.
pub fn make_way(db: &mut Connection, caller: &Caller, handing: Handing, now: DateTime<Utc>) -> Result<bool, Error> {
    let is_lost = storage::contact_alarms::open_of(db, handing.to)? != Told::Nothing;
    storage::contact_alarms::make_way(db, (handing.from, handing.to), (caller.id(), now))?;
    Ok(is_lost)
}

/// Gives the contact and the note of one honoree to another who has none, once everything else was handed over: nothing is
/// due of the first any more. That the survivor is lost with the other, and was not before, is told.
pub fn hand_over(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (handing, was_lost): (Handing, bool),
) -> Result<(), Error> {
    let source = planning::replan(service, db, caller, handing.from)?.care;
    let planned = planning::replan(service, db, caller, handing.to)?;
    let target = &planned.care;
    if target.phone_cipher.is_none() && source.phone_cipher.is_some() {
        let contact = resealed(service, &source, target)?;
        storage::care::set_contact(db, handing.to, &contact)?;
        storage::honoree_mergers::note(db, handing.merger, (CONTACT, handing.from.0))?;
    }
    if let (Some(note), None) = (note_of(service, &source)?, &target.note_cipher) {
        let cipher = service.vault.seal_text(Place::new(TABLE, "note_cipher", target.cipher_id), &note)?;
        storage::care::set_note(db, handing.to, Some(&cipher))?;
        storage::honoree_mergers::note(db, handing.merger, (NOTE, handing.from.0))?;
    }
    storage::care::touch(db, handing.to, service.clocks.campaign())?;
    if let Some(loss) = target.plan.loss().filter(|_| !was_lost) {
        let details = json!({ "level": loss.level, "cause": loss.cause, "merged_id": handing.from });
        losses::tell(service, db, caller, (&planned.cared, loss), details)?;
    }
    Ok(())
}

/// The contact of one honoree, sealed as that of another.
fn resealed(service: &Service, source: &CareRow, target: &CareRow) -> Result<ContactChange, Error> {
    let name = name_of(service, source)?;
    let phone = phone_of(service, source)?;
    let name = reach::seal_name(service, (TABLE, target.cipher_id), name.as_ref().map(|name| name.as_str()))?;
    let phone = reach::seal_phone(service, (TABLE, target.cipher_id), phone.as_ref().map(|phone| phone.as_str()))?;
    Ok(ContactChange {
        contact_of: source.contact_of,
        relationship: source.relationship.clone(),
        name_cipher: name.cipher,
        name_masked: name.masked,
        phone_cipher: phone.cipher,
        phone_masked: phone.masked,
    })
}

fn name_of(service: &Service, care: &CareRow) -> Result<Option<Zeroizing<String>>, Error> {
    reach::open(service, (TABLE, "name_cipher", care.cipher_id), care.name_cipher.as_deref())
}

fn phone_of(service: &Service, care: &CareRow) -> Result<Option<Zeroizing<String>>, Error> {
    reach::open(service, (TABLE, "phone_cipher", care.cipher_id), care.phone_cipher.as_deref())
}

fn note_of(service: &Service, care: &CareRow) -> Result<Option<Zeroizing<String>>, Error> {
    reach::open(service, (TABLE, "note_cipher", care.cipher_id), care.note_cipher.as_deref())
}

/// Whether two have the same contact, in clear.
fn is_same_contact(service: &Service, one: &CareRow, other: &CareRow) -> Result<bool, Error> {
    Ok((one.contact_of, &one.relationship) == (other.contact_of, &other.relationship)
        && name_of(service, one)? == name_of(service, other)?
        && phone_of(service, one)? == phone_of(service, other)?)
}

/// Takes back what a merger had brought the survivor, as far as nobody has changed it since, once everything that has an id of
/// its own was brought back. What is due is planned anew by whoever calls.
pub fn bring_back(service: &Service, db: &mut Connection, merger: &HonoreeMerger) -> Result<(), Error> {
    let (from, to) = (merger.honoree_id, merger.survivor_id);
    part_alarms(service, db, merger)?;
    let (Some(own), Some(kept)) = (storage::care::find(db, from)?, storage::care::find(db, to)?) else { return Ok(()) };
    let is_copied = |db: &mut Connection, kind| {
        Ok::<_, Error>(storage::honoree_mergers::items(db, merger.id, kind)?.contains(&from.0))
    };
    if is_copied(db, CONTACT)? && is_same_contact(service, &kept, &own)? {
        storage::care::set_contact(db, to, &ContactChange::default())?;
    }
    if is_copied(db, NOTE)? && note_of(service, &kept)? == note_of(service, &own)? {
        storage::care::set_note(db, to, None)?;
    }
    Ok(storage::care::touch(db, to, service.clocks.campaign())?)
}

/// Each has the alarms again that were open of them at the merger, whatever has ended them since: planning ends anew what is
/// over by the visits of their own. What was raised of the survivor meanwhile goes to whose loss it tells of.
fn part_alarms(service: &Service, db: &mut Connection, merger: &HonoreeMerger) -> Result<(), Error> {
    let (from, to, since) = (merger.honoree_id, merger.survivor_id, merger.merged_at);
    storage::contact_alarms::reopen_since(db, from, (None, since))?;
    if let Told::Loss(loss) = storage::contact_alarms::open_of(db, from)? {
        storage::contact_alarms::hand_since(db, (to, from), (loss, since))?;
    }
    // The survivor was not reached for so long only as long as the other's honours were its own.
    let counted_from = planning::facts(service, db, to)?.counted_from();
    if let Told::Loss(loss) = storage::contact_alarms::open_of(db, to)?
        && loss.cause == LossCause::Unreached
        && counted_from.is_none_or(|from| loss.after < from)
    {
        storage::contact_alarms::close(db, to, (ClosedBecause::Merged, None), service.clocks.campaign())?;
    }
    if storage::contact_alarms::open_of(db, to)? == Told::Nothing {
        storage::contact_alarms::reopen(db, to, (ClosedBecause::Merged, since))?;
    }
    Ok(())
}
