//! A review: one reviewer's decision at one stage, with an opinion and a filled checklist.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{
    candidate::Status,
    fault::{Code, Fault},
    id::{CandidateId, OrganizationId, ReviewId, UserId},
    month::Month,
    organization::OrganizationKind,
    stage::{ChecklistItem, StageCode},
    transition::Action,
};

text_enum! {
    /// What a reviewer decides.
    pub enum Decision {
        /// Verify, endorse or screen, by the candidate's status.
        Approve = "approve",
        /// Send back; the opinion is the reason.
        Return = "return",
        /// Refuse; the opinion is the reason.
        Reject = "reject",
    }
}

/// The most characters of an opinion, a reason or an answer.
pub const OPINION_MAX_CHARS: usize = 2000;

/// A decision as it was taken; never changed afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Its identifier.
    pub id: ReviewId,
    /// Who was judged.
    pub candidate_id: CandidateId,
    /// In which cycle.
    pub cycle: Month,
    /// At which stage.
    pub stage: StageCode,
    /// What was decided.
    pub decision: Decision,
    /// What the reviewer says; the reason of a return or rejection.
    pub opinion: String,
    /// The answers to the checklist, by code.
    pub checklist: BTreeMap<String, bool>,
    /// Who decided.
    pub reviewer_id: UserId,
    /// For which organization the reviewer acted.
    pub organization_id: Option<OrganizationId>,
    /// The level in whose place the reviewer decided, where that had nobody.
    pub acting_for: Option<OrganizationKind>,
    /// For whom the reviewer stood in, under a delegation.
    pub on_behalf_of: Option<UserId>,
    /// The status before.
    pub from_status: Status,
    /// The status after.
    pub to_status: Status,
    /// The version of the candidate that was judged.
    pub candidate_version: i64,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// The action that a decision is in a status; `None` where there is nothing to approve.
#[must_use]
pub const fn action(decision: Decision, status: Status) -> Option<Action> {
    match (decision, status) {
        (Decision::Return, _) => Some(Action::Return),
        (Decision::Reject, _) => Some(Action::Reject),
        (Decision::Approve, Status::Nominated) => Some(Action::Verify),
        (Decision::Approve, Status::Verified) => Some(Action::Endorse),
        (Decision::Approve, Status::Endorsed) => Some(Action::Screen),
        (
            Decision::Approve,
            Status::Screened
            | Status::Forwarded
            | Status::Listed
            | Status::NotListed
            | Status::Returned
            | Status::Rejected
            | Status::Withdrawn
            | Status::Revoked,
        ) => None,
    }
}

/// The decision that an action is, if it is one.
#[must_use]
pub const fn decision(action: Action) -> Option<Decision> {
    match action {
        Action::Verify | Action::Endorse | Action::Screen => Some(Decision::Approve),
        Action::Return => Some(Decision::Return),
        Action::Reject => Some(Decision::Reject),
        Action::Assign
        | Action::Forward
        | Action::List
        | Action::NotList
        | Action::Resubmit
        | Action::Recall
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

/// Answers to questions that the checklist does not ask, each at its place.
#[must_use]
pub fn unknown_answers(checklist: &[ChecklistItem], answers: &BTreeMap<String, bool>) -> Vec<Fault> {
    let is_asked = |code: &str| checklist.iter().any(|item| item.code == code);
    let unknown = answers.keys().filter(|code| !is_asked(code));
    unknown.map(|code| Fault::at(format!("/checklist/{}", escaped(code)), Code::UnknownMember)).collect()
}

/// The items of the checklist that are not answered with `true`, each at its place.
#[must_use]
pub fn open_items(checklist: &[ChecklistItem], answers: &BTreeMap<String, bool>) -> Vec<Fault> {
    let open = checklist.iter().filter(|item| answers.get(&item.code) != Some(&true));
    open.map(|item| Fault::at(format!("/checklist/{}", item.code), Code::ChecklistIncomplete)).collect()
}

/// A member's name as a reference token of a JSON Pointer.
fn escaped(member: &str) -> String {
    member.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{guard::is_review, localized::Localized, transition::target};

    #[test]
    fn a_decision_is_an_action_and_back() {
        for action in Action::ALL {
            assert_eq!(decision(*action).is_some(), is_review(*action), "{action}");
        }
        for status in Status::ALL {
            for of in Decision::ALL {
                let Some(action) = action(*of, *status) else { continue };
                assert_eq!(decision(action), Some(*of));
                assert!(*of != Decision::Approve || target(*status, action).is_some());
            }
        }
    }

    #[test]
    fn answers_are_held_against_the_checklist() {
        let item = |code: &str| ChecklistItem { code: code.into(), text: Localized::new("一", "one") };
        let checklist = [item("one"), item("two"), item("three")];
        let answers = BTreeMap::from([("one".into(), true), ("two".into(), false), ("a/b~c".into(), true)]);
        let places = |faults: Vec<Fault>| faults.into_iter().map(|fault| fault.pointer).collect::<Vec<_>>();
        assert_eq!(places(open_items(&checklist, &answers)), ["/checklist/two", "/checklist/three"]);
        assert_eq!(places(unknown_answers(&checklist, &answers)), ["/checklist/a~1b~0c"]);
    }
}
