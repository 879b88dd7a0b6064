//! Two voters who have voted each, and turn out to be one person: one voter from then on, nothing is deleted, and what
//! would count twice is held back until a reviewer decides.

use futures_util::future::join_all;
use haoren::{domain::policy::Repeat, service::quarantines};
use serde_json::{Value, json};

use super::voting::{Poll, VOTING, ballot, mine, vote};
use crate::harness::{App, Client};

const NUMBER: &str = "42010319700101123X";

async fn signals(reviewer: &Client) -> Vec<Value> {
    let reply = reviewer.get("/cycles/2026-11/signals?kind=same_person&limit=100").await.expect(200);
    reply.json["items"].as_array().unwrap().clone()
}

/// The places in the log of the votes that a signal points at.
async fn pointed(reviewer: &Client, signal: &Value) -> Vec<i64> {
    let path = format!("/cycles/2026-11/votes?signal_id={}", signal["id"].as_str().unwrap());
    let rows = reviewer.get(&path).await.expect(200).json["items"].as_array().unwrap().clone();
    rows.iter().map(|row| row["sequence"].as_i64().unwrap()).collect()
}

/// Has the server hold back what repeats; returns how many quarantines that took.
async fn hold(app: &App) -> usize {
    quarantines::hold_repeated(&app.service, None).await.unwrap()
}

async fn quarantine(reviewer: &Client, signal: &Value) -> Value {
    let id = signal["quarantine_id"].as_str().unwrap();
    reviewer.get(&format!("/quarantines/{id}")).await.expect(200).json
}

