//! Votes and their results.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use haoren::domain::{
    candidate::Status,
    policy::{Repeat, ResultSource, ResultsVisibility},
    role::Role,
};
use serde_json::{Value, json};

use crate::harness::{App, Client};

const VOTING: &str = "2026-11-26T02:00:00Z";
const CLOSED: &str = "2026-12-01T02:00:00Z";

fn ballot(id: &(impl ToString + ?Sized)) -> Value {
    json!({ "candidate_id": id.to_string() })
}

/// Votes of each candidate of a category, as the results show them.
async fn results(client: &Client, category: &str) -> Vec<(String, u64, u64)> {
    let reply = client.get("/cycles/2026-11/tally").await.expect(200);
    let categories = reply.json["categories"].as_array().unwrap().clone();
    let found = categories.iter().find(|one| one["category"] == category).unwrap();
    let candidates = found["candidates"].as_array().unwrap();
    candidates
        .iter()
        .map(|one| {
            (one["name"].as_str().unwrap().to_owned(), one["rank"].as_u64().unwrap(), one["votes"].as_u64().unwrap())
        })
        .collect()
}

both! {
    async fn a_vote_counts_once_and_may_be_retried(app: App) {
        let tree = app.tree().await;
        let one = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        app.contender(&tree, Status::Forwarded, "dedication", "李四").await;
        app.set_clock(VOTING);
        let citizen = app.citizen().await;
        let first = citizen.post("/votes", ballot(&one)).await.expect(201);
        assert_eq!(first.json["cycle"], "2026-11");
        assert_eq!(first.json["category"], "dedication");
        assert_eq!(first.json["day"], Value::Null);
        app.set_clock("2026-11-27T02:00:00Z");
        let again = citizen.post("/votes", ballot(&one)).await.expect(200);
        assert_eq!(first.json, again.json);
        app.set_clock(CLOSED);
        assert_eq!(citizen.post("/votes", ballot(&one)).await.expect(200).json, first.json);
        let expected = [("王小明".to_owned(), 1, 1), ("李四".to_owned(), 2, 0)];
        assert_eq!(results(&app.anonymous(), "dedication").await, expected);
        let mine = citizen.get("/me/votes").await.expect(200);
        assert_eq!(mine.json["items"], json!([first.json]));
        assert_eq!(app.citizen().await.get("/me/votes").await.expect(200).json["items"], json!([]));
    }

    async fn citizens_and_reviewers_vote_and_nobody_else(app: App) {
        let tree = app.tree().await;
        let one = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        let hidden = app.contender(&tree, Status::Screened, "dedication", "李四").await;
        app.set_clock(VOTING);
        app.anonymous().post("/votes", ballot(&one)).await.problem(401, "unauthenticated");
        for role in [Role::Admin, Role::Portal] {
            let (_, client) = app.user(role, None).await;
            client.post("/votes", ballot(&one)).await.problem(403, "forbidden");
        }
        for (role, place) in [
            (Role::Citizen, None),
            (Role::UnitReviewer, Some(tree.unit)),
            (Role::DistrictReviewer, Some(tree.district)),
            (Role::CityReviewer, Some(tree.city)),
        ] {
            let (_, client) = app.user(role, place).await;
            client.post("/votes", ballot(&one)).await.expect(201);
            client.post("/votes", ballot(&hidden)).await.problem(404, "not_found");
        }
        let citizen = app.citizen().await;
        citizen.post("/votes", ballot(&tree.unit)).await.problem(404, "not_found");
        citizen.post("/votes", json!({ "candidate_id": one, "weight": 9 })).await.problem(422, "validation_failed");
        assert_eq!(results(&citizen, "dedication").await, [("王小明".to_owned(), 1, 4)]);
    }

    async fn the_same_vote_64_times_at_once_counts_once(app: App) {
        let tree = app.tree().await;
        let one = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        app.set_clock(VOTING);
        let citizen = app.citizen().await;
        let replies = join_all((0..64).map(|_| citizen.post("/votes", ballot(&one)))).await;
        let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 63, "{statuses:?}");
        let votes: BTreeSet<String> = replies.iter().map(|reply| reply.json.to_string()).collect();
        assert_eq!(votes.len(), 1);
        assert_eq!(results(&citizen, "dedication").await, [("王小明".to_owned(), 1, 1)]);
    }

    async fn the_limit_of_a_category_holds_under_concurrency(app: App) {
        let tree = app.tree().await;
        app.policy(|policy| policy.votes_per_category = 3).await;
        let mut ids = Vec::new();
        for number in 0..10 {
            ids.push(app.contender(&tree, Status::Forwarded, "dedication", &format!("候选{number}")).await);
        }
        let other = app.contender(&tree, Status::Forwarded, "bravery", "赵勇").await;
        app.set_clock(VOTING);
        let citizen = app.citizen().await;
        let replies = join_all(ids.iter().map(|id| citizen.post("/votes", ballot(id)))).await;
        let (won, lost): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 201);
        assert_eq!(won.len(), 3);
        for reply in lost {
            let reply = reply.problem(409, "category_limit_reached");
            let fault = &reply.json["errors"][0];
            assert_eq!((&fault["limit"], &fault["used"]), (&json!(3), &json!(3)));
        }
        citizen.post("/votes", ballot(&other)).await.expect(201);
        for reply in won {
            citizen.post("/votes", ballot(reply.json["candidate_id"].as_str().unwrap())).await.expect(200);
        }
        let counted: u64 = results(&citizen, "dedication").await.iter().map(|one| one.2).sum();
        assert_eq!(counted, 3);
    }

    async fn many_voters_at_once_are_all_counted(app: App) {
        let tree = app.tree().await;
        let one = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        let two = app.contender(&tree, Status::Forwarded, "dedication", "李四").await;
        app.set_clock(VOTING);
        let mut clients = Vec::new();
        for _ in 0..24 {
            clients.push(app.citizen().await);
        }
        let both = join_all(clients.iter().flat_map(|client| {
            [client.post("/votes", ballot(&one)), client.post("/votes", ballot(&two))]
        }))
        .await;
        assert!(both.iter().all(|reply| reply.status == 201), "{:?}", both.iter().map(|r| r.status).collect::<Vec<_>>());
        let found = results(&app.anonymous(), "dedication").await;
        assert!(found.iter().all(|one| one.1 == 1 && one.2 == 24), "{found:?}");
    }

    async fn voting_has_a_window(app: App) {
        let tree = app.tree().await;
        let one = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        let citizen = app.citizen().await;
        for (moment, status) in [
            ("2026-11-24T15:59:59.999Z", 409),
            ("2026-11-30T16:00:00Z", 409),
            ("2026-11-30T15:59:59.999Z", 201),
        ] {
            app.set_clock(moment);
            let reply = citizen.post("/votes", ballot(&one)).await;
            if status == 409 {
                let reply = reply.problem(409, "voting_closed");
                assert_eq!(reply.json["errors"][0]["opens_at"], "2026-11-24T16:00:00Z");
            } else {
                reply.expect(201);
            }
        }
    }

    async fn a_daily_vote_begins_anew_at_midnight(app: App) {
        let tree = app.tree().await;
        app.policy(|policy| policy.repeat = Repeat::Daily).await;
        let one = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        let citizen = app.citizen().await;
        app.set_clock("2026-11-26T10:00:00Z");
        let first = citizen.post("/votes", ballot(&one)).await.expect(201);
        assert_eq!(first.json["day"], "2026-11-26");
        app.set_clock("2026-11-26T15:59:00Z");
        citizen.post("/votes", ballot(&one)).await.expect(200);
        app.set_clock("2026-11-26T16:00:00Z");
        let second = citizen.post("/votes", ballot(&one)).await.expect(201);
        assert_eq!(second.json["day"], "2026-11-27");
        assert_eq!(results(&citizen, "dedication").await, [("王小明".to_owned(), 1, 2)]);
        let page = citizen.get("/me/votes?limit=1&cycle=2026-11").await.expect(200);
        assert_eq!(page.json["items"], json!([second.json]));
        let next = page.json["next_cursor"].as_str().unwrap();
        let rest = citizen.get(&format!("/me/votes?limit=1&cycle=2026-11&cursor={next}")).await.expect(200);
        assert_eq!(rest.json, json!({ "items": [first.json], "next_cursor": null }));
    }

    async fn hidden_results_are_for_reviewers_alone(app: App) {
        let tree = app.tree().await;
        app.policy(|policy| policy.results_visibility = ResultsVisibility::AfterClose).await;
        let one = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        app.votes(one, 2).await;
        let (_, reviewer) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        app.set_clock(VOTING);
        for client in [app.anonymous(), app.citizen().await, app.admin().await] {
            client.get("/cycles/2026-11/tally").await.problem(403, "results_not_public");
        }
        let inner = reviewer.get("/cycles/2026-11/tally").await.expect(200);
        assert_eq!(inner.header("cache-control"), "private, no-store");
        app.set_clock(CLOSED);
        let public = app.anonymous().get("/cycles/2026-11/tally").await.expect(200);
        assert!(public.header("cache-control").starts_with("public"));
        let known = app.anonymous().with("If-None-Match", public.header("etag"));
        known.get("/cycles/2026-11/tally").await.expect(304);
        app.policy(|policy| policy.results_visibility = ResultsVisibility::ReviewersOnly).await;
        app.anonymous().get("/cycles/2026-11/tally").await.problem(403, "results_not_public");
        app.anonymous().get("/cycles/2031-01/tally").await.problem(404, "not_found");
        app.anonymous().get("/cycles/november/tally").await.problem(404, "not_found");
    }

    async fn a_national_vote_is_held_elsewhere(app: App) {
        let tree = app.tree().await;
        app.policy(|policy| {
            policy.result_source = ResultSource::Portal;
            policy.voting_url = Some("https://www.wenming.cn/vote".to_owned());
        })
        .await;
        let one = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        app.set_clock(VOTING);
        let reply = app.citizen().await.post("/votes", ballot(&one)).await.problem(409, "voting_elsewhere");
        assert_eq!(reply.json["errors"][0]["voting_url"], "https://www.wenming.cn/vote");
    }
}
