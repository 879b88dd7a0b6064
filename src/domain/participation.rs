//! Participation 参与情况: how many people of every unit and district studied, commented and voted in a cycle.
//!
//! Everybody belongs to one organization at most, so that the people of a subtree are the sum of its organizations' own
//! and nobody is counted twice. A unit's numbers include those of the units under it, a district's those of its units, the
//! city's everybody's; so does the headcount that an organization has entered.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::{Add, AddAssign},
};

use serde::{Deserialize, Serialize};

use super::{id::OrganizationId, organization::OrganizationKind};

/// People, by how sure their membership is. Nobody is in both numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// Citizens whose accounts name the organization, not confirmed by a reviewer.
    pub claimed: u32,
    /// Confirmed citizens, and the organization's staff.
    pub confirmed: u32,
}

impl People {
    /// All of them.
    #[must_use]
    pub const fn total(self) -> u32 {
        self.claimed.saturating_add(self.confirmed)
    }
}

impl Add for People {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            claimed: self.claimed.saturating_add(other.claimed),
            confirmed: self.confirmed.saturating_add(other.confirmed),
        }
    }
}

/// The numbers of an organization in a cycle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Open accounts that belong to it.
    pub members: People,
    /// Of these, who studied at least one candidate of the cycle.
    pub studied: People,
    /// Of these, who commented at least once.
    pub commented: People,
    /// Of these, who voted at least once.
    pub voted: People,
}

impl AddAssign for Numbers {
    fn add_assign(&mut self, other: Self) {
        self.members = self.members + other.members;
        self.studied = self.studied + other.studied;
        self.commented = self.commented + other.commented;
        self.voted = self.voted + other.voted;
    }
}

/// An organization of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its id.
    pub id: OrganizationId,
    /// City, district or unit.
    pub kind: OrganizationKind,
    /// The node above.
    pub parent: Option<OrganizationId>,
    /// The district of a unit.
    pub district: Option<OrganizationId>,
    /// Name.
    pub name: String,
    /// How many people it has, those of the organizations below included, if entered.
    pub headcount: Option<u32>,
    /// A closed one takes no part any more; what its people did stays.
    pub active: bool,
}

/// Where a node stands in the order of the tree: the city, then each district before its units, each unit before those
/// under it; siblings in the order in which they were entered. Never by numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TreeKey {
    district: Option<OrganizationId>,
    unit: Option<OrganizationId>,
    below: Option<OrganizationId>,
}

impl Node {
    /// Its place in the order.
    #[must_use]
    pub fn key(&self) -> TreeKey {
        match self.kind {
            OrganizationKind::City => TreeKey { district: None, unit: None, below: None },
            OrganizationKind::District => TreeKey { district: Some(self.id), unit: None, below: None },
            OrganizationKind::Unit if self.parent == self.district => {
                TreeKey { district: self.district, unit: Some(self.id), below: None }
            }
            OrganizationKind::Unit => TreeKey { district: self.district, unit: self.parent, below: Some(self.id) },
        }
    }

    /// Whether its numbers include another's.
    fn includes(&self, other: &Self) -> bool {
        match self.kind {
            OrganizationKind::City => true,
            OrganizationKind::District => other.id == self.id || other.district == Some(self.id),
            OrganizationKind::Unit => other.id == self.id || other.parent == Some(self.id),
        }
    }
}

text_enum! {
    /// One of the numbers of a line.
    pub enum Figure {
        /// Who belongs to the organization.
        Members = "members",
        /// Who studied.
        Studied = "studied",
        /// Who commented.
        Commented = "commented",
        /// Who voted.
        Voted = "voted",
    }
}

/// Something to know when numbers are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// More people than the organization has.
    HeadcountExceeded {
        /// Which number.
        number: Figure,
        /// The number, claimed and confirmed together.
        people: u32,
        /// How many people the organization has.
        headcount: u32,
    },
    /// Nobody has entered how many people it has.
    HeadcountMissing,
    /// The number of people is that of its units, and some have entered none.
    HeadcountIncomplete {
        /// How many units have entered none.
        units: u32,
    },
}

