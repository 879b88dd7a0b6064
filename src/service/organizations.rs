//! The tree of organizations: read by everybody, kept by administrators.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    Service,
    caller::Caller,
    error::{Error, refuse_guarded, refuse_invalid},
    generator,
    idempotency::{self, Attempt, FirstAnswer},
    record::{self, Deed, Place},
};
use crate::{
    domain::{
        fault::{Code, Fault},
        id::OrganizationId,
        organization::{self, Organization, OrganizationKind},
        role::Role,
        text,
    },
    storage::{self, Connection, organizations::OrganizationFilter},
};

/// Most characters of an organization's name and of a list's title and issuer.
pub const NAME_MAX_CHARS: usize = 100;
/// Most characters of a person's name.
pub const PERSON_MAX_CHARS: usize = 64;
/// The largest headcount.
pub const HEADCOUNT_MAX: u32 = 100_000_000;

/// An organization to be entered.
#[derive(Clone, Debug)]
pub struct NewOrganization {
    /// City, district or unit.
    pub kind: OrganizationKind,
    /// The node above; none for the city.
    pub parent_id: Option<OrganizationId>,
    /// GB/T 2260 for city and district.
    pub code: Option<String>,
    /// Name.
    pub name: String,
    /// How many people work or live there.
    pub headcount: Option<u32>,
    /// The responsible person.
    pub responsible_name: Option<String>,
    /// Whether it takes part.
    pub active: bool,
    /// What the city calls its lists.
    pub list_title: Option<String>,
    /// Who issues the city's lists and certificates.
    pub list_issuer: Option<String>,
}

/// One page of organizations in the order of entry.
pub async fn list_organizations(
    service: &Service,
    filter: OrganizationFilter,
    after: Option<(DateTime<Utc>, OrganizationId)>,
    limit: i64,
) -> Result<Vec<Organization>, Error> {
    service.store.read(move |db| Ok(storage::organizations::list(db, &filter, after, limit)?)).await
}

/// Reads an organization.
pub async fn get_organization(service: &Service, id: OrganizationId) -> Result<Organization, Error> {
    service.store.read(move |db| storage::organizations::find(db, id)?.ok_or_else(Error::not_found)).await
}

/// Enters an organization; administrators only. A second root is refused.
pub async fn create_organization(
    service: &Service,
    caller: &Caller,
    input: NewOrganization,
    attempt: Option<Attempt>,
) -> Result<Organization, Error> {
    let admin = caller.require(&[Role::Admin])?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            admin.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let new = placed(&service, db, &input)?;
            storage::organizations::insert(db, &new)?;
            record(&service, db, &caller, &new, "organization.created")?;
            let first = FirstAnswer { status: 201, resource_id: new.id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            Ok(new)
        })
        .await
}

