//! The results of a nationally run vote: delivered by the portal, replaced by it, published from.

use diesel::prelude::*;
use futures_util::future::join_all;
use haoren::{
    domain::{
        candidate::Status,
        id::CandidateId,
        policy::{ResultSource, ResultsVisibility},
        role::Role,
    },
    storage::{
        StoreError,
        schema::{audit_events, outbox_events},
    },
};
use serde_json::{Value, json};

use crate::harness::{App, Client, Tree};

const FORWARDING: &str = "2026-11-25T02:00:00Z";
const CLOSED: &str = "2026-12-01T02:00:00Z";
const PATH: &str = "/cycles/2026-11/results";

/// A cycle whose vote is held on the national site, with everybody who takes part in the exchange.
pub struct National {
    pub tree: Tree,
    pub city: Client,
    pub portal: Client,
}

impl National {
    pub async fn of(app: &App) -> Self {
        let tree = app.tree().await;
        app.policy(|policy| {
            policy.result_source = ResultSource::Portal;
            policy.voting_url = Some("https://www.wenming.cn/vote".to_owned());
        })
        .await;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        let portal = app.user(Role::Portal, None).await.1;
        Self { tree, city, portal }
    }

    /// A screened candidate with consent.
    pub async fn screened(&self, app: &App, category: &str, name: &str) -> CandidateId {
        let id = app.contender(&self.tree, Status::Screened, category, name).await;
        let (reviewer, _) = app.user(Role::UnitReviewer, Some(self.tree.unit)).await;
        app.consent(id, reviewer).await;
        id
    }

    /// Forwards what is screened; the batch's id.
    pub async fn forward(&self, app: &App) -> String {
        app.set_clock(FORWARDING);
        self.city.post("/batches", json!({ "cycle": "2026-11" })).await.expect(201).id()
    }

    /// Forwards three candidates of 敬业奉献 in one batch.
    async fn three(&self, app: &App) -> ([CandidateId; 3], String) {
        let mut ids = Vec::new();
        for name in ["王小明", "李四", "赵六"] {
            ids.push(self.screened(app, "dedication", name).await);
        }
        let batch = self.forward(app).await;
        (ids.try_into().unwrap(), batch)
    }
}

fn verdict(id: impl serde::Serialize, votes: i64, listed: bool) -> Value {
    json!({ "candidate_id": id, "votes": votes, "listed": listed })
}

fn results(of: &[(CandidateId, i64, bool)]) -> Value {
    json!({ "candidates": of.iter().map(|(id, votes, listed)| verdict(id, *votes, *listed)).collect::<Vec<_>>() })
}

fn publish() -> Value {
    json!({ "cycle": "2026-11" })
}

/// How often it was audited and announced that results came.
async fn told(app: &App) -> (i64, i64) {
    let work = |db: &mut haoren::storage::Connection| {
        let audited = audit_events::table.filter(audit_events::action.eq("results.delivered")).count();
        let announced = outbox_events::table.filter(outbox_events::kind.eq("results.delivered")).count();
        Ok::<_, StoreError>((audited.get_result(db)?, announced.get_result(db)?))
    };
    app.service.store.read(work).await.unwrap()
}

fn votes_of(tally: &Value, category: &str) -> Vec<(String, i64)> {
    let of_category = tally["categories"].as_array().unwrap().iter().find(|one| one["category"] == category).unwrap();
    let candidates = of_category["candidates"].as_array().unwrap();
    candidates.iter().map(|one| (one["name"].as_str().unwrap().to_owned(), one["votes"].as_i64().unwrap())).collect()
}

