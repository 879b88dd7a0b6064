//! Random sequences of votes, ballots, quarantines and window moves, each step a request to the real server, against a
//! reference model that is small enough to be read. The same seeds are played on both databases, and one model knows
//! all answers: so both databases give the same ones.
//!
//! A few sequences here; the long run is `HAOREN_MODEL_ROUNDS=500 ./test --locked --test it vote_model`. What fails
//! tells its seed and its steps: `HAOREN_MODEL_SEED=<seed> HAOREN_MODEL_ROUNDS=1` plays it again. Steps are not left out
//! to make it shorter, for the later ones would no longer mean the same.

mod reference;
mod steps;
mod world;

use std::io::Write as _;

use chrono::{Months, NaiveDate, NaiveTime, TimeDelta};
use haoren::domain::policy::{Repeat, Voters};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use crate::harness::App;
use reference::{Answer, Candidate, Model, Poll, Rules, Standing, Voter};
use steps::Step;
use world::{Server, World};

/// Steps of one sequence.
const STEPS: usize = 60;
/// After so many everything that can be seen is compared, and at the end.
const EVERY: usize = 12;

/// So many sequences are played on one server.
const OF_A_SERVER: u64 = 12;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// What was done so far; told when the test fails.
struct Story {
    seed: u64,
    steps: Vec<String>,
}

impl Drop for Story {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let steps = self.steps.join("\n  ");
            let told = format!("HAOREN_MODEL_SEED={} HAOREN_MODEL_ROUNDS=1\n  {steps}\n", self.seed);
            // The test fails whether or not this can be told.
            drop(std::io::stderr().write_all(told.as_bytes()));
        }
    }
}

/// What the sequence of a seed begins with: two cycles of its own that are voted in at once, each with its own rules.
fn beginning(rng: &mut StdRng, seed: u64) -> Model {
    let place = u32::try_from(seed % OF_A_SERVER).unwrap();
    let first = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap() + Months::new(2 * place);
    // The 25th, as it begins in Shanghai.
    let opens = (first + TimeDelta::days(24)).and_time(NaiveTime::MIN).and_utc() - TimeDelta::hours(8);
    let forwarding = [opens, opens + TimeDelta::days(1)];
    let mut poll = |month: NaiveDate| Poll {
        month: month.format("%Y-%m").to_string(),
        rules: Rules {
            repeat: if rng.random_bool(0.5) { Repeat::Once } else { Repeat::Daily },
            per_category: rng.random_range(1..=3),
            in_all: if rng.random_bool(0.5) { 0 } else { rng.random_range(2..=5) },
            voters: if rng.random_bool(0.8) { Voters::Any } else { Voters::Organizations },
        },
        opens: forwarding[0] + TimeDelta::hours(2),
        closes: forwarding[1] + TimeDelta::days(2),
        log: vec![],
    };
    let polls = vec![poll(first), poll(first + Months::new(1))];
    let candidate = |(cycle, category, standing)| Candidate { cycle, category, standing };
    let (is_in, is_not) = (Standing::InTheVote, Standing::NotYet);
    let candidates = [
        (0, "dedication", is_in),
        (0, "bravery", is_in),
        (0, "dedication", is_in),
        (0, "bravery", is_in),
        (0, "dedication", is_in),
        (0, "dedication", is_in),
        (0, "bravery", is_in),
        (0, "integrity", is_not),
        (1, "dedication", is_in),
        (1, "bravery", is_in),
        (1, "dedication", is_in),
    ];
    let person = |member| Voter::Person { member };
    Model {
        now: polls[0].opens - TimeDelta::minutes(rng.random_range(0..=1)),
        candidates: candidates.map(candidate).to_vec(),
        voters: vec![
            person(false),
            person(false),
            person(true),
            person(true),
            person(true),
            Voter::Admin,
            Voter::Anonymous,
        ],
        forwarding,
        polls,
        quarantines: vec![],
    }
}

/// What the rules answer to a step.
fn expected(model: &mut Model, step: &Step) -> Answer {
    match step {
        Step::Vote { voter, candidate } => model.vote(*voter, *candidate),
        Step::Ballot { voter, candidates } => model.ballot(*voter, candidates),
        Step::Clock(moment) => {
            model.now = *moment;
            Answer::done(200)
        }
        Step::MoveWindow { cycle, opens, closes } => model.move_window(*cycle, (*opens, *closes)),
        Step::Amend { cycle, amendment } => model.amend(*cycle, *amendment),
        Step::Hold { by, cycle, sequences, candidate } => model.hold(*by, *cycle, (sequences, *candidate)),
        Step::Decide { by, quarantine, verdict, as_opened } => model.decide(*by, *quarantine, (*verdict, *as_opened)),
        Step::Disqualify { candidate } => model.disqualify(*candidate),
    }
}

/// Everything that can be seen is as the model says.
async fn compare(world: &World<'_>, model: &Model) {
    for (cycle, poll) in model.polls.iter().enumerate() {
        for inner in [false, true] {
            let seen = world.tally(cycle, inner).await;
            assert_eq!(seen, model.tally(cycle, inner), "the results of {}, to reviewers: {inner}", poll.month);
        }
        if !poll.log.is_empty() {
            assert_eq!(world.lines(cycle).await, model.lines(cycle), "the public log of {}", poll.month);
        }
    }
    for (number, voter) in model.voters.iter().enumerate() {
        if matches!(voter, Voter::Person { .. }) {
            assert_eq!(world.own(number).await, model.own(number), "the votes of voter {number}");
        }
    }
    for number in 0..model.quarantines.len() {
        assert_eq!(world.quarantine(number).await, model.held(number), "quarantine {number}");
    }
    assert_eq!(world.deviations().await, [], "the counts equal the rows");
}

/// Plays the sequence of a seed.
async fn play(server: &Server, seed: u64) {
    let mut story = Story { seed, steps: vec![] };
    let mut rng = StdRng::seed_from_u64(seed);
    let mut model = beginning(&mut rng, seed);
    story.steps.push(format!("{:?}", model.polls));
    let mut world = World::new(server, &model).await;
    for number in 1..=STEPS {
        let step = steps::draw(&mut rng, &model);
        story.steps.push(format!("{step:?}"));
        let answer = world.perform(&step).await;
        assert_eq!(answer, expected(&mut model, &step), "the answer to step {number} of seed {seed}: {step:?}");
        if number % EVERY == 0 {
            compare(&world, &model).await;
        }
    }
}

both! {
    async fn whatever_is_done_in_whatever_order_votes_go_by_the_rules(app: App) {
        let first = setting("HAOREN_MODEL_SEED", 0);
        let mut server = Server::new(app).await;
        for seed in first..first + setting("HAOREN_MODEL_ROUNDS", 12) {
            if seed % OF_A_SERVER == 0 && seed > first {
                server = Server::new(server.app.another().await).await;
            }
            play(&server, seed).await;
        }
    }
}
