//! Votes that are held back by one reviewer and decided by another.

use futures_util::future::join_all;
use haoren::{
    domain::{candidate::Status, id::CandidateId, role::Role},
    service::{vote_log, vote_scan},
    storage,
};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client, Tree},
    vote_log::entries,
};

const VOTING: &str = "2026-11-26T02:00:00Z";
const CLOSED: &str = "2026-12-01T02:00:00Z";

/// A candidate with so many votes, and two reviewers of the city.
async fn voted(app: &App, tree: &Tree, votes: i64) -> (CandidateId, Client, Client) {
    let id = app.contender(tree, Status::Forwarded, "dedication", "王小明").await;
    app.set_clock(VOTING);
    app.votes(id, votes).await;
    let one = app.user(Role::CityReviewer, Some(tree.city)).await.1;
    (id, one, app.user(Role::CityReviewer, Some(tree.city)).await.1)
}

fn held(sequences: &[i64]) -> Value {
    json!({ "cycle": "2026-11", "sequences": sequences, "reason": "同一网络短时间内集中投票。" })
}

async fn counted(client: &Client) -> Value {
    let reply = client.get("/cycles/2026-11/tally").await.expect(200);
    let categories = reply.json["categories"].as_array().unwrap().clone();
    categories.into_iter().find(|one| one["category"] == "dedication").unwrap()["candidates"][0].clone()
}

async fn deviations(app: &App) -> usize {
    let found = app.service.store.read(|db| Ok::<_, haoren::service::Error>(storage::tallies::deviations(db)?));
    found.await.unwrap().len()
}

