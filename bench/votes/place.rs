//! A deployment of the benchmark's own: a durable database, servers before it, voters and candidates.

use std::{net::SocketAddr, sync::Arc};

use chrono::{DateTime, Utc};
use clap::Parser;
use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types::Text};
use haoren::{
    api::server::{More, Server},
    domain::{
        candidate::{Candidate, Channel, Status, Subject, Visibility},
        id::{CandidateId, OrganizationId, UserId},
        organization::{Organization, OrganizationKind},
        role::Role,
    },
    service::{
        Error, Service,
        ballot_box::{BallotBox, Desk},
        clock::ManualTime,
        cycles, events, generator, startup, vote_log,
    },
    settings::{ServerSettings, Settings},
    storage::{self, Address, Connection, users::NewUser, vault},
};
use tempfile::TempDir;

/// A moment at which the vote of this month is open.
pub const NOW: &str = "2026-11-26T02:00:00Z";
/// The cycle that is voted in.
pub const MONTH: &str = "2026-11";

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    server: ServerSettings,
}

/// A database and the folder beside it.
pub struct Place {
    line: Vec<String>,
    made: Option<(String, String)>,
    _folder: TempDir,
}

impl Place {
    /// A SQLite file in a temporary folder.
    pub fn sqlite() -> Self {
        let folder = TempDir::with_prefix("haoren-bench-").expect("a folder");
        Self { line: line(&folder, None), made: None, _folder: folder }
    }

    /// A database on the server that `HAOREN_TEST_POSTGRES` names, if it does; refused when that server is not durable.
    pub fn postgres() -> Option<Self> {
        let server = std::env::var("HAOREN_TEST_POSTGRES").ok()?;
        let mut connection = Connection::open(&Address::Postgres(server.clone())).expect("PostgreSQL");
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            let shown = setting_of(&mut connection, setting);
            assert_eq!(shown, "on", "{setting} must be on, or nothing durable is measured; run bench/run");
        }
        let name = format!("haoren_bench_{}", std::process::id());
        connection.batch_execute(&format!("CREATE DATABASE {name}")).expect("a database");
        let (before, _) = server.rsplit_once('/').expect("the URL names a database after the last /");
        let folder = TempDir::with_prefix("haoren-bench-").expect("a folder");
        let line = line(&folder, Some(format!("{before}/{name}")));
        Some(Self { line, made: Some((server, name)), _folder: folder })
    }

    /// The database's kind.
    pub const fn name(&self) -> &'static str {
        if self.made.is_some() { "PostgreSQL" } else { "SQLite" }
    }

    /// A service on the database, whose box commits at most `at_once` votes together.
    pub fn service(&self, at_once: usize) -> Service {
        let Line { settings, .. } = Line::parse_from(&self.line);
        let setup = settings.setup(true).expect("settings");
        vault::load_or_create(&settings.key_path()).expect("a key");
        // The clock stands, so that windows stay open and tokens hold however long it takes.
        let time = ManualTime::at(NOW.parse().expect("a moment"));
        let mut service = startup::open(&setup, Arc::new(time)).expect("a service");
        let (store, clocks, time_zone) = (service.store.clone(), service.clocks.clone(), service.time_zone);
        let vote_logs = service.vote_logs.clone();
        service.ballot_box = BallotBox::new(Desk { store, clocks, time_zone, vote_logs, most_at_once: at_once });
        service
    }

    /// Serves until the benchmark ends, with an operation more: an empty 201 behind the same token check.
    pub fn serve(&self, service: Service, more: More) -> SocketAddr {
        let Line { server, .. } = Line::parse_from(&self.line);
        let (ready, port) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = Server::build_with(service.clone(), &server, more).expect("a server");
                actix_web::rt::spawn(advance(service.clone()));
                actix_web::rt::spawn(hand_on(service));
                ready.send(server.port()).expect("somebody waits");
                server.run_until_stopped().await.expect("a server that runs");
            });
        });
        SocketAddr::from(([127, 0, 0, 1], port.recv().expect("a server that starts")))
    }
}

/// The tree over the log follows the votes, as in the program.
async fn advance(service: Service) {
    let mut ticks = tokio::time::interval(vote_log::EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = vote_log::advance(&service).await {
            println!("  the log's tree was not advanced: {error}");
        }
    }
}

/// So do the events.
async fn hand_on(service: Service) {
    let mut ticks = tokio::time::interval(events::EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = events::turn(&service).await {
            println!("  events were not handed on: {error}");
        }
    }
}

