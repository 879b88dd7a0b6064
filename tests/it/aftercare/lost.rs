//! Lost contact: alarms by level, each once, until somebody is reached.

use diesel::prelude::*;
use haoren::{
    domain::role::Role,
    service::{Error, aftercare::rounds},
    storage::{Connection, schema::contact_alarms},
};
use serde_json::{Value, json};

use super::{assert_sealed, honoree, honoree_at, reviewer, tend, told, visit, visited};
use crate::{
    harness::{App, Client},
    traces::traces,
};

/// How many alarms of lost contact each was told of.
async fn counts(clients: &[&Client]) -> Vec<usize> {
    let mut found = Vec::new();
    for client in clients {
        found.push(told(client, "contact_lost").await.len());
    }
    found
}

/// Level, and why it is over, of every alarm.
async fn alarms(app: &App) -> Vec<(String, Option<String>)> {
    let work = |db: &mut Connection| {
        let rows = contact_alarms::table
            .order(contact_alarms::id)
            .select((contact_alarms::level, contact_alarms::closed_because))
            .load(db)
            .unwrap();
        Ok::<_, Error>(rows)
    };
    app.service.store.read(work).await.unwrap()
}

both! {
    async fn the_unit_is_alarmed_then_the_district_then_the_city_and_each_once(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (_, sister) = reviewer(&app, Role::UnitReviewer, tree.sister_unit).await;
        let id = honoree(&app, &tree, 1).await;
        let second = app.beside().await;
        let everybody = [&staff.unit, &staff.district, &staff.city, &sister];
        for (day, expected, level) in [
            ("2027-11-04", [0, 0, 0, 0], None),
            ("2027-11-05", [1, 0, 0, 0], Some("unit")),
            ("2027-12-04", [1, 0, 0, 0], Some("unit")),
            ("2027-12-05", [1, 1, 0, 0], Some("district")),
            ("2028-01-03", [1, 1, 0, 0], Some("district")),
            ("2028-01-04", [1, 1, 1, 0], Some("city")),
            ("2029-01-04", [1, 1, 1, 0], Some("city")),
        ] {
            for process in [&app, &second] {
                process.set_clock(&format!("{day}T02:00:00Z"));
            }
            // By two processes at once, and again.
            let (one, other) = tokio::join!(rounds::tend(&app.service), rounds::tend(&second.service));
            one.unwrap();
            other.unwrap();
            assert_eq!(tend(&app).await.alarms, 0, "{day}");
            assert_eq!(counts(&everybody).await, expected, "{day}");
            let care = staff.unit.get(&format!("/honorees/{id}/care")).await.expect(200);
            assert_eq!(care.json["reachable"]["level"].as_str(), level, "{day}");
        }
        let care = staff.unit.get(&format!("/honorees/{id}/care")).await.expect(200);
        let lost = json!({ "state": "lost", "level": "city", "cause": "unreached", "since": "2027-11-05" });
        assert_eq!(care.json["reachable"], lost);
        let left = traces(&app, id).await;
        assert_eq!(left.announced.iter().filter(|kind| *kind == "honoree.contact_lost").count(), 3);
    }

    async fn a_server_that_was_away_tells_all_levels(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        honoree(&app, &tree, 1).await;
        app.set_clock("2029-01-04T02:00:00Z");
        assert_eq!(tend(&app).await.alarms, 3);
        assert_eq!(counts(&[&staff.unit, &staff.district, &staff.city]).await, [1, 1, 1]);
    }

    async fn who_is_reached_is_found_and_can_be_lost_again(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = honoree(&app, &tree, 1).await;
        app.set_clock("2027-11-05T02:00:00Z");
        assert_eq!(tend(&app).await.alarms, 1);
        visited(&app, &staff.unit, id, visit("2027-11-06", false)).await;
        assert_eq!(alarms(&app).await, [("unit".to_owned(), None)], "a visit that reaches nobody ends nothing");
        let found = visited(&app, &staff.unit, id, visit("2027-11-07", true)).await;
        let over = ("unit".to_owned(), Some("found".to_owned()));
        assert_eq!(alarms(&app).await, std::slice::from_ref(&over));
        let left = traces(&app, id).await;
        assert_eq!(left.announced.iter().filter(|kind| *kind == "honoree.contact_found").count(), 1);
        let care = staff.unit.get(&format!("/honorees/{id}/care")).await.expect(200);
        assert_eq!(care.json["reachable"]["state"], "in_contact");
        app.set_clock("2028-11-06T02:00:00Z");
        assert_eq!(tend(&app).await.alarms, 0);
        app.set_clock("2028-11-07T02:00:00Z");
        assert_eq!(tend(&app).await.alarms, 1);
        assert_eq!(alarms(&app).await, [over.clone(), ("unit".to_owned(), None)]);
        // The visit that was recorded in error reaches nobody: the honoree is lost since longer.
        let strike = format!("/visits/{}/withdrawal", found["id"].as_str().unwrap());
        staff.unit.post(&strike, json!({ "reason": "记错了人。" })).await.expect(201);
        assert_eq!(alarms(&app).await.len(), 2);
    }

    async fn a_visit_that_was_none_leaves_the_honoree_lost(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = honoree(&app, &tree, 1).await;
        app.set_clock("2026-12-01T02:00:00Z");
        let reason = json!({ "reason": "电话停机。" });
        staff.unit.post(&format!("/honorees/{id}/contact-loss"), reason).await.expect(201);
        app.set_clock("2026-12-31T02:00:00Z");
        assert_eq!(tend(&app).await.alarms, 1);
        let reachable = async || staff.unit.get(&format!("/honorees/{id}/care")).await.expect(200).json["reachable"].clone();
        let lost = json!({ "state": "lost", "level": "district", "cause": "reported", "since": "2026-12-01" });
        assert_eq!(reachable().await, lost);
        // Recorded in error, and struck.
        let struck = visited(&app, &staff.unit, id, visit("2027-01-03", true)).await;
        assert_eq!(reachable().await["state"], "in_contact");
        assert_eq!(counts(&[&staff.unit, &staff.district]).await, [1, 1]);
        let strike = format!("/visits/{}/withdrawal", struck["id"].as_str().unwrap());
        staff.unit.post(&strike, json!({ "reason": "记错了人。" })).await.expect(201);
        assert_eq!(reachable().await, lost);
        assert_eq!(counts(&[&staff.unit, &staff.district, &staff.city]).await, [1, 2, 0], "the level hears of it again");
        // Corrected: nobody had opened the door.
        let corrected = visited(&app, &staff.unit, id, visit("2027-01-05", true)).await;
        assert_eq!(reachable().await["state"], "in_contact");
        let path = format!("/visits/{}", corrected["id"].as_str().unwrap());
        let etag = staff.unit.get(&path).await.expect(200).etag();
        staff.unit.patch(&path, &etag, json!({ "reached": false })).await.expect(200);
        assert_eq!(reachable().await, lost);
        let mut open = alarms(&app).await;
        open.sort();
        assert_eq!(open, [("district".to_owned(), None), ("unit".to_owned(), None)]);
        // The alarms go on where they were.
        app.set_clock("2027-01-29T02:00:00Z");
        assert_eq!(tend(&app).await.alarms, 0);
        app.set_clock("2027-01-30T02:00:00Z");
        assert_eq!(tend(&app).await.alarms, 1);
        assert_eq!(reachable().await["level"], "city");
        visited(&app, &staff.unit, id, visit("2027-02-01", true)).await;
        assert_eq!(reachable().await["state"], "in_contact");
        assert_eq!(counts(&[&staff.unit, &staff.district, &staff.city]).await, [1, 3, 1]);
    }

    async fn a_reviewer_says_that_somebody_cannot_be_found(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (_, colleague) = reviewer(&app, Role::UnitReviewer, tree.unit).await;
        let id = honoree(&app, &tree, 1).await;
        let path = format!("/honorees/{id}/contact-loss");
        app.set_clock("2026-12-01T02:00:00Z");
        staff.unit.post(&path, json!({ "reason": "" })).await.problem(422, "validation_failed");
        let keyed = staff.unit.with("Idempotency-Key", "lost");
        let reason = json!({ "reason": "电话停机，邻居说已搬往外地。" });
        let lost = keyed.post(&path, reason.clone()).await.expect(201);
        let expected = json!({
            "honoree_id": id, "next_level": "district", "next_alarm_on": "2026-12-31",
            "contact": { "state": "lost", "level": "unit", "cause": "reported", "since": "2026-12-01" },
        });
        assert_eq!(lost.json, expected);
        assert_eq!(keyed.post(&path, reason.clone()).await.expect(201).json, expected);
        assert_eq!(counts(&[&staff.unit, &colleague, &staff.district]).await, [1, 1, 0]);
        staff.district.post(&path, reason).await.problem(409, "already_lost");
        assert_sealed(&app, 1, &["停机", "外地"]).await;
        let left = traces(&app, id).await;
        assert!(!left.texts.contains("外地"), "{}", left.texts);
        app.set_clock("2026-12-31T02:00:00Z");
        assert_eq!(tend(&app).await.alarms, 1);
        assert_eq!(counts(&[&staff.unit, &colleague, &staff.district, &staff.city]).await, [1, 1, 1, 0]);
    }

    async fn where_there_is_no_unit_or_it_was_closed_the_district_hears_first(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        honoree_at(&app, &tree, (1, None, tree.district)).await;
        let of_sister = honoree_at(&app, &tree, (2, Some(tree.sister_unit), tree.district)).await;
        let (_, sister) = reviewer(&app, Role::UnitReviewer, tree.sister_unit).await;
        tend(&app).await;
        let reason = json!({ "reason": "找不到人。" });
        staff.district.post(&format!("/honorees/{of_sister}/contact-loss"), reason).await.expect(201);
        assert_eq!(counts(&[&sister, &staff.district]).await, [1, 0]);
        let admin = app.admin().await;
        let unit = format!("/organizations/{}", tree.sister_unit);
        let etag = admin.get(&unit).await.expect(200).etag();
        admin.patch(&unit, &etag, json!({ "active": false })).await.expect(200);
        assert_eq!(tend(&app).await.alarms, 1, "at once");
        assert_eq!(counts(&[&staff.district]).await, [1]);
        app.set_clock("2027-11-05T02:00:00Z");
        tend(&app).await;
        assert_eq!(counts(&[&staff.unit, &staff.district, &staff.city]).await, [0, 2, 1]);
    }

    async fn those_who_are_lost_are_listed_for_their_reviewers_alone(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let first = honoree(&app, &tree, 1).await;
        let second = honoree_at(&app, &tree, (2, Some(tree.other_unit), tree.other_district)).await;
        let third = honoree(&app, &tree, 3).await;
        let reason = json!({ "reason": "找不到人。" });
        for (day, id) in [("2026-11-20", third), ("2026-11-21", first), ("2026-11-22", second)] {
            app.set_clock(&format!("{day}T02:00:00Z"));
            staff.city.post(&format!("/honorees/{id}/contact-loss"), reason.clone()).await.expect(201);
        }
        let path = "/honorees?contact=lost&limit=1";
        app.anonymous().get(path).await.problem(401, "unauthenticated");
        app.citizen().await.get(path).await.problem(403, "forbidden");
        app.admin().await.get(path).await.problem(403, "forbidden");
        staff.unit.get("/honorees?contact=found").await.problem(400, "invalid_query");
        let listed = async |client: &Client| {
            let (mut found, mut next) = (Vec::new(), path.to_owned());
            loop {
                let page = client.get(&next).await.expect(200);
                assert_eq!(page.header("cache-control"), "private, no-store");
                found.extend(page.json["items"].as_array().unwrap().iter().map(|one| (one["id"].clone(), one["contact"]["since"].clone())));
                let Some(cursor) = page.json["next_cursor"].as_str() else { return found };
                next = format!("{path}&cursor={cursor}");
            }
        };
        let entry = |id: haoren::domain::id::HonoreeId, day: &str| (json!(id), json!(day));
        let own = [entry(third, "2026-11-20"), entry(first, "2026-11-21")];
        assert_eq!(listed(&staff.unit).await, own);
        assert_eq!(listed(&staff.district).await, own);
        assert_eq!(listed(&staff.city).await.len(), 3);
        let public = app.anonymous().get("/honorees").await.expect(200);
        assert!(public.json["items"].as_array().unwrap().iter().all(|one| one.get("contact").is_none() && one["id"] != Value::Null));
    }
}
