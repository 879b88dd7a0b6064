//! Batches to the provincial portal and its receipts; objections.

use haoren::{
    domain::{candidate::Status, id::CandidateId, role::Role},
    service::packages,
    storage,
};
use serde_json::{Value, json};

use crate::harness::{App, Client, Tree};

const FORWARDING: &str = "2026-11-25T02:00:00Z";

async fn city(app: &App, tree: &Tree) -> Client {
    app.user(Role::CityReviewer, Some(tree.city)).await.1
}

/// A screened candidate with consent.
async fn screened(app: &App, tree: &Tree, name: &str) -> CandidateId {
    let id = app.contender(tree, Status::Screened, "dedication", name).await;
    let (reviewer, _) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
    app.consent(id, reviewer).await;
    id
}

async fn status_of(app: &App, id: CandidateId) -> Status {
    app.write(move |db| Ok(storage::candidates::get(db, id)?.status)).await
}

fn november() -> Value {
    json!({ "cycle": "2026-11" })
}

both! {
    async fn a_batch_takes_every_screened_candidate(app: App) {
        let tree = app.tree().await;
        let one = screened(&app, &tree, "王小明").await;
        let two = screened(&app, &tree, "李四").await;
        app.contender(&tree, Status::Endorsed, "dedication", "未筛选").await;
        app.set_clock(FORWARDING);
        let city = city(&app, &tree).await;
        let batch = city.post("/batches", november()).await.expect(201);
        assert_eq!((&batch.json["sequence"], &batch.json["status"]), (&json!(1), &json!("pending")));
        let names: Vec<_> =
            batch.json["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["王小明", "李四"]);
        assert_eq!(batch.json["items"][0]["district"]["name"], "江汉区");
        assert_eq!(status_of(&app, one).await, Status::Forwarded);
        assert_eq!(status_of(&app, two).await, Status::Forwarded);
        city.post("/batches", november()).await.problem(409, "batch_empty");
        screened(&app, &tree, "后来者").await;
        let second = city.post("/batches", november()).await.expect(201);
        assert_eq!(second.json["sequence"], 2);

        let (_, portal) = app.user(Role::Portal, None).await;
        let seen = portal.get(&format!("/batches/{}", batch.id())).await.expect(200);
        assert_eq!(seen.json, batch.json);
        assert_eq!(portal.get("/batches").await.expect(200).json["items"], json!([]), "until the packages are built");
        assert_eq!(packages::build_due(&app.service).await.unwrap(), 2);
        let list = portal.get("/batches?cycle=2026-11").await.expect(200);
        let counts: Vec<_> = list.json["items"].as_array().unwrap().iter().map(|one| one["item_count"].clone()).collect();
        assert_eq!(counts, [json!(1), json!(2)], "the latest first");
    }

    async fn one_missing_consent_fails_the_batch_and_is_named(app: App) {
        let tree = app.tree().await;
        let with = screened(&app, &tree, "王小明").await;
        let without = app.contender(&tree, Status::Screened, "bravery", "李四").await;
        let city = city(&app, &tree).await;
        let closed = city.post("/batches", november()).await.problem(409, "window_closed");
        let codes: Vec<String> = closed.faults().into_iter().map(|fault| fault.1).collect();
        assert_eq!(codes, ["consent_missing", "window_closed"]);
        app.set_clock(FORWARDING);
        let refused = city.post("/batches", november()).await.problem(409, "consent_missing");
        assert_eq!(refused.json["errors"].as_array().unwrap().len(), 1);
        assert_eq!(refused.json["errors"][0]["candidate_id"], json!(without));
        assert_eq!(status_of(&app, with).await, Status::Screened);
        assert_eq!(city.get("/batches").await.expect(200).json["items"], json!([]));
    }

    async fn batches_are_for_city_and_portal(app: App) {
        let tree = app.tree().await;
        screened(&app, &tree, "王小明").await;
        app.set_clock(FORWARDING);
        let id = city(&app, &tree).await.post("/batches", november()).await.expect(201).id();
        app.anonymous().get("/batches").await.problem(401, "unauthenticated");
        for (role, place) in
            [(Role::Citizen, None), (Role::DistrictReviewer, Some(tree.district)), (Role::Admin, None)]
        {
            let (_, client) = app.user(role, place).await;
            client.get(&format!("/batches/{id}")).await.problem(403, "forbidden");
            client.post("/batches", november()).await.problem(403, "forbidden");
        }
        let (_, portal) = app.user(Role::Portal, None).await;
        portal.post("/batches", november()).await.problem(403, "forbidden");
        portal.get(&format!("/batches/{}", tree.unit)).await.problem(404, "not_found");
    }

    async fn a_receipt_sends_back_what_is_refused(app: App) {
        let tree = app.tree().await;
        let one = screened(&app, &tree, "王小明").await;
        let two = screened(&app, &tree, "李四").await;
        app.set_clock(FORWARDING);
        let id = city(&app, &tree).await.post("/batches", november()).await.expect(201).id();
        let (_, portal) = app.user(Role::Portal, None).await;
        let path = format!("/batches/{id}/receipt");
        portal.post(&path, json!({ "accepted": true })).await.problem(409, "package_not_ready");
        app.as_if_packed().await;
        let refusal = json!({ "accepted": false, "refused": [{ "candidate_id": two, "reason": "照片不清晰" }] });
        for (wrong, pointer, code) in [
            (json!({ "accepted": false }), "/refused", "too_few"),
            (json!({ "accepted": true, "refused": refusal["refused"] }), "/refused", "inconsistent"),
            (
                json!({ "accepted": false, "refused": [{ "candidate_id": tree.unit, "reason": "x" }] }),
                "/refused/0/candidate_id",
                "unknown_reference",
            ),
        ] {
            let reply = portal.post(&path, wrong).await.problem(422, "validation_failed");
            assert_eq!(reply.faults(), [(pointer.to_owned(), code.to_owned())]);
        }
        let taken = portal.post(&path, refusal.clone()).await.expect(201);
        assert_eq!(taken.json["status"], "partly_refused");
        assert_eq!((&taken.json["items"][0]["status"], &taken.json["items"][1]["status"]), (&json!("accepted"), &json!("refused")));
        assert_eq!(taken.json["items"][1]["reason"], "照片不清晰");
        assert_eq!(portal.post(&path, refusal).await.expect(200).json, taken.json);
        assert_eq!(status_of(&app, one).await, Status::Forwarded);
        assert_eq!(status_of(&app, two).await, Status::Returned);
        portal.post(&path, json!({ "accepted": true })).await.problem(409, "already_decided");
    }

    async fn an_earlier_receipt_is_known_after_a_later_one(app: App) {
        let tree = app.tree().await;
        let one = screened(&app, &tree, "王小明").await;
        let two = screened(&app, &tree, "李四").await;
        app.set_clock(FORWARDING);
        let id = city(&app, &tree).await.post("/batches", november()).await.expect(201).id();
        let (_, portal) = app.user(Role::Portal, None).await;
        let path = format!("/batches/{id}/receipt");
        portal.post(&path, json!({ "accepted": true })).await.problem(409, "package_not_ready");
        app.as_if_packed().await;
        let refused = |ids: &[CandidateId]| {
            let refused: Vec<Value> =
                ids.iter().map(|id| json!({ "candidate_id": id, "reason": "照片不清晰" })).collect();
            json!({ "accepted": refused.is_empty(), "refused": refused })
        };
        for (receipt, status) in [(refused(&[]), "accepted"), (refused(&[two]), "partly_refused"), (refused(&[one, two]), "refused")] {
            assert_eq!(portal.post(&path, receipt).await.expect(201).json["status"], status);
        }
        let stands = portal.get(&format!("/batches/{id}")).await.expect(200).json;
        for replayed in [refused(&[]), refused(&[two]), refused(&[two, one])] {
            assert_eq!(portal.post(&path, replayed).await.expect(200).json, stands);
        }
        let listed = portal.get("/batches").await.expect(200);
        assert_eq!(listed.json["items"][0]["item_count"], 2, "{}", listed.json);
    }

    async fn anyone_objects_and_the_city_decides(app: App) {
        let tree = app.tree().await;
        let one = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        let hidden = app.contender(&tree, Status::Screened, "dedication", "李四").await;
        app.set_clock("2026-11-26T02:00:00Z");
        let public = app.anonymous();
        let body = json!({ "text": "所述事迹与事实不符。", "contact": "13800005678", "name": "赵六" });
        public.post(&format!("/candidates/{hidden}/objections"), body.clone()).await.problem(404, "not_found");
        let path = format!("/candidates/{one}/objections");
        let received = public.post(&path, body.clone()).await.expect(201);
        assert_eq!(received.json["status"], "open");
        let text = String::from_utf8(received.bytes.clone()).unwrap();
        assert!(!text.contains("13800005678") && !text.contains("赵六"));
        public.post(&path, json!({ "text": "" })).await.problem(422, "validation_failed");
        public.post(&path, json!({ "text": "坏\u{202e}人" })).await.problem(422, "validation_failed");

        let city = city(&app, &tree).await;
        app.user(Role::DistrictReviewer, Some(tree.district)).await.1.get("/objections").await.problem(403, "forbidden");
        let list = city.get("/objections?status=open&cycle=2026-11").await.expect(200);
        assert_eq!(list.json["items"][0]["contact"], "138****5678");
        assert_eq!(list.json["items"][0]["name"], "赵*");
        let contact = format!("/objections/{}/contact", received.id());
        let objector = city.get(&contact).await.expect(200);
        assert_eq!(objector.json, json!({ "contact": "13800005678", "name": "赵六" }));
        assert_eq!(objector.header("cache-control"), "private, no-store");
        app.admin().await.get(&contact).await.problem(403, "forbidden");
        let decision = format!("/objections/{}/decision", received.id());
        city.post(&decision, json!({ "reason": "x" })).await.problem(422, "validation_failed");
        let decided = city.post(&decision, json!({ "upheld": true, "reason": "经核实，异议成立" })).await.expect(201);
        assert_eq!((&decided.json["status"], &decided.json["reason"]), (&json!("upheld"), &json!("经核实，异议成立")));
        city.post(&decision, json!({ "upheld": false, "reason": "x" })).await.problem(409, "already_decided");

        app.set_clock("2026-12-01T02:00:00Z");
        city.post("/lists", november()).await.expect(201);
        app.set_clock("2026-12-16T01:59:59.999Z");
        public.post(&path, body.clone()).await.expect(201);
        app.set_clock("2026-12-16T02:00:00Z");
        public.post(&path, body).await.problem(409, "objections_closed");
    }
}
