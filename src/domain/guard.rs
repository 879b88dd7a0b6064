//! The guards of the transitions: everything that stands against an action, with its figures.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{
    authority::{Part, Permission, Refusal, Standing, keeps_as_unit, permission},
    candidate::{Candidate, Status},
    carriage::next_step,
    cycle::Cycle,
    fault::{Code, Fault},
    id::VerificationId,
    merger::{self, Merger},
    readiness::Readiness,
    review,
    stage::StageCode,
    transition::{Action, target},
    verification::{self, Refuting},
    window::{Window, WindowKind, Windows, instant_text},
};

/// What the caller says beside the action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The answers to the stage's checklist; without them the checklist is not judged.
    pub checklist: Option<BTreeMap<String, bool>>,
    /// The refuting records that the opinion answers; without them it is not judged whether they are answered.
    pub answered: Option<BTreeSet<VerificationId>>,
    /// Whether the reason of the return is answered.
    pub has_answer: bool,
}

/// Everything that the guards look at.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The campaign's present moment.
    pub now: DateTime<Utc>,
    /// The candidate as it is.
    pub candidate: &'a Candidate,
    /// The cycle in which it runs.
    pub cycle: &'a Cycle,
    /// Where the caller stands to it.
    pub standing: Standing,
    /// The stages of it that the caller has decided before, in whatever cycle.
    pub decided: &'a [StageCode],
    /// How its materials stand against the cycle's policy.
    pub readiness: &'a Readiness,
    /// The refuting records that stand in its verification file.
    pub refuting: &'a [Refuting],
    /// Whether a consent to publication and forwarding stands.
    pub has_consent: bool,
    /// Places of its district that are used in the cycle.
    pub quota_used: u32,
    /// Whether a nomination by somebody else stands.
    pub other_nomination_stands: bool,
    /// Whether votes were cast for it, in whatever cycle.
    pub has_votes: bool,
    /// The merger by which it was withdrawn, if it was.
    pub merger: Option<Merger>,
}

impl Facts<'_> {
    /// Whether the caller may do the action in the candidate's status, as far as persons are concerned.
    #[must_use]
    pub fn permission(&self, action: Action) -> Permission {
        permission(action, self.candidate.status, self.candidate.unit_id.is_some(), self.standing)
    }
}

/// All that stands against an action, in the order of [`Code`]; nothing when it is allowed. A wrong status, or a caller
/// who has no part in it, is answered alone.
#[must_use]
pub fn check(action: Action, facts: &Facts<'_>, said: &Said) -> Vec<Fault> {
    match facts.permission(action) {
        Permission::Refused(Refusal::Role) => return vec![Fault::of(Code::Forbidden)],
        Permission::Refused(Refusal::Outside) => return vec![Fault::of(Code::NotFound)],
        Permission::Refused(Refusal::Stage) if is_late_recall(action, facts) => {
            return vec![Fault::of(Code::NextStageDecided).with("status", facts.candidate.status.as_str())];
        }
        Permission::Refused(Refusal::Stage) => return vec![wrong_status(action, facts)],
        Permission::Refused(Refusal::Staffed(_)) | Permission::Allowed | Permission::ActingFor(_) => {}
    }
    let is_unmerged = action == Action::Unmerge && facts.merger.is_none();
    if is_unmerged || target(facts.candidate.status, action).is_none() {
        return vec![wrong_status(action, facts)];
    }
    let mut faults: Vec<Fault> = window(action, facts).into_iter().collect();
    faults.extend(file(action, facts, said));
    faults.extend(person(action, facts));
    faults.extend(records(action, facts, said));
    faults.extend(merger::faults(action, facts));
    faults.sort_by_key(|fault| fault.code);
    faults
}

/// Whether somebody would recall an approval on which the stage after has built: the unit, of what the district endorsed.
fn is_late_recall(action: Action, facts: &Facts<'_>) -> bool {
    action == Action::Recall && target(facts.candidate.status, action).is_some()
}

