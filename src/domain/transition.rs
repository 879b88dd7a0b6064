//! The state machine: one exhaustive table of what leads where.

use super::candidate::Status;

text_enum! {
    /// What can be done to a candidate's status. Nominating makes the candidate and is no transition of it.
    pub enum Action {
        /// Give, change or hand back the unit.
        Assign = "assign",
        /// 核实, by the unit.
        Verify = "verify",
        /// 区级推荐.
        Endorse = "endorse",
        /// 市级筛选.
        Screen = "screen",
        /// 上报, a whole batch.
        Forward = "forward",
        /// 上榜, by publishing.
        List = "list",
        /// Left off the list, by publishing.
        NotList = "not_list",
        /// Send back with a reason.
        Return = "return",
        /// Hand in again after a return.
        Resubmit = "resubmit",
        /// Take back an approval of one's own.
        Recall = "recall",
        /// Refuse.
        Reject = "reject",
        /// Take up again what was rejected.
        Reinstate = "reinstate",
        /// Withdraw by who recommended or carries it.
        Withdraw = "withdraw",
        /// End because the consent was withdrawn.
        WithdrawConsent = "withdraw_consent",
        /// Sent back by the provincial portal.
        Refuse = "refuse",
        /// Take out of the vote.
        Disqualify = "disqualify",
        /// Take over into the intake cycle.
        CarryOver = "carry_over",
        /// Strike from the published list.
        Revoke = "revoke",
        /// Merge into another candidate of the same person.
        Merge = "merge",
        /// Undo a merger.
        Unmerge = "unmerge",
    }
}

