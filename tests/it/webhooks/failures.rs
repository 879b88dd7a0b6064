//! What does not arrive: the table of retries, what waits behind it, when it is given up, and when a webhook is paused.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use chrono::Duration;

use super::*;

/// The table of Standard Webhooks, in seconds.
const TABLE: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

async fn notifications(client: &Client) -> Vec<Value> {
    client.get("/me/notifications").await.expect(200).json["items"].as_array().unwrap().clone()
}

/// The longest pause that a pause of the table can be.
fn longest(seconds: i64) -> Duration {
    Duration::milliseconds(seconds * 1_200 + 1)
}

both! {
    async fn it_is_tried_by_the_table_and_then_the_webhook_is_paused(app: App) {
        let app = app.another_with(TRIAL).await;
        let sink = Sink::open(Answer::Status(500)).await;
        let (owner, portal) = app.user(Role::Portal, None).await;
        let webhook = made(&portal, &sink.url()).await.id();
        let path = format!("/webhooks/{webhook}");
        happens(&app.service, EventKind::ListPublished, "1").await;
        assert_eq!(sent(&app.service).await, 1);
        for seconds in TABLE {
            app.time.advance(Duration::seconds(seconds) - Duration::milliseconds(1));
            assert_eq!(sent(&app.service).await, 0, "before {seconds} s are over");
            app.time.advance(longest(seconds) - Duration::seconds(seconds) + Duration::milliseconds(1));
            assert_eq!(sent(&app.service).await, 1, "after {seconds} s");
        }
        let (portal, admin) = (app.again(owner).await, app.admin().await);
        let stands = portal.get(&path).await.expect(200);
        let found = (&stands.json["status"], &stands.json["paused_because"], &stands.json["waiting"]);
        assert_eq!(found, (&json!("paused"), &json!("failing"), &json!(1)));
        for client in [&portal, &admin] {
            let told = notifications(client).await;
            assert_eq!((&told[0]["kind"], &told[0]["webhook_id"]), (&json!("webhook_paused"), &json!(webhook)));
        }
        happens(&app.service, EventKind::ListPublished, "2").await;
        app.time.advance(Duration::seconds(1));
        assert_eq!(sent(&app.service).await, 0, "a paused one is left alone");
        sink.answer(Answer::Status(200));
        portal.patch(&path, &stands.etag(), json!({ "status": "active" })).await.expect(200);
        assert_eq!(sent(&app.service).await, 2, "what waited, and what happened meanwhile");
        let attempts = sink.received();
        assert_eq!(attempts.len(), 12);
        let first = attempts.iter().filter(|one| one.subject() == "1").map(|one| one.header("webhook-id"));
        let first: Vec<&str> = first.collect();
        assert_eq!(first, [first[0]; 11], "the same id in every attempt");
        let log = deliveries(&portal, &webhook).await;
        assert_eq!(log[1]["attempts"].as_array().unwrap().len(), 11);
        assert_eq!((&log[1]["attempts"][9]["failure"], &log[1]["status"]), (&json!("answer"), &json!("delivered")));
    }

    /// What comes later to the same subject waits; what comes to others does not.
    async fn what_follows_a_failure_waits_for_it(app: App) {
        let app = app.another_with(TRIAL).await;
        let broken = Arc::new(AtomicBool::new(true));
        let judge = Arc::clone(&broken);
        let judged = move |one: &Received| if one.subject() == "bad" && judge.load(Ordering::SeqCst) { 400 } else { 200 };
        let sink = Sink::open(Answer::Judged(Arc::new(judged))).await;
        let admin = app.admin().await;
        let webhook = made(&admin, &sink.url()).await.id();
        for subject in ["bad", "good", "bad", "good", "bad"] {
            happens(&app.service, EventKind::ListPublished, subject).await;
        }
        assert_eq!(sent(&app.service).await, 3, "one bad, two good");
        happens(&app.service, EventKind::ListPublished, "bad").await;
        assert_eq!(sent(&app.service).await, 0, "a new one waits too");
        broken.store(false, Ordering::SeqCst);
        app.time.advance(longest(TABLE[0]));
        assert_eq!(sent(&app.service).await, 4);
        sink.assert_in_order();
        assert_eq!(sink.taken().len(), 6);
        let stands = admin.get(&format!("/webhooks/{webhook}")).await;
        assert_eq!((&stands.json["status"], &stands.json["failing_since"]), (&json!("active"), &Value::Null));
    }

    /// One message that the receiver never takes stops neither the webhook nor, in the end, what follows it.
    async fn a_message_that_is_never_taken_is_given_up_alone(app: App) {
        let app = app.another_with(&[TRIAL, &["--webhook-retries=10,10"]].concat()).await;
        let judged = |one: &Received| if one.subject() == "bad" { 400 } else { 200 };
        let sink = Sink::open(Answer::Judged(Arc::new(judged))).await;
        let admin = app.admin().await;
        let webhook = made(&admin, &sink.url()).await.id();
        happens(&app.service, EventKind::ListPublished, "bad").await;
        assert_eq!(sent(&app.service).await, 1);
        for round in 0..2 {
            app.time.advance(Duration::seconds(5));
            happens(&app.service, EventKind::ListPublished, &format!("good {round}")).await;
            assert_eq!(sent(&app.service).await, 1);
            app.time.advance(Duration::seconds(7));
            assert_eq!(sent(&app.service).await, 1);
        }
        let log = deliveries(&admin, &webhook).await;
        let bad = log.iter().find(|one| one["subject"]["id"] == "bad").unwrap();
        assert_eq!((&bad["status"], bad["attempts"].as_array().unwrap().len()), (&json!("failed"), 3));
        let stands = admin.get(&format!("/webhooks/{webhook}")).await;
        assert_eq!(stands.json["status"], "active");
        let failed = admin.get(&format!("/webhooks/{webhook}/deliveries?status=failed")).await.expect(200);
        assert_eq!(failed.json["items"].as_array().unwrap().len(), 1);
        sink.answer(Answer::Status(200));
        let retry = format!("/deliveries/{}/retry", bad["id"].as_str().unwrap());
        let again = admin.post(&retry, json!({})).await.expect(200);
        assert_eq!(again.json["status"], "waiting");
        assert_eq!(sent(&app.service).await, 1);
        assert_eq!(sink.received().pop().unwrap().header("webhook-id"), bad["event_id"].as_str().unwrap());
        let once_more = admin.post(&retry, json!({})).await.expect(200);
        assert_eq!(once_more.json["attempts"].as_array().unwrap().len(), 4, "what has arrived is sent again too");
        assert_eq!(sent(&app.service).await, 1);
    }

    /// However much was taken before, and of the same moment: from then on nothing arrives.
    async fn nothing_is_given_up_while_nothing_arrives(app: App) {
        let app = app.another_with(&[TRIAL, &["--webhook-retries=10"]].concat()).await;
        let judged = |one: &Received| if one.subject() == "first" { 200 } else { 500 };
        let sink = Sink::open(Answer::Judged(Arc::new(judged))).await;
        let admin = app.admin().await;
        let webhook = made(&admin, &sink.url()).await.id();
        for subject in ["first", "second", "third", "third"] {
            happens(&app.service, EventKind::ListPublished, subject).await;
        }
        assert_eq!(sent(&app.service).await, 3);
        app.time.advance(longest(10));
        sent(&app.service).await;
        let path = format!("/webhooks/{webhook}");
        let stands = admin.get(&path).await;
        let found = (&stands.json["status"], &stands.json["paused_because"], &stands.json["waiting"]);
        assert_eq!(found, (&json!("paused"), &json!("failing"), &json!(3)));
        // It has moved: what waits is sent to the new address as soon as it is served again.
        let moved = Sink::open(Answer::Status(200)).await;
        let change = json!({ "url": moved.url(), "status": "active" });
        admin.patch(&path, &stands.etag(), change).await.expect(200);
        assert_eq!(sent(&app.service).await, 3);
        moved.assert_in_order();
    }

    /// What waits for its next attempt is sent at once to a new address.
    async fn a_webhook_that_moves_does_not_wait(app: App) {
        let app = app.another_with(TRIAL).await;
        let (from, to) = (Sink::open(Answer::Status(500)).await, Sink::open(Answer::Status(200)).await);
        let admin = app.admin().await;
        let webhook = made(&admin, &from.url()).await;
        happens(&app.service, EventKind::ListPublished, "1").await;
        assert_eq!(sent(&app.service).await, 1);
        let path = format!("/webhooks/{}", webhook.id());
        admin.patch(&path, &webhook.etag(), json!({ "url": to.url() })).await.expect(200);
        assert_eq!(sent(&app.service).await, 1);
        assert_eq!(to.received().len(), 1);
    }

    async fn a_receiver_that_is_gone_is_left_alone_at_once(app: App) {
        let app = app.another_with(TRIAL).await;
        let sink = Sink::open(Answer::Status(410)).await;
        let admin = app.admin().await;
        let webhook = made(&admin, &sink.url()).await.id();
        happens(&app.service, EventKind::ListPublished, "1").await;
        assert_eq!(sent(&app.service).await, 1);
        let path = format!("/webhooks/{webhook}");
        let stands = admin.get(&path).await;
        assert_eq!((&stands.json["paused_because"], &stands.json["waiting"]), (&json!("gone"), &json!(1)));
        assert_eq!(notifications(&admin).await[0]["kind"], "webhook_paused");
        let waiting = deliveries(&admin, &webhook).await[0]["id"].as_str().unwrap().to_owned();
        admin.post(&format!("/deliveries/{waiting}/retry"), json!({})).await.problem(409, "webhook_paused");
        sink.answer(Answer::Status(200));
        admin.patch(&path, &stands.etag(), json!({ "status": "active" })).await.expect(200);
        assert_eq!(sent(&app.service).await, 1);
        assert_eq!(deliveries(&admin, &webhook).await[0]["status"], "delivered");
    }

    async fn a_receiver_may_ask_for_time(app: App) {
        let app = app.another_with(TRIAL).await;
        let sink = Sink::open(Answer::Later(120)).await;
        made(&app.admin().await, &sink.url()).await;
        happens(&app.service, EventKind::ListPublished, "1").await;
        assert_eq!(sent(&app.service).await, 1);
        app.time.advance(Duration::seconds(119));
        assert_eq!(sent(&app.service).await, 0);
        app.time.advance(Duration::seconds(2));
        assert_eq!(sent(&app.service).await, 1);
    }

    async fn whatever_a_receiver_does_is_bounded_and_named(app: App) {
        let app = app.another_with(TRIAL).await;
        let elsewhere = Sink::open(Answer::Status(200)).await;
        let sink = Sink::open(Answer::Never).await;
        let admin = app.admin().await;
        let webhook = made(&admin, &sink.url()).await.id();
        let test = format!("/webhooks/{webhook}/test");
        for (answer, status, failure, code) in [
            (Answer::Never, "failed", json!("timed_out"), Value::Null),
            (Answer::Closed, "failed", json!("broken_off"), Value::Null),
            (Answer::Elsewhere(elsewhere.url()), "failed", json!("answer"), json!(307)),
            (Answer::With(500, "x".repeat(100_000)), "failed", json!("answer"), json!(500)),
            (Answer::Endless, "delivered", Value::Null, json!(200)),
            (Answer::Status(201), "delivered", Value::Null, json!(201)),
        ] {
            sink.answer(answer);
            let told = admin.post(&test, json!({})).await.expect(200).json;
            let attempt = &told["attempts"][0];
            assert_eq!((&told["status"], &attempt["failure"], &attempt["answer"]), (&json!(status), &failure, &code));
            assert!(attempt["excerpt"].as_str().is_none_or(|text| text.chars().count() <= 500));
        }
        assert_eq!(elsewhere.connections(), 0, "a redirection is not followed");
        drop(sink);
    }

    async fn a_webhook_waits_while_its_owner_may_have_none(app: App) {
        let app = app.another_with(TRIAL).await;
        let sink = Sink::open(Answer::Status(500)).await;
        let admin = app.admin().await;
        let (owner, portal) = app.user(Role::Portal, None).await;
        let webhook = made(&portal, &sink.url()).await.id();
        happens(&app.service, EventKind::BatchForwarded, "1").await;
        assert_eq!(sent(&app.service).await, 1);
        sink.answer(Answer::Status(200));
        let account = format!("/users/{owner}");
        let etag = admin.get(&account).await.etag();
        admin.patch(&account, &etag, json!({ "active": false })).await.expect(200);
        app.time.advance(longest(TABLE[0]));
        sent(&app.service).await;
        happens(&app.service, EventKind::BatchForwarded, "2").await;
        sent(&app.service).await;
        assert_eq!(sink.received().len(), 1, "nothing is sent any more");
        let path = format!("/webhooks/{webhook}");
        let stands = admin.get(&path).await;
        let found = (&stands.json["status"], &stands.json["paused_because"], &stands.json["waiting"]);
        assert_eq!(found, (&json!("paused"), &json!("owner"), &json!(1)));
        let etag = admin.get(&account).await.etag();
        admin.patch(&account, &etag, json!({ "active": true })).await.expect(200);
        admin.patch(&path, &stands.etag(), json!({ "status": "active" })).await.expect(200);
        assert_eq!(sent(&app.service).await, 2);
        assert_eq!(sink.taken().len(), 2);
    }

    /// What an account may no more see is not sent, whatever it could see when it happened.
    async fn what_its_owner_may_no_more_see_is_withheld(app: App) {
        let app = app.another_with(TRIAL).await;
        let sink = Sink::open(Answer::Status(500)).await;
        let admin = app.admin().await;
        let (owner, portal) = app.user(Role::Portal, None).await;
        let webhook = made(&portal, &sink.url()).await.id();
        happens(&app.service, EventKind::BatchForwarded, "1").await;
        happens(&app.service, EventKind::ListPublished, "2").await;
        assert_eq!(sent(&app.service).await, 2);
        sink.answer(Answer::Status(200));
        let account = format!("/users/{owner}");
        let etag = admin.get(&account).await.etag();
        admin.patch(&account, &etag, json!({ "role": "admin" })).await.expect(200);
        app.time.advance(longest(TABLE[0]));
        assert_eq!(sent(&app.service).await, 2);
        let log = deliveries(&admin, &webhook).await;
        assert_eq!((&log[1]["status"], &log[1]["attempts"][1]["failure"]), (&json!("failed"), &json!("withheld")));
        assert_eq!(log[0]["status"], "delivered");
        assert_eq!(sink.taken().len(), 1);
    }
}
