//! First starts, second servers, wrong keys: through the real program.

use std::process::Command;

use haoren::service::{clock::SystemTime, startup};
use tempfile::TempDir;

use crate::harness::{App, Running, database, program};

async fn signs_in(base: &str, password: &str) -> bool {
    let credentials = serde_json::json!({ "username": "admin", "password": password });
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let reply = http.post(format!("{base}/api/v1/auth/login")).json(&credentials).send().await.unwrap();
    reply.status() == 200
}

fn printed_password(printed: &str) -> Option<&str> {
    printed.split("password 密码").nth(1)?.split_whitespace().next()
}

#[tokio::test]
async fn a_first_start_prints_a_password_once() {
    let folder = TempDir::new().unwrap();
    {
        let first = Running::start(program(folder.path()));
        let password = printed_password(&first.printed).expect("a password is printed");
        assert!(signs_in(first.base(), password).await);
        let second = program(folder.path()).output().unwrap();
        assert!(!second.status.success());
        let message = String::from_utf8_lossy(&second.stderr).into_owned();
        assert!(message.contains("another haoren serves from"), "{message}");
        let beside = program(folder.path()).args(["admin", "create", "deputy"]).output().unwrap();
        assert!(beside.status.success(), "{}", String::from_utf8_lossy(&beside.stderr));
    }
    let again = Running::start(program(folder.path()));
    assert_eq!(printed_password(&again.printed), None);
}

#[test]
fn a_missing_key_is_found_missing_and_not_replaced() {
    let folder = TempDir::new().unwrap();
    assert!(program(folder.path()).arg("migrate").output().unwrap().status.success());
    let key = folder.path().join("keys").join("master");
    std::fs::remove_file(&key).unwrap();
    let refused = program(folder.path()).env("HAOREN_LOG", "off").output().unwrap();
    assert!(!refused.status.success());
    assert!(!key.exists());
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("master"),
        "said on standard error, whatever the log's level"
    );
}

#[test]
fn a_weak_first_password_is_explained() {
    let folder = TempDir::new().unwrap();
    let refused = program(folder.path()).env("HAOREN_ADMIN_PASSWORD", "admin123").output().unwrap();
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("HAOREN_ADMIN_PASSWORD"));
}

#[test]
fn a_demo_in_use_is_not_made_anew() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("demo");
    let held = std::fs::File::create(folder.with_extension("lock")).unwrap();
    held.lock().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_haoren"));
    command.env_clear().args(["demo", "--reset", "--build-only", "--data-dir"]).arg(&folder);
    let refused = command.output().unwrap();
    assert!(!refused.status.success());
    let message = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(message.contains("another haoren demo uses"), "{message}");
    assert!(!folder.exists());
}

#[cfg(unix)]
#[test]
fn the_data_folder_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("data");
    assert!(program(&folder).arg("migrate").output().unwrap().status.success());
    assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn the_first_password_can_be_given() {
    let folder = TempDir::new().unwrap();
    let given = "a-quiet-river-under-snow-9";
    let mut command = program(folder.path());
    command.env("HAOREN_ADMIN_PASSWORD", given);
    let server = Running::start(command);
    assert!(!server.printed.contains(given));
    assert!(signs_in(server.base(), given).await);
}

#[tokio::test]
async fn the_zone_of_the_machine_moves_no_window() {
    use chrono::{DateTime, TimeZone, Utc};
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for zone in ["UTC", "Asia/Shanghai", "America/New_York"] {
        let folder = TempDir::new().unwrap();
        let mut command = program(folder.path());
        command.env("TZ", zone);
        let server = Running::start(command);
        let reply = http.get(format!("{}/api/v1/cycles/current", server.base())).send().await.unwrap();
        let cycle: serde_json::Value = reply.json().await.unwrap();
        let (year, month) = cycle["month"].as_str().unwrap().split_once('-').unwrap();
        let (year, month): (i32, u32) = (year.parse().unwrap(), month.parse().unwrap());
        let last = if month == 2 { 28 + u32::from(chrono::NaiveDate::from_ymd_opt(year, 2, 29).is_some()) } else { 30 };
        // Shanghai is eight hours ahead all year round: a local midnight is 16:00 of the day before.
        let midnight_before =
            |day: u32| Utc.with_ymd_and_hms(year, month, day, 0, 0, 0).unwrap() - chrono::Duration::hours(8);
        let midnight_after = |day: u32| midnight_before(day) + chrono::Duration::days(1);
        for (window, opens_at, closes_at) in [
            ("reporting", midnight_before(1), midnight_after(20)),
            ("screening", midnight_before(1), midnight_after(25)),
            ("forwarding", midnight_before(25), midnight_after(25)),
            ("voting", midnight_before(25), midnight_after(last)),
        ] {
            let read =
                |edge: &str| -> DateTime<Utc> { cycle["windows"][window][edge].as_str().unwrap().parse().unwrap() };
            assert_eq!((read("opens_at"), read("closes_at")), (opens_at, closes_at), "{window} with TZ={zone}");
        }
    }
}

