//! What accounts are told of candidates and deadlines.

use chrono::Duration;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use haoren::{
    domain::{candidate::Status, role::Role},
    service::reminders,
    storage::schema::nominations,
};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client},
    reviews::{approve, decide},
};

/// What a client was told: kind, candidate and reason, the latest first.
async fn told(client: &Client) -> Vec<(String, Value, Value)> {
    let reply = client.get("/me/notifications?limit=100").await.expect(200);
    let items = reply.json["items"].as_array().unwrap().iter();
    items
        .map(|item| (item["kind"].as_str().unwrap().to_owned(), item["candidate_id"].clone(), item["reason"].clone()))
        .collect()
}

/// The deadlines a client was told of: how many decisions wait, and until when.
async fn deadlines(client: &Client) -> Vec<(i64, String)> {
    let reply = client.get("/me/notifications?limit=100").await.expect(200);
    let items = reply.json["items"].as_array().unwrap().iter().filter(|item| item["kind"] == "deadline");
    items.map(|item| (item["waiting"].as_i64().unwrap(), item["deadline_at"].as_str().unwrap().to_owned())).collect()
}

both! {
    async fn nominators_are_told_of_decisions_and_the_first_one_why(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (first, of_first) = app.user(Role::Citizen, None).await;
        let (second, of_second) = app.user(Role::Citizen, None).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        app.write(move |db| {
            let of_first = nominations::table.filter(nominations::candidate_id.eq(id)).filter(nominations::is_first);
            let set = diesel::update(of_first).set(nominations::user_id.eq(Some(first))).execute(db);
            assert_eq!(set.unwrap(), 1);
            Ok(())
        })
        .await;
        app.nomination(id, second, false).await;
        approve(&app, &staff.unit, id).await.expect(201);
        // The latest comes first, and the clock stands.
        app.time.advance(Duration::milliseconds(1));
        decide(&app, &staff.district, id, "return").await.expect(201);
        let candidate = json!(id.to_string());
        let entry = |kind: &str, reason: Value| (kind.to_owned(), candidate.clone(), reason);
        let verified = entry("candidate_verified", Value::Null);
        let why = json!("请补充证明。");
        assert_eq!(told(&of_first).await, [entry("candidate_returned", why.clone()), verified.clone()]);
        assert_eq!(told(&of_second).await, [entry("candidate_returned", Value::Null), verified]);
        // The unit has work again; nobody else is told.
        assert_eq!(told(&staff.unit).await, [entry("candidate_returned", why)]);
        assert_eq!(told(&staff.district).await, []);
        assert_eq!(told(&staff.city).await, []);
    }

    async fn whoever_has_decisions_left_is_reminded_three_days_and_one_day_before(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        app.candidate(&tree, Status::Nominated).await;
        app.candidate(&tree, Status::Nominated).await;
        app.candidate(&tree, Status::Verified).await;
        let closes = "2026-11-20T16:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        let until = |count: i64| (count, "2026-11-20T16:00:00Z".to_owned());
        for (before, at_unit, at_district) in [
            (Duration::days(3) + Duration::seconds(1), 0, 0),
            (Duration::days(3), 1, 1),
            (Duration::days(2), 1, 1),
            (Duration::days(1), 2, 2),
            (Duration::zero(), 2, 2),
        ] {
            app.set_clock(&(closes - before).to_rfc3339());
            // Again and again, and by two at once: each is told once a round.
            reminders::remind(&app.service).await.unwrap();
            let (one, other) = tokio::join!(reminders::remind(&app.service), reminders::remind(&app.service));
            one.unwrap();
            other.unwrap();
            assert_eq!(deadlines(&staff.unit).await, vec![until(2); at_unit], "{before}");
            assert_eq!(deadlines(&staff.district).await, vec![until(1); at_district], "{before}");
            assert_eq!(deadlines(&staff.city).await, [], "{before}");
        }
    }
}
