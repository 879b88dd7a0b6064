//! Webhooks: who is told what, signed, again and again until it arrives, and never where it should not go.

mod addresses;
mod failures;
mod keeping;
mod killed;
mod reference;
mod sink;

use std::sync::atomic::{AtomicI64, Ordering};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use haoren::{
    domain::{event::EventKind, role::Role},
    service::{
        Service, events,
        record::{self, Deed, Place},
        webhooks::Sender,
    },
    storage,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};

use self::sink::{Answer, Received, Sink};
use crate::harness::{App, Client, Reply};

/// A trial on one machine: `http` to this machine, and answers within seconds, which a busy machine may need.
const TRIAL: &[&str] = &["--webhook-networks=127.0.0.1", "--webhook-http=on", "--webhook-seconds=5"];

/// Something happens to a thing, as one step after the others.
async fn happens(service: &Service, kind: EventKind, subject: &str) {
    static STEP: AtomicI64 = AtomicI64::new(1);
    let (of_service, subject) = (service.clone(), subject.to_owned());
    let step = STEP.fetch_add(1, Ordering::SeqCst);
    let work = move |db: &mut storage::Connection| {
        let deed = Deed::new(kind.as_str(), "batch", subject).with(json!({ "step": step }));
        record::announce(&of_service, db, &deed, Place { cycle: Some("2026-11".parse().unwrap()), ..Place::default() })
    };
    service.store.write(work).await.unwrap();
    events::turn(service).await.unwrap();
}

/// Sends what is due; returns how many attempts were made.
async fn sent(service: &Service) -> usize {
    Sender::new(service).run_until_idle().await.unwrap()
}

async fn made(client: &Client, url: &str) -> Reply {
    client.post("/webhooks", json!({ "url": url })).await.expect(201)
}

async fn deliveries(client: &Client, webhook: &str) -> Vec<Value> {
    let reply = client.get(&format!("/webhooks/{webhook}/deliveries?limit=100")).await.expect(200);
    reply.json["items"].as_array().unwrap().clone()
}

