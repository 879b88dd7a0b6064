//! The ballot paper: who stands on it, and in which order.

use futures_util::future::join_all;
use haoren::{
    domain::{
        ballot_paper::{Arrangement, Seed, arrange},
        candidate::Status,
        id::CandidateId,
        policy::{DisplayOrder, ResultSource},
    },
    service::ballot_papers,
};

use serde_json::{Value, json};

use crate::{
    harness::{App, Client},
    traces::traces,
};

const BEFORE: &str = "2026-11-24T02:00:00Z";
const VOTING: &str = "2026-11-26T02:00:00Z";
const CLOSED: &str = "2026-12-01T02:00:00Z";
const PATH: &str = "/cycles/2026-11/ballot-paper";

async fn contenders(app: &App, count: usize) -> Vec<CandidateId> {
    let tree = app.tree().await;
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(app.contender(&tree, Status::Forwarded, "dedication", &format!("好人{number}")).await);
    }
    app.set_clock(VOTING);
    ids
}

fn standing(paper: &Value) -> Vec<String> {
    let categories = paper["categories"].as_array().unwrap();
    let found = categories.iter().find(|one| one["category"] == "dedication").unwrap();
    found["candidates"].as_array().unwrap().iter().map(|one| one["candidate_id"].as_str().unwrap().to_owned()).collect()
}

/// The order that anybody can draw again from the seed.
fn drawn(paper: &Value, ids: &[CandidateId]) -> Vec<String> {
    let seed = hex::decode(paper["seed"].as_str().unwrap()).unwrap();
    let mut ids = ids.to_vec();
    arrange(&mut ids, Arrangement::Drawn(Seed(seed.try_into().unwrap())), |id| (*id, 0));
    ids.iter().map(ToString::to_string).collect()
}

async fn paper(client: &Client, query: &str) -> Value {
    client.get(&format!("{PATH}{query}")).await.expect(200).json
}

