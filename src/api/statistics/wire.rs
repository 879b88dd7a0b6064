//! Statistics on the wire.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{candidates::names::ChannelName, review_stages::wire::StageCode, role::mirrored},
    domain::{
        candidate::{Channel, Status},
        lead::LeadStatus,
        month::Month,
        statistics::{Days, Dimension, Figures, Outcome, Ratio, StageFigures},
    },
    service::statistics::{Coverage, FollowUps, Group, Statistics},
};

mirrored! {
    /// What groups are told apart by.
    DimensionName = Dimension {
        /// The month.
        Cycle,
        /// The district.
        District,
        /// The unit.
        Unit,
        /// The category.
        Category,
        /// By what way the first recommendation came.
        Channel,
    }
}

/// The sum of what was selected, and a page of its groups.
#[derive(Serialize, ToSchema)]
pub struct StatisticsPage {
    /// The months that are counted, in their order.
    #[schema(value_type = Vec<String>, examples(json!(["2026-11"])))]
    pub cycles: Vec<Month>,
    /// When the latest of these numbers was counted, by the campaign's clock; null where there is nothing to count.
    pub as_of: Option<DateTime<Utc>>,
    /// The months of which something has happened that is not counted yet: their numbers are those of the last count, at
    /// `as_of` or before. Usually none: it takes seconds.
    #[schema(value_type = Vec<String>)]
    pub behind: Vec<Month>,
    /// What the groups are told apart by, as it was asked.
    pub group_by: Vec<DimensionName>,
    /// The sum.
    pub total: StatisticsFigures,
    /// How far honorees are looked after; null where categories or channels are selected.
    pub follow_ups: Option<FollowUpStatistics>,
    /// The groups, in the order of month, district, unit, category and channel; none without `group_by`.
    pub items: Vec<StatisticsGroup>,
    /// To be sent as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

impl StatisticsPage {
    pub(super) fn new(
        read: Statistics,
        group_by: Vec<DimensionName>,
        (items, next_cursor): (Vec<StatisticsGroup>, Option<String>),
    ) -> Self {
        Self {
            follow_ups: read.follow_ups.map(Into::into),
            as_of: read.counted_at,
            total: StatisticsFigures::new(&read.total, read.has_leads, read.coverage),
            behind: read.behind,
            cycles: read.cycles,
            group_by,
            items,
            next_cursor,
        }
    }
}

/// 回访帮扶: how far honorees are looked after by organizations. What is due is as of now, what was done
/// is of the months.
#[derive(Serialize, ToSchema)]
pub struct FollowUpStatistics {
    /// Honorees whose next visit is due by today, overdue ones among them.
    pub due: i64,
    /// Honorees whose next visit should have been before today.
    pub overdue: i64,
    /// Honorees who cannot be found now.
    pub lost: i64,
    /// Visits in the months, those that reached nobody among them.
    pub visits: i64,
    /// Visits in the months that reached the honoree or the family.
    pub reached: i64,
    /// Entries of assistance that count in the months: handed over, counter-entries among them.
    pub assistance_entries: i64,
    /// What they amount to, in fen; counter-entries are subtracted.
    pub assistance_fen: i64,
}

impl From<FollowUps> for FollowUpStatistics {
    fn from(of: FollowUps) -> Self {
        let FollowUps { due, overdue, lost, visits, reached, entries, amount_fen } = of;
        Self { due, overdue, lost, visits, reached, assistance_entries: entries, assistance_fen: amount_fen }
    }
}

/// An organization by which groups are told apart.
#[derive(Serialize, ToSchema)]
pub struct StatisticsPlace {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    #[schema(examples("江汉区"))]
    pub name: String,
}

/// A group. Members by which groups are not told apart are left out. So is `follow_ups` where groups are told apart by cycle,
/// category or channel: an organization is in charge of each honoree, but nobody is looked after by the month, category or
/// channel of an honour, of which a person may have several; and no honoree waits for a review stage.
#[derive(Serialize, ToSchema)]
pub struct StatisticsGroup {
    /// The month.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub cycle: Option<Month>,
    /// The district; null for leads that no district has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<StatisticsPlace>)]
    pub district: Option<Option<StatisticsPlace>>,
    /// The unit; null for what lies in a district's inbox or at the city.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<StatisticsPlace>)]
    pub unit: Option<Option<StatisticsPlace>>,
    /// The category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// By what way the first recommendation came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelName>,
    /// Its numbers.
    pub figures: StatisticsFigures,
    /// How far honorees are looked after there, by the organization in charge; only in groups by district, by unit or by both,
    /// and not where categories or channels are selected. These groups add up to the page's `follow_ups`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow_ups: Option<FollowUpStatistics>,
}

impl From<Group> for StatisticsGroup {
    fn from(group: Group) -> Self {
        let place = |id: Option<_>, name: Option<String>| {
            id.map(|id| StatisticsPlace { id: Uuid::from(id), name: name.unwrap_or_default() })
        };
        Self {
            cycle: group.key.place.cycle,
            district: group.key.place.district.map(|district| place(district, group.district_name)),
            unit: group.key.place.unit.map(|unit| place(unit, group.unit_name)),
            category: group.key.category.map(|category| category.to_string()),
            channel: group.key.channel.map(Into::into),
            figures: StatisticsFigures::new(&group.figures, group.has_leads, group.coverage),
            follow_ups: group.follow_ups.map(Into::into),
        }
    }
}

/// The numbers of some candidates.
#[derive(Serialize, ToSchema)]
pub struct StatisticsFigures {
    /// Candidates that run in the months now.
    pub candidates: u32,
    /// The same by where they stand now.
    pub by_status: BTreeMap<String, u32>,
    /// Nominations of these candidates that stand.
    pub nominations: u32,
    /// The same by the way in which each came.
    pub nominations_by_channel: BTreeMap<String, u32>,
    /// The review stages in their order.
    pub stages: Vec<StageStatistics>,
    /// Leads that came in; null where categories are told apart, which leads have not.
    pub leads: Option<LeadStatistics>,
    /// How far the campaign reaches; null where categories or channels are selected or told apart, and for groups by unit.
    pub coverage: Option<CoverageStatistics>,
}

impl StatisticsFigures {
    fn new(figures: &Figures, has_leads: bool, coverage: Option<Coverage>) -> Self {
        let statuses = Status::ALL.iter().map(|status| (status.to_string(), figures.in_status(*status)));
        let channels = Channel::ALL.iter().map(|channel| (channel.to_string(), figures.nominated_by(*channel)));
        Self {
            candidates: figures.candidates(),
            by_status: statuses.collect(),
            nominations: figures.nominations(),
            nominations_by_channel: channels.collect(),
            stages: figures.stages().iter().map(StageStatistics::from).collect(),
            leads: has_leads.then(|| LeadStatistics::from(figures)),
            coverage: coverage.map(Into::into),
        }
    }
}

/// The passages through a review stage: who is returned and comes again passes anew.
/// `entered` is the sum of `passed` to `carried_over` and `waiting`.
#[derive(Serialize, ToSchema)]
pub struct StageStatistics {
    /// Which stage.
    pub stage: StageCode,
    /// Passages that began in the months.
    pub entered: u32,
    /// Approved.
    pub passed: u32,
    /// Sent back with a reason.
    pub returned: u32,
    /// Refused, or taken out of the vote.
    pub rejected: u32,
    /// Left off the published list.
    pub not_listed: u32,
    /// Withdrawn, by who recommended or carries it or because the consent was.
    pub withdrawn: u32,
    /// Merged into another candidate of the same person.
    pub merged: u32,
    /// Fell back to an earlier stage: recalled, or changed by a merger.
    pub reopened: u32,
    /// Carried over into another month undecided.
    pub carried_over: u32,
    /// Still waiting.
    pub waiting: u32,
    /// `passed` of all that were decided: passed, returned, rejected and not listed.
    pub pass_rate: RatioStatistics,
    /// `returned` of all that were decided.
    pub return_rate: RatioStatistics,
    /// Decisions within the stage's time, of all that were decided, carried over undecided, or wait beyond it. Null for
    /// `listing`, which has no last day.
    pub on_time: Option<RatioStatistics>,
    /// How long decisions took.
    pub days: DaysStatistics,
}

impl From<&StageFigures> for StageStatistics {
    fn from(figures: &StageFigures) -> Self {
        Self {
            stage: figures.stage.into(),
            entered: figures.entered,
            passed: figures.ended(Outcome::Passed),
            returned: figures.ended(Outcome::Returned),
            rejected: figures.ended(Outcome::Rejected),
            not_listed: figures.ended(Outcome::NotListed),
            withdrawn: figures.ended(Outcome::Withdrawn),
            merged: figures.ended(Outcome::Merged),
            reopened: figures.ended(Outcome::Reopened),
            carried_over: figures.ended(Outcome::CarriedOver),
            waiting: figures.waiting,
            pass_rate: figures.pass_rate.into(),
            return_rate: figures.return_rate.into(),
            on_time: figures.on_time.map(Into::into),
            days: figures.days.into(),
        }
    }
}

/// A share, with both of its parts.
#[derive(Serialize, ToSchema)]
pub struct RatioStatistics {
    /// The part.
    pub numerator: u32,
    /// The whole.
    pub denominator: u32,
    /// The share, 0 to 1, rounded to four decimals; null where the whole is 0.
    #[schema(examples(0.8125))]
    pub rate: Option<f64>,
}

impl From<Ratio> for RatioStatistics {
    fn from(ratio: Ratio) -> Self {
        Self { numerator: ratio.numerator, denominator: ratio.denominator, rate: ratio.share() }
    }
}

/// How long decisions took, from when the candidate began to wait for the stage: in days of 24 hours, rounded to two decimals, of whole
/// hours. Percentiles are those of nearest rank, so that each is the length of a passage that there was.
#[derive(Serialize, ToSchema)]
pub struct DaysStatistics {
    /// Decided passages.
    pub decided: u32,
    /// The median; null where nothing was decided.
    #[schema(examples(2.13))]
    pub median: Option<f64>,
    /// The 90th percentile.
    #[schema(examples(6.5))]
    pub p90: Option<f64>,
}

impl From<Days> for DaysStatistics {
    fn from(days: Days) -> Self {
        Self { decided: days.decided, median: days.median, p90: days.p90 }
    }
}

/// Leads of the months, by where they lie now.
#[derive(Serialize, ToSchema)]
pub struct LeadStatistics {
    /// All that came in.
    pub total: u32,
    /// Those that wait to be dealt with.
    pub received: u32,
    /// Those of which a nomination came.
    pub promoted: u32,
    /// Those of which nothing came.
    pub dismissed: u32,
}

impl From<&Figures> for LeadStatistics {
    fn from(figures: &Figures) -> Self {
        let [received, promoted, dismissed] =
            [LeadStatus::Received, LeadStatus::Promoted, LeadStatus::Dismissed].map(|status| figures.leads(status));
        Self { total: received.saturating_add(promoted).saturating_add(dismissed), received, promoted, dismissed }
    }
}

/// How far the campaign reaches.
#[derive(Serialize, ToSchema)]
pub struct CoverageStatistics {
    /// Open units with at least one candidate in one of the months, of all open units.
    pub units: RatioStatistics,
    /// How often a district used all its places of a month, of open districts times months; null where units are selected.
    pub quotas: Option<RatioStatistics>,
}

impl From<Coverage> for CoverageStatistics {
    fn from(coverage: Coverage) -> Self {
        let ratio = |numerator, denominator| RatioStatistics::from(Ratio { numerator, denominator });
        Self {
            units: ratio(coverage.units.nominated, coverage.units.active),
            quotas: coverage.quotas.map(|quotas| ratio(quotas.used_up, quotas.total)),
        }
    }
}
