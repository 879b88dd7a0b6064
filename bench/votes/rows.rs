//! The database's side alone: the same rows without HTTP, and millions of votes that lie there already.

use std::time::Instant;

use diesel::{
    RunQueryDsl, sql_query,
    sql_types::{BigInt, Integer},
};
use haoren::{
    domain::{id::CandidateId, month::Month},
    service::{Error, Service, vote_log},
    storage::{self, Connection, StoreError, store, votes::NewVote},
};

use crate::place;

/// So many votes are written in one transaction where nothing but rows is written.
pub const A_TRANSACTION: usize = 1000;

/// Votes a second that one connection writes in batches, as durable as the server's: vote, trace, count and log, and the
/// tree over the log behind them.
pub fn ceiling(service: &Service, candidates: &mut impl Iterator<Item = CandidateId>, votes: usize) -> f64 {
    let mut connection = Connection::open(service.store.address()).expect("a connection");
    let candidate = candidates.next().expect("a candidate nobody has voted for");
    let contender = storage::contenders::find(&mut connection, candidate).expect("a query").expect("a candidate");
    let now = service.clocks.campaign();
    let begun = Instant::now();
    let batches = votes / A_TRANSACTION;
    for batch in 0..batches {
        let written = store::in_transaction(&mut connection, |db| {
            let (cycle, size) = (contender.cycle, storage::votes::lock_log(db, contender.cycle)?);
            let first = i64::try_from(batch * A_TRANSACTION).unwrap_or(0);
            let vote = |place| NewVote {
                voter: scattered(first + place),
                candidate: contender.number,
                day: 0,
                prefix: scattered(place),
                client: scattered(first + place),
                tier: 0,
            };
            let count = i64::try_from(A_TRANSACTION).unwrap_or(0);
            let new: Vec<NewVote> = (0..count).map(vote).collect();
            storage::votes::append(db, (cycle, size), &new, now)
        });
        written.map_err(|error: StoreError| error.to_string()).expect("rows");
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(vote_log::advance(service)).expect("a tree over all entries");
    #[expect(clippy::cast_precision_loss, reason = "some hundred thousand")]
    let per_second = (batches * A_TRANSACTION) as f64 / begun.elapsed().as_secs_f64();
    per_second
}

/// Voters come in no order: numbers of no account, scattered over as many as votes are stored.
const fn scattered(number: i64) -> i64 {
    1_000_000_000 + (number.wrapping_mul(2_654_435_761) & 0xff_ffff)
}

/// The same in SQL: one vote for each of `$2` numbers from `$3` on, in the cycle `$1`.
const SQLITE: &str = "WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?2) \
    INSERT INTO votes (cycle, voter, candidate, day, seq, cast_at, state) \
    SELECT ?1, 2000000000 + (((n + ?3) * 2654435761) & 0xffffff), (SELECT max(number) FROM candidates) - ((n + ?3) >> 24), 0, n + ?3, 1764122400000000, 0 FROM numbers";
const POSTGRES: &str = "INSERT INTO votes (cycle, voter, candidate, day, seq, cast_at, state) \
    SELECT $1, 2000000000 + (((n + $3) * 2654435761) & 16777215), (SELECT max(number) FROM candidates) - ((n + $3) >> 24), 0, n + $3, \
    '2026-11-26T02:00:00Z', 0 FROM generate_series(0, $2 - 1) AS n";

/// Gives the voters numbers scattered among those of the stored votes, so that each vote falls on a page of its own, as those
/// of a large city do.
pub fn scatter(service: &Service) {
    const SCATTER: &str = "UPDATE voters SET id = 2000000000 + ((id * 2654435761) & 16777215)";
    place::write(service, |db| {
        let failed = |error: diesel::result::Error| Error::Internal(error.to_string());
        sql_query(SCATTER).execute(db).map(drop).map_err(failed)
    });
}

/// Puts votes into one cycle, or a million each into earlier ones.
pub fn store(service: &Service, votes: i64, month: Option<&'static str>) {
    const SLICE: i64 = 1_000_000;
    let mut left = votes;
    let mut earlier = (1..=10).map(|month| Month::new(2026, month).expect("a month")).cycle();
    while left > 0 {
        let size = left.min(SLICE);
        let cycle = month.map_or_else(|| earlier.next().expect("a month"), |month| month.parse().expect("a month"));
        place::write(service, move |db| {
            // Earlier months have no row of their own; the votes ask for none.
            let first = if month.is_some() { storage::votes::lock_log(db, cycle)? } else { votes - left };
            let failed = |error: diesel::result::Error| Error::Internal(error.to_string());
            let text = if matches!(db, Connection::Sqlite(_)) { SQLITE } else { POSTGRES };
            let statement = sql_query(text).bind::<Integer, _>(cycle.number()).bind::<BigInt, _>(size);
            statement.bind::<BigInt, _>(first).execute(db).map_err(failed)?;
            if month.is_some() {
                storage::vote_logs::grow(db, cycle, (first, size))?;
            }
            Ok(())
        });
        left -= size;
    }
}

/// Lets the database come to rest after so many rows: the log's tree has them, what was logged is brought into its files, and PostgreSQL knows what it
/// has.
pub fn settle(service: &Service) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(vote_log::advance(service)).expect("a tree over all entries");
    let mut connection = Connection::open(service.store.address()).expect("a connection");
    let statements = match connection {
        Connection::Sqlite(_) => "PRAGMA wal_checkpoint(TRUNCATE)",
        Connection::Postgres(_) => "ANALYZE votes; CHECKPOINT",
    };
    diesel::connection::SimpleConnection::batch_execute(&mut connection, statements).expect("a database at rest");
}
