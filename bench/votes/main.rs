//! Votes a second by the whole server, and beside them, in the same run, what could be reached at best: H, the HTTP stack
//! with its token check and an empty 201; D, the same rows put into the database in batches without HTTP; and C of both,
//! 1/(1/H + 1/D), since they share the cores. And the naive way, a transaction for each vote.
//!
//! `bench/run` starts a PostgreSQL for it. Everything runs on one machine, the load generator included.

#![expect(
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a program for whoever looks at its figures"
)]

use std::{net::SocketAddr, sync::Arc, time::Instant};

use actix_web::{HttpResponse, web};
use clap::Parser;
use haoren::{
    api::voter::Voter,
    domain::id::CandidateId,
    service::{Service, ballot_box::MOST_AT_ONCE},
};
use mimalloc::MiMalloc;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{generator::Load, place::Place};

mod generator;
mod place;
mod readers;
mod rows;

/// As in the program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Measures votes a second.
#[derive(Parser)]
struct Options {
    /// How many voters there are; each run has one vote of each at most.
    #[arg(long, default_value_t = 100_000)]
    voters: usize,
    /// How many votes one run has.
    #[arg(long, default_value_t = 100_000)]
    votes: usize,
    /// Connections of the runs.
    #[arg(long, value_delimiter = ',', default_values_t = [64, 256, 1024])]
    connections: Vec<usize>,
    /// Only this database.
    #[arg(long, value_parser = ["sqlite", "postgres"])]
    only: Option<String>,
    /// Votes that are put into the database beforehand, half of the runs with them in earlier cycles, half in this one.
    #[arg(long, default_value_t = 0)]
    stored: i64,
    /// Streams of events that are open, idle, while votes are cast once more.
    #[arg(long, default_value_t = 0)]
    readers: usize,
    /// Also run two servers on one PostgreSQL.
    #[arg(long)]
    two_servers: bool,
    /// What `cargo bench` adds.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let options = Options::parse();
    let wanted = |name: &str| options.only.as_deref().is_none_or(|only| only == name);
    if wanted("sqlite") {
        measure(&options, &Place::sqlite());
    }
    if wanted("postgres") {
        match Place::postgres() {
            Some(place) => measure(&options, &place),
            None => println!("PostgreSQL was NOT measured: HAOREN_TEST_POSTGRES names no server; run bench/run"),
        }
    }
}

/// What the layers alone cost: the token is checked, the body read, nothing done.
fn nothing(config: &mut ServiceConfig<'_>) {
    async fn answer(_voter: Voter, _body: web::Bytes) -> HttpResponse {
        HttpResponse::Created().finish()
    }
    config.route("/nothing", web::post().to(answer));
}

struct Runs<'a> {
    options: &'a Options,
    tokens: Arc<Vec<String>>,
    candidates: std::vec::IntoIter<CandidateId>,
}

impl Runs<'_> {
    fn load(&mut self, servers: &[SocketAddr], path: &'static str, connections: usize) -> Load {
        let candidate = self.candidates.next().expect("a candidate nobody has voted for");
        Load {
            servers: servers.to_vec(),
            path,
            tokens: Arc::clone(&self.tokens),
            body: format!("{{\"candidate_id\":\"{candidate}\"}}"),
            requests: self.options.votes.min(self.tokens.len()),
            connections,
            rate: None,
        }
    }

    /// Runs a load and prints its line; returns the requests a second.
    fn run(
        &mut self,
        name: &str,
        (servers, path): (&[SocketAddr], &'static str),
        connections: usize,
        ceiling: f64,
    ) -> f64 {
        let load = self.load(servers, path, connections);
        show(name, connections, &generator::run(load), ceiling)
    }

    /// The latency at a steady rate, whatever the answers.
    fn open_loop(&mut self, servers: &[SocketAddr], rate: f64) {
        let load = Load { rate: Some(rate), ..self.load(servers, VOTES, 256) };
        show(&format!("open loop, {rate:.0} a second"), 256, &generator::run(load), f64::NAN);
    }
}

