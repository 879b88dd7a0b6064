//! Results, from files: taken once, replaced, sent twice and late.

use haoren::domain::id::CandidateId;
use serde_json::{Value, json};

use super::{Ran, Simulator, announced, read};
use crate::{harness::App, results::National};

const PATH: &str = "/cycles/2026-11/results";

struct Cast {
    national: National,
    simulator: Simulator,
    ids: Vec<CandidateId>,
}

impl Cast {
    async fn of(app: &App) -> Self {
        let national = National::of(app).await;
        let ids =
            vec![national.screened(app, "dedication", "王小明").await, national.screened(app, "bravery", "李四").await];
        national.forward(app).await;
        Self { national, simulator: Simulator::of(app).await, ids }
    }

    /// Delivers a file with as many votes for each.
    async fn deliver(&self, votes: u64, switches: &[&str]) -> Ran {
        let file = self.simulator.folder.path().join("results.csv");
        let lines: Vec<String> = self.ids.iter().map(|id| format!("{id},{votes},true\n")).collect();
        std::fs::write(&file, format!("candidate_id,votes,listed\n{}", lines.concat())).unwrap();
        let mut arguments = switches.to_vec();
        arguments.extend(["results", "--cycle=2026-11", "--file", file.to_str().unwrap()]);
        self.simulator.run(&arguments).await
    }

    async fn votes(&self) -> Vec<Value> {
        let stands = self.national.city.get(PATH).await.expect(200);
        stands.json["candidates"].as_array().unwrap().iter().map(|one| one["votes"].clone()).collect()
    }

    fn sent(&self) -> Value {
        read(&self.simulator.path().join("results").join("2026-11.json"))
    }
}

both! {
    async fn results_are_delivered_once_and_replaced(app: App) {
        let cast = Cast::of(&app).await;
        cast.deliver(7, &[]).await.expect(0).says("2 人 candidates, 上榜 listed 2 (201)");
        assert_eq!(cast.votes().await, [json!(7), json!(7)]);
        cast.deliver(7, &[]).await.expect(0).says("没有变化");
        cast.deliver(8, &[]).await.expect(0).says("(200)");
        assert_eq!(cast.votes().await, [json!(8), json!(8)]);
        assert_eq!(announced(&app, "results.delivered").await, 2);
        let stands = cast.national.city.get(PATH).await.expect(200);
        assert_eq!((&cast.sent()["etag"], &cast.sent()["is_taken"]), (&stands.json["etag"], &json!(true)));
    }

    async fn what_was_sent_before_the_line_broke_is_sent_again_and_changes_nothing(app: App) {
        let cast = Cast::of(&app).await;
        cast.deliver(7, &[]).await.expect(0);
        cast.deliver(8, &[]).await.expect(0);
        // As the folder is when the program ended between the request and its answer.
        let mut sent = cast.sent();
        sent["is_taken"] = json!(false);
        sent["etag"] = json!("\"1.before\"");
        std::fs::write(cast.simulator.path().join("results").join("2026-11.json"), sent.to_string()).unwrap();
        cast.deliver(8, &[]).await.expect(0).says("(200)");
        assert_eq!(cast.votes().await, [json!(8), json!(8)]);
        assert_eq!(announced(&app, "results.delivered").await, 2);
        // Another instance has replaced them meanwhile: what it said is not run over.
        let other = json!({ "candidates": cast.ids.iter().map(|id| json!({ "candidate_id": id, "votes": 9, "listed": true })).collect::<Vec<_>>() });
        cast.national.portal.put(PATH, None, other).await.expect(200);
        cast.deliver(10, &[]).await.expect(3).says("412 precondition_failed");
        assert_eq!(cast.votes().await, [json!(9), json!(9)]);
    }

    async fn results_sent_three_times_are_taken_once(app: App) {
        let cast = Cast::of(&app).await;
        cast.deliver(7, &["--duplicate"]).await.expect(0).says("sent twice at once and once more").says("(201)");
        assert_eq!(announced(&app, "results.delivered").await, 1);
        cast.deliver(8, &["--duplicate"]).await.expect(0).says("200, 200, 200");
        assert_eq!(announced(&app, "results.delivered").await, 2);
        assert_eq!(cast.votes().await, [json!(8), json!(8)]);
    }

    async fn late_results_are_refused_and_the_list_stays(app: App) {
        let cast = Cast::of(&app).await;
        cast.deliver(7, &[]).await.expect(0);
        app.set_clock("2026-12-01T02:00:00Z");
        let list = cast.national.city.post("/lists", json!({ "cycle": "2026-11" })).await.expect(201);
        cast.deliver(8, &[]).await.expect(3).says("409 already_published");
        cast.simulator.afresh().run(&["results", "--cycle=2026-11", "--file", cast.simulator.folder.path().join("results.csv").to_str().unwrap()])
            .await.expect(3);
        assert_eq!(cast.votes().await, [json!(7), json!(7)]);
        assert_eq!(app.anonymous().get("/lists/2026-11").await.expect(200).json, list.json);
    }

    async fn every_fault_of_a_file_is_printed(app: App) {
        let mut cast = Cast::of(&app).await;
        let missing = cast.ids.pop().unwrap();
        let stranger = cast.national.screened(&app, "dedication", "未上报").await;
        cast.ids.push(stranger);
        let ran = cast.deliver(7, &[]).await.expect(3).says("422 validation_failed");
        ran.says("/candidates/1/candidate_id unknown_reference").says(&format!("/candidates required {missing}"));
        assert_eq!(announced(&app, "results.delivered").await, 0);
        cast.national.city.get(PATH).await.problem(404, "not_found");
    }
}
