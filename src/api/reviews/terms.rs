//! Statuses, actions and decisions on the wire, and what a caller may do to a candidate.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::{codes, language::Language, responses::ProblemError, role::mirrored},
    domain::{allowed, candidate, review, transition},
};

mirrored! {
    /// Where a candidate stands.
    CandidateStatus = candidate::Status {
        /// Recommended.
        Nominated,
        /// 已核实.
        Verified,
        /// 区级已推荐.
        Endorsed,
        /// 市级已筛选.
        Screened,
        /// 已上报.
        Forwarded,
        /// 已上榜.
        Listed,
        /// 未上榜.
        NotListed,
        /// 已退回.
        Returned,
        /// 已否决.
        Rejected,
        /// 已撤回.
        Withdrawn,
        /// 已撤销.
        Revoked,
    }
}

mirrored! {
    /// What can be done to a candidate.
    CandidateAction = transition::Action {
        /// Give, change or hand back the unit.
        Assign,
        /// 核实.
        Verify,
        /// 区级推荐.
        Endorse,
        /// 市级筛选.
        Screen,
        /// 上报.
        Forward,
        /// 上榜.
        List,
        /// Leave off the list.
        NotList,
        /// Send back.
        Return,
        /// Hand in again.
        Resubmit,
        /// Take back the own approval.
        Recall,
        /// Refuse.
        Reject,
        /// Take up again.
        Reinstate,
        /// Withdraw.
        Withdraw,
        /// End for want of consent.
        WithdrawConsent,
        /// Sent back by the portal.
        Refuse,
        /// Take out of the vote.
        Disqualify,
        /// Take over into the intake cycle.
        CarryOver,
        /// Strike from the list.
        Revoke,
        /// 合并.
        Merge,
        /// 撤销合并.
        Unmerge,
    }
}

mirrored! {
    /// What a reviewer decides.
    ReviewDecision = review::Decision {
        /// Verify, endorse or screen, by the candidate's status.
        Approve,
        /// Send back.
        Return,
        /// Refuse.
        Reject,
    }
}

/// Something that the caller could do to a candidate.
#[derive(Serialize, ToSchema)]
pub struct AllowedAction {
    /// What.
    pub action: CandidateAction,
    /// Whether it would be taken now.
    pub allowed: bool,
    /// All that stands against it.
    pub reasons: Vec<ProblemError>,
}

impl AllowedAction {
    /// An action with its reasons in the caller's language.
    #[must_use]
    pub fn of(action: allowed::AllowedAction, language: Language) -> Self {
        let reasons = action.reasons.into_iter().map(|fault| ProblemError {
            detail: codes::detail(fault.code, &fault.figures, language),
            code: fault.code.as_str().to_owned(),
            pointer: fault.pointer,
            figures: fault.figures.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        });
        Self { action: action.action.into(), allowed: action.allowed, reasons: reasons.collect() }
    }
}
