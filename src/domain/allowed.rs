//! What the caller may do to a candidate now, and for the rest why not: read off the table, the authority and the guards,
//! so that no rule is written twice.

use super::{
    authority::{Permission, Refusal, may_ever},
    fault::{Code, Fault},
    guard::{Facts, Said, check},
    transition::Action,
};

/// One action with what stands against it.
#[derive(Clone, Debug, PartialEq)]
pub struct AllowedAction {
    /// The action.
    pub action: Action,
    /// Whether it would be taken now, apart from what has to be said with it: checklist, reason, answer.
    pub allowed: bool,
    /// All that stands against it.
    pub reasons: Vec<Fault>,
}

/// The actions that the caller has a part in, in the order of [`Action::ALL`].
#[must_use]
pub fn allowed_actions(facts: &Facts<'_>) -> Vec<AllowedAction> {
    let said = Said { has_answer: true, ..Said::default() };
    let own = Action::ALL.iter().copied().filter(|action| has_part(*action, facts));
    own.map(|action| {
        let mut reasons = check(action, facts, &said);
        // Who withdraws beside others withdraws the own nomination, and is told nothing of the others.
        reasons.retain(|reason| reason.code != Code::OtherNominationStands);
        AllowedAction { action, allowed: reasons.is_empty(), reasons }
    })
    .collect()
}

fn has_part(action: Action, facts: &Facts<'_>) -> bool {
    may_ever(facts.standing.role, action)
        && match facts.permission(action) {
            Permission::Refused(Refusal::Role | Refusal::Outside) => false,
            Permission::Allowed
            | Permission::ActingFor(_)
            | Permission::Refused(Refusal::Stage | Refusal::Staffed(_)) => true,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{authority::Part, candidate::Status, guard::sample};

    fn names(facts: &Facts<'_>, allowed: bool) -> Vec<&'static str> {
        let actions = allowed_actions(facts).into_iter().filter(|action| action.allowed == allowed);
        actions.map(|action| action.action.as_str()).collect()
    }

    #[test]
    fn a_unit_reviewer_sees_what_to_do_and_why_not_the_rest() {
        let (candidate, cycle, ready) = (sample::candidate(Status::Nominated), sample::cycle(), sample::ready());
        let facts = sample::facts(&candidate, &cycle, &ready, sample::standing("unit_reviewer"));
        assert_eq!(
            names(&facts, true),
            ["assign", "verify", "return", "reject", "withdraw", "withdraw_consent", "merge"]
        );
        assert_eq!(names(&facts, false), ["resubmit", "recall", "carry_over", "unmerge"]);
        let unready = sample::unready();
        let facts = Facts { readiness: &unready, ..facts };
        let verify = allowed_actions(&facts).into_iter().find(|it| it.action == Action::Verify).unwrap();
        assert_eq!(verify.reasons, check(Action::Verify, &facts, &Said { has_answer: true, ..Said::default() }));
        assert_eq!(verify.reasons[0].code, Code::MaterialsIncomplete);
    }

    #[test]
    fn a_nominator_sees_the_own_two_and_the_administrator_none() {
        let (candidate, cycle, ready) = (sample::candidate(Status::Returned), sample::cycle(), sample::ready());
        let mut standing = sample::standing("citizen");
        standing.part = Part::First;
        assert_eq!(names(&sample::facts(&candidate, &cycle, &ready, standing), true), ["resubmit", "withdraw"]);
        let beside = Facts { other_nomination_stands: true, ..sample::facts(&candidate, &cycle, &ready, standing) };
        assert_eq!(names(&beside, true), ["resubmit", "withdraw"]);
        standing.role = None;
        assert_eq!(names(&sample::facts(&candidate, &cycle, &ready, standing), true), ["resubmit", "withdraw"]);
        let admin = sample::standing("admin");
        assert_eq!(allowed_actions(&sample::facts(&candidate, &cycle, &ready, admin)), []);
    }
}
