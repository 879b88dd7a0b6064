//! Cycles as clients see them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use super::policy::{Policy, PolicyPatch};
use crate::{
    api::{
        answer::representations, judged::to_validation, patch::Patch, review_stages::wire::ChecklistItem,
        role::mirrored,
    },
    domain::{
        fault::{Code, Fault},
        month::Month,
        phase, stage, window,
    },
    service::cycles::{CyclePatch, CycleState, WindowMove, reason_faults},
    storage::cycle_amendments::AmendmentRow,
};

mirrored! {
    /// Where a cycle stands: the last of these that holds.
    Phase = phase::Phase {
        /// Nothing has opened yet.
        Upcoming,
        /// Reporting has opened.
        Reporting,
        /// Reporting has closed.
        Screening,
        /// Voting has opened.
        Voting,
        /// Voting has closed.
        Counting,
        /// The list is published.
        Published,
    }
}

mirrored! {
    /// What a window allows.
    WindowName = window::WindowKind {
        /// Verify and endorse.
        Reporting,
        /// Screen; and verify and endorse again what the city returned.
        Screening,
        /// Forward.
        Forwarding,
        /// Votes, comments, study records.
        Voting,
    }
}

/// A half-open interval.
#[derive(Serialize, ToSchema)]
pub struct Window {
    /// The first instant inside.
    pub opens_at: DateTime<Utc>,
    /// The first instant after.
    pub closes_at: DateTime<Utc>,
}

impl From<window::Window> for Window {
    fn from(window: window::Window) -> Self {
        Self { opens_at: window.opens_at, closes_at: window.closes_at }
    }
}

/// The four windows of a cycle.
#[derive(Serialize, ToSchema)]
pub struct Windows {
    /// Verify and endorse.
    pub reporting: Window,
    /// Screen; and verify and endorse again what the city returned.
    pub screening: Window,
    /// Forward.
    pub forwarding: Window,
    /// Votes, comments, study records. Publishing is allowed from its end.
    pub voting: Window,
}

/// A change of windows or of a frozen part of the policy.
#[derive(Serialize, ToSchema)]
pub struct Amendment {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// What: each with `pointer`, `from` and `to`.
    pub changes: Vec<AmendedValue>,
}

/// One value that an amendment changed.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct AmendedValue {
    /// Its place in the cycle.
    #[schema(examples("/policy/district_quota"))]
    pub pointer: String,
    /// What it was.
    pub from: Value,
    /// What it became.
    pub to: Value,
}

impl From<AmendmentRow> for Amendment {
    fn from(row: AmendmentRow) -> Self {
        let changes = serde_json::from_value(row.changes.0).unwrap_or_default();
        Self { id: row.id.into(), at: row.at.0, reason: row.reason, changes }
    }
}

/// One month's round.
#[derive(Serialize, ToSchema)]
pub struct Cycle {
    /// Its name.
    #[schema(examples("2026-11"))]
    pub month: String,
    /// Where it stands.
    pub phase: Phase,
    /// The windows open now.
    pub open: Vec<WindowName>,
    /// The cycle that takes nominations now; with the current cycle only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-12"))]
    pub intake: Option<String>,
    /// What is allowed when.
    pub windows: Windows,
    /// Every number of the campaign.
    pub policy: Policy,
    /// What reviewers affirm in this cycle, by stage.
    pub checklists: BTreeMap<String, Vec<ChecklistItem>>,
    /// The latest changes of windows and of what was frozen, in order; the last 20 of them.
    #[schema(max_items = 20)]
    pub amendments: Vec<Amendment>,
    /// How many such changes there are; all are read page by page from `/cycles/{month}/amendments`.
    pub amendment_count: usize,
    /// Since when materials, quota and checklists are frozen.
    pub materials_frozen_at: Option<DateTime<Utc>>,
    /// When the list was published.
    pub published_at: Option<DateTime<Utc>>,
    /// When it came into being.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// To be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(Cycle);

impl From<CycleState> for Cycle {
    fn from(state: CycleState) -> Self {
        let (cycle, windows) = (&state.cycle, state.cycle.windows);
        let items = |list: &[stage::ChecklistItem]| list.iter().cloned().map(Into::into).collect();
        Self {
            month: cycle.month.to_string(),
            phase: state.phase.into(),
            open: state.open.into_iter().map(Into::into).collect(),
            intake: None,
            windows: Windows {
                reporting: windows.reporting.into(),
                screening: windows.screening.into(),
                forwarding: windows.forwarding.into(),
                voting: windows.voting.into(),
            },
            policy: cycle.policy.clone().into(),
            checklists: cycle.checklists.iter().map(|(stage, list)| (stage.to_string(), items(list))).collect(),
            amendments: state.amendments.into_iter().map(Into::into).collect(),
            amendment_count: state.amendment_count,
            materials_frozen_at: cycle.materials_frozen_at,
            published_at: cycle.published_at,
            created_at: cycle.created_at,
            updated_at: cycle.updated_at,
            etag: String::new(),
            version: cycle.version,
        }
    }
}

impl Cycle {
    /// The current cycle, which also names the intake cycle.
    #[must_use]
    pub fn current(state: CycleState, intake: Option<Month>) -> Self {
        Self { intake: intake.map(|month| month.to_string()), ..state.into() }
    }
}

/// Where the ends of a window are wanted.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowPatch {
    /// The first instant inside.
    #[serde(default)]
    #[schema(value_type = DateTime<Utc>)]
    pub opens_at: Patch<String>,
    /// The first instant after.
    #[serde(default)]
    #[schema(value_type = DateTime<Utc>)]
    pub closes_at: Patch<String>,
}

