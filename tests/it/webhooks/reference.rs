//! The signatures hold before the reference libraries of Standard Webhooks, for Python and JavaScript.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use haoren::service::clock::{MachineTime as _, SystemTime};

use super::*;

/// Not by a macro: what those print is hidden when the test succeeds.
fn say(what: &str) {
    std::io::stderr().write_all(format!("\n!!! {what}\n").as_bytes()).unwrap();
}

/// Installs a library into a folder of the test's own; false, and loudly, where that cannot or may not be done.
fn install(command: &mut Command, what: &str) -> bool {
    let may = std::env::var("HAOREN_TEST_INSTALL").as_deref() != Ok("no");
    let done = may && command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    if !done {
        say(&format!("{what} could not be installed: the check of webhooks by it was NOT run"));
    }
    done
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// What a receiver has: the secret, and the requests.
fn written(folder: &Path, secret: &str, received: &[Received]) -> PathBuf {
    let requests: Vec<Value> = received
        .iter()
        .map(|one| {
            let headers: serde_json::Map<String, Value> =
                one.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            json!({ "headers": headers, "body": one.body })
        })
        .collect();
    let file = folder.join("received.json");
    std::fs::write(&file, json!({ "secret": secret, "requests": requests }).to_string()).unwrap();
    file
}

fn assert_accepts(command: &mut Command, count: usize) {
    let output = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    assert_eq!(said.trim(), format!("{count} verified, {count} forgeries refused"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reference_libraries_take_what_is_signed() {
    let app = App::with_flags(TRIAL).await;
    let sink = Sink::open(Answer::Status(200)).await;
    // Receivers hold the time against their own clock.
    app.time.advance(SystemTime.now() - app.service.clocks.machine());
    let portal = app.user(Role::Portal, None).await.1;
    let webhook = made(&portal, &sink.url()).await;
    happens(&app.service, EventKind::ListPublished, "好人榜").await;
    sent(&app.service).await;
    let path = format!("/webhooks/{}", webhook.id());
    let rotated = portal.post_if(&format!("{path}/secret"), &webhook_etag(&portal, &path).await, json!({})).await;
    let rotated = rotated.expect(200);
    happens(&app.service, EventKind::BatchForwarded, "2").await;
    sent(&app.service).await;
    let received = sink.received();
    assert_eq!(received.len(), 2);
    let folder = tempfile::TempDir::new().unwrap();
    let libraries = folder.path().join("libraries");
    let first = webhook.json["secret"].as_str().unwrap().to_owned();
    let second = rotated.json["secret"].as_str().unwrap().to_owned();
    let mut pip = Command::new("python3");
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--retries=1",
        "--timeout=10",
        "--target",
    ]);
    if install(pip.arg(&libraries).arg("standardwebhooks"), "Python's `standardwebhooks`") {
        // The former secret still signs what came after the change.
        for (secret, of) in [(&first, &received[..]), (&second, &received[1..])] {
            let mut python = Command::new("python3");
            python.env("PYTHONPATH", &libraries).arg(script("verify_webhook.py"));
            assert_accepts(python.arg(written(folder.path(), secret, of)), of.len());
        }
    }
    let mut npm = Command::new("npm");
    npm.args([
        "install",
        "--silent",
        "--no-audit",
        "--no-fund",
        "--no-save",
        "--fetch-retries=1",
        "--fetch-timeout=10000",
        "--prefix",
    ]);
    if install(npm.arg(&libraries).arg("standardwebhooks"), "JavaScript's `standardwebhooks`") {
        for (secret, of) in [(&first, &received[..]), (&second, &received[1..])] {
            let mut node = Command::new("node");
            node.env("NODE_PATH", libraries.join("node_modules")).arg(script("verify_webhook.cjs"));
            assert_accepts(node.arg(written(folder.path(), secret, of)), of.len());
        }
    }
}

async fn webhook_etag(client: &Client, path: &str) -> String {
    client.get(path).await.expect(200).etag()
}
