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

#[path = "look_alikes/place.rs"]
mod place;

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Parser, ValueEnum};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, connection::SimpleConnection};
use haoren::{
    domain::{
        candidate::{Channel, Status, Subject, Visibility},
        category::CategoryCode,
        cycle::Cycle,
        id::{CandidateId, NominationId, OrganizationId, TransitionId},
        month::Month,
        organization::{Organization, OrganizationKind},
        policy::Policy,
        scope::Scope,
        statistics::{Dimension, Level, Said},
    },
    service::{
        clock::{Clocks, ManualTime},
        statistics::{self, StatisticsRequest, recount},
    },
    storage::{
        self, Connection,
        schema::{candidates, nominations, statistic_cells, statistic_changes, transitions},
        sql_values::{At, Stored},
        statistics::changes,
    },
};
use uuid::Uuid;

use crate::place::Place;

/// What is promised for a year of 1,000,000 candidates.
const PROMISED: Duration = Duration::from_millis(200);
/// Readings of each kind.
const READINGS: usize = 50;
/// Districts, and units of each.
const DISTRICTS: u128 = 15;
const UNITS: u128 = 100;
/// Rows in one statement, and candidates in one transaction.
const ROWS: usize = 500;
const SLICE: u128 = 5_000;

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
    fill(&mut db, count);
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
    changes::note_candidate(db, CandidateId(id(1, 1))).unwrap();
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
        let current = "2026-12".parse().unwrap();
        let read = storage::store::in_view(db, |db| {
            statistics::read_page_in(db, (&Scope::City, &request), (now, current), (None, 101))
        });
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

fn id(kind: u128, number: u128) -> Uuid {
    Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0000 | kind << 80 | number)
}

/// A small generator of numbers: the same seed, the same benchmark.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let value = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        usize::try_from((value ^ (value >> 27)) % count as u64).unwrap()
    }
}

macro_rules! insert {
    ($connection:expr, $table:expr, $rows:expr) => {
        for rows in $rows.chunks(ROWS) {
            match $connection {
                Connection::Postgres(inner) => diesel::insert_into($table).values(rows).execute(inner),
                Connection::Sqlite(inner) => diesel::insert_into($table).values(rows).execute(inner),
            }
            .unwrap();
        }
    };
}

fn fill(db: &mut Connection, count: u128) {
    db.batch_execute(match db {
        Connection::Postgres(_) => "SET synchronous_commit = off; SET statement_timeout = 0",
        Connection::Sqlite(_) => "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF",
    })
    .unwrap();
    organizations(db);
    let months: Vec<Month> = (1..=12).map(|month| Month::new(2026, month).unwrap()).collect();
    for month in &months {
        let cycle = Cycle::begin(
            *month,
            chrono_tz::Asia::Shanghai,
            Policy::default(),
            &[],
            "2026-01-01T00:00:00Z".parse().unwrap(),
        );
        storage::cycles::insert_if_absent(db, &cycle).unwrap();
    }
    let mut dice = Dice(2026);
    let mut next = 1;
    while next <= count {
        let slice: Vec<New> =
            (next..=count.min(next + SLICE - 1)).map(|number| New::thrown(number, &months, &mut dice)).collect();
        next += SLICE;
        db.batch_execute("BEGIN").unwrap();
        write(db, &slice);
        db.batch_execute("COMMIT").unwrap();
    }
    // What the migration does of a database that is older than statistics.
    db.batch_execute(
        "INSERT INTO statistic_changes (level, cycle, district_id, unit_id) \
         SELECT DISTINCT 'unit', cycle, district_id, unit_id FROM candidates",
    )
    .unwrap();
    let waiting: i64 = statistic_changes::table.count().get_result(db).unwrap();
    println!("{waiting} places to be counted");
    db.batch_execute(match db {
        Connection::Postgres(_) => "VACUUM ANALYZE",
        Connection::Sqlite(_) => "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA synchronous = FULL; ANALYZE",
    })
    .unwrap();
}