both! {
    async fn one_holds_votes_back_and_another_finds_them_invalid(app: App) {
        let tree = app.tree().await;
        let (id, one, other) = voted(&app, &tree, 5).await;
        let opened = one.post("/quarantines", held(&[1, 3])).await.expect(201);
        assert_eq!((&opened.json["votes"], &opened.json["status"]), (&json!(2), &json!("open")));
        let inner = counted(&one).await;
        assert_eq!((&inner["votes"], &inner["raw"], &inner["quarantined"]), (&json!(3), &json!(5), &json!(2)));
        let public = counted(&app.anonymous()).await;
        assert_eq!((&public["votes"], public.get("raw")), (&json!(3), None));
        let path = format!("/quarantines/{}/decision", opened.json["id"].as_str().unwrap());
        let tag = opened.json["etag"].as_str().unwrap();
        let decision = json!({ "decision": "invalidate", "reason": "核查属实，系刷票。" });
        assert_eq!(one.post_if(&path, tag, decision.clone()).await.status, 409, "nobody decides the own quarantine");
        other.post(&path, decision.clone()).await.problem(428, "precondition_required");
        let decided = other.post_if(&path, tag, decision.clone()).await.expect(201);
        assert_eq!(decided.json["status"], "invalidated");
        assert_eq!(other.post_if(&path, decided.json["etag"].as_str().unwrap(), decision).await.status, 409);
        let inner = counted(&one).await;
        assert_eq!((&inner["votes"], &inner["invalid"], &inner["quarantined"]), (&json!(3), &json!(2), &json!(0)));
        assert_eq!(deviations(&app).await, 0);
        // Both are entries of the public log, with the reason.
        vote_log::advance(&app.service).await.unwrap();
        let lines = entries(&app.anonymous(), 7).await;
        let told: Vec<&str> = lines.lines().filter(|line| line.contains("核查属实，系刷票。")).collect();
        assert_eq!(told.len(), 2, "{lines}");
        let rows = one.get(&format!("/cycles/2026-11/votes?candidate_id={id}&state=invalid")).await.expect(200);
        let seen: Vec<i64> = rows.json["items"].as_array().unwrap().iter().map(|row| row["sequence"].as_i64().unwrap()).collect();
        assert_eq!(seen, [1, 3]);
    }

    async fn what_is_released_counts_again_and_nothing_is_published_before(app: App) {
        let tree = app.tree().await;
        let (_, one, other) = voted(&app, &tree, 3).await;
        let opened = one.post("/quarantines", held(&[0, 1, 2])).await.expect(201);
        app.set_clock(CLOSED);
        let refused = one.post("/lists", json!({ "cycle": "2026-11" })).await;
        assert_eq!((refused.status.as_u16(), refused.json["code"].as_str()), (409, Some("votes_undecided")));
        let path = format!("/quarantines/{}/decision", opened.json["id"].as_str().unwrap());
        let decision = json!({ "decision": "release", "reason": "系单位组织集中投票，合规。" });
        other.post_if(&path, opened.json["etag"].as_str().unwrap(), decision).await.expect(201);
        assert_eq!(counted(&one).await["votes"], 3);
        assert_eq!(deviations(&app).await, 0);
        one.post("/lists", json!({ "cycle": "2026-11" })).await.expect(201);
        assert_eq!(one.post("/quarantines", held(&[0])).await.status, 409, "after publication nothing is held back");
    }

    async fn a_vote_is_held_once_and_decided_once_however_many_try(app: App) {
        let tree = app.tree().await;
        let (_, one, other) = voted(&app, &tree, 8).await;
        let body = held(&[0, 1, 2, 3]);
        let opened = join_all((0..4).map(|_| one.post("/quarantines", body.clone()))).await;
        let taken: i64 = opened.iter().filter(|reply| reply.status == 201).map(|reply| reply.json["votes"].as_i64().unwrap()).sum();
        assert_eq!(taken, 4, "{:?}", opened.iter().map(|reply| reply.json.to_string()).collect::<Vec<_>>());
        assert_eq!((counted(&one).await["quarantined"].clone(), deviations(&app).await), (json!(4), 0));
        let open = opened.iter().find(|reply| reply.status == 201 && reply.json["votes"] == 4).unwrap();
        let path = format!("/quarantines/{}/decision", open.json["id"].as_str().unwrap());
        let tag = open.json["etag"].as_str().unwrap();
        let decide = |decision: &str| other.post_if(&path, tag, json!({ "decision": decision, "reason": "已核查。" }));
        let (invalid, released) = tokio::join!(decide("invalidate"), decide("release"));
        let won = [&invalid, &released].iter().filter(|reply| reply.status == 201).count();
        assert_eq!(won, 1, "{} {}", invalid.json, released.json);
        assert_eq!(deviations(&app).await, 0);
    }

    async fn a_burst_from_one_network_is_a_signal_that_can_be_held_back(app: App) {
        let tree = app.tree().await;
        let (_, one, _) = voted(&app, &tree, 400).await;
        vote_scan::scan(&app.service).await.unwrap();
        vote_scan::scan(&app.service).await.unwrap();
        let signals = one.get("/cycles/2026-11/signals").await.expect(200);
        let items = signals.json["items"].as_array().unwrap();
        let burst: Vec<&Value> = items.iter().filter(|signal| signal["kind"] == "prefix_burst").collect();
        assert_eq!(burst.len(), 1, "raised once: {items:?}");
        assert!(burst[0]["reason"]["zh"].as_str().unwrap().contains("400"), "{}", burst[0]);
        let body = json!({ "cycle": "2026-11", "signal_id": burst[0]["id"], "reason": "同一网络集中投票。" });
        assert_eq!(one.post("/quarantines", body).await.expect(201).json["votes"], 400);
        assert_eq!((counted(&one).await["votes"].clone(), deviations(&app).await), (json!(0), 0));
    }

    async fn a_quarantine_names_its_votes_and_says_why(app: App) {
        let tree = app.tree().await;
        let (_, one, _) = voted(&app, &tree, 2).await;
        for body in [
            json!({ "cycle": "2026-11", "reason": "理由" }),
            json!({ "cycle": "2026-11", "sequences": [], "reason": "理由" }),
            json!({ "cycle": "2026-11", "sequences": [0, 0], "reason": "理由" }),
            json!({ "cycle": "2026-11", "sequences": [0], "reason": "" }),
            json!({ "cycle": "2026-11", "sequences": [0] }),
        ] {
            one.post("/quarantines", body).await.problem(422, "validation_failed");
        }
        assert_eq!(counted(&one).await["quarantined"], 0);
    }
}
