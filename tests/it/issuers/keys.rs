//! The keys of a provider: when they are fetched, and what happens when they cannot be.

use chrono::Duration;
use futures_util::future::join_all;
use serde_json::json;

use super::*;
use crate::harness::provider::Answer;

fn reply(status: &'static str, body: &str) -> Answer {
    Answer::Reply(status, String::new(), body.to_owned())
}

#[tokio::test]
async fn keys_are_fetched_when_they_are_first_asked_for_and_then_kept() {
    let pair = Pair::ed25519("k1");
    let provider = Provider::start("https://id.example", &[&pair]).await;
    let app = App::trusting(&json!([provider.settings()]), &[]).await;
    app.anonymous().get("/candidates").await.expect(200);
    assert_eq!(status(&app, &pair.token(&and(provider.claims("u1"), "iss", json!("other")))).await, 401);
    assert_eq!(status(&app, app.citizen().await.token()).await, 200);
    assert_eq!(provider.fetches(), 0);
    for subject in ["u1", "u2", "u1"] {
        assert_eq!(status(&app, &pair.token(&provider.claims(subject))).await, 200);
        app.time.advance(Duration::minutes(19));
    }
    assert_eq!(provider.fetches(), 1);
}

#[tokio::test]
async fn all_who_ask_at_once_share_one_fetch() {
    let pair = Pair::ed25519("k1");
    let provider = Provider::start("https://id.example", &[&pair]).await;
    let app = App::trusting(&json!([provider.settings()]), &[]).await;
    let tokens: Vec<String> = (0..50).map(|number| pair.token(&provider.claims(&format!("u{number}")))).collect();
    // All are asked before this thread, which is the provider's, turns to answer any.
    let found = join_all(tokens.iter().map(|token| foreign(&app, token))).await;
    assert!(found.iter().all(Option::is_some));
    assert_eq!(provider.fetches(), 1);
}

#[tokio::test]
async fn an_unknown_key_is_looked_for_once_a_minute_at_most() {
    let (old, new) = (Pair::ed25519("old"), Pair::ed25519("new"));
    let provider = Provider::start("https://id.example", &[&old]).await;
    let app = App::trusting(&json!([provider.settings()]), &[]).await;
    assert_eq!(status(&app, &old.token(&provider.claims("u1"))).await, 200);
    provider.publish(&[&old, &new]);
    for number in 0..20 {
        assert_eq!(status(&app, &Pair::ed25519(&format!("x{number}")).token(&provider.claims("u1"))).await, 401);
    }
    let token = new.token(&provider.claims("u1"));
    app.time.advance(Duration::seconds(59));
    assert_eq!((status(&app, &token).await, provider.fetches()), (401, 1));
    app.time.advance(Duration::seconds(1));
    assert_eq!((status(&app, &token).await, provider.fetches()), (200, 2));
    assert_eq!(status(&app, &old.token(&provider.claims("u1"))).await, 200);
}

#[tokio::test]
async fn a_provider_that_is_away_keeps_nobody_from_starting_and_is_asked_once_a_minute() {
    let pair = Pair::ed25519("k1");
    let provider = Provider::start("https://id.example", &[&pair]).await;
    provider.answer(Answer::Silence);
    let app = App::trusting(&json!([provider.settings()]), &[]).await;
    let token = pair.token(&provider.claims("u1"));
    for _ in 0..5 {
        assert_eq!(status(&app, &token).await, 401);
    }
    assert_eq!(provider.fetches(), 1);
    provider.publish(&[&pair]);
    assert_eq!((status(&app, &token).await, provider.fetches()), (401, 1));
    app.time.advance(Duration::minutes(1));
    assert_eq!((status(&app, &token).await, provider.fetches()), (200, 2));
}

#[tokio::test]
async fn the_last_good_keys_are_kept_whatever_comes_after_them() {
    let pair = Pair::ed25519("k1");
    let stranger = Pair::ed25519("k2");
    let provider = Provider::start("https://id.example", &[&pair]).await;
    let elsewhere = Provider::start("https://id.example", &[&stranger]).await;
    let app = App::trusting(&json!([provider.settings()]), &[]).await;
    assert_eq!(status(&app, &pair.token(&provider.claims("u1"))).await, 200);
    let strange = json!({ "keys": [stranger.jwk()] }).to_string();
    let bad = [
        Answer::Silence,
        reply("500 Internal Server Error", "no"),
        reply("404 Not Found", &strange),
        reply("200 OK", "<html>maintenance</html>"),
        reply("200 OK", r#"{"keys":[]}"#),
        reply("200 OK", r#"{"keys":[{"kty":"oct","kid":"k1","k":"AAAA"}]}"#),
        reply("200 OK", &format!("{}{strange}", " ".repeat(300_000))),
        Answer::Reply("302 Found", format!("Location: {}\r\n", elsewhere.jwks_url), String::new()),
    ];
    for (number, answer) in bad.into_iter().enumerate() {
        provider.answer(answer);
        app.time.advance(Duration::minutes(1));
        // A key that is not known makes the server look for it, and wait for the outcome.
        assert_eq!(status(&app, &stranger.token(&provider.claims("u1"))).await, 401, "answer {number}");
        assert_eq!(provider.fetches(), number + 2);
        assert_eq!(status(&app, &pair.token(&provider.claims(&format!("u{number}")))).await, 200, "answer {number}");
    }
    assert_eq!(elsewhere.fetches(), 0, "a redirection was followed");
}

#[tokio::test]
async fn a_key_that_is_withdrawn_ends_what_was_remembered_under_it() {
    let (bad, good) = (Pair::ed25519("bad"), Pair::rsa("good"));
    let provider = Provider::start("https://id.example", &[&bad, &good]).await;
    let app = App::trusting(&json!([provider.settings()]), &[]).await;
    let (ended, stays) = (bad.token(&provider.claims("u1")), good.token(&provider.claims("u2")));
    assert_eq!((status(&app, &ended).await, status(&app, &stays).await), (200, 200));
    provider.publish(&[&good]);
    app.time.advance(Duration::minutes(60));
    // The hour is over: who comes now is not kept waiting, and makes the keys be fetched.
    assert_eq!(status(&app, &ended).await, 200);
    provider.fetched(2).await;
    app.service.issuers.settled().await;
    assert_eq!((status(&app, &ended).await, status(&app, &stays).await), (401, 200));

    // A new key under the old name is another key.
    let new = Pair::ed25519("bad");
    provider.publish(&[&new, &good]);
    app.time.advance(Duration::minutes(1));
    assert_eq!(status(&app, &new.token(&provider.claims("u1"))).await, 200);
    assert_eq!(status(&app, &ended).await, 401);
}

#[tokio::test]
async fn an_outage_after_the_hour_is_asked_about_once_a_minute_and_keeps_nobody_waiting() {
    let pair = Pair::ed25519("k1");
    let provider = Provider::start("https://id.example", &[&pair]).await;
    let app = App::trusting(&json!([provider.settings()]), &[]).await;
    let token = pair.token(&provider.claims("u1"));
    assert_eq!(status(&app, &token).await, 200);
    provider.answer(Answer::Silence);
    app.time.advance(Duration::minutes(60));
    for minute in 0..3 {
        for _ in 0..5 {
            assert_eq!(status(&app, &token).await, 200);
        }
        provider.fetched(minute + 2).await;
        app.service.issuers.settled().await;
        assert_eq!(provider.fetches(), minute + 2);
        app.time.advance(Duration::minutes(1));
    }
}
