//! What becomes of the aftercare of an honoree who goes on as another, and when that is undone. Both are held.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::planning;
use crate::{
    domain::care::ClosedBecause,
    service::{Caller, Service, candidates::reach, error::Error},
    storage::{
        self, Connection,
        care::{CareRow, ContactChange, TABLE},
        honoree_mergers::{CONTACT, Handing, HonoreeMerger, NOTE},
        vault::Place,
    },
};

/// Makes room at the moment of a merger for what follows the merged honoree: of each level, one alarm is open.
pub fn make_way(db: &mut Connection, caller: &Caller, handing: Handing, now: DateTime<Utc>) -> Result<(), Error> {
    Ok(storage::contact_alarms::make_way(db, (handing.from, handing.to), (caller.id(), now))?)
}

/// Gives the contact and the note of one honoree to another who has none, once everything else was handed over: nothing is
/// due of the first any more.
pub fn hand_over(service: &Service, db: &mut Connection, caller: &Caller, handing: Handing) -> Result<(), Error> {
    let source = planning::replan(service, db, caller, handing.from)?.care;
    let target = planning::replan(service, db, caller, handing.to)?.care;
    if target.phone_cipher.is_none() && source.phone_cipher.is_some() {
        let contact = resealed(service, &source, &target)?;
        storage::care::set_contact(db, handing.to, &contact)?;
        storage::honoree_mergers::note(db, handing.merger, (CONTACT, handing.from.0))?;
    }
    if let (Some(note), None) = (note_of(service, &source)?, &target.note_cipher) {
        let cipher = service.vault.seal_text(Place::new(TABLE, "note_cipher", target.cipher_id), &note)?;
        storage::care::set_note(db, handing.to, Some(&cipher))?;
        storage::honoree_mergers::note(db, handing.merger, (NOTE, handing.from.0))?;
    }
    Ok(())
}

/// The contact of one honoree, sealed as that of another.
fn resealed(service: &Service, source: &CareRow, target: &CareRow) -> Result<ContactChange, Error> {
    let at = |column| (TABLE, column, source.cipher_id);
    let name = reach::open(service, at("name_cipher"), source.name_cipher.as_deref())?;
    let phone = reach::open(service, at("phone_cipher"), source.phone_cipher.as_deref())?;
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

fn note_of(service: &Service, care: &CareRow) -> Result<Option<Zeroizing<String>>, Error> {
    reach::open(service, (TABLE, "note_cipher", care.cipher_id), care.note_cipher.as_deref())
}

fn phone_of(service: &Service, care: &CareRow) -> Result<Option<Zeroizing<String>>, Error> {
    reach::open(service, (TABLE, "phone_cipher", care.cipher_id), care.phone_cipher.as_deref())
}

/// Takes back what a merger had brought the survivor, as far as nobody has changed it since, and opens the alarms again that
/// had made way. Everything else was brought back before; what is due is planned anew by whoever calls.
pub fn bring_back(service: &Service, db: &mut Connection, merger: &HonoreeMerger) -> Result<(), Error> {
    let (from, to) = (merger.honoree_id, merger.survivor_id);
    storage::contact_alarms::reopen(db, from, (ClosedBecause::Merged, merger.merged_at))?;
    let (Some(own), Some(kept)) = (storage::care::find(db, from)?, storage::care::find(db, to)?) else { return Ok(()) };
    let is_handed = |db: &mut Connection, what| storage::honoree_mergers::is_noted(db, merger.id, (what, from.0));
    if is_handed(db, CONTACT)? && phone_of(service, &kept)? == phone_of(service, &own)? {
        storage::care::set_contact(db, to, &ContactChange::default())?;
    }
    if is_handed(db, NOTE)? && note_of(service, &kept)? == note_of(service, &own)? {
        storage::care::set_note(db, to, None)?;
    }
    Ok(())
}
