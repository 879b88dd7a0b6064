//! `haoren verify`, and a second verifier in Python: both take what the server gave, and nothing else.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

use super::*;

/// A downloaded log with its head.
struct Download {
    folder: TempDir,
}

impl Download {
    fn new(lines: &str, head: &str) -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("log.ndjson"), lines).unwrap();
        std::fs::write(folder.path().join("head.json"), head).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn verify(&self, more: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_haoren"));
        command.arg("verify").arg("--log").arg(self.path("log.ndjson")).arg("--head").arg(self.path("head.json"));
        command.args(more).output().unwrap()
    }

    /// None where there is no Python.
    fn python(&self) -> Option<Output> {
        let script = repository("tests/verify_log.py");
        let output =
            Command::new("python3").arg(script).arg(self.path("log.ndjson")).arg(self.path("head.json")).output();
        match output {
            Ok(output) => Some(output),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                // Not by a macro: what those print is hidden when the test succeeds.
                let missing = "\n!!! python3 is not here: the second verifier of the vote log was NOT run\n";
                std::io::stderr().write_all(missing.as_bytes()).unwrap();
                None
            }
            Err(error) => panic!("python3: {error}"),
        }
    }
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Root and tally, in the words of the second verifier.
fn said(output: &Output) -> String {
    let printed = text(&output.stdout);
    let root = printed.lines().find_map(|line| line.strip_prefix("root           good: ")).unwrap();
    let counts = printed.lines().filter_map(|line| line.strip_prefix("  ")).map(|line| line.replace("  ", " "));
    std::iter::once(format!("root {root}")).chain(counts).map(|line| line + "\n").collect()
}

fn assert_both_agree(download: &Download) {
    let verified = download.verify(&[]);
    assert!(verified.status.success(), "{}", text(&verified.stderr));
    if let Some(second) = download.python() {
        assert!(second.status.success(), "{}", text(&second.stderr));
        assert_eq!(text(&second.stdout), said(&verified));
    }
}

fn assert_both_refuse(download: &Download, place: &str) {
    let verified = download.verify(&[]);
    assert_eq!(verified.status.code(), Some(1), "{}", text(&verified.stdout));
    assert!(text(&verified.stderr).contains(place), "{}", text(&verified.stderr));
    if let Some(second) = download.python() {
        assert!(!second.status.success(), "{}", text(&second.stdout));
    }
}

both! {
    async fn a_downloaded_log_is_verified_twice(app: App) {
        let [first, second] = voted(&app, 290, 20).await;
        let service = app.service.clone();
        app.write(move |db| vote_log::append_invalidation(&service, db, month(), 5, &"重复投票\"甲\"".parse().unwrap())).await;
        advance(&app).await;
        let client = app.anonymous();
        let head = log(&client, "head").await;
        let lines = entries(&client, 311).await;
        let download = Download::new(&lines, &head.to_string());
        assert_both_agree(&download);
        let receipt = log(&client, "proof?sequence=300").await;
        let values = format!("300:{}", receipt["leaf_hash"].as_str().unwrap());
        let good = download.verify(&["--key", head["key"].as_str().unwrap(), "--receipt", &values]);
        let printed = text(&good.stdout);
        assert!(good.status.success() && printed.contains("receipts       1 found"), "{printed}");
        assert!(printed.contains(&format!("{first}  289")) && printed.contains(&format!("{second}  20")), "{printed}");
        assert!(printed.contains("310 votes, 309 of them count"), "{printed}");
        std::fs::write(download.path("receipt.json"), serde_json::json!({ "receipt": receipt }).to_string()).unwrap();
        assert!(download.verify(&["--receipt", download.path("receipt.json").to_str().unwrap()]).status.success());
        let wrong = download.verify(&["--receipt", &values.replace("300:", "301:")]);
        assert!(text(&wrong.stderr).contains("line 302 is not the entry of the receipt"), "{}", text(&wrong.stderr));

        let head = head.to_string();
        let without = |skipped: usize| -> String {
            lines.split_inclusive('\n').enumerate().filter(|(at, _)| *at != skipped).map(|(_, line)| line).collect()
        };
        for (changed, place) in [
            (without(100), "line 101 is entry 101"),
            (without(310), "the file has 310 entries, the signed head 311"),
            (lines.replacen("\"minute\":\"2026-11-26T02:00Z\"", "\"minute\":\"2026-11-26T02:01Z\"", 1), "another root"),
            (lines[..lines.len() - 1].to_owned(), "line 311 does not end"),
            (lines.replacen("\"kind\"", "\"kinds\"", 1), "line 1 is not an entry"),
        ] {
            assert_both_refuse(&Download::new(&changed, &head), place);
        }
        let forged = head.replacen("2026-11-26T02:00:00Z\\n", "2026-11-26T02:00:01Z\\n", 1);
        assert_both_refuse(&Download::new(&lines, &forged), "signature does not fit");
    }
}

/// The worked example of the page was made by a third program, and both verifiers take it.
#[test]
fn the_example_of_the_page_is_verified() {
    let read = |path: &str| std::fs::read_to_string(repository(path)).unwrap();
    let (lines, head) = (read("tests/vote_log/log.ndjson"), read("tests/vote_log/head.json"));
    let download = Download::new(&lines, &head);
    assert_both_agree(&download);
    let page = read("docs/public-log.md");
    let head: Value = serde_json::from_str(&head).unwrap();
    for shown in
        [lines.as_str(), head["note"].as_str().unwrap(), head["key"].as_str().unwrap(), head["root"].as_str().unwrap()]
    {
        assert!(page.contains(shown), "docs/public-log.md lacks {shown}");
    }
    let leaves: Vec<String> = lines.lines().map(|line| hex::encode(leaf_hash(line.as_bytes()))).collect();
    assert!(leaves.iter().all(|leaf| page.contains(leaf)), "{leaves:?}");
    let bare = download.path("head.json");
    std::fs::write(&bare, head["note"].as_str().unwrap()).unwrap();
    assert!(text(&download.verify(&[]).stderr).contains("--key"));
    assert!(download.verify(&["--key", head["key"].as_str().unwrap()]).status.success());
}

#[test]
fn the_second_verifier_is_short() {
    let script = std::fs::read_to_string(repository("tests/verify_log.py")).unwrap();
    assert!(script.lines().count() <= 100);
}
