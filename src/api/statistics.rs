//! The numbers of the campaign.

mod wire;

use actix_web::{HttpRequest, get};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use self::wire::{DimensionName, StatisticsGroup, StatisticsPage};
use super::{
    answer::Answer, candidates::names::ChannelName, page::PageRequest, problem::Problem, query::Query, responses,
    state::State,
};
use crate::{
    domain::{
        category::CategoryCode,
        month::Month,
        statistics::{GroupKey, Said},
    },
    service::{
        Caller,
        statistics::{self, StatisticsRequest},
    },
};

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_statistics);
}

/// What is counted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatisticsQuery {
    /// Of these cycles, at most 36; may be repeated. The calendar month's where no month is named in any way.
    #[serde(default)]
    #[param(value_type = Vec<String>, example = json!(["2026-11"]))]
    cycle: Vec<Month>,
    /// From this cycle on; with `until`, at most 36 months.
    #[param(value_type = Option<String>, example = "2026-01")]
    from: Option<Month>,
    /// To this cycle, itself included; with `from`.
    #[param(value_type = Option<String>, example = "2026-12")]
    until: Option<Month>,
    /// Of all cycles of a year.
    #[param(example = 2026)]
    year: Option<i32>,
    /// Of these districts, by id; may be repeated.
    #[serde(default)]
    district: Vec<Uuid>,
    /// Of these units and the units under them, by id; may be repeated.
    #[serde(default)]
    unit: Vec<Uuid>,
    /// Of these categories; may be repeated.
    #[serde(default)]
    #[param(value_type = Vec<String>)]
    category: Vec<CategoryCode>,
    /// Of candidates whose first recommendation came through these channels; may be repeated.
    #[serde(default)]
    channel: Vec<ChannelName>,
    /// What groups are told apart by, at most three; may be repeated.
    #[serde(default)]
    group_by: Vec<DimensionName>,
    /// Groups on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl StatisticsQuery {
    fn request(self) -> StatisticsRequest {
        StatisticsRequest {
            said: Said {
                cycles: self.cycle,
                from: self.from,
                until: self.until,
                year: self.year,
                group_by: self.group_by.into_iter().map(Into::into).collect(),
            },
            districts: self.district.into_iter().map(Into::into).collect(),
            units: self.unit.into_iter().map(Into::into).collect(),
            categories: self.category,
            channels: self.channel.into_iter().map(Into::into).collect(),
        }
    }
}

/// Read statistics
///
/// What became of the candidates of some months, at each review stage, how long decisions took and whether they were in
/// time; how far the campaign reaches; and, with `group_by`, the same for each group, a page at a time, in the order of
/// month, district, unit (as they were entered), category and channel. For reviewers of their subtree, for administrators of
/// the city. There are no votes and no names of people in it, and nothing is ordered by numbers.
///
/// In groups by district, by unit or by both, each says besides how far honorees are looked after (`follow_ups`); there a
/// group may be one of honorees alone. Groups by month, category or channel do not: an honoree belongs to who is in charge,
/// not to the month, category or channel of an honour.
///
/// The numbers are kept ready and follow within seconds what happens; `behind` names the months of which something is not
/// counted yet. Counting never makes a reader fail, nor wait for more than two seconds. Each number's definition stands in `docs/statistics.md`.
#[utoipa::path(
    tag = "statistics",
    params(StatisticsQuery),
    responses((status = 200, description = "The sum, and a page of groups.", body = StatisticsPage), (status = 304, description = "Unchanged."), responses::BadQuery, responses::Unauthenticated, responses::Forbidden, responses::Common)
)]
#[get("/statistics")]
pub async fn get_statistics(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<StatisticsQuery>,
) -> Result<Answer, Problem> {
    statistics::may_read(&caller)?;
    let query = query.read()?;
    let page = PageRequest::<GroupKey>::read(&request, query.limit, query.cursor.as_deref())?;
    let (by, asked) = (query.group_by.clone(), (page.after.clone(), page.rows()));
    let mut read = statistics::read_statistics(&state, &caller, query.request(), asked).await?;
    let groups = std::mem::take(&mut read.groups);
    let (items, next_cursor, link) =
        page.parts(groups, |group| group.key.clone(), |group| Ok(StatisticsGroup::from(group)))?;
    Ok(Answer::plain(&StatisticsPage::new(read, by, (items, next_cursor)))?.with_link(link).tagged())
}
