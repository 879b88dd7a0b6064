//! Fills a database in bulk: what the server writes with each candidate, without the server.

use diesel::{ExecuteCopyFromDsl, ExpressionMethods, RunQueryDsl, connection::SimpleConnection};
use haoren::{
    domain::{
        candidate::{Channel, Status, Subject, Visibility},
        category::CategoryCode,
        id::{CandidateId, OrganizationId},
        minhash::{BANDS, bands_of},
        month::Month,
        name_likeness::NameKeys,
        organization::{Organization, OrganizationKind},
        text,
    },
    storage::{
        self, Connection,
        schema::{candidate_contacts, candidate_materials, candidate_name_keys, candidates, deed_bands},
        sql_values::{At, Stored},
    },
};
use uuid::Uuid;

use crate::{
    generator::{Dice, Language},
    place::Place,
};

/// Candidates written in one transaction.
const SLICE: usize = 2_000;
/// Rows in one statement.
const ROWS: usize = 500;
/// Districts of the city.
const DISTRICTS: usize = 13;
/// Of so many deeds one is a copy of another of its slice.
const COPIES: usize = 50;
/// Changed characters of a thousand in such a copy.
const COPY_PER_MILLE: usize = 50;

/// What was loaded.
pub struct Stock {
    /// Of each candidate by number, less one: the number of the one whose deed it is, or is a copy of.
    pub families: Vec<u32>,
    /// The districts.
    pub districts: Vec<OrganizationId>,
}

/// A candidate to be written.
struct New {
    number: i64,
    id: CandidateId,
    name: String,
    deed: String,
    district: OrganizationId,
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

/// Writes so many candidates.
pub fn fill(connection: &mut Connection, place: &Place, language: &Language, count: usize) -> Stock {
    prepare(connection);
    let districts = organizations(connection);
    let mut stock = Stock { families: Vec::with_capacity(count), districts };
    let mut bands: Vec<Vec<(i64, i64)>> = vec![Vec::new(); BANDS];
    let mut dice = Dice::new(2026);
    while stock.families.len() < count {
        let slice = slice(&mut stock, language, count, &mut dice);
        connection.batch_execute("BEGIN").unwrap();
        write(connection, &slice);
        connection.batch_execute("COMMIT").unwrap();
        for one in &slice {
            for band in bands_of(&one.deed) {
                bands[usize::try_from(band.number).unwrap()].push((band.hash, one.number));
            }
        }
        if stock.families.len().is_multiple_of(100_000) {
            println!("{}: {} candidates written", place.name(), stock.families.len());
        }
    }
    for (number, mut members) in (0_i16..).zip(bands) {
        members.sort_unstable();
        connection.batch_execute("BEGIN").unwrap();
        write_band(connection, number, &members);
        connection.batch_execute("COMMIT").unwrap();
    }
    finish(connection);
    stock
}

fn prepare(connection: &mut Connection) {
    connection
        .batch_execute(match connection {
            Connection::Postgres(_) => "SET synchronous_commit = off; SET statement_timeout = 0",
            Connection::Sqlite(_) => "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF",
        })
        .unwrap();
}

/// Leaves the database as one that has grown: on PostgreSQL the autovacuum would have been there.
fn finish(connection: &mut Connection) {
    connection
        .batch_execute(match connection {
            Connection::Postgres(_) => "VACUUM ANALYZE",
            Connection::Sqlite(_) => "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA synchronous = FULL",
        })
        .unwrap();
}

fn slice(stock: &mut Stock, language: &Language, count: usize, dice: &mut Dice) -> Vec<New> {
    let mut deeds: Vec<Vec<char>> = Vec::with_capacity(SLICE);
    let mut slice = Vec::with_capacity(SLICE);
    let first = stock.families.len();
    for at in first..count.min(first + SLICE) {
        let number = u32::try_from(at + 1).unwrap();
        let (deed, family) = if !deeds.is_empty() && dice.below(COPIES) == 0 {
            let original = dice.below(deeds.len());
            (language.edited(&deeds[original], COPY_PER_MILLE, dice), stock.families[first + original])
        } else {
            (language.deed(dice), number)
        };
        stock.families.push(family);
        slice.push(New {
            number: i64::from(number),
            id: CandidateId(Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0000 | u128::from(number) << 80)),
            name: language.name(dice),
            deed: deed.iter().collect(),
            district: stock.districts[dice.below(DISTRICTS)],
        });
        deeds.push(deed);
    }
    slice
}

