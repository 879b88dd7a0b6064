//! The steps of a sequence, drawn so that most of them have something to do as the model stands.

use chrono::{DurationRound as _, TimeDelta};
use haoren::domain::{
    policy::{Repeat, Voters},
    quarantine::Verdict,
};
use rand::{RngExt as _, rngs::StdRng, seq::IndexedRandom as _};

use super::reference::{Amendment, Model, Moment, Standing};

/// How many reviewers of the city open and decide quarantines.
pub const REVIEWERS: usize = 2;

/// What is done next.
#[derive(Clone, Debug)]
pub enum Step {
    Vote {
        voter: usize,
        candidate: usize,
    },
    Ballot {
        voter: usize,
        candidates: Vec<usize>,
    },
    /// The campaign's clock, forward only.
    Clock(Moment),
    MoveWindow {
        cycle: usize,
        opens: Option<Moment>,
        closes: Option<Moment>,
    },
    Amend {
        cycle: usize,
        amendment: Amendment,
    },
    Hold {
        by: usize,
        cycle: usize,
        sequences: Vec<usize>,
        candidate: Option<usize>,
    },
    Decide {
        by: usize,
        quarantine: usize,
        verdict: Verdict,
        as_opened: bool,
    },
    Disqualify {
        candidate: usize,
    },
}

/// Draws the next step; the same for the same seed, whatever the database answers.
pub fn draw(rng: &mut StdRng, model: &Model) -> Step {
    match rng.random_range(0..100) {
        0..34 => Step::Vote { voter: voter(rng, model), candidate: candidate(rng, model) },
        34..42 => again(rng, model),
        42..62 => ballot(rng, model),
        62..74 => Step::Clock(moment(rng, model)),
        74..79 => move_window(rng, model),
        79..83 => Step::Amend { cycle: cycle(rng, model), amendment: amendment(rng) },
        91..98 if !model.quarantines.is_empty() => Step::Decide {
            by: rng.random_range(0..REVIEWERS),
            quarantine: rng.random_range(0..model.quarantines.len()),
            verdict: if rng.random_bool(0.5) { Verdict::Invalidate } else { Verdict::Release },
            as_opened: rng.random_bool(0.5),
        },
        83..98 => hold(rng, model),
        _ => disqualify(rng, model),
    }
}

fn voter(rng: &mut StdRng, model: &Model) -> usize {
    rng.random_range(0..model.voters.len())
}

fn cycle(rng: &mut StdRng, model: &Model) -> usize {
    rng.random_range(0..model.polls.len())
}

/// A candidate by number; the one after the last does not exist.
fn candidate(rng: &mut StdRng, model: &Model) -> usize {
    rng.random_range(0..=model.candidates.len())
}

/// A vote that was cast, once more; an answer that got lost looks like this.
fn again(rng: &mut StdRng, model: &Model) -> Step {
    let votes: Vec<_> = model.polls.iter().flat_map(|poll| poll.votes().map(|(_, vote)| *vote)).collect();
    match votes.choose(rng) {
        Some(vote) => Step::Vote { voter: vote.voter, candidate: vote.candidate },
        None => Step::Vote { voter: voter(rng, model), candidate: candidate(rng, model) },
    }
}

/// Mostly candidates that one can vote for; now and then one who is not there or one who is named twice.
fn ballot(rng: &mut StdRng, model: &Model) -> Step {
    let takes = |number: &usize| model.candidates[*number].standing == Standing::InTheVote;
    let mut rest: Vec<usize> = (0..model.candidates.len()).filter(takes).collect();
    let mut candidates = Vec::new();
    for _ in 0..rng.random_range(1..=5) {
        if !rest.is_empty() {
            candidates.push(rest.swap_remove(rng.random_range(0..rest.len())));
        }
    }
    if candidates.is_empty() || rng.random_bool(0.15) {
        let number = candidate(rng, model);
        candidates.push(number);
    }
    Step::Ballot { voter: voter(rng, model), candidates }
}