fn line(folder: &TempDir, database: Option<String>) -> Vec<String> {
    let mut line = vec!["bench".to_owned(), format!("--data-dir={}", folder.path().display())];
    line.extend(["--bind=127.0.0.1:0", "--rate-limits=off", "--shutdown-seconds=1"].map(str::to_owned));
    line.extend(database.map(|url| format!("--database-url={url}")));
    line
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    value: String,
}

fn setting_of(connection: &mut Connection, name: &str) -> String {
    let found = sql_query(format!("SELECT current_setting('{name}') AS value")).get_result::<Setting>(connection);
    found.expect("a setting").value
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

/// Works in one writing transaction.
pub fn write<T: Send + 'static>(
    service: &Service,
    work: impl FnOnce(&mut Connection) -> Result<T, Error> + Send + 'static,
) -> T {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(service.store.write(work)).expect("written")
}

/// Candidates in the vote, carried by one unit.
pub fn candidates(service: &Service, count: usize) -> Vec<CandidateId> {
    let of_service = service.clone();
    write(service, move |db| {
        cycles::ensure(&of_service, db)?;
        let district = organization(&of_service, db)?;
        (0..count).map(|place| candidate(&of_service, db, district, place)).collect()
    })
}

fn organization(service: &Service, db: &mut Connection) -> Result<OrganizationId, Error> {
    let (id, now) = (generator::new_id(&service.clocks)?, service.clocks.campaign());
    let organization = Organization {
        id,
        kind: OrganizationKind::City,
        parent_id: None,
        district_id: None,
        code: Some("420100".to_owned()),
        name: "武汉市".to_owned(),
        headcount: None,
        responsible_name: None,
        active: true,
        list_title: None,
        list_issuer: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    storage::organizations::insert(db, &organization)?;
    Ok(id)
}

fn candidate(
    service: &Service,
    db: &mut Connection,
    place: OrganizationId,
    number: usize,
) -> Result<CandidateId, Error> {
    let (id, now) = (generator::new_id(&service.clocks)?, service.clocks.campaign());
    let candidate = Candidate {
        id,
        number: 0,
        cycle: MONTH.parse().map_err(|_| Error::Internal("no month".to_owned()))?,
        category: ["helping_others", "bravery", "integrity", "dedication", "filial_piety"][number % 5]
            .parse()
            .map_err(|_| Error::Internal("no category".to_owned()))?,
        status: Status::Forwarded,
        visibility: Visibility::Shown,
        subject: Subject::Individual,
        posthumous: false,
        name: format!("候选{number}"),
        members: Vec::new(),
        occupation: None,
        gender: None,
        birth_year: None,
        ethnicity: None,
        summary: "二十年如一日照顾社区里的孤寡老人。".to_owned(),
        deed: None,
        unit_id: Some(place),
        district_id: place,
        channel: Channel::Online,
        returned_from: None,
        status_changed_at: now,
        materials_changed_at: now,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    storage::candidates::insert(db, &candidate)?;
    Ok(id)
}

/// Accounts of citizens, and a token for each.
pub fn voters(service: &Service, count: usize) -> Arc<Vec<String>> {
    let mut tokens = Vec::with_capacity(count);
    for slice in 0..count.div_ceil(1000) {
        let of_service = service.clone();
        let made = write(service, move |db| {
            let size = 1000.min(count - slice * 1000);
            (0..size).map(|_| voter(&of_service, db)).collect::<Result<Vec<String>, Error>>()
        });
        tokens.extend(made);
    }
    Arc::new(tokens)
}

fn voter(service: &Service, db: &mut Connection) -> Result<String, Error> {
    let (id, now): (UserId, DateTime<Utc>) = (generator::new_id(&service.clocks)?, service.clocks.campaign());
    let row = NewUser {
        id,
        username: id.to_string(),
        username_folded: id.to_string(),
        display_name: "市民".to_owned(),
        password_hash: "none".to_owned(),
        role: Role::Citizen,
        organization_id: None,
        active: true,
        auth_version: 1,
        failed_logins: 0,
        version: 1,
        created_at: now.into(),
        updated_at: now.into(),
    };
    storage::users::insert(db, &row)?;
    let user = storage::users::find(db, id)?.ok_or_else(Error::not_found)?;
    service.tokens.issue(&user, generator::new_id(&service.clocks)?, service.clocks.machine())
}
