//! What stands in a report.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::{
    domain::{
        candidate::Channel,
        honour::Standing,
        id::{CandidateId, OrganizationId},
        local_day,
        month::Month,
        organization::OrganizationKind,
        participation::{Line, Node},
        scope::Scope,
        statistics::{Dimension, Figures, Said},
    },
    service::{
        Error,
        caller::Account,
        exports::labels,
        participation::{self, ParticipationRequest},
        statistics::{self, Coverage, FollowUps, Group, Moment, Statistics, StatisticsRequest, Units},
    },
    storage::{self, Connection, honours::Which},
};

/// More lines of participation than a report has.
const LINES: usize = 5_000;

/// The facts of a report.
#[derive(Clone, Debug)]
pub(super) struct Report {
    /// Of which month.
    pub month: Month,
    /// Whose report it is: the issuer of the city's lists, or the district's or unit's name.
    pub issuer: String,
    /// When it is made, as a day.
    pub made_on: String,
    /// Whether something has happened that is not counted yet.
    pub is_behind: bool,
    /// What the places are called: districts or units.
    pub places_are: &'static str,
    /// The sum.
    pub total: Statistics,
    /// By district, or by unit within one; all open ones, in the order of entry.
    pub places: Vec<Part>,
    /// By category, in their order.
    pub categories: Vec<Part>,
    /// By channel.
    pub channels: Vec<Part>,
    /// The list, as the public reads it, as far as it is of the subtree; none while it is not published.
    pub entries: Option<Vec<Honoured>>,
    /// How far honorees are looked after, by district or by unit, where there is anything; and in all.
    pub follow_ups: (Vec<(String, FollowUps)>, FollowUps),
    /// People of the city and its districts, or of a district and its units.
    pub people: Vec<Line>,
}

/// A part of the month.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Its name.
    pub name: String,
    /// Its numbers.
    pub figures: Figures,
    /// How far the campaign reaches there, where that is asked.
    pub coverage: Option<Coverage>,
}

/// An entry of the list.
#[derive(Clone, Debug)]
pub(super) struct Honoured {
    /// The category's name.
    pub category: String,
    /// The name as the public reads it.
    pub name: String,
    /// The unit.
    pub unit: String,
    /// The district.
    pub district: String,
    /// The certificate's number.
    pub number: String,
    /// Whether it stands.
    pub standing: &'static str,
    /// The deed in a sentence, where it may be shown.
    pub summary: String,
}

pub(super) fn gather(
    db: &mut Connection,
    account: &Account,
    month: Month,
    (now, zone): (DateTime<Utc>, Tz),
) -> Result<Report, Error> {
    storage::cycles::find(db, month)?.ok_or_else(Error::not_found)?;
    let scope = &account.scope;
    let at = Moment { now, today: local_day::day_of(now, zone), current: month };
    let mut read = |by: &[Dimension]| {
        let said = Said { cycles: vec![month], group_by: by.to_vec(), ..Said::default() };
        let request = StatisticsRequest { said, ..StatisticsRequest::default() };
        statistics::read_in(db, scope, &request, at)
    };
    let total = read(&[])?;
    let is_city = *scope == Scope::City;
    let by_place = read(&[if is_city { Dimension::District } else { Dimension::Unit }])?;
    let (by_category, by_channel) = (read(&[Dimension::Category])?, read(&[Dimension::Channel])?);
    let issuer = match &account.organization {
        Some(own) if !is_city => own.name.clone(),
        Some(_) | None => storage::lists::heading(db)?.issuer,
    };
    let kinds = if is_city {
        vec![OrganizationKind::City, OrganizationKind::District]
    } else {
        vec![OrganizationKind::District, OrganizationKind::Unit]
    };
    let nodes = storage::participation::nodes(db, scope, None)?;
    let wanted = ParticipationRequest { district: None, kinds };
    Ok(Report {
        month,
        issuer,
        made_on: labels::day(now, zone),
        is_behind: !total.behind.is_empty(),
        places_are: if is_city { "区" } else { "单位" },
        follow_ups: (follow_ups(&nodes, &by_place, is_city), total.follow_ups.unwrap_or_default()),
        places: places(&nodes, is_city, by_place),
        categories: categories(db, &by_category)?,
        channels: channels(&by_channel),
        entries: entries(db, scope, month)?,
        people: participation::page(db, scope, (month, &wanted), None, LINES)?,
        total,
    })
}

