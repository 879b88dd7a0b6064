//! Activity 活动情况: what the units did in a cycle, and which of them did nothing, so that their district can ask why.
//!
//! A unit's numbers include those of the units under it, as in participation: a centre whose window works is at work.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    id::OrganizationId,
    organization::OrganizationKind,
    participation::{Node, Numbers},
};

/// What was done for a unit as an office.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Acts {
    /// Recommendations of the candidates that it carries in the cycle.
    pub nominations: u32,
    /// Its decisions at the stage of verification.
    pub verifications: u32,
    /// Leads of the cycle, given to it, of which something came or nothing does.
    pub leads: u32,
}

impl Acts {
    /// Whether there is none.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.nominations == 0 && self.verifications == 0 && self.leads == 0
    }

    fn add(&mut self, other: Self) {
        self.nominations = self.nominations.saturating_add(other.nominations);
        self.verifications = self.verifications.saturating_add(other.verifications);
        self.leads = self.leads.saturating_add(other.leads);
    }
}

/// What is known of a unit beside its numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Staffing {
    /// The responsible person.
    pub responsible_name: Option<String>,
    /// Whether it, or the unit above it, has an open account of a reviewer.
    pub has_reviewer: bool,
    /// Whether the term of its leadership group is over.
    pub leadership_expired: bool,
    /// When it was last recommended somebody to, decided, or dealt with a lead, in whatever cycle.
    pub last_act_at: Option<DateTime<Utc>>,
}

/// A line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityLine {
    /// Which unit.
    pub unit: Node,
    /// What was done for it.
    pub acts: Acts,
    /// What its people did.
    pub people: Numbers,
    /// What else is known.
    pub staffing: Staffing,
}

impl ActivityLine {
    /// Whether anything was done at all.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        let people = &self.people;
        let took_part = people.studied.total() > 0 || people.commented.total() > 0 || people.voted.total() > 0;
        took_part || !self.acts.is_none()
    }

    /// Its place in the order.
    #[must_use]
    pub fn key(&self) -> ActivityKey {
        ActivityKey::of(&self.unit)
    }
}

/// Where a unit stands in the order: by district, then by name. Never by numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ActivityKey {
    district: Option<OrganizationId>,
    name: String,
    id: OrganizationId,
}

impl ActivityKey {
    /// The place of a unit.
    #[must_use]
    pub fn of(unit: &Node) -> Self {
        Self { district: unit.district, name: unit.name.clone(), id: unit.id }
    }
}

/// The units of a part of the tree that take part, in their order, after a place in it.
#[must_use]
pub fn units_after(tree: &[Node], after: Option<&ActivityKey>) -> Vec<Node> {
    let mut units: Vec<(ActivityKey, &Node)> = tree
        .iter()
        .filter(|node| node.kind == OrganizationKind::Unit && node.active)
        .map(|unit| (ActivityKey::of(unit), unit))
        .filter(|(key, _)| after.is_none_or(|after| key > after))
        .collect();
    units.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    units.into_iter().map(|(_, unit)| unit.clone()).collect()
}

/// The acts of each unit with those of the units under it.
#[must_use]
pub fn with_those_below(tree: &[Node], own: &BTreeMap<OrganizationId, Acts>) -> BTreeMap<OrganizationId, Acts> {
    let mut sums: BTreeMap<OrganizationId, Acts> = BTreeMap::new();
    for node in tree.iter().filter(|node| node.kind == OrganizationKind::Unit) {
        let acts = own.get(&node.id).copied().unwrap_or_default();
        sums.entry(node.id).or_default().add(acts);
        if let Some(above) = node.parent.filter(|parent| node.district != Some(*parent)) {
            sums.entry(above).or_default().add(acts);
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::participation::People;

    fn unit(id: u128, district: u128, parent: u128, name: &str) -> Node {
        let of = |id| OrganizationId(Uuid::from_u128(id));
        Node {
            id: of(id),
            kind: OrganizationKind::Unit,
            parent: Some(of(parent)),
            district: Some(of(district)),
            name: name.to_owned(),
            headcount: None,
            active: true,
        }
    }

    #[test]
    fn units_are_ordered_by_district_and_name() {
        let closed = Node { active: false, ..unit(9, 1, 1, "0") };
        let district = Node { kind: OrganizationKind::District, ..unit(1, 1, 0, "0") };
        let tree = [unit(5, 2, 2, "a"), unit(4, 1, 1, "c"), unit(3, 1, 4, "b"), unit(6, 1, 1, "b"), closed, district];
        let names = |after: Option<&ActivityKey>| {
            units_after(&tree, after).iter().map(|node| node.id.0.as_u128()).collect::<Vec<_>>()
        };
        assert_eq!(names(None), [3, 6, 4, 5]);
        assert_eq!(names(Some(&ActivityKey::of(&tree[3]))), [4, 5]);
        assert!(names(Some(&ActivityKey::of(&tree[0]))).is_empty());
    }

    #[test]
    fn a_unit_has_what_those_under_it_did() {
        let tree = [unit(4, 1, 1, "centre"), unit(3, 1, 4, "window"), unit(6, 1, 1, "school")];
        let acts = |nominations| Acts { nominations, ..Acts::default() };
        let own = BTreeMap::from([(tree[0].id, acts(1)), (tree[1].id, acts(2))]);
        let sums = with_those_below(&tree, &own);
        assert_eq!(sums.get(&tree[0].id), Some(&acts(3)));
        assert_eq!(sums.get(&tree[1].id), Some(&acts(2)));
        assert_eq!(sums.get(&tree[2].id), Some(&Acts::default()));
    }

    #[test]
    fn anything_at_all_is_activity() {
        let idle = ActivityLine {
            unit: unit(4, 1, 1, "centre"),
            acts: Acts::default(),
            people: Numbers { members: People { claimed: 5, confirmed: 5 }, ..Numbers::default() },
            staffing: Staffing::default(),
        };
        assert!(!idle.is_active());
        let one = People { claimed: 1, confirmed: 0 };
        for people in [
            Numbers { studied: one, ..Numbers::default() },
            Numbers { commented: one, ..Numbers::default() },
            Numbers { voted: one, ..Numbers::default() },
        ] {
            assert!(ActivityLine { people, ..idle.clone() }.is_active());
        }
        for acts in [
            Acts { nominations: 1, ..Acts::default() },
            Acts { verifications: 1, ..Acts::default() },
            Acts { leads: 1, ..Acts::default() },
        ] {
            assert!(ActivityLine { acts, ..idle.clone() }.is_active());
        }
    }
}
