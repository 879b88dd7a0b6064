//! What looks as if votes were not cast by the people they count for: raised at its limit and not below, once, for the
//! city's reviewers alone.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use haoren::{
    domain::{candidate::Status, id::CandidateId, id::OrganizationId, role::Role},
    service::vote_scan,
    storage::{schema::organizations, votes::NewVote},
};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client, Tree},
    traces::traces,
};

/// The beginning of a bucket of ten minutes.
const VOTING: &str = "2026-11-26T02:00:00Z";

/// A candidate in the vote, and a reviewer of the city.
async fn contest(app: &App, tree: &Tree) -> (CandidateId, Client) {
    let id = app.contender(tree, Status::Forwarded, "dedication", "王小明").await;
    app.set_clock(VOTING);
    (id, app.user(Role::CityReviewer, Some(tree.city)).await.1)
}

/// Lets voters who have not voted yet vote, each from a network of its own or all of them from one.
async fn cast(app: &App, id: CandidateId, count: i64, network: Option<i64>) {
    let candidate = app.stored(id).await.number;
    let vote = move |place: i64| NewVote {
        voter: 1_000_000 + place,
        candidate,
        day: 0,
        prefix: network.unwrap_or(1_000_000 + place),
        client: 0,
        tier: 0,
    };
    app.cast(move |size| (size..size + count).map(vote).collect()).await;
}

/// Looks through the votes, twice, for the second time finds nothing new; what the city's reviewer sees then.
async fn seen(app: &App, client: &Client) -> Vec<Value> {
    vote_scan::scan(&app.service).await.unwrap();
    assert_eq!(vote_scan::scan(&app.service).await.unwrap(), 0, "each vote is looked through once");
    client.get("/cycles/2026-11/signals").await.expect(200).json["items"].as_array().unwrap().clone()
}

/// The only signal that there is.
async fn only(app: &App, client: &Client, kind: &str) -> Value {
    let found = seen(app, client).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["kind"], kind);
    found[0].clone()
}

async fn none(app: &App, client: &Client) {
    assert_eq!(seen(app, client).await, [] as [Value; 0]);
}

async fn set_headcount(app: &App, id: OrganizationId, headcount: Option<i32>) {
    app.write(move |db| {
        diesel::update(organizations::table.find(id)).set(organizations::headcount.eq(headcount)).execute(db).unwrap();
        Ok(())
    })
    .await;
}

/// So many citizens of an organization vote, over HTTP.
async fn citizens_vote(app: &App, id: CandidateId, (count, of): (u32, Option<OrganizationId>)) {
    for _ in 0..count {
        let citizen = app.user(Role::Citizen, of).await.1;
        citizen.post("/votes", json!({ "candidate_id": id })).await.expect(201);
    }
}

