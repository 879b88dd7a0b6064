//! How far honorees are looked after: what is due now, and what was done in the months.

use std::{collections::BTreeMap, ops::AddAssign};

use chrono::NaiveDate;

use super::reading::{Selection, district_of};
use crate::{
    domain::{
        assistance::AssistanceStatus,
        id::OrganizationId,
        month::Month,
        organization::OrganizationKind,
        scope::Scope,
        statistics::{Dimension, PlaceKey},
    },
    service::Error,
    storage::{self, Connection, assistance::AssistanceFilter, visits::VisitCount},
};

/// Follow-ups of the organizations that are selected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FollowUps {
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
    pub entries: i64,
    /// What they amount to, in fen; counter-entries are subtracted.
    pub amount_fen: i64,
}

/// Follow-ups by the organization in charge, for the whole selection. None where a category or channel is selected: nobody is
/// looked after by category.
pub(super) fn read(
    db: &mut Connection,
    selection: &Selection,
    today: NaiveDate,
) -> Result<Option<BTreeMap<OrganizationId, FollowUps>>, Error> {
    if !selection.is_of_all_kinds() {
        return Ok(None);
    }
    let mut by: BTreeMap<OrganizationId, FollowUps> = BTreeMap::new();
    let everywhere = [Scope::City];
    for (id, due) in storage::due_visits::count_due(db, &everywhere, today)? {
        by.entry(id).or_default().due = due;
    }
    for (id, overdue) in storage::due_visits::count_due(db, &everywhere, today.pred_opt().unwrap_or(today))? {
        by.entry(id).or_default().overdue = overdue;
    }
    for (id, lost) in storage::due_visits::count_lost(db, &everywhere)? {
        by.entry(id).or_default().lost = lost;
    }
    for (from, until) in spans(&selection.months()) {
        for (id, VisitCount { visits, reached }) in storage::visits::count(db, (from, until))? {
            let one = by.entry(id).or_default();
            (one.visits, one.reached) = (one.visits + visits, one.reached + reached);
        }
        let given = AssistanceFilter {
            statuses: vec![AssistanceStatus::Given],
            from: Some(from),
            until: Some(until),
            ..AssistanceFilter::default()
        };
        for row in storage::assistance::sums(db, &given)? {
            let one = by.entry(row.organization).or_default();
            (one.entries, one.amount_fen) = (one.entries + row.sum.entries, one.amount_fen + row.sum.amount_fen);
        }
    }
    by.retain(|id, _| selection.nodes.get(id).is_some_and(|node| selection.covers(node)));
    Ok(Some(by))
}

impl AddAssign for FollowUps {
    fn add_assign(&mut self, other: Self) {
        self.due += other.due;
        self.overdue += other.overdue;
        self.lost += other.lost;
        self.visits += other.visits;
        self.reached += other.reached;
        self.entries += other.entries;
        self.amount_fen += other.amount_fen;
    }
}

/// Those of all organizations.
pub(super) fn sum(by: &BTreeMap<OrganizationId, FollowUps>) -> FollowUps {
    let mut sum = FollowUps::default();
    for one in by.values() {
        sum += *one;
    }
    sum
}

/// Those of the groups of which there are any; none where groups are told apart by what honorees are not.
pub(super) fn by_place(
    selection: &Selection,
    by: &BTreeMap<OrganizationId, FollowUps>,
) -> Option<BTreeMap<PlaceKey, FollowUps>> {
    if !selection.by.iter().all(|dimension| dimension.tells_honorees_apart()) {
        return None;
    }
    let mut groups: BTreeMap<PlaceKey, FollowUps> = BTreeMap::new();
    for (id, one) in by {
        let Some(node) = selection.nodes.get(id) else { continue };
        let key = PlaceKey {
            cycle: None,
            district: selection.by.contains(&Dimension::District).then(|| district_of(node)),
            unit: selection.by.contains(&Dimension::Unit).then(|| (node.kind == OrganizationKind::Unit).then_some(*id)),
        };
        *groups.entry(key).or_default() += *one;
    }
    Some(groups)
}

/// Months in their order as runs of days, first and last day included.
fn spans(months: &[Month]) -> Vec<(NaiveDate, NaiveDate)> {
    let mut spans: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    for month in months {
        match spans.last_mut() {
            Some((_, until)) if until.succ_opt() == Some(month.first_day()) => *until = month.last_day(),
            Some(_) | None => spans.push((month.first_day(), month.last_day())),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_that_follow_each_other_are_one_span() {
        let months = ["2025-11", "2025-12", "2026-01", "2026-03"].map(|month| month.parse().unwrap());
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let expected = vec![(day("2025-11-01"), day("2026-01-31")), (day("2026-03-01"), day("2026-03-31"))];
        assert_eq!(spans(&months), expected);
        assert_eq!(spans(&[]), vec![]);
    }
}
