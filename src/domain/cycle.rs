//! One month's round of the campaign.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{
    month::Month,
    phase::{Phase, phase},
    policy::Policy,
    stage::{ChecklistItem, Stage, StageCode},
    window::{WindowKind, Windows},
};

/// The checklist of each stage.
pub type Checklists = BTreeMap<StageCode, Vec<ChecklistItem>>;

/// One month's round: its windows, and the rules that hold in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// Its name.
    pub month: Month,
    /// What is allowed when.
    pub windows: Windows,
    /// Every number of the campaign.
    pub policy: Policy,
    /// What reviewers affirm, by stage; frozen together with the materials.
    pub checklists: Checklists,
    /// When the first candidate of the cycle was verified, or a verified one carried in: material and quota fields of
    /// the policy and the checklists are frozen since.
    pub materials_frozen_at: Option<DateTime<Utc>>,
    /// When the list was published.
    pub published_at: Option<DateTime<Utc>>,
    /// Grows with each change.
    pub version: i64,
    /// When it came into being.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Cycle {
    /// A new cycle: the standard windows of its month, the policy of the latest cycle before it, the stages'
    /// checklists as they are now.
    #[must_use]
    pub fn begin(month: Month, tz: Tz, policy: Policy, stages: &[Stage], now: DateTime<Utc>) -> Self {
        Self {
            month,
            windows: Windows::standard(month, tz),
            policy,
            checklists: stages.iter().map(|stage| (stage.code, stage.checklist.clone())).collect(),
            materials_frozen_at: None,
            published_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// Where the cycle stands.
    #[must_use]
    pub fn phase(&self, now: DateTime<Utc>) -> Phase {
        phase(&self.windows, self.published_at, now)
    }

    /// The windows open now.
    #[must_use]
    pub fn open(&self, now: DateTime<Utc>) -> Vec<WindowKind> {
        self.windows.open(now)
    }

    /// What a reviewer affirms at a stage.
    #[must_use]
    pub fn checklist(&self, stage: StageCode) -> &[ChecklistItem] {
        self.checklists.get(&stage).map_or(&[], Vec::as_slice)
    }
}

/// The cycles that must exist at a moment: the running month's and those of the two after.
#[must_use]
pub fn required_months(now: DateTime<Utc>, tz: Tz) -> [Month; 3] {
    let current = Month::of(now, tz);
    [current, current.next(), current.next().next()]
}

/// The intake cycle: the earliest whose reporting window has not closed.
pub fn intake<'a>(cycles: impl IntoIterator<Item = &'a Cycle>, now: DateTime<Utc>) -> Option<&'a Cycle> {
    cycles.into_iter().filter(|cycle| !cycle.windows.reporting.is_over(now)).min_by_key(|cycle| cycle.month)
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::domain::stage;

    fn cycle(month: &str) -> Cycle {
        let stages = stage::defaults(DateTime::UNIX_EPOCH);
        let month = Month::parse(month).unwrap();
        Cycle::begin(month, Tz::Asia__Shanghai, Policy::default(), &stages, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn the_running_month_and_the_two_after() {
        let at = |text: &str| {
            required_months(text.parse().unwrap(), Tz::Asia__Shanghai).map(|month| month.to_string()).join(" ")
        };
        assert_eq!(at("2026-11-30T15:59:59.999Z"), "2026-11 2026-12 2027-01");
        assert_eq!(at("2026-11-30T16:00:00Z"), "2026-12 2027-01 2027-02");
    }

    #[test]
    fn intake_is_the_earliest_still_reporting() {
        let mut cycles = [cycle("2026-12"), cycle("2026-11"), cycle("2027-01")];
        let closes = cycles[1].windows.reporting.closes_at;
        let month = |cycles: &[Cycle], now| intake(cycles, now).unwrap().month.to_string();
        assert_eq!(month(&cycles, closes - Duration::milliseconds(1)), "2026-11");
        assert_eq!(month(&cycles, closes), "2026-12");
        cycles[1].windows.reporting.closes_at += Duration::days(2);
        assert_eq!(month(&cycles, closes), "2026-11");
        assert!(intake(&cycles, closes + Duration::days(400)).is_none());
    }

    #[test]
    fn a_cycle_keeps_the_checklists_of_its_beginning() {
        let cycle = cycle("2026-11");
        assert_eq!(cycle.checklist(StageCode::UnitVerification).len(), 7);
        assert!(cycle.checklist(StageCode::Listing).is_empty());
        assert_eq!(cycle.phase(cycle.windows.voting.opens_at), Phase::Voting);
        assert_eq!(cycle.open(cycle.windows.forwarding.closes_at), [WindowKind::Voting]);
    }
}
