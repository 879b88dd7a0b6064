//! Who looks after an honoree: read in the subtree, changed by whoever is in charge, or above.

use serde_json::json;
use zeroize::Zeroizing;

use super::{
    access::{self, Cared},
    planning::{self, Planned},
};
use crate::{
    domain::{
        aftercare::{
            charge::{Nearest, district_of},
            festival::Festival,
        },
        care::{Care, Contact},
        fault::{Code, Fault},
        id::{CareTermId, HonoreeId, OrganizationId},
        organization::Organization,
        text,
    },
    service::{
        Service,
        caller::{Account, Caller},
        candidates::reach,
        error::{Error, refuse_invalid},
        generator,
        record::{self, Deed},
    },
    storage::{
        self, Connection,
        care::{CareChange, CareRow, CareTermRow, ContactChange, TABLE},
        sql_values::At,
        vault::Place,
    },
};

/// The care for an honoree with what is shown beside it.
#[derive(Clone, Debug)]
pub struct ShownCare {
    /// The care.
    pub care: CareRow,
    /// The organization in charge.
    pub charge: Option<Organization>,
    /// The name shown of the responsible account.
    pub account_name: Option<String>,
    /// The note, in clear.
    pub note: Option<String>,
    /// The festival for which a visit is due.
    pub festival: Option<Festival>,
}

/// Reads the care for an honoree.
pub async fn get_care(service: &Service, caller: &Caller, id: HonoreeId) -> Result<ShownCare, Error> {
    access::require_inside(service, caller, id).await?;
    planning::ensure_planned(service, id).await?;
    let here = service.clone();
    service
        .store
        .read(move |db| {
            let cared = Cared::find(db, id)?.ok_or_else(Error::not_found)?;
            let care = storage::care::find(db, id)?.ok_or_else(Error::not_found)?;
            show(&here, db, &cared, care)
        })
        .await
}

fn show(service: &Service, db: &mut Connection, cared: &Cared, care: CareRow) -> Result<ShownCare, Error> {
    let account_name = match care.responsible_id {
        Some(id) => storage::reviewers::names(db, &[id])?.remove(&id),
        None => None,
    };
    let note = reach::open(service, (TABLE, "note_cipher", care.cipher_id), care.note_cipher.as_deref())?;
    let festivals = planning::rules(service, db)?.festivals;
    Ok(ShownCare {
        charge: cared.charge().cloned(),
        account_name,
        note: note.map(|note| note.as_str().to_owned()),
        festival: care.plan.due_on.and_then(|day| Festival::on(&festivals, day.0)),
        care,
    })
}

/// Replaces what is said of the care. A contact of which nothing is said stays.
pub async fn replace_care(
    service: &Service,
    caller: &Caller,
    (id, version): (HonoreeId, i64),
    input: Care,
) -> Result<ShownCare, Error> {
    let account = caller.require_reviewer()?.clone();
    refuse_invalid(input.faults())?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            hold_wished(db, &input)?;
            let before = access::hold_inside(db, &account, id)?;
            access::refuse_bystander(&before, &account)?;
            let planned = planning::replan(&service, db, &caller, id)?;
            let charge = chosen(db, &account, &before.nearest, input.organization)?;
            refuse_stranger(db, charge.as_ref(), &input)?;
            write(&service, db, &account, (&planned, version), (charge.as_ref(), &input))?;
            let planned = planning::replan(&service, db, &caller, id)?;
            note(&service, db, &caller, &planned)?;
            show(&service, db, &planned.cared, planned.care)
        })
        .await
}

/// An organization that is to be in charge is held, so that it is not closed meanwhile.
fn hold_wished(db: &mut Connection, input: &Care) -> Result<(), Error> {
    match input.organization {
        Some(id) => Ok(storage::locks::organization_shared(db, id)?),
        None => Ok(()),
    }
}

/// The organization that is to be in charge: the present one, or an open one of the account's subtree.
fn chosen(
    db: &mut Connection,
    account: &Account,
    nearest: &Nearest,
    wished: Option<OrganizationId>,
) -> Result<Option<Organization>, Error> {
    let present = nearest.in_charge();
    let organization = match wished {
        None => nearest.by_place().cloned(),
        Some(id) => Some(storage::organizations::find(db, id)?.ok_or_else(unknown_organization)?),
    };
    let is_present = organization.as_ref().map(|one| one.id) == present.map(|one| one.id);
    let may = organization.as_ref().is_some_and(|one| one.active && account.scope.covers_organization(one));
    if is_present || may { Ok(organization) } else { Err(unknown_organization()) }
}

fn unknown_organization() -> Error {
    Error::invalid(vec![Fault::at("/organization_id", Code::UnknownReference)])
}

/// The responsible account is an open one of a reviewer at the organization in charge.
fn refuse_stranger(db: &mut Connection, charge: Option<&Organization>, input: &Care) -> Result<(), Error> {
    let Some(id) = input.responsible else { return Ok(()) };
    let found = storage::users::find(db, id)?;
    let fits = found.is_some_and(|user| {
        user.active && user.role.is_reviewer() && user.organization_id == charge.map(|charge| charge.id)
    });
    let unknown = || Error::invalid(vec![Fault::at("/responsible_id", Code::UnknownReference)]);
    if fits { Ok(()) } else { Err(unknown()) }
}

