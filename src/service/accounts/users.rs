//! The administrators' side of accounts, and the citizens' registration.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::passwords;
use crate::{
    domain::{
        fault::{Code, Fault},
        id::{OrganizationId, UserId},
        organization::OrganizationKind,
        role::Role,
        text,
    },
    service::{
        Service,
        caller::Caller,
        error::{Error, refuse_invalid},
        generator,
        idempotency::{self, Attempt, FirstAnswer},
        record::{self, Deed},
    },
    storage::{
        self, Connection,
        users::{NewUser, UserChange, UserFilter, UserRow},
    },
};

/// Most characters of a user name.
pub const USERNAME_MAX_CHARS: usize = 64;
/// Most characters of a display name.
pub const DISPLAY_NAME_MAX_CHARS: usize = 64;

/// An account to be made.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The name to sign in with: letters of any script, digits, `.`, `_`, `-`, `@`.
    pub username: String,
    /// Ten characters at least, not easily guessed.
    pub password: String,
    /// The name shown.
    pub display_name: String,
    /// What the account may do.
    pub role: Role,
    /// Where it belongs.
    pub organization_id: Option<OrganizationId>,
}

/// Registers a citizen's account.
pub async fn register(service: &Service, caller: &Caller, input: Registration) -> Result<UserRow, Error> {
    create(service, caller, Registration { role: Role::Citizen, ..input }, None).await
}

/// Makes an account of any role; administrators only.
pub async fn create_user(
    service: &Service,
    caller: &Caller,
    input: Registration,
    attempt: Option<Attempt>,
) -> Result<UserRow, Error> {
    caller.require(&[Role::Admin])?;
    create(service, caller, input, attempt).await
}

async fn create(
    service: &Service,
    caller: &Caller,
    input: Registration,
    attempt: Option<Attempt>,
) -> Result<UserRow, Error> {
    let mut faults = registration_faults(&input);
    let (role, organization_id) = (input.role, input.organization_id);
    faults.extend(service.store.read(move |db| membership_faults(db, role, organization_id)).await?);
    refuse_invalid(faults)?;
    let password_hash = service.passwords.hash(input.password.clone()).await?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            if let Some(account) = &caller.account {
                account.recheck(db)?;
            }
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let row = new_row(&service, &input, password_hash)?;
            refuse_invalid(membership_faults(db, input.role, input.organization_id)?)?;
            storage::users::insert(db, &row)?;
            let deed = Deed::new("user.created", "user", row.id).with(json!({ "role": row.role }));
            record::audit(&service, db, &caller, &deed)?;
            let first = FirstAnswer { status: 201, resource_id: row.id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            storage::users::find(db, row.id)?.ok_or_else(Error::not_found)
        })
        .await
}

fn new_row(service: &Service, input: &Registration, password_hash: String) -> Result<NewUser, Error> {
    let now = service.clocks.campaign();
    Ok(NewUser {
        id: generator::new_id(&service.clocks)?,
        username_folded: text::fold(&input.username),
        username: text::tidy_line(&input.username),
        display_name: text::tidy_line(&input.display_name),
        password_hash,
        role: input.role,
        organization_id: input.organization_id,
        active: true,
        auth_version: 1,
        failed_logins: 0,
        version: 1,
        created_at: now.into(),
        updated_at: now.into(),
    })
}

fn registration_faults(input: &Registration) -> Vec<Fault> {
    let mut faults: Vec<Fault> =
        username_faults(&input.username).into_iter().map(|fault| fault.under("/username")).collect();
    faults.extend(
        text::line(&input.display_name, DISPLAY_NAME_MAX_CHARS).into_iter().map(|fault| fault.under("/display_name")),
    );
    faults.extend(passwords::faults("/password", &input.password, &[&input.username, &input.display_name, "haoren"]));
    faults
}

/// What is wrong with a user name: letters of any script, digits, `.`, `_`, `-`, `@`, up to 64 of them.
#[must_use]
pub fn username_faults(username: &str) -> Vec<Fault> {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    let mut faults = text::line(username, USERNAME_MAX_CHARS);
    if faults.is_empty() && !username.chars().all(allowed) {
        faults.push(Fault::of(Code::Malformed));
    }
    faults
}

/// Whether an account of this role can belong there: a reviewer to an organization of the own kind, a citizen to a
/// unit or district or to none, administrator and portal to none or the city.
fn membership_faults(
    db: &mut Connection,
    role: Role,
    organization_id: Option<OrganizationId>,
) -> Result<Vec<Fault>, Error> {
    let wanted = match role {
        Role::UnitReviewer => &[OrganizationKind::Unit][..],
        Role::DistrictReviewer => &[OrganizationKind::District],
        Role::CityReviewer | Role::Portal | Role::Admin => &[OrganizationKind::City],
        Role::Citizen => &[OrganizationKind::Unit, OrganizationKind::District],
    };
    let place = "/organization_id";
    let Some(id) = organization_id else {
        return Ok(if role.is_reviewer() { vec![Fault::at(place, Code::Required)] } else { Vec::new() });
    };
    storage::locks::organization_shared(db, id)?;
    Ok(match storage::organizations::find(db, id)? {
        None => vec![Fault::at(place, Code::UnknownReference)],
        Some(organization) if !organization.active || !wanted.contains(&organization.kind) => {
            vec![Fault::at(place, Code::Inconsistent)]
        }
        Some(_) => Vec::new(),
    })
}

