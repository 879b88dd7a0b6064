//! The real program is killed while it takes votes, again and again: no vote that was answered is lost, none is counted
//! twice, the counts equal the rows, the tree is that of the entries, and old receipts still prove.
//!
//! A few rounds here; the long run is `HAOREN_KILL_ROUNDS=200 HAOREN_TEST_FLUSH=yes ./test --locked --test it killed`.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, RunQueryDsl};
use futures_util::future::join_all;
use haoren::{
    domain::{
        candidate::Status,
        id::{CandidateId, UserId},
        month::Month,
        role::Role,
        vote_log::leaf_hash,
    },
    service::{
        Error,
        clock::{MachineTime as _, SystemTime},
        generator,
        vote_log::{self, Recheck},
    },
    storage::{
        self,
        schema::{candidates, voters, votes},
    },
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{
    harness::{App, Running, program},
    vote_log::entries,
};

const VOTING: &str = "2026-11-26T02:00:00Z";
const CLIENTS: usize = 16;
const CANDIDATES: usize = 40;
/// At most so many votes are answered before the program is killed; a round has 640.
const MOST_ANSWERED: usize = 400;

fn rounds() -> usize {
    std::env::var("HAOREN_KILL_ROUNDS").map_or(4, |text| text.parse().expect("HAOREN_KILL_ROUNDS is a number"))
}

fn month() -> Month {
    "2026-11".parse().unwrap()
}

/// What was answered, by voter and candidate.
type Answered = BTreeMap<(UserId, CandidateId), Value>;

/// A voter with a token that holds by the clock of the real program.
async fn voter(app: &App) -> (UserId, String) {
    let id = app.user(Role::Citizen, None).await.0;
    let found = app.service.store.read(move |db| Ok::<_, Error>(storage::users::find(db, id)?));
    let user = found.await.unwrap().unwrap();
    let token = app.service.tokens.issue(&user, generator::new_id(&app.service.clocks).unwrap(), SystemTime.now());
    (id, token.unwrap())
}

/// The program on the database of an app, by the campaign's clock that is kept there.
fn serve(app: &App) -> Running {
    let mut command = program(&app.settings.data_dir);
    command.args(["serve", "--sandbox", "--rate-limits=off", "--db-connections=6"]);
    if let Some(url) = &app.settings.database_url {
        command.env("DATABASE_URL", url);
    }
    Running::start(command)
}

/// One vote; none when the program is gone.
async fn vote(http: &reqwest::Client, base: &str, token: &str, candidate: CandidateId) -> Option<(StatusCode, Value)> {
    let request = http.post(format!("{base}/api/v1/votes")).bearer_auth(token);
    let reply = request.json(&json!({ "candidate_id": candidate })).send().await.ok()?;
    let status = reply.status();
    Some((status, reply.json().await.ok()?))
}

/// Sixteen clients vote until the program is killed, at a moment left to chance.
async fn round(app: &App, voters: &[(UserId, String)], candidates: &[CandidateId]) -> Answered {
    let mut running = serve(app);
    let base = running.base().to_owned();
    let (answered, enough) = (AtomicUsize::new(0), Notify::new());
    let end = rand::random_range(1..=MOST_ANSWERED);
    let client = |voter: &(UserId, String)| {
        let (id, token, base) = (voter.0, voter.1.clone(), base.clone());
        let (answered, enough) = (&answered, &enough);
        async move {
            let http = reqwest::Client::builder().no_proxy().build().unwrap();
            let mut mine = Answered::new();
            for candidate in candidates {
                let Some((status, body)) = vote(&http, &base, &token, *candidate).await else { return mine };
                assert_eq!(status, 201, "{body}");
                mine.insert((id, *candidate), body);
                if answered.fetch_add(1, Ordering::SeqCst) + 1 == end {
                    enough.notify_one();
                }
            }
            mine
        }
    };
    let killing = async {
        enough.notified().await;
        running.kill();
    };
    let (mine, ()) = tokio::join!(join_all(voters.iter().map(client)), killing);
    mine.into_iter().flatten().collect()
}

/// Everything that was answered is there, once; counts, tree and receipts agree.
async fn check(app: &App, answered: &Answered) {
    let read = app.service.store.read(|db| {
        let rows = votes::table
            .inner_join(voters::table.on(voters::id.eq(votes::voter)))
            .inner_join(candidates::table.on(candidates::number.eq(votes::candidate)))
            .select((voters::user_id, candidates::id, votes::seq))
            .load::<(Option<UserId>, CandidateId, i64)>(db)
            .map_err(storage::StoreError::from)?;
        Ok::<_, Error>((rows, storage::tallies::deviations(db)?))
    });
    let (rows, deviations) = read.await.unwrap();
    assert_eq!(deviations, [], "the counts equal the rows");
    let mut places: Vec<i64> = rows.iter().map(|row| row.2).collect();
    places.sort_unstable();
    assert!(places.iter().copied().eq(0..i64::try_from(places.len()).unwrap()), "the log has no gap");
    let rows: BTreeMap<(UserId, CandidateId), i64> =
        rows.into_iter().map(|row| ((row.0.unwrap(), row.1), row.2)).collect();
    assert_eq!(rows.len(), places.len(), "nothing is there twice");
    vote_log::advance(&app.service).await.unwrap();
    let lines = entries(&app.anonymous(), rows.len() as u64).await;
    let leaves: Vec<String> = lines.lines().map(|line| STANDARD.encode(leaf_hash(line.as_bytes()))).collect();
    for (vote, body) in answered {
        let sequence = body["receipt"]["sequence"].as_u64().unwrap();
        assert_eq!(rows.get(vote).copied(), i64::try_from(sequence).ok(), "an answered vote is lost");
        assert_eq!(
            leaves[usize::try_from(sequence).unwrap()],
            body["receipt"]["leaf_hash"],
            "a receipt no longer proves"
        );
    }
    let vault = std::sync::Arc::clone(&app.service.vault);
    let found = app.service.store.read(move |db| vote_log::recheck(&vault, db, month())).await.unwrap();
    assert!(matches!(found, Recheck::Same { size, .. } if usize::try_from(size).unwrap() == rows.len()), "{found:?}");
}

both! {
    async fn nothing_that_was_answered_is_lost_when_the_program_is_killed(app: App) {
        let tree = app.tree().await;
        let mut contenders = Vec::new();
        for number in 0..CANDIDATES {
            let category = ["helping_others", "bravery", "integrity", "dedication"][number % 4];
            contenders.push(app.contender(&tree, Status::Forwarded, category, &format!("候选{number}")).await);
        }
        app.set_clock(VOTING);
        app.write(|db| Ok(storage::campaign_clock::set(db, Some(VOTING.parse().unwrap()), SystemTime.now())?)).await;
        let mut answered = Answered::new();
        for number in 0..rounds() {
            let mut voters = Vec::new();
            for _ in 0..CLIENTS {
                voters.push(voter(&app).await);
            }
            let of_round = round(&app, &voters, &contenders).await;
            assert!(!of_round.is_empty());
            answered.extend(of_round);
            // As often as checking stays cheap beside voting.
            if number % 10 == 3 || number + 1 == rounds() {
                check(&app, &answered).await;
            }
        }
        // Whoever was not answered asks again, and whoever was hears the same.
        let running = serve(&app);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let (again, token) = voter(&app).await;
        let first = vote(&http, running.base(), &token, contenders[0]).await.unwrap();
        let second = vote(&http, running.base(), &token, contenders[0]).await.unwrap();
        assert_eq!((first.0, second.0, &first.1), (StatusCode::CREATED, StatusCode::OK, &second.1));
        answered.insert((again, contenders[0]), first.1);
        drop(running);
        check(&app, &answered).await;
    }
}
