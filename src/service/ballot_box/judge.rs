//! One ballot held against the rules: every candidate of it, and all faults together.

use std::collections::BTreeMap;

use super::{
    Ballot, Choice,
    batch::Shown,
    electors::{self, Voter},
    poll::{Cast, Poll},
};
use crate::{
    domain::{
        fault::{Code, Fault},
        id::CandidateId,
        month::Month,
        vote::{self, Outcome, Situation},
    },
    service::{
        error::{Error, Refusal},
        voter::Elector,
        votes::{closed, elsewhere},
    },
    storage::contenders::Contender,
};

/// A candidate of a ballot that is in order, with the vote cast before if there is one.
pub(super) type Verdict<'a> = (CandidateId, &'a Contender, Option<Cast>);

/// Judges a ballot of the voter at a place of the batch; nothing is changed.
pub(super) fn judge<'a>(
    ballot: &Ballot,
    (place, voter): (usize, &Voter),
    shown: &'a Shown,
    polls: &BTreeMap<Month, Poll>,
) -> Result<Vec<Verdict<'a>>, Error> {
    let (mut verdicts, mut faults): (Vec<Verdict<'a>>, Vec<Fault>) = (Vec::new(), Vec::new());
    for (index, id) in ballot.choice.as_slice().iter().enumerate() {
        let mut fault = |fault: Fault| faults.push(fault.under(&pointer(&ballot.choice, index)));
        let known =
            shown.get(id).and_then(|(contender, shown)| Some((contender, *shown, polls.get(&contender.cycle)?)));
        let Some((contender, is_shown, poll)) = known else {
            fault(Fault::of(Code::NotFound));
            continue;
        };
        let outcome = vote::decide(situation(poll, contender, (place, voter, &ballot.elector), &verdicts));
        match outcome {
            Outcome::Before(first) => verdicts.push((*id, contender, Some(first))),
            // A repeated vote is answered whatever has become of the candidate; a new one wants a candidate that is shown.
            _ if !is_shown => fault(Fault::of(Code::NotFound)),
            Outcome::Cast => verdicts.push((*id, contender, None)),
            Outcome::LimitReached { limit, used } => {
                let reached = Fault::of(Code::CategoryLimitReached).with("category", contender.category.as_str());
                fault(reached.with("limit", limit).with("used", used));
            }
            Outcome::LimitInAllReached { limit, used } => {
                fault(Fault::of(Code::VoteLimitReached).with("limit", limit).with("used", used));
            }
            Outcome::Closed => fault(closed(&poll.cycle)),
            Outcome::NotEligible => {
                fault(Fault::of(Code::VoterNotEligible).with("voters", poll.cycle.policy.voters.as_str()));
            }
            Outcome::Elsewhere => fault(elsewhere(&poll.cycle)),
        }
    }
    if faults.is_empty() { Ok(verdicts) } else { Err(refused(faults, &ballot.choice)) }
}

/// What stands for a candidate, when those of the ballot that were judged before are counted as cast.
fn situation(
    poll: &Poll,
    contender: &Contender,
    (place, voter, elector): (usize, &Voter, &Elector),
    judged: &[Verdict<'_>],
) -> Situation<Cast> {
    let (cast, policy) = (poll.of(place), &poll.cycle.policy);
    let new = || {
        let of_cycle = judged.iter().filter(|(_, other, _)| other.cycle == contender.cycle);
        of_cycle.filter(|(_, _, before)| before.is_none()).map(|(_, other, _)| &other.category)
    };
    let before = cast.iter().filter_map(|cast| poll.category(cast));
    let used = before.chain(new()).filter(|category| **category == contender.category);
    Situation {
        elsewhere: poll.is_elsewhere(),
        open: poll.takes_for(contender),
        eligible: electors::is_eligible(voter, elector, policy.voters),
        before: cast.iter().find(|cast| cast.candidate == contender.number).cloned(),
        used: counted(used.count()),
        limit: policy.votes_per_category,
        used_in_all: counted(cast.len() + new().count()),
        limit_in_all: policy.limit_in_all(),
    }
}

fn counted(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn pointer(choice: &Choice, index: usize) -> String {
    match choice {
        Choice::One(_) => "/candidate_id".to_owned(),
        Choice::Several(_) => format!("/candidate_ids/{index}"),
    }
}

/// What is absent comes before what is not allowed, as everywhere.
fn refused(mut faults: Vec<Fault>, choice: &Choice) -> Error {
    if !faults.iter().any(|fault| fault.code == Code::NotFound) {
        return Error::guards(faults);
    }
    faults.retain(|fault| fault.code == Code::NotFound);
    match choice {
        Choice::One(_) => Error::not_found(),
        Choice::Several(_) => Error::Refused(Box::new(Refusal { code: Code::NotFound, faults, retry_after: None })),
    }
}
