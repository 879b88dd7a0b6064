//! Brings the schema to the state that this program expects.

use diesel::{
    RunQueryDsl,
    connection::SimpleConnection,
    migration::{Migration, MigrationSource},
    pg::Pg,
    sqlite::Sqlite,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Connection, connection::Address, error::StoreError};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// The advisory lock under which one process at a time migrates and seeds a PostgreSQL database.
const LOCK: i64 = 0x6861_6f72_656e;

/// Asks `admit` about a database that is already in use, applies what is missing and then runs `seed`, while no other
/// process does the same. Returns the names of the migrations applied. Refuses a schema that is newer than this program.
pub fn bring_up<T, E: From<StoreError>>(
    address: &Address,
    admit: impl FnOnce(&mut Connection) -> Result<(), E>,
    seed: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> Result<(Vec<String>, T), E> {
    let mut connection = Connection::open(address).map_err(|error| StoreError::Away(error.to_string()))?;
    keep_others_out(&mut connection)?;
    if refuse_newer_schema(&mut connection)? == InUse::Yes {
        admit(&mut connection)?;
    }
    let applied = apply(&mut connection)?;
    let seeded = super::store::in_transaction(&mut connection, seed)?;
    if let Connection::Postgres(inner) = &mut connection {
        inner.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})")).map_err(StoreError::from)?;
    }
    Ok((applied, seeded))
}

/// Whether a database has been migrated before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum InUse {
    Yes,
    No,
}

fn keep_others_out(connection: &mut Connection) -> Result<(), StoreError> {
    if let Connection::Postgres(inner) = connection {
        // Waiting for another process that migrates may take longer than a statement is given otherwise.
        inner.batch_execute(&format!(
            "SET statement_timeout = 0; SET lock_timeout = 0; SELECT pg_advisory_lock({LOCK})"
        ))?;
    }
    Ok(())
}

/// The names of the migrations that the database still lacks. Does not make a database that is not there.
pub fn pending(address: &Address) -> Result<Vec<String>, StoreError> {
    if matches!(address, Address::Sqlite(path) if !path.exists()) {
        let all = MigrationSource::<Sqlite>::migrations(&SQLITE).map_err(schema_error)?;
        return Ok(all.iter().map(|one| one.name().to_string()).collect());
    }
    let mut connection = Connection::open(address).map_err(|error| StoreError::Away(error.to_string()))?;
    refuse_newer_schema(&mut connection)?;
    match &mut connection {
        Connection::Postgres(inner) => {
            inner.pending_migrations(POSTGRES).map(|list| list.iter().map(|one| one.name().to_string()).collect())
        }
        Connection::Sqlite(inner) => {
            inner.pending_migrations(SQLITE).map(|list| list.iter().map(|one| one.name().to_string()).collect())
        }
    }
    .map_err(|error| StoreError::Schema(error.to_string()))
}

fn apply(connection: &mut Connection) -> Result<Vec<String>, StoreError> {
    match connection {
        Connection::Postgres(inner) => run(inner, POSTGRES),
        Connection::Sqlite(inner) => {
            // Inside a transaction the pragma would do nothing; tables are rebuilt without their children minding.
            inner.batch_execute("PRAGMA foreign_keys = OFF")?;
            let applied = run(inner, SQLITE)?;
            let broken = diesel::sql_query("SELECT COUNT(*) AS count FROM pragma_foreign_key_check")
                .get_result::<Count>(inner)?;
            if broken.count != 0 {
                return Err(StoreError::Schema(format!("{} rows refer to rows that are gone", broken.count)));
            }
            inner.batch_execute("PRAGMA foreign_keys = ON")?;
            Ok(applied)
        }
    }
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

fn refuse_newer_schema(connection: &mut Connection) -> Result<InUse, StoreError> {
    match connection {
        Connection::Postgres(inner) => {
            let known = MigrationSource::<Pg>::migrations(&POSTGRES).map_err(schema_error)?;
            refuse_newer(&known.iter().map(|one| one.name().version().to_string()).collect::<Vec<_>>(), inner)
        }
        Connection::Sqlite(inner) => {
            let known = MigrationSource::<Sqlite>::migrations(&SQLITE).map_err(schema_error)?;
            refuse_newer(&known.iter().map(|one| one.name().version().to_string()).collect::<Vec<_>>(), inner)
        }
    }
}

fn run<DB, C>(connection: &mut C, source: EmbeddedMigrations) -> Result<Vec<String>, StoreError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let applied = connection.run_pending_migrations(source).map_err(schema_error)?;
    Ok(applied.iter().map(ToString::to_string).collect())
}

fn refuse_newer<DB, C>(known: &[String], connection: &mut C) -> Result<InUse, StoreError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
{
    let applied = connection.applied_migrations().map_err(schema_error)?;
    match applied.iter().map(ToString::to_string).find(|version| !known.contains(version)) {
        Some(version) => Err(StoreError::Schema(format!(
            "the database was brought to schema {version} by a newer haoren; this program does not know it"
        ))),
        None if applied.is_empty() => Ok(InUse::No),
        None => Ok(InUse::Yes),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function in map_err")]
fn schema_error(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Schema(error.to_string())
}
