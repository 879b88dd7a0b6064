//! A page of groups, in their order.

use std::collections::{BTreeMap, BTreeSet};

use super::{follow_ups::FollowUps, reading::Selection};
use crate::{
    domain::{
        id::OrganizationId,
        month::Month,
        statistics::{Dimension, Figures, GroupKey, Overdue, Parts, Place, PlaceKey},
    },
    service::Error,
    storage::{
        Connection,
        statistics::cells::{self, Counted, Filter, Site},
    },
};

/// Groups with their numbers.
pub(super) type Sums = BTreeMap<GroupKey, Figures>;

/// How far honorees are looked after in the groups of which there are any.
type Cared = BTreeMap<PlaceKey, FollowUps>;

/// A group.
pub(super) struct Found {
    /// What tells it from others.
    pub key: GroupKey,
    /// Its numbers.
    pub figures: Figures,
    /// How far honorees are looked after there, where groups tell them apart.
    pub follow_ups: Option<FollowUps>,
}

/// Adds what is selected of the counts to the sums of their groups.
pub(super) fn add_all(
    sums: &mut Sums,
    selection: &Selection,
    overdue: &BTreeMap<Month, Overdue>,
    (counted, by): (&[Counted<Parts>], &[Dimension]),
) {
    let none = Overdue::default();
    for Counted { place, counts, .. } in counted {
        let (key, overdue) = (PlaceKey::of(place, by), overdue.get(&place.cycle).unwrap_or(&none));
        for part in &counts.parts {
            if selection.takes(part) {
                sums.entry(GroupKey::of_part(key, part, by)).or_default().add(&part.counts, overdue);
            }
        }
        for (channel, leads) in &counts.leads {
            let key = GroupKey::of_leads(key, *channel, by).filter(|_| selection.categories.is_empty());
            if let Some(key) = key.filter(|_| selection.takes_channel(*channel)) {
                sums.entry(key).or_default().add_leads(leads);
            }
        }
    }
}

/// A page of groups after a key.
pub(super) fn read(
    db: &mut Connection,
    selection: &Selection,
    (overdue, cared): (&BTreeMap<Month, Overdue>, Option<&Cared>),
    (after, limit): (Option<GroupKey>, usize),
) -> Result<Vec<Found>, Error> {
    let mut sums = Sums::new();
    for months in runs(selection) {
        let filter = Filter { cycles: months, ..selection.of_groups() };
        add_run(db, &mut sums, selection, (&filter, overdue, cared), (after.as_ref(), limit))?;
        if sums.len() >= limit {
            break;
        }
    }
    let found = |(key, figures): (GroupKey, Figures)| Found {
        follow_ups: cared.map(|cared| cared.get(&key.place).copied().unwrap_or_default()),
        figures,
        key,
    };
    Ok(sums.into_iter().take(limit).map(found).collect())
}

/// The months whose groups stand together: each alone where groups are told apart by it, for so they stand.
fn runs(selection: &Selection) -> Vec<Vec<Month>> {
    let months = selection.months();
    if selection.by.contains(&Dimension::Cycle) {
        months.into_iter().map(|month| vec![month]).collect()
    } else {
        vec![months]
    }
}

/// The groups of some months: the places are sorted as their groups stand, and read until the page is full.
fn add_run(
    db: &mut Connection,
    sums: &mut Sums,
    selection: &Selection,
    (filter, overdue, cared): (&Filter, &BTreeMap<Month, Overdue>, Option<&Cared>),
    (after, limit): (Option<&GroupKey>, usize),
) -> Result<(), Error> {
    let begins = after.map(|after| after.place);
    let is_read_before = |key: &PlaceKey| begins.is_some_and(|begins| *key < begins);
    let first = filter.cycles.first().copied();
    if first.is_some_and(|month| begins.is_some_and(|begins| begins.cycle.is_some_and(|begins| month < begins))) {
        return Ok(());
    }
    let mut parts: BTreeMap<PlaceKey, Vec<Site>> = BTreeMap::new();
    if let Some(cycle) = first {
        for (district, unit) in cells::sites(db, filter)? {
            let key = PlaceKey::of(&Place { cycle, district, unit }, &selection.by);
            parts.entry(key).or_default().push((district, unit));
        }
    }
    // Where somebody is looked after there is a group, without candidates too.
    for key in cared.into_iter().flat_map(BTreeMap::keys) {
        parts.entry(*key).or_default();
    }
    parts.retain(|key, _| !is_read_before(key));
    let parts: Vec<(PlaceKey, Vec<Site>)> = parts.into_iter().collect();
    for parts in parts.chunks(limit.max(1)) {
        let sites: BTreeSet<Site> = parts.iter().flat_map(|(_, sites)| sites.iter().copied()).collect();
        let counted = of_sites(db, selection, filter, &sites)?;
        add_all(sums, selection, overdue, (&counted, &selection.by));
        for (place, _) in parts.iter().filter(|(key, _)| cared.is_some_and(|cared| cared.contains_key(key))) {
            sums.entry(GroupKey { place: *place, ..GroupKey::default() }).or_default();
        }
        if let Some(after) = after {
            sums.retain(|key, _| key > after);
        }
        if sums.len() >= limit {
            break;
        }
    }
    Ok(())
}

/// The counts of exactly these sites of a filter.
fn of_sites(
    db: &mut Connection,
    selection: &Selection,
    filter: &Filter,
    sites: &BTreeSet<Site>,
) -> Result<Vec<Counted<Parts>>, Error> {
    if sites.is_empty() {
        return Ok(Vec::new());
    }
    let distinct = |ids: BTreeSet<OrganizationId>| Some(ids.into_iter().collect());
    let narrow = Filter {
        districts: distinct(sites.iter().map(|(district, _)| *district).collect()),
        units: distinct(sites.iter().map(|(_, unit)| *unit).collect()),
        ..filter.clone()
    };
    let mut counted = cells::parts(db, &narrow, selection.detail(&selection.by))?;
    counted.retain(|counted| sites.contains(&(counted.place.district, counted.place.unit)));
    Ok(counted)
}
