//! Merging two candidates who are one person: what stands against it, what becomes of both, and its undoing.
//!
//! The merged one is withdrawn; its nominations, leads and tracking codes follow the survivor, and its photos may be chosen
//! from. Its deed, contacts, consent and verification file stay with it, for they were said and signed for that file. Both
//! keep their cycles. Undoing brings back exactly what was handed over, as long as nothing was built on it.

use chrono::{DateTime, Utc};

use super::{
    authority::{Permission, Refusal},
    candidate::Status,
    fault::{Code, Fault},
    guard::{Facts, may_judge},
    id::CandidateId,
    transition::{Action, target},
};

text_enum! {
    /// What follows the survivor.
    pub enum ItemKind {
        /// A nomination with its tracking code.
        Nomination = "nomination",
        /// A photo.
        Photo = "photo",
        /// A lead from which a nomination was made.
        Lead = "lead",
    }
}

/// A merger that stands, with all on which its undoing depends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merger {
    /// The candidate into which this one was merged, as it is now.
    pub survivor: Survivor,
    /// The status before.
    pub former_status: Status,
    /// Since when it had that status.
    pub former_since: DateTime<Utc>,
    /// Whether a photo that was handed over has been removed since.
    pub has_lost_photos: bool,
}

/// What the undoing of a merger asks of the survivor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Survivor {
    /// Which candidate it is.
    pub id: CandidateId,
    /// Where it stands now.
    pub status: Status,
    /// Into which candidate it was merged itself, if it was.
    pub merged_into: Option<CandidateId>,
    /// Whether votes were cast for it.
    pub has_votes: bool,
    /// Whether it lies in the caller's part of the tree.
    pub is_inside: bool,
}

/// What stands against merging a candidate, or against undoing the merger by which it was withdrawn, as far as is known
/// without the other one.
#[must_use]
pub fn faults(action: Action, facts: &Facts<'_>) -> Vec<Fault> {
    match facts.merger {
        Some(merger) if action == Action::Unmerge => against_undoing(&merger.survivor, facts.has_votes),
        Some(_) | None if action == Action::Merge && facts.has_votes => vec![Fault::of(Code::HasVotes)],
        Some(_) | None => Vec::new(),
    }
}

/// What stands against undoing: the survivor is endorsed, is merged itself, was voted for, or is in part others' to decide.
fn against_undoing(survivor: &Survivor, has_votes: bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !survivor.is_inside {
        faults.push(Fault::of(Code::StageStaffed).with("level", "district"));
    }
    if let Some(further) = survivor.merged_into {
        faults.push(Fault::of(Code::SurvivorMerged).with("merged_into", further.to_string()));
    } else if is_built_on(survivor.status) {
        let fault = Fault::of(Code::NextStageDecided).with("status", survivor.status.as_str());
        faults.push(fault.with("merged_into", survivor.id.to_string()));
    }
    if survivor.has_votes || has_votes {
        faults.push(Fault::of(Code::HasVotes));
    }
    faults
}

/// What stands against merging another into a candidate, as far as that one is concerned. `further` is the candidate into
/// which it was merged itself. A pointer names the member `into` of the request.
#[must_use]
pub fn against_survivor(facts: &Facts<'_>, further: Option<CandidateId>) -> Vec<Fault> {
    let mut faults = against_person(Action::Merge, facts);
    let status = facts.candidate.status;
    if let Some(further) = further {
        faults.push(Fault::at("/into", Code::SurvivorMerged).with("merged_into", further.to_string()));
    } else if target(status, Action::Merge).is_none() {
        faults.push(Fault::at("/into", Code::SurvivorUnfit).with("status", status.as_str()));
    }
    if facts.has_votes {
        faults.push(Fault::at("/into", Code::HasVotes));
    }
    faults
}

/// What stands against a caller on the survivor's side: the decision on it is not the caller's, or it is the caller's own
/// nomination.
#[must_use]
pub fn against_person(action: Action, survivor: &Facts<'_>) -> Vec<Fault> {
    let mut faults = may_judge(action, survivor.candidate.status, survivor.standing, survivor.decided);
    if let Permission::Refused(Refusal::Staffed(level)) = survivor.permission(action) {
        faults.push(Fault::of(Code::StageStaffed).with("level", level.as_str()));
    }
    faults
}

/// Whether the district has built on the survivor's file. One that was returned, recalled, rejected or withdrawn since is
/// taken apart again.
const fn is_built_on(status: Status) -> bool {
    match status {
        Status::Endorsed
        | Status::Screened
        | Status::Forwarded
        | Status::Listed
        | Status::NotListed
        | Status::Revoked => true,
        Status::Nominated | Status::Verified | Status::Returned | Status::Rejected | Status::Withdrawn => false,
    }
}

/// The survivor's status after it took in another. With photos from elsewhere its file is not the one that was verified:
/// the unit chooses among them and verifies again. Nominations alone change nothing of what was verified.
#[must_use]
pub const fn survivor_status(before: Status, gains_photos: bool) -> Status {
    match before {
        Status::Verified if gains_photos => Status::Nominated,
        Status::Nominated
        | Status::Verified
        | Status::Endorsed
        | Status::Screened
        | Status::Forwarded
        | Status::Listed
        | Status::NotListed
        | Status::Returned
        | Status::Rejected
        | Status::Withdrawn
        | Status::Revoked => before,
    }
}

/// The status in which a candidate comes back from a merger: the former one. What was verified and has lost a photo or
/// its unit since is not what was verified, and becomes `nominated`.
#[must_use]
pub fn restored_status(merger: &Merger, keeps_unit: bool) -> Status {
    let is_whole = keeps_unit && !merger.has_lost_photos;
    if merger.former_status == Status::Verified && !is_whole { Status::Nominated } else { merger.former_status }
}

#[cfg(test)]
mod tests;
