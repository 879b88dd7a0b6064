//! What meets a quarantine at once: another one over the same votes, votes that come in, a publication, a decision.

use diesel::{QueryDsl, RunQueryDsl};
use futures_util::future::join_all;
use haoren::{
    domain::{candidate::Status, id::CandidateId, role::Role},
    service::Error,
    storage::{Connection, StoreError, schema::held_votes},
};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client, Reply, Tree},
    quarantines::{counted, deviations},
};

const VOTING: &str = "2026-11-26T02:00:00Z";
const CLOSED: &str = "2026-12-01T02:00:00Z";

struct Desk {
    tree: Tree,
    id: CandidateId,
    one: Client,
    other: Client,
}

/// A candidate with so many votes, and two reviewers of the city.
async fn voted(app: &App, votes: i64) -> Desk {
    let tree = app.tree().await;
    let id = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
    app.set_clock(VOTING);
    app.votes(id, votes).await;
    let (one, other) = (reviewer(app, &tree).await, reviewer(app, &tree).await);
    Desk { tree, id, one, other }
}

async fn reviewer(app: &App, tree: &Tree) -> Client {
    app.user(Role::CityReviewer, Some(tree.city)).await.1
}

async fn hold(client: &Client, sequences: std::ops::Range<i64>) -> Reply {
    let sequences: Vec<i64> = sequences.collect();
    client.post("/quarantines", json!({ "cycle": "2026-11", "sequences": sequences, "reason": "待核实。" })).await
}

async fn decide(client: &Client, quarantine: &Value, decision: &str) -> Reply {
    let path = format!("/quarantines/{}/decision", quarantine["id"].as_str().unwrap());
    let body = json!({ "decision": decision, "reason": "已核查。" });
    client.post_if(&path, quarantine["etag"].as_str().unwrap(), body).await
}

async fn publish(client: &Client) -> Reply {
    client.post("/lists", json!({ "cycle": "2026-11" })).await
}

/// The counts that a reviewer sees: valid, raw, held back, invalid.
async fn counts(client: &Client) -> [i64; 4] {
    let seen = counted(client).await;
    ["votes", "raw", "quarantined", "invalid"].map(|name| seen[name].as_i64().unwrap())
}

/// The quarantines that were opened, all of them.
async fn opened(client: &Client) -> Vec<Value> {
    client.get("/quarantines?limit=100").await.expect(200).json["items"].as_array().unwrap().clone()
}

/// How many votes stand so, page by page, each once.
async fn standing(client: &Client, state: &str) -> usize {
    let (mut seen, mut cursor) = (std::collections::BTreeSet::new(), String::new());
    loop {
        let page = client.get(&format!("/cycles/2026-11/votes?limit=100&state={state}{cursor}")).await.expect(200);
        for vote in page.json["items"].as_array().unwrap() {
            assert!(seen.insert(vote["sequence"].as_i64().unwrap()), "seen twice: {vote}");
        }
        match page.json["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return seen.len(),
        }
    }
}

/// How many votes are kept as held, for whatever quarantine.
async fn kept(app: &App) -> i64 {
    let work =
        |db: &mut Connection| Ok::<_, Error>(held_votes::table.count().get_result(db).map_err(StoreError::from)?);
    app.service.store.read(work).await.unwrap()
}