impl Note {
    /// The stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::HeadcountExceeded { .. } => "headcount_exceeded",
            Self::HeadcountMissing => "headcount_missing",
            Self::HeadcountIncomplete { .. } => "headcount_incomplete",
        }
    }
}

/// A line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Of which organization.
    pub node: Node,
    /// How many people it has: as entered; where a district or the city has entered nothing, the sum of the units directly
    /// under its districts.
    pub headcount: Option<u32>,
    /// Its numbers, those of the organizations below included.
    pub numbers: Numbers,
    /// What to know of them.
    pub notes: Vec<Note>,
}

/// Puts nodes into the order of the tree.
#[must_use]
pub fn in_order(mut nodes: Vec<Node>) -> Vec<Node> {
    nodes.sort_by_key(Node::key);
    nodes
}

/// The organizations whose own numbers some lines need.
#[must_use]
pub fn needed(lines: &[Node], tree: &[Node]) -> BTreeSet<OrganizationId> {
    if lines.iter().any(|line| line.kind == OrganizationKind::City) {
        return tree.iter().map(|node| node.id).collect();
    }
    let mut ids: BTreeSet<OrganizationId> = lines.iter().map(|line| line.id).collect();
    let of = |id: Option<OrganizationId>, ids: &BTreeSet<OrganizationId>| id.is_some_and(|id| ids.contains(&id));
    let below = tree
        .iter()
        .filter(|node| node.kind == OrganizationKind::Unit && (of(node.parent, &ids) || of(node.district, &ids)));
    let below: Vec<OrganizationId> = below.map(|node| node.id).collect();
    ids.extend(below);
    ids
}

/// The lines of some nodes. `tree` has all that their numbers include, `own` the numbers of each organization's own
/// people; one that is not there has none.
#[must_use]
pub fn lines(of: Vec<Node>, tree: &[Node], own: &BTreeMap<OrganizationId, Numbers>) -> Vec<Line> {
    of.into_iter().map(|node| line(node, tree, own)).collect()
}

fn line(node: Node, tree: &[Node], own: &BTreeMap<OrganizationId, Numbers>) -> Line {
    let mut numbers = Numbers::default();
    let (mut people, mut lacking, mut units) = (0_u32, 0_u32, 0_u32);
    for other in tree.iter().filter(|other| node.includes(other)) {
        numbers += own.get(&other.id).copied().unwrap_or_default();
        if other.kind == OrganizationKind::Unit && other.parent == other.district && other.active {
            units = units.saturating_add(1);
            people = people.saturating_add(other.headcount.unwrap_or(0));
            lacking = lacking.saturating_add(u32::from(other.headcount.is_none()));
        }
    }
    let is_summed = node.headcount.is_none() && node.kind != OrganizationKind::Unit && lacking < units;
    let headcount = if is_summed { Some(people) } else { node.headcount };
    let mut notes = exceeded(numbers, headcount);
    if headcount.is_none() {
        notes.push(Note::HeadcountMissing);
    } else if is_summed && lacking > 0 {
        notes.push(Note::HeadcountIncomplete { units: lacking });
    }
    Line { node, headcount, numbers, notes }
}

fn exceeded(numbers: Numbers, headcount: Option<u32>) -> Vec<Note> {
    let Some(headcount) = headcount else { return Vec::new() };
    let named = [
        (Figure::Members, numbers.members),
        (Figure::Studied, numbers.studied),
        (Figure::Commented, numbers.commented),
        (Figure::Voted, numbers.voted),
    ];
    let beyond = named.into_iter().map(|(number, people)| (number, people.total()));
    let beyond = beyond.filter(|(_, people)| *people > headcount);
    beyond.map(|(number, people)| Note::HeadcountExceeded { number, people, headcount }).collect()
}

#[cfg(test)]
mod tests;
