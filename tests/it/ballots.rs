//! Votes that are sent together: all of them or none, whoever else votes at the same time.

use chrono::TimeZone as _;
use diesel::{ExpressionMethods, RunQueryDsl};
use futures_util::future::join_all;
use haoren::{
    domain::{
        candidate::Status,
        id::CandidateId,
        policy::{Repeat, Voters},
        role::Role,
        window::Window,
    },
    storage::{self, schema::tallies},
};
use serde_json::{Value, json};

use crate::harness::{App, Client, Tree, program};

const VOTING: &str = "2026-11-26T02:00:00Z";
const CLOSED: &str = "2026-12-01T02:00:00Z";

fn ballot(ids: &[CandidateId]) -> Value {
    json!({ "candidate_ids": ids })
}

async fn contenders(app: &App, tree: &Tree, category: &str, count: usize) -> Vec<CandidateId> {
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(app.contender(tree, Status::Forwarded, category, &format!("候选{number}")).await);
    }
    ids
}

/// The sum of all votes, as the results show them.
async fn total(client: &Client) -> u64 {
    let reply = client.get("/cycles/2026-11/tally").await.expect(200);
    let categories = reply.json["categories"].as_array().unwrap().clone();
    let candidates = categories.iter().flat_map(|one| one["candidates"].as_array().unwrap());
    candidates.map(|one| one["votes"].as_u64().unwrap()).sum()
}

