//! Visits that are due.

use actix_web::{HttpRequest, get};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{care_wire::DueReasonName, contact::ContactView};
use crate::{
    api::{
        answer::Answer,
        cycles::policy::FestivalName,
        organizations::wire::OrganizationKind,
        page::{Page, PageRequest},
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::{
        aftercare::ledger::{Line, Load},
        id::HonoreeId,
    },
    service::{
        Caller,
        aftercare::due::{self, DueQuery, ShownDue},
    },
};

/// Which of the due visits.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListDueQuery {
    /// Of this organization and all below it.
    organization: Option<Uuid>,
    /// Due by this day; within 30 days where nothing is said.
    until: Option<NaiveDate>,
    /// True for overdue ones alone, false for the others alone.
    overdue: Option<bool>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A visit that is due.
#[derive(Serialize, ToSchema)]
pub struct DueVisit {
    /// Who is to be visited.
    pub honoree_id: Uuid,
    /// The name.
    pub name: String,
    /// Whether the person had died, so that the family is visited.
    pub posthumous: bool,
    /// The organization in charge.
    pub organization_id: Option<Uuid>,
    /// Its name.
    pub organization_name: Option<String>,
    /// The responsible person, if one is named.
    pub responsible_name: Option<String>,
    /// By when.
    pub due_on: Option<NaiveDate>,
    /// Why.
    pub reason: Option<DueReasonName>,
    /// For which festival, where it falls on one.
    pub festival: Option<FestivalName>,
    /// Whether it should have been made before today.
    pub overdue: bool,
    /// When the honoree was last reached.
    pub last_reached_on: Option<NaiveDate>,
    /// Whether the honoree can be reached.
    pub contact: ContactView,
}

impl From<ShownDue> for DueVisit {
    fn from(shown: ShownDue) -> Self {
        let row = shown.row;
        Self {
            honoree_id: row.honoree.into(),
            name: row.name,
            posthumous: row.posthumous,
            organization_id: row.charge.map(Into::into),
            organization_name: shown.charge_name,
            responsible_name: row.responsible_name.or(shown.account_name),
            due_on: row.plan.due_on.map(|day| day.0),
            reason: row.plan.due_reason.map(Into::into),
            festival: shown.festival.map(Into::into),
            overdue: shown.is_overdue,
            last_reached_on: row.plan.last_reached_on.map(|day| day.0),
            contact: row.plan.loss().into(),
        }
    }
}

/// List the visits that are due
///
/// Who is to be visited by when and why, the earliest first: of the organizations in charge in the reviewer's subtree. The
/// due day is kept with every visit and honour.
#[utoipa::path(
    tag = "aftercare",
    params(ListDueQuery),
    responses((status = 200, description = "A page of due visits.", body = Page<DueVisit>), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/visits/due")]
pub async fn list_due_visits(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListDueQuery>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let query = query.read()?;
    let page = PageRequest::<(NaiveDate, HonoreeId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let asked =
        DueQuery { organization: query.organization.map(Into::into), until: query.until, overdue: query.overdue };
    let rows = due::list_due(&state, &caller, asked, page.after, page.rows()).await?;
    let key = |shown: &ShownDue| (shown.row.plan.due_on.map(|day| day.0).unwrap_or_default(), shown.row.honoree);
    page.answer_plain(rows, key, |row| Ok(DueVisit::from(row)))
}

/// Of which organizations.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DueTotalsQuery {
    /// Of this organization and all below it.
    organization: Option<Uuid>,
    /// Due by this day; within 30 days where nothing is said.
    until: Option<NaiveDate>,
}

/// How much is due.
#[derive(Serialize, ToSchema)]
pub struct DueLoad {
    /// Visits due by the day that was asked for, overdue ones among them.
    pub due: i64,
    /// Visits that should have been made before today.
    pub overdue: i64,
    /// Honorees who cannot be found.
    pub lost: i64,
}

impl From<Load> for DueLoad {
    fn from(load: Load) -> Self {
        Self { due: load.due, overdue: load.overdue, lost: load.lost }
    }
}

/// How much is due of an organization.
#[derive(Serialize, ToSchema)]
pub struct DueLine {
    /// The organization.
    pub organization_id: Uuid,
    /// Its name.
    pub name: String,
    /// City, district or unit.
    pub kind: OrganizationKind,
    /// Its own.
    pub own: DueLoad,
    /// Its own and all below it.
    pub total: DueLoad,
}

impl From<Line<Load>> for DueLine {
    fn from(line: Line<Load>) -> Self {
        Self {
            organization_id: line.node.id.into(),
            name: line.node.name,
            kind: line.node.kind.into(),
            own: line.own.into(),
            total: line.total.into(),
        }
    }
}

/// How much is due, by organization.
#[derive(Serialize, ToSchema)]
pub struct DueTotals {
    /// All of it: what the list has.
    pub total: DueLoad,
    /// Units, their districts and the city, as far as the caller sees them and they have something; in the order of the tree.
    pub organizations: Vec<DueLine>,
}

/// Read how many visits are due
///
/// By organization in charge: each with its own number and that of all below it. The own numbers add up to the total.
#[utoipa::path(
    tag = "aftercare",
    params(DueTotalsQuery),
    responses((status = 200, description = "The numbers.", body = DueTotals), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/visits/due/totals")]
pub async fn get_due_totals(state: State, caller: Caller, query: Query<DueTotalsQuery>) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let query = query.read()?;
    let asked = DueQuery { organization: query.organization.map(Into::into), until: query.until, overdue: None };
    let (lines, total) = due::due_totals(&state, &caller, asked).await?;
    let organizations = lines.into_iter().map(Into::into).collect();
    Answer::plain(&DueTotals { total: total.into(), organizations })
}