/// Votes beside idle readers of event streams, and without them just before.
fn with_readers(runs: &mut Runs<'_>, server: &[SocketAddr], service: &Service, ceiling: f64) {
    let without = runs.run("without readers of events", (server, VOTES), 256, ceiling);
    let count = runs.options.readers.min(runs.tokens.len());
    let readers = readers::open(server[0], &runs.tokens, count);
    println!("  {count} readers of events: {:.1} MiB, their own side included", readers.grown as f64 / 1_048_576.0);
    let with = runs.run("beside them", (server, VOTES), 256, ceiling);
    println!("  that is {:+.1} %", 100.0 * (with / without - 1.0));
    let latency = readers::Latency::measure(&readers, service);
    println!(
        "  told after the commit: median {:.0} ms, p99 {:.0} ms, {} times",
        latency.quantile(0.5),
        latency.quantile(0.99),
        latency.times()
    );
}

const VOTES: &str = "/api/v1/votes";

fn show(name: &str, connections: usize, outcome: &generator::Outcome, ceiling: f64) -> f64 {
    let share =
        if ceiling.is_nan() { String::new() } else { format!("{:>5.0} % of C", 100.0 * outcome.per_second / ceiling) };
    println!(
        "  {name:<34} {connections:>5} connections {:>9.0} /s   p50 {:>7.1} ms   p99 {:>7.1} ms   p99.9 {:>7.1} ms  {share}{}",
        outcome.per_second,
        outcome.quantile(0.5),
        outcome.quantile(0.99),
        outcome.quantile(0.999),
        if outcome.refused == 0 { String::new() } else { format!("   {} NOT ANSWERED WITH 201", outcome.refused) }
    );
    outcome.per_second
}

fn measure(options: &Options, place: &Place) {
    let service = place.service(MOST_AT_ONCE);
    println!("\n{} ({} voters, {} votes a run)", place.name(), options.voters, options.votes);
    let begun = Instant::now();
    let candidates = place::candidates(&service, 40);
    let tokens = place::voters(&service, options.voters);
    println!("  prepared in {:.0} s", begun.elapsed().as_secs_f64());
    let mut runs = Runs { options, tokens, candidates: candidates.into_iter() };
    let server = [place.serve(service.clone(), nothing)];
    let most = 256;
    runs.run("each token for the first time", (&server, "/nothing"), most, f64::NAN);
    let http = runs.run("H  empty 201, token remembered", (&server, "/nothing"), most, f64::NAN);
    runs.run("each voter for the first time", (&server, VOTES), most, f64::NAN);
    rows::scatter(&service);
    let database = rows::ceiling(&service, &mut runs.candidates, options.votes);
    let ceiling = 1.0 / (1.0 / http + 1.0 / database);
    println!("  D  rows alone, {} a transaction {database:>29.0} /s", rows::A_TRANSACTION);
    println!("  C  1/(1/H + 1/D) {ceiling:>46.0} /s");
    for connections in options.connections.clone() {
        runs.run("group commit", (&server, VOTES), connections, ceiling);
    }
    // Each run leaves every voter with one more vote to be looked at, so that the most is asked for just before.
    let most_now = runs.run("group commit, once more", (&server, VOTES), most, ceiling);
    runs.open_loop(&server, most_now * 0.7);
    if options.readers > 0 {
        with_readers(&mut runs, &server, &service, ceiling);
    }
    let naive = [place.serve(place.service(1), nothing)];
    runs.run("(its tokens for the first time)", (&naive, "/nothing"), most, f64::NAN);
    for connections in options.connections.clone() {
        runs.run("a transaction for each vote", (&naive, VOTES), connections, ceiling);
    }
    if options.two_servers && place.name() == "PostgreSQL" {
        let both = [server[0], place.serve(place.service(MOST_AT_ONCE), nothing)];
        runs.run("(tokens for the first time)", (&both[1..], "/nothing"), most, f64::NAN);
        runs.run("two servers, group commit", (&both, VOTES), most, ceiling);
    }
    if options.stored > 0 {
        for (of, month) in [("earlier cycles", None), ("this cycle", Some(place::MONTH))] {
            // Each voter has voted in every run so far, so what the stored votes cost is seen beside the run just before.
            let without = runs.run(&format!("before votes are put into {of}"), (&server, VOTES), most, ceiling);
            let begun = Instant::now();
            rows::store(&service, options.stored, month);
            rows::settle(&service);
            println!("  {} votes put into {of} in {:.0} s", options.stored, begun.elapsed().as_secs_f64());
            let with = runs.run(&format!("with those in {of}"), (&server, VOTES), most, ceiling);
            println!("  that is {:+.1} %", 100.0 * (with / without - 1.0));
        }
    }
}