/// The status to which an action leads; `None` where the status does not allow the action.
///
/// Assigning leaves the status as it is. Two actions can end in another status than the one named here: what is carried
/// over and fails the new cycle's policy becomes `nominated` (`domain::carriage`), and what a merger is undone for comes
/// back as it was (`domain::merger`).
#[must_use]
#[expect(clippy::too_many_lines, reason = "one table, read as a whole")]
pub const fn target(from: Status, action: Action) -> Option<Status> {
    use Action::{
        Assign, CarryOver, Disqualify, Endorse, Forward, List, Merge, NotList, Recall, Refuse, Reinstate, Reject,
        Resubmit, Return, Revoke, Screen, Unmerge, Verify, Withdraw, WithdrawConsent,
    };
    match from {
        Status::Nominated => match action {
            Assign | CarryOver => Some(Status::Nominated),
            Verify => Some(Status::Verified),
            Return => Some(Status::Returned),
            Reject => Some(Status::Rejected),
            Withdraw | WithdrawConsent | Merge => Some(Status::Withdrawn),
            Endorse | Screen | Forward | List | NotList | Resubmit | Recall | Reinstate | Refuse | Disqualify
            | Revoke | Unmerge => None,
        },
        Status::Verified => match action {
            Endorse => Some(Status::Endorsed),
            Return => Some(Status::Returned),
            Recall => Some(Status::Nominated),
            Reject => Some(Status::Rejected),
            Withdraw | WithdrawConsent | Merge => Some(Status::Withdrawn),
            CarryOver => Some(Status::Verified),
            Assign | Verify | Screen | Forward | List | NotList | Resubmit | Reinstate | Refuse | Disqualify
            | Revoke | Unmerge => None,
        },
        Status::Endorsed => match action {
            Screen => Some(Status::Screened),
            Return => Some(Status::Returned),
            Recall | CarryOver => Some(Status::Verified),
            Reject => Some(Status::Rejected),
            Withdraw | WithdrawConsent => Some(Status::Withdrawn),
            Assign | Verify | Endorse | Forward | List | NotList | Resubmit | Reinstate | Refuse | Disqualify
            | Revoke | Merge | Unmerge => None,
        },
        Status::Screened => match action {
            Forward => Some(Status::Forwarded),
            Return => Some(Status::Returned),
            Reject => Some(Status::Rejected),
            Withdraw | WithdrawConsent => Some(Status::Withdrawn),
            CarryOver => Some(Status::Verified),
            Assign | Verify | Endorse | Screen | List | NotList | Resubmit | Recall | Reinstate | Refuse
            | Disqualify | Revoke | Merge | Unmerge => None,
        },
        Status::Forwarded => match action {
            List => Some(Status::Listed),
            NotList => Some(Status::NotListed),
            WithdrawConsent => Some(Status::Withdrawn),
            Refuse => Some(Status::Returned),
            Disqualify => Some(Status::Rejected),
            Assign | Verify | Endorse | Screen | Forward | Return | Resubmit | Recall | Reject | Reinstate
            | Withdraw | CarryOver | Revoke | Merge | Unmerge => None,
        },
        Status::Listed => match action {
            Revoke => Some(Status::Revoked),
            Assign | Verify | Endorse | Screen | Forward | List | NotList | Return | Resubmit | Recall | Reject
            | Reinstate | Withdraw | WithdrawConsent | Refuse | Disqualify | CarryOver | Merge | Unmerge => None,
        },
        Status::Returned => match action {
            Assign | CarryOver => Some(Status::Returned),
            Resubmit => Some(Status::Nominated),
            Withdraw | WithdrawConsent | Merge => Some(Status::Withdrawn),
            Verify | Endorse | Screen | Forward | List | NotList | Return | Recall | Reject | Reinstate | Refuse
            | Disqualify | Revoke | Unmerge => None,
        },
        Status::Rejected => match action {
            Reinstate => Some(Status::Nominated),
            Assign | Verify | Endorse | Screen | Forward | List | NotList | Return | Resubmit | Recall | Reject
            | Withdraw | WithdrawConsent | Refuse | Disqualify | CarryOver | Revoke | Merge | Unmerge => None,
        },
        Status::Withdrawn => match action {
            Unmerge => Some(Status::Nominated),
            Assign | Verify | Endorse | Screen | Forward | List | NotList | Return | Resubmit | Recall | Reject
            | Reinstate | Withdraw | WithdrawConsent | Refuse | Disqualify | CarryOver | Revoke | Merge => None,
        },
        Status::NotListed | Status::Revoked => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row for each action; a column for each status, in the order of [`Status::ALL`]; `.` where it is not allowed.
    const TABLE: &str = "
        assign           nominated .         .        .         .         .       . returned  .         . .
        verify           verified  .         .        .         .         .       . .         .         . .
        endorse          .         endorsed  .        .         .         .       . .         .         . .
        screen           .         .         screened .         .         .       . .         .         . .
        forward          .         .         .        forwarded .         .       . .         .         . .
        list             .         .         .        .         listed    .       . .         .         . .
        not_list         .         .         .        .         not_listed .      . .         .         . .
        return           returned  returned  returned returned  .         .       . .         .         . .
        resubmit         .         .         .        .         .         .       . nominated .         . .
        recall           .         nominated verified .         .         .       . .         .         . .
        reject           rejected  rejected  rejected rejected  .         .       . .         .         . .
        reinstate        .         .         .        .         .         .       . .         nominated . .
        withdraw         withdrawn withdrawn withdrawn withdrawn .        .       . withdrawn .         . .
        withdraw_consent withdrawn withdrawn withdrawn withdrawn withdrawn .      . withdrawn .         . .
        refuse           .         .         .        .         returned  .       . .         .         . .
        disqualify       .         .         .        .         rejected  .       . .         .         . .
        carry_over       nominated verified  verified verified  .         .       . returned  .         . .
        revoke           .         .         .        .         .         revoked . .         .         . .
        merge            withdrawn withdrawn .        .         .         .       . withdrawn .         . .
        unmerge          .         .         .        .         .         .       . .         .         nominated .
    ";

    #[test]
    fn every_pair_of_status_and_action() {
        let mut pairs = 0;
        for row in TABLE.lines().map(str::trim).filter(|row| !row.is_empty()) {
            let mut cells = row.split_whitespace();
            let action: Action = cells.next().unwrap().parse().unwrap();
            let cells: Vec<_> = cells.collect();
            assert_eq!(cells.len(), Status::ALL.len(), "{action}");
            for (from, cell) in Status::ALL.iter().zip(cells) {
                let expected = (cell != ".").then(|| cell.parse::<Status>().unwrap());
                assert_eq!(target(*from, action), expected, "{action} from {from}");
                pairs += 1;
            }
        }
        assert_eq!((pairs, Action::ALL.len()), (11 * 20, 20));
    }

    #[test]
    fn an_end_is_left_by_reinstating_revoking_and_undoing_a_merger_only() {
        for from in Status::ALL.iter().filter(|status| status.is_final()) {
            for action in Action::ALL.iter().filter(|action| target(*from, **action).is_some()) {
                assert!([Action::Reinstate, Action::Revoke, Action::Unmerge].contains(action), "{action} from {from}");
            }
        }
    }
}
