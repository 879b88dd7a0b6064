//! The districts' places of a cycle.

use actix_web::{get, web::Path};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{answer::Answer, path::Segment, problem::Problem, responses, state::State},
    domain::month::Month,
    service::{
        Caller,
        cycles::{self, DistrictPlaces},
    },
    storage::quota_use::Holder,
};

/// The districts' places of a cycle.
#[derive(Serialize, ToSchema)]
pub struct Quotas {
    /// The cycle.
    #[schema(examples("2026-11"))]
    pub cycle: String,
    /// The districts in the caller's reach, by code.
    pub items: Vec<DistrictQuota>,
}

/// A district's places.
#[derive(Serialize, ToSchema)]
pub struct DistrictQuota {
    /// The district.
    pub district_id: Uuid,
    /// Its code.
    pub code: Option<String>,
    /// Its name.
    #[schema(examples("江汉区"))]
    pub name: String,
    /// How many places it has.
    pub limit: u32,
    /// How many are taken.
    pub used: i32,
    /// Who takes them, as far as the caller's reach goes.
    pub candidates: Vec<QuotaHolder>,
}

/// A candidate that takes a place.
#[derive(Serialize, ToSchema)]
pub struct QuotaHolder {
    /// The candidate.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// In which category.
    #[schema(examples("dedication"))]
    pub category: String,
    /// In which status.
    #[schema(examples("endorsed"))]
    pub status: &'static str,
    /// Carried by which unit.
    pub unit_id: Option<Uuid>,
}

impl From<Holder> for QuotaHolder {
    fn from(holder: Holder) -> Self {
        Self {
            id: holder.id.into(),
            name: holder.name,
            category: holder.category.to_string(),
            status: holder.status.as_str(),
            unit_id: holder.unit_id.map(Into::into),
        }
    }
}

impl From<DistrictPlaces> for DistrictQuota {
    fn from(places: DistrictPlaces) -> Self {
        Self {
            district_id: places.district.district_id.into(),
            code: places.district.code,
            name: places.district.name,
            limit: places.limit,
            used: places.district.used,
            candidates: places.holders.into_iter().map(Into::into).collect(),
        }
    }
}

/// Read the districts' places
///
/// The city reads all of them, a district its own, a unit its district's numbers with its own candidates.
#[utoipa::path(
    tag = "cycles",
    params(("month" = String, Path, description = "The month, as in `2026-11`.", example = "2026-11")),
    responses((status = 200, description = "The places.", body = Quotas), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/cycles/{month}/quotas")]
pub async fn get_quotas(state: State, caller: Caller, month: Path<Segment<Month>>) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let quotas = cycles::get_quotas(&state, &caller, month.value()?).await?;
    let items = quotas.districts.into_iter().map(Into::into).collect();
    Answer::plain(&Quotas { cycle: quotas.month.to_string(), items })
}
