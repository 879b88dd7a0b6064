//! Moving the voting window and changing the ballot's rules: never against what was voted, and rules never while voting
//! is open.

use haoren::domain::policy::{Repeat, Voters};

use super::{
    Model, Moment, Rules,
    answer::{Answer, Fault},
};

/// Rules that are wanted; what is `None` stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Amendment {
    pub repeat: Option<Repeat>,
    pub per_category: Option<usize>,
    pub in_all: Option<usize>,
    pub voters: Option<Voters>,
}

impl Model {
    /// Moves the ends of a cycle's voting window.
    pub fn move_window(&mut self, cycle: usize, (opens, closes): (Option<Moment>, Option<Moment>)) -> Answer {
        let poll = &mut self.polls[cycle];
        let (opens, closes) = (opens.unwrap_or(poll.opens), closes.unwrap_or(poll.closes));
        if (opens, closes) == (poll.opens, poll.closes) {
            return Answer::done(200);
        }
        let [earliest, end] = self.forwarding;
        let (at_opens, at_closes) = ("/windows/voting/opens_at", "/windows/voting/closes_at");
        let mut faults = Vec::new();
        let mut check = |fails: bool, pointer, code| faults.extend(fails.then(|| Fault::at(pointer, code)));
        check(opens >= closes, at_closes, "inconsistent");
        check(opens < earliest, at_opens, "inconsistent");
        check(closes < end, at_closes, "inconsistent");
        if !faults.is_empty() {
            return Answer::refused(422, "validation_failed", faults);
        }
        let moments = || poll.votes().map(|(_, vote)| vote.at);
        let mut check = |fails: bool, pointer| faults.extend(fails.then(|| Fault::at(pointer, "contradicts_records")));
        check(moments().any(|at| at < opens), at_opens);
        check(moments().any(|at| at >= closes), at_closes);
        if !faults.is_empty() {
            return Answer::conflict(faults);
        }
        (poll.opens, poll.closes) = (opens, closes);
        Answer::done(200)
    }

    /// Changes a cycle's rules.
    pub fn amend(&mut self, cycle: usize, wish: Amendment) -> Answer {
        let now = self.now;
        let poll = &mut self.polls[cycle];
        let old = poll.rules;
        let new = Rules {
            repeat: wish.repeat.unwrap_or(old.repeat),
            per_category: wish.per_category.unwrap_or(old.per_category),
            in_all: wish.in_all.unwrap_or(old.in_all),
            voters: wish.voters.unwrap_or(old.voters),
        };
        let unlimited = |limit: usize| if limit == 0 { usize::MAX } else { limit };
        // Each rule: whether it changes, and whether the change would belie a vote that may have been cast.
        let changes = [
            ("/policy/repeat", new.repeat != old.repeat, new.repeat == Repeat::Once),
            ("/policy/votes_per_category", new.per_category != old.per_category, new.per_category < old.per_category),
            ("/policy/votes_in_all", new.in_all != old.in_all, unlimited(new.in_all) < unlimited(old.in_all)),
            ("/policy/voters", new.voters != old.voters, new.voters != Voters::Any),
        ];
        let (is_open, has_votes) = (poll.is_open(now), poll.votes().next().is_some());
        let mut faults = Vec::new();
        for (pointer, _, belies) in changes.into_iter().filter(|(_, changes, _)| *changes) {
            faults.extend(is_open.then(|| Fault::at(pointer, "policy_frozen")));
            faults.extend((has_votes && belies).then(|| Fault::at(pointer, "contradicts_records")));
        }
        if !faults.is_empty() {
            return Answer::conflict(faults);
        }
        poll.rules = new;
        Answer::done(200)
    }
}