/// Windows to be moved.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowsPatch {
    /// Verify and endorse.
    #[serde(default)]
    #[schema(value_type = WindowPatch)]
    pub reporting: Patch<WindowPatch>,
    /// Screen.
    #[serde(default)]
    #[schema(value_type = WindowPatch)]
    pub screening: Patch<WindowPatch>,
    /// Forward.
    #[serde(default)]
    #[schema(value_type = WindowPatch)]
    pub forwarding: Patch<WindowPatch>,
    /// Votes, comments, study records.
    #[serde(default)]
    #[schema(value_type = WindowPatch)]
    pub voting: Patch<WindowPatch>,
}

impl WindowsPatch {
    fn members(&self) -> [(window::WindowKind, &Patch<WindowPatch>); 4] {
        [
            (window::WindowKind::Reporting, &self.reporting),
            (window::WindowKind::Screening, &self.screening),
            (window::WindowKind::Forwarding, &self.forwarding),
            (window::WindowKind::Voting, &self.voting),
        ]
    }

    /// The moves, and a fault for each instant that is none.
    fn moves(&self) -> (Vec<WindowMove>, Vec<Fault>) {
        let mut faults = vec![];
        let mut instant = |member: &Patch<String>, pointer: String| match member {
            Patch::Absent | Patch::Null => None,
            Patch::Value(text) => {
                let read = DateTime::parse_from_rfc3339(text).ok();
                if read.is_none() {
                    faults.push(Fault::at(pointer, Code::Malformed));
                }
                read.map(|instant| instant.to_utc())
            }
        };
        let mut moves = vec![];
        for (kind, member) in self.members() {
            let Patch::Value(patch) = member else { continue };
            moves.push(WindowMove {
                kind,
                opens_at: instant(&patch.opens_at, format!("/windows/{kind}/opens_at")),
                closes_at: instant(&patch.closes_at, format!("/windows/{kind}/closes_at")),
            });
        }
        (moves, faults)
    }
}

/// A change of a cycle (merge patch).
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateCycleRequest {
    /// Windows to be moved; needs a reason.
    #[serde(default)]
    #[schema(value_type = WindowsPatch)]
    pub windows: Patch<WindowsPatch>,
    /// Fields of the policy to be changed; what is frozen needs a reason.
    #[serde(default)]
    #[schema(value_type = PolicyPatch)]
    pub policy: Patch<Map<String, Value>>,
    /// Why; kept with the amendment.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500, examples("国庆假期，报送时间顺延两天"))]
    pub reason: Option<String>,
}

impl From<UpdateCycleRequest> for CyclePatch {
    fn from(input: UpdateCycleRequest) -> Self {
        Self {
            windows: input.windows.value().unwrap_or_default().moves().0,
            policy: input.policy.value().unwrap_or_default(),
            reason: input.reason,
        }
    }
}

impl Validate for UpdateCycleRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut faults = self.windows.clone().value().unwrap_or_default().moves().1;
        faults.extend(reason_faults(self.reason.as_deref()));
        to_validation(faults)
    }
}
