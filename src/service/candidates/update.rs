//! Editing a candidate's file, by the nominator to whom it belongs or the unit.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    access::{self, Sight},
    dossier::{self, Dossier},
    nominate::contact_row,
    reach,
};
use crate::{
    domain::{
        candidate::Candidate,
        fault::{Code, Fault},
        id::CandidateId,
        recommendation::{FileChange, Reach, file_faults},
        text,
    },
    service::{
        Service,
        caller::Caller,
        error::{Error, refuse_invalid},
        record::{self, Deed, Place},
    },
    storage::{
        self, Connection,
        candidates::CandidateChange,
        contacts::ContactRow,
        sql_values::{At, Stored},
    },
};

/// The candidate that the caller may edit, before the request is judged: 401, 403 or 404 else.
pub async fn find_editable(service: &Service, caller: &Caller, id: CandidateId) -> Result<Candidate, Error> {
    access::may_ever_edit(caller)?;
    let caller = caller.clone();
    service
        .store
        .read(move |db| {
            let candidate = storage::candidates::find(db, id)?.ok_or_else(Error::not_found)?;
            access::authorise_edit(db, &caller, &candidate)?;
            Ok(candidate)
        })
        .await
}

/// Holds the candidate for a change of its file: who may, at which version, and only while it is nominated or returned.
pub fn lock_editable(
    db: &mut Connection,
    caller: &Caller,
    (id, version): (CandidateId, Option<i64>),
) -> Result<(Candidate, Sight), Error> {
    if let Some(account) = &caller.account {
        account.recheck(db)?;
    }
    let candidate = storage::candidates::lock(db, id)?.ok_or_else(Error::not_found)?;
    let sight = access::authorise_edit(db, caller, &candidate)?;
    if version.is_some_and(|version| version != candidate.version) {
        return Err(Error::of(Code::PreconditionFailed));
    }
    Ok((candidate, sight))
}

/// 409 unless the file can be edited in its status.
pub fn refuse_closed(candidate: &Candidate) -> Result<(), Error> {
    if candidate.status.is_editable() {
        return Ok(());
    }
    Err(Error::fault(Fault::of(Code::TransitionNotAllowed).with("status", candidate.status.as_str())))
}

/// Changes the file.
pub async fn update_candidate(
    service: &Service,
    caller: &Caller,
    (id, version): (CandidateId, i64),
    change: FileChange,
) -> Result<Dossier, Error> {
    refuse_invalid([change.faults(), change.faults_today(service.clocks.campaign())].concat())?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store.write(move |db| carry_out(&service, db, &caller, (id, version), change)).await
}

fn carry_out(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (id, version): (CandidateId, i64),
    change: FileChange,
) -> Result<Dossier, Error> {
    let now = service.clocks.campaign();
    let (before, sight) = lock_editable(db, caller, (id, Some(version)))?;
    let contact = change.touches_contact().then(|| change.clone());
    let after = change.applied(&before);
    refuse_wrong(db, &before, &after)?;
    refuse_closed(&before)?;
    let contact = match &contact {
        Some(change) => changed_contact(service, db, id, change)?,
        None => None,
    };
    let changed = changed(&before, &after, contact.is_some());
    if changed.is_empty() {
        return shown(db, caller, (before, sight), now);
    }
    if let Some(row) = &contact {
        storage::contacts::replace(db, row)?;
    }
    if after.deed != before.deed {
        storage::candidates::set_deed(db, id, after.deed.as_deref())?;
    }
    let columns = CandidateChange { materials_changed_at: Some(At(now)), ..material_columns(&after) };
    let version = storage::candidates::update_if(db, (id, version), &columns, now)?;
    let after = Candidate {
        version: version.ok_or(Error::of(Code::PreconditionFailed))?,
        materials_changed_at: now,
        updated_at: now,
        ..after
    };
    let deed = Deed::new("candidate.updated", "candidate", id).with(json!({ "changed": changed }));
    note(service, db, caller, &after, &deed)?;
    shown(db, caller, (after, sight), now)
}

