//! `haoren demo`: what it builds is what it promises, and its printed lines work.

use std::collections::BTreeMap;

use haoren::{
    cli::demo::{self, Progress, guide},
    service::statistics::recount,
};
use serde_json::{Value, json};

use crate::{harness::App, migrating, statistics};

const PASSWORD: &str = "c0ffee-on-the-26th";

both! {
    async fn the_demo_is_what_it_promises(app: App) {
        let built = demo::build(&app.service, PASSWORD, &mut Progress::none()).await.unwrap();
        let anybody = app.anonymous();
        let session = anybody.post("/auth/login", json!({"username": guide::CITY, "password": PASSWORD})).await;
        let city = app.with_token(session.expect(200).json["access_token"].as_str().unwrap().to_owned());

        let current = anybody.get("/cycles/current").await.expect(200).json.clone();
        assert_eq!((current["month"].as_str(), current["phase"].as_str()), (Some("2026-11"), Some("voting")));
        assert_eq!(current["policy"]["list_per_category"], 3);

        assert_eq!(statuses(&city, "2026-10").await, counted(&[("listed", 15), ("not_listed", 10), ("rejected", 1)]));
        let running = [
            ("endorsed", 1), ("forwarded", 21), ("nominated", 2), ("rejected", 3), ("returned", 3), ("screened", 1),
            ("verified", 6), ("withdrawn", 2),
        ];
        assert_eq!(statuses(&city, "2026-11").await, counted(&running));
        assert_eq!(statuses(&city, "2026-12").await, counted(&[("nominated", 3)]));

        assert_eq!(anybody.get("/channels").await.expect(200).json["items"].as_array().unwrap().len(), 4);
        let leads = city.get("/leads?status=received").await.expect(200).json["items"].as_array().unwrap().clone();
        let mut read: Vec<_> = leads.iter().map(|lead| lead["parsed"]["category"].as_str()).collect();
        read.sort_unstable();
        assert_eq!(read, [None, Some("bravery"), Some("filial_piety")]);
        assert_eq!(leads.iter().filter(|lead| lead["parsed"]["district_id"].is_string()).count(), 2);

        let list = anybody.get("/lists/2026-10").await.expect(200).json.clone();
        let categories = list["categories"].as_object().unwrap();
        assert!(categories.len() == 5 && categories.values().all(|entries| entries.as_array().unwrap().len() == 3));
        recount::catch_up(&app.service).await.unwrap();
        statistics::report_agrees(&city, "2026-10").await;
        if let Ok(path) = std::env::var("HAOREN_TEST_REPORT") {
            let report = city.get("/exports/monthly-report.xlsx?cycle=2026-10").await.expect(200);
            std::fs::write(path, &report.bytes).unwrap();
        }
        let again = demo::build(&app.service, PASSWORD, &mut Progress::none()).await;
        assert!(again.is_err(), "a database in use is left alone");
        printed_lines_work(&app, &built.facts).await;
        // The fullest database there is.
        tokio::task::block_in_place(|| migrating::assert_survives(&app));
    }
}

fn counted(counts: &[(&str, usize)]) -> BTreeMap<String, usize> {
    counts.iter().map(|(status, count)| ((*status).to_owned(), *count)).collect()
}

async fn statuses(client: &crate::harness::Client, month: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let page = client.get(&format!("/candidates?cycle={month}&limit=100")).await.expect(200).json.clone();
    for candidate in page["items"].as_array().unwrap() {
        *counts.entry(candidate["status"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

/// Sends what the printed lines would send, in their order.
async fn printed_lines_work(app: &App, facts: &guide::Facts) {
    let lines = guide::lines(facts, PASSWORD);
    assert_eq!(lines.len(), 14);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut token = String::new();
    for line in &lines {
        let url = format!("{}{}", app.base, line.path);
        assert!(guide::curl(&app.base, line).contains(&url), "{}", line.says);
        let mut request = http.request(line.method.parse().unwrap(), &url);
        if line.signed_in {
            request = request.bearer_auth(&token);
        }
        if let Some(body) = &line.body {
            request = request.header("Content-Type", "application/json").body(body.clone());
        }
        let reply = request.send().await.unwrap();
        assert!(reply.status().is_success(), "{}: {} {}", line.says, reply.status(), reply.text().await.unwrap());
        if line.path.ends_with("/auth/login") {
            let session: Value = reply.json().await.unwrap();
            session["access_token"].as_str().unwrap().clone_into(&mut token);
        }
    }
}