both! {
    async fn two_reviewers_hold_overlapping_votes_at_once(app: App) {
        let Desk { tree, one, other, .. } = voted(&app, 900).await;
        // Few are held in one transaction, many are gathered in slices.
        let rounds = [(0..60, 40..100, 100), (100..500, 300..700, 700), (700..750, 650..900, 900)];
        for (first, second, places) in rounds {
            let (first, second) = tokio::join!(hold(&one, first), hold(&other, second));
            for reply in [first, second] {
                let nothing = reply.status == 409 && reply.json["code"] == "nothing_to_hold";
                assert!(reply.status == 201 || nothing, "{} {}", reply.status, reply.json);
            }
            assert_eq!(counts(&one).await, [900 - places, 900, places, 0]);
        }
        let open = opened(&one).await;
        let held: i64 = open.iter().map(|quarantine| quarantine["votes"].as_i64().unwrap()).sum();
        assert_eq!((held, deviations(&app).await, standing(&one, "quarantined").await), (900, 0, 900));
        let third = reviewer(&app, &tree).await;
        let decisions = open.iter().enumerate().map(|(place, quarantine)| {
            decide(&third, quarantine, if place % 2 == 0 { "invalidate" } else { "release" })
        });
        let mut invalid = 0;
        for (place, reply) in join_all(decisions).await.into_iter().enumerate() {
            let votes = reply.expect(201).json["votes"].as_i64().unwrap();
            invalid += if place % 2 == 0 { votes } else { 0 };
        }
        assert_eq!(counts(&one).await, [900 - invalid, 900, 0, invalid]);
        assert_eq!(deviations(&app).await, 0);
        let standing = [standing(&one, "valid").await, standing(&one, "invalid").await, standing(&one, "quarantined").await];
        assert_eq!(standing, [usize::try_from(900 - invalid).unwrap(), usize::try_from(invalid).unwrap(), 0]);
    }

    async fn votes_are_held_and_decided_beside_votes_that_come_in(app: App) {
        let Desk { id, one, other, .. } = voted(&app, 500).await;
        let mut voters = Vec::new();
        for _ in 0..30 {
            voters.push(app.citizen().await);
        }
        let vote = |voter: &Client| {
            let voter = voter.clone();
            async move { voter.post("/votes", json!({ "candidate_id": id })).await }
        };
        let coming = |some: &[Client]| join_all(some.iter().map(vote).collect::<Vec<_>>());
        let (held, first) = tokio::join!(hold(&one, 0..450), coming(&voters[..10]));
        let held = held.expect(201);
        let (decided, second) = tokio::join!(decide(&other, &held.json, "invalidate"), coming(&voters[10..20]));
        decided.expect(201);
        let again = hold(&one, 450..500).await.expect(201);
        let (released, third) = tokio::join!(decide(&other, &again.json, "release"), coming(&voters[20..]));
        released.expect(201);
        for vote in [first, second, third].into_iter().flatten() {
            vote.expect(201);
        }
        assert_eq!(counts(&one).await, [80, 530, 0, 450]);
        assert_eq!(deviations(&app).await, 0);
        assert_eq!((standing(&one, "valid").await, standing(&one, "invalid").await), (80, 450));
    }

    async fn a_list_is_published_beside_a_quarantine(app: App) {
        for votes in [5, 450] {
            let app = app.another().await;
            let Desk { id, one, other, .. } = voted(&app, votes).await;
            app.set_clock(CLOSED);
            let mut rounds = 0;
            loop {
                let (held, published) = tokio::join!(hold(&one, 0..votes), publish(&other));
                if published.status == 201 {
                    held.problem(409, "already_published");
                    assert_eq!(opened(&one).await.len(), rounds, "nothing is left of the one that came too late");
                    break;
                }
                published.problem(409, "votes_undecided");
                assert_eq!(app.stored(id).await.status, Status::Forwarded);
                let held = held.expect(201);
                assert_eq!(counts(&one).await, [0, votes, votes, 0]);
                // The decision meets the publication, too: the list has the votes that count after it.
                let (decided, published) = tokio::join!(decide(&other, &held.json, "release"), publish(&one));
                decided.expect(201);
                rounds += 1;
                if published.status == 201 {
                    break;
                }
                published.problem(409, "votes_undecided");
                if rounds == 8 {
                    publish(&other).await.expect(201);
                    break;
                }
            }
            assert_eq!(app.stored(id).await.status, Status::Listed);
            assert_eq!(counts(&one).await, [votes, votes, 0, 0]);
            assert_eq!((deviations(&app).await, standing(&one, "valid").await), (0, usize::try_from(votes).unwrap()));
            let list = app.anonymous().get("/lists/2026-11").await.expect(200);
            assert!(list.json.to_string().contains(&format!(r#""votes":{votes}"#)), "{}", list.json);
        }
    }

    async fn no_list_is_published_while_votes_for_somebody_who_has_left_the_vote_are_undecided(app: App) {
        let Desk { tree, one, other, .. } = voted(&app, 3).await;
        let gone = app.contender(&tree, Status::Forwarded, "bravery", "李四").await;
        app.votes(gone, 2).await;
        let held = hold(&one, 3..5).await.expect(201);
        let path = format!("/candidates/{gone}/disqualification");
        one.post_if(&path, &app.tag(gone).await, json!({ "reason": "事迹失实。" })).await.expect(201);
        app.set_clock(CLOSED);
        publish(&one).await.problem(409, "votes_undecided");
        decide(&other, &held.json, "invalidate").await.expect(201);
        publish(&one).await.expect(201);
    }

    async fn the_same_request_at_once_opens_one_quarantine(app: App) {
        let Desk { one, .. } = voted(&app, 900).await;
        for (round, (key, votes)) in [("few", 0..100), ("many", 100..900)].into_iter().enumerate() {
            let named = one.with("Idempotency-Key", key);
            let mut first = None;
            for reply in join_all((0..4).map(|_| hold(&named, votes.clone()))).await {
                if reply.status == 409 {
                    // As long as the first one gathers: ask again in a moment.
                    let reply = reply.problem(409, "request_in_progress");
                    assert_eq!(reply.header("retry-after"), "1");
                } else {
                    let id = reply.expect(201).id();
                    assert_eq!(first.get_or_insert_with(|| id.clone()), &id);
                }
            }
            let again = hold(&named, votes.clone()).await.expect(201);
            assert_eq!((Some(again.id()), again.header("idempotency-replayed")), (first, "true"));
            assert_eq!((again.json["votes"].as_i64().unwrap(), opened(&one).await.len()), (votes.end - votes.start, round + 1));
        }
        assert_eq!(deviations(&app).await, 0);
    }

    async fn a_gathering_that_comes_to_nothing_frees_key_and_votes(app: App) {
        let Desk { one, other, .. } = voted(&app, 450).await;
        app.set_clock(CLOSED);
        publish(&other).await.expect(201);
        let named = one.with("Idempotency-Key", "late");
        for _ in 0..2 {
            hold(&named, 0..450).await.problem(409, "already_published");
        }
        assert_eq!((opened(&one).await.len(), standing(&one, "valid").await, kept(&app).await), (0, 450, 0));
        hold(&named, 0..449).await.problem(409, "already_published");
    }
}