fn write(
    service: &Service,
    db: &mut Connection,
    account: &Account,
    (planned, version): (&Planned, i64),
    (charge, input): (Option<&Organization>, &Care),
) -> Result<(), Error> {
    let (id, care, now) = (planned.cared.honoree.id, &planned.care, service.clocks.campaign());
    let note = input.note.as_deref().map(text::tidy_paragraphs);
    let seal = |note: &String| service.vault.seal_text(Place::new(TABLE, "note_cipher", care.cipher_id), note);
    let by_place = planned.cared.nearest.by_place().map(|one| one.id);
    let charge_id = charge.map(|charge| charge.id);
    let said = CareChange {
        handed_to: charge_id.filter(|id| Some(*id) != by_place),
        responsible_id: input.responsible,
        responsible_name: input.responsible_name.as_deref().map(text::tidy_line),
        note_cipher: note.as_ref().map(seal).transpose()?,
    };
    if !storage::care::update_if(db, (id, version), &said, now)? {
        return Err(Error::of(Code::PreconditionFailed));
    }
    if let Some(contact) = &input.contact {
        let sealed = sealed_contact(service, care, contact.as_ref())?;
        storage::care::set_contact(db, id, &sealed)?;
    }
    let is_same = (care.charge_id, care.responsible_id, &care.responsible_name)
        == (charge_id, said.responsible_id, &said.responsible_name);
    if is_same {
        return Ok(());
    }
    let district = charge.and_then(district_of);
    storage::care::set_plan(db, id, (charge_id, district), &care.plan)?;
    let term = CareTermRow {
        id: generator::new_id(&service.clocks)?,
        honoree_id: id,
        organization_id: charge_id,
        responsible_id: said.responsible_id,
        responsible_name: said.responsible_name,
        changed_by: Some(account.id),
        since_at: At(now),
    };
    Ok(storage::care::insert_term(db, &term)?)
}

fn sealed_contact(service: &Service, care: &CareRow, contact: Option<&Contact>) -> Result<ContactChange, Error> {
    let Some(contact) = contact else { return Ok(ContactChange::default()) };
    let name = reach::seal_name(service, (TABLE, care.cipher_id), contact.name.as_deref())?;
    let phone = reach::seal_phone(service, (TABLE, care.cipher_id), Some(&contact.phone))?;
    Ok(ContactChange {
        contact_of: Some(contact.of),
        relationship: contact.relationship.as_deref().map(text::tidy_line),
        name_cipher: name.cipher,
        name_masked: name.masked,
        phone_cipher: phone.cipher,
        phone_masked: phone.masked,
    })
}

fn note(service: &Service, db: &mut Connection, caller: &Caller, planned: &Planned) -> Result<(), Error> {
    let care = &planned.care;
    let details = json!({
        "organization_id": care.charge_id, "responsible_id": care.responsible_id,
        "has_contact": care.phone_cipher.is_some(), "version": care.version,
    });
    let deed = Deed::new("care.changed", "honoree", planned.cared.honoree.id).with(details);
    record::audit(service, db, caller, &deed)?;
    record::announce(service, db, &deed, planned.cared.place())
}

/// How an honoree can be called, in clear.
#[derive(Clone, Debug)]
pub struct ClearContact {
    /// The care it belongs to.
    pub care: CareRow,
    /// The name of who answers.
    pub name: Option<Zeroizing<String>>,
    /// The number.
    pub phone: Option<Zeroizing<String>>,
}

/// Reads in clear how an honoree can be called: never without an audit event.
pub async fn get_contact(service: &Service, caller: &Caller, id: HonoreeId) -> Result<ClearContact, Error> {
    let account = caller.require_reviewer()?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            access::inside(db, &account, id)?;
            let care = planning::replan(&service, db, &caller, id)?.care;
            record::audit(&service, db, &caller, &Deed::new("care.contact_read", "honoree", id))?;
            let at = |column| (TABLE, column, care.cipher_id);
            Ok(ClearContact {
                name: reach::open(&service, at("name_cipher"), care.name_cipher.as_deref())?,
                phone: reach::open(&service, at("phone_cipher"), care.phone_cipher.as_deref())?,
                care,
            })
        })
        .await
}

/// One page of who was in charge of an honoree, the latest first, with the names of the organizations.
pub async fn list_terms(
    service: &Service,
    id: HonoreeId,
    after: Option<CareTermId>,
    limit: i64,
) -> Result<Vec<(CareTermRow, Option<String>)>, Error> {
    planning::ensure_planned(service, id).await?;
    service
        .store
        .read(move |db| {
            let terms = storage::care::list_terms(db, id, after, limit)?;
            let ids: Vec<OrganizationId> = terms.iter().filter_map(|term| term.organization_id).collect();
            let names = storage::organizations::names(db, &ids)?;
            let name = |id: Option<OrganizationId>| {
                names.iter().find(|(one, _)| Some(*one) == id).map(|(_, name)| name.clone())
            };
            Ok(terms.into_iter().map(|term| (term.clone(), name(term.organization_id))).collect())
        })
        .await
}
