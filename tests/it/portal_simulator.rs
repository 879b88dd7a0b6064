//! `haoren portal-simulator`, the real program, against the real server: the whole exchange, with each misbehaviour. After
//! each the state of both sides agrees, and nothing is there twice.

mod exchange;
mod hostile;
mod results;

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use diesel::prelude::*;
use haoren::storage::{Connection, StoreError, schema::outbox_events};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::App;

const PASSWORD: &str = "a-quiet-bridge-over-the-Han-7";

/// The program, signed in as a portal account of the server, with a folder of its own.
pub struct Simulator {
    base: String,
    folder: TempDir,
}

/// How a run of it ended.
pub struct Ran {
    pub code: Option<i32>,
    pub printed: String,
}

impl Simulator {
    /// For an account that is made for it.
    pub async fn of(app: &App) -> Self {
        let account =
            json!({ "username": "province", "password": PASSWORD, "display_name": "省平台", "role": "portal" });
        app.admin().await.post("/users", account).await.expect(201);
        Self { base: app.base.clone(), folder: TempDir::new().unwrap() }
    }

    /// With another folder, as if the first were lost.
    pub fn afresh(&self) -> Self {
        Self { base: self.base.clone(), folder: TempDir::new().unwrap() }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_haoren"));
        command.env_clear().env("HAOREN_LOG", "warn").env("HAOREN_PORTAL_PASSWORD", PASSWORD);
        command.env("HAOREN_PORTAL_URL", &self.base).env("HAOREN_PORTAL_USERNAME", "province");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.args(["portal-simulator", "--attempts=3", "--folder"]).arg(self.path()).args(arguments);
        command
    }

    /// Runs it to its end.
    pub async fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.command(arguments);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let printed = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        Ran { code: output.status.code(), printed }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("portal")
    }

    /// What it knows of a batch.
    pub fn record(&self, batch: &str) -> Value {
        read(&self.path().join("batches").join(batch).join("record.json"))
    }
}

impl Ran {
    /// The run, if it ended with this code.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.printed);
        self
    }

    /// The run, if it printed these words.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(self.printed.contains(words), "{words} is not in\n{}", self.printed);
        self
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// How often something was announced.
pub async fn announced(app: &App, kind: &'static str) -> i64 {
    let work = move |db: &mut Connection| {
        Ok::<i64, StoreError>(outbox_events::table.filter(outbox_events::kind.eq(kind)).count().get_result(db)?)
    };
    app.service.store.read(work).await.unwrap()
}

both! {
    async fn how_it_ends_is_told_by_its_code(app: App) {
        let simulator = Simulator::of(&app).await;
        simulator.run(&["--once", "--refuse", "nobody"]).await.expect(2);
        let without = simulator.command(&["--once"]).env_remove("HAOREN_PORTAL_PASSWORD").output().unwrap();
        assert_eq!(without.status.code(), Some(1));
        let away = simulator.run(&["--once", "--url", "http://127.0.0.1:1"]).await.expect(4);
        away.says("the server is away");
        let wrong = simulator.folder.path().join("password");
        std::fs::write(&wrong, "another password\n").unwrap();
        let refused = simulator.run(&["--once", "--password-file", wrong.to_str().unwrap()]).await.expect(3);
        assert!(refused.says("401 invalid_credentials").printed.find(PASSWORD).is_none());
        let held = std::fs::File::create(simulator.path().join("lock")).unwrap();
        held.lock().unwrap();
        simulator.run(&["--once"]).await.expect(1).says("another simulator uses");
    }

    async fn its_folder_is_its_owners_alone(app: App) {
        let simulator = Simulator::of(&app).await;
        let file = simulator.folder.path().join("results.csv");
        std::fs::write(&file, "candidate_id,votes,listed\n").unwrap();
        simulator.run(&["results", "--cycle=2026-11", "--file", file.to_str().unwrap()]).await.expect(3);
        for folder in [simulator.path(), simulator.path().join("batches"), simulator.path().join("results")] {
            assert!(haoren::storage::folders::is_private(&folder).unwrap(), "{}", folder.display());
        }
    }
}