fn placed(service: &Service, db: &mut Connection, input: &NewOrganization) -> Result<Organization, Error> {
    let id = generator::new_id(&service.clocks)?;
    let now = service.clocks.campaign();
    let mut new = Organization {
        id,
        kind: input.kind,
        parent_id: input.parent_id,
        district_id: None,
        code: input.code.clone(),
        name: text::tidy_line(&input.name),
        headcount: input.headcount,
        responsible_name: input.responsible_name.as_deref().map(text::tidy_line),
        active: input.active,
        list_title: input.list_title.as_deref().map(text::tidy_line),
        list_issuer: input.list_issuer.as_deref().map(text::tidy_line),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let mut faults = new_faults(input);
    match place(db, &new, false)? {
        Ok(district_id) => new.district_id = district_id,
        Err(misplaced) => faults.extend(misplaced),
    }
    refuse_invalid(faults)?;
    Ok(new)
}

/// What is wrong with the fields of a new organization, its place aside.
#[must_use]
pub fn new_faults(input: &NewOrganization) -> Vec<Fault> {
    let mut faults = organization::validate_code(input.kind, input.code.as_deref());
    let (title, issuer) = (input.list_title.as_deref(), input.list_issuer.as_deref());
    faults.extend(organization::validate_heading(input.kind, title, issuer));
    faults.extend(field_faults(Some(&input.name), input.responsible_name.as_deref(), input.headcount));
    faults.extend(line_faults(title, NAME_MAX_CHARS, "/list_title"));
    faults.extend(line_faults(issuer, NAME_MAX_CHARS, "/list_issuer"));
    faults
}

/// What is wrong with the changed fields of an organization, place and code aside.
#[must_use]
pub fn patch_faults(patch: &OrganizationPatch) -> Vec<Fault> {
    let text = |member: &'_ Option<Option<String>>| member.clone().flatten();
    let (title, issuer) = (text(&patch.list_title), text(&patch.list_issuer));
    let mut faults =
        field_faults(patch.name.as_deref(), text(&patch.responsible_name).as_deref(), patch.headcount.flatten());
    faults.extend(line_faults(title.as_deref(), NAME_MAX_CHARS, "/list_title"));
    faults.extend(line_faults(issuer.as_deref(), NAME_MAX_CHARS, "/list_issuer"));
    faults
}

fn field_faults(name: Option<&str>, responsible: Option<&str>, headcount: Option<u32>) -> Vec<Fault> {
    let mut faults = line_faults(name, NAME_MAX_CHARS, "/name");
    faults.extend(line_faults(responsible, PERSON_MAX_CHARS, "/responsible_name"));
    if let Some(count) = headcount.filter(|count| *count > HEADCOUNT_MAX) {
        faults.push(Fault::at("/headcount", Code::TooLarge).with("limit", HEADCOUNT_MAX).with("actual", count));
    }
    faults
}

fn line_faults(value: Option<&str>, max_chars: usize, pointer: &str) -> Vec<Fault> {
    let faults = value.map(|value| text::line(value, max_chars)).unwrap_or_default();
    faults.into_iter().map(|fault| fault.under(pointer)).collect()
}

/// Holds the node above and says in which district the organization stands, or what is wrong with its place.
fn place(
    db: &mut Connection,
    organization: &Organization,
    has_children: bool,
) -> Result<Result<Option<OrganizationId>, Vec<Fault>>, Error> {
    let parent = match organization.parent_id {
        None => None,
        Some(id) => {
            storage::locks::organization_shared(db, id)?;
            match storage::organizations::find(db, id)? {
                Some(parent) if parent.active || !organization.active => Some(parent),
                Some(_) | None => return Ok(Err(vec![Fault::at("/parent_id", Code::UnknownReference)])),
            }
        }
    };
    if parent.as_ref().is_some_and(|parent| parent.id == organization.id) {
        return Ok(Err(vec![Fault::at("/parent_id", Code::Inconsistent)]));
    }
    let placed = organization::place(organization.kind, parent.as_ref(), has_children);
    // A district is its own: whatever it carries is found by it.
    Ok(placed.map(|district| match organization.kind {
        OrganizationKind::District => Some(organization.id),
        OrganizationKind::City | OrganizationKind::Unit => district,
    }))
}

/// What an administrator may change of an organization; its kind stays.
#[derive(Clone, Debug, Default)]
pub struct OrganizationPatch {
    /// The node above.
    pub parent_id: Option<Option<OrganizationId>>,
    /// The code.
    pub code: Option<Option<String>>,
    /// Name.
    pub name: Option<String>,
    /// How many people work or live there.
    pub headcount: Option<Option<u32>>,
    /// The responsible person.
    pub responsible_name: Option<Option<String>>,
    /// Whether it takes part.
    pub active: Option<bool>,
    /// What the city calls its lists.
    pub list_title: Option<Option<String>>,
    /// Who issues the city's lists and certificates.
    pub list_issuer: Option<Option<String>>,
}

/// Changes an organization; administrators only. One with open candidates is not moved or closed, one with open
/// organizations below or leads that wait is not closed. Its reviewers act in the changed tree at once.
pub async fn update_organization(
    service: &Service,
    caller: &Caller,
    (id, version): (OrganizationId, i64),
    patch: OrganizationPatch,
) -> Result<Organization, Error> {
    let admin = caller.require(&[Role::Admin])?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            admin.recheck(db)?;
            storage::locks::organization(db, id)?;
            let old = storage::organizations::find(db, id)?.ok_or_else(Error::not_found)?;
            if old.version != version {
                return Err(Error::of(Code::PreconditionFailed));
            }
            let new = patched(db, &old, &patch)?;
            refuse_guarded(use_faults(db, &old, &new)?)?;
            if !storage::organizations::update_if(db, &new, service.clocks.campaign())? {
                return Err(Error::of(Code::PreconditionFailed));
            }
            if new.district_id != old.district_id {
                storage::organizations::set_district_below(db, id, new.district_id)?;
                let mut moved = storage::organizations::child_ids(db, id)?;
                moved.push(id);
                storage::care::set_district(db, &moved, new.district_id)?;
                storage::assistance::set_district(db, &moved, new.district_id)?;
            }
            record(&service, db, &caller, &new, "organization.updated")?;
            storage::organizations::find(db, id)?.ok_or_else(Error::not_found)
        })
        .await
}

