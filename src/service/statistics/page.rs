//! The sum of a selection and a page of its groups. Of the counts of places only those are read that the page shows, and of
//! these only what is asked for.

use chrono::{DateTime, Utc};

use super::{
    Moment,
    follow_ups::{self, FollowUps},
    groups::{self, Found},
    reach::{Coverage, Reach},
    reading::Selection,
};
use crate::{
    domain::{
        id::OrganizationId,
        month::Month,
        statistics::{Dimension, Figures, GroupKey},
    },
    service::Error,
    storage::{
        Connection,
        statistics::{cells, changes},
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
    /// How far honorees are looked after; none where a category or channel is selected.
    pub follow_ups: Option<FollowUps>,
    /// The groups of the page, in their order.
    pub groups: Vec<Group>,
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
    /// How far honorees are looked after there; only for groups by district and unit, and not where a category or channel is
    /// selected.
    pub follow_ups: Option<FollowUps>,
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
    let counted = cells::parts(db, &selection.of_total(), selection.detail(&[]))?;
    let counted_at = counted.iter().map(|counted| counted.counted_at).max();
    let mut sums = groups::Sums::new();
    groups::add_all(&mut sums, selection, &overdue, (&counted, &[]));
    let reach = Reach::of(db, selection)?;
    let cared = follow_ups::read(db, selection, at.today)?;
    let mut of_groups = Vec::new();
    if !selection.by.is_empty() {
        let cared = cared.as_ref().and_then(|by| follow_ups::by_place(selection, by));
        let found = groups::read(db, selection, (&overdue, cared.as_ref()), (after, limit))?;
        of_groups.extend(found.into_iter().map(|found| shown(selection, reach.as_ref(), found)));
    }
    Ok(Statistics {
        counted_at,
        behind,
        cycles: months,
        total: sums.remove(&GroupKey::default()).unwrap_or_default(),
        has_leads: selection.categories.is_empty(),
        coverage: reach.map(|reach| reach.total),
        follow_ups: cared.as_ref().map(follow_ups::sum),
        groups: of_groups,
    })
}

fn shown(selection: &Selection, reach: Option<&Reach>, Found { key, figures, follow_ups }: Found) -> Group {
    let name = |id: Option<Option<OrganizationId>>| Some(selection.nodes.get(&id??)?.name.clone());
    Group {
        district_name: name(key.place.district),
        unit_name: name(key.place.unit),
        coverage: reach.and_then(|reach| reach.of_group(selection, key.place)),
        has_leads: selection.categories.is_empty() && !selection.by.contains(&Dimension::Category),
        follow_ups,
        figures,
        key,
    }
}
