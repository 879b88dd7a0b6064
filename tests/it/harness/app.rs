//! A running server of a test's own.

use std::{sync::Arc, time::Duration};

use actix_web::dev::ServerHandle;
use chrono::{DateTime, Utc};
use clap::Parser;
use haoren::{
    api::server::Server,
    service::{
        Service,
        clock::ManualTime,
        startup::{self, Setup},
    },
    settings::{ServerSettings, Settings},
};
use tempfile::TempDir;

use super::{client::Client, database};

/// Where the machine's clock stands when a test begins: a day in the reporting window of November 2026.
pub const START: &str = "2026-11-05T02:00:00Z";
/// The password of the account `admin`.
pub const ADMIN_PASSWORD: &str = "an-admin's-quiet-Tuesday-42";

/// A request that has no end by then never has one: the test fails instead of the whole run.
const PATIENCE: Duration = Duration::from_mins(5);

/// The real server on port 0, its service, and its clock.
pub struct App {
    /// `http://127.0.0.1:<port>`.
    pub base: String,
    /// The service behind the server, for builders.
    pub service: Service,
    /// The machine's clock, which stands until it is moved.
    pub time: ManualTime,
    /// The settings that it runs with.
    pub settings: Settings,
    handle: ServerHandle,
    http: reqwest::Client,
    _folder: TempDir,
}

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    server: ServerSettings,
}

impl App {
    /// On a fresh SQLite file.
    pub async fn on_sqlite() -> Self {
        Self::start(database::sqlite(), &[]).await
    }

    /// On a fresh PostgreSQL database.
    pub async fn on_postgres() -> Self {
        let made = tokio::task::spawn_blocking(database::postgres).await.unwrap();
        Self::start(made, &[]).await
    }

    /// Another one on a fresh database of the same kind.
    pub async fn another(&self) -> Self {
        if self.settings.database_url.is_some() { Self::on_postgres().await } else { Self::on_sqlite().await }
    }

    /// On a fresh SQLite file, with further flags of `haoren serve`.
    pub async fn with_flags(flags: &[&str]) -> Self {
        Self::start(database::sqlite(), flags).await
    }

    /// On a fresh SQLite file, with identity providers and further flags of `haoren serve`.
    pub async fn trusting(issuers: &serde_json::Value, flags: &[&str]) -> Self {
        Self::start(with_issuers(database::sqlite(), issuers), flags).await
    }

    /// Another one on a fresh database of the same kind, with further flags of `haoren serve`.
    pub async fn another_with(&self, flags: &[&str]) -> Self {
        let made = if self.settings.database_url.is_some() {
            tokio::task::spawn_blocking(database::postgres).await.unwrap()
        } else {
            database::sqlite()
        };
        Self::start(made, flags).await
    }

    /// Another one on a fresh database of the same kind, with identity providers.
    pub async fn another_trusting(&self, issuers: &serde_json::Value) -> Self {
        let made = if self.settings.database_url.is_some() {
            tokio::task::spawn_blocking(database::postgres).await.unwrap()
        } else {
            database::sqlite()
        };
        Self::start(with_issuers(made, issuers), &[]).await
    }

    /// Another server on the same database, as a second process would be one; its clock stands where this one began.
    pub async fn beside(&self) -> Self {
        self.beside_with(&[]).await
    }

    /// The same, with further flags of `haoren serve`.
    pub async fn beside_with(&self, flags: &[&str]) -> Self {
        Self::start((TempDir::with_prefix("haoren-it-").unwrap(), self.settings.clone()), flags).await
    }

    /// The same, with other settings.
    pub async fn beside_as(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = self.settings.clone();
        change(&mut settings);
        Self::start((TempDir::with_prefix("haoren-it-").unwrap(), settings), &[]).await
    }

    async fn start((folder, settings): (TempDir, Settings), flags: &[&str]) -> Self {
        let time = ManualTime::at(START.parse().unwrap());
        let mut line = vec!["test", "--bind=127.0.0.1:0", "--workers=2", "--shutdown-seconds=5"];
        if !flags.iter().any(|flag| flag.starts_with("--rate-limits")) {
            line.push("--rate-limits=off");
        }
        line.extend(flags);
        let server_settings = Line::parse_from(line).server;
        let (ready, is_ready) = tokio::sync::oneshot::channel();
        let (thread_settings, thread_time) = (settings.clone(), time.clone());
        std::thread::spawn(move || {
            let setup = Setup { webhooks: server_settings.webhooks.terms(), ..thread_settings.setup(true).unwrap() };
            let service = startup::open(&setup, Arc::new(thread_time)).unwrap();
            actix_web::rt::System::new().block_on(async move {
                let server = Server::build(service.clone(), &server_settings).unwrap();
                ready.send((service, server.port(), server.handle())).ok().unwrap();
                server.run_until_stopped().await.unwrap();
            });
        });
        let (service, port, handle) = is_ready.await.expect("the server did not start");
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        Self { base: format!("http://127.0.0.1:{port}"), service, time, settings, handle, http, _folder: folder }
    }

    /// A client that is not signed in.
    pub fn anonymous(&self) -> Client {
        Client::new(self.http.clone(), self.base.clone(), None)
    }

    /// A client with a token.
    pub fn with_token(&self, token: String) -> Client {
        Client::new(self.http.clone(), self.base.clone(), Some(token))
    }

    /// Sets the campaign's clock: windows and days follow it, tokens do not.
    pub fn set_clock(&self, moment: &str) {
        let moment: DateTime<Utc> = DateTime::parse_from_rfc3339(moment).unwrap().to_utc();
        self.service.clocks.set_campaign(Some(moment));
    }

    /// Stops the server as a signal would, and waits until what was begun is finished.
    pub async fn stop(&self) {
        self.service.events.close();
        self.handle.stop(true).await;
    }
}

fn with_issuers((folder, mut settings): (TempDir, Settings), issuers: &serde_json::Value) -> (TempDir, Settings) {
    let file = folder.path().join("issuers.json");
    std::fs::write(&file, issuers.to_string()).unwrap();
    settings.issuers_file = Some(file);
    (folder, settings)
}

impl Drop for App {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}
