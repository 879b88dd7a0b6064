//! What is counted, before rates are made of it: everything here can be added up.

use std::collections::BTreeMap;

use super::{
    hours::Hours,
    passage::{Outcome, Passage, due_at},
};
use crate::domain::{
    candidate::{Channel, Status},
    category::CategoryCode,
    lead::LeadStatus,
    stage::StageCode,
    window::Windows,
};

/// Passages through one stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageCounts {
    /// Those that ended, by how.
    pub outcomes: BTreeMap<Outcome, u32>,
    /// Those that wait, with the stage's usual time.
    pub waiting: u32,
    /// Those that wait with the longer time of what the city returned.
    pub waiting_extended: u32,
    /// Decisions before the time was over.
    pub on_time: u32,
    /// Decisions after it, and what was carried over undecided.
    pub late: u32,
    /// How long the decided ones took.
    pub hours: Hours,
}

impl StageCounts {
    fn note(&mut self, passage: &Passage, windows: &Windows) {
        let Some((left_at, outcome)) = passage.left else {
            let waiting = if passage.is_extended { &mut self.waiting_extended } else { &mut self.waiting };
            *waiting = waiting.saturating_add(1);
            return;
        };
        grow(self.outcomes.entry(outcome).or_default(), 1);
        if outcome.is_decision() {
            self.hours.add(left_at - passage.entered_at);
        }
        if let Some(due_at) = due_at(passage.stage, passage.is_extended, windows) {
            if outcome.is_decision() && left_at < due_at {
                grow(&mut self.on_time, 1);
            } else if outcome.is_decision() || outcome == Outcome::CarriedOver {
                grow(&mut self.late, 1);
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        for (outcome, count) in &other.outcomes {
            grow(self.outcomes.entry(*outcome).or_default(), *count);
        }
        grow(&mut self.waiting, other.waiting);
        grow(&mut self.waiting_extended, other.waiting_extended);
        grow(&mut self.on_time, other.on_time);
        grow(&mut self.late, other.late);
        self.hours.merge(&other.hours);
    }
}

/// The counts of some candidates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Candidates of the cycle by where they stand now.
    pub statuses: BTreeMap<Status, u32>,
    /// Nominations of these candidates that stand, by the way they came.
    pub nominations: BTreeMap<Channel, u32>,
    /// Passages through the stages in the cycle, also of candidates who were carried over since.
    pub stages: BTreeMap<StageCode, StageCounts>,
}

impl Counts {
    /// Counts a candidate of the cycle.
    pub fn note_candidate(&mut self, status: Status) {
        grow(self.statuses.entry(status).or_default(), 1);
    }

    /// Counts a passage in the cycle, whose windows are given.
    pub fn note_passage(&mut self, passage: &Passage, windows: &Windows) {
        self.stages.entry(passage.stage).or_default().note(passage, windows);
    }

    /// Counts nominations.
    pub fn note_nominations(&mut self, channel: Channel, count: u32) {
        grow(self.nominations.entry(channel).or_default(), count);
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        for (status, count) in &other.statuses {
            grow(self.statuses.entry(*status).or_default(), *count);
        }
        for (channel, count) in &other.nominations {
            grow(self.nominations.entry(*channel).or_default(), *count);
        }
        for (stage, counts) in &other.stages {
            self.stages.entry(*stage).or_default().merge(counts);
        }
    }

    /// Candidates of the cycle.
    #[must_use]
    pub fn candidates(&self) -> u32 {
        self.statuses.values().fold(0, |sum, count| sum.saturating_add(*count))
    }
}

/// Leads by what became of them.
pub type LeadCounts = BTreeMap<LeadStatus, u32>;

/// By what the counts of a cycle and place are told apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellKey {
    /// The category.
    pub category: CategoryCode,
    /// By what way the first recommendation came.
    pub channel: Channel,
}

/// All counts of one cycle and place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Those of candidates.
    pub cells: BTreeMap<CellKey, Counts>,
    /// Leads of the cycle that lie here, by the way they came. A lead has no category.
    pub leads: BTreeMap<Channel, LeadCounts>,
}

impl Sheet {
    /// The counts of a category and channel.
    pub fn cell(&mut self, category: &CategoryCode, channel: Channel) -> &mut Counts {
        self.cells.entry(CellKey { category: category.clone(), channel }).or_default()
    }

    /// Counts leads.
    pub fn note_leads(&mut self, channel: Channel, status: LeadStatus, count: u32) {
        grow(self.leads.entry(channel).or_default().entry(status).or_default(), count);
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        for (key, counts) in &other.cells {
            self.cells.entry(key.clone()).or_default().merge(counts);
        }
        for (channel, leads) in &other.leads {
            for (status, count) in leads {
                self.note_leads(*channel, *status, *count);
            }
        }
    }

    /// The sums of the categories.
    #[must_use]
    pub fn by_category(&self) -> BTreeMap<CategoryCode, Counts> {
        let mut sums: BTreeMap<CategoryCode, Counts> = BTreeMap::new();
        for (key, counts) in &self.cells {
            sums.entry(key.category.clone()).or_default().merge(counts);
        }
        sums
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.leads.is_empty()
    }

    /// Candidates of the cycle.
    #[must_use]
    pub fn candidates(&self) -> u32 {
        self.cells.values().fold(0, |sum, counts| sum.saturating_add(counts.candidates()))
    }
}

fn grow(number: &mut u32, by: u32) {
    *number = number.saturating_add(by);
}
