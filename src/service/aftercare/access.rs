//! Who may see the aftercare of an honoree: the reviewers in whose subtree the honoree, or the organization in charge, lies.

use crate::{
    domain::{
        aftercare::charge::{Nearest, district_of},
        fault::Code,
        honour::Honoree,
        id::{HonoreeId, OrganizationId},
        organization::{Organization, OrganizationKind},
        scope::Scope,
    },
    service::{
        Service,
        caller::{Account, Caller},
        error::Error,
        record::Place,
    },
    storage::{self, Connection},
};

/// An honoree with the organizations around.
#[derive(Clone, Debug)]
pub struct Cared {
    /// Who.
    pub honoree: Honoree,
    /// The organizations that come into question, of which one is in charge.
    pub nearest: Nearest,
}

impl Cared {
    /// Finds an honoree with whoever is in charge. Whoever goes on as another is looked after as that one.
    pub fn find(db: &mut Connection, id: HonoreeId) -> Result<Option<Self>, Error> {
        let found = storage::honorees::find(db, id)?.filter(|honoree| honoree.merged_into.is_none());
        let Some(honoree) = found else { return Ok(None) };
        let handed_to = storage::care::find_handed_to(db, id)?;
        let mut organization = |id: Option<OrganizationId>| match id {
            Some(id) => storage::organizations::find(db, id),
            None => Ok(None),
        };
        let nearest = Nearest {
            handed_to: organization(handed_to)?,
            unit: organization(honoree.unit)?,
            district: organization(honoree.district)?,
        };
        Ok(Some(Self { honoree, nearest }))
    }

    /// The organization in charge.
    #[must_use]
    pub fn charge(&self) -> Option<&Organization> {
        self.nearest.in_charge()
    }

    /// Where events about the honoree happen: with whoever is in charge.
    #[must_use]
    pub fn place(&self) -> Place {
        let charge = self.charge();
        let unit = charge.filter(|charge| charge.kind == OrganizationKind::Unit);
        Place {
            cycle: None,
            district_id: charge.and_then(district_of).or(self.honoree.district),
            unit_id: unit.map(|unit| unit.id),
        }
    }

    /// Whether an account sees the aftercare of the honoree.
    #[must_use]
    pub fn is_inside(&self, account: &Account) -> bool {
        let scope = &account.scope;
        let by_place = self.honoree.district.is_some_and(|district| scope.covers(district, self.honoree.unit));
        *scope == Scope::City || by_place || self.is_in_charge(account)
    }

    /// Whether an account belongs to the organization in charge, or to one above.
    #[must_use]
    pub fn is_in_charge(&self, account: &Account) -> bool {
        account.scope == Scope::City || self.charge().is_some_and(|charge| account.scope.covers_organization(charge))
    }
}

/// The honoree, if the account sees its aftercare; else 404.
pub fn inside(db: &mut Connection, account: &Account, id: HonoreeId) -> Result<Cared, Error> {
    Cared::find(db, id)?.filter(|cared| cared.is_inside(account)).ok_or_else(Error::not_found)
}

/// The same, held against every other writer of the honoree's aftercare.
pub fn hold_inside(db: &mut Connection, account: &Account, id: HonoreeId) -> Result<Cared, Error> {
    storage::locks::honoree(db, id)?;
    inside(db, account, id)
}

/// 403 for reviewers who see the aftercare of the honoree and are not in charge of it.
pub fn refuse_bystander(cared: &Cared, account: &Account) -> Result<(), Error> {
    if cared.is_in_charge(account) { Ok(()) } else { Err(Error::of(Code::Forbidden)) }
}

/// 401, 403 or 404 for whoever does not see the aftercare of the honoree.
pub async fn require_inside(service: &Service, caller: &Caller, id: HonoreeId) -> Result<(), Error> {
    let account = caller.require_reviewer()?.clone();
    service.store.read(move |db| inside(db, &account, id).map(|_| ())).await
}

/// The same for whoever is in charge, or above.
pub async fn require_in_charge(service: &Service, caller: &Caller, id: HonoreeId) -> Result<(), Error> {
    let account = caller.require_reviewer()?.clone();
    service.store.read(move |db| refuse_bystander(&inside(db, &account, id)?, &account)).await
}

/// The parts of the tree to which a list is bound: what the account sees, and what it asks for.
pub fn within(
    db: &mut Connection,
    account: &Account,
    organization: Option<OrganizationId>,
) -> Result<Vec<Scope>, Error> {
    let mut within = vec![account.scope.clone()];
    if let Some(id) = organization {
        let found = storage::organizations::find(db, id)?;
        within.push(match found {
            Some(found) => match found.kind {
                OrganizationKind::City => Scope::City,
                OrganizationKind::District => Scope::District(id),
                OrganizationKind::Unit => {
                    let mut units = storage::organizations::child_ids(db, id)?;
                    units.push(id);
                    Scope::Units(units)
                }
            },
            None => Scope::Nowhere,
        });
    }
    Ok(within)
}