both! {
    async fn thirty_new_voters_of_one_network_in_ten_minutes_are_a_burst(app: App) {
        let tree = app.tree().await;
        let (id, city) = contest(&app, &tree).await;
        cast(&app, id, 5, None).await;
        cast(&app, id, 29, Some(7)).await;
        none(&app, &city).await;
        // Ten minutes begin anew.
        app.set_clock("2026-11-26T02:10:00Z");
        cast(&app, id, 29, Some(7)).await;
        none(&app, &city).await;
        cast(&app, id, 1, Some(7)).await;
        let burst = only(&app, &city, "prefix_burst").await;
        assert_eq!((&burst["figures"]["votes"], &burst["figures"]["voters"]), (&json!(30), &json!(30)));
        assert_eq!((&burst["first_sequence"], &burst["last_sequence"]), (&json!(34), &json!(63)));
        assert_eq!((&burst["prefix"], &burst["from"]), (&json!("0000000000000007"), &json!("2026-11-26T02:10:00Z")));
        assert_eq!(burst["reason"]["zh"], "同一网络段在 10 分钟内投出 30 票，其中 30 人为首次投票");
        assert_eq!((&burst["candidate_id"], &burst["organization_id"]), (&Value::Null, &Value::Null));
        // What comes in later is told by the same signal.
        cast(&app, id, 2, Some(7)).await;
        let grown = only(&app, &city, "prefix_burst").await;
        assert_eq!((&grown["id"], &grown["raised_at"]), (&burst["id"], &burst["raised_at"]));
        assert_eq!((&grown["figures"]["votes"], &grown["last_sequence"]), (&json!(32), &json!(65)));
        let left = traces(&app, burst["id"].as_str().unwrap()).await;
        assert_eq!((left.audited, left.announced), (vec!["signal.raised".to_owned()], vec!["signal.raised".to_owned()]));
    }

    async fn four_hundred_votes_of_one_network_in_ten_minutes_are_a_burst_whoever_casts_them(app: App) {
        let tree = app.tree().await;
        let (id, city) = contest(&app, &tree).await;
        let candidate = app.stored(id).await.number;
        let vote = move |place: i64| NewVote {
            voter: place % 10,
            candidate,
            day: i32::try_from(place / 10).unwrap(),
            prefix: 7,
            client: 0,
            tier: 0,
        };
        app.cast(move |_| (0..399).map(vote).collect()).await;
        none(&app, &city).await;
        app.cast(move |_| vec![vote(399)]).await;
        let burst = only(&app, &city, "prefix_burst").await;
        assert_eq!((&burst["figures"]["votes"], &burst["figures"]["voters"]), (&json!(400), &json!(10)));
    }

    async fn a_candidate_surges_by_six_deviations_over_the_own_ten_minutes(app: App) {
        let tree = app.tree().await;
        let (id, city) = contest(&app, &tree).await;
        // 25 votes in each of six buckets, whose deviation is that of chance: 5.
        for minute in (0..60).step_by(10) {
            app.set_clock(&format!("2026-11-26T02:{minute:02}:30Z"));
            cast(&app, id, 25, None).await;
        }
        app.set_clock("2026-11-26T03:05:00Z");
        cast(&app, id, 54, None).await;
        none(&app, &city).await;
        cast(&app, id, 1, None).await;
        let surge = only(&app, &city, "candidate_surge").await;
        let expected = json!({
            "votes": 55, "voters": null, "buckets": 6, "mean": 25.0, "deviation": 5.0, "z": 6.0, "headcount": null
        });
        assert_eq!(surge["figures"], expected);
        assert_eq!(surge["reason"]["zh"], "该候选人 10 分钟内得 55 票，此前平均 25.0 票，高出 6.0 个标准差");
        assert_eq!((&surge["candidate_id"], &surge["from"]), (&json!(id.to_string()), &json!("2026-11-26T03:00:00Z")));
        assert_eq!((&surge["first_sequence"], &surge["last_sequence"]), (&json!(150), &json!(204)));
        // Its votes are those of the bucket, and nobody else's.
        let other = app.contender(&tree, Status::Forwarded, "bravery", "李四").await;
        cast(&app, other, 3, None).await;
        let body = json!({ "cycle": "2026-11", "signal_id": surge["id"], "reason": "得票异常。" });
        let opened = city.post("/quarantines", body).await.expect(201);
        assert_eq!(opened.json["votes"], 55);
        let covered = only(&app, &city, "candidate_surge").await;
        assert_eq!((&covered["quarantine_id"], &covered["quarantine_status"]), (&opened.json["id"], &json!("open")));
    }

    async fn few_votes_or_few_minutes_are_no_surge(app: App) {
        let tree = app.tree().await;
        let (id, city) = contest(&app, &tree).await;
        let other = app.contender(&tree, Status::Forwarded, "bravery", "李四").await;
        cast(&app, id, 1, None).await;
        app.set_clock("2026-11-26T02:10:00Z");
        cast(&app, other, 1, None).await;
        // Six buckets after the first vote for the one, five after the first for the other.
        app.set_clock("2026-11-26T03:00:00Z");
        cast(&app, id, 49, None).await;
        cast(&app, other, 300, None).await;
        none(&app, &city).await;
        cast(&app, id, 1, None).await;
        let surge = only(&app, &city, "candidate_surge").await;
        assert_eq!((&surge["candidate_id"], &surge["figures"]["votes"]), (&json!(id.to_string()), &json!(50)));
    }

    async fn twenty_voters_whose_accounts_were_made_in_one_minute_are_told_of(app: App) {
        let tree = app.tree().await;
        let (id, city) = contest(&app, &tree).await;
        // Nineteen in one minute and three in the next, the twentieth of the first minute later.
        app.set_clock("2026-11-26T02:03:59Z");
        let late = app.citizen().await;
        citizens_vote(&app, id, (19, None)).await;
        app.set_clock("2026-11-26T02:04:00Z");
        citizens_vote(&app, id, (3, None)).await;
        none(&app, &city).await;
        // A second vote makes no second voter.
        app.set_clock("2026-11-26T02:30:00Z");
        let other = app.contender(&tree, Status::Forwarded, "bravery", "李四").await;
        late.post("/ballots", json!({ "candidate_ids": [id, other] })).await.expect(201);
        let minute = only(&app, &city, "accounts_same_minute").await;
        assert_eq!((&minute["figures"]["votes"], &minute["figures"]["voters"]), (&json!(21), &json!(20)));
        assert_eq!(minute["reason"]["zh"], "20 个投票账号在同一分钟内注册，共投 21 票");
        assert_eq!((&minute["from"], &minute["prefix"]), (&json!("2026-11-26T02:03:00Z"), &Value::Null));
        let body = json!({ "cycle": "2026-11", "signal_id": minute["id"], "reason": "批量注册。" });
        assert_eq!(city.post("/quarantines", body).await.expect(201).json["votes"], 21, "those of the other minute count");
    }

    async fn more_voters_of_a_unit_than_it_has_people_are_told_of(app: App) {
        let tree = app.tree().await;
        let (id, city) = contest(&app, &tree).await;
        set_headcount(&app, tree.unit, Some(2)).await;
        set_headcount(&app, tree.sister_unit, None).await;
        citizens_vote(&app, id, (2, Some(tree.unit))).await;
        citizens_vote(&app, id, (4, Some(tree.sister_unit))).await;
        citizens_vote(&app, id, (4, Some(tree.district))).await;
        none(&app, &city).await;
        citizens_vote(&app, id, (1, Some(tree.unit))).await;
        let unit = only(&app, &city, "unit_above_headcount").await;
        let figures = &unit["figures"];
        assert_eq!((&figures["voters"], &figures["headcount"], &figures["votes"]), (&json!(3), &json!(2), &json!(3)));
        assert_eq!(unit["reason"]["en"], "3 voters of a unit of 2 people");
        assert_eq!((&unit["organization_id"], &unit["from"]), (&json!(tree.unit.to_string()), &Value::Null));
        let votes = city.get(&format!("/cycles/2026-11/votes?signal_id={}", unit["id"].as_str().unwrap())).await;
        let items = votes.expect(200).json["items"].as_array().unwrap().clone();
        let places: Vec<&Value> = items.iter().map(|vote| &vote["sequence"]).collect();
        assert_eq!(places, [&json!(0), &json!(1), &json!(10)]);
    }

    async fn signals_are_read_by_the_city_alone_and_by_kind(app: App) {
        let tree = app.tree().await;
        let (id, city) = contest(&app, &tree).await;
        set_headcount(&app, tree.unit, Some(0)).await;
        citizens_vote(&app, id, (1, Some(tree.unit))).await;
        cast(&app, id, 30, Some(7)).await;
        assert_eq!(seen(&app, &city).await.len(), 2);
        let path = "/cycles/2026-11/signals";
        for (role, at) in [
            (Role::Citizen, Some(tree.unit)),
            (Role::UnitReviewer, Some(tree.unit)),
            (Role::DistrictReviewer, Some(tree.district)),
            (Role::Portal, None),
            (Role::Admin, None),
        ] {
            app.user(role, at).await.1.get(path).await.problem(403, "forbidden");
        }
        app.anonymous().get(path).await.problem(401, "unauthenticated");
        for (query, expected) in [
            ("?kind=prefix_burst", 1),
            ("?kind=unit_above_headcount&kind=prefix_burst", 2),
            ("?kind=candidate_surge", 0),
        ] {
            let page = city.get(&format!("{path}{query}")).await.expect(200);
            assert_eq!(page.json["items"].as_array().unwrap().len(), expected, "{query}");
        }
        let page = city.get(&format!("{path}?limit=1")).await.expect(200);
        let rest = city.get(&format!("{path}?limit=1&cursor={}", page.json["next_cursor"].as_str().unwrap())).await;
        assert_ne!(page.json["items"][0]["id"], rest.expect(200).json["items"][0]["id"]);
        assert_eq!(city.get(&format!("{path}?kind=league_table")).await.status, 400);
        city.get("/cycles/2031-01/signals").await.problem(404, "not_found");
    }
}
