//! The votes as reviewers list them: what a filter asks for is found without reading all the votes there are.

use std::sync::{Arc, Mutex};

use diesel::{
    Connection as _, QueryableByName, RunQueryDsl,
    connection::InstrumentationEvent,
    sql_query,
    sql_types::{BigInt, Text},
};
use haoren::{
    domain::{
        candidate::Status,
        id::CandidateId,
        quarantine::VoteState,
        role::Role,
        signal::{self, Subject},
    },
    storage::{
        Connection,
        vote_sheet::{self, Pointed, SheetFilter},
        votes::NewVote,
    },
};
use serde_json::json;

use crate::harness::{App, Tree};

const VOTES: i64 = 100_000;

#[derive(QueryableByName)]
struct Rows {
    #[diesel(sql_type = BigInt)]
    read: i64,
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// Does `work`; returns what it answers, and the rows of votes that PostgreSQL has read, or SQLite's plans.
fn looked_at<T>(db: &mut Connection, work: impl FnOnce(&mut Connection) -> T) -> (T, i64, Vec<String>) {
    let read = |db: &mut Connection| match db {
        Connection::Postgres(db) => {
            let rows = "SELECT COALESCE(SUM(seq_tup_read + COALESCE(idx_tup_fetch, 0)), 0)::BIGINT AS read \
                        FROM pg_stat_xact_user_tables WHERE relname IN ('votes', 'vote_traces', 'held_votes', 'voters')";
            sql_query(rows).get_result::<Rows>(db).unwrap().read
        }
        Connection::Sqlite(_) => 0,
    };
    let before = read(db);
    let sent = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&sent);
    db.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            seen.lock().unwrap().push(query.to_string());
        }
    });
    let found = work(db);
    db.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    let read = read(db) - before;
    let mut plans = Vec::new();
    if let Connection::Sqlite(db) = db {
        for query in sent.lock().unwrap().iter() {
            let query = query.split(" -- binds").next().unwrap();
            let steps: Vec<Step> = sql_query(format!("EXPLAIN QUERY PLAN {query}")).load(db).unwrap();
            plans.push(steps.into_iter().map(|step| step.detail).collect::<Vec<_>>().join("; "));
        }
    }
    (found, read, plans)
}

/// Votes for two candidates, every hundredth for the second, and two of each of 25 citizens of a unit; 300
/// are held back and 300 are invalid. The very last vote is for a third candidate. Returns the number of the second, and the
/// third.
async fn many_votes(app: &App, tree: &Tree) -> (i64, CandidateId) {
    let one = app.contender(tree, Status::Forwarded, "dedication", "王小明").await;
    let other = app.contender(tree, Status::Forwarded, "dedication", "李四").await;
    let (most, few) = (app.stored(one).await.number, app.stored(other).await.number);
    app.set_clock("2026-11-26T02:00:00Z");
    for _ in 0..VOTES / 5_000 {
        let vote = move |place| NewVote {
            voter: 1_000_000 + place,
            candidate: if place % 100 == 0 { few } else { most },
            day: 0,
            prefix: 7,
            client: 0,
            tier: 0,
        };
        app.cast(move |size| (size..size + 5_000).map(vote).collect()).await;
    }
    for _ in 0..25 {
        let citizen = app.user(Role::Citizen, Some(tree.unit)).await.1;
        citizen.post("/ballots", json!({ "candidate_ids": [one, other] })).await.expect(201);
    }
    let (first, second) =
        (app.user(Role::CityReviewer, Some(tree.city)).await.1, app.user(Role::CityReviewer, Some(tree.city)).await.1);
    for (from, decision) in [(50_000, None), (70_000, Some("invalidate")), (80_000, Some("release"))] {
        let sequences: Vec<i64> = (from..from + 300).collect();
        let body = json!({ "cycle": "2026-11", "sequences": sequences, "reason": "待核实。" });
        let opened = first.post("/quarantines", body).await.expect(201);
        if let Some(decision) = decision {
            let path = format!("/quarantines/{}/decision", opened.id());
            let body = json!({ "decision": decision, "reason": "已核查。" });
            second.post_if(&path, &opened.etag(), body).await.expect(201);
        }
    }
    let third = app.contender(tree, Status::Forwarded, "bravery", "赵六").await;
    app.votes(third, 1).await;
    (few, third)
}

