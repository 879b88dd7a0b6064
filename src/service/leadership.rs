//! The leadership group of an organization: read by everybody, kept by administrators.

use super::{
    Service,
    caller::Caller,
    error::{Error, refuse_invalid},
    organizations::PERSON_MAX_CHARS,
    record::{self, Deed},
};
use crate::{
    domain::{
        fault::{Code, Fault},
        id::OrganizationId,
        leadership::Leadership,
        role::Role,
        text,
    },
    storage::{self, Connection},
};

/// The version of a group that was never entered.
const EMPTY_VERSION: i64 = 1;
/// Most characters of the office's telephone.
pub const PHONE_MAX_CHARS: usize = 32;

/// Reads the group with its version; an empty one of version 1 where none was entered.
pub async fn get_leadership(service: &Service, id: OrganizationId) -> Result<(Leadership, i64), Error> {
    service.store.read(move |db| find(db, id)).await
}

fn find(db: &mut Connection, id: OrganizationId) -> Result<(Leadership, i64), Error> {
    storage::organizations::find(db, id)?.ok_or_else(Error::not_found)?;
    Ok(storage::leadership_groups::find(db, id)?.unwrap_or_else(|| (Leadership::default(), EMPTY_VERSION)))
}

/// Puts another group in the place of the one of that version; administrators only.
pub async fn replace_leadership(
    service: &Service,
    caller: &Caller,
    (id, version): (OrganizationId, i64),
    group: Leadership,
) -> Result<(Leadership, i64), Error> {
    let admin = caller.require(&[Role::Admin])?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            admin.recheck(db)?;
            let (_, present) = find(db, id)?;
            if present != version {
                return Err(Error::of(Code::PreconditionFailed));
            }
            refuse_invalid(leadership_faults(&group))?;
            if !storage::leadership_groups::replace_if(db, (id, version), &tidy(&group), service.clocks.campaign())? {
                return Err(Error::of(Code::PreconditionFailed));
            }
            record::audit(&service, db, &caller, &Deed::new("organization.leadership_replaced", "organization", id))?;
            find(db, id)
        })
        .await
}

/// What is wrong with the names of a group.
#[must_use]
pub fn leadership_faults(group: &Leadership) -> Vec<Fault> {
    let line = |value: &str, max, pointer: String| {
        text::line(value, max).into_iter().map(move |fault| fault.under(&pointer)).collect::<Vec<_>>()
    };
    let mut faults = vec![];
    for (value, max, name) in [
        (&group.head, PERSON_MAX_CHARS, "head"),
        (&group.office_director, PERSON_MAX_CHARS, "office_director"),
        (&group.office_phone, PHONE_MAX_CHARS, "office_phone"),
    ] {
        faults.extend(value.iter().flat_map(|value| line(value, max, format!("/{name}"))));
    }
    for (people, name) in [(&group.deputies, "deputies"), (&group.members, "members")] {
        if people.len() > Leadership::MAX_PEOPLE {
            let fault = Fault::at(format!("/{name}"), Code::TooMany);
            faults.push(fault.with("limit", Leadership::MAX_PEOPLE).with("actual", people.len()));
        }
        for (index, person) in people.iter().enumerate() {
            faults.extend(line(person, PERSON_MAX_CHARS, format!("/{name}/{index}")));
        }
    }
    faults
}

fn tidy(group: &Leadership) -> Leadership {
    let one = |value: &Option<String>| value.as_deref().map(text::tidy_line);
    let all = |people: &[String]| people.iter().map(|person| text::tidy_line(person)).collect();
    Leadership {
        head: one(&group.head),
        deputies: all(&group.deputies),
        members: all(&group.members),
        office_director: one(&group.office_director),
        office_phone: one(&group.office_phone),
    }
}
