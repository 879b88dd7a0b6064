//! The sum of a selection and a page of its groups. Of the counts of places only those are read that the page shows.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{
    Moment,
    follow_ups::{self, FollowUps},
    reading::Selection,
};
use crate::{
    domain::{
        id::OrganizationId,
        month::Month,
        organization::OrganizationKind,
        statistics::{Dimension, Figures, GroupKey, Overdue, Place, PlaceKey},
    },
    service::Error,
    storage::{
        self, Connection,
        statistics::{
            cells::{self, Counted, Filter},
            changes,
        },
    },
};

/// The numbers of a selection.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// When the latest of them was counted; none where there is nothing.
    pub counted_at: Option<DateTime<Utc>>,
    /// Those months of which something has happened that is not counted yet.
    pub behind: Vec<Month>,
    /// The months that there are, of those that were asked for.
    pub cycles: Vec<Month>,
    /// The sum.
    pub total: Figures,
    /// Whether leads are in the sum: not where a category is selected, which a lead has not.
    pub has_leads: bool,
    /// How far the campaign reaches; none where a category or channel is selected.
    pub coverage: Option<Coverage>,
    /// How far honorees are looked after, by the organization in charge; none where a category or channel is selected.
    pub follow_ups: Option<BTreeMap<OrganizationId, FollowUps>>,
    /// The groups of the page, in their order.
    pub groups: Vec<Group>,
}

impl Statistics {
    /// How far honorees are looked after, in all.
    #[must_use]
    pub fn follow_ups_in_all(&self) -> Option<FollowUps> {
        self.follow_ups.as_ref().map(|by| follow_ups::sum(by.values()))
    }
}

/// How far the campaign reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Of units.
    pub units: Units,
    /// Of districts; none where some units are selected.
    pub quotas: Option<Quotas>,
}

/// Units that take part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Units {
    /// Open ones with at least one candidate in one of the months.
    pub nominated: u32,
    /// All that are open.
    pub active: u32,
}

/// Places of districts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quotas {
    /// How often a district used all its places of a month.
    pub used_up: u32,
    /// Open districts times months.
    pub total: u32,
}

/// Some of the candidates.
#[derive(Clone, Debug)]
pub struct Group {
    /// What tells it from others.
    pub key: GroupKey,
    /// The name of its district.
    pub district_name: Option<String>,
    /// The name of its unit.
    pub unit_name: Option<String>,
    /// Its numbers.
    pub figures: Figures,
    /// Whether leads are in them.
    pub has_leads: bool,
    /// How far the campaign reaches there; only for groups by month and district.
    pub coverage: Option<Coverage>,
}

/// Reads the sum and, after a key, a page of at most `limit` groups.
pub(super) fn read(
    db: &mut Connection,
    selection: &Selection,
    at: Moment,
    (after, limit): (Option<GroupKey>, usize),
) -> Result<Statistics, Error> {
    let months = selection.months();
    let behind = changes::behind(db, &months)?;
    let overdue = selection.overdue(at.now);
    let counted = cells::sheets(db, &selection.of_total())?;
    let counted_at = counted.iter().map(|counted| counted.counted_at).max();
    let mut sums = BTreeMap::new();
    add_all(&mut sums, selection, &overdue, (&counted, &[]));
    let reach = Reach::of(db, selection)?;
    let follow_ups = follow_ups::read(db, selection, at.today)?;
    let groups = if selection.by.is_empty() { Vec::new() } else { groups(db, selection, &overdue, (after, limit))? };
    let shown = |(key, figures)| shown(selection, &reach, key, figures);
    Ok(Statistics {
        counted_at,
        behind,
        cycles: months,
        total: sums.remove(&GroupKey::default()).unwrap_or_default(),
        has_leads: selection.categories.is_empty(),
        coverage: reach.coverage(selection, PlaceKey::default()),
        follow_ups,
        groups: groups.into_iter().map(shown).collect(),
    })
}

fn shown(selection: &Selection, reach: &Reach, key: GroupKey, figures: Figures) -> Group {
    let name = |id: Option<Option<OrganizationId>>| Some(selection.nodes.get(&id??)?.name.clone());
    let is_whole =
        !selection.by.iter().any(|by| matches!(by, Dimension::Unit | Dimension::Category | Dimension::Channel));
    Group {
        district_name: name(key.place.district),
        unit_name: name(key.place.unit),
        coverage: if is_whole { reach.coverage(selection, key.place) } else { None },
        has_leads: selection.categories.is_empty() && !selection.by.contains(&Dimension::Category),
        figures,
        key,
    }
}

type Sums = BTreeMap<GroupKey, Figures>;

