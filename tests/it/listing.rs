//! Publishing a list: the cut, ties, what bars it, and what the public sees of it.

use futures_util::future::join_all;
use haoren::{
    domain::{
        candidate::{Status, Visibility},
        id::CandidateId,
        policy::{ResultSource, ResultsVisibility},
        role::Role,
    },
    service::Error,
    storage::{self, candidates::CandidateChange},
};
use serde_json::{Value, json};

use crate::harness::{App, Client, Tree};

const CLOSED: &str = "2026-12-01T02:00:00Z";

async fn city(app: &App, tree: &Tree) -> Client {
    app.user(Role::CityReviewer, Some(tree.city)).await.1
}

/// A forwarded candidate with as many votes.
async fn contender(app: &App, tree: &Tree, category: &str, name: &str, votes: i64) -> CandidateId {
    let id = app.contender(tree, Status::Forwarded, category, name).await;
    app.votes(id, votes).await;
    id
}

fn publish() -> Value {
    json!({ "cycle": "2026-11" })
}

fn names(list: &Value, category: &str) -> Vec<Value> {
    list["categories"][category].as_array().unwrap().iter().map(|entry| entry["name"].clone()).collect()
}

async fn status_of(app: &App, id: CandidateId) -> Status {
    app.write(move |db| Ok(storage::candidates::get(db, id)?.status)).await
}

async fn withhold(app: &App, id: CandidateId) {
    let now = app.service.clocks.campaign();
    app.write(move |db| {
        let version = storage::candidates::get(db, id)?.version;
        let change = CandidateChange { visibility: Some(Visibility::Withheld), ..CandidateChange::default() };
        storage::candidates::update_if(db, (id, version), &change, now)?.ok_or_else(Error::not_found)
    })
    .await;
}

async fn revoke(app: &App, id: CandidateId) {
    let now = app.service.clocks.campaign();
    app.write(move |db| Ok(storage::honours::set_revoked(db, id, now, "事迹失实")?)).await;
}

