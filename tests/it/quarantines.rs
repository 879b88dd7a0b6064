//! Votes that are held back by one reviewer and decided by another.

use std::collections::BTreeSet;

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use futures_util::future::join_all;
use haoren::{
    domain::{
        candidate::Status,
        id::{CandidateId, QuarantineId, UserId},
        quarantine::{Decision, QuarantineStatus},
        role::Role,
        signal::SignalKind,
    },
    service::{Error, generator, quarantines, sweeping, vote_log, vote_scan},
    storage::{
        self, Connection, StoreError,
        idempotency_keys::NewKey,
        quarantines::QuarantineRow,
        schema::{vote_counters, vote_traces},
        sql_values::At,
        vote_sheet::SheetFilter,
    },
};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client, Reply, Tree},
    traces::traces,
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

pub async fn counted(client: &Client) -> Value {
    let reply = client.get("/cycles/2026-11/tally").await.expect(200);
    let categories = reply.json["categories"].as_array().unwrap().clone();
    categories.into_iter().find(|one| one["category"] == "dedication").unwrap()["candidates"][0].clone()
}

pub async fn deviations(app: &App) -> usize {
    let found = app.service.store.read(|db| Ok::<_, Error>(storage::tallies::deviations(db)?));
    found.await.unwrap().len()
}

/// A quarantine that somebody gathers until this moment.
fn gathering(id: QuarantineId, by: UserId, until: chrono::DateTime<chrono::Utc>) -> QuarantineRow {
    QuarantineRow {
        id,
        cycle: "2026-11".parse().unwrap(),
        signal_id: None,
        candidate_id: None,
        status: QuarantineStatus::Gathering,
        reason: "待核实。".to_owned(),
        held: 0,
        already_held: 0,
        opened_by: Some(by),
        opened_on_behalf_of: None,
        opened_at: At(until),
        decision_reason: None,
        decided_by: None,
        decided_on_behalf_of: None,
        decided_at: None,
        lease_until: At(until),
        request_scope: Some(vec![1]),
        request_key: Some("sent before".to_owned()),
        settled_seq: -1,
        is_settled: false,
        version: 1,
    }
}