fn shown(
    db: &mut Connection,
    caller: &Caller,
    (candidate, sight): (Candidate, Sight),
    now: DateTime<Utc>,
) -> Result<Dossier, Error> {
    let mut dossier = dossier::gather_one(db, candidate, sight)?;
    dossier::add_allowed(db, caller, std::slice::from_mut(&mut dossier), now)?;
    Ok(dossier)
}

/// Writes audit and outgoing event of a change of the file.
pub fn note(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    candidate: &Candidate,
    deed: &Deed<'_>,
) -> Result<(), Error> {
    record::audit(service, db, caller, deed)?;
    let place =
        Place { cycle: Some(candidate.cycle), district_id: Some(candidate.district_id), unit_id: candidate.unit_id };
    record::announce(service, db, deed, place)
}

fn refuse_wrong(db: &mut Connection, before: &Candidate, after: &Candidate) -> Result<(), Error> {
    let mut faults = file_faults(after);
    if after.category != before.category {
        let category = storage::categories::find(db, &after.category)?;
        if !category.is_some_and(|category| category.active) {
            faults.push(Fault::at("/category", Code::UnknownReference));
        }
    }
    refuse_invalid(faults)
}

fn material_columns(after: &Candidate) -> CandidateChange {
    let mut columns = CandidateChange {
        category: Some(after.category.clone()),
        subject: Some(after.subject),
        posthumous: Some(after.posthumous),
        members: Some(Stored(after.members.clone())),
        occupation: Some(after.occupation.clone()),
        gender: Some(after.gender),
        birth_year: Some(after.birth_year),
        ethnicity: Some(after.ethnicity.clone()),
        summary: Some(after.summary.clone()),
        ..CandidateChange::default()
    };
    columns.set_name(after.name.clone());
    columns
}

/// The contact details after a change; `None` when they stay what they are.
fn changed_contact(
    service: &Service,
    db: &mut Connection,
    id: CandidateId,
    change: &FileChange,
) -> Result<Option<ContactRow>, Error> {
    let before = storage::contacts::find(db, id)?.unwrap_or_else(|| ContactRow::empty(id));
    let mut row = before.clone();
    if let Some(name) = &change.contact_name
        && !is_name(service, &before, name.as_deref())?
    {
        let sealed = reach::seal_name(service, (storage::contacts::TABLE, id), name.as_deref())?;
        (row.name_cipher, row.name_masked) = (sealed.cipher, sealed.masked);
    }
    if let Some(phone) = &change.contact_phone {
        let new = contact_row(service, id, &Reach { phone: phone.clone(), ..Reach::default() })?;
        // A number is sealed anew with another ciphertext each time; its index is the same for the same number.
        if new.phone_index != before.phone_index || new.phone_cipher.is_some() != before.phone_cipher.is_some() {
            (row.phone_cipher, row.phone_masked, row.phone_index) =
                (new.phone_cipher, new.phone_masked, new.phone_index);
        }
    }
    if let Some(relationship) = &change.contact_relationship {
        row.relationship = relationship.as_deref().map(text::tidy_line);
    }
    Ok((row != before).then_some(row))
}

fn is_name(service: &Service, row: &ContactRow, name: Option<&str>) -> Result<bool, Error> {
    let place = (storage::contacts::TABLE, "name_cipher", row.candidate_id);
    let known = reach::open(service, place, row.name_cipher.as_deref())?;
    Ok(known.as_deref().map(String::as_str) == name.map(text::tidy_line).as_deref())
}

/// The names of what changed, for the audit; not the values.
fn changed(before: &Candidate, after: &Candidate, contact: bool) -> Vec<&'static str> {
    let fields = [
        ("category", before.category != after.category),
        ("name", before.name != after.name),
        ("summary", before.summary != after.summary),
        ("deed", before.deed != after.deed),
        ("subject", before.subject != after.subject),
        ("members", before.members != after.members),
        ("posthumous", before.posthumous != after.posthumous),
        ("occupation", before.occupation != after.occupation),
        ("gender", before.gender != after.gender),
        ("birth_year", before.birth_year != after.birth_year),
        ("ethnicity", before.ethnicity != after.ethnicity),
        ("contact", contact),
    ];
    fields.into_iter().filter(|(_, is_changed)| *is_changed).map(|(name, _)| name).collect()
}