both! {
    async fn the_list_is_published_from_what_the_portal_delivers(app: App) {
        let national = National::of(&app).await;
        let ([first, second, third], _) = national.three(&app).await;
        let (city, portal) = (&national.city, &national.portal);
        portal.get(PATH).await.problem(404, "not_found");
        app.anonymous().get("/cycles/2026-11/tally").await.problem(409, "voting_elsewhere");
        app.set_clock(CLOSED);
        city.post("/lists", publish()).await.problem(409, "results_missing");

        let body = results(&[(first, 120, true), (second, 45_000, false), (third, 300, true)]);
        let taken = portal.put(PATH, None, body.clone()).await.expect(201);
        assert_eq!(taken.header("location"), "/api/v1/cycles/2026-11/results");
        assert_eq!(taken.header("etag"), taken.etag());
        assert_eq!(taken.json["candidates"], body["candidates"]);
        assert_eq!(taken.json["delivered_at"], CLOSED);
        for reader in [city, portal] {
            assert_eq!(reader.get(PATH).await.expect(200).json, taken.json);
        }
        let tally = app.anonymous().get("/cycles/2026-11/tally").await.expect(200);
        let votes = [("李四", 45_000), ("赵六", 300), ("王小明", 120)].map(|(name, votes)| (name.to_owned(), votes));
        assert_eq!(votes_of(&tally.json, "dedication"), votes);
        let inner = city.get("/cycles/2026-11/tally").await.expect(200);
        assert_eq!(votes_of(&inner.json, "dedication"), votes);
        assert!(!String::from_utf8(inner.bytes).unwrap().contains("raw"), "what stands behind them is not known here");

        let broken = json!({
            "cycle": "2026-11",
            "tie_breaks": [{ "category": "dedication", "candidate_ids": [first], "reason": "研究决定" }],
        });
        let refused = city.post("/lists", broken).await.problem(422, "validation_failed");
        assert_eq!(refused.faults(), [("/tie_breaks/0/category".to_owned(), "inconsistent".to_owned())]);
        let list = city.post("/lists", publish()).await.expect(201);
        assert_eq!(list.json["title"], "中国好人榜");
        let entries: Vec<_> = list.json["categories"]["dedication"].as_array().unwrap().iter().map(|one| {
            (one["name"].clone(), one["rank"].clone(), one["votes"].clone(), one["certificate_number"].clone())
        }).collect();
        assert_eq!(entries, [
            (json!("赵六"), json!(2), json!(300), json!("2026-11-DED-0001")),
            (json!("王小明"), json!(3), json!(120), json!("2026-11-DED-0002")),
        ]);
        for (id, status) in [(first, Status::Listed), (second, Status::NotListed), (third, Status::Listed)] {
            assert_eq!(app.stored(id).await.status, status);
        }
        let tally = app.anonymous().get("/cycles/2026-11/tally").await.expect(200);
        assert_eq!(votes_of(&tally.json, "dedication"), votes);

        // What was answered with success before the line broke is answered so again; nothing else is taken.
        assert_eq!(portal.put(PATH, None, body).await.expect(200).json, taken.json);
        let other = results(&[(first, 121, true), (second, 45_000, false), (third, 300, true)]);
        portal.put(PATH, None, other).await.problem(409, "already_published");
        assert_eq!(told(&app).await, (1, 1));
    }

    async fn every_fault_of_a_delivery_is_named_at_once(app: App) {
        let national = National::of(&app).await;
        let ([first, second, third], batch) = national.three(&app).await;
        let early = app.contender(&national.tree, Status::Screened, "dedication", "未上报").await;
        let refusal = json!({ "accepted": false, "refused": [{ "candidate_id": third, "reason": "照片不清晰" }] });
        app.as_if_packed().await;
        national.portal.post(&format!("/batches/{batch}/receipt"), refusal).await.expect(201);
        let body = results(&[(first, 1, true), (third, 2, true), (first, 1, true), (early, 3, false)]);
        let refused = national.portal.put(PATH, None, body).await.problem(422, "validation_failed");
        assert_eq!(refused.faults(), [
            ("/candidates".to_owned(), "required".to_owned()),
            ("/candidates/1/candidate_id".to_owned(), "no_longer_forwarded".to_owned()),
            ("/candidates/2/candidate_id".to_owned(), "duplicate".to_owned()),
            ("/candidates/3/candidate_id".to_owned(), "unknown_reference".to_owned()),
        ]);
        let missing = refused.json["errors"].as_array().unwrap().iter().find(|fault| fault["code"] == "required");
        assert_eq!(missing.unwrap()["candidate_id"], json!(second));

        let most = 9_007_199_254_740_991_i64;
        let votes = json!({ "candidates": [
            verdict(first, -1, true), verdict(second, most + 1, true), verdict(third, 0, true),
            { "candidate_id": first, "votes": 1.5, "listed": "yes" }, { "candidate_id": "x", "votes": "7" },
        ] });
        let refused = national.portal.put(PATH, None, votes).await.problem(422, "validation_failed");
        let named = |pointer: &str, code: &str| (format!("/candidates/{pointer}"), code.to_owned());
        assert_eq!(refused.faults(), [
            named("0/votes", "too_small"), named("1/votes", "too_large"), named("3/listed", "wrong_type"),
            named("3/votes", "wrong_type"), named("4/candidate_id", "malformed"), named("4/listed", "required"),
            named("4/votes", "wrong_type"),
        ]);
        let many = json!({ "candidates": vec![verdict(first, 1, true); 2001] });
        let refused = national.portal.put(PATH, None, many).await.problem(422, "validation_failed");
        assert_eq!(refused.faults(), [("/candidates".to_owned(), "too_many".to_owned())]);
        national.portal.get(PATH).await.problem(404, "not_found");
        assert_eq!(told(&app).await, (0, 0));
        let body = results(&[(first, 0, false), (second, most, true)]);
        national.portal.put(PATH, None, body).await.expect(201);
    }

    async fn where_the_vote_is_held_here_nothing_is_delivered(app: App) {
        let tree = app.tree().await;
        let id = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        let portal = app.user(Role::Portal, None).await.1;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        for reader in [&portal, &city] {
            reader.get(PATH).await.problem(409, "voting_here");
        }
        portal.put(PATH, None, results(&[(id, 1, true)])).await.problem(409, "voting_here");
        let twice = portal.put(PATH, None, results(&[(id, 1, true), (id, 1, true)])).await;
        assert_eq!(twice.problem(422, "validation_failed").faults()[0].1, "duplicate");
        for month in ["2031-01", "november"] {
            let path = format!("/cycles/{month}/results");
            portal.get(&path).await.problem(404, "not_found");
            portal.put(&path, None, json!({ "wrong": 1 })).await.problem(404, "not_found");
        }
        for (role, place) in [(Role::Citizen, None), (Role::DistrictReviewer, Some(tree.district)), (Role::Admin, None)] {
            let other = app.user(role, place).await.1;
            other.get(PATH).await.problem(403, "forbidden");
            other.put(PATH, None, json!({})).await.problem(403, "forbidden");
        }
        city.put(PATH, None, results(&[])).await.problem(403, "forbidden");
        app.anonymous().get(PATH).await.problem(401, "unauthenticated");
    }

    async fn results_are_replaced_and_known_again(app: App) {
        let national = National::of(&app).await;
        let ([first, second, third], _) = national.three(&app).await;
        let portal = &national.portal;
        let body = |votes| results(&[(first, votes, true), (second, 5, false), (third, 9, true)]);
        portal.put(PATH, Some("\"1.x\""), body(1)).await.problem(412, "precondition_failed");
        portal.put(PATH, Some("nonsense"), body(1)).await.problem(400, "invalid_header");
        let one = portal.put(PATH, None, body(1)).await.expect(201);
        let mut turned = body(1);
        turned["candidates"].as_array_mut().unwrap().reverse();
        assert_eq!(portal.put(PATH, None, turned).await.expect(200).json, one.json, "in whatever order");
        let two = portal.put(PATH, Some(&one.etag()), body(2)).await.expect(200);
        assert_ne!(two.etag(), one.etag());
        portal.put(PATH, Some(&one.etag()), body(3)).await.problem(412, "precondition_failed");
        assert_eq!(portal.put(PATH, Some(&one.etag()), body(2)).await.expect(200).json, two.json, "it stands already");
        let three = portal.put(PATH, None, body(3)).await.expect(200);
        assert_eq!(national.city.get(PATH).await.expect(200).json, three.json);
        assert_eq!(three.json["candidates"][0]["votes"], 3);
        national.city.with("If-None-Match", three.header("etag")).get(PATH).await.expect(304);
        assert_eq!(told(&app).await, (3, 3));
    }

    async fn equal_and_different_deliveries_at_once_leave_one_whole(app: App) {
        let national = National::of(&app).await;
        let ([first, second, third], _) = national.three(&app).await;
        let body = |votes| results(&[(first, votes, true), (second, votes, false), (third, votes, true)]);
        let equal = join_all((0..8).map(|_| national.portal.put(PATH, None, body(1)))).await;
        let mut statuses: Vec<u16> = equal.iter().map(|reply| reply.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 200, 201]);
        assert!(equal.iter().all(|reply| reply.json == equal[0].json));
        assert_eq!(told(&app).await, (1, 1));
        let different = join_all((2..10).map(|votes| national.portal.put(PATH, None, body(votes)))).await;
        assert!(different.iter().all(|reply| reply.status == 200));
        let stands = national.portal.get(PATH).await.expect(200);
        let votes: Vec<i64> =
            stands.json["candidates"].as_array().unwrap().iter().map(|one| one["votes"].as_i64().unwrap()).collect();
        assert!(votes.iter().all(|one| *one == votes[0]), "{votes:?}");
        assert!(stands.etag().starts_with("\"9."), "{}", stands.etag());
        assert!(different.iter().any(|reply| reply.json == stands.json));
        assert_eq!(told(&app).await, (9, 9));
        // Of those who have all seen the same, one replaces it.
        let seen = stands.etag();
        let guarded = join_all((20..28).map(|votes| national.portal.put(PATH, Some(&seen), body(votes)))).await;
        assert_eq!(guarded.iter().filter(|reply| reply.status == 200).count(), 1);
        assert_eq!(guarded.iter().filter(|reply| reply.status == 412).count(), 7);
    }

    async fn a_list_published_beside_a_replacement_is_made_of_one_of_them(app: App) {
        let national = National::of(&app).await;
        let ([first, second, third], _) = national.three(&app).await;
        let body = |votes| results(&[(first, votes, true), (second, votes, true), (third, votes, false)]);
        national.portal.put(PATH, None, body(1)).await.expect(201);
        app.set_clock(CLOSED);
        let portal = &national.portal;
        let (published, deliveries) = tokio::join!(
            national.city.post("/lists", publish()),
            join_all((2..6).map(|votes| portal.put(PATH, None, body(votes)))),
        );
        let list = published.expect(201);
        for reply in deliveries {
            if reply.status != 200 {
                reply.problem(409, "already_published");
            }
        }
        let stands = portal.get(PATH).await.expect(200).json["candidates"][0]["votes"].clone();
        let entries = list.json["categories"]["dedication"].as_array().unwrap();
        assert_eq!(entries.len(), 2);
        assert!(entries.iter().all(|one| one["votes"] == stands), "{stands} {}", list.json);
    }

    async fn who_leaves_after_the_delivery_is_not_listed_and_who_comes_is_missing(app: App) {
        let national = National::of(&app).await;
        let ([first, second, third], batch) = national.three(&app).await;
        let body = results(&[(first, 7, true), (second, 5, true), (third, 9, true)]);
        national.portal.put(PATH, None, body).await.expect(201);
        let refusal = json!({ "accepted": false, "refused": [{ "candidate_id": third, "reason": "照片不清晰" }] });
        app.as_if_packed().await;
        national.portal.post(&format!("/batches/{batch}/receipt"), refusal).await.expect(201);
        let late = national.screened(&app, "bravery", "后来者").await;
        national.forward(&app).await;
        app.set_clock(CLOSED);
        let missing = national.city.post("/lists", publish()).await.problem(409, "results_missing");
        assert_eq!(missing.json["errors"][0]["candidate_ids"], json!([late]));
        let body = results(&[(first, 7, true), (second, 5, true), (late, 1, false)]);
        national.portal.put(PATH, None, body).await.expect(200);
        let tag = app.tag(second).await;
        let gone = json!({ "reason": "经核实不符合条件。" });
        national.city.post_if(&format!("/candidates/{second}/disqualification"), &tag, gone).await.expect(201);
        let list = national.city.post("/lists", publish()).await.expect(201);
        assert_eq!(list.json["count"], 1);
        assert_eq!(list.json["categories"]["dedication"][0]["entry"]["candidate_id"], json!(first));
        assert_eq!(list.json["categories"]["dedication"][0]["rank"], 1);
        assert_eq!(app.stored(third).await.status, Status::Returned);
        assert_eq!(app.stored(late).await.status, Status::NotListed);
    }

    async fn delivered_results_are_hidden_as_the_policy_says(app: App) {
        let national = National::of(&app).await;
        let ([first, second, third], _) = national.three(&app).await;
        app.policy(|policy| policy.results_visibility = ResultsVisibility::AfterClose).await;
        let body = results(&[(first, 1, true), (second, 3, true), (third, 2, false)]);
        national.portal.put(PATH, None, body).await.expect(201);
        let tally = "/cycles/2026-11/tally";
        app.anonymous().get(tally).await.problem(403, "results_not_public");
        assert_eq!(votes_of(&national.city.get(tally).await.expect(200).json, "dedication").len(), 3);
        app.set_clock(CLOSED);
        assert_eq!(votes_of(&app.anonymous().get(tally).await.expect(200).json, "dedication")[0].0, "李四");
        app.policy(|policy| policy.results_visibility = ResultsVisibility::ReviewersOnly).await;
        app.anonymous().get(tally).await.problem(403, "results_not_public");
        let list = national.city.post("/lists", publish()).await.expect(201);
        let names: Vec<_> =
            list.json["categories"]["dedication"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
        assert_eq!(names, ["王小明", "李四"], "in the order of nomination");
    }

    async fn a_vote_with_results_is_not_declared_a_vote_held_here(app: App) {
        let national = National::of(&app).await;
        let ([first, second, third], _) = national.three(&app).await;
        app.set_clock(CLOSED);
        let body = results(&[(first, 1, true), (second, 3, true), (third, 2, false)]);
        national.portal.put(PATH, None, body).await.expect(201);
        let admin = app.admin().await;
        let etag = admin.get("/cycles/2026-11").await.expect(200).etag();
        let local = json!({ "policy": { "result_source": "local", "voting_url": null }, "reason": "改为本地投票。" });
        let refused = admin.patch("/cycles/2026-11", &etag, local).await.problem(409, "contradicts_records");
        assert_eq!(refused.faults(), [("/policy/result_source".to_owned(), "contradicts_records".to_owned())]);
    }
}
