//! The numbers that are shown, made of what was counted.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{
    counts::{Counts, LeadCounts, StageCounts},
    hours::Hours,
    passage::{Outcome, due_at},
};
use crate::domain::{
    candidate::{Channel, Status},
    cycle::Cycle,
    lead::LeadStatus,
    stage::StageCode,
};

/// A part of a whole, with both beside the share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ratio {
    /// The part.
    pub numerator: u32,
    /// The whole.
    pub denominator: u32,
}

impl Ratio {
    /// The share, from 0 to 1, rounded to four decimals; `None` where there is no whole.
    #[must_use]
    pub fn share(self) -> Option<f64> {
        let whole = f64::from(self.denominator);
        (self.denominator > 0).then(|| (f64::from(self.numerator) / whole * 10_000.0).round() / 10_000.0)
    }
}

/// How long decisions took, in days of 24 hours, rounded to two decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Days {
    /// Of so many decided passages.
    pub decided: u32,
    /// The median, by nearest rank over whole hours.
    pub median: Option<f64>,
    /// The 90th percentile, likewise.
    pub p90: Option<f64>,
}

impl Days {
    fn of(hours: &Hours) -> Self {
        let days = |percent| hours.percentile(percent).map(|hours| (f64::from(hours) / 24.0 * 100.0).round() / 100.0);
        Self { decided: hours.count(), median: days(50), p90: days(90) }
    }
}

/// Which of the waiting of a cycle are beyond the time that their stage has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overdue(BTreeMap<StageCode, (bool, bool)>);

impl Overdue {
    /// At a moment.
    #[must_use]
    pub fn at(cycle: &Cycle, now: DateTime<Utc>) -> Self {
        let is_over = |stage, is_extended| due_at(stage, is_extended, &cycle.windows).is_some_and(|due| due <= now);
        Self(StageCode::ALL.iter().map(|stage| (*stage, (is_over(*stage, false), is_over(*stage, true)))).collect())
    }

    fn count(&self, stage: StageCode, counts: &StageCounts) -> u32 {
        let (usual, extended) = self.0.get(&stage).copied().unwrap_or_default();
        let of = |is_over, count| if is_over { count } else { 0 };
        of(usual, counts.waiting).saturating_add(of(extended, counts.waiting_extended))
    }
}

/// The numbers of one stage.
#[derive(Clone, Debug, PartialEq)]
pub struct StageFigures {
    /// Which.
    pub stage: StageCode,
    /// Passages that began.
    pub entered: u32,
    /// Those that ended, by how.
    pub outcomes: BTreeMap<Outcome, u32>,
    /// Those that wait.
    pub waiting: u32,
    /// Passed of all decided.
    pub pass_rate: Ratio,
    /// Returned of all decided.
    pub return_rate: Ratio,
    /// Decided in time, of all that had to be decided by now; none for publishing, which has no last day.
    pub on_time: Option<Ratio>,
    /// How long decisions took.
    pub days: Days,
}

impl StageFigures {
    /// Passages that ended in a way.
    #[must_use]
    pub fn ended(&self, outcome: Outcome) -> u32 {
        self.outcomes.get(&outcome).copied().unwrap_or(0)
    }
}

/// The sum of what was selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    counts: Counts,
    leads: LeadCounts,
    overdue: BTreeMap<StageCode, u32>,
}

impl Figures {
    /// Adds counts of a cycle.
    pub fn add(&mut self, counts: &Counts, overdue: &Overdue) {
        self.counts.merge(counts);
        for (stage, counts) in &counts.stages {
            let late = self.overdue.entry(*stage).or_default();
            *late = late.saturating_add(overdue.count(*stage, counts));
        }
    }

    /// Adds leads.
    pub fn add_leads(&mut self, leads: &LeadCounts) {
        for (status, count) in leads {
            let known = self.leads.entry(*status).or_default();
            *known = known.saturating_add(*count);
        }
    }

    /// Candidates of the cycles.
    #[must_use]
    pub fn candidates(&self) -> u32 {
        self.counts.candidates()
    }

    /// Those in a status now.
    #[must_use]
    pub fn in_status(&self, status: Status) -> u32 {
        self.counts.statuses.get(&status).copied().unwrap_or(0)
    }

    /// Their nominations that stand.
    #[must_use]
    pub fn nominations(&self) -> u32 {
        self.counts.nominations.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Nominations that came in a way.
    #[must_use]
    pub fn nominated_by(&self, channel: Channel) -> u32 {
        self.counts.nominations.get(&channel).copied().unwrap_or(0)
    }

    /// Leads of which became that.
    #[must_use]
    pub fn leads(&self, status: LeadStatus) -> u32 {
        self.leads.get(&status).copied().unwrap_or(0)
    }

    /// The numbers of every stage, in the order in which candidates pass them.
    #[must_use]
    pub fn stages(&self) -> Vec<StageFigures> {
        StageCode::ALL.iter().map(|stage| self.stage(*stage)).collect()
    }

    /// The numbers of a stage.
    #[must_use]
    pub fn stage(&self, stage: StageCode) -> StageFigures {
        let counts = self.counts.stages.get(&stage).cloned().unwrap_or_default();
        let of = |outcome| counts.outcomes.get(&outcome).copied().unwrap_or(0);
        let sum = |numbers: &mut dyn Iterator<Item = u32>| numbers.fold(0_u32, u32::saturating_add);
        let waiting = counts.waiting.saturating_add(counts.waiting_extended);
        let decided = Outcome::ALL.iter().copied().filter(|outcome| outcome.is_decision());
        let decided = sum(&mut decided.map(of));
        let overdue = self.overdue.get(&stage).copied().unwrap_or(0);
        let due = sum(&mut [counts.on_time, counts.late, overdue].into_iter());
        StageFigures {
            stage,
            entered: sum(&mut counts.outcomes.values().copied().chain([waiting])),
            waiting,
            pass_rate: Ratio { numerator: of(Outcome::Passed), denominator: decided },
            return_rate: Ratio { numerator: of(Outcome::Returned), denominator: decided },
            on_time: match stage {
                StageCode::Listing => None,
                StageCode::UnitVerification
                | StageCode::DistrictEndorsement
                | StageCode::CityScreening
                | StageCode::Forwarding => Some(Ratio { numerator: counts.on_time, denominator: due }),
            },
            days: Days::of(&counts.hours),
            outcomes: counts.outcomes,
        }
    }
}
