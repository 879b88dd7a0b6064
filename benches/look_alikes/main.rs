//! How long it takes to find the look-alikes of a candidate among many, and how well they are found.
//!
//! `cargo bench --bench look_alikes -- --deeds 1000000` (or `HAOREN_BENCH_DEEDS`; 10,000 where nothing is said) loads so
//! many candidates with deeds, names and telephones into a SQLite file and, where `HAOREN_TEST_POSTGRES` or `DATABASE_URL`
//! names a server, into a PostgreSQL database of its own, which it removes again. Then it seeks the look-alikes of edited
//! copies (10 % of the characters changed) with the code that the server runs, and prints time, recall and precision
//! beside a ceiling: how many rows a second the same connection reads by primary key.
//!
//! Two in a hundred of the stored deeds are themselves copies of another one, with 5 % changed, as when somebody is
//! recommended again; what is found of the same family is right.
//!
//! Seen in November 2026 on 2 cores with 1,000,000 deeds (some 8 GB while they are loaded) and 1,000 copies, on one
//! connection:
//!
//! | | median | p99 | recall | precision | ceiling: rows a second by primary key |
//! | --- | --- | --- | --- | --- | --- |
//! | SQLite 3.53 | 0.8 ms | 4.1 ms | 98.6 % | 100 % | 50,200 |
//! | PostgreSQL 15 | 1.4 ms | 4.3 ms | 98.6 % | 100 % | 12,000 |

#![expect(
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on stops, and prints what it found"
)]

mod generator;
mod load;
mod measure;
mod place;

use clap::Parser;

use crate::{generator::Language, place::Place};

/// What can be said on the command line.
#[derive(Parser)]
struct Line {
    /// Candidates with a deed.
    #[arg(long, env = "HAOREN_BENCH_DEEDS", default_value_t = 10_000)]
    deeds: usize,
    /// Edited copies whose look-alikes are sought.
    #[arg(long, default_value_t = 1_000)]
    probes: usize,
    /// Only SQLite, even where a PostgreSQL server is named.
    #[arg(long)]
    sqlite_only: bool,
    /// Only PostgreSQL.
    #[arg(long, conflicts_with = "sqlite_only")]
    postgres_only: bool,
    /// Passed by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let line = Line::parse();
    let language = Language::read();
    println!("{}", measure::strangers(&language));
    let mut missed = Vec::new();
    if !line.postgres_only {
        missed.extend(run(&Place::sqlite(), &language, &line));
    }
    match Place::postgres() {
        Some(place) if !line.sqlite_only => missed.extend(run(&place, &language, &line)),
        Some(_) => {}
        None => println!("PostgreSQL: no server named in HAOREN_TEST_POSTGRES or DATABASE_URL"),
    }
    if !missed.is_empty() {
        println!("NOT REACHED: {}", missed.join(", "));
        std::process::exit(1);
    }
}

/// Loads and measures on one database; returns what was promised and not reached.
fn run(place: &Place, language: &Language, line: &Line) -> Vec<String> {
    let mut connection = place.open();
    let began = std::time::Instant::now();
    let stock = load::fill(&mut connection, place, language, line.deeds);
    println!("\n{}: {} deeds loaded in {:.0} s", place.name(), line.deeds, began.elapsed().as_secs_f64());
    let report = measure::measure(&mut connection, &stock, language, line.probes);
    println!("{report}");
    report.missed(place.name())
}
