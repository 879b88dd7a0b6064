//! Nothing of a lead is in the log.

use std::sync::Mutex;

use haoren::service::sweeping;
use serde_json::json;

use super::{lead, reviewer, send};
use crate::harness::App;

/// Keeps every line that the program logs.
struct Lines(Mutex<Vec<String>>);

static LINES: Lines = Lines(Mutex::new(Vec::new()));

struct Line(String);

impl<'kvs> log::kv::VisitSource<'kvs> for Line {
    fn visit_pair(&mut self, key: log::kv::Key<'kvs>, value: log::kv::Value<'kvs>) -> Result<(), log::kv::Error> {
        self.0 = format!("{} {key}={value}", self.0);
        Ok(())
    }
}

impl log::Log for Lines {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        if record.target().starts_with("haoren") {
            let mut line = Line(record.args().to_string());
            record.key_values().visit(&mut line).unwrap();
            self.0.lock().unwrap().push(line.0);
        }
    }

    fn flush(&self) {}
}

#[tokio::test]
async fn nothing_of_a_lead_is_logged() {
    log::set_logger(&LINES).unwrap();
    log::set_max_level(log::LevelFilter::Debug);
    let app = App::on_sqlite().await;
    let tree = app.tree().await;
    let unit = reviewer(&app, &tree).await;
    let mut body = lead(&tree);
    body["text"] = json!("闻人墨白，江汉区，助，在灯塔下修了一辈子收音机");
    body["reporter"] = json!({ "name": "太史知秋", "phone": "18977776666" });
    let sent = send(&app.anonymous(), body.clone()).await;
    unit.post(&format!("/leads/{}/promotion", sent.id()), json!({})).await.expect(201);
    let sent = send(&app.anonymous(), body.clone()).await;
    unit.get(&format!("/leads/{}/contacts", sent.id())).await.expect(200);
    unit.post(&format!("/leads/{}/dismissal", sent.id()), json!({ "reason": "闻人墨白不在本区。" })).await.expect(201);
    body["reporter"]["phone"] = json!("太史知秋");
    app.anonymous().post("/leads", body).await.expect(422);
    app.set_clock("2027-06-01T02:00:00Z");
    sweeping::sweep_leads(&app.service).await.unwrap();
    let lines = LINES.0.lock().unwrap();
    assert!(lines.iter().any(|line| line.contains("/api/v1/leads")), "the requests are logged");
    for secret in ["闻人", "墨白", "太史", "知秋", "18977776666", "收音机"] {
        assert!(!lines.iter().any(|line| line.contains(secret)), "{secret} was logged");
    }
}
