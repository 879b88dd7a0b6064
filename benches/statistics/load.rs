//! A year of a big city, written straight into the database.

use chrono::{DateTime, TimeDelta, Utc};
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
    },
    storage::{
        self, Connection,
        schema::{candidates, nominations, statistic_changes, transitions},
        sql_values::{At, Stored},
    },
};
use uuid::Uuid;

/// Districts, and units of each.
const DISTRICTS: u128 = 15;
const UNITS: u128 = 100;
/// Rows in one statement, and candidates in one transaction.
const ROWS: usize = 500;
const SLICE: u128 = 5_000;

/// The id of a thing of a kind.
pub fn id(kind: u128, number: u128) -> Uuid {
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

/// Writes so many candidates, and notes every place as changed.
pub fn fill(db: &mut Connection, count: u128) {
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

/// A step: the action, the status before and after it, and when.
type Step = (&'static str, Option<Status>, Status, DateTime<Utc>);

fn minutes(dice: &mut Dice, most: usize) -> TimeDelta {
    TimeDelta::minutes(i64::try_from(dice.below(most)).unwrap())
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
    moves: Vec<Step>,
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
        let mut at = cycle.first_day().and_hms_opt(0, 0, 0).unwrap().and_utc() + minutes(dice, 14 * 24 * 60);
        let (mut moves, mut before) = (Vec::new(), None);
        let far = [1, 2, 2, 2, 3, 4, 6, 6][dice.below(8)];
        let mut step = |moves: &mut Vec<_>, (action, to): (&'static str, Status), dice: &mut Dice| {
            moves.push((action, before, to, at));
            before = Some(to);
            at += minutes(dice, 5 * 24 * 60);
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
                candidates::latest_cycle.eq(new.cycle),
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
        let step = |(version, (action, from, to, at)): (usize, &Step)| {
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
