//! The audit as auditors read it: what is in it, what it is asked for by, and that nothing is lost or shown twice.

mod chain;
mod plans;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use haoren::{
    cli::demo::{self, Progress},
    domain::{
        candidate::Status,
        id::{AuditId, UserId},
        role::Role,
    },
    service::{audit_events, generator},
    storage::{audit_events::NewAuditEvent, sql_values::Stored},
};
use serde_json::{Value, json};

use crate::{
    delegations::{delegated, pair},
    harness::{App, Client},
    migrating,
    reviews::approve,
};

/// An event that is put straight into the storage.
#[derive(Clone)]
pub struct Written {
    pub at: DateTime<Utc>,
    pub actor: Option<UserId>,
    pub action: &'static str,
    pub subject: (&'static str, String),
}

/// Writes events in their order, each in a transaction of its own; returns their ids.
pub async fn write(app: &App, events: impl IntoIterator<Item = Written>) -> Vec<String> {
    let mut ids = Vec::new();
    for event in events {
        let id: AuditId = generator::new_id(&app.service.clocks).unwrap();
        ids.push(id.to_string());
        app.write(move |db| {
            let row = NewAuditEvent {
                id,
                at: event.at.into(),
                actor_id: event.actor,
                actor_role: event.actor.map(|_| Role::CityReviewer),
                organization_id: None,
                action: event.action,
                subject_kind: event.subject.0,
                subject_id: &event.subject.1,
                request_id: "of-a-test",
                details: Stored(json!({ "count": 1 })),
            };
            Ok(haoren::storage::audit_events::insert(db, &row)?)
        })
        .await;
    }
    ids
}

pub fn moment(minute: i64) -> DateTime<Utc> {
    "2026-11-05T02:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minute)
}

/// A visit, in some minute, by nobody.
pub fn visit(minute: i64, subject: usize) -> Written {
    let subject = ("visit", format!("v{subject}"));
    Written { at: moment(minute), actor: None, action: "visit.recorded", subject }
}

pub async fn seal(app: &App) -> usize {
    audit_events::seal(&app.service).await.unwrap()
}

/// A reviewer of the city, who audits.
pub async fn auditor(app: &App) -> Client {
    let tree = app.tree().await;
    app.user(Role::CityReviewer, Some(tree.city)).await.1
}

fn ids(items: &Value) -> Vec<String> {
    items["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// All that a query answers, page by page; `between` is done after each page.
async fn all(client: &Client, query: &str, between: impl AsyncFn()) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{query}{cursor}")).await.expect(200);
        items.extend(page.json["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page.json["next_cursor"].as_str() else { return items };
        assert!(page.header("link").contains(next) && page.header("link").ends_with("; rel=\"next\""));
        cursor = format!("&cursor={next}");
        between().await;
    }
}

both! {
    async fn an_act_is_told_with_who_when_and_what(app: App) {
        let tree = app.tree().await;
        let (actor, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        let named = unit.with("X-Request-Id", "by-the-unit-1");
        let channel = named.post("/channels", json!({ "kind": "phone", "name": "好人热线" })).await.expect(201).id();
        let query = format!("/audit-events?subject_kind=channel&subject_id={channel}");
        let before = city.get(&query).await.expect(200);
        assert_eq!(before.json, json!({ "items": [], "next_cursor": null }), "it has no number yet");
        assert!(seal(&app).await > 0);
        let page = city.get(&query).await.expect(200);
        assert_eq!(page.header("cache-control"), "private, no-store");
        let event = page.json["items"][0].clone();
        for (member, value) in [
            ("at", json!("2026-11-05T02:00:00Z")),
            ("actor_id", json!(actor)),
            ("actor_role", json!("unit_reviewer")),
            ("actor_name", json!("测试 unit_reviewer")),
            ("organization_id", json!(tree.unit)),
            ("on_behalf_of", Value::Null),
            ("on_behalf_of_name", Value::Null),
            ("action", json!("channel.created")),
            ("subject_kind", json!("channel")),
            ("subject_id", json!(channel)),
            ("request_id", json!("by-the-unit-1")),
            ("details", json!({ "kind": "phone", "organization_id": tree.unit, "active": true })),
        ] {
            assert_eq!(event[member], value, "{member}");
        }
        let path = format!("/audit-events/{}", event["id"].as_str().unwrap());
        for client in [&city, &app.admin().await] {
            let one = client.get(&path).await.expect(200);
            assert_eq!((&one.json, one.header("cache-control")), (&event, "private, no-store"));
        }
        // Neither of these readings is an event itself.
        assert_eq!(seal(&app).await, 0);
        for path in ["/audit-events/00000000-0000-7000-8000-000000000000", "/audit-events/1", "/audit-events/head"] {
            city.get(path).await.problem(404, "not_found");
        }
    }

    async fn in_whose_place_somebody_acted_is_told_by_name(app: App) {
        let tree = app.tree().await;
        let pair = pair(&app, &tree).await;
        let made = delegated(&pair).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        approve(&app, &pair.here.with("Acting-For", &made.id()), id).await.expect(201);
        seal(&app).await;
        let (auditor, city) = app.user(Role::CityReviewer, Some(tree.city)).await;
        let page = city.get(&format!("/audit-events?action=candidate.verified&actor_id={}", pair.delegate)).await;
        let event = page.expect(200).json["items"][0].clone();
        assert_eq!((&event["subject_id"], &event["actor_role"]), (&json!(id), &json!("unit_reviewer")));
        assert_eq!((&event["actor_name"], &event["actor_id"]), (&json!("测试 district_reviewer"), &json!(pair.delegate)));
        assert_eq!(event["on_behalf_of"], json!(pair.delegator));
        assert_eq!(event["on_behalf_of_name"], json!("测试 unit_reviewer"));
        // Auditing is nobody's errand.
        let colleague = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        let days = json!({ "delegate_id": auditor, "from": "2026-11-05", "to": "2026-11-10", "reason": "外出学习。" });
        let errand = city.with("Acting-For", &colleague.post("/delegations", days).await.expect(201).id());
        for path in ["/audit-events", "/audit-events/chain", "/audit-events/00000000-0000-7000-8000-000000000000"] {
            errand.get(path).await.problem(400, "acting_not_possible");
        }
    }

    async fn each_filter_finds_what_it_names(app: App) {
        let city = auditor(&app).await;
        seal(&app).await;
        let [one, other] = [app.user(Role::CityReviewer, None).await.0, app.user(Role::CityReviewer, None).await.0];
        let written = |minute, actor, action, subject: (&'static str, &str)| {
            Written { at: moment(minute), actor, action, subject: (subject.0, subject.1.to_owned()) }
        };
        let made = write(&app, [
            written(-10, Some(one), "visit.recorded", ("visit", "a")),
            written(-9, Some(other), "visit.updated", ("visit", "a")),
            written(-8, None, "visit.recorded", ("visit", "b")),
            written(-7, Some(one), "visit.hardship_read", ("visit", "b")),
            written(-7, Some(one), "care.changed", ("honoree", "a")),
            written(-6, Some(one), "list.published", ("list", "2026-10")),
        ]).await;
        assert_eq!(seal(&app).await, 6);
        let [from, until] = [moment(-9), moment(-7)].map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string());
        for (query, expected) in [
            (format!("actor_id={one}"), &[5, 4, 3, 0][..]),
            (format!("actor_id={one}&sort=at"), &[0, 3, 4, 5]),
            (format!("actor_id={one}&sort=-at"), &[5, 4, 3, 0]),
            (format!("actor_id={}", UserId(uuid::Uuid::nil())), &[]),
            ("action=visit.recorded".to_owned(), &[2, 0]),
            ("action=visit".to_owned(), &[]),
            ("subject_kind=visit".to_owned(), &[3, 2, 1, 0]),
            ("subject_kind=visit&subject_id=a".to_owned(), &[1, 0]),
            ("subject_kind=list&subject_id=2026-10".to_owned(), &[5]),
            (format!("from={from}&until={until}"), &[2, 1]),
            (format!("subject_kind=visit&from={from}&sort=at"), &[1, 2, 3]),
            (format!("subject_kind=visit&until={until}"), &[2, 1, 0]),
            (format!("action=visit.recorded&actor_id={one}&subject_kind=visit&subject_id=a&until={until}"), &[0]),
        ] {
            // What the test's accounts did before it began happened later, at the campaign's moment.
            let bounded = if query.contains("until=") { query } else { format!("{query}&until={}", moment(-5).format("%Y-%m-%dT%H:%M:%SZ")) };
            let page = city.get(&format!("/audit-events?{bounded}")).await.expect(200);
            let expected: Vec<String> = expected.iter().map(|place| made[*place].clone()).collect();
            assert_eq!(ids(&page.json), expected, "{bounded}");
            let pages = all(&city, &format!("/audit-events?{bounded}&limit=1"), async || ()).await;
            let found: Vec<&str> = pages.iter().map(|item| item["id"].as_str().unwrap()).collect();
            assert_eq!(found, expected, "{bounded}, one at a time");
        }
    }

    async fn a_wrong_parameter_is_named(app: App) {
        let city = auditor(&app).await;
        write(&app, (0..3).map(|minute| visit(minute, 0))).await;
        seal(&app).await;
        let long = "a".repeat(101);
        for (query, pointer, code) in [
            ("actor_id=somebody", "/actor_id", "malformed"),
            ("actor_id=", "/actor_id", "malformed"),
            ("action=Visit.Recorded", "/action", "malformed"),
            ("action=", "/action", "malformed"),
            ("action=%25", "/action", "malformed"),
            (&format!("action={long}"), "/action", "malformed"),
            ("subject_kind=%E5%A5%BD%E4%BA%BA", "/subject_kind", "malformed"),
            (&format!("subject_kind={long}"), "/subject_kind", "malformed"),
            ("subject_kind=visit&subject_id=", "/subject_id", "malformed"),
            ("subject_kind=visit&subject_id=a%20b", "/subject_id", "malformed"),
            (&format!("subject_kind=visit&subject_id={long}"), "/subject_id", "malformed"),
            ("subject_id=a", "/subject_kind", "required"),
            ("from=2026-11-05", "/from", "malformed"),
            ("until=yesterday", "/until", "malformed"),
            ("from=2026-11-05T02:00:00Z&until=2026-11-05T02:00:00Z", "/until", "inconsistent"),
            ("sort=number", "/sort", "malformed"),
            ("limit=0", "/limit", "too_large"),
            ("limit=101", "/limit", "too_large"),
            ("action=a.b&action=c.d", "/action", "malformed"),
            ("request_id=of-a-test", "/request_id", "unknown_member"),
        ] {
            let refused = city.get(&format!("/audit-events?{query}")).await.problem(400, "invalid_query");
            assert_eq!(refused.faults(), [(pointer.to_owned(), code.to_owned())], "{query}");
        }
        let together = "subject_id=a&from=2026-11-05T02:00:00Z&until=2026-11-04T02:00:00Z";
        let refused = city.get(&format!("/audit-events?{together}")).await.problem(400, "invalid_query");
        assert_eq!(refused.faults().len(), 2);
        for (query, pointer, code) in [
            ("after=-1", "/after", "malformed"),
            ("after=last", "/after", "malformed"),
            ("limit=0", "/limit", "too_large"),
            ("sort=at", "/sort", "unknown_member"),
        ] {
            let refused = city.get(&format!("/audit-events/chain?{query}")).await.problem(400, "invalid_query");
            assert_eq!(refused.faults(), [(pointer.to_owned(), code.to_owned())], "{query}");
        }
        // A cursor belongs to its query.
        let first = city.get("/audit-events?action=visit.recorded&limit=1").await.expect(200);
        let cursor = first.json["next_cursor"].as_str().unwrap();
        for path in [
            format!("/audit-events?limit=1&cursor={cursor}"),
            format!("/audit-events?action=visit.recorded&sort=at&cursor={cursor}"),
            format!("/audit-events/chain?cursor={cursor}"),
            "/audit-events?cursor=nonsense".to_owned(),
        ] {
            city.get(&path).await.problem(400, "invalid_cursor");
        }
    }

    /// Among what is added there is what happened before, and in the very moment of what is on the page.
    async fn paging_while_events_are_written_loses_and_doubles_nothing(app: App) {
        let city = auditor(&app).await;
        seal(&app).await;
        let before: BTreeSet<String> = write(&app, (0..20).map(|place| visit(place / 4, 0))).await.into_iter().collect();
        seal(&app).await;
        for sort in ["at", "-at"] {
            let more = async || {
                write(&app, [visit(-1, 1), visit(2, 1), visit(9, 1)]).await;
                seal(&app).await;
                write(&app, [visit(3, 1)]).await;
            };
            let query = format!("/audit-events?subject_kind=visit&sort={sort}&limit=3");
            let found = all(&city, &query, more).await;
            let moments: Vec<&str> = found.iter().map(|item| item["at"].as_str().unwrap()).collect();
            let mut sorted = moments.clone();
            sorted.sort_unstable();
            if sort == "-at" {
                sorted.reverse();
            }
            assert_eq!(moments, sorted);
            let found: Vec<String> = found.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
            let distinct: BTreeSet<String> = found.iter().cloned().collect();
            assert_eq!(found.len(), distinct.len(), "{sort}: one came twice");
            assert!(distinct.is_superset(&before), "{sort}: one was lost");
        }
    }

    /// Everything that the demonstration does, with all its people, leaves no word of anybody.
    async fn nothing_in_the_audit_tells_of_anybody(app: App) {
        let built = demo::build(&app.service, "c0ffee-on-the-26th", &mut Progress::none()).await;
        built.unwrap();
        assert!(seal(&app).await > 200);
        let city = app.admin().await;
        let events = all(&city, "/audit-events/chain?limit=100", async || ()).await;
        let actions: BTreeSet<&str> = events.iter().map(|event| event["action"].as_str().unwrap()).collect();
        assert!(actions.len() > 20, "{actions:?}");
        for event in &events {
            let said = format!("{} {} {}", event["details"], event["subject_id"], event["request_id"]);
            assert!(said.is_ascii(), "{event}");
            // No part of a UUID has eleven digits.
            let is_phone = |text: &str| text.len() == 11 && text.bytes().all(|byte| byte.is_ascii_digit());
            assert!(!said.split(|letter: char| !letter.is_ascii_alphanumeric()).any(is_phone), "{event}");
        }
        // And a chain that was made goes back and comes up again.
        tokio::task::block_in_place(|| migrating::assert_survives(&app));
        assert_eq!(seal(&app).await, events.len());
        // PostgreSQL does not store rows strictly in the order in which they come: the events are the same, the order nearly.
        let again = all(&city, "/audit-events/chain?limit=100", async || ()).await;
        let told = |events: &[Value]| events.iter().map(|event| event["id"].to_string()).collect::<BTreeSet<String>>();
        assert_eq!(told(again.as_slice()), told(events.as_slice()));
    }
}