both! {
    async fn the_lot_is_drawn_once_for_everybody(app: App) {
        let ids = contenders(&app, 8).await;
        app.set_clock(BEFORE);
        let early = app.anonymous().get(PATH).await;
        early.problem(409, "voting_closed");
        app.set_clock(VOTING);
        let clients: Vec<Client> = (0..8).map(|_| app.anonymous()).collect();
        let papers = join_all(clients.iter().map(|client| paper(client, ""))).await;
        assert!(papers.iter().all(|one| *one == papers[0]), "all see the same");
        let first = &papers[0];
        assert_eq!((&first["display_order"], &first["session"]), (&json!("lot"), &Value::Null));
        assert_eq!(first["drawn_at"], "2026-11-26T02:00:00Z");
        assert_eq!(standing(first), drawn(first, &ids));
        let line = &first["categories"].as_array().unwrap().iter().find(|one| one["category"] == "dedication").unwrap()["candidates"][0];
        let members: Vec<&String> = line.as_object().unwrap().keys().collect();
        assert_eq!(members, ["candidate_id", "district_name", "name", "summary", "unit_name"]);
        assert!(line["unit_name"].is_string() && !line["district_name"].as_str().unwrap().is_empty());
        // Votes do not move anybody, and the paper outlives the vote.
        app.votes(ids[3], 5).await;
        app.set_clock(CLOSED);
        assert_eq!(paper(&app.anonymous(), "?session=x").await, *first);
        let audited = traces(&app, "2026-11").await.audited;
        assert_eq!(audited.iter().filter(|action| *action == "ballot_paper.lot_drawn").count(), 1, "{audited:?}");
        let reply = app.anonymous().get(PATH).await.expect(200);
        assert_eq!(reply.header("cache-control"), "public, max-age=60, must-revalidate");
        let known = app.anonymous().with("If-None-Match", reply.header("etag"));
        known.get(PATH).await.expect(304);
    }

    async fn the_lot_is_drawn_when_voting_opens_though_nobody_asks(app: App) {
        let ids = contenders(&app, 5).await;
        app.set_clock(BEFORE);
        assert_eq!(ballot_papers::draw_due(&app.service).await.unwrap(), 0, "voting has not opened");
        app.set_clock("2026-11-24T16:00:00Z");
        let others = [app.beside().await, app.beside().await];
        for other in &others {
            other.set_clock("2026-11-24T16:00:00Z");
        }
        let services = [&app.service, &others[0].service, &others[1].service, &app.service];
        let drawn_by = join_all(services.map(ballot_papers::draw_due)).await;
        assert_eq!(drawn_by.into_iter().map(Result::unwrap).sum::<usize>(), 1, "whoever is first");
        app.set_clock(VOTING);
        let shown = paper(&app.anonymous(), "").await;
        assert_eq!(shown["drawn_at"], "2026-11-24T16:00:00Z", "not when somebody asked");
        assert_eq!(standing(&shown), drawn(&shown, &ids));
        assert_eq!(paper(&others[1].anonymous(), "").await["seed"], shown["seed"]);
        let left = traces(&app, "2026-11").await;
        assert_eq!(left.audited.iter().filter(|action| *action == "ballot_paper.lot_drawn").count(), 1);
        assert!(left.texts.contains(shown["seed"].as_str().unwrap()), "{}", left.texts);
        assert_eq!(ballot_papers::draw_due(&app.service).await.unwrap(), 0);
    }

    async fn no_lot_is_drawn_where_none_is_shown(app: App) {
        contenders(&app, 2).await;
        app.policy(|policy| policy.display_order = DisplayOrder::Session).await;
        assert_eq!(ballot_papers::draw_due(&app.service).await.unwrap(), 0);
        app.policy(|policy| {
            policy.display_order = DisplayOrder::Lot;
            policy.result_source = ResultSource::Portal;
            policy.voting_url = Some("https://vote.example/".to_owned());
        })
        .await;
        assert_eq!(ballot_papers::draw_due(&app.service).await.unwrap(), 0);
        app.policy(|policy| policy.result_source = ResultSource::Local).await;
        app.set_clock(CLOSED);
        assert_eq!(ballot_papers::draw_due(&app.service).await.unwrap(), 0, "it is over");
    }

    async fn a_session_keeps_its_order_and_others_have_theirs(app: App) {
        let ids = contenders(&app, 12).await;
        app.policy(|policy| policy.display_order = DisplayOrder::Session).await;
        let client = app.anonymous();
        let (one, other) = (paper(&client, "").await, paper(&client, "").await);
        assert_ne!(one["session"], other["session"]);
        assert_ne!(standing(&one), standing(&other), "one of 479,001,600 orders twice");
        assert_eq!(one["drawn_at"], Value::Null);
        for paper in [&one, &other] {
            assert_eq!(standing(paper), drawn(paper, &ids));
        }
        assert_eq!(paper(&client, &format!("?session={}", one["session"].as_str().unwrap())).await, one);
        let own = paper(&client, "?session=%E5%BC%A0").await;
        assert_eq!(own["session"], "张");
        assert!(!client.get(PATH).await.expect(200).header("cache-control").contains("public"));
    }

    async fn by_votes_the_valid_ones_count(app: App) {
        let ids = contenders(&app, 3).await;
        app.policy(|policy| policy.display_order = DisplayOrder::Votes).await;
        app.votes(ids[2], 2).await;
        app.votes(ids[1], 1).await;
        let shown = paper(&app.anonymous(), "").await;
        assert_eq!(standing(&shown), [ids[2], ids[1], ids[0]].map(|id| id.to_string()));
        assert_eq!((&shown["seed"], &shown["drawn_at"], &shown["session"]), (&Value::Null, &Value::Null, &Value::Null));
    }

    async fn only_those_stand_on_it_who_may_be_voted_for(app: App) {
        let tree = app.tree().await;
        let shown = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        app.contender(&tree, Status::Endorsed, "dedication", "李四").await;
        app.contender(&tree, Status::Revoked, "dedication", "赵六").await;
        app.set_clock(VOTING);
        assert_eq!(standing(&paper(&app.anonymous(), "").await), [shown.to_string()]);
        app.policy(|policy| {
            policy.result_source = ResultSource::Portal;
            policy.voting_url = Some("https://vote.example/".to_owned());
        })
        .await;
        let refused = app.anonymous().get(PATH).await;
        refused.problem(409, "voting_elsewhere");
        app.anonymous().get("/cycles/2031-01/ballot-paper").await.problem(404, "not_found");
        for wrong in ["?session=", "?seed=1", &format!("?session={}", "x".repeat(65))] {
            app.anonymous().get(&format!("{PATH}{wrong}")).await.problem(400, "invalid_query");
        }
    }
}
