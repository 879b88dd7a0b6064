//! A candidate's passages through the review stages, read from its steps.

use chrono::{DateTime, Utc};

use crate::domain::{
    candidate::Status,
    history::Step,
    month::Month,
    stage::StageCode,
    transition::Action,
    window::{WindowKind, Windows},
};

/// A step, as far as passages depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// When.
    pub at: DateTime<Utc>,
    /// The cycle in which the candidate runs after it.
    pub cycle: Month,
    /// What was done; `None` for the recommendation itself.
    pub action: Option<Action>,
    /// The status before.
    pub from: Option<Status>,
    /// The status after.
    pub to: Status,
}

impl From<&Step> for Move {
    fn from(step: &Step) -> Self {
        Self { at: step.at, cycle: step.cycle, action: step.action, from: step.from_status, to: step.to_status }
    }
}

text_enum! {
    /// How a passage through a stage ended.
    pub enum Outcome {
        /// Approved: verified, endorsed, screened, forwarded or listed.
        Passed = "passed",
        /// Sent back with a reason, by the stage or by the provincial portal.
        Returned = "returned",
        /// Refused, or taken out of the vote.
        Rejected = "rejected",
        /// Left off the published list.
        NotListed = "not_listed",
        /// Withdrawn, by who recommended or carries it or because the consent was.
        Withdrawn = "withdrawn",
        /// Merged into another candidate of the same person.
        Merged = "merged",
        /// Fell back to an earlier stage: the approval before was recalled, or a merger changed what had been verified.
        Reopened = "reopened",
        /// Nobody decided while the window was open, and it was carried over into another cycle.
        CarriedOver = "carried_over",
    }
}

impl Outcome {
    /// Whether the stage decided: only such passages have a duration, and are the whole of which pass and return rates are parts.
    #[must_use]
    pub const fn is_decision(self) -> bool {
        match self {
            Self::Passed | Self::Returned | Self::Rejected | Self::NotListed => true,
            Self::Withdrawn | Self::Merged | Self::Reopened | Self::CarriedOver => false,
        }
    }

    /// What ends a passage by an action that leads to a status.
    const fn of(action: Option<Action>, to: Status) -> Self {
        let Some(action) = action else { return Self::Reopened };
        match action {
            Action::Verify | Action::Endorse | Action::Screen | Action::Forward | Action::List => Self::Passed,
            Action::NotList => Self::NotListed,
            Action::Return | Action::Refuse => Self::Returned,
            Action::Reject | Action::Disqualify => Self::Rejected,
            Action::Withdraw | Action::WithdrawConsent => Self::Withdrawn,
            Action::Merge if matches!(to, Status::Withdrawn) => Self::Merged,
            Action::CarryOver => Self::CarriedOver,
            Action::Merge
            | Action::Recall
            | Action::Assign
            | Action::Resubmit
            | Action::Reinstate
            | Action::Revoke
            | Action::Unmerge => Self::Reopened,
        }
    }
}

/// One passage: from when the candidate began to wait for a stage until it waits for it no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// In which cycle it waited.
    pub cycle: Month,
    /// For which stage.
    pub stage: StageCode,
    /// Since when.
    pub entered_at: DateTime<Utc>,
    /// Whether the city had returned it in this cycle before, so that unit and district have until screening closes.
    pub is_extended: bool,
    /// When it ended and how; `None` while it waits.
    pub left: Option<(DateTime<Utc>, Outcome)>,
}

/// The passages of a candidate, from all its steps in the order in which they happened.
///
/// What changes neither the stage waited for nor the cycle ends nothing: a unit that is assigned goes on with the passage.
/// Who is returned and handed in again passes anew; so does who is carried over, in the other cycle. A decision in
/// another's place (`acting_for`) is one of the stage like any other.
#[must_use]
pub fn passages(steps: &[Move]) -> Vec<Passage> {
    let mut ended = Vec::new();
    let mut open: Option<Passage> = None;
    let mut returned_from: Option<(Month, Status)> = None;
    for step in steps {
        returned_from = returned_from.filter(|(cycle, _)| *cycle == step.cycle);
        if let (Some(Action::Return | Action::Refuse), Some(from)) = (step.action, step.from) {
            let furthest = returned_from.map_or(from, |(_, before)| before.max(from));
            returned_from = Some((step.cycle, furthest));
        }
        let stage = step.to.stage();
        if open.is_some_and(|open| Some(open.stage) == stage && open.cycle == step.cycle) {
            continue;
        }
        let by_city = |(_, from): (Month, Status)| matches!(from, Status::Endorsed | Status::Screened);
        let is_extended = returned_from.is_some_and(by_city);
        if let Some(passage) = open.take() {
            ended.push(Passage { left: Some((step.at, Outcome::of(step.action, step.to))), ..passage });
        }
        open = stage.map(|stage| Passage { cycle: step.cycle, stage, entered_at: step.at, is_extended, left: None });
    }
    ended.extend(open);
    ended
}

/// Until when a stage has to decide: unit and district until reporting closes, or screening for what the city had
/// returned; the city until screening closes, and until forwarding closes for the batch. Publishing has no last day.
#[must_use]
pub fn due_at(stage: StageCode, is_extended: bool, windows: &Windows) -> Option<DateTime<Utc>> {
    let window = match stage {
        StageCode::UnitVerification | StageCode::DistrictEndorsement if is_extended => WindowKind::Screening,
        StageCode::UnitVerification | StageCode::DistrictEndorsement => WindowKind::Reporting,
        StageCode::CityScreening => WindowKind::Screening,
        StageCode::Forwarding => WindowKind::Forwarding,
        StageCode::Listing => return None,
    };
    Some(windows.get(window).closes_at)
}

/// Whether other windows give any stage another last day, so that it has to be looked at anew what was in time.
#[must_use]
pub fn moves_last_days(old: &Windows, new: &Windows) -> bool {
    let differs = |stage: StageCode, is_extended| due_at(stage, is_extended, old) != due_at(stage, is_extended, new);
    StageCode::ALL.iter().any(|stage| differs(*stage, false) || differs(*stage, true))
}
