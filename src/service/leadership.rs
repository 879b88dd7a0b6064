//! The leadership group of an organization: read by everybody, kept by administrators, with those that led before.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::json;

use super::{
    Service,
    caller::Caller,
    error::{Error, refuse_invalid},
    generator,
    organizations::PERSON_MAX_CHARS,
    record::{self, Deed},
};
use crate::{
    domain::{
        fault::{Code, Fault},
        id::{LeadershipId, OrganizationId, UserId},
        leadership::{InForce, Leadership, Term, first_day},
        local_day::day_of,
        role::Role,
        text,
    },
    storage::{
        self, Connection,
        leadership_groups::{FormerGroup, KeptGroup},
    },
};

/// The version of a group that was never entered.
const EMPTY_VERSION: i64 = 1;
/// Most characters of the office's telephone.
pub const PHONE_MAX_CHARS: usize = 32;
/// Most characters of the number of the document by which a group was appointed.
pub const DOCUMENT_MAX_CHARS: usize = 100;

/// A group that was entered in the place of another, or a slip of the pen in the one there is.
#[derive(Clone, Debug)]
pub struct NewGroup {
    /// The group.
    pub group: Leadership,
    /// Whether it only corrects the group there is: nothing goes into the history.
    pub corrects: bool,
}

/// Reads the group that was in force on a day, today where none is named; an empty one of version 1 where none was entered.
pub async fn get_leadership(service: &Service, id: OrganizationId, on: Option<NaiveDate>) -> Result<InForce, Error> {
    let (today, zone) = (day_of(service.clocks.campaign(), service.time_zone), service.time_zone);
    service.store.read(move |db| find(db, id, (on, today), zone)).await
}

fn find(
    db: &mut Connection,
    id: OrganizationId,
    (on, today): (Option<NaiveDate>, NaiveDate),
    zone: Tz,
) -> Result<InForce, Error> {
    storage::organizations::find(db, id)?.ok_or_else(Error::not_found)?;
    let day = on.unwrap_or(today);
    let kept = storage::leadership_groups::find(db, id)?;
    if let Some(kept) = kept {
        let since = began(&kept, zone);
        if on.is_none() || since <= day {
            let expired = kept.group.is_over(day);
            return Ok(InForce { group: kept.group, version: kept.version, since: Some(since), until: None, expired });
        }
    }
    Ok(match storage::leadership_groups::find_former(db, id, day)? {
        Some(former) => InForce {
            expired: former.group.is_over(day),
            group: former.group,
            version: former.version,
            since: Some(former.in_force_from),
            until: former.in_force_until.pred_opt(),
        },
        None => {
            InForce { group: Leadership::default(), version: EMPTY_VERSION, since: None, until: None, expired: false }
        }
    })
}

/// The first day of a group; those from before that was kept began when they were entered last.
fn began(kept: &KeptGroup, zone: Tz) -> NaiveDate {
    kept.since.unwrap_or_else(|| day_of(kept.updated_at, zone))
}

/// Puts another group in the place of the one of that version; administrators only. The former one goes into the history,
/// unless it is only corrected; the same group again changes nothing.
pub async fn replace_leadership(
    service: &Service,
    caller: &Caller,
    (id, version): (OrganizationId, i64),
    input: NewGroup,
) -> Result<InForce, Error> {
    let admin = caller.require(&[Role::Admin])?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            admin.recheck(db)?;
            let now = service.clocks.campaign();
            let today = day_of(now, service.time_zone);
            let present = find(db, id, (None, today), service.time_zone)?;
            if present.version != version {
                return Err(Error::of(Code::PreconditionFailed));
            }
            let early = input.group.term.and_then(|term| term.begins_late(today));
            let early = early.map(|fault| fault.under("/term"));
            refuse_invalid(leadership_faults(&input.group).into_iter().chain(early).collect())?;
            let group = tidy(&input.group);
            if group == present.group {
                return Ok(present);
            }
            let since = first_day(group.term, present.since.filter(|_| input.corrects), today);
            if !storage::leadership_groups::replace_if(db, (id, version), (&group, since), now)? {
                return Err(Error::of(Code::PreconditionFailed));
            }
            if input.corrects {
                storage::leadership_groups::follow_correction(db, id, since)?;
            } else if let Some(from) = present.since {
                keep_former(&service, db, (id, admin.id), (present, from, since))?;
            }
            let action = if input.corrects { CORRECTED } else { REPLACED };
            let deed = Deed::new(action, "organization", id).with(json!({ "version": version + 1, "since": since }));
            record::audit(&service, db, &caller, &deed)?;
            find(db, id, (None, today), service.time_zone)
        })
        .await
}

const REPLACED: &str = "organization.leadership_replaced";
const CORRECTED: &str = "organization.leadership_corrected";

fn keep_former(
    service: &Service,
    db: &mut Connection,
    (organization_id, replaced_by): (OrganizationId, UserId),
    (former, from, next): (InForce, NaiveDate, NaiveDate),
) -> Result<(), Error> {
    let former = FormerGroup {
        id: generator::new_id(&service.clocks)?,
        organization_id,
        group: former.group,
        in_force_from: from,
        in_force_until: next.max(from),
        version: former.version,
        replaced_by,
        replaced_at: service.clocks.campaign(),
    };
    Ok(storage::leadership_groups::insert_former(db, former)?)
}

/// A former group as somebody may see it.
#[derive(Clone, Debug)]
pub struct ShownFormer {
    /// The group with its days.
    pub former: FormerGroup,
    /// Who replaced it, with the name shown: for staff alone.
    pub by: Option<(UserId, String)>,
}

/// One page of an organization's former groups, the latest first. Who replaced them is for reviewers and administrators.
pub async fn list_history(
    service: &Service,
    caller: &Caller,
    id: OrganizationId,
    after: Option<(DateTime<Utc>, LeadershipId)>,
    limit: i64,
) -> Result<Vec<ShownFormer>, Error> {
    let is_staff = caller.role().is_some_and(|role| role.is_reviewer() || role == Role::Admin);
    service
        .store
        .read(move |db| {
            storage::organizations::find(db, id)?.ok_or_else(Error::not_found)?;
            let rows = storage::leadership_groups::list_former(db, id, after, limit)?;
            let who: BTreeSet<UserId> = rows.iter().filter(|_| is_staff).map(|row| row.replaced_by).collect();
            let names = storage::reviewers::names(db, &who.into_iter().collect::<Vec<_>>())?;
            let shown = rows.into_iter().map(|former| {
                let by = names.get(&former.replaced_by).map(|name| (former.replaced_by, name.clone()));
                ShownFormer { former, by }
            });
            Ok(shown.collect())
        })
        .await
}

/// What is wrong with the names, the term and the document of a group, whatever today is.
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
        (&group.document, DOCUMENT_MAX_CHARS, "document"),
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
    faults.extend(group.term.map(Term::faults).unwrap_or_default().into_iter().map(|fault| fault.under("/term")));
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
        term: group.term,
        document: one(&group.document),
    }
}