/// What was answered, with every id, and every tag that is made of one, as if it were the same.
fn without_ids(bytes: &[u8]) -> String {
    let mut text = String::from_utf8(bytes.to_vec()).unwrap();
    let is_id =
        |word: &str| [16, 36].contains(&word.len()) && word.chars().all(|one| one == '-' || one.is_ascii_hexdigit());
    let ids: BTreeSet<String> = text
        .split(|one: char| one != '-' && !one.is_ascii_alphanumeric())
        .filter(|word| is_id(word))
        .map(str::to_owned)
        .collect();
    for id in ids {
        text = text.replace(&id, "id");
    }
    text
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

    async fn the_public_learns_of_a_quarantine_nothing_but_the_votes_that_count(app: App) {
        // A vote with two votes held back and two found invalid, beside one in which those four never were.
        let tree = app.tree().await;
        let (id, one, other) = voted(&app, &tree, 7).await;
        let plain = app.another().await;
        let (same_id, ..) = voted(&plain, &plain.tree().await, 3).await;
        one.post("/quarantines", held(&[1, 3])).await.expect(201);
        let opened = one.post("/quarantines", held(&[4, 6])).await.expect(201);
        let decision = json!({ "decision": "invalidate", "reason": "核查属实，系刷票。" });
        let path = format!("/quarantines/{}/decision", opened.json["id"].as_str().unwrap());
        other.post_if(&path, opened.json["etag"].as_str().unwrap(), decision).await.expect(201);
        let inner = counted(&one).await;
        assert_eq!((&inner["votes"], &inner["raw"], &inner["quarantined"]), (&json!(3), &json!(7), &json!(2)));
        for path in ["/cycles/2026-11/tally", "/candidates/{id}", "/candidates?status=forwarded", "/cycles/2026-11"] {
            for (client, same) in [
                (app.anonymous(), plain.anonymous()),
                (app.citizen().await, plain.citizen().await),
                (app.user(Role::Portal, None).await.1, plain.user(Role::Portal, None).await.1),
                (app.admin().await, plain.admin().await),
            ] {
                let public = client.get(&path.replace("{id}", &id.to_string())).await.expect(200);
                let same = same.get(&path.replace("{id}", &same_id.to_string())).await.expect(200);
                assert_eq!(without_ids(&public.bytes), without_ids(&same.bytes), "{path}");
                let names = |reply: &Reply| reply.headers.keys().map(ToString::to_string).collect::<BTreeSet<_>>();
                assert_eq!(names(&public), names(&same), "{path}");
            }
        }
        let of_one = counted(&app.anonymous()).await;
        let members: Vec<&String> = of_one.as_object().unwrap().keys().collect();
        assert_eq!(members, ["candidate_id", "name", "rank", "votes"]);
    }

    async fn where_votes_came_from_is_forgotten_when_the_time_for_objections_ends(app: App) {
        let tree = app.tree().await;
        let (_, one, other) = voted(&app, &tree, 400).await;
        let voter = app.citizen().await.with("User-Agent", "a browser");
        let id = app.contender(&tree, Status::Forwarded, "bravery", "李四").await;
        voter.post("/votes", json!({ "candidate_id": id })).await.expect(201);
        vote_scan::scan(&app.service).await.unwrap();
        let burst = |signals: &Value| signals["items"].as_array().unwrap().iter().find(|one| one["kind"] == "prefix_burst").unwrap().clone();
        let signal = burst(&one.get("/cycles/2026-11/signals").await.expect(200).json);
        assert!(signal["prefix"].is_string(), "{signal}");
        let opened = one.post("/quarantines", held(&[0, 1])).await.expect(201);
        let path = format!("/quarantines/{}/decision", opened.json["id"].as_str().unwrap());
        let decision = json!({ "decision": "invalidate", "reason": "核查属实。" });
        other.post_if(&path, opened.json["etag"].as_str().unwrap(), decision).await.expect(201);
        app.set_clock(CLOSED);
        assert_eq!(sweeping::sweep_traces(&app.service).await.unwrap(), 0, "before publication the time does not run");
        one.post("/lists", json!({ "cycle": "2026-11" })).await.expect(201);
        app.set_clock("2026-12-16T01:59:59Z");
        assert_eq!(sweeping::sweep_traces(&app.service).await.unwrap(), 0, "while objections are taken nothing goes");
        let last = |page: Reply| page.expect(200).json["items"].as_array().unwrap().last().unwrap().clone();
        let path = format!("/cycles/2026-11/votes?candidate_id={id}");
        let before = last(one.get(&path).await);
        assert!(before["prefix"].is_string() && before["client"].is_string() && before["tier"].is_number(), "{before}");
        app.set_clock("2026-12-16T02:00:00Z");
        assert_eq!(sweeping::sweep_traces(&app.service).await.unwrap(), 401);
        assert_eq!(sweeping::sweep_traces(&app.service).await.unwrap(), 0);
        let mut after = last(one.get(&path).await);
        for gone in ["prefix", "client", "tier"] {
            assert_eq!(after[gone], Value::Null, "{after}");
            after[gone] = before[gone].clone();
        }
        assert_eq!(after, before, "nothing else goes");
        let kept = burst(&one.get("/cycles/2026-11/signals").await.expect(200).json);
        assert_eq!((&kept["prefix"], &kept["figures"]), (&Value::Null, &signal["figures"]));
        let networks = |db: &mut Connection| {
            let counters = vote_counters::table.filter(vote_counters::kind.eq(SignalKind::PrefixBurst)).count();
            let left: (i64, i64) = (vote_traces::table.count().get_result(db)?, counters.get_result(db)?);
            Ok::<_, StoreError>(left)
        };
        assert_eq!(app.service.store.read(networks).await.unwrap(), (0, 0));
        assert_eq!(traces(&app, "2026-11").await.audited, ["list.published", "vote_traces.removed"]);
        // A look through the votes afterwards brings nothing back.
        vote_scan::scan(&app.service).await.unwrap();
        assert_eq!((app.service.store.read(networks).await.unwrap(), deviations(&app).await), ((0, 0), 0));
    }

    async fn a_decision_whose_rows_were_left_behind_stands_and_is_finished(app: App) {
        let tree = app.tree().await;
        let (_, one, _) = voted(&app, &tree, 450).await;
        let opened = one.post("/quarantines", held(&(0..430).collect::<Vec<_>>())).await.expect(201);
        let id: QuarantineId = opened.id().parse::<uuid::Uuid>().unwrap().into();
        let by = app.user(Role::CityReviewer, Some(tree.city)).await.0;
        let now = app.service.clocks.campaign();
        // What the first transaction of a decision writes, and no slice after it.
        app.write(move |db| {
            let decision = Decision { by: by.into(), reason: "核查属实。".to_owned(), at: now };
            storage::quarantines::set_decision(db, id, QuarantineStatus::Invalidated, &decision)?;
            Ok(storage::held_votes::count_out(db, (id, "2026-11".parse().unwrap()), QuarantineStatus::Invalidated)?)
        })
        .await;
        assert_eq!(deviations(&app).await, 0, "what follows is no deviation");
        for finished in [1, 0] {
            let page = one.get("/cycles/2026-11/votes?state=invalid&limit=100").await.expect(200);
            assert_eq!((page.json["items"].as_array().unwrap().len(), &page.json["items"][99]["state"]), (100, &json!("invalid")));
            let page = one.get("/cycles/2026-11/votes?state=valid&limit=100").await.expect(200);
            assert_eq!((page.json["items"].as_array().unwrap().len(), &page.json["items"][0]["sequence"]), (20, &json!(430)));
            assert_eq!(counted(&one).await["invalid"], 430);
            assert_eq!(quarantines::finish_all(&app.service).await.unwrap(), finished);
        }
        assert_eq!(deviations(&app).await, 0);
        let told = app.service.store.read(|db| Ok::<_, Error>(storage::vote_scans::behind(db)?)).await.unwrap();
        assert_eq!(told[0].2, 880, "each is an entry of the log, once");
    }

    /// The time for objections runs out between two slices: the log is not closed before what was decided in time is in it.
    async fn a_decision_that_was_broken_off_is_finished_after_the_time_for_objections(app: App) {
        let tree = app.tree().await;
        let (_, one, _) = voted(&app, &tree, 5).await;
        vote_log::advance(&app.service).await.unwrap();
        let opened = one.post("/quarantines", held(&[0, 1, 2])).await.expect(201);
        let id: QuarantineId = opened.id().parse::<uuid::Uuid>().unwrap().into();
        let by = app.user(Role::CityReviewer, Some(tree.city)).await.0;
        app.set_clock("2026-12-02T02:00:00Z");
        let now = app.service.clocks.campaign();
        app.write(move |db| {
            let month = "2026-11".parse().unwrap();
            assert!(storage::cycles::set_published(db, month, now)?);
            let decision = Decision { by: by.into(), reason: "核查属实。".to_owned(), at: now };
            storage::quarantines::set_decision(db, id, QuarantineStatus::Invalidated, &decision)?;
            Ok(storage::held_votes::count_out(db, (id, month), QuarantineStatus::Invalidated)?)
        })
        .await;
        app.set_clock("2027-01-02T02:00:00Z");
        assert_eq!(vote_log::destroy_secrets(&app.service).await.unwrap(), 0, "something is still to be added");
        assert_eq!(quarantines::finish_all(&app.service).await.unwrap(), 1);
        assert_eq!(quarantines::finish_all(&app.service).await.unwrap(), 0);
        assert_eq!(deviations(&app).await, 0);
        assert_eq!(vote_log::destroy_secrets(&app.service).await.unwrap(), 1);
        let told = app.service.store.read(|db| Ok::<_, Error>(storage::vote_scans::behind(db)?)).await.unwrap();
        assert_eq!(told[0].2, 8, "five votes and three that do not count");
    }

    async fn a_gathering_that_was_broken_off_lets_votes_and_key_go(app: App) {
        let tree = app.tree().await;
        let (_, one, _) = voted(&app, &tree, 3).await;
        let by = app.user(Role::CityReviewer, Some(tree.city)).await.0;
        let (id, now): (QuarantineId, _) = (generator::new_id(&app.service.clocks).unwrap(), app.service.clocks.machine());
        app.write(move |db| {
            let key = NewKey { scope: &[1], key: "sent before", fingerprint: &[1], created_at: At(now) };
            assert!(storage::idempotency_keys::claim(db, &key)?);
            storage::quarantines::insert(db, &gathering(id, by, now))?;
            let month = "2026-11".parse().unwrap();
            let wanted = storage::vote_sheet::wanted(db, month, &SheetFilter::default(), -1, 2)?;
            assert_eq!(storage::held_votes::hold(db, (id, month), &wanted)?.into_values().sum::<i64>(), 2);
            Ok(())
        })
        .await;
        one.get(&format!("/quarantines/{id}")).await.problem(404, "not_found");
        assert_eq!(one.get("/quarantines").await.expect(200).json["items"], json!([]));
        assert_eq!(quarantines::finish_all(&app.service).await.unwrap(), 0, "its time has not run out");
        assert_eq!(one.post("/quarantines", held(&[0, 1, 2])).await.expect(201).json["already_held"], 2);
        app.time.advance(chrono::TimeDelta::seconds(1));
        assert_eq!(quarantines::finish_all(&app.service).await.unwrap(), 1);
        let free = app.service.store.read(move |db| {
            Ok::<_, Error>(storage::idempotency_keys::find(db, &[1], "sent before", now - chrono::TimeDelta::days(1))?.is_none())
        });
        assert!(free.await.unwrap());
        assert_eq!(one.post("/quarantines", held(&[0, 1])).await.expect(201).json["votes"], 2);
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
