//! The reference model: what the rules of voting say, as plainly as they can be written down. Everything is found by
//! looking through the log from its beginning; nothing is counted ahead, nothing is kept twice.

use std::{cmp::Reverse, collections::BTreeMap};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use haoren::domain::{
    policy::{Repeat, Voters},
    quarantine::{QuarantineStatus, Verdict, VoteState},
};

mod amending;
mod answer;
mod holding;

pub use amending::Amendment;
pub use answer::{Answer, Custody, Fault, Line, Placed, Seen};

pub type Moment = DateTime<Utc>;

/// What a policy says of votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    pub repeat: Repeat,
    pub per_category: usize,
    /// 0 where only the categories are limited.
    pub in_all: usize,
    pub voters: Voters,
}

/// Somebody who sends votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voter {
    /// A citizen or reviewer, who belongs to an organization or not.
    Person {
        member: bool,
    },
    Admin,
    Anonymous,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Screened, and shown to nobody yet.
    NotYet,
    InTheVote,
    Disqualified,
}

/// A candidate of a cycle, by number; the numbers are in the order of the ids.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    pub cycle: usize,
    pub category: &'static str,
    pub standing: Standing,
}

#[derive(Clone, Copy, Debug)]
pub struct Vote {
    pub voter: usize,
    pub candidate: usize,
    /// The local day under `daily`.
    pub day: Option<NaiveDate>,
    pub at: Moment,
    pub state: VoteState,
}

/// An entry of the public log; its place there is its sequence.
#[derive(Clone, Copy, Debug)]
pub enum Entry {
    Vote(Vote),
    Invalidation { vote: usize, at: Moment },
}

impl Entry {
    pub fn vote(&self) -> Option<&Vote> {
        match self {
            Self::Vote(vote) => Some(vote),
            Self::Invalidation { .. } => None,
        }
    }
}

/// The vote of one cycle.
#[derive(Clone, Debug)]
pub struct Poll {
    pub month: String,
    pub rules: Rules,
    pub opens: Moment,
    pub closes: Moment,
    pub log: Vec<Entry>,
}

impl Poll {
    pub fn votes(&self) -> impl DoubleEndedIterator<Item = (usize, &Vote)> {
        self.log.iter().enumerate().filter_map(|(sequence, entry)| Some((sequence, entry.vote()?)))
    }

    fn is_open(&self, now: Moment) -> bool {
        self.opens <= now && now < self.closes
    }

    /// The span to which a vote of this moment belongs. Shanghai is eight hours ahead, all year.
    fn day(&self, now: Moment) -> Option<NaiveDate> {
        (self.rules.repeat == Repeat::Daily).then(|| (now + Duration::hours(8)).date_naive())
    }
}

/// Votes that are held back, or were.
#[derive(Clone, Debug)]
pub struct Quarantine {
    pub cycle: usize,
    /// The reviewer who opened it.
    pub by: usize,
    pub votes: Vec<usize>,
    pub already_held: usize,
    pub status: QuarantineStatus,
}

#[derive(Clone, Debug)]
pub struct Model {
    pub now: Moment,
    /// From when to when one forwards, whatever becomes of voting: it opens with forwarding or later, and closes with it
    /// or later.
    pub forwarding: [Moment; 2],
    pub candidates: Vec<Candidate>,
    pub voters: Vec<Voter>,
    pub polls: Vec<Poll>,
    pub quarantines: Vec<Quarantine>,
}

impl Model {
    /// A vote for one candidate.
    pub fn vote(&mut self, voter: usize, candidate: usize) -> Answer {
        let answer = self.cast(voter, &[candidate], |_| "/candidate_id".to_owned());
        // One vote for somebody who is not there has no place to point at.
        if answer.status == 404 { Answer::refused(404, "not_found", vec![]) } else { answer }
    }

    /// Votes for several, all or none.
    pub fn ballot(&mut self, voter: usize, named: &[usize]) -> Answer {
        let again = |(place, candidate): &(usize, &usize)| named[..*place].contains(candidate);
        let again: Vec<Fault> = named
            .iter()
            .enumerate()
            .filter(again)
            .map(|(place, _)| Fault::at(&format!("/candidate_ids/{place}"), "duplicate"))
            .collect();
        if !again.is_empty() && matches!(self.voters[voter], Voter::Person { .. }) {
            return Answer::refused(422, "validation_failed", again);
        }
        self.cast(voter, named, |place| format!("/candidate_ids/{place}"))
    }

    fn cast(&mut self, voter: usize, named: &[usize], pointer: impl Fn(usize) -> String) -> Answer {
        match self.voters[voter] {
            Voter::Anonymous => return Answer::refused(401, "unauthenticated", vec![]),
            Voter::Admin => return Answer::refused(403, "forbidden", vec![]),
            Voter::Person { .. } => {}
        }
        let (mut faults, mut sequences, mut new) = (Vec::new(), Vec::new(), Vec::new());
        for (place, &candidate) in named.iter().enumerate() {
            match self.judge(voter, candidate, &new) {
                Ok(before) => {
                    sequences.push((candidate, before));
                    new.extend(before.is_none().then_some(candidate));
                }
                Err(fault) => faults.push(Fault { pointer: pointer(place), ..fault }),
            }
        }
        if !faults.is_empty() {
            return Answer::of_ballot(faults);
        }
        let votes = sequences.into_iter().map(|(candidate, before)| {
            let cycle = self.candidates[candidate].cycle;
            let sequence = before.unwrap_or_else(|| self.add(voter, candidate));
            self.seen(cycle, sequence)
        });
        Answer { votes: votes.collect(), ..Answer::done(if new.is_empty() { 200 } else { 201 }) }
    }

