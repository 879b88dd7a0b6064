//! A migrated and seeded database for each test, copied from one template per process.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use clap::Parser;
use haoren::{
    service::{Service, accounts::first_admin, clock::ManualTime, startup},
    settings::Settings,
    storage::{Address, Connection, vault},
};
use tempfile::TempDir;

use super::app::{ADMIN_PASSWORD, START};

/// Numbers the databases of this process.
static NEXT: AtomicUsize = AtomicUsize::new(1);

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    settings: Settings,
}

/// Settings for a data folder and a database, with the cheapest password hashing.
pub fn settings(folder: &Path, database_url: Option<&str>) -> Settings {
    let mut line = vec!["test".to_owned(), "--data-dir".to_owned(), folder.display().to_string()];
    line.extend(["--password-memory-kib=8".to_owned(), "--db-connections=8".to_owned()]);
    let mut settings = Line::parse_from(line).settings;
    settings.database_url = database_url.map(str::to_owned);
    settings
}

/// A fresh data folder with a copy of the template.
pub fn sqlite() -> (TempDir, Settings) {
    static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
    let template = TEMPLATE.get_or_init(|| {
        let folder = template_folder("sqlite");
        fill(&settings(&folder, None));
        folder
    });
    let folder = TempDir::with_prefix("haoren-it-").unwrap();
    std::fs::copy(template.join("haoren.sqlite3"), folder.path().join("haoren.sqlite3")).unwrap();
    copy_key(template, folder.path());
    let settings = settings(folder.path(), None);
    (folder, settings)
}

/// A fresh database, made from the template.
pub fn postgres() -> (TempDir, Settings) {
    static TEMPLATE: OnceLock<(PathBuf, String, String)> = OnceLock::new();
    let (template, server, name) = TEMPLATE.get_or_init(|| {
        let server = std::env::var("HAOREN_TEST_POSTGRES").expect(
            "the PostgreSQL half needs a server: run ./test, or name one in HAOREN_TEST_POSTGRES, or skip it with \
             `cargo test -- --skip ::postgres`",
        );
        let name = format!("haoren_template_{}", std::process::id());
        run(&server, &format!("CREATE DATABASE {name}"));
        let folder = template_folder("postgres");
        vault::load_or_create(&folder.join("keys").join("master")).unwrap();
        fill(&settings(&folder, Some(&database_of(&server, &name))));
        // A template is copied only while nobody is connected to it, and a pool lets its connections go late.
        run(&server, &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
        (folder, server, name)
    });
    let mine = format!("haoren_it_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
    run(server, &format!("CREATE DATABASE {mine} TEMPLATE {name}"));
    let folder = TempDir::with_prefix("haoren-it-").unwrap();
    copy_key(template, folder.path());
    let settings = settings(folder.path(), Some(&database_of(server, &mine)));
    (folder, settings)
}

/// An empty database, for tests of the first start.
pub fn empty_postgres() -> String {
    let server = std::env::var("HAOREN_TEST_POSTGRES").expect("HAOREN_TEST_POSTGRES names no server");
    let mine = format!("haoren_it_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
    run(&server, &format!("CREATE DATABASE {mine}"));
    database_of(&server, &mine)
}

fn fill(settings: &Settings) {
    let service =
        startup::open(&settings.setup(true).unwrap(), Arc::new(ManualTime::at(START.parse().unwrap()))).unwrap();
    // The template may be asked for on a thread of a runtime, where no other can be waited for.
    std::thread::scope(|scope| {
        let made = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(make_admin(&service));
        });
        made.join().unwrap();
    });
    drop(service);
    if let Address::Sqlite(path) = settings.address().unwrap() {
        let mut connection = Connection::open(&Address::Sqlite(path)).unwrap();
        diesel::connection::SimpleConnection::batch_execute(&mut connection, "PRAGMA wal_checkpoint(TRUNCATE)")
            .unwrap();
    }
}

async fn make_admin(service: &Service) {
    first_admin::ensure(service, Some(ADMIN_PASSWORD.to_owned())).await.unwrap();
}

fn template_folder(kind: &str) -> PathBuf {
    // Lives as long as the process: a static is never dropped, so the folder is left to the system's cleaning.
    TempDir::with_prefix(format!("haoren-template-{kind}-")).unwrap().keep()
}

fn copy_key(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.join("keys")).unwrap();
    std::fs::copy(from.join("keys").join("master"), to.join("keys").join("master")).unwrap();
}

fn run(server: &str, statement: &str) {
    let mut connection = Connection::open(&Address::Postgres(server.to_owned())).unwrap();
    diesel::connection::SimpleConnection::batch_execute(&mut connection, statement).unwrap();
}

fn database_of(server: &str, name: &str) -> String {
    let (before, _) = server.rsplit_once('/').expect("HAOREN_TEST_POSTGRES names a database after the last /");
    format!("{before}/{name}")
}