/// Some minutes on, or to where something changes: midnight in Shanghai, an end of a window, or just before.
fn moment(rng: &mut StdRng, model: &Model) -> Moment {
    let on = model.now + TimeDelta::minutes(rng.random_range(1..=240));
    let day = TimeDelta::hours(24);
    let midnight = (model.now + TimeDelta::hours(8)).duration_trunc(day).unwrap() + day - TimeDelta::hours(8);
    let poll = &model.polls[cycle(rng, model)];
    let wanted = match rng.random_range(0..10) {
        0..6 => on,
        6..8 => midnight,
        8 => midnight - TimeDelta::milliseconds(1),
        _ => [poll.opens, poll.closes][rng.random_range(0..2)] - TimeDelta::milliseconds(rng.random_range(0..=1)),
    };
    if wanted > model.now { wanted } else { on }
}

/// To where it may be, to where a vote would fall out of it, and to where it would be none.
fn move_window(rng: &mut StdRng, model: &Model) -> Step {
    let cycle = cycle(rng, model);
    let poll = &model.polls[cycle];
    let [forwarding_opens, forwarding_closes] = model.forwarding;
    let moments: Vec<Moment> = poll.votes().map(|(_, vote)| vote.at).collect();
    let tick = TimeDelta::microseconds(1);
    let mut opens = vec![forwarding_opens, forwarding_opens - tick, model.now, model.now + TimeDelta::hours(1)];
    opens.extend(moments.iter().flat_map(|at| [*at, *at + tick]));
    let (now, later) = (model.now, model.now + TimeDelta::hours(30));
    let mut closes =
        vec![now, now + tick, later, later, later, poll.opens, forwarding_closes, forwarding_closes - tick];
    closes.extend(moments.iter().flat_map(|at| [*at, *at + tick]).skip(moments.len()));
    let one = |rng: &mut StdRng, from: &[Moment]| from.choose(rng).copied();
    let (opens, closes) = match rng.random_range(0..4) {
        0 => (one(rng, &opens), None),
        1 => (one(rng, &opens), one(rng, &closes)),
        _ => (None, one(rng, &closes)),
    };
    Step::MoveWindow { cycle, opens, closes }
}

fn amendment(rng: &mut StdRng) -> Amendment {
    let mut amendment = Amendment::default();
    let voters = [Voters::Any, Voters::Any, Voters::Organizations, Voters::Verified];
    match rng.random_range(0..5) {
        0 => amendment.repeat = Some(if rng.random_bool(0.5) { Repeat::Once } else { Repeat::Daily }),
        1 => amendment.per_category = Some(rng.random_range(1..=4)),
        2 => amendment.in_all = Some(rng.random_range(0..=6)),
        3 => amendment.voters = voters.choose(rng).copied(),
        _ => {
            amendment.repeat = Some(Repeat::Daily);
            amendment.per_category = Some(rng.random_range(1..=4));
            amendment.in_all = Some(rng.random_range(0..=6));
        }
    }
    amendment
}

/// Entries of the log, among them some that are no votes, that are held already or that are not there.
fn hold(rng: &mut StdRng, model: &Model) -> Step {
    let cycle = cycle(rng, model);
    let size = model.polls[cycle].log.len();
    let mut sequences: Vec<usize> = Vec::new();
    for _ in 0..rng.random_range(1..=4) {
        let sequence = rng.random_range(0..size.max(1));
        if !sequences.contains(&sequence) || rng.random_bool(0.1) {
            sequences.push(sequence);
        }
    }
    if rng.random_bool(0.05) {
        sequences.push(size);
    }
    let only = rng.random_bool(0.15).then(|| candidate(rng, model));
    Step::Hold { by: rng.random_range(0..REVIEWERS), cycle, sequences, candidate: only }
}

fn disqualify(rng: &mut StdRng, model: &Model) -> Step {
    let takes = |number: &usize| model.candidates[*number].standing == Standing::InTheVote;
    let some: Vec<usize> = (0..model.candidates.len()).filter(takes).collect();
    // Some are left to be voted for.
    match some.choose(rng) {
        Some(number) if some.len() > 4 => Step::Disqualify { candidate: *number },
        Some(_) | None => Step::Clock(moment(rng, model)),
    }
}