fn write(connection: &mut Connection, slice: &[New]) {
    let now = "2026-11-05T02:00:00Z".parse().map(At).unwrap();
    let (cycle, category): (Month, CategoryCode) = ("2026-11".parse().unwrap(), "dedication".parse().unwrap());
    let row = |new: &New| {
        let listed = (new.number % 100) == 0;
        (
            (
                candidates::number.eq(new.number),
                candidates::id.eq(new.id),
                candidates::cycle.eq(cycle),
                candidates::category.eq(category.clone()),
                candidates::status.eq(if listed { Status::Listed } else { Status::Nominated }),
                candidates::visibility.eq(Visibility::Shown),
                candidates::subject.eq(Subject::Individual),
                candidates::posthumous.eq(false),
                candidates::name.eq(new.name.clone()),
                candidates::name_folded.eq(text::fold(&new.name)),
                candidates::members.eq(Stored(Vec::<String>::new())),
            ),
            (
                candidates::summary.eq("三十年如一日照顾社区里的孤寡老人。"),
                candidates::district_id.eq(new.district),
                candidates::channel.eq(Channel::Online),
                candidates::status_changed_at.eq(now),
                candidates::materials_changed_at.eq(now),
                candidates::version.eq(1),
                candidates::created_at.eq(now),
                candidates::updated_at.eq(now),
            ),
        )
    };
    insert!(connection, candidates::table, slice.iter().map(row).collect::<Vec<_>>());
    let deed = |new: &New| {
        (candidate_materials::candidate_id.eq(new.id), candidate_materials::deed.eq(Some(new.deed.clone())))
    };
    insert!(connection, candidate_materials::table, slice.iter().map(deed).collect::<Vec<_>>());
    let contact = |new: &New| {
        (candidate_contacts::candidate_id.eq(new.id), candidate_contacts::phone_index.eq(Some(phone_index(new.number))))
    };
    insert!(connection, candidate_contacts::table, slice.iter().map(contact).collect::<Vec<_>>());
    let keys = |new: &New| {
        let (district, number) = (new.district, new.number);
        NameKeys::of(&new.name).all().into_iter().map(move |key| {
            (
                candidate_name_keys::key.eq(key),
                candidate_name_keys::district_id.eq(district),
                candidate_name_keys::candidate.eq(number),
            )
        })
    };
    insert!(connection, candidate_name_keys::table, slice.iter().flat_map(keys).collect::<Vec<_>>());
}

/// What stands for the blind index of a candidate's number: 20 bytes, as unlike as digests.
pub fn phone_index(number: i64) -> Vec<u8> {
    let stirred = number.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15);
    [[0, 1, 0, 0].as_slice(), &stirred.to_be_bytes(), &number.to_be_bytes()].concat()
}

fn write_band(connection: &mut Connection, number: i16, members: &[(i64, i64)]) {
    let row = |(hash, candidate): &(i64, i64)| {
        (deed_bands::band.eq(number), deed_bands::hash.eq(*hash), deed_bands::candidate.eq(*candidate))
    };
    match connection {
        Connection::Postgres(inner) => {
            for slice in members.chunks(100_000) {
                let rows: Vec<_> = slice.iter().map(row).collect();
                diesel::copy_from(deed_bands::table).from_insertable(&rows).execute(inner).unwrap();
            }
        }
        Connection::Sqlite(inner) => {
            for slice in members.chunks(ROWS) {
                let rows: Vec<_> = slice.iter().map(row).collect();
                diesel::insert_into(deed_bands::table).values(&rows).execute(inner).unwrap();
            }
        }
    }
}

fn organizations(connection: &mut Connection) -> Vec<OrganizationId> {
    let city = organization(connection, (OrganizationKind::City, None), 0);
    (1..=DISTRICTS).map(|number| organization(connection, (OrganizationKind::District, Some(city)), number)).collect()
}

fn organization(
    connection: &mut Connection,
    (kind, parent_id): (OrganizationKind, Option<OrganizationId>),
    number: usize,
) -> OrganizationId {
    let id = OrganizationId(Uuid::from_u128(0x0199_0000_0000_7000_9000_0000_0000_0000 + number as u128));
    let now = "2026-11-05T02:00:00Z".parse().unwrap();
    let organization = Organization {
        id,
        kind,
        parent_id,
        district_id: None,
        code: Some(format!("4201{number:02}")),
        name: format!("第{number}区"),
        headcount: None,
        responsible_name: None,
        active: true,
        list_title: None,
        list_issuer: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    storage::organizations::insert(connection, &organization).unwrap();
    id
}