both! {
    async fn votes_that_both_had_cast_are_told_and_held_back(app: App) {
        let poll = Poll::open(&app).await;
        poll.app.policy(|policy| policy.votes_per_category = 4).await;
        let ids = poll.contenders("dedication", 5).await;
        let first = poll.voter("u1", None).post("/ballots", ballot(&ids[..2])).await.expect(201);
        let second = poll.voter("u2", None).post("/ballots", ballot(&[ids[0], ids[2]])).await.expect(201);
        let (here, there) = (poll.voter("u1", Some(NUMBER)), poll.voter("u2", Some(NUMBER)));
        let reviewer = poll.reviewer().await;
        here.post("/votes", vote(ids[0])).await.expect(200);
        assert_eq!(signals(&reviewer).await, [] as [Value; 0]);
        assert_eq!(poll.counted(&ids).await, [2, 1, 1, 0, 0]);

        // It turns out with a vote that was cast before: the first of the two that were.
        let again = there.post("/votes", vote(ids[0])).await.expect(200);
        assert_eq!(again.json, first.json["votes"][0]);
        let raised = signals(&reviewer).await;
        assert_eq!(raised.len(), 1);
        assert_eq!((&raised[0]["figures"]["votes"], &raised[0]["figures"]["voters"]), (&json!(1), &json!(2)));
        assert!(raised[0]["reason"]["zh"].as_str().unwrap().contains("2 个投票账号属于同一人"), "{}", raised[0]["reason"]);
        assert_eq!(pointed(&reviewer, &raised[0]).await, [2], "the later one of the two");
        assert_eq!((hold(&poll.app).await, hold(&poll.app).await), (1, 0), "once");
        assert_eq!(poll.counted(&ids).await, [1, 1, 1, 0, 0]);

        // One voter, by the earlier number: the other's vote keeps its receipt, and three of four are used.
        assert_eq!(here.post("/votes", vote(ids[2])).await.expect(200).json, second.json["votes"][1]);
        assert_eq!(poll.voter("u2", None).post("/votes", vote(ids[1])).await.expect(200).json, first.json["votes"][1]);
        assert_eq!(mine(&here).await.len(), 4);
        assert_eq!(mine(&here).await, mine(&there).await);
        there.post("/votes", vote(ids[3])).await.expect(201);
        let reply = here.post("/votes", vote(ids[4])).await.problem(409, "category_limit_reached");
        assert_eq!(reply.json["errors"][0]["used"], 4);
        let sheet = reviewer.get("/cycles/2026-11/votes").await.expect(200);
        let voters: Vec<&Value> = sheet.json["items"].as_array().unwrap().iter().map(|row| &row["voter"]).collect();
        assert!(voters[4] == voters[0] && voters[4] != voters[2], "{voters:?}");

        let opened = quarantine(&reviewer, &signals(&reviewer).await[0]).await;
        assert_eq!((&opened["votes"], &opened["opened_by"], &opened["status"]), (&json!(1), &Value::Null, &json!("open")));
        assert_eq!(poll.counted(&ids).await, [1, 1, 1, 1, 0]);
        let path = format!("/quarantines/{}/decision", opened["id"].as_str().unwrap());
        let decision = json!({ "decision": "invalidate", "reason": "核查属实，系同一人重复投票。" });
        let tag = opened["etag"].as_str().unwrap();
        reviewer.post_if(&path, tag, decision).await.expect(201);
        assert_eq!(poll.counted(&ids).await, [1, 1, 1, 1, 0]);
        let raised = signals(&reviewer).await;
        assert_eq!((raised.len(), &raised[0]["quarantine_status"]), (1, &json!("invalidated")), "raised once");
        assert_eq!(pointed(&reviewer, &raised[0]).await, [2]);
        assert_eq!(there.post("/votes", vote(ids[0])).await.expect(200).json, first.json["votes"][0]);
    }

    async fn the_first_of_two_votes_is_the_persons_whichever_number_it_has(app: App) {
        let poll = Poll::open(&app).await;
        let ids = poll.contenders("dedication", 2).await;
        poll.voter("u1", None).post("/votes", vote(ids[1])).await.expect(201);
        let first = poll.voter("u2", None).post("/votes", vote(ids[0])).await.expect(201);
        poll.app.set_clock("2026-11-27T02:00:00Z");
        poll.voter("u1", None).post("/votes", vote(ids[0])).await.expect(201);
        for subject in ["u2", "u1"] {
            let again = poll.voter(subject, Some(NUMBER)).post("/votes", vote(ids[0])).await.expect(200);
            assert_eq!(again.json, first.json);
        }
        let reviewer = poll.reviewer().await;
        assert_eq!(pointed(&reviewer, &signals(&reviewer).await[0]).await, [2]);
    }

    async fn what_others_hold_or_have_judged_is_left_to_them(app: App) {
        let poll = Poll::open(&app).await;
        let ids = poll.contenders("dedication", 2).await;
        poll.voter("u1", None).post("/ballots", ballot(&ids)).await.expect(201);
        poll.voter("u2", None).post("/ballots", ballot(&ids)).await.expect(201);
        let (one, other) = (poll.reviewer().await, poll.reviewer().await);
        let burst = json!({ "cycle": "2026-11", "sequences": [2], "reason": "同一网络短时间内集中投票。" });
        let burst = one.post("/quarantines", burst).await.expect(201);
        for subject in ["u1", "u2"] {
            poll.voter(subject, Some(NUMBER)).post("/votes", vote(ids[0])).await.expect(200);
        }
        assert_eq!((hold(&poll.app).await, poll.counted(&ids).await), (1, vec![1, 1]), "the other vote");
        let sheet = async |query: &str| {
            let raised = signals(&one).await;
            let path = format!("/cycles/2026-11/votes?signal_id={}&{query}", raised[0]["id"].as_str().unwrap());
            one.get(&path).await.expect(200).json["items"].as_array().unwrap().len()
        };
        assert_eq!((sheet("state=quarantined").await, sheet("state=valid").await), (2, 0));
        let decide = async |quarantine: &Value, decision: &str| {
            let path = format!("/quarantines/{}/decision", quarantine["id"].as_str().unwrap());
            let body = json!({ "decision": decision, "reason": "已核实。" });
            other.post_if(&path, quarantine["etag"].as_str().unwrap(), body).await.expect(201);
        };
        // A false alarm: now the vote is held as what it is. The clock goes on, so that the later quarantine is the later one.
        poll.app.time.advance(chrono::Duration::milliseconds(1));
        decide(&burst.json, "release").await;
        assert_eq!((hold(&poll.app).await, poll.counted(&ids).await), (1, vec![1, 1]));
        // What was decided of it stands, though a third account turns up.
        decide(&quarantine(&one, &signals(&one).await[0]).await, "release").await;
        assert_eq!(poll.counted(&ids).await, [2, 1]);
        poll.voter("u3", None).post("/votes", vote(ids[1])).await.expect(201);
        assert_eq!(poll.counted(&ids).await, [2, 2]);
        poll.voter("u3", Some(NUMBER)).post("/votes", vote(ids[1])).await.expect(200);
        assert_eq!((hold(&poll.app).await, poll.counted(&ids).await), (1, vec![2, 1]));
    }

    async fn a_vote_repeats_nothing_when_the_first_was_invalid(app: App) {
        let poll = Poll::open(&app).await;
        let ids = poll.contenders("dedication", 1).await;
        for subject in ["u1", "u2"] {
            poll.voter(subject, None).post("/votes", vote(ids[0])).await.expect(201);
        }
        let (one, other) = (poll.reviewer().await, poll.reviewer().await);
        let burst = json!({ "cycle": "2026-11", "sequences": [0], "reason": "同一网络短时间内集中投票。" });
        let burst = one.post("/quarantines", burst).await.expect(201);
        let path = format!("/quarantines/{}/decision", burst.json["id"].as_str().unwrap());
        let decision = json!({ "decision": "invalidate", "reason": "核查属实，系刷票。" });
        other.post_if(&path, burst.json["etag"].as_str().unwrap(), decision).await.expect(201);
        for subject in ["u1", "u2"] {
            poll.voter(subject, Some(NUMBER)).post("/votes", vote(ids[0])).await.expect(200);
        }
        assert_eq!((hold(&poll.app).await, poll.counted(&ids).await), (0, vec![1]));
    }

    async fn it_turns_out_with_a_ballot_that_is_refused_too(app: App) {
        let poll = Poll::open(&app).await;
        poll.app.policy(|policy| policy.votes_per_category = 2).await;
        let ids = poll.contenders("dedication", 4).await;
        poll.voter("u1", None).post("/ballots", ballot(&ids[..2])).await.expect(201);
        poll.voter("u2", None).post("/ballots", ballot(&ids[..2])).await.expect(201);
        let reviewer = poll.reviewer().await;
        poll.voter("u1", Some(NUMBER)).post("/votes", vote(ids[2])).await.problem(409, "category_limit_reached");
        poll.voter("u2", Some(NUMBER)).post("/votes", vote(ids[3])).await.problem(409, "category_limit_reached");
        let raised = signals(&reviewer).await;
        assert_eq!(raised.len(), 1);
        assert_eq!(pointed(&reviewer, &raised[0]).await, [2, 3]);
        // No list is published over them.
        poll.app.set_clock("2026-12-01T02:00:00Z");
        reviewer.post("/lists", json!({ "cycle": "2026-11" })).await.problem(409, "votes_undecided");
        assert_eq!(quarantine(&reviewer, &signals(&reviewer).await[0]).await["votes"], 2);
        assert_eq!(poll.counted(&ids).await, [1, 1, 0, 0]);
    }

    async fn a_third_account_of_the_person_adds_to_the_signal(app: App) {
        let poll = Poll::open(&app).await;
        let ids = poll.contenders("dedication", 1).await;
        for subject in ["u1", "u2", "u3"] {
            poll.voter(subject, None).post("/votes", vote(ids[0])).await.expect(201);
        }
        let reviewer = poll.reviewer().await;
        for (subject, repeated) in [("u3", &[][..]), ("u2", &[2]), ("u1", &[1, 2])] {
            poll.voter(subject, Some(NUMBER)).post("/votes", vote(ids[0])).await.expect(200);
            let raised = signals(&reviewer).await;
            assert_eq!(raised.len(), usize::from(!repeated.is_empty()), "{subject}");
            if let Some(signal) = raised.first() {
                assert_eq!(pointed(&reviewer, signal).await, repeated);
                let span = (&signal["first_sequence"], &signal["last_sequence"], &signal["figures"]["votes"]);
                assert_eq!(span, (&json!(repeated[0]), &json!(2), &json!(repeated.len())));
            }
        }
        assert_eq!((hold(&poll.app).await, poll.counted(&ids).await), (1, vec![1]));
    }

    async fn who_voted_for_others_or_on_other_days_has_repeated_nothing(app: App) {
        let poll = Poll::open(&app).await;
        poll.app.policy(|policy| policy.repeat = Repeat::Daily).await;
        let ids = poll.contenders("dedication", 2).await;
        poll.voter("u1", None).post("/votes", vote(ids[0])).await.expect(201);
        poll.voter("u2", None).post("/votes", vote(ids[1])).await.expect(201);
        poll.app.set_clock("2026-11-26T16:00:00Z");
        poll.voter("u2", None).post("/votes", vote(ids[0])).await.expect(201);
        for subject in ["u2", "u1"] {
            poll.voter(subject, Some(NUMBER)).post("/votes", vote(ids[0])).await.expect(200);
        }
        assert_eq!(signals(&poll.reviewer().await).await, [] as [Value; 0]);
        assert_eq!(poll.counted(&ids).await, [2, 1]);
    }

    async fn each_person_who_turns_out_in_two_processes_at_once_is_told_once(app: App) {
        const PAIRS: usize = 12;
        let poll = Poll::open(&app).await;
        let beside = poll.app.beside().await;
        beside.set_clock(VOTING);
        let ids = poll.contenders("dedication", 1).await;
        let client = |app: &App, at: usize, told: bool| {
            let number = format!("4201031970010{:05}", at / 2);
            app.with_token(poll.token(&poll.one, &format!("u{at}"), told.then_some(&number)))
        };
        let before: Vec<Client> = (0..PAIRS * 2).map(|at| client(&poll.app, at, false)).collect();
        let cast = join_all(before.iter().map(|client| client.post("/votes", vote(ids[0])))).await;
        assert!(cast.iter().all(|reply| reply.status == 201));
        let after: Vec<Client> =
            (0..PAIRS * 2).map(|at| client(if at % 2 == 0 { &poll.app } else { &beside }, at, true)).collect();
        let again = join_all(after.iter().map(|client| client.post("/votes", vote(ids[0])))).await;
        assert!(again.iter().all(|reply| reply.status == 200));
        let reviewer = poll.reviewer().await;
        let raised = signals(&reviewer).await;
        assert_eq!(raised.len(), PAIRS);
        // Both processes hold back at once, and each vote is held once.
        let (here, there) = tokio::join!(hold(&poll.app), hold(&beside));
        assert_eq!(here + there, PAIRS);
        assert_eq!(poll.counted(&ids).await, [PAIRS as u64]);
    }
}