/// What `haoren doctor` says of an app's database.
async fn examined(app: &App) -> String {
    let mut command = program(&app.settings.data_dir);
    command.arg("doctor");
    if let Some(url) = &app.settings.database_url {
        command.env("DATABASE_URL", url);
    }
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The code of each fault by its place.
fn faults(reply: &Value) -> Vec<(String, String)> {
    let faults = reply["errors"].as_array().unwrap();
    faults.iter().map(|one| (one["pointer"].as_str().unwrap().into(), one["code"].as_str().unwrap().into())).collect()
}

both! {
    async fn a_ballot_is_answered_in_its_order_and_may_be_retried(app: App) {
        let tree = app.tree().await;
        let (ids, other) = (contenders(&app, &tree, "dedication", 3).await, contenders(&app, &tree, "bravery", 1).await);
        app.set_clock(VOTING);
        let citizen = app.citizen().await;
        let first = citizen.post("/votes", json!({ "candidate_id": ids[1] })).await.expect(201);
        app.set_clock("2026-11-27T02:00:00Z");
        let sent = [ids[2], ids[1], other[0]];
        let reply = citizen.post("/ballots", ballot(&sent)).await.expect(201);
        let votes = reply.json["votes"].as_array().unwrap();
        let named: Vec<&str> = votes.iter().map(|vote| vote["candidate_id"].as_str().unwrap()).collect();
        assert_eq!(named, sent.map(|id| id.to_string()));
        assert_eq!(votes[1], first.json, "what was cast before is as it was");
        assert_eq!(votes[0]["cast_at"], "2026-11-27T02:00:00Z");
        app.set_clock(CLOSED);
        assert_eq!(citizen.post("/ballots", ballot(&sent)).await.expect(200).json, reply.json);
        assert_eq!(total(&citizen).await, 3);
        let mine = citizen.get("/me/votes").await.expect(200);
        assert_eq!(mine.json["items"].as_array().unwrap().len(), 3);
    }

    async fn one_fault_and_nothing_of_a_ballot_is_taken(app: App) {
        let tree = app.tree().await;
        app.policy(|policy| policy.votes_per_category = 2).await;
        let ids = contenders(&app, &tree, "dedication", 4).await;
        let hidden = app.contender(&tree, Status::Screened, "bravery", "赵勇").await;
        app.set_clock(VOTING);
        let citizen = app.citizen().await;
        let reply = citizen.post("/ballots", ballot(&[ids[0], hidden])).await.problem(404, "not_found");
        assert_eq!(faults(&reply.json), [("/candidate_ids/1".into(), "not_found".into())]);
        let reply = citizen.post("/ballots", ballot(&ids)).await.problem(409, "category_limit_reached");
        let over = |place| (format!("/candidate_ids/{place}"), "category_limit_reached".to_owned());
        assert_eq!(faults(&reply.json), [over(2), over(3)]);
        assert_eq!((&reply.json["errors"][0]["limit"], &reply.json["errors"][0]["used"]), (&json!(2), &json!(2)));
        assert_eq!(total(&citizen).await, 0);
        citizen.post("/votes", json!({ "candidate_id": ids[3] })).await.expect(201);
        // The one cast before takes no place.
        citizen.post("/ballots", ballot(&[ids[3], ids[0]])).await.expect(201);
        citizen.post("/ballots", ballot(&[ids[1]])).await.problem(409, "category_limit_reached");
        assert_eq!(total(&citizen).await, 2);
        app.set_clock(CLOSED);
        let reply = app.citizen().await.post("/ballots", ballot(&ids[..2])).await.problem(409, "voting_closed");
        assert_eq!(faults(&reply.json).len(), 2);
    }

    async fn a_ballot_names_each_candidate_once_and_not_too_many(app: App) {
        let tree = app.tree().await;
        let ids = contenders(&app, &tree, "dedication", 2).await;
        app.set_clock(VOTING);
        let citizen = app.citizen().await;
        let reply = citizen.post("/ballots", ballot(&[ids[0], ids[1], ids[0]])).await.problem(422, "validation_failed");
        assert_eq!(faults(&reply.json), [("/candidate_ids/2".into(), "duplicate".into())]);
        citizen.post("/ballots", ballot(&[])).await.problem(422, "validation_failed");
        citizen.post("/ballots", json!({ "candidate_ids": [ids[0], 7] })).await.problem(422, "validation_failed");
        citizen.post("/ballots", json!({ "candidates": ids })).await.problem(422, "validation_failed");
        let many: Vec<CandidateId> = (0..101_u128).map(|number| CandidateId(uuid::Uuid::from_u128(number))).collect();
        citizen.post("/ballots", ballot(&many)).await.problem(422, "validation_failed");
        let strangers = citizen.post("/ballots", ballot(&many[..100])).await.problem(404, "not_found");
        assert_eq!(faults(&strangers.json).len(), 100);
        assert_eq!(total(&citizen).await, 0);
    }

    async fn votes_are_limited_in_all_by_the_day(app: App) {
        let tree = app.tree().await;
        app.policy(|policy| (policy.repeat, policy.votes_in_all) = (Repeat::Daily, 3)).await;
        let (some, others) =
            (contenders(&app, &tree, "dedication", 2).await, contenders(&app, &tree, "bravery", 2).await);
        app.set_clock(VOTING);
        let citizen = app.citizen().await;
        let all = [some.clone(), others.clone()].concat();
        let reply = citizen.post("/ballots", ballot(&all)).await.problem(409, "vote_limit_reached");
        assert_eq!(faults(&reply.json), [("/candidate_ids/3".into(), "vote_limit_reached".into())]);
        citizen.post("/ballots", ballot(&all[..3])).await.expect(201);
        citizen.post("/votes", json!({ "candidate_id": all[3] })).await.problem(409, "vote_limit_reached");
        app.set_clock("2026-11-26T16:00:00Z");
        citizen.post("/votes", json!({ "candidate_id": all[3] })).await.expect(201);
        citizen.post("/ballots", ballot(&all[..2])).await.expect(201);
        assert_eq!(total(&citizen).await, 6);
    }

    async fn the_policy_says_who_votes(app: App) {
        let tree = app.tree().await;
        app.policy(|policy| policy.voters = Voters::Organizations).await;
        let ids = contenders(&app, &tree, "dedication", 1).await;
        app.set_clock(VOTING);
        let stranger = app.citizen().await;
        let reply = stranger.post("/ballots", ballot(&ids)).await.problem(409, "voter_not_eligible");
        assert_eq!(reply.json["errors"][0]["voters"], "organizations");
        app.user(Role::Citizen, Some(tree.unit)).await.1.post("/ballots", ballot(&ids)).await.expect(201);
        app.policy(|policy| policy.voters = Voters::Verified).await;
        let member = app.user(Role::Citizen, Some(tree.unit)).await.1;
        member.post("/ballots", ballot(&ids)).await.problem(409, "voter_not_eligible");
        assert_eq!(total(&stranger).await, 1);
    }

    async fn ballots_of_one_voter_at_once_never_pass_the_limit(app: App) {
        let tree = app.tree().await;
        app.policy(|policy| policy.votes_per_category = 5).await;
        let ids = contenders(&app, &tree, "dedication", 10).await;
        app.set_clock(VOTING);
        let citizen = app.citizen().await;
        let ballots: Vec<Vec<CandidateId>> = (0..10).map(|from| (from..from + 2).map(|at| ids[at % 10]).collect()).collect();
        let replies = join_all(ballots.iter().map(|named| citizen.post("/ballots", ballot(named)))).await;
        let mut counted: std::collections::BTreeSet<CandidateId> = std::collections::BTreeSet::new();
        for (reply, named) in replies.iter().zip(&ballots) {
            if reply.status == 409 {
                assert_eq!(reply.json["code"], "category_limit_reached");
            } else {
                assert!([200, 201].contains(&reply.status.as_u16()), "{}", reply.json);
                counted.extend(named);
            }
        }
        assert!(counted.len() <= 5 && counted.len() >= 4, "{counted:?}");
        assert_eq!(total(&citizen).await, counted.len() as u64);
    }

    async fn whoever_is_shut_out_votes_no_more(app: App) {
        let tree = app.tree().await;
        let ids = contenders(&app, &tree, "dedication", 1).await;
        app.set_clock(VOTING);
        let (id, citizen) = app.user(Role::Citizen, None).await;
        let admin = app.admin().await;
        let tag = admin.get(&format!("/users/{id}")).await.expect(200).json["etag"].as_str().unwrap().to_owned();
        admin.patch(&format!("/users/{id}"), &tag, json!({ "active": false })).await.expect(200);
        citizen.post("/ballots", ballot(&ids)).await.problem(401, "unauthenticated");
        citizen.post("/votes", json!({ "candidate_id": ids[0] })).await.problem(401, "unauthenticated");
        assert_eq!(total(&admin).await, 0);
    }

    async fn what_is_in_the_box_is_written_when_the_server_stops(app: App) {
        let tree = app.tree().await;
        let ids = contenders(&app, &tree, "dedication", 8).await;
        app.set_clock(VOTING);
        let mut voters = Vec::new();
        for _ in 0..16 {
            voters.push(app.citizen().await);
        }
        let votes = join_all(voters.iter().map(|voter| voter.post("/ballots", ballot(&ids))));
        let stopping = async {
            app.service.ballot_box.close().await;
        };
        let (replies, ()) = tokio::join!(votes, stopping);
        let answered = replies.iter().filter(|reply| reply.status == 201).count();
        assert!(replies.iter().all(|reply| [201, 503].contains(&reply.status.as_u16())));
        assert!(replies.iter().filter(|reply| reply.status == 503).all(|reply| reply.header("retry-after") == "1"));
        assert_eq!(total(&app.anonymous()).await, answered as u64 * 8);
    }

    async fn the_doctor_names_lists_that_were_forgotten(app: App) {
        let tree = app.tree().await;
        let ids = contenders(&app, &tree, "dedication", 1).await;
        app.set_clock(VOTING);
        app.votes(ids[0], 3).await;
        haoren::service::vote_log::advance(&app.service).await.unwrap();
        // The doctor's clock is the machine's.
        let voted = async |year: i32| {
            let now = app.service.clocks.campaign();
            app.write(move |db| {
                let mut cycle = storage::cycles::find(db, "2026-11".parse().unwrap())?.unwrap();
                let at = |day: u32| chrono::Utc.with_ymd_and_hms(year, 1, day, 0, 0, 0).unwrap();
                cycle.windows.voting = Window { opens_at: at(1), closes_at: at(31) };
                assert!(storage::cycles::update_if(db, &cycle, now)?);
                Ok(())
            })
            .await;
        };
        voted(2900).await;
        assert!(!examined(&app).await.contains("never published"));
        voted(2020).await;
        let said = examined(&app).await;
        assert!(said.contains("look  list"), "{said}");
        assert!(said.contains("2026-11: voting closed on 2020-01-31, the list was never published"), "{said}");
        assert!(said.contains("POST /api/v1/lists") && said.contains("can serve"), "{said}");
        let now = app.service.clocks.campaign();
        app.write(move |db| Ok(storage::cycles::set_published(db, "2026-11".parse().unwrap(), now)?)).await;
        assert!(!examined(&app).await.contains("never published"));
    }

    async fn the_doctor_finds_counts_that_are_not_those_of_the_votes(app: App) {
        let tree = app.tree().await;
        let ids = contenders(&app, &tree, "dedication", 1).await;
        app.set_clock(VOTING);
        app.votes(ids[0], 3).await;
        let good = examined(&app).await;
        assert!(good.contains("every candidate has as many votes as were counted"), "{good}");
        app.write(|db| {
            let changed = diesel::update(tallies::table).set(tallies::raw.eq(tallies::raw + 2)).execute(db);
            changed.map(drop).map_err(|error| storage::StoreError::from(error).into())
        })
        .await;
        let bad = examined(&app).await;
        assert!(bad.contains("MEND  votes") && bad.contains("+2 cast, +0 held back, +0 invalid"), "{bad}");
    }
}
