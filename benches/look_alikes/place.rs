//! A database of the benchmark's own, migrated as the server does it.

use std::sync::Arc;

use clap::Parser;
use diesel::connection::SimpleConnection;
use haoren::{
    service::{clock::ManualTime, cycles, startup},
    settings::Settings,
    storage::{Address, Connection, vault},
};
use tempfile::TempDir;

/// A day in the reporting window of November 2026.
const NOW: &str = "2026-11-05T02:00:00Z";

/// Where the benchmark runs. A PostgreSQL database is removed in the end, as the folder is.
pub struct Place {
    address: Address,
    /// The server, where there is one, and the database made on it.
    made: Option<(String, String)>,
    folder: TempDir,
}

impl Place {
    /// A SQLite file in a temporary folder.
    pub fn sqlite() -> Self {
        let folder = TempDir::with_prefix("haoren-bench-").unwrap();
        Self { address: Address::Sqlite(folder.path().join("haoren.sqlite3")), made: None, folder }
    }

    /// A database of its own on the server that the environment names.
    pub fn postgres() -> Option<Self> {
        let server = std::env::var("HAOREN_TEST_POSTGRES").or_else(|_| std::env::var("DATABASE_URL")).ok()?;
        if !server.starts_with("postgres") {
            return None;
        }
        let name = format!("haoren_bench_{}", std::process::id());
        let mut connection = Connection::open(&Address::Postgres(server.clone())).unwrap();
        connection.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let (before, _) = server.rsplit_once('/').expect("the URL names a database after the last /");
        let folder = TempDir::with_prefix("haoren-bench-").unwrap();
        Some(Self { address: Address::Postgres(format!("{before}/{name}")), made: Some((server, name)), folder })
    }

    /// The database's kind.
    pub const fn name(&self) -> &'static str {
        if self.address.is_sqlite() { "SQLite" } else { "PostgreSQL" }
    }

    /// Brings the schema up and opens a connection as the server's are.
    pub fn open(&self) -> Connection {
        let folder = self.folder.path();
        let arguments = ["bench".to_owned(), "--data-dir".to_owned(), folder.display().to_string()];
        let mut settings = Line::parse_from(arguments).settings;
        if let Address::Postgres(url) = &self.address {
            settings.database_url = Some(url.clone());
        }
        vault::load_or_create(&settings.key_path()).unwrap();
        let time = Arc::new(ManualTime::at(NOW.parse().unwrap()));
        let service = startup::open(&settings.setup(true).unwrap(), time).map_err(Box::new).unwrap();
        let mut connection = Connection::open(&self.address).unwrap();
        cycles::ensure(&service, &mut connection).unwrap();
        connection
    }
}

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    settings: Settings,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.made {
            let server = Connection::open(&Address::Postgres(server.clone()));
            let dropped = server.map(|mut server| server.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")));
            if !matches!(dropped, Ok(Ok(()))) {
                println!("the database {name} could not be removed");
            }
        }
    }
}
