//! Participation per unit and district.

use actix_web::{HttpRequest, get, web::Path};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::{
    answer::Answer,
    organizations::wire::OrganizationKind,
    page::{Page, PageRequest},
    path::Segment,
    problem::Problem,
    query::Query,
    responses,
    state::State,
};
use crate::{
    domain::{
        month::Month,
        participation::{Line, Note, People, TreeKey},
    },
    service::{
        Caller,
        participation::{self, ParticipationRequest},
    },
};

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_participation);
}

/// Numbers of distinct people; nobody is in both.
#[derive(Serialize, ToSchema)]
pub struct PeopleCount {
    /// Citizens whose accounts name the organization, not confirmed by a reviewer.
    pub claimed: u32,
    /// Confirmed citizens, and the organization's staff.
    pub confirmed: u32,
}

impl From<People> for PeopleCount {
    fn from(people: People) -> Self {
        Self { claimed: people.claimed, confirmed: people.confirmed }
    }
}

/// Something to know when the numbers are read.
#[derive(Serialize, ToSchema)]
pub struct ParticipationNote {
    /// `headcount_exceeded`: a number of people is beyond the organization's; `headcount_missing`: nobody has entered how
    /// many people it has; `headcount_incomplete`: its people are those of its units, and some have entered none.
    #[schema(examples("headcount_exceeded"))]
    pub code: &'static str,
    /// Which number is beyond: `members`, `studied`, `commented` or `voted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<&'static str>,
    /// That number, claimed and confirmed together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<u32>,
    /// How many people the organization has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headcount: Option<u32>,
    /// How many units have entered none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<u32>,
}

impl From<Note> for ParticipationNote {
    fn from(note: Note) -> Self {
        let plain = Self { code: note.code(), number: None, people: None, headcount: None, units: None };
        match note {
            Note::HeadcountExceeded { number, people, headcount } => {
                Self { number: Some(number.as_str()), people: Some(people), headcount: Some(headcount), ..plain }
            }
            Note::HeadcountMissing => plain,
            Note::HeadcountIncomplete { units } => Self { units: Some(units), ..plain },
        }
    }
}

/// What an organization's people did in a cycle, those of the organizations below it included.
#[derive(Serialize, ToSchema)]
pub struct Participation {
    /// The organization.
    pub organization_id: Uuid,
    /// City, district or unit.
    pub kind: OrganizationKind,
    /// The node above.
    pub parent_id: Option<Uuid>,
    /// The district.
    pub district_id: Option<Uuid>,
    /// Its name.
    #[schema(examples("江汉区政务服务中心"))]
    pub name: String,
    /// False: it is closed and takes no part any more.
    pub active: bool,
    /// How many people it has, those of the organizations below included, as entered; of a district or city that has entered
    /// nothing, the sum of the units directly below the districts; else null.
    pub headcount: Option<u32>,
    /// Open accounts of citizens and reviewers that belong to it.
    pub members: PeopleCount,
    /// Of these, who studied at least one candidate of the cycle.
    pub studied: PeopleCount,
    /// Of these, who commented at least once.
    pub commented: PeopleCount,
    /// Of these, who voted at least once here.
    pub voted: PeopleCount,
    /// What to know of the numbers.
    pub notes: Vec<ParticipationNote>,
}

impl From<Line> for Participation {
    fn from(line: Line) -> Self {
        Self {
            organization_id: line.node.id.into(),
            kind: line.node.kind.into(),
            parent_id: line.node.parent.map(Into::into),
            district_id: line.node.district.map(Into::into),
            name: line.node.name,
            active: line.node.active,
            headcount: line.headcount,
            members: line.numbers.members.into(),
            studied: line.numbers.studied.into(),
            commented: line.numbers.commented.into(),
            voted: line.numbers.voted.into(),
            notes: line.notes.into_iter().map(Into::into).collect(),
        }
    }
}

/// Which lines are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ParticipationQuery {
    /// This district and its units alone.
    district: Option<Uuid>,
    /// Organizations of these kinds; may be repeated.
    #[serde(default)]
    kind: Vec<OrganizationKind>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Read how people took part in a cycle
///
/// For every organization of the reviewer's subtree, in the order of the tree and never by numbers: the city, each district
/// before its units, each unit before those under it. All numbers are numbers of distinct people with an open account; a
/// unit's include those of the units under it, a district's its units', the city's everybody's. A citizen's membership is
/// claimed until a reviewer confirms it; staff are confirmed. Votes by another identity provider count nowhere.
#[utoipa::path(
    tag = "participation",
    params(("month" = String, Path, description = "The month, as in `2026-11`.", example = "2026-11"), ParticipationQuery),
    responses((status = 200, description = "A page of organizations with their numbers.", body = Page<Participation>), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::BadQuery, responses::Common)
)]
#[get("/cycles/{month}/participation")]
pub async fn list_participation(
    state: State,
    caller: Caller,
    request: HttpRequest,
    month: Path<Segment<Month>>,
    query: Query<ParticipationQuery>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let month = month.value()?;
    let query = query.read()?;
    let page = PageRequest::<TreeKey>::read(&request, query.limit, query.cursor.as_deref())?;
    let wanted = ParticipationRequest {
        district: query.district.map(Into::into),
        kinds: query.kind.into_iter().map(Into::into).collect(),
    };
    let rows = participation::list_participation(&state, &caller, (month, wanted), page.after, page.rows()).await?;
    page.answer_plain(rows, |row| row.node.key(), |row| Ok(Participation::from(row)))
}
