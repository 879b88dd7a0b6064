//! The counts of a cycle and place, told apart no further than a question asks: of a year's cells thirty are read for each
//! sum that is kept beside them.

use std::collections::BTreeMap;

use super::counts::{CellKey, Counts, LeadCounts};
use crate::domain::{candidate::Channel, category::CategoryCode};

/// How far the counts of a place have to be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Not at all.
    Total,
    /// By category.
    Category,
    /// By category and channel.
    Cell,
}

/// The counts of some candidates of a cycle and place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Of this category; of all where they are not told apart.
    pub category: Option<CategoryCode>,
    /// By this channel; by any where they are not told apart.
    pub channel: Option<Channel>,
    /// Their counts.
    pub counts: Counts,
}

impl Part {
    pub(super) const fn of_all(counts: Counts) -> Self {
        Self { category: None, channel: None, counts }
    }

    pub(super) const fn of_category(category: CategoryCode, counts: Counts) -> Self {
        Self { category: Some(category), channel: None, counts }
    }

    pub(super) fn of_cell(CellKey { category, channel }: CellKey, counts: Counts) -> Self {
        Self { category: Some(category), channel: Some(channel), counts }
    }
}

/// All counts of a cycle and place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Those of candidates.
    pub parts: Vec<Part>,
    /// Leads of the cycle that lie here, by the way they came.
    pub leads: BTreeMap<Channel, LeadCounts>,
}
