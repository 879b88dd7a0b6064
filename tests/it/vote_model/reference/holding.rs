//! Holding votes back and deciding.

use std::collections::BTreeSet;

use super::{
    Entry, Model, Quarantine, QuarantineStatus, Verdict, VoteState,
    answer::{Answer, Custody, Fault},
};

impl Model {
    /// Holds votes of a cycle back, perhaps only those for one candidate.
    pub fn hold(&mut self, by: usize, cycle: usize, (sequences, candidate): (&[usize], Option<usize>)) -> Answer {
        let invalid = |faults| Answer::refused(422, "validation_failed", faults);
        let at = |place: usize, code| Fault::at(&format!("/sequences/{place}"), code);
        let mut seen = BTreeSet::new();
        let places = || sequences.iter().enumerate();
        let again: Vec<Fault> =
            places().filter(|(_, one)| !seen.insert(**one)).map(|(place, _)| at(place, "duplicate")).collect();
        if !again.is_empty() {
            return invalid(again);
        }
        if candidate.is_some_and(|number| self.candidates.get(number).is_none_or(|known| known.cycle != cycle)) {
            return invalid(vec![Fault::at("/candidate_id", "unknown_reference")]);
        }
        let poll = &mut self.polls[cycle];
        let is_meant = |sequence: &usize| {
            let vote = poll.log.get(*sequence).and_then(Entry::vote);
            vote.is_some_and(|vote| candidate.is_none_or(|candidate| vote.candidate == candidate))
        };
        let strangers: Vec<Fault> =
            places().filter(|(_, one)| !is_meant(one)).map(|(place, _)| at(place, "unknown_reference")).collect();
        if !strangers.is_empty() {
            return invalid(strangers);
        }
        let is_free = |sequence: &usize| poll.log[*sequence].vote().unwrap().state == VoteState::Valid;
        let mut votes: Vec<usize> = sequences.iter().copied().filter(is_free).collect();
        votes.sort_unstable();
        if votes.is_empty() {
            return Answer::refused(409, "nothing_to_hold", vec![Fault::at("", "nothing_to_hold")]);
        }
        let already_held = sequences.len() - votes.len();
        self.set(cycle, &votes, VoteState::Quarantined);
        self.quarantines.push(Quarantine { cycle, by, votes, already_held, status: QuarantineStatus::Open });
        let held = self.held(self.quarantines.len() - 1);
        Answer { held: Some(held), ..Answer::done(201) }
    }

    /// Decides a quarantine as it was seen when it was opened, or as it is now.
    pub fn decide(&mut self, by: usize, number: usize, (verdict, as_opened): (Verdict, bool)) -> Answer {
        let Quarantine { cycle, by: opened_by, votes, status, .. } = self.quarantines[number].clone();
        let conflict = |code| Answer::refused(409, code, vec![Fault::at("", code)]);
        if status != QuarantineStatus::Open {
            let stale = || Answer::refused(412, "precondition_failed", vec![]);
            return if as_opened { stale() } else { conflict("already_decided") };
        }
        if by == opened_by {
            return conflict("own_quarantine");
        }
        let (status, state) = match verdict {
            Verdict::Invalidate => (QuarantineStatus::Invalidated, VoteState::Invalid),
            Verdict::Release => (QuarantineStatus::Released, VoteState::Valid),
        };
        self.quarantines[number].status = status;
        self.set(cycle, &votes, state);
        if verdict == Verdict::Invalidate {
            let at = self.now;
            self.polls[cycle].log.extend(votes.into_iter().map(|vote| Entry::Invalidation { vote, at }));
        }
        Answer { held: Some(self.held(number)), ..Answer::done(201) }
    }

    /// A quarantine as it stands.
    pub fn held(&self, number: usize) -> Custody {
        let of = &self.quarantines[number];
        Custody { votes: of.votes.len(), already_held: of.already_held, status: of.status.to_string() }
    }

    fn set(&mut self, cycle: usize, votes: &[usize], state: VoteState) {
        for &sequence in votes {
            if let Entry::Vote(vote) = &mut self.polls[cycle].log[sequence] {
                vote.state = state;
            }
        }
    }
}