fn wrong_status(action: Action, facts: &Facts<'_>) -> Fault {
    let fault = Fault::of(Code::TransitionNotAllowed);
    fault.with("action", action.as_str()).with("status", facts.candidate.status.as_str())
}

/// What the windows of the month say.
fn window(action: Action, facts: &Facts<'_>) -> Option<Fault> {
    let windows = &facts.cycle.windows;
    let needs = |kind: WindowKind| {
        let window = windows.get(kind);
        (!window.contains(facts.now)).then(|| closed(kind, window))
    };
    match action {
        Action::Verify | Action::Endorse if windows.reporting.contains(facts.now) => None,
        Action::Verify | Action::Endorse if facts.candidate.was_returned_by_city() => needs(WindowKind::Screening),
        Action::Verify | Action::Endorse => needs(WindowKind::Reporting),
        Action::Screen => needs(WindowKind::Screening),
        Action::Forward => needs(WindowKind::Forwarding),
        Action::List | Action::NotList => before_publication(windows, facts.now),
        Action::CarryOver => {
            let kind = next_step(facts.candidate)?;
            let window = windows.get(kind);
            (!window.is_over(facts.now)).then(|| {
                let fault = Fault::of(Code::WindowStillOpen).with("window", kind.as_str());
                fault.with("closes_at", instant_text(window.closes_at))
            })
        }
        Action::Assign
        | Action::Return
        | Action::Resubmit
        | Action::Recall
        | Action::Reject
        | Action::Reinstate
        | Action::Withdraw
        | Action::WithdrawConsent
        | Action::Refuse
        | Action::Disqualify
        | Action::Revoke
        | Action::Merge
        | Action::Unmerge => None,
    }
}

/// That the list cannot be published yet, with from when it can.
#[must_use]
pub fn before_publication(windows: &Windows, now: DateTime<Utc>) -> Option<Fault> {
    let from = windows.publication_from();
    let fault = || Fault::of(Code::WindowClosed).with("window", "publication");
    (now < from).then(|| fault().with("opens_at", instant_text(from)))
}

/// That a window which an action needs is not open, with when it is.
#[must_use]
pub fn closed(kind: WindowKind, window: Window) -> Fault {
    let fault = Fault::of(Code::WindowClosed).with("window", kind.as_str());
    fault.with("opens_at", instant_text(window.opens_at)).with("closes_at", instant_text(window.closes_at))
}

/// What the file says: materials, checklist, verification and consent.
fn file(action: Action, facts: &Facts<'_>, said: &Said) -> Vec<Fault> {
    let mut faults = Vec::new();
    if action == Action::Verify {
        faults.extend(facts.readiness.faults());
    }
    if (action == Action::Screen || action == Action::Forward) && !facts.has_consent {
        faults.push(Fault::of(Code::ConsentMissing).with("missing", facts.readiness.missing_scopes()));
    }
    if let (Some(answers), Some(stage)) = (&said.checklist, checked_stage(action)) {
        faults.extend(review::open_items(facts.cycle.checklist(stage), answers));
    }
    if let (Some(answered), Some(_)) = (&said.answered, checked_stage(action)) {
        let open = verification::unanswered(action, facts.refuting, answered);
        if !open.is_empty() {
            let open: Vec<String> = open.iter().map(VerificationId::to_string).collect();
            let fault = Fault::at("/answered_verifications", Code::VerificationUnanswered);
            faults.push(fault.with("verifications", open));
        }
    }
    faults
}

/// The stage that an approval passes, with a checklist to be affirmed.
const fn checked_stage(action: Action) -> Option<StageCode> {
    match action {
        Action::Verify => Some(StageCode::UnitVerification),
        Action::Endorse => Some(StageCode::DistrictEndorsement),
        Action::Screen => Some(StageCode::CityScreening),
        Action::Assign
        | Action::Forward
        | Action::List
        | Action::NotList
        | Action::Return
        | Action::Resubmit
        | Action::Recall
        | Action::Reject
        | Action::Reinstate
        | Action::Withdraw
        | Action::WithdrawConsent
        | Action::Refuse
        | Action::Disqualify
        | Action::CarryOver
        | Action::Revoke
        | Action::Merge
        | Action::Unmerge => None,
    }
}

