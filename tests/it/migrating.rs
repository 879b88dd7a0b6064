//! A full database goes back to the first schema that was in use, and comes up again without losing a row.

use std::collections::BTreeMap;

use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use haoren::storage::{Connection, StoreError, migrations};

use crate::harness::App;

/// The last migration of that schema.
const FIRST_IN_USE: &str = "20261101000006";

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = sql_types::Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = sql_types::BigInt)]
    count: i64,
}

/// How many rows each table has.
fn counts(db: &mut Connection) -> BTreeMap<String, i64> {
    let names = match db {
        Connection::Sqlite(_) => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        Connection::Postgres(_) => {
            "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'"
        }
    };
    let names: Vec<Name> = sql_query(names).load(db).unwrap();
    let own = names.into_iter().map(|row| row.name).filter(|name| name != "__diesel_schema_migrations");
    own.map(|name| {
        let count: Count = sql_query(format!("SELECT COUNT(*) AS count FROM {name}")).get_result(db).unwrap();
        (name, count.count)
    })
    .collect()
}

fn revert<DB: diesel::backend::Backend>(db: &mut impl MigrationHarness<DB>, folder: &str) -> usize {
    let source = FileBasedMigrations::from_path(format!("{}/migrations/{folder}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let mut reverted = 0;
    while db.applied_migrations().unwrap().first().is_some_and(|last| last.to_string().as_str() > FIRST_IN_USE) {
        db.revert_last_migration(source.clone()).unwrap();
        reverted += 1;
    }
    reverted
}

/// Takes the app's database back and brings it up again. What lay in tables that are younger is gone, and nothing else.
pub fn assert_survives(app: &App) {
    let address = app.settings.address().unwrap();
    let mut db = Connection::open(&address).unwrap();
    let full = counts(&mut db);
    let reverted = match &mut db {
        Connection::Sqlite(inner) => {
            inner.batch_execute("PRAGMA foreign_keys = OFF").unwrap();
            revert(inner, "sqlite")
        }
        Connection::Postgres(inner) => revert(inner, "postgres"),
    };
    assert!(reverted > 0, "nothing is younger than {FIRST_IN_USE}");
    let before = counts(&mut db);
    drop(db);
    let (applied, ()) = migrations::bring_up(&address, |_| Ok::<_, StoreError>(()), |_| Ok(())).unwrap();
    assert_eq!(applied.len(), reverted);
    let after = counts(&mut Connection::open(&address).unwrap());
    assert_eq!(after.keys().collect::<Vec<_>>(), full.keys().collect::<Vec<_>>());
    for (table, rows) in before {
        assert_eq!((after[&table], full[&table]), (rows, rows), "{table}");
    }
    assert!(after["candidates"] > 60 && after["votes"] > 100, "the database was full");
}