    /// The sequence of the vote that was cast before, none for a new vote, or what stands against it. `new` are the
    /// votes of the same ballot that come before it.
    fn judge(&self, voter: usize, candidate: usize, new: &[usize]) -> Result<Option<usize>, Fault> {
        let fault = |code| Err(Fault::at("", code));
        let Some(known) = self.candidates.get(candidate) else { return fault("not_found") };
        let poll = &self.polls[known.cycle];
        let (rules, day) = (poll.rules, poll.day(self.now));
        let mine: Vec<(usize, &Vote)> =
            poll.votes().filter(|(_, vote)| vote.voter == voter && vote.day == day).collect();
        if let Some((sequence, _)) = mine.iter().find(|(_, vote)| vote.candidate == candidate) {
            return Ok(Some(*sequence));
        }
        if known.standing != Standing::InTheVote {
            return fault("not_found");
        }
        if !poll.is_open(self.now) {
            return fault("voting_closed");
        }
        let may = match rules.voters {
            Voters::Any => true,
            Voters::Organizations => self.voters[voter] == Voter::Person { member: true },
            // No provider vouches for the name of an account of our own.
            Voters::Verified => false,
        };
        if !may {
            return fault("voter_not_eligible");
        }
        let supported = mine.iter().map(|(_, vote)| &self.candidates[vote.candidate]);
        let supported = supported.chain(new.iter().map(|candidate| &self.candidates[*candidate]));
        let supported: Vec<_> = supported.filter(|other| other.cycle == known.cycle).collect();
        let used = supported.iter().filter(|other| other.category == known.category).count();
        if used >= rules.per_category {
            return Err(Fault { limit: Some((rules.per_category, used)), ..Fault::at("", "category_limit_reached") });
        }
        if rules.in_all > 0 && supported.len() >= rules.in_all {
            return Err(Fault { limit: Some((rules.in_all, supported.len())), ..Fault::at("", "vote_limit_reached") });
        }
        Ok(None)
    }

    fn add(&mut self, voter: usize, candidate: usize) -> usize {
        let now = self.now;
        let poll = &mut self.polls[self.candidates[candidate].cycle];
        let vote = Vote { voter, candidate, day: poll.day(now), at: now, state: VoteState::Valid };
        poll.log.push(Entry::Vote(vote));
        poll.log.len() - 1
    }

    /// A vote as its voter sees it.
    fn seen(&self, cycle: usize, sequence: usize) -> Seen {
        let vote = self.polls[cycle].log[sequence].vote().unwrap();
        let category = self.candidates[vote.candidate].category.to_owned();
        Seen { candidate: vote.candidate, cycle, category, day: vote.day, at: vote.at, sequence }
    }

    /// The results of a cycle by category; all counts for reviewers, the valid votes for everybody.
    pub fn tally(&self, cycle: usize, inner: bool) -> BTreeMap<String, Vec<Placed>> {
        let count = |candidate: usize, state: VoteState| {
            let of = |vote: &Vote| vote.candidate == candidate && vote.state == state;
            self.polls[cycle].votes().filter(|(_, vote)| of(vote)).count()
        };
        let mut categories: BTreeMap<String, Vec<Placed>> = BTreeMap::new();
        for (number, candidate) in self.candidates.iter().enumerate() {
            if candidate.cycle == cycle && candidate.standing == Standing::InTheVote {
                let valid = count(number, VoteState::Valid);
                let (held, invalid) = (count(number, VoteState::Quarantined), count(number, VoteState::Invalid));
                let counts = inner.then_some([valid + held + invalid, held, invalid]);
                let placed = Placed { candidate: number, rank: 0, votes: valid, counts };
                categories.entry(candidate.category.to_owned()).or_default().push(placed);
            }
        }
        for placed in categories.values_mut() {
            placed.sort_by_key(|one| (Reverse(one.votes), one.candidate));
            let votes: Vec<usize> = placed.iter().map(|one| one.votes).collect();
            for one in placed {
                one.rank = 1 + votes.iter().filter(|other| **other > one.votes).count();
            }
        }
        categories
    }

    /// All votes of a voter, the latest first.
    pub fn own(&self, voter: usize) -> Vec<Seen> {
        let all = self.polls.iter().enumerate().flat_map(|(cycle, poll)| {
            let mine = poll.votes().filter(|(_, vote)| vote.voter == voter);
            mine.map(move |(sequence, _)| (cycle, sequence))
        });
        let mut own: Vec<Seen> = all.map(|(cycle, sequence)| self.seen(cycle, sequence)).collect();
        own.sort_by_key(|seen| Reverse((seen.at, seen.candidate)));
        own
    }

    /// What the public log says, entry by entry.
    pub fn lines(&self, cycle: usize) -> Vec<Line> {
        let line = |entry: &Entry| match *entry {
            Entry::Vote(vote) => {
                Line::Vote { candidate: vote.candidate, day: vote.day, minute: answer::minute(vote.at) }
            }
            Entry::Invalidation { vote, at } => Line::Invalidation { vote, minute: answer::minute(at) },
        };
        self.polls[cycle].log.iter().map(line).collect()
    }

    pub fn disqualify(&mut self, candidate: usize) -> Answer {
        self.candidates[candidate].standing = Standing::Disqualified;
        Answer::done(201)
    }
}
