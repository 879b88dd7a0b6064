//! How far the campaign reaches: which units have a candidate in which month, and which districts have used all their places.

use std::collections::{BTreeMap, BTreeSet};

use super::reading::{Selection, district_of};
use crate::{
    domain::{
        id::OrganizationId,
        organization::OrganizationKind,
        participation::Node,
        statistics::{Dimension, Place, PlaceKey},
    },
    service::Error,
    storage::{self, Connection, statistics::cells},
};

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

/// What is counted of a group, before anything is made of it.
#[derive(Default)]
struct Reached {
    units: BTreeSet<OrganizationId>,
    used_up: usize,
}

/// Open units and districts.
#[derive(Clone, Copy, Default)]
struct Open {
    units: usize,
    districts: usize,
}

/// The coverage of a selection, and of its groups where these are told apart by month and district alone.
pub(super) struct Reach {
    /// Of all together.
    pub total: Coverage,
    groups: Option<BTreeMap<PlaceKey, Reached>>,
    open: BTreeMap<Option<OrganizationId>, Open>,
}

impl Reach {
    /// None where a category or channel is selected, by which nothing is covered.
    pub(super) fn of(db: &mut Connection, selection: &Selection) -> Result<Option<Self>, Error> {
        if !selection.is_of_all_kinds() {
            return Ok(None);
        }
        let by = &selection.by;
        let is_told_apart = !by.is_empty()
            && !by.iter().any(|by| matches!(by, Dimension::Unit | Dimension::Category | Dimension::Channel));
        let is_open = |node: &&Node| node.active && selection.covers(node);
        let open: BTreeMap<OrganizationId, &Node> =
            selection.nodes.values().filter(is_open).map(|node| (node.id, node)).collect();
        let mut all = Reached::default();
        let mut groups: BTreeMap<PlaceKey, Reached> = BTreeMap::new();
        let here = |node: &Node, place: &Place| {
            is_told_apart && (!by.contains(&Dimension::District) || district_of(node) == place.in_district())
        };
        for place in places(db, selection, is_told_apart)? {
            let Some((unit, node)) = place.in_unit().and_then(|unit| Some((unit, open.get(&unit)?))) else { continue };
            all.units.insert(unit);
            if here(node, &place) {
                groups.entry(PlaceKey::of(&place, by)).or_default().units.insert(unit);
            }
        }
        for (cycle, district) in storage::district_quotas::used_up(db, &selection.months())? {
            if open.contains_key(&district) {
                all.used_up += 1;
                let place = Place { cycle, district, unit: district };
                groups.entry(PlaceKey::of(&place, by)).or_default().used_up += 1;
            }
        }
        let open = open_by_district(open.values().copied());
        let months = selection.cycles.len();
        let total = coverage(selection, &all, (sum(open.values()), months));
        Ok(Some(Self { total, groups: is_told_apart.then_some(groups), open }))
    }

    /// The coverage of a group; none where groups are told apart by more than month and district.
    pub(super) fn of_group(&self, selection: &Selection, key: PlaceKey) -> Option<Coverage> {
        let none = Reached::default();
        let reached = self.groups.as_ref()?.get(&key).unwrap_or(&none);
        let open = match key.district {
            Some(district) => self.open.get(&district).copied().unwrap_or_default(),
            None => sum(self.open.values()),
        };
        let months = if key.cycle.is_some() { 1 } else { selection.cycles.len() };
        Some(coverage(selection, reached, (open, months)))
    }
}

/// Where candidates are; for each month only where groups need it, for they are many.
fn places(db: &mut Connection, selection: &Selection, is_told_apart: bool) -> Result<Vec<Place>, Error> {
    let filter = selection.of_units();
    if is_told_apart && selection.by.contains(&Dimension::Cycle) {
        return Ok(cells::places_with_candidates(db, &filter)?);
    }
    let Some(cycle) = selection.cycles.keys().next().copied() else { return Ok(Vec::new()) };
    let sites = cells::sites_with_candidates(db, &filter)?;
    Ok(sites.into_iter().map(|(district, unit)| Place { cycle, district, unit }).collect())
}

fn open_by_district<'a>(nodes: impl Iterator<Item = &'a Node>) -> BTreeMap<Option<OrganizationId>, Open> {
    let mut open: BTreeMap<Option<OrganizationId>, Open> = BTreeMap::new();
    for node in nodes {
        let entry = open.entry(district_of(node)).or_default();
        match node.kind {
            OrganizationKind::City => {}
            OrganizationKind::District => entry.districts += 1,
            OrganizationKind::Unit => entry.units += 1,
        }
    }
    open
}

fn sum<'a>(all: impl Iterator<Item = &'a Open>) -> Open {
    all.fold(Open::default(), |sum, one| Open {
        units: sum.units + one.units,
        districts: sum.districts + one.districts,
    })
}

fn coverage(selection: &Selection, reached: &Reached, (open, months): (Open, usize)) -> Coverage {
    let quotas = Quotas { used_up: number(reached.used_up), total: number(open.districts.saturating_mul(months)) };
    Coverage {
        units: Units { nominated: number(reached.units.len()), active: number(open.units) },
        quotas: (!selection.is_of_units()).then_some(quotas),
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
