//! What units did in a cycle, and which of them did nothing.

use actix_web::{HttpRequest, get, web::Path};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::{
    answer::Answer,
    page::{Page, PageRequest},
    participation::PeopleCount,
    path::Segment,
    problem::Problem,
    query::Query,
    responses,
    state::State,
};
use crate::{
    domain::{
        activity::{ActivityKey, ActivityLine},
        month::Month,
        role::Role,
    },
    service::{
        Caller,
        activity::{self, ActivityRequest},
    },
};

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_activity);
}

/// What a unit did in a cycle, the units under it included.
#[derive(Serialize, ToSchema)]
pub struct UnitActivity {
    /// The unit.
    pub organization_id: Uuid,
    /// Its name.
    #[schema(examples("江汉区政务服务中心"))]
    pub name: String,
    /// Its district.
    pub district_id: Option<Uuid>,
    /// The node above: the district, or a unit.
    pub parent_id: Option<Uuid>,
    /// False when nothing was done: all of the following numbers are zero.
    pub active: bool,
    /// Recommendations of the candidates that it carries in the cycle.
    pub nominations: u32,
    /// Its decisions at the stage of verification.
    pub verifications: u32,
    /// Leads of the cycle, given to it, that were promoted or dismissed.
    pub leads: u32,
    /// People of the unit who studied at least one candidate of the cycle.
    pub studied: PeopleCount,
    /// Who commented at least once.
    pub commented: PeopleCount,
    /// Who voted at least once here.
    pub voted: PeopleCount,
    /// When it was last recommended somebody to, decided, or dealt with a lead, in whatever cycle; null when never.
    pub last_act_at: Option<DateTime<Utc>>,
    /// The responsible person.
    #[schema(examples("周敏"))]
    pub responsible_name: Option<String>,
    /// Whether it, or the unit above it, has an open account of a reviewer.
    pub has_reviewer: bool,
    /// Whether the term of its leadership group is over.
    pub leadership_expired: bool,
}

impl From<ActivityLine> for UnitActivity {
    fn from(line: ActivityLine) -> Self {
        Self {
            active: line.is_active(),
            organization_id: line.unit.id.into(),
            name: line.unit.name,
            district_id: line.unit.district.map(Into::into),
            parent_id: line.unit.parent.map(Into::into),
            nominations: line.acts.nominations,
            verifications: line.acts.verifications,
            leads: line.acts.leads,
            studied: line.people.studied.into(),
            commented: line.people.commented.into(),
            voted: line.people.voted.into(),
            last_act_at: line.staffing.last_act_at,
            responsible_name: line.staffing.responsible_name,
            has_reviewer: line.staffing.has_reviewer,
            leadership_expired: line.staffing.leadership_expired,
        }
    }
}

/// Which units are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActivityQuery {
    /// False: those alone that did nothing; true: those that did something.
    active: Option<bool>,
    /// The units of this district alone.
    district: Option<Uuid>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Read what the units did in a cycle
///
/// For every unit of the reviewer's subtree that takes part, for administrators of the whole city: by district in the order
/// of entry, then by name, and never by numbers. With `active=false` the units that did nothing, which their district then
/// asks: with the responsible person, whether there is a reviewer's account at all, whether the term of the leadership group is over, and
/// when anything was done there last.
#[utoipa::path(
    tag = "participation",
    params(("month" = String, Path, description = "The month, as in `2026-11`.", example = "2026-11"), ActivityQuery),
    responses((status = 200, description = "A page of units with what they did.", body = Page<UnitActivity>), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::BadQuery, responses::Common)
)]
#[get("/cycles/{month}/activity")]
pub async fn list_activity(
    state: State,
    caller: Caller,
    request: HttpRequest,
    month: Path<Segment<Month>>,
    query: Query<ActivityQuery>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::UnitReviewer, Role::DistrictReviewer, Role::CityReviewer, Role::Admin])?;
    let month = month.value()?;
    let query = query.read()?;
    let page = PageRequest::<ActivityKey>::read(&request, query.limit, query.cursor.as_deref())?;
    let wanted = ActivityRequest { active: query.active, district: query.district.map(Into::into) };
    let rows = activity::list_activity(&state, &caller, (month, wanted), page.after.clone(), page.rows()).await?;
    page.answer_plain(rows, ActivityLine::key, |row| Ok(UnitActivity::from(row)))
}
