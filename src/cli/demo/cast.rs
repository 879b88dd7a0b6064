//! The organizations and accounts of the demo, made through the administrators' use cases.

use std::collections::HashMap;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::{
    city::{City, District, Unit},
    error::{DemoError, During},
    guide,
    progress::Progress,
};
use crate::{
    domain::{
        id::{OrganizationId, UserId},
        organization::OrganizationKind,
        role::Role,
    },
    service::{
        Caller, Service,
        accounts::{first_admin, users},
        caller,
        organizations::{self, NewOrganization},
    },
    storage,
};

/// Accounts made at the same time; each waits for its password to be hashed.
const AT_ONCE: usize = 4;

/// A unit with who reviews for it.
#[derive(Debug, Clone)]
pub struct UnitPost {
    /// The unit.
    pub organization: OrganizationId,
    /// Its district.
    pub district: OrganizationId,
    /// The user name of who verifies: its reviewer, or the district's second one where it has none.
    pub verifier: String,
    /// The user name of the district's reviewer.
    pub endorser: String,
}

/// Everybody.
#[derive(Debug, Default)]
pub struct Cast {
    units: HashMap<String, UnitPost>,
    accounts: HashMap<String, UserId>,
}

impl Cast {
    /// A unit by its key.
    pub fn unit(&self, key: &str) -> Result<&UnitPost, DemoError> {
        self.units.get(key).ok_or_else(|| DemoError::Missing(format!("the unit {key}")))
    }

    /// Somebody as a caller of use cases, as the account stands now.
    pub async fn caller(&self, service: &Service, username: &str) -> Result<Caller, DemoError> {
        let missing = || DemoError::Missing(format!("the account {username}"));
        let id = *self.accounts.get(username).ok_or_else(missing)?;
        let found = service.store.read(move |db| {
            let user = storage::users::find(db, id)?.ok_or_else(crate::service::Error::not_found)?;
            caller::find_account(db, id, user.auth_version)
        });
        let account = found.await.during(|| format!("sign in as {username}"))?.ok_or_else(missing)?;
        Ok(Caller { account: Some(account), request_id: "demo".to_owned(), ..Caller::default() })
    }
}

/// An account to be made.
struct Opening {
    username: String,
    name: String,
    role: Role,
    organization: Option<OrganizationId>,
}

/// Makes the administrator, the city with its districts and units, and all accounts.
pub async fn assemble(
    service: &Service,
    city: &City,
    citizens: &[String],
    password: &str,
    progress: &mut Progress,
) -> Result<Cast, DemoError> {
    first_admin::ensure(service, Some(password.to_owned())).await.during(|| "make the admin".to_owned())?;
    let folded = crate::domain::text::fold("admin");
    let found = service.store.read(move |db| storage::users::find_by_username(db, &folded)).await?;
    let admin = found.ok_or_else(|| DemoError::Missing("the administrator".to_owned()))?;
    let mut cast = Cast::default();
    cast.accounts.insert("admin".to_owned(), admin.id);
    let caller = cast.caller(service, "admin").await?;
    let openings = Founder { service, caller: &caller, cast: &mut cast, progress }.found(city, citizens).await?;
    let made: Vec<_> = stream::iter(openings)
        .map(|opening| open_account(service, &caller, opening, password))
        .buffer_unordered(AT_ONCE)
        .inspect_ok(|_| progress.step("账号 accounts"))
        .try_collect()
        .await?;
    cast.accounts.extend(made);
    Ok(cast)
}

/// How many steps [`assemble`] takes.
pub fn steps(city: &City, citizens: usize) -> usize {
    let units: usize =
        city.districts.iter().flat_map(|district| &district.units).map(|unit| 1 + unit.windows.len()).sum();
    units + city.districts.len() + 1 + guide::reviewer_logins(city).len() + citizens + 3
}

async fn open_account(
    service: &Service,
    admin: &Caller,
    opening: Opening,
    password: &str,
) -> Result<(String, UserId), DemoError> {
    let Opening { username, name, role, organization } = opening;
    let input = users::Registration {
        username: username.clone(),
        password: password.to_owned(),
        display_name: name,
        role,
        organization_id: organization,
    };
    let made = if role == Role::Citizen {
        users::register(service, &Caller::default(), input).await
    } else {
        users::create_user(service, admin, input, None).await
    };
    Ok((username.clone(), made.during(|| format!("open the account {username}"))?.id))
}