fn patched(db: &mut Connection, old: &Organization, patch: &OrganizationPatch) -> Result<Organization, Error> {
    let line = |wished: &Option<Option<String>>, present: &Option<String>| match wished {
        Some(wished) => wished.as_deref().map(text::tidy_line),
        None => present.clone(),
    };
    let mut new = Organization {
        parent_id: patch.parent_id.unwrap_or(old.parent_id),
        code: patch.code.clone().unwrap_or_else(|| old.code.clone()),
        name: patch.name.as_deref().map_or_else(|| old.name.clone(), text::tidy_line),
        headcount: patch.headcount.unwrap_or(old.headcount),
        responsible_name: line(&patch.responsible_name, &old.responsible_name),
        active: patch.active.unwrap_or(old.active),
        list_title: line(&patch.list_title, &old.list_title),
        list_issuer: line(&patch.list_issuer, &old.list_issuer),
        ..old.clone()
    };
    let mut faults = organization::validate_code(new.kind, new.code.as_deref());
    faults.extend(organization::validate_heading(new.kind, new.list_title.as_deref(), new.list_issuer.as_deref()));
    faults.extend(patch_faults(patch));
    if new.parent_id != old.parent_id || (new.active && !old.active) {
        let has_children = !storage::organizations::child_ids(db, old.id)?.is_empty();
        match place(db, &new, has_children)? {
            Ok(district_id) => new.district_id = district_id,
            Err(misplaced) => faults.extend(misplaced),
        }
    }
    refuse_invalid(faults)?;
    Ok(new)
}

fn use_faults(db: &mut Connection, old: &Organization, new: &Organization) -> Result<Vec<Fault>, Error> {
    let (moves, closes) = (new.parent_id != old.parent_id, old.active && !new.active);
    if !moves && !closes {
        return Ok(vec![]);
    }
    if moves {
        // They move with it, so nobody may be recommended to one of them from the count to the commit.
        storage::locks::organizations_below(db, old.id)?;
    }
    let mut faults = vec![];
    let open_candidates = storage::organizations::count_open_candidates(db, old.id)?;
    if open_candidates > 0 {
        faults.push(in_use("open_candidates", open_candidates));
    }
    let below = if closes { storage::organizations::count_active_below(db, old.id)? } else { 0 };
    if below > 0 {
        faults.push(in_use("active_organizations", below));
    }
    let leads = if closes { storage::leads::count_waiting_at(db, old.id)? } else { 0 };
    if leads > 0 {
        faults.push(in_use("waiting_leads", leads));
    }
    Ok(faults)
}

fn in_use(figure: &'static str, count: i64) -> Fault {
    Fault::of(Code::OrganizationInUse).with(figure, count)
}

fn record(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    organization: &Organization,
    action: &str,
) -> Result<(), Error> {
    let details =
        json!({ "kind": organization.kind, "parent_id": organization.parent_id, "active": organization.active });
    let deed = Deed::new(action, "organization", organization.id).with(details);
    record::audit(service, db, caller, &deed)?;
    let unit_id = (organization.kind == OrganizationKind::Unit).then_some(organization.id);
    record::announce(service, db, &deed, Place { cycle: None, district_id: organization.district_id, unit_id })
}