both! {
    async fn votes_that_do_not_count_or_of_a_signal_are_found_without_reading_the_others(app: App) {
        let tree = app.tree().await;
        let (few, _) = many_votes(&app, &tree).await;
        let minute = signal::minute("2026-11-26T02:00:00Z".parse().unwrap());
        let minute = Pointed { subject: Subject::Minute(minute), first_seq: VOTES, last_seq: VOTES + 49 };
        let unit = Pointed { subject: Subject::Unit(tree.unit), first_seq: VOTES, last_seq: VOTES + 49 };
        let hundreds = |from: i64| vec![from, from + 100, from + 200];
        let cases = [
            ((None, None, None), -1, (0..21).collect()),
            ((Some(VoteState::Valid), None, None), 49_999, (50_300..50_321).collect()),
            ((Some(VoteState::Valid), None, None), 79_989, (79_990..80_011).collect()),
            ((Some(VoteState::Quarantined), None, None), -1, (50_000..50_021).collect()),
            ((Some(VoteState::Quarantined), None, None), 50_289, (50_290..50_300).collect()),
            ((Some(VoteState::Quarantined), Some(few), None), -1, hundreds(50_000)),
            ((Some(VoteState::Quarantined), None, Some(unit)), -1, Vec::new()),
            ((Some(VoteState::Invalid), None, None), -1, (70_000..70_021).collect()),
            ((Some(VoteState::Invalid), Some(few), None), 69_999, hundreds(70_000)),
            ((Some(VoteState::Invalid), Some(few), None), 70_200, Vec::new()),
            ((None, None, Some(unit)), -1, (VOTES..VOTES + 21).collect()),
            ((None, None, Some(minute)), VOTES + 9, (VOTES + 10..VOTES + 31).collect()),
            ((None, Some(few), Some(unit)), -1, (0..21).map(|place| VOTES + 2 * place + 1).collect()),
            ((None, Some(few), None), 77, (1..22).map(|place| place * 100).collect()),
            ((Some(VoteState::Valid), None, Some(unit)), VOTES + 40, (VOTES + 41..VOTES + 50).collect::<Vec<i64>>()),
        ];
        app.write(move |db| {
            if let Connection::Postgres(db) = db {
                sql_query("ANALYZE").execute(db).unwrap();
            }
            for ((state, candidate, signal), after, expected) in cases {
                let filter = SheetFilter { candidate, signal, state, seqs: None };
                let list = |db: &mut Connection| vote_sheet::list(db, "2026-11".parse().unwrap(), &filter, after, 21).unwrap();
                let (page, read, plans) = looked_at(db, list);
                let rows = page.rows;
                assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), expected, "{filter:?}");
                assert!(read < 10_000, "{read} rows for {filter:?}");
                let is_held = matches!(state, Some(VoteState::Quarantined | VoteState::Invalid));
                let ways = match (is_held, signal) {
                    (true, _) => ["(cycle=? AND seq=?)"].as_slice(),
                    (false, Some(_)) => ["(cycle=? AND voter=?", "(cycle=? AND seq=?)"].as_slice(),
                    (false, None) => ["(cycle=? AND seq>?"].as_slice(),
                };
                for plan in plans {
                    assert!(!plan.contains("SCAN votes") && !plan.contains("SCAN held_votes"), "{plan}");
                    let votes = plan.split("; ").find(|step| step.starts_with("SEARCH votes "));
                    assert!(votes.is_none_or(|votes| ways.iter().any(|way| votes.contains(way))), "{filter:?}: {plan}");
                }
            }
            Ok(())
        })
        .await;
    }

    async fn a_page_of_one_candidate_is_bounded_and_goes_on(app: App) {
        let tree = app.tree().await;
        let (_, third) = many_votes(&app, &tree).await;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        let (mut query, mut found, mut pages) = (String::new(), Vec::new(), 0);
        loop {
            let page = city.get(&format!("/cycles/2026-11/votes?candidate_id={third}{query}")).await.expect(200);
            found.extend(page.json["items"].as_array().unwrap().iter().map(|vote| vote["sequence"].as_i64().unwrap()));
            pages += 1;
            let Some(cursor) = page.json["next_cursor"].as_str() else { break };
            assert!(page.header("link").contains(cursor));
            query = format!("&cursor={cursor}");
        }
        assert_eq!(found.len(), 1);
        assert_eq!(pages, VOTES / vote_sheet::LOOKED_THROUGH + 1);
        // A page that is full ends with its last vote.
        let everybody = city.get("/cycles/2026-11/votes?limit=100").await.expect(200);
        assert_eq!(everybody.json["items"].as_array().unwrap().len(), 100);
    }

    async fn votes_of_a_signal_are_gathered_by_voter(app: App) {
        let tree = app.tree().await;
        many_votes(&app, &tree).await;
        app.write(move |db| {
            if let Connection::Postgres(db) = db {
                sql_query("ANALYZE").execute(db).unwrap();
            }
            let unit = Pointed { subject: Subject::Unit(tree.unit), first_seq: VOTES + 10, last_seq: VOTES + 19 };
            let filter = SheetFilter { signal: Some(unit), ..SheetFilter::default() };
            let month = "2026-11".parse().unwrap();
            let wanted = |db: &mut Connection| vote_sheet::wanted(db, month, &filter, VOTES + 11, 5).unwrap();
            let (rows, read, plans) = looked_at(db, wanted);
            assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), (VOTES + 12..VOTES + 17).collect::<Vec<_>>());
            assert!(read < 10_000, "{read} rows");
            for plan in plans {
                assert!(plan.contains("SEARCH votes USING PRIMARY KEY (cycle=? AND voter=?"), "{plan}");
            }
            Ok(())
        })
        .await;
    }
}