/// A candidate to be written.
struct New {
    id: CandidateId,
    number: u128,
    cycle: Month,
    category: CategoryCode,
    channel: Channel,
    unit: OrganizationId,
    district: OrganizationId,
    moves: Vec<(&'static str, Option<Status>, Status, DateTime<Utc>)>,
}

/// What becomes of candidates: the straight way, further or less far, with returns.
const WAYS: [(&str, Status); 8] = [
    ("nominate", Status::Nominated),
    ("verify", Status::Verified),
    ("endorse", Status::Endorsed),
    ("screen", Status::Screened),
    ("forward", Status::Forwarded),
    ("list", Status::Listed),
    ("return", Status::Returned),
    ("reject", Status::Rejected),
];

impl New {
    fn thrown(number: u128, months: &[Month], dice: &mut Dice) -> Self {
        let district = dice.below(usize::try_from(DISTRICTS).unwrap()) as u128 + 1;
        let unit = district * 1_000 + dice.below(usize::try_from(UNITS).unwrap()) as u128;
        let cycle = months[dice.below(12)];
        let category = ["helping_others", "bravery", "integrity", "dedication", "filial_piety"][dice.below(5)];
        let mut at = cycle.first_day().and_hms_opt(0, 0, 0).unwrap().and_utc()
            + TimeDelta::minutes(dice.below(14 * 24 * 60) as i64);
        let (mut moves, mut before) = (Vec::new(), None);
        let far = [1, 2, 2, 2, 3, 4, 6, 6][dice.below(8)];
        let mut step = |moves: &mut Vec<_>, (action, to): (&'static str, Status), dice: &mut Dice| {
            moves.push((action, before, to, at));
            before = Some(to);
            at += TimeDelta::minutes(dice.below(5 * 24 * 60) as i64);
        };
        step(&mut moves, WAYS[0], dice);
        if dice.below(5) == 0 {
            step(&mut moves, WAYS[6], dice);
            step(&mut moves, ("resubmit", Status::Nominated), dice);
        }
        for way in &WAYS[1..far] {
            step(&mut moves, *way, dice);
        }
        if far < 3 && dice.below(4) == 0 {
            step(&mut moves, WAYS[7], dice);
        }
        Self {
            id: CandidateId(id(1, number)),
            number,
            cycle,
            category: category.parse().unwrap(),
            channel: Channel::ALL[dice.below(Channel::ALL.len())],
            unit: OrganizationId(id(3, unit)),
            district: OrganizationId(id(3, district)),
            moves,
        }
    }
}

fn write(db: &mut Connection, slice: &[New]) {
    let row = |new: &New| {
        let (first, last) = (At(new.moves[0].3), new.moves.last().unwrap());
        (
            (
                candidates::number.eq(i64::try_from(new.number).unwrap()),
                candidates::id.eq(new.id),
                candidates::cycle.eq(new.cycle),
                candidates::category.eq(new.category.clone()),
                candidates::status.eq(last.2),
                candidates::visibility.eq(Visibility::Shown),
                candidates::subject.eq(Subject::Individual),
                candidates::posthumous.eq(false),
                candidates::name.eq("王小明"),
                candidates::name_folded.eq("王小明"),
                candidates::members.eq(Stored(Vec::<String>::new())),
            ),
            (
                candidates::summary.eq("三十年如一日照顾社区里的孤寡老人。"),
                candidates::unit_id.eq(new.unit),
                candidates::district_id.eq(new.district),
                candidates::channel.eq(new.channel),
                candidates::status_changed_at.eq(At(last.3)),
                candidates::materials_changed_at.eq(first),
                candidates::version.eq(1),
                candidates::created_at.eq(first),
                candidates::updated_at.eq(first),
            ),
        )
    };
    insert!(db, candidates::table, slice.iter().map(row).collect::<Vec<_>>());
    let nomination = |new: &New| {
        (
            nominations::id.eq(NominationId(id(2, new.number))),
            nominations::candidate_id.eq(new.id),
            nominations::is_first.eq(true),
            nominations::channel.eq(new.channel),
            nominations::created_at.eq(At(new.moves[0].3)),
        )
    };
    insert!(db, nominations::table, slice.iter().map(nomination).collect::<Vec<_>>());
    let steps = |new: &New| {
        let step =
            |(version, (action, from, to, at)): (usize, &(&'static str, Option<Status>, Status, DateTime<Utc>))| {
                (
                    transitions::id.eq(TransitionId(id(4, new.number * 16 + version as u128))),
                    transitions::candidate_id.eq(new.id),
                    transitions::cycle.eq(new.cycle),
                    transitions::action.eq(*action),
                    transitions::from_status.eq(*from),
                    transitions::to_status.eq(*to),
                    transitions::candidate_version.eq(i64::try_from(version).unwrap()),
                    transitions::at.eq(At(*at)),
                )
            };
        new.moves.iter().enumerate().map(step).collect::<Vec<_>>()
    };
    insert!(db, transitions::table, slice.iter().flat_map(steps).collect::<Vec<_>>());
}

fn organizations(db: &mut Connection) {
    let city = organization(db, (OrganizationKind::City, None, None), 0);
    for district in 1..=DISTRICTS {
        let above = organization(db, (OrganizationKind::District, Some(city), None), district);
        for unit in 0..UNITS {
            organization(db, (OrganizationKind::Unit, Some(above), Some(above)), district * 1_000 + unit);
        }
    }
}

fn organization(
    db: &mut Connection,
    (kind, parent_id, district_id): (OrganizationKind, Option<OrganizationId>, Option<OrganizationId>),
    number: u128,
) -> OrganizationId {
    let id = OrganizationId(id(3, number));
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let organization = Organization {
        id,
        kind,
        parent_id,
        district_id,
        code: (kind != OrganizationKind::Unit).then(|| format!("42{number:04}")),
        name: format!("第{number}单位"),
        headcount: None,
        responsible_name: None,
        active: true,
        list_title: None,
        list_issuer: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    storage::organizations::insert(db, &organization).unwrap();
    id
}
