//! A candidate's history: every transition, with when, who, from, to and why.

use chrono::{DateTime, Utc};

use super::{
    candidate::Status,
    id::{CandidateId, OrganizationId, ReviewId, TransitionId, UserId},
    month::Month,
    role::Role,
    transition::Action,
};

/// How the recommendation, which is no transition, is called in the history.
pub const NOMINATE: &str = "nominate";

/// One step; never changed afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its identifier.
    pub id: TransitionId,
    /// Whose history.
    pub candidate_id: CandidateId,
    /// The cycle in which the candidate runs after it.
    pub cycle: Month,
    /// What was done; `None` for the recommendation itself.
    pub action: Option<Action>,
    /// The status before; `None` for the recommendation itself.
    pub from_status: Option<Status>,
    /// The status after.
    pub to_status: Status,
    /// Who did it; `None` for somebody without an account.
    pub actor_id: Option<UserId>,
    /// In which role.
    pub actor_role: Option<Role>,
    /// For which organization.
    pub organization_id: Option<OrganizationId>,
    /// Why.
    pub reason: Option<String>,
    /// The review that it is, if it is one.
    pub review_id: Option<ReviewId>,
    /// The version of the candidate after it.
    pub candidate_version: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// The other candidate of a merger: on the side of the merged one the survivor, on the survivor's the merged one.
    pub other_candidate_id: Option<CandidateId>,
    /// For whom the actor stood in, under a delegation.
    pub on_behalf_of: Option<UserId>,
}

impl Step {
    /// In the history of a candidate that was merged, into whom, or out of whom it was taken again.
    #[must_use]
    pub fn merged_into(&self) -> Option<CandidateId> {
        self.other_candidate_id.filter(|_| self.is_of_merged())
    }

    /// In the history of a survivor, who was merged into it, or was taken out again.
    #[must_use]
    pub fn merged_from(&self) -> Option<CandidateId> {
        self.other_candidate_id.filter(|_| !self.is_of_merged())
    }

    /// Whether the step is of the merged one, which is withdrawn by a merger and comes back by its undoing.
    fn is_of_merged(&self) -> bool {
        let ends = self.to_status == Status::Withdrawn;
        match self.action {
            Some(Action::Merge) => ends,
            Some(Action::Unmerge) => self.from_status == Some(Status::Withdrawn) && !ends,
            Some(_) | None => false,
        }
    }

    /// What was done, as it is stored and sent.
    #[must_use]
    pub fn action_text(&self) -> &'static str {
        self.action.map_or(NOMINATE, Action::as_str)
    }
}
