//! Bands of the deeds' signatures: written with every deed, asked for those that share one.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    sync::LazyLock,
};

use diesel::{
    ExpressionMethods, QueryDsl, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Array, BigInt, SmallInt},
    sqlite::Sqlite,
};

use super::{Connection, StoreError, schema::deed_bands};
use crate::domain::minhash::{BANDS, Band, bands_of};

/// A band with more members says nothing: it stands for what everybody writes.
const MOST_MEMBERS: usize = 1_000;

/// Puts the bands of a candidate's deed in the place of those of the deed before. The candidate's row is held.
pub fn replace(
    connection: &mut Connection,
    number: i64,
    (before, after): (Option<&str>, Option<&str>),
) -> Result<(), StoreError> {
    if let Some(before) = before {
        delete(connection, number, &bands_of(before))?;
    }
    if let Some(after) = after {
        insert(connection, number, &bands_of(after))?;
    }
    Ok(())
}

fn insert(connection: &mut Connection, number: i64, bands: &[Band]) -> Result<(), StoreError> {
    let row = |band: &Band| {
        (deed_bands::band.eq(band.number), deed_bands::hash.eq(band.hash), deed_bands::candidate.eq(number))
    };
    let rows: Vec<_> = bands.iter().map(row).collect();
    super::on_either!(connection, inner => diesel::insert_into(deed_bands::table).values(&rows).execute(inner))?;
    Ok(())
}

fn delete(connection: &mut Connection, number: i64, bands: &[Band]) -> Result<(), StoreError> {
    match connection {
        Connection::Postgres(inner) => {
            let (bands, hashes) = columns(bands);
            sql_query(
                "DELETE FROM deed_bands USING UNNEST($1, $2) AS old (band, hash) \
                 WHERE deed_bands.band = old.band AND deed_bands.hash = old.hash AND deed_bands.candidate = $3",
            )
            .bind::<Array<SmallInt>, _>(bands)
            .bind::<Array<BigInt>, _>(hashes)
            .bind::<BigInt, _>(number)
            .execute(inner)?;
        }
        Connection::Sqlite(inner) => {
            for band in bands {
                diesel::delete(deed_bands::table.find((band.number, band.hash, number))).execute(inner)?;
            }
        }
    }
    Ok(())
}

fn columns(bands: &[Band]) -> (Vec<i16>, Vec<i64>) {
    bands.iter().map(|band| (band.number, band.hash)).unzip()
}

#[derive(QueryableByName)]
struct Member {
    #[diesel(sql_type = SmallInt)]
    band: i16,
    #[diesel(sql_type = BigInt)]
    candidate: i64,
}

/// The candidates whose deeds share a band with these, by number, those that share most first and of them the latest:
/// at most `limit`, and with how many bands.
pub fn sharing(connection: &mut Connection, bands: &[Band], limit: usize) -> Result<Vec<(i64, usize)>, StoreError> {
    let members = members(connection, bands)?;
    let mut sizes: BTreeMap<i16, usize> = BTreeMap::new();
    for member in &members {
        *sizes.entry(member.band).or_default() += 1;
    }
    let mut shared: HashMap<i64, usize> = HashMap::new();
    for member in members.iter().filter(|member| sizes.get(&member.band).is_some_and(|size| *size <= MOST_MEMBERS)) {
        *shared.entry(member.candidate).or_default() += 1;
    }
    let mut shared: Vec<(i64, usize)> = shared.into_iter().collect();
    shared.sort_unstable_by_key(|(candidate, bands)| std::cmp::Reverse((*bands, *candidate)));
    shared.truncate(limit);
    Ok(shared)
}

/// The members of each band, of a crowded one as many as show that it is.
fn members(connection: &mut Connection, bands: &[Band]) -> Result<Vec<Member>, StoreError> {
    match connection {
        Connection::Postgres(inner) => {
            let (bands, hashes) = columns(bands);
            let query = format!(
                "SELECT asked.band AS band, found.candidate AS candidate FROM UNNEST($1, $2) AS asked (band, hash) \
                 CROSS JOIN LATERAL (SELECT candidate FROM deed_bands \
                 WHERE deed_bands.band = asked.band AND deed_bands.hash = asked.hash LIMIT {}) AS found",
                MOST_MEMBERS + 1
            );
            Ok(sql_query(query).bind::<Array<SmallInt>, _>(bands).bind::<Array<BigInt>, _>(hashes).load(inner)?)
        }
        Connection::Sqlite(_) if bands.len() != BANDS => Ok(Vec::new()),
        Connection::Sqlite(inner) => {
            let asked = bands.iter().fold(sql_query(ONE_BY_ONE.as_str()).into_boxed::<Sqlite>(), |query, band| {
                query.bind::<SmallInt, _>(band.number).bind::<BigInt, _>(band.hash)
            });
            Ok(asked.load(inner)?)
        }
    }
}

/// `SQLite` has no lateral join: one limited query for each band.
static ONE_BY_ONE: LazyLock<String> = LazyLock::new(|| {
    let mut query = String::new();
    for band in 0..BANDS {
        let joint = if band == 0 { "" } else { " UNION ALL " };
        let limit = MOST_MEMBERS + 1;
        // Writing to a text does not fail.
        let _ = write!(
            query,
            "{joint}SELECT * FROM (SELECT band, candidate FROM deed_bands WHERE band = ? AND hash = ? LIMIT {limit})"
        );
    }
    query
});
