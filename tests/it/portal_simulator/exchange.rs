//! Batches: fetched, checked and acknowledged, with each misbehaviour.

use std::io::{BufRead as _, BufReader};

use haoren::{
    domain::{candidate::Status, id::CandidateId},
    service::packages,
};
use serde_json::{Value, json};

use super::{Simulator, announced};
use crate::{harness::App, results::National};

const CLOSED: &str = "2026-12-01T02:00:00Z";

struct Cast {
    national: National,
    simulator: Simulator,
    one: CandidateId,
    two: CandidateId,
    batch: String,
}

impl Cast {
    /// Two candidates, forwarded in one batch whose package is ready.
    async fn of(app: &App) -> Self {
        let national = National::of(app).await;
        let one = national.screened(app, "dedication", "王小明").await;
        let two = national.screened(app, "bravery", "李四").await;
        let batch = national.forward(app).await;
        assert_eq!(packages::build_due(&app.service).await.unwrap(), 1);
        Self { national, simulator: Simulator::of(app).await, one, two, batch }
    }

    async fn batch(&self) -> Value {
        self.national.city.get(&format!("/batches/{}", self.batch)).await.expect(200).json
    }

    /// The statuses of the batch and its items.
    async fn statuses(&self) -> (Value, Vec<Value>) {
        let batch = self.batch().await;
        let items = batch["items"].as_array().unwrap().iter().map(|item| item["status"].clone());
        (batch["status"].clone(), items.collect())
    }

    /// What both sides say of the batch, which must be the same.
    async fn agreed(&self) -> String {
        let (status, record) = (self.statuses().await.0, self.simulator.record(&self.batch));
        assert_eq!((&record["stage"], &record["status"]), (&json!("acknowledged"), &status), "{record}");
        status.as_str().unwrap().to_owned()
    }

    async fn publish(&self, app: &App) -> Value {
        app.set_clock(CLOSED);
        let verdict = |id: CandidateId| json!({ "candidate_id": id, "votes": 3, "listed": true });
        let results = json!({ "candidates": [verdict(self.one), verdict(self.two)] });
        self.national.portal.put("/cycles/2026-11/results", None, results).await.expect(201);
        self.national.city.post("/lists", json!({ "cycle": "2026-11" })).await.expect(201).json
    }

    async fn refusals(&self, id: CandidateId) -> Vec<Value> {
        let history = self.national.city.get(&format!("/candidates/{id}/history")).await.expect(200);
        let steps = history.json["items"].as_array().unwrap().iter().filter(|step| step["action"] == "refuse");
        steps.map(|step| step["reason"].clone()).collect()
    }
}

