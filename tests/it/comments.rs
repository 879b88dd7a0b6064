//! Comments on candidates: written in the voting window, held where they are doubtful, moderated, reported and read.

mod lists;
mod moderation;
mod races;
mod reports;
mod threads;

use haoren::domain::{candidate::Status, id::CandidateId, role::Role};
use serde_json::{Value, json};

use crate::harness::{App, Client, Reply, Tree};

/// A moment in the voting window of November.
const VOTING: &str = "2026-11-26T02:00:00Z";

/// A candidate in the vote, and the clock in the voting window.
async fn forwarded(app: &App) -> (Tree, CandidateId) {
    let tree = app.tree().await;
    let id = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
    app.set_clock(VOTING);
    (tree, id)
}

/// Writes a comment. The clock goes on, so that pages have an order.
async fn say(app: &App, client: &Client, candidate: CandidateId, body: &str) -> Reply {
    app.time.advance(chrono::Duration::milliseconds(1));
    client.post(&format!("/candidates/{candidate}/comments"), json!({ "body": body })).await
}

async fn reply(app: &App, client: &Client, candidate: CandidateId, parent: &str) -> Reply {
    app.time.advance(chrono::Duration::milliseconds(1));
    let body = json!({ "body": "说得好。", "parent_id": parent });
    client.post(&format!("/candidates/{candidate}/comments"), body).await
}

async fn city(app: &App, tree: &Tree) -> Client {
    app.user(Role::CityReviewer, Some(tree.city)).await.1
}

/// Puts words on the list.
async fn list_words(city: &Client, words: &[&str], allowed: &[&str]) -> Reply {
    let present = city.get("/moderation/word-lists").await.expect(200);
    let body = json!({ "words": words, "allowed": allowed });
    city.put("/moderation/word-lists", Some(&present.etag()), body).await
}

/// Decides as a moderator. The clock goes on here too, so that notifications have an order.
async fn decide(app: &App, moderator: &Client, id: &str, decision: &str, reason: Option<&str>) -> Reply {
    app.time.advance(chrono::Duration::milliseconds(1));
    let mut body = json!({ "decision": decision });
    if let Some(reason) = reason {
        body["reason"] = json!(reason);
    }
    moderator.post(&format!("/comments/{id}/moderation"), body).await
}

/// The threads that everybody sees, the latest first.
async fn threads(app: &App, candidate: CandidateId) -> Vec<Value> {
    let reply = app.anonymous().get(&format!("/candidates/{candidate}/comments")).await.expect(200);
    reply.json["items"].as_array().unwrap().clone()
}

async fn told(client: &Client) -> Vec<(String, Value)> {
    let reply = client.get("/me/notifications").await.expect(200);
    let items = reply.json["items"].as_array().unwrap();
    items.iter().map(|told| (told["kind"].as_str().unwrap().to_owned(), told["reason"].clone())).collect()
}
