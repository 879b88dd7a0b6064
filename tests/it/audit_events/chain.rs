//! The chain: anybody can check it from the answers, several processes make one, and whoever tampers with it is found.

use std::io::Write as _;

use diesel::{RunQueryDsl, connection::SimpleConnection as _, sql_query};
use haoren::storage::Connection;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{all, auditor, seal, visit, write};
use crate::harness::{App, Client, program};

/// What is hashed of an event, as docs/audit.md has it.
const HASHED: [&str; 12] = [
    "number",
    "previous_hash",
    "id",
    "at",
    "actor_id",
    "actor_role",
    "organization_id",
    "action",
    "subject_kind",
    "subject_id",
    "request_id",
    "details",
];

/// The chain as it is answered, checked from its first event on without a line of the server's; returns its events.
async fn checked(client: &Client) -> Vec<Value> {
    let events = all(client, "/audit-events/chain?limit=7", async || ()).await;
    let (mut number, mut previous) = (0, "0".repeat(64));
    for event in &events {
        number += 1;
        assert_eq!((&event["number"], &event["previous_hash"]), (&json!(number), &json!(previous)));
        // Members are sorted by this map, and the texts of these events have nothing that is escaped in several ways.
        let hashed: std::collections::BTreeMap<&str, &Value> =
            HASHED.iter().map(|name| (*name, &event[*name])).collect();
        previous = hex::encode(Sha256::digest(serde_json::to_vec(&hashed).unwrap()));
        assert_eq!(event["hash"], json!(previous), "{event}");
    }
    let head = client.get("/audit-events/chain").await.expect(200).json["head"].clone();
    assert_eq!(head, json!({ "number": number, "hash": previous }));
    events
}

/// What `haoren doctor` says of the audit, and whether it lets the server start.
async fn examined(app: &App) -> (bool, String) {
    let mut command = program(&app.settings.data_dir);
    command.arg("doctor");
    if let Some(url) = &app.settings.database_url {
        command.env("DATABASE_URL", url);
    }
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let of_audit: Vec<&str> = said.lines().filter(|line| line.get(6..11) == Some("audit")).collect();
    (output.status.success(), of_audit.join("\n"))
}

/// Runs the lines of Python that docs/audit.md has, as they stand there; what they print, and whether they are content. None where
/// there is no Python.
async fn documented(app: &App, client: &Client) -> Option<(bool, String)> {
    let page = include_str!("../../../docs/audit.md");
    let lines = page.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    let mut python = std::process::Command::new("python3");
    python.args(["-c", lines]).env("HAOREN", &app.base).env("TOKEN", client.token()).env("no_proxy", "*");
    let output = match tokio::task::spawn_blocking(move || python.output()).await.unwrap() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            // Not by a macro: what those print is hidden when the test succeeds.
            let missing = "\n!!! python3 is not here: the lines of docs/audit.md were NOT run\n";
            std::io::stderr().write_all(missing.as_bytes()).unwrap();
            return None;
        }
        Err(error) => panic!("python3: {error}"),
    };
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

/// Writes to the database as somebody with a password for it would who knows of the triggers.
async fn tamper(app: &App, statements: &'static [&'static str]) {
    app.write(move |db| {
        match db {
            Connection::Sqlite(inner) => inner
                .batch_execute("DROP TRIGGER IF EXISTS audit_events_stand; DROP TRIGGER IF EXISTS audit_events_stay;"),
            Connection::Postgres(inner) => inner.batch_execute("ALTER TABLE audit_events DISABLE TRIGGER USER"),
        }
        .unwrap();
        for statement in statements {
            assert!(sql_query(*statement).execute(db).unwrap() > 0, "{statement}");
        }
        Ok(())
    })
    .await;
}

async fn refused(app: &App, statement: &'static str) -> bool {
    app.service
        .store
        .write(move |db| Ok::<_, haoren::service::Error>(sql_query(statement).execute(db).is_err()))
        .await
        .unwrap()
}