/// Adds what is selected of the counts to the sums of their groups.
fn add_all(
    sums: &mut Sums,
    selection: &Selection,
    overdue: &BTreeMap<Month, Overdue>,
    (counted, by): (&[Counted], &[Dimension]),
) {
    let none = Overdue::default();
    for Counted { place, sheet, .. } in counted {
        let (part, overdue) = (PlaceKey::of(place, by), overdue.get(&place.cycle).unwrap_or(&none));
        for (cell, counts) in &sheet.cells {
            if selection.takes(&cell.category, cell.channel) {
                sums.entry(GroupKey::of_cell(part, cell, by)).or_default().add(counts, overdue);
            }
        }
        for (channel, leads) in &sheet.leads {
            let key = GroupKey::of_leads(part, *channel, by).filter(|_| selection.categories.is_empty());
            if let Some(key) = key.filter(|_| selection.takes_channel(*channel)) {
                sums.entry(key).or_default().add_leads(leads);
            }
        }
    }
}

/// A page of groups: the places are sorted as their groups stand, and read until the page is full.
fn groups(
    db: &mut Connection,
    selection: &Selection,
    overdue: &BTreeMap<Month, Overdue>,
    (after, limit): (Option<GroupKey>, usize),
) -> Result<Vec<(GroupKey, Figures)>, Error> {
    let filter = selection.of_groups();
    let mut parts: BTreeMap<PlaceKey, Vec<Place>> = BTreeMap::new();
    for (place, _) in cells::places(db, &filter)? {
        let part = PlaceKey::of(&place, &selection.by);
        if after.as_ref().is_none_or(|after| part >= after.place) {
            parts.entry(part).or_default().push(place);
        }
    }
    let mut sums = Sums::new();
    let parts: Vec<Vec<Place>> = parts.into_values().collect();
    for parts in parts.chunks(limit.max(1)) {
        let counted = of_places(db, &filter, &parts.concat())?;
        add_all(&mut sums, selection, overdue, (&counted, &selection.by));
        if let Some(after) = &after {
            sums.retain(|key, _| key > after);
        }
        if sums.len() >= limit {
            break;
        }
    }
    Ok(sums.into_iter().take(limit).collect())
}

/// The counts of exactly these places of a filter.
fn of_places(db: &mut Connection, filter: &Filter, places: &[Place]) -> Result<Vec<Counted>, Error> {
    let wanted: BTreeSet<Place> = places.iter().copied().collect();
    let distinct = |id: fn(&Place) -> OrganizationId| {
        let ids: BTreeSet<OrganizationId> = wanted.iter().map(id).collect();
        Some(ids.into_iter().collect())
    };
    let cycles: BTreeSet<Month> = wanted.iter().map(|place| place.cycle).collect();
    let narrow = Filter {
        level: filter.level,
        cycles: cycles.into_iter().collect(),
        districts: distinct(|place| place.district),
        units: distinct(|place| place.unit),
    };
    let mut counted = cells::sheets(db, &narrow)?;
    counted.retain(|counted| wanted.contains(&counted.place));
    Ok(counted)
}

/// Which units have a candidate in which month, and which districts have used all their places.
struct Reach {
    places: Vec<Place>,
    used_up: Vec<(Month, OrganizationId)>,
}

impl Reach {
    fn of(db: &mut Connection, selection: &Selection) -> Result<Self, Error> {
        if !(selection.categories.is_empty() && selection.channels.is_empty()) {
            return Ok(Self { places: Vec::new(), used_up: Vec::new() });
        }
        let places = cells::places(db, &selection.of_units())?;
        let places = places.into_iter().filter(|(_, candidates)| *candidates > 0).map(|(place, _)| place).collect();
        Ok(Self { places, used_up: storage::district_quotas::used_up(db, &selection.months())? })
    }

    /// Of a month, a district, both or all.
    fn coverage(&self, selection: &Selection, part: PlaceKey) -> Option<Coverage> {
        if !(selection.categories.is_empty() && selection.channels.is_empty()) {
            return None;
        }
        let in_month = |month: Month| part.cycle.is_none_or(|cycle| cycle == month);
        let in_district = |id: Option<OrganizationId>| part.district.is_none_or(|district| district == id);
        let active: BTreeMap<OrganizationId, OrganizationKind> = selection
            .nodes
            .values()
            .filter(|node| node.active && selection.covers(node))
            .filter(|node| {
                in_district(if node.kind == OrganizationKind::District { Some(node.id) } else { node.district })
            })
            .map(|node| (node.id, node.kind))
            .collect();
        let of_kind = |kind| active.values().filter(|known| **known == kind).count();
        let here = self.places.iter().filter(|place| in_month(place.cycle) && in_district(place.in_district()));
        let nominated: BTreeSet<OrganizationId> =
            here.filter_map(Place::in_unit).filter(|unit| active.contains_key(unit)).collect();
        let months = selection.cycles.keys().filter(|month| in_month(**month)).count();
        let used_up = self.used_up.iter().filter(|(month, district)| in_month(*month) && active.contains_key(district));
        let quotas = Quotas {
            used_up: number(used_up.count()),
            total: number(of_kind(OrganizationKind::District).saturating_mul(months)),
        };
        Some(Coverage {
            units: Units { nominated: number(nominated.len()), active: number(of_kind(OrganizationKind::Unit)) },
            quotas: (!selection.is_of_units()).then_some(quotas),
        })
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
