//! Sums over the tree of organizations that add up: an organization's are its own and those below it.

use std::{
    collections::BTreeMap,
    ops::{Add, AddAssign},
};

use crate::domain::{id::OrganizationId, organization::OrganizationKind, participation::Node};

/// Entries of the ledger and what they amount to; counter-entries have negative amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many, counter-entries among them.
    pub entries: i64,
    /// In fen.
    pub amount_fen: i64,
}

impl Add for Sum {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            entries: self.entries.saturating_add(other.entries),
            amount_fen: self.amount_fen.saturating_add(other.amount_fen),
        }
    }
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// Visits of those whom an organization looks after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// How many are due by the day that was asked for, overdue ones among them.
    pub due: i64,
    /// How many should have been made before today.
    pub overdue: i64,
    /// How many honorees cannot be found.
    pub lost: i64,
}

impl AddAssign for Load {
    fn add_assign(&mut self, other: Self) {
        self.due = self.due.saturating_add(other.due);
        self.overdue = self.overdue.saturating_add(other.overdue);
        self.lost = self.lost.saturating_add(other.lost);
    }
}

/// An organization with its own number and that of its whole subtree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<T> {
    /// Which one.
    pub node: Node,
    /// Its own.
    pub own: T,
    /// Its own and all below it.
    pub total: T,
}

/// The organizations of a tree that have something of their own or below them, in the order of the tree.
#[must_use]
pub fn lines<T: Copy + Default + PartialEq + AddAssign>(
    tree: Vec<Node>,
    own: &BTreeMap<OrganizationId, T>,
) -> Vec<Line<T>> {
    let city = tree.iter().find(|node| node.kind == OrganizationKind::City).map(|node| node.id);
    let mut totals: BTreeMap<OrganizationId, T> = BTreeMap::new();
    for node in &tree {
        let Some(number) = own.get(&node.id) else { continue };
        for above in upwards(node, city) {
            *totals.entry(above).or_default() += *number;
        }
    }
    let line = |node: Node| {
        let total = totals.get(&node.id).copied()?;
        Some(Line { own: own.get(&node.id).copied().unwrap_or_default(), total, node })
    };
    let mut lines: Vec<Line<T>> = tree.into_iter().filter_map(line).collect();
    lines.sort_by_key(|line| line.node.key());
    lines
}

/// A node and those above it, each once.
fn upwards(node: &Node, city: Option<OrganizationId>) -> Vec<OrganizationId> {
    let mut above = vec![node.id];
    for one in [node.parent, node.district, city].into_iter().flatten() {
        if !above.contains(&one) {
            above.push(one);
        }
    }
    above
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> OrganizationId {
        OrganizationId(Uuid::from_u128(number))
    }

    fn node(number: u128, kind: OrganizationKind, parent: Option<u128>, district: Option<u128>) -> Node {
        Node {
            id: id(number),
            kind,
            parent: parent.map(id),
            district: district.map(id),
            name: number.to_string(),
            headcount: None,
            active: true,
        }
    }

    /// A city (1), two districts (2, 3), a unit (4) with a window (5), a unit in the other district (6).
    fn tree() -> Vec<Node> {
        use OrganizationKind::{City, District, Unit};
        vec![
            node(1, City, None, None),
            node(2, District, Some(1), Some(2)),
            node(3, District, Some(1), Some(3)),
            node(4, Unit, Some(2), Some(2)),
            node(5, Unit, Some(4), Some(2)),
            node(6, Unit, Some(3), Some(3)),
        ]
    }

    #[test]
    fn a_line_has_its_own_and_all_below() {
        let sum = |entries, amount_fen| Sum { entries, amount_fen };
        let own = BTreeMap::from([(id(5), sum(1, 100)), (id(2), sum(1, 7)), (id(4), sum(2, -30))]);
        let found: Vec<_> =
            lines(tree(), &own).into_iter().map(|line| (line.node.name, line.own, line.total)).collect();
        let expected = [
            ("1", sum(0, 0), sum(4, 77)),
            ("2", sum(1, 7), sum(4, 77)),
            ("4", sum(2, -30), sum(3, 70)),
            ("5", sum(1, 100), sum(1, 100)),
        ];
        assert_eq!(found, expected.map(|(name, own, total)| (name.to_owned(), own, total)));
    }

    proptest! {
        /// To the fen: the city's total is the sum of what all have of their own, and each district's that of its part.
        #[test]
        fn sums_add_up(amounts in proptest::collection::btree_map(1..7_u128, (0..1000_i64, -1_000_000_000..=1_000_000_000_i64), 0..6)) {
            let own: BTreeMap<_, _> = amounts
                .iter()
                .map(|(number, (entries, amount_fen))| (id(*number), Sum { entries: *entries, amount_fen: *amount_fen }))
                .collect();
            let all = own.values().copied().fold(Sum::default(), Add::add);
            let found = lines(tree(), &own);
            let total = |number: u128| found.iter().find(|line| line.node.id == id(number)).map_or(Sum::default(), |line| line.total);
            let own_of = |number: u128| own.get(&id(number)).copied().unwrap_or_default();
            prop_assert_eq!(total(1), all);
            prop_assert_eq!(total(1), own_of(1) + total(2) + total(3));
            prop_assert_eq!(total(2), own_of(2) + total(4));
            prop_assert_eq!(total(4), own_of(4) + total(5));
            prop_assert_eq!(found.iter().map(|line| line.own).fold(Sum::default(), Add::add), all);
        }
    }
}