both! {
    async fn a_tie_across_the_cut_is_spelled_out_then_broken(app: App) {
        let tree = app.tree().await;
        app.policy(|policy| policy.list_per_category = 2).await;
        let first = contender(&app, &tree, "dedication", "第一名", 5).await;
        let left = contender(&app, &tree, "dedication", "并列甲", 3).await;
        let right = contender(&app, &tree, "dedication", "并列乙", 3).await;
        let last = contender(&app, &tree, "dedication", "末名", 1).await;
        let brave = contender(&app, &tree, "bravery", "赵勇", 1).await;
        let without = contender(&app, &tree, "bravery", "无票", 0).await;
        app.set_clock(CLOSED);
        let city = city(&app, &tree).await;
        let tie = city.post("/lists", publish()).await.problem(409, "tie_at_cut");
        let fault = &tie.json["errors"][0];
        assert_eq!(fault["category"], "dedication");
        assert_eq!(fault["candidate_ids"], json!([left, right]));
        assert_eq!((&fault["votes"], &fault["places"]), (&json!(3), &json!(1)));
        assert_eq!(status_of(&app, first).await, Status::Forwarded);

        let break_with = |ids: Value, reason: &str| {
            json!({ "cycle": "2026-11", "tie_breaks": [{ "category": "dedication", "candidate_ids": ids, "reason": reason }] })
        };
        let wrong = city.post("/lists", break_with(json!([left, last]), "x")).await.problem(422, "validation_failed");
        assert_eq!(
            wrong.faults(),
            [
                ("/tie_breaks/0/candidate_ids".to_owned(), "too_many".to_owned()),
                ("/tie_breaks/0/candidate_ids/1".to_owned(), "inconsistent".to_owned()),
            ]
        );
        city.post("/lists", break_with(json!([left]), " ")).await.problem(422, "validation_failed");
        let list = city.post("/lists", break_with(json!([right]), "事迹影响更为广泛")).await.expect(201);
        assert_eq!(list.header("location"), "/api/v1/lists/2026-11");
        assert_eq!(names(&list.json, "dedication"), ["第一名", "并列乙"]);
        assert_eq!(names(&list.json, "bravery"), ["赵勇"]);
        assert_eq!(list.json["categories"]["integrity"], json!([]));
        assert_eq!((&list.json["count"], &list.json["revoked_count"]), (&json!(3), &json!(0)));
        for (id, status) in [
            (first, Status::Listed),
            (left, Status::NotListed),
            (right, Status::Listed),
            (last, Status::NotListed),
            (brave, Status::Listed),
            (without, Status::NotListed),
        ] {
            assert_eq!(status_of(&app, id).await, status);
        }
    }

    async fn a_list_is_published_once(app: App) {
        let tree = app.tree().await;
        contender(&app, &tree, "dedication", "王小明", 1).await;
        let city = city(&app, &tree).await;
        app.set_clock("2026-11-30T15:59:59.999Z");
        city.post("/lists", publish()).await.problem(409, "window_closed");
        app.set_clock("2026-11-30T16:00:00Z");
        let replies = join_all((0..8).map(|_| city.post("/lists", publish()))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
        for reply in replies.into_iter().filter(|reply| reply.status != 201) {
            reply.problem(409, "already_published");
        }
        let lists = app.anonymous().get("/lists").await.expect(200);
        assert_eq!(lists.json["items"].as_array().unwrap().len(), 1);
        assert_eq!(lists.json["items"][0]["count"], 1);
    }

    async fn publishing_again_with_the_same_key_gives_the_first_answer(app: App) {
        let tree = app.tree().await;
        contender(&app, &tree, "dedication", "王小明", 1).await;
        app.set_clock(CLOSED);
        let city = city(&app, &tree).await.with("Idempotency-Key", "publish-november");
        let first = city.post("/lists", publish()).await.expect(201);
        let again = city.post("/lists", publish()).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(first.json, again.json);
    }

    async fn only_the_city_publishes(app: App) {
        let tree = app.tree().await;
        app.contender(&tree, Status::Nominated, "dedication", "王小明").await;
        app.set_clock(CLOSED);
        app.anonymous().post("/lists", publish()).await.problem(401, "unauthenticated");
        for (role, place) in [
            (Role::Citizen, None),
            (Role::UnitReviewer, Some(tree.unit)),
            (Role::DistrictReviewer, Some(tree.district)),
            (Role::Portal, None),
            (Role::Admin, None),
        ] {
            app.user(role, place).await.1.post("/lists", publish()).await.problem(403, "forbidden");
        }
        let city = city(&app, &tree).await;
        let unknown = city.post("/lists", json!({ "cycle": "2031-01" })).await.problem(422, "validation_failed");
        assert_eq!(unknown.faults(), [("/cycle".to_owned(), "unknown_reference".to_owned())]);
        city.post("/lists", json!({ "cycle": "2026-13" })).await.problem(422, "validation_failed");
        let empty = city.post("/lists", publish()).await.expect(201);
        assert_eq!(empty.json["count"], 0);
    }

    async fn undecided_objections_and_missing_results_bar_it(app: App) {
        let tree = app.tree().await;
        let one = contender(&app, &tree, "dedication", "王小明", 1).await;
        app.set_clock("2026-11-26T02:00:00Z");
        let path = format!("/candidates/{one}/objections");
        let objection = app.anonymous().post(&path, json!({ "text": "事迹与事实不符。" })).await.expect(201).id();
        app.policy(|policy| policy.result_source = ResultSource::Portal).await;
        app.set_clock(CLOSED);
        let city = city(&app, &tree).await;
        let barred = city.post("/lists", publish()).await.problem(409, "objections_undecided");
        let codes: Vec<String> = barred.faults().into_iter().map(|fault| fault.1).collect();
        assert_eq!(codes, ["objections_undecided", "results_missing"]);
        app.policy(|policy| policy.result_source = ResultSource::Local).await;
        let decision = format!("/objections/{objection}/decision");
        city.post(&decision, json!({ "set_aside": true, "reason": "材料待补充" })).await.expect(201);
        city.post("/lists", publish()).await.expect(201);
        city.post(&decision, json!({ "upheld": false, "reason": "经核实，异议不成立" })).await.expect(201);
    }

    async fn all_that_bars_an_early_publication_is_named_together(app: App) {
        let tree = app.tree().await;
        let one = contender(&app, &tree, "dedication", "王小明", 1).await;
        app.set_clock("2026-11-26T02:00:00Z");
        let path = format!("/candidates/{one}/objections");
        app.anonymous().post(&path, json!({ "text": "事迹与事实不符。" })).await.expect(201);
        let barred = city(&app, &tree).await.post("/lists", publish()).await.problem(409, "window_closed");
        let codes: Vec<String> = barred.faults().into_iter().map(|fault| fault.1).collect();
        assert_eq!(codes, ["objections_undecided", "window_closed"]);
        assert_eq!(barred.json["errors"][0]["opens_at"], "2026-11-30T16:00:00Z");
    }

    async fn the_public_reads_lists_honorees_and_certificates(app: App) {
        let tree = app.tree().await;
        let shown = contender(&app, &tree, "dedication", "王小明", 3).await;
        let revoked = contender(&app, &tree, "dedication", "李卫国", 2).await;
        let withheld = contender(&app, &tree, "dedication", "欧阳娜娜", 1).await;
        let public = app.anonymous();
        public.get("/lists/2026-11").await.problem(404, "not_found");
        app.set_clock(CLOSED);
        city(&app, &tree).await.post("/lists", publish()).await.expect(201);
        revoke(&app, revoked).await;
        withhold(&app, withheld).await;

        let list = public.get("/lists/2026-11").await.expect(200);
        assert!(list.header("cache-control").starts_with("public"));
        public.with("If-None-Match", list.header("etag")).get("/lists/2026-11").await.expect(304);
        assert_eq!((&list.json["title"], &list.json["issuer"]), (&json!("身边好人榜"), &json!("武汉市")));
        assert_eq!((&list.json["count"], &list.json["revoked_count"]), (&json!(3), &json!(1)));
        assert_eq!(names(&list.json, "dedication"), [json!("王小明"), json!("李*国"), Value::Null]);
        let entries = list.json["categories"]["dedication"].as_array().unwrap();
        let numbers: Vec<_> = entries.iter().map(|entry| entry["certificate_number"].as_str().unwrap()).collect();
        assert_eq!(numbers, ["2026-11-DED-0001", "2026-11-DED-0002", "2026-11-DED-0003"]);
        assert_eq!(entries[0]["entry"]["candidate_id"], json!(shown));
        assert_eq!(entries[0]["entry"]["district"], "江汉区");
        assert_eq!((&entries[0]["rank"], &entries[0]["votes"]), (&json!(1), &json!(3)));
        assert_eq!(entries[1]["revocation"]["reason"], "事迹失实");
        assert_eq!((&entries[1]["entry"], &entries[2]["entry"]), (&Value::Null, &Value::Null));
        let text = String::from_utf8(list.bytes).unwrap();
        assert!(!text.contains("李卫国") && !text.contains("欧阳"), "{text}");

        let honorees = public.get("/honorees").await.expect(200);
        let items = honorees.json["items"].as_array().unwrap();
        assert_eq!(items.len(), 1);
        assert_eq!(items[0]["name"], "王小明");
        assert_eq!(items[0]["honours"][0]["certificate_number"], "2026-11-DED-0001");
        let path = format!("/honorees/{}", items[0]["id"].as_str().unwrap());
        assert_eq!(public.get(&path).await.expect(200).json, items[0]);

        let check = public.get("/certificates/2026-11-DED-0001").await.expect(200);
        assert_eq!((&check.json["name"], &check.json["standing"]), (&json!("王*明"), &json!("shown")));
        let check = public.get("/certificates/2026-11-DED-0002").await.expect(200);
        assert_eq!((&check.json["name"], &check.json["standing"]), (&json!("李*国"), &json!("revoked")));
        let check = public.get("/certificates/2026-11-DED-0003").await.expect(200);
        assert_eq!((&check.json["name"], &check.json["standing"]), (&Value::Null, &json!("withheld")));
        for number in ["2026-11-DED-0004", "2026-11-DED-1", "nonsense"] {
            public.get(&format!("/certificates/{number}")).await.problem(404, "not_found");
        }
    }

    async fn a_list_with_hidden_results_tells_nothing_of_the_votes(app: App) {
        let tree = app.tree().await;
        app.policy(|policy| policy.results_visibility = ResultsVisibility::ReviewersOnly).await;
        contender(&app, &tree, "dedication", "最先推荐", 1).await;
        contender(&app, &tree, "dedication", "票数最多", 9).await;
        app.set_clock(CLOSED);
        let list = city(&app, &tree).await.post("/lists", publish()).await.expect(201);
        assert_eq!(names(&list.json, "dedication"), ["最先推荐", "票数最多"]);
        for entry in list.json["categories"]["dedication"].as_array().unwrap() {
            assert_eq!((&entry["rank"], &entry["votes"]), (&Value::Null, &Value::Null));
        }
    }
}