/// The signature that a receiver expects, made here from the page alone.
fn signature(secret: &str, received: &Received) -> String {
    let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    let head = format!("{}.{}.", received.header("webhook-id"), received.header("webhook-timestamp"));
    mac.update(head.as_bytes());
    mac.update(received.body.as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

both! {
    async fn a_subscriber_is_told_what_it_wants_and_may_see(app: App) {
        let app = app.another_with(TRIAL).await;
        let sink = Sink::open(Answer::Status(204)).await;
        let (portal, admin) = (app.user(Role::Portal, None).await.1, app.admin().await);
        let types = json!(["batch.forwarded", "list.published"]);
        let body = json!({ "url": sink.url(), "description": " 省级门户 ", "types": types });
        let webhook = portal.post("/webhooks", body).await.expect(201);
        assert_eq!(webhook.json["description"], "省级门户");
        let all = Sink::open(Answer::Status(200)).await;
        made(&portal, &all.url()).await;
        let never_told = json!({ "url": sink.url(), "types": ["list.published", "signal.raised"] });
        let refused = portal.post("/webhooks", never_told).await.problem(422, "validation_failed");
        assert_eq!(refused.faults(), [("/types/1".to_owned(), "unknown_value".to_owned())]);
        assert_eq!(webhook.header("location"), format!("/api/v1/webhooks/{}", webhook.id()));
        for (kind, subject) in [
            (EventKind::BatchForwarded, "1"),
            (EventKind::SignalRaised, "2"),
            (EventKind::BatchReceived, "3"),
            (EventKind::ListPublished, "4"),
        ] {
            happens(&app.service, kind, subject).await;
        }
        assert_eq!(sent(&app.service).await, 2 + 3);
        let mut kinds: Vec<Value> = all.received().iter().map(|one| one.json()["type"].clone()).collect();
        kinds.sort_by_key(Value::to_string);
        assert_eq!(kinds, ["batch.forwarded", "batch.received", "list.published"], "all that the portal may see");
        let mut received = sink.received();
        received.sort_by_key(Received::subject);
        let told: Vec<Value> = received.iter().map(Received::json).collect();
        let (forwarded, published) = (&told[0], &told[1]);
        assert_eq!((&forwarded["type"], &published["type"]), (&json!("batch.forwarded"), &json!("list.published")));
        assert_eq!(forwarded["timestamp"], forwarded["data"]["at"]);
        assert_eq!(forwarded["data"]["subject"], json!({ "kind": "batch", "id": "1" }));
        assert!(forwarded["data"]["details"]["step"].is_i64(), "the portal's own: {forwarded}");
        assert!(published["data"].get("details").is_none(), "to the portal it is what the public sees: {published}");
        for one in &received {
            assert_eq!((one.method.as_str(), one.path.as_str()), ("POST", "/hook"));
            assert_eq!(one.header("content-type"), "application/json");
            assert!(one.header("user-agent").starts_with("haoren-webhooks/"));
            assert_eq!(one.header("webhook-id"), one.json()["data"]["id"].as_str().unwrap());
            assert_eq!(one.header("webhook-timestamp"), app.service.clocks.machine().timestamp().to_string());
            assert_eq!(one.header("webhook-signature"), signature(webhook.json["secret"].as_str().unwrap(), one));
        }
        let log = deliveries(&admin, &webhook.id()).await;
        assert_eq!(log.len(), 2);
        assert_eq!((&log[0]["type"], &log[0]["status"]), (&json!("list.published"), &json!("delivered")));
        assert_eq!((&log[0]["attempts"][0]["answer"], &log[0]["attempts"][0]["failure"]), (&json!(204), &Value::Null));
        assert_eq!(log[0]["event_id"].as_str(), Some(received[1].header("webhook-id")));
        let stands = portal.get(&format!("/webhooks/{}", webhook.id())).await.expect(200);
        assert_eq!((&stands.json["waiting"], stands.json["delivered_at"].is_string()), (&json!(0), true));
        assert!(stands.json.get("secret").is_none());
        assert_eq!(sent(&app.service).await, 0, "nothing is sent twice");
    }

    /// Everything is sent in the order of the events, and several subjects at the same time.
    async fn the_order_of_each_subject_is_kept(app: App) {
        let app = app.another_with(TRIAL).await;
        let sink = Sink::open(Answer::Status(200)).await;
        let admin = app.admin().await;
        made(&admin, &sink.url()).await;
        for step in 0..60 {
            happens(&app.service, EventKind::ListPublished, &(step % 7).to_string()).await;
        }
        assert_eq!(sent(&app.service).await, 60);
        sink.assert_in_order();
        assert_eq!(sink.received().len(), 60);
        // Whoever does not answer holds up its own subject alone.
        sink.answer(Answer::Never);
        for subject in ["one", "two", "two"] {
            happens(&app.service, EventKind::ListPublished, subject).await;
        }
        let service = app.service.clone();
        let waiting = tokio::spawn(async move { Sender::new(&service).run_until_idle().await });
        sink.connected(62).await;
        waiting.abort();
        let begun = app.write(|db| {
            use diesel::prelude::*;
            use haoren::storage::schema::webhook_deliveries::dsl::{claim, webhook_deliveries};
            Ok(webhook_deliveries.filter(claim.is_not_null()).count().get_result::<i64>(db).unwrap())
        });
        assert_eq!(begun.await, 2);
    }

    async fn several_processes_share_the_work(app: App) {
        let app = app.another_with(TRIAL).await;
        // On SQLite there is one process, and two of its senders.
        let beside = if app.settings.database_url.is_some() { Some(app.beside_with(TRIAL).await) } else { None };
        let other = beside.as_ref().unwrap_or(&app);
        let sink = Sink::open(Answer::Status(200)).await;
        made(&app.admin().await, &sink.url()).await;
        for step in 0..60 {
            happens(&app.service, EventKind::ListPublished, &(step % 7).to_string()).await;
        }
        let (one, two) = tokio::join!(sent(&app.service), sent(&other.service));
        assert_eq!(one + two + sent(&app.service).await, 60);
        assert_eq!(sink.received().len(), 60);
        sink.assert_in_order();
    }

    async fn what_a_dead_process_had_taken_up_is_taken_over(app: App) {
        let app = app.another_with(TRIAL).await;
        let sink = Sink::open(Answer::Never).await;
        let admin = app.admin().await;
        let webhook = made(&admin, &sink.url()).await.id();
        happens(&app.service, EventKind::ListPublished, "1").await;
        happens(&app.service, EventKind::ListPublished, "1").await;
        let service = app.service.clone();
        let dying = tokio::spawn(async move { Sender::new(&service).run_until_idle().await });
        sink.connected(1).await;
        dying.abort();
        assert!(dying.await.unwrap_err().is_cancelled());
        sink.answer(Answer::Status(200));
        assert_eq!(sent(&app.service).await, 0, "it is left alone for as long as the other may live");
        app.time.advance(chrono::Duration::seconds(25));
        assert_eq!(sent(&app.service).await, 2);
        let log = deliveries(&admin, &webhook).await;
        let first: Vec<&Value> = log[1]["attempts"].as_array().unwrap().iter().map(|one| &one["failure"]).collect();
        assert_eq!(first, [&json!("broken_off"), &Value::Null]);
    }

    async fn a_test_is_sent_once_and_tells_what_became_of_it(app: App) {
        let app = app.another_with(TRIAL).await;
        let sink = Sink::open(Answer::With(200, "谢谢 \u{7}".to_owned())).await;
        let (owner, portal) = app.user(Role::Portal, None).await;
        let webhook = made(&portal, &sink.url()).await;
        let path = format!("/webhooks/{}", webhook.id());
        portal.patch(&path, &webhook.etag(), json!({ "status": "paused" })).await.expect(200);
        let told = portal.post(&format!("{path}/test"), json!({})).await.expect(200);
        assert_eq!((&told.json["status"], &told.json["type"]), (&json!("delivered"), &json!("webhook.test")));
        assert_eq!(told.json["attempts"][0]["excerpt"], "谢谢");
        assert_eq!(sink.received()[0].json()["data"]["subject"]["kind"], "webhook");
        sink.answer(Answer::Status(500));
        let told = portal.post(&format!("{path}/test"), json!({})).await.expect(200);
        assert_eq!((&told.json["status"], &told.json["attempts"][0]["answer"]), (&json!("failed"), &json!(500)));
        app.time.advance(chrono::Duration::days(1));
        assert_eq!(sent(&app.service).await, 0, "a test is not tried again");
        assert_eq!(deliveries(&app.again(owner).await, &webhook.id()).await.len(), 2);
    }

    async fn what_has_happened_is_sent_once_more_from_a_moment_on(app: App) {
        let app = app.another_with(TRIAL).await;
        let sink = Sink::open(Answer::Status(200)).await;
        let admin = app.admin().await;
        let webhook = made(&admin, &sink.url()).await;
        let mut moments = Vec::new();
        for subject in 0..5 {
            app.time.advance(chrono::Duration::seconds(10));
            moments.push(app.service.clocks.machine());
            happens(&app.service, EventKind::ListPublished, &subject.to_string()).await;
        }
        assert_eq!(sent(&app.service).await, 5);
        sink.answer(Answer::Status(500));
        happens(&app.service, EventKind::ListPublished, "5").await;
        assert_eq!(sent(&app.service).await, 1);
        sink.answer(Answer::Status(200));
        let path = format!("/webhooks/{}", webhook.id());
        let etag = admin.get(&path).await.etag();
        let since = json!({ "since": moments[3] });
        admin.post_if(&format!("{path}/replay"), &etag, since.clone()).await.expect(200);
        admin.post_if(&format!("{path}/replay"), &etag, since).await.problem(412, "precondition_failed");
        assert_eq!(sent(&app.service).await, 3);
        let received = sink.received();
        let subjects: Vec<String> = received.iter().map(Received::subject).collect();
        let sorted = |part: &[String]| {
            let mut part = part.to_vec();
            part.sort();
            part
        };
        assert_eq!(sorted(&subjects[..6]), ["0", "1", "2", "3", "4", "5"]);
        assert_eq!(sorted(&subjects[6..]), ["3", "4", "5"]);
        let ids = |subject: &str| {
            let of = received.iter().filter(|one| one.subject() == subject);
            of.map(|one| one.header("webhook-id").to_owned()).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(ids("3").len(), 1, "the same event has the same id");
        let etag = admin.get(&path).await.etag();
        let future = json!({ "since": app.service.clocks.machine() + chrono::Duration::days(1) });
        admin.post_if(&format!("{path}/replay"), &etag, future).await.expect(200);
        assert_eq!(sent(&app.service).await, 0);
    }

    async fn a_new_secret_and_the_former_one_both_sign_for_a_day(app: App) {
        let app = app.another_with(TRIAL).await;
        let sink = Sink::open(Answer::Status(200)).await;
        let portal = app.user(Role::Portal, None).await.1;
        let webhook = made(&portal, &sink.url()).await;
        let path = format!("/webhooks/{}", webhook.id());
        let mut secrets = vec![webhook.json["secret"].as_str().unwrap().to_owned()];
        for _ in 0..2 {
            let etag = portal.get(&path).await.etag();
            let rotated = portal.post_if(&format!("{path}/secret"), &etag, json!({})).await.expect(200);
            secrets.push(rotated.json["secret"].as_str().unwrap().to_owned());
            portal.post_if(&format!("{path}/secret"), &etag, json!({})).await.problem(412, "precondition_failed");
        }
        happens(&app.service, EventKind::ListPublished, "1").await;
        sent(&app.service).await;
        let both = sink.received().pop().unwrap();
        let signed = [signature(&secrets[2], &both), signature(&secrets[1], &both)].join(" ");
        assert_eq!(both.header("webhook-signature"), signed);
        app.time.advance(chrono::Duration::hours(24));
        happens(&app.service, EventKind::ListPublished, "2").await;
        sent(&app.service).await;
        let one = sink.received().pop().unwrap();
        assert_eq!(one.header("webhook-signature"), signature(&secrets[2], &one));
    }
}