#[tokio::test]
async fn a_terminated_server_ends_well() {
    let folder = TempDir::new().unwrap();
    let mut server = Running::start(program(folder.path()));
    let killed = Command::new("kill").args(["-TERM", &server.child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert!(server.child.wait().unwrap().success());
}

mod a_database_that_goes_away {
    use super::*;
    use diesel::connection::SimpleConnection as _;
    use haoren::storage::{Address, Connection};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        let app = App::on_postgres().await;
        let url = app.settings.database_url.clone().unwrap();
        let name = url.rsplit('/').next().unwrap().to_owned();
        let server = std::env::var("HAOREN_TEST_POSTGRES").unwrap();
        let run = |statement: String| {
            Connection::open(&Address::Postgres(server.clone())).unwrap().batch_execute(&statement).unwrap();
        };
        app.anonymous().get("/categories").await.expect(200);
        run(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
        run(format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"));
        let away = app.anonymous().get("/categories").await.problem(503, "unavailable");
        assert!(away.header("retry-after").parse::<u32>().unwrap() > 0);
        assert!(!String::from_utf8_lossy(&away.bytes).contains("postgres"), "internal details stay inside");
        assert_eq!(app.anonymous().get("//readyz").await.status, 503);
        app.anonymous().get("//healthz").await.expect(200);
        run(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
        // Connections that have died are not handed out, however many there are.
        let questions = (0..2 * app.settings.db_connections).map(|_| app.anonymous());
        futures_util::future::join_all(questions.map(async |one| one.get("/categories").await.expect(200))).await;
        run(format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"));
        app.anonymous().get("/categories").await.expect(200);
    }
}

#[tokio::test]
async fn no_personal_data_lies_in_the_database_in_clear() {
    let app = App::on_sqlite().await;
    let tree = app.tree().await;
    let body = serde_json::json!({
        "category": "dedication", "name": "张三", "summary": "好人好事。", "unit_id": tree.unit,
        "contact_phone": "13912345678", "contact_name": "欧阳牧云", "contact_relationship": "女儿",
        "nominator": { "name": "司徒知秋", "phone": "027-87654321", "relationship": "邻居" },
    });
    let made = app.anonymous().post("/candidates", body).await.expect(201);
    let code = made.json["tracking_code"].as_str().unwrap().to_owned();
    let citizen = app.citizen().await;
    let me = citizen.get("/me").await.expect(200);
    citizen.patch("/me", &me.etag(), serde_json::json!({ "phone": "13700001234" })).await.expect(200);
    let folder = app.settings.data_dir.clone();
    let stored: Vec<u8> = ["haoren.sqlite3", "haoren.sqlite3-wal"]
        .iter()
        .flat_map(|file| std::fs::read(folder.join(file)).unwrap_or_default())
        .collect();
    let holds = |text: &str| stored.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(holds("好人好事"), "the search looks at the right files");
    for secret in ["13912345678", "87654321", "13700001234", "欧阳牧云", "司徒知秋", &code, &code.replace('-', "")]
    {
        assert!(!holds(secret), "{secret} lies in clear");
    }
}

mod two_servers_on_one_empty_database {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn postgres() {
        let url = tokio::task::spawn_blocking(database::empty_postgres).await.unwrap();
        let folder = TempDir::new().unwrap();
        haoren::storage::vault::load_or_create(&folder.path().join("keys").join("master")).unwrap();
        let start = || {
            let mut command = program(folder.path());
            command.env("DATABASE_URL", &url);
            tokio::task::spawn_blocking(move || Running::start(command))
        };
        let (one, two) = tokio::join!(start(), start());
        let (one, two) = (one.unwrap(), two.unwrap());
        let passwords: Vec<_> =
            [&one, &two].into_iter().filter_map(|server| printed_password(&server.printed)).collect();
        assert_eq!(passwords.len(), 1, "one of the two makes the administrator");
        assert!(signs_in(one.base(), passwords[0]).await);
        assert!(signs_in(two.base(), passwords[0]).await);
    }
}

both! {
    async fn a_wrong_key_is_refused_at_start(app: App) {
        let elsewhere = TempDir::new().unwrap();
        let mut settings = app.settings.clone();
        settings.key_file = Some(elsewhere.path().join("another"));
        haoren::storage::vault::load_or_create(&elsewhere.path().join("another")).unwrap();
        let outcome = startup::open(&settings.setup(false).unwrap(), std::sync::Arc::new(SystemTime));
        assert!(matches!(outcome, Err(startup::StartError::WrongKey { .. })));
    }

    async fn a_schema_from_the_future_is_refused(app: App) {
        app.write(|db| {
            let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000001')";
            diesel::RunQueryDsl::execute(diesel::sql_query(newer), db).unwrap();
            Ok(())
        })
        .await;
        let outcome = startup::open(&app.settings.setup(false).unwrap(), std::sync::Arc::new(SystemTime));
        let message = outcome.err().expect("a newer schema is refused").to_string();
        assert!(message.contains("newer"), "{message}");
    }

    async fn the_sandbox_clock_is_set_kept_and_brought_back(app: App) {
        let admin = app.admin().await;
        let body = serde_json::json!({ "now": "2026-11-26T10:00:00+08:00" });
        let set = admin.put("/clock", None, body).await.expect(200);
        assert_eq!(set.json["now"], "2026-11-26T02:00:00Z");
        let settings = app.settings.setup(false).unwrap();
        let again = tokio::task::spawn_blocking({
            let time = app.time.clone();
            move || startup::open(&settings, std::sync::Arc::new(time)).unwrap()
        });
        assert_eq!(again.await.unwrap().clocks.campaign().to_rfc3339(), "2026-11-26T02:00:00+00:00");
        let back = admin.put("/clock", None, serde_json::json!({ "now": null })).await.expect(200);
        assert_eq!(back.json["is_set"], false);
        app.citizen().await.get("/clock").await.problem(403, "forbidden");
        assert!(!app.service.clocks.is_set());
        admin.put("/clock", None, serde_json::json!({ "now": "0001-01-01T00:00:00Z" })).await.problem(422, "validation_failed");
    }
}
