//! The public log of votes.

mod ending;
mod offline;
mod reading;
mod restoring;

use haoren::{
    domain::{
        candidate::Status,
        id::CandidateId,
        month::Month,
        vote_log::{Checkpoint, Frontier, VerifierKey, leaf_hash},
    },
    service::vote_log,
};
use serde_json::Value;

use crate::harness::{App, Client, Tree};

const VOTING: &str = "2026-11-26T02:00:00Z";
const CLOSED: &str = "2026-12-01T02:00:00Z";

fn month() -> Month {
    "2026-11".parse().unwrap()
}

/// Two candidates in the vote, the first with `one` votes and the second with `other`, in a log that is signed.
async fn voted(app: &App, one: i64, other: i64) -> [CandidateId; 2] {
    let tree = app.tree().await;
    voted_in(app, &tree, one, other).await
}

async fn voted_in(app: &App, tree: &Tree, one: i64, other: i64) -> [CandidateId; 2] {
    let first = app.contender(tree, Status::Forwarded, "dedication", "王小明").await;
    let second = app.contender(tree, Status::Forwarded, "bravery", "李四").await;
    app.set_clock(VOTING);
    app.votes(first, one).await;
    app.votes(second, other).await;
    advance(app).await;
    [first, second]
}

async fn advance(app: &App) {
    vote_log::advance(&app.service).await.unwrap();
}

/// The answer of a log's operation.
async fn log(client: &Client, path: &str) -> Value {
    client.get(&format!("/cycles/2026-11/log/{path}")).await.expect(200).json
}

/// The head, after its signature was checked.
fn checked(head: &Value) -> Checkpoint {
    let key: VerifierKey = head["key"].as_str().unwrap().parse().unwrap();
    let checkpoint = key.open(head["note"].as_str().unwrap()).unwrap();
    assert_eq!(head["size"], checkpoint.size);
    assert_eq!(head["origin"], checkpoint.origin.as_str());
    checkpoint
}

/// All entries, page by page.
pub async fn entries(client: &Client, size: u64) -> String {
    let (mut lines, mut from) = (String::new(), 0);
    while from < size {
        let reply =
            client.get(&format!("/cycles/2026-11/log/entries?from={from}&to={size}&limit=300")).await.expect(200);
        assert_eq!(reply.header("content-type"), "application/x-ndjson");
        let page = String::from_utf8(reply.bytes.clone()).unwrap();
        from += page.lines().count() as u64;
        assert_eq!(reply.header("link").contains(&format!("from={from}&to={size}&limit=300")), from < size);
        lines.push_str(&page);
    }
    lines
}

/// The head holds for the entries.
fn assert_is_root_of(head: &Checkpoint, lines: &str) {
    let mut frontier = Frontier::default();
    lines.lines().for_each(|line| frontier.push(leaf_hash(line.as_bytes())));
    assert_eq!((frontier.size(), frontier.root()), (head.size, head.root));
}