/// Reads an account; administrators only.
pub async fn get_user(service: &Service, caller: &Caller, id: UserId) -> Result<UserRow, Error> {
    caller.require(&[Role::Admin])?;
    service.store.read(move |db| storage::users::find(db, id)?.ok_or_else(Error::not_found)).await
}

/// Lists accounts in the order of entry; administrators only.
pub async fn list_users(
    service: &Service,
    caller: &Caller,
    filter: UserFilter,
    after: Option<(DateTime<Utc>, UserId)>,
    limit: i64,
) -> Result<Vec<UserRow>, Error> {
    caller.require(&[Role::Admin])?;
    service.store.read(move |db| Ok(storage::users::list(db, &filter, after, limit)?)).await
}

/// What an administrator may change of an account.
#[derive(Clone, Debug, Default)]
pub struct UserPatch {
    /// The name shown.
    pub display_name: Option<String>,
    /// The role.
    pub role: Option<Role>,
    /// The organization; `Some(None)` takes it away.
    pub organization_id: Option<Option<OrganizationId>>,
    /// Open or closed.
    pub active: Option<bool>,
    /// A new password.
    pub password: Option<String>,
}

/// Changes an account; administrators only. A changed role, organization, activity or password ends every token of
/// the account at once.
pub async fn update_user(
    service: &Service,
    caller: &Caller,
    (id, version): (UserId, i64),
    patch: UserPatch,
) -> Result<UserRow, Error> {
    let admin = caller.require(&[Role::Admin])?.clone();
    refuse_invalid(patch_faults(&patch))?;
    let password_hash = match &patch.password {
        Some(password) => Some(service.passwords.hash(password.clone()).await?),
        None => None,
    };
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            lock_both(db, admin.id, id)?;
            admin.recheck(db)?;
            let user = storage::users::find(db, id)?.ok_or_else(Error::not_found)?;
            let change = changed_fields(db, &user, &patch, password_hash)?;
            let stays = change.role.is_none() && change.active != Some(false);
            if user.role == Role::Admin && user.active && !stays && !storage::users::other_admin_stands(db, id)? {
                return Err(Error::of(Code::LastAdministrator));
            }
            let ends_tokens = change.role.is_some()
                || change.organization_id.is_some()
                || change.active.is_some()
                || change.password_hash.is_some();
            let now = service.clocks.campaign();
            if !storage::users::update_if(db, (id, version), &change, ends_tokens, now)? {
                return Err(Error::of(Code::PreconditionFailed));
            }
            if change.organization_id.is_some() || change.role.is_some() {
                // It was confirmed for who and where the account was.
                storage::memberships::end(db, id)?;
            }
            let changed = json!({ "role": change.role, "organization": change.organization_id.is_some(),
                "active": change.active, "password": change.password_hash.is_some() });
            record::audit(&service, db, &caller, &Deed::new("user.updated", "user", id).with(changed))?;
            storage::users::find(db, id)?.ok_or_else(Error::not_found)
        })
        .await
}

/// Two administrators who change each other's accounts would wait for each other with any other order.
fn lock_both(db: &mut Connection, one: UserId, other: UserId) -> Result<(), Error> {
    storage::locks::user(db, one.min(other))?;
    Ok(storage::locks::user(db, one.max(other))?)
}

fn patch_faults(patch: &UserPatch) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Some(name) = &patch.display_name {
        faults.extend(text::line(name, DISPLAY_NAME_MAX_CHARS).into_iter().map(|fault| fault.under("/display_name")));
    }
    if let Some(password) = &patch.password {
        faults.extend(passwords::faults("/password", password, &["haoren"]));
    }
    faults
}

fn changed_fields(
    db: &mut Connection,
    user: &UserRow,
    patch: &UserPatch,
    password_hash: Option<String>,
) -> Result<UserChange, Error> {
    let role = patch.role.filter(|role| *role != user.role);
    let organization_id = patch.organization_id.filter(|id| *id != user.organization_id);
    let reopened = patch.active == Some(true) && !user.active;
    if role.is_some() || organization_id.is_some() || reopened {
        let belongs = organization_id.unwrap_or(user.organization_id);
        refuse_invalid(membership_faults(db, role.unwrap_or(user.role), belongs)?)?;
    }
    Ok(UserChange {
        display_name: patch.display_name.as_deref().map(text::tidy_line),
        role,
        organization_id,
        active: patch.active.filter(|active| *active != user.active),
        password_hash,
        ..UserChange::default()
    })
}