/// Those of each place of which there are any, in the order of entry: of a city's districts the units under them included.
/// What is of none of the places stands under the name of the organization above them, which looks after people itself.
fn follow_ups(nodes: &[Node], by_place: &Statistics, is_city: bool) -> Vec<(String, FollowUps)> {
    let above = if is_city { OrganizationKind::City } else { OrganizationKind::District };
    let above = nodes.iter().find(|node| node.kind == above).map(|node| &node.name);
    let line = |group: &Group| {
        let of = group.follow_ups.filter(|of| *of != FollowUps::default())?;
        let name = if is_city { &group.district_name } else { &group.unit_name };
        Some((name.as_ref().or(above).cloned().unwrap_or_default(), of))
    };
    by_place.groups.iter().filter_map(line).collect()
}

/// Every open place, with or without candidates, and what lies elsewhere.
fn places(nodes: &[Node], is_city: bool, read: Statistics) -> Vec<Part> {
    let kind = if is_city { OrganizationKind::District } else { OrganizationKind::Unit };
    // A district in which nothing has happened has its units all the same.
    let idle = |district: OrganizationId| {
        let is_here =
            |node: &&Node| node.kind == OrganizationKind::Unit && node.active && node.district == Some(district);
        let active = u32::try_from(nodes.iter().filter(is_here).count()).unwrap_or(u32::MAX);
        Coverage { units: Units { nominated: 0, active }, quotas: None }
    };
    let mut parts: BTreeMap<Option<OrganizationId>, Part> = nodes
        .iter()
        .filter(|node| node.kind == kind && node.active)
        .map(|node| {
            let coverage = is_city.then(|| idle(node.id));
            (Some(node.id), Part { name: node.name.clone(), figures: Figures::default(), coverage })
        })
        .collect();
    for group in read.groups {
        let key = if is_city { group.key.place.district } else { group.key.place.unit }.flatten();
        // Who is looked after somewhere is no candidate there.
        if group.figures == Figures::default() && !parts.contains_key(&key) {
            continue;
        }
        let other = if is_city { "市本级" } else { "待分配" };
        let name = if is_city { group.district_name } else { group.unit_name };
        let name = name.unwrap_or_else(|| other.to_owned());
        parts.insert(key, Part { name, figures: group.figures, coverage: group.coverage });
    }
    // What no place has stands last.
    let elsewhere = parts.remove(&None);
    parts.into_values().chain(elsewhere).collect()
}

fn categories(db: &mut Connection, read: &Statistics) -> Result<Vec<Part>, Error> {
    let mut parts = Vec::new();
    for category in storage::categories::list(db)? {
        let group = read.groups.iter().find(|group| group.key.category.as_ref() == Some(&category.code));
        if group.is_some() || category.active {
            let figures = group.map(|group| group.figures.clone()).unwrap_or_default();
            parts.push(Part { name: category.name.zh, figures, coverage: None });
        }
    }
    Ok(parts)
}

fn channels(read: &Statistics) -> Vec<Part> {
    let part = |channel: &Channel| {
        let group = read.groups.iter().find(|group| group.key.channel == Some(*channel));
        let figures = group.map(|group| group.figures.clone()).unwrap_or_default();
        Part { name: labels::channel(*channel).to_owned(), figures, coverage: None }
    };
    Channel::ALL.iter().map(part).collect()
}

fn entries(db: &mut Connection, scope: &Scope, month: Month) -> Result<Option<Vec<Honoured>>, Error> {
    if storage::lists::find(db, month)?.is_none() {
        return Ok(None);
    }
    let listed = storage::honours::list(db, Which::Cycle(month))?;
    let ids: Vec<CandidateId> = listed.iter().map(|entry| entry.honour.candidate).collect();
    let inside: Vec<CandidateId> = storage::candidates::list_of(db, &ids)?
        .into_iter()
        .filter(|candidate| scope.covers(candidate.district_id, candidate.unit_id))
        .map(|candidate| candidate.id)
        .collect();
    let mut shown = Vec::new();
    for category in storage::categories::list(db)? {
        let here = |entry: &&storage::honours::Entry| {
            entry.honour.category == category.code && inside.contains(&entry.honour.candidate)
        };
        shown.extend(listed.iter().filter(here).map(|entry| honoured(&category.name.zh, entry)));
    }
    Ok(Some(shown))
}

fn honoured(category: &str, entry: &storage::honours::Entry) -> Honoured {
    let standing = &entry.honour.standing;
    let (says, is_shown) = match standing {
        Standing::Shown => ("有效", true),
        Standing::Withheld => ("有效（不公开）", false),
        Standing::Revoked { .. } => ("已撤销", false),
    };
    let public = |text: &str| if is_shown { text.to_owned() } else { String::new() };
    Honoured {
        category: category.to_owned(),
        name: standing.name_shown(&entry.name).unwrap_or_else(|| "—".to_owned()),
        unit: public(entry.unit.as_deref().unwrap_or_default()),
        district: public(&entry.district),
        number: entry.honour.number.to_string(),
        standing: says,
        summary: public(&entry.summary),
    }
}