both! {
    async fn a_polite_portal_fetches_checks_and_acknowledges_once(app: App) {
        let cast = Cast::of(&app).await;
        let ran = cast.simulator.run(&["--once"]).await.expect(0);
        ran.says("manifest and").says("acknowledged: accepted (201)").says("失败 failures 0");
        assert_eq!(cast.agreed().await, "accepted");
        assert_eq!(announced(&app, "batch.received").await, 1);
        let fetched = std::fs::metadata(cast.simulator.path().join("batches").join(&cast.batch).join("package.zip")).unwrap();
        assert_eq!(json!(fetched.len()), cast.batch().await["package"]["size"]);
        cast.simulator.run(&["--once"]).await.expect(0).says("批次 batches 0");
        // Who has lost the folder finds nothing that waits.
        cast.simulator.afresh().run(&["--once"]).await.expect(0).says("批次 batches 0");
        assert_eq!(announced(&app, "batch.received").await, 1);
    }

    async fn a_slow_portal_that_breaks_off_comes_to_the_end(app: App) {
        let cast = Cast::of(&app).await;
        let ran = cast.simulator.run(&["--once", "--slow=200000", "--break-off=3"]).await.expect(0);
        ran.says("broken off on purpose (3)");
        assert_eq!(cast.agreed().await, "accepted");
        assert_eq!(cast.simulator.record(&cast.batch)["broken_off"], 3);
        assert_eq!(announced(&app, "batch.received").await, 1);
    }

    async fn a_portal_that_was_killed_goes_on_where_it_was(app: App) {
        let cast = Cast::of(&app).await;
        let mut command = cast.simulator.command(&["--once", "--slow=20000", "--break-off=1"]);
        let killed = tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            let lines = BufReader::new(child.stdout.take().unwrap()).lines();
            let seen = lines.map_while(Result::ok).any(|line| line.contains("broken off on purpose"));
            child.kill().unwrap();
            child.wait().unwrap();
            seen
        });
        assert!(killed.await.unwrap());
        assert_eq!(cast.simulator.record(&cast.batch)["stage"], "found");
        assert_eq!(cast.statuses().await.0, "pending");
        cast.simulator.run(&["--once"]).await.expect(0).says("acknowledged: accepted (201)");
        // As the folder is when the program ended between the receipt and its answer.
        let mut record = cast.simulator.record(&cast.batch);
        (record["stage"], record["status"]) = (json!("decided"), Value::Null);
        let path = cast.simulator.path().join("batches").join(&cast.batch).join("record.json");
        std::fs::write(path, record.to_string()).unwrap();
        cast.simulator.run(&["--once"]).await.expect(0).says("acknowledged: accepted");
        assert_eq!(cast.agreed().await, "accepted");
        assert_eq!(announced(&app, "batch.received").await, 1);
    }

    async fn whom_the_portal_refuses_goes_back_with_the_reason(app: App) {
        let cast = Cast::of(&app).await;
        let arguments = ["--once", "--duplicate", "--refuse=name:李四=照片不清晰"];
        cast.simulator.run(&arguments).await.expect(0).says("sent twice at once and once more");
        assert_eq!(cast.agreed().await, "partly_refused");
        assert_eq!(cast.statuses().await.1, ["accepted", "refused"]);
        assert_eq!(cast.refusals(cast.two).await, ["照片不清晰"]);
        assert_eq!(app.stored(cast.two).await.status, Status::Returned);
        assert_eq!(app.stored(cast.one).await.status, Status::Forwarded);
        assert_eq!(announced(&app, "batch.received").await, 1);
    }

    async fn a_portal_that_claims_a_wrong_digest_sends_everybody_back(app: App) {
        let cast = Cast::of(&app).await;
        cast.simulator.run(&["--once", "--wrong-digest"]).await.expect(0).says("退回 refused 2");
        assert_eq!(cast.agreed().await, "refused");
        for id in [cast.one, cast.two] {
            assert_eq!(cast.refusals(id).await, ["材料包摘要不符，请重新上报（模拟）"]);
            assert_eq!(app.stored(id).await.status, Status::Returned);
        }
    }

    async fn a_late_portal_accepts_after_the_publication(app: App) {
        let cast = Cast::of(&app).await;
        cast.simulator.run(&["--once", "--late"]).await.expect(0).says("receipt held back");
        assert_eq!(cast.statuses().await.0, "pending");
        cast.publish(&app).await;
        cast.simulator.run(&["--once", "--late", "--duplicate"]).await.expect(0);
        assert_eq!(cast.agreed().await, "accepted");
        assert_eq!(announced(&app, "batch.received").await, 1);
    }

    async fn a_portal_that_refuses_too_late_gives_in(app: App) {
        let cast = Cast::of(&app).await;
        let late = ["--once", "--late", "--refuse=number:1"];
        cast.simulator.run(&late).await.expect(0).says("receipt held back");
        let list = cast.publish(&app).await;
        cast.simulator.run(&late).await.expect(0).says("too late to refuse");
        assert_eq!(cast.agreed().await, "accepted");
        assert_eq!(app.stored(cast.one).await.status, Status::Listed);
        assert_eq!(app.anonymous().get("/lists/2026-11").await.expect(200).json, list);
        assert_eq!(announced(&app, "batch.received").await, 1);
    }

    async fn made_results_name_everybody_who_stands(app: App) {
        let cast = Cast::of(&app).await;
        cast.simulator.run(&["--once", "--refuse=category:bravery"]).await.expect(0);
        let third = cast.national.screened(&app, "integrity", "赵六").await;
        cast.national.forward(&app).await;
        assert_eq!(packages::build_due(&app.service).await.unwrap(), 1);
        let gone = json!({ "reason": "经核实不符合条件。" });
        let path = format!("/candidates/{}/disqualification", cast.one);
        cast.national.city.post_if(&path, &app.tag(cast.one).await, gone).await.expect(201);
        cast.simulator.run(&["results", "--cycle=2026-11", "--generate=5"]).await.expect(0).says("1 人 candidates");
        app.set_clock(CLOSED);
        let list = cast.national.city.post("/lists", json!({ "cycle": "2026-11" })).await.expect(201);
        assert_eq!(list.json["categories"]["integrity"][0]["entry"]["candidate_id"], json!(third));
        assert_eq!(list.json["count"], 1);
    }
}
