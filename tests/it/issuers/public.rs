//! Where a token of another provider counts: for voting alone. Elsewhere its bearer is the public.

use reqwest::Method;
use serde_json::json;

use super::*;
use crate::{
    actors::{MATRIX, World},
    contract::operations,
    harness::{Client, Reply},
};

/// The operations that are for voters, whoever vouches for them.
const VOTING: [(&str, &str); 3] = [("POST", "/api/v1/votes"), ("POST", "/api/v1/ballots"), ("GET", "/api/v1/me/votes")];

async fn ask(client: &Client, method: &str, path: &str) -> Reply {
    let request = client.request(Method::from_bytes(method.as_bytes()).unwrap(), path);
    let request = match method {
        "GET" | "DELETE" => request,
        _ => request.header("Content-Type", "application/json").body(r#"{"no such member": true}"#),
    };
    client.send(request).await
}

both! {
    async fn a_voter_of_another_provider_is_the_public_and_no_account(app: App) {
        let pair = Pair::ed25519("k1");
        let provider = Provider::start("https://id.example", &[&pair]).await;
        let app = app.another_trusting(&json!([provider.settings()])).await;
        let world = World::build(&app).await;
        let (anonymous, voter) = (app.anonymous(), app.with_token(pair.token(&provider.claims("u1"))));
        let mut wrong = Vec::new();
        let known = operations();
        for row in MATRIX.iter().filter(|row| known.iter().any(|one| one.method == row.method && one.path == row.path)) {
            let path = format!("/{}", world.fill(row.path));
            let public = ask(&anonymous, row.method, &path).await.status.as_u16();
            let expected = match public {
                401 if VOTING.contains(&(row.method, row.path)) => continue,
                401 if row.path.starts_with("/api/v1/auth/") => 401,
                401 => 403,
                other => other,
            };
            let got = ask(&voter, row.method, &path).await.status.as_u16();
            if got != expected {
                wrong.push(format!("{} {}: the public gets {public}, the voter {got}", row.method, row.path));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[tokio::test]
async fn a_voter_of_another_provider_recommends_as_the_public_does() {
    let pair = Pair::ed25519("k1");
    let provider = Provider::start("https://id.example", &[&pair]).await;
    let app = App::trusting(&json!([provider.settings()]), &[]).await;
    let tree = app.tree().await;
    let voter = app.with_token(pair.token(&provider.claims("u1")));
    let body = json!({
        "category": "dedication", "name": "陈桂兰", "summary": "三十年安全行车，天天提早半小时到站。",
        "district_id": tree.district,
    });
    let made = voter.post("/candidates", body).await.expect(201);
    let code = made.json["tracking_code"].as_str().unwrap().to_owned();
    let path = format!("/candidates/{}/readiness", made.id());
    voter.get(&path).await.problem(403, "forbidden");
    voter.with("Tracking-Code", &code).get(&path).await.expect(200);
}

#[tokio::test]
async fn each_voter_of_another_provider_has_a_limit_of_its_own() {
    let pair = Pair::ed25519("k1");
    let provider = Provider::start("https://id.example", &[&pair]).await;
    let app = App::trusting(&json!([provider.settings()]), &["--rate-limits=on"]).await;
    let left = async |token: String| {
        let reply = app.with_token(token).post("/votes", json!({})).await;
        reply.header("ratelimit").split(';').nth(1).unwrap().to_owned()
    };
    // The keys are not there yet, and nobody waits for them to be counted: the first request counts by its address.
    assert_eq!(left(pair.token(&provider.claims("u1"))).await, "r=119");
    for expected in ["r=119", "r=118"] {
        assert_eq!(left(pair.token(&provider.claims("u1"))).await, expected);
    }
    // Another token of the same voter is the same voter; another voter is not.
    let later = and(provider.claims("u1"), "jti", json!("2"));
    assert_eq!(left(pair.token(&later)).await, "r=117");
    assert_eq!(left(pair.token(&provider.claims("u2"))).await, "r=119");
    assert_eq!(left("nonsense".to_owned()).await, "r=118", "by the address, for the second time");
}