both! {
    async fn the_chain_is_checked_from_what_is_answered(app: App) {
        let city = auditor(&app).await;
        let empty = city.get("/audit-events/chain?after=4000000000").await.expect(200);
        assert_eq!((&empty.json["items"], &empty.json["next_cursor"]), (&json!([]), &Value::Null));
        write(&app, (0..30).map(|place| visit(place % 3, 0))).await;
        seal(&app).await;
        let events = checked(&city).await;
        assert!(events.len() >= 30);
        // In the order in which they were written, whatever their moment is.
        let moments: Vec<&str> = events[events.len() - 30..].iter().map(|event| event["at"].as_str().unwrap()).collect();
        assert_eq!(moments[..4], ["2026-11-05T02:00:00Z", "2026-11-05T02:01:00Z", "2026-11-05T02:02:00Z", "2026-11-05T02:00:00Z"]);
        // Whoever has kept a number goes on behind it, and the list tells the same of each.
        let behind = city.get("/audit-events/chain?after=20&limit=2").await.expect(200);
        assert_eq!(behind.json["items"], json!([events[20], events[21]]));
        let next = behind.json["next_cursor"].as_str().unwrap();
        let next = city.get(&format!("/audit-events/chain?after=20&limit=2&cursor={next}")).await.expect(200);
        assert_eq!(next.json["items"], json!([events[22], events[23]]));
        let listed = all(&city, "/audit-events?limit=100", async || ()).await;
        assert!(listed.len() == events.len() && listed.iter().all(|event| events.contains(event)));
    }

    async fn following_the_chain_while_it_grows_loses_and_doubles_nothing(app: App) {
        let city = auditor(&app).await;
        write(&app, (0..10).map(|place| visit(place, 0))).await;
        seal(&app).await;
        let left = std::sync::atomic::AtomicUsize::new(6);
        let more = async || {
            if left.fetch_update(std::sync::atomic::Ordering::SeqCst, std::sync::atomic::Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                write(&app, [visit(-5, 1), visit(5, 1)]).await;
                seal(&app).await;
            }
        };
        let numbers: Vec<i64> = all(&city, "/audit-events/chain?limit=3", more).await.iter().map(|event| event["number"].as_i64().unwrap()).collect();
        let expected: Vec<i64> = (1..=i64::try_from(numbers.len()).unwrap()).collect();
        assert_eq!(numbers, expected);
        assert!(numbers.len() >= 10 + 6);
    }

    /// While two processes write, both chain what there is.
    async fn several_processes_make_one_chain(app: App) {
        let city = auditor(&app).await;
        let beside = app.beside().await;
        let work = async |app: &App, subject: usize| {
            let mut sealed = 0;
            for minute in 0..25 {
                write(app, [visit(minute, subject), visit(minute, subject)]).await;
                sealed += seal(app).await;
            }
            sealed
        };
        let before = seal(&app).await;
        let (one, other) = tokio::join!(work(&app, 1), work(&beside, 2));
        let rest = seal(&app).await;
        let events = checked(&city).await;
        assert_eq!(events.len(), before + one + other + rest, "none was chained by both");
        for subject in ["v1", "v2"] {
            assert_eq!(events.iter().filter(|event| event["subject_id"] == subject).count(), 50, "{subject}");
        }
    }

    async fn more_than_fit_into_one_transaction_are_chained(app: App) {
        let city = auditor(&app).await;
        write(&app, (0..450).map(|place| visit(place, 0))).await;
        assert!(seal(&app).await >= 450);
        let events = checked(&city).await;
        assert_eq!(seal(&app).await, 0);
        if let Some((is_content, said)) = documented(&app, &city).await {
            assert!(is_content && said.starts_with(&format!("{} events, the last with the hash ", events.len())), "{said}");
        }
        let (can_serve, said) = examined(&app).await;
        assert!(can_serve && said.starts_with("ok  ") && said.contains("events make one chain"), "{said}");
    }

    async fn the_database_refuses_to_change_and_to_take_away(app: App) {
        write(&app, [visit(0, 0), visit(1, 0)]).await;
        assert!(refused(&app, "DELETE FROM audit_events").await, "not even before it is chained");
        seal(&app).await;
        for statement in [
            "DELETE FROM audit_events",
            "UPDATE audit_events SET action = 'visit.struck'",
            "UPDATE audit_events SET number = number + 1000, hash = hash",
        ] {
            assert!(refused(&app, statement).await, "{statement}");
        }
    }

    async fn the_doctor_finds_whoever_tampers(app: App) {
        for (statements, expected) in [
            (
                &["UPDATE audit_events SET subject_id = 'v9' WHERE number = 5"][..],
                "is broken in 1 places; first: the event 5 is not what was hashed",
            ),
            (
                &["UPDATE audit_events SET actor_role = 'admin' WHERE number IN (3, 5)"],
                "is broken in 2 places; first: the event 3 is not what was hashed",
            ),
            (&["DELETE FROM audit_events WHERE number = 4"], "is broken in 1 places; first: the event 4 is missing"),
            (
                &["DELETE FROM audit_events WHERE number BETWEEN 1 AND 3"],
                "is broken in 1 places; first: the events 1 to 3 are missing",
            ),
            (
                &["DELETE FROM audit_events WHERE number > 6"],
                "is broken in 1 places; first: the events 7 to 8 are missing",
            ),
            (
                &["DELETE FROM audit_events WHERE number = 4", "UPDATE audit_events SET number = number - 1 WHERE number = 5"],
                "is broken in 2 places; first: the event 4 is not what was hashed",
            ),
            (&["UPDATE audit_events SET actor_role = 'nobody' WHERE number = 5"], "behind the event 0 is one that cannot be read"),
        ] {
            let app = app.another().await;
            seal(&app).await;
            let before = app.service.store.read(|db| Ok::<_, haoren::service::Error>(haoren::storage::audit_events::head(db)?)).await.unwrap();
            assert!(before.number <= 2, "{before:?}");
            let before = usize::try_from(before.number).unwrap();
            write(&app, (before..8).map(|_| visit(0, 0))).await;
            seal(&app).await;
            assert!(examined(&app).await.0);
            tamper(&app, statements).await;
            let (can_serve, said) = examined(&app).await;
            assert!(!can_serve && said.starts_with("MEND") && said.contains(expected), "{statements:?}: {said}");
            let city = auditor(&app).await;
            if let Some((is_content, said)) = documented(&app, &city).await {
                assert!(!is_content, "{statements:?}: {said}");
            }
        }
    }

    async fn the_doctor_tells_of_what_waits_for_long(app: App) {
        seal(&app).await;
        // The doctor's clock is the machine's, and the id says when the event was written.
        app.time.advance(chrono::Duration::days(-3000));
        write(&app, [visit(0, 0)]).await;
        let (can_serve, said) = examined(&app).await;
        assert!(can_serve && said.contains("look  audit       1 events wait for their number"), "{said}");
        seal(&app).await;
        assert!(!examined(&app).await.1.contains("wait for their number"));
    }
}
