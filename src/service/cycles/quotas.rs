//! The districts' places of a cycle: how many, how many taken, and by whom.

use super::creation::ensure_exist;
use crate::{
    domain::{month::Month, role::Role, scope::Scope},
    service::{
        Service,
        caller::{Account, Caller},
        error::Error,
    },
    storage::{
        self,
        quota_use::{DistrictUse, Holder},
    },
};

/// A district with the candidates that take its places, as far as the caller sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistrictPlaces {
    /// The district and its use.
    pub district: DistrictUse,
    /// How many places it has.
    pub limit: u32,
    /// Who takes them.
    pub holders: Vec<Holder>,
}

/// The places of one cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// The cycle.
    pub month: Month,
    /// By district.
    pub districts: Vec<DistrictPlaces>,
}

/// Reads the places: the city all of them, a district its own, a unit its district's numbers with its own candidates.
pub async fn get_quotas(service: &Service, caller: &Caller, month: Month) -> Result<Quotas, Error> {
    let account = caller.require(&[Role::UnitReviewer, Role::DistrictReviewer, Role::CityReviewer])?.clone();
    ensure_exist(service).await?;
    service
        .store
        .read(move |db| {
            let cycle = storage::cycles::find(db, month)?.ok_or_else(Error::not_found)?;
            let districts = match only_district(&account) {
                Only::All => storage::quota_use::list_districts(db, month, None)?,
                Only::One(district) => storage::quota_use::list_districts(db, month, Some(district))?,
                Only::None => vec![],
            };
            let holders = storage::quota_use::list_holders(db, month, &account.scope)?;
            let districts = districts
                .into_iter()
                .map(|district| DistrictPlaces {
                    limit: cycle.policy.district_quota,
                    holders: holders.iter().filter(|one| one.district_id == district.district_id).cloned().collect(),
                    district,
                })
                .collect();
            Ok(Quotas { month, districts })
        })
        .await
}

enum Only {
    All,
    One(crate::domain::id::OrganizationId),
    None,
}

fn only_district(account: &Account) -> Only {
    match (&account.scope, account.organization.as_ref().and_then(|organization| organization.district_id)) {
        (Scope::City, _) => Only::All,
        (Scope::District(own), _) => Only::One(*own),
        (Scope::Units(_), Some(district)) => Only::One(district),
        (Scope::Units(_), None) | (Scope::Nowhere, _) => Only::None,
    }
}
