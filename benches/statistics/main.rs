//! How long the statistics of a year take in a big city.
//!
//! `cargo bench --bench statistics -- --candidates 1000000 [--only sqlite|postgres]` writes so many candidates of twelve
//! months, in 15 districts with 1,500 units, with their steps and nominations straight into a SQLite file and, where
//! `HAOREN_TEST_POSTGRES` or `DATABASE_URL` names a server, into a PostgreSQL database of its own, which it removes again.
//! Then it lets the server's own job count them, and reads the year's statistics as the operation does: the sum alone,
//! and with groups by month, district, unit (a page of 100), category and channel. The ceiling in the same run is how long
//! the same rows of counts take to be read by the bare query, without being understood or summed up.

#![expect(
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on stops, and prints what it found"
)]

mod load;
#[path = "../look_alikes/place.rs"]
mod place;

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use clap::{Parser, ValueEnum};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, connection::SimpleConnection};
use haoren::{
    domain::{
        id::CandidateId,
        scope::Scope,
        statistics::{Dimension, Level, Said},
    },
    service::{
        clock::{Clocks, ManualTime},
        statistics::{self, Moment, StatisticsRequest, recount},
    },
    storage::{self, Connection, schema::statistic_cells, statistics::changes},
};

use crate::place::Place;

/// What is promised for a year of 1,000,000 candidates.
const PROMISED: Duration = Duration::from_millis(200);
/// Readings of each kind.
const READINGS: usize = 50;

/// What can be said on the command line.
#[derive(Parser)]
struct Line {
    /// Candidates of the year.
    #[arg(long, env = "HAOREN_BENCH_CANDIDATES", default_value_t = 20_000)]
    candidates: u128,
    /// Only one of the databases.
    #[arg(long)]
    only: Option<Only>,
    /// Passed by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    Sqlite,
    Postgres,
}

fn main() {
    let line = Line::parse();
    let mut missed = false;
    if line.only != Some(Only::Postgres) {
        missed |= run(&Place::sqlite(), line.candidates);
    }
    match Place::postgres().filter(|_| line.only != Some(Only::Sqlite)) {
        Some(place) => missed |= run(&place, line.candidates),
        None => println!("PostgreSQL: left out, or no server named in HAOREN_TEST_POSTGRES or DATABASE_URL"),
    }
    if missed {
        println!("NOT REACHED: a year's statistics under {} ms", PROMISED.as_millis());
        std::process::exit(1);
    }
}

fn run(place: &Place, count: u128) -> bool {
    let mut db = place.open();
    let began = Instant::now();
    load::fill(&mut db, count);
    println!("\n{}: {count} candidates written in {:.0} s", place.name(), began.elapsed().as_secs_f64());
    let began = Instant::now();
    let clocks = Clocks::new(std::sync::Arc::new(ManualTime::at("2026-12-31T02:00:00Z".parse().unwrap())));
    let mut longest = Duration::ZERO;
    for level in [Level::Unit, Level::District, Level::City] {
        loop {
            let one = Instant::now();
            let step = storage::store::in_transaction(&mut db, |db| recount::step(&clocks, db, level)).unwrap();
            longest = longest.max(one.elapsed());
            if step == 0 {
                break;
            }
        }
    }
    let took = began.elapsed().as_secs_f64();
    println!("counted in {took:.1} s, the longest transaction {:.0} ms", longest.as_secs_f64() * 1000.0);
    db.batch_execute(if matches!(db, Connection::Postgres(_)) { "VACUUM ANALYZE" } else { "PRAGMA optimize" }).unwrap();
    change_and_count(&mut db, &clocks);
    println!("{:<28} {:>9} {:>9} {:>9}", "the year", "median", "p99", "rows");
    let mut missed = false;
    for by in [
        &[][..],
        &[Dimension::Cycle],
        &[Dimension::District],
        &[Dimension::Cycle, Dimension::District],
        &[Dimension::Category, Dimension::Channel],
        &[Dimension::District, Dimension::Category],
        &[Dimension::Unit],
        &[Dimension::Cycle, Dimension::Unit],
    ] {
        missed |= measure(&mut db, by);
    }
    for level in Level::ALL {
        ceiling(&mut db, *level);
    }
    missed
}

/// One decision in a busy month, until it is counted at all levels.
fn change_and_count(db: &mut Connection, clocks: &Clocks) {
    let began = Instant::now();
    changes::note_candidate(db, CandidateId(load::id(1, 1))).unwrap();
    for level in Level::ALL {
        while storage::store::in_transaction(db, |db| recount::step(clocks, db, *level)).unwrap() > 0 {}
    }
    println!("one change counted at all levels in {:.0} ms", began.elapsed().as_secs_f64() * 1000.0);
}

fn measure(db: &mut Connection, by: &[Dimension]) -> bool {
    let now: DateTime<Utc> = "2026-12-31T02:00:00Z".parse().unwrap();
    let said = Said { year: Some(2026), group_by: by.to_vec(), ..Said::default() };
    let request = StatisticsRequest { said, ..StatisticsRequest::default() };
    let mut times = Vec::new();
    let mut groups = 0;
    for _ in 0..READINGS {
        let began = Instant::now();
        let at = Moment { now, today: now.date_naive(), current: "2026-12".parse().unwrap() };
        let read =
            storage::store::in_view(db, |db| statistics::read_page_in(db, (&Scope::City, &request), at, (None, 101)));
        times.push(began.elapsed());
        groups = read.unwrap().groups.len().min(100);
    }
    times.sort_unstable();
    let name = if by.is_empty() {
        "sum alone".to_owned()
    } else {
        by.iter().map(|by| by.as_str()).collect::<Vec<_>>().join(" × ")
    };
    let (median, p99) = (times[READINGS / 2], times[READINGS * 99 / 100]);
    println!("{name:<28} {:>6.1} ms {:>6.1} ms {groups:>9}", ms(median), ms(p99));
    p99 >= PROMISED
}

/// The rows of a level, read and left alone.
fn ceiling(db: &mut Connection, level: Level) {
    let began = Instant::now();
    let rows: Vec<Vec<u8>> = statistic_cells::table
        .filter(statistic_cells::level.eq(level))
        .select(statistic_cells::cells)
        .load(db)
        .unwrap();
    let bytes: usize = rows.iter().map(Vec::len).sum();
    println!(
        "ceiling: the {} rows of all of the {level} level ({:.1} MB) by the bare query in {:.1} ms",
        rows.len(),
        bytes as f64 / 1e6,
        ms(began.elapsed())
    );
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