/// Whether an action is one reviewer's decision at a stage, kept as a review.
#[must_use]
pub const fn is_review(action: Action) -> bool {
    checked_stage(action).is_some() || matches!(action, Action::Return | Action::Reject)
}

/// What the reviewer's person says: the rules of [`may_judge`], and nobody decides in the place of a level that is staffed.
fn person(action: Action, facts: &Facts<'_>) -> Vec<Fault> {
    let mut faults = may_judge(action, facts.candidate.status, facts.standing, facts.decided);
    if let Permission::Refused(Refusal::Staffed(level)) = facts.permission(action) {
        faults.push(Fault::of(Code::StageStaffed).with("level", level.as_str()));
    }
    faults
}

/// Nobody reviews the own nomination, and nobody decides two stages of one candidate. A stage of the same level is no
/// other stage.
#[must_use]
pub fn may_judge(action: Action, status: Status, standing: Standing, decided: &[StageCode]) -> Vec<Fault> {
    let mut faults = Vec::new();
    // To reinstate is to uphold an appeal, and to merge is to say whose file stands: nobody does it for the own nomination.
    let judges = is_review(action) || matches!(action, Action::Reinstate | Action::Merge | Action::Unmerge);
    if standing.part != Part::None && judges {
        faults.push(Fault::of(Code::OwnNomination));
    }
    if !is_review(action) {
        return faults;
    }
    if let Some(stage) = status.stage()
        && let Some(before) = decided.iter().find(|before| before.role() != stage.role())
    {
        faults.push(Fault::of(Code::DecidedBefore).with("stage", before.as_str()));
    }
    faults
}

/// What was done before says: places, later decisions, the return, the list, other nominations.
fn records(action: Action, facts: &Facts<'_>, said: &Said) -> Option<Fault> {
    let quota = facts.cycle.policy.district_quota;
    let published_at = facts.cycle.published_at;
    match action {
        Action::Endorse if facts.quota_used >= quota => Some(quota_exceeded(quota, facts.quota_used)),
        Action::Resubmit if !facts.candidate.has_changed_since() && !said.has_answer => {
            Some(Fault::of(Code::NothingChanged))
        }
        Action::Refuse | Action::Disqualify => {
            published_at.map(|at| Fault::of(Code::AlreadyPublished).with("published_at", instant_text(at)))
        }
        Action::Withdraw if facts.other_nomination_stands && !keeps_as_unit(facts.standing) => {
            Some(Fault::of(Code::OtherNominationStands))
        }
        Action::Assign
        | Action::Verify
        | Action::Endorse
        | Action::Screen
        | Action::Forward
        | Action::List
        | Action::NotList
        | Action::Return
        | Action::Resubmit
        | Action::Recall
        | Action::Reject
        | Action::Reinstate
        | Action::Withdraw
        | Action::WithdrawConsent
        | Action::CarryOver
        | Action::Revoke
        | Action::Merge
        | Action::Unmerge => None,
    }
}

/// The district's places of the cycle are used up.
#[must_use]
pub fn quota_exceeded(limit: u32, used: u32) -> Fault {
    Fault::of(Code::QuotaExceeded).with("limit", limit).with("used", used)
}

/// Whether leaving a status for another frees the district's place of the cycle. What leaves after publication does not.
#[must_use]
pub fn frees_place(from: Status, to: Status, stays_in_cycle: bool, is_published: bool) -> bool {
    from.counts_for_quota() && !(to.counts_for_quota() && stays_in_cycle) && !is_published
}

#[cfg(test)]
pub(super) mod sample;
#[cfg(test)]
mod tests;