struct Founder<'a> {
    service: &'a Service,
    caller: &'a Caller,
    cast: &'a mut Cast,
    progress: &'a mut Progress,
}

impl Founder<'_> {
    async fn found(&mut self, city: &City, citizens: &[String]) -> Result<Vec<Opening>, DemoError> {
        let root = self
            .organization(NewOrganization {
                kind: OrganizationKind::City,
                parent_id: None,
                code: Some(city.code.clone()),
                name: city.name.clone(),
                headcount: Some(city.headcount),
                responsible_name: Some(city.responsible.clone()),
                active: true,
                list_title: None,
                list_issuer: None,
            })
            .await?;
        let mut openings: Vec<_> = guide::city_logins(city)
            .into_iter()
            .filter_map(|login| {
                let role = match login.username.as_str() {
                    "admin" => return None,
                    "portal" => Role::Portal,
                    _ => Role::CityReviewer,
                };
                Some(Opening { username: login.username, name: login.name, role, organization: Some(root) })
            })
            .collect();
        for district in &city.districts {
            self.district(root, district, &mut openings).await?;
        }
        let mut homes: Vec<_> = self.cast.units.values().map(|post| post.organization).collect();
        homes.sort_unstable();
        openings.extend(citizens.iter().enumerate().map(|(number, name)| Opening {
            username: guide::citizen(number),
            name: name.clone(),
            role: Role::Citizen,
            organization: homes.iter().cycle().nth(number * 3).copied(),
        }));
        Ok(openings)
    }

    async fn district(
        &mut self,
        root: OrganizationId,
        district: &District,
        openings: &mut Vec<Opening>,
    ) -> Result<(), DemoError> {
        let own = self
            .organization(NewOrganization {
                kind: OrganizationKind::District,
                parent_id: Some(root),
                code: Some(district.code.clone()),
                name: district.name.clone(),
                headcount: Some(district.headcount),
                responsible_name: Some(district.responsible.clone()),
                active: true,
                list_title: None,
                list_issuer: None,
            })
            .await?;
        let endorser = format!("d{}", district.code);
        for (username, name) in
            [(endorser.clone(), &district.reviewer), (format!("{endorser}-2"), &district.responsible)]
        {
            let role = Role::DistrictReviewer;
            openings.push(Opening { username, name: name.clone(), role, organization: Some(own) });
        }
        for unit in &district.units {
            let above = self.unit((own, own), &endorser, unit, openings).await?;
            for window in &unit.windows {
                self.unit((own, above), &endorser, window, openings).await?;
            }
        }
        Ok(())
    }

    async fn unit(
        &mut self,
        (district, above): (OrganizationId, OrganizationId),
        endorser: &str,
        unit: &Unit,
        openings: &mut Vec<Opening>,
    ) -> Result<OrganizationId, DemoError> {
        let organization = self
            .organization(NewOrganization {
                kind: OrganizationKind::Unit,
                parent_id: Some(above),
                code: Some(unit.key.clone()),
                name: unit.name.clone(),
                headcount: Some(unit.headcount),
                responsible_name: Some(unit.responsible.clone()),
                active: true,
                list_title: None,
                list_issuer: None,
            })
            .await?;
        let verifier = if let Some(name) = &unit.reviewer {
            let (username, name, role) = (unit.username(), name.clone(), Role::UnitReviewer);
            openings.push(Opening { username: username.clone(), name, role, organization: Some(organization) });
            username
        } else {
            format!("{endorser}-2")
        };
        let post = UnitPost { organization, district, verifier, endorser: endorser.to_owned() };
        self.cast.units.insert(unit.key.clone(), post);
        Ok(organization)
    }

    async fn organization(&mut self, input: NewOrganization) -> Result<OrganizationId, DemoError> {
        let name = input.name.clone();
        let made = organizations::create_organization(self.service, self.caller, input, None).await;
        self.progress.step("区与单位 districts and units");
        Ok(made.during(|| format!("enter {name}"))?.id)
    }
}
