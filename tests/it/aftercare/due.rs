//! What is due: the list, its totals, what the days and a change of the policy do to it, and the reminder.

use haoren::domain::{id::HonoreeId, role::Role};
use serde_json::{Value, json};

use super::{due, honoree, honoree_at, reviewer, tend, told, visit, visited};
use crate::harness::{App, Client, Tree};

/// Five honorees: two of the unit, one of its window, one of the district alone, one of the other unit.
async fn five(app: &App, tree: &Tree) -> Vec<HonoreeId> {
    let mut ids = vec![honoree(app, tree, 1).await, honoree(app, tree, 2).await];
    for (serial, unit, district) in [
        (3, Some(tree.window), tree.district),
        (4, None, tree.district),
        (5, Some(tree.other_unit), tree.other_district),
    ] {
        ids.push(honoree_at(app, tree, (serial, unit, district)).await);
    }
    assert_eq!(tend(app).await.planned, 5);
    ids
}

async fn listed(client: &Client, query: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("/visits/due?limit=2&{query}{cursor}")).await.expect(200);
        found.extend(page.json["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page.json["next_cursor"].as_str() else { return found };
        cursor = format!("&cursor={next}");
    }
}

async fn totals(client: &Client, query: &str) -> (i64, Vec<(String, i64, i64)>) {
    let reply = client.get(&format!("/visits/due/totals?{query}")).await.expect(200);
    let number = |load: &Value| load["due"].as_i64().unwrap();
    let lines = reply.json["organizations"].as_array().unwrap().iter();
    let line = |line: &Value| (line["name"].as_str().unwrap().to_owned(), number(&line["own"]), number(&line["total"]));
    (number(&reply.json["total"]), lines.map(line).collect())
}

both! {
    async fn the_list_and_its_totals_agree_at_every_level(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let ids = five(&app, &tree).await;
        // One was seen, and is due again after the others.
        visited(&app, &staff.unit, ids[0], visit("2027-01-30", true)).await;
        assert_eq!(listed(&staff.city, "").await.len(), 4);
        let until = "until=2027-12-31";
        for (client, count) in [(&staff.city, 5), (&staff.district, 4), (&staff.unit, 3)] {
            let found = listed(client, until).await;
            assert_eq!(found.len(), count);
            let days: Vec<&str> = found.iter().map(|one| one["due_on"].as_str().unwrap()).collect();
            assert!(days.is_sorted(), "{days:?}");
            let (all, lines) = totals(client, until).await;
            assert_eq!(all, i64::try_from(count).unwrap());
            assert_eq!(lines.iter().map(|(_, own, _)| own).sum::<i64>(), all, "{lines:?}");
        }
        let (_, mut lines) = totals(&staff.city, until).await;
        let line = |name: &str, own, total| (name.to_owned(), own, total);
        let expected = [
            line("武汉市", 0, 5),
            line("江汉区", 1, 4),
            line("江汉区政务服务中心", 2, 3),
            line("综合服务窗口", 1, 1),
            line("武昌区", 0, 1),
            line("武昌区人民医院", 1, 1),
        ];
        // Sibling districts stand in the order of their ids, which is left to chance here.
        assert_eq!(lines[0], expected[0]);
        lines.sort();
        let mut expected = expected.to_vec();
        expected.sort();
        assert_eq!(lines, expected);
        let of = async |place: String| listed(&staff.city, &format!("{until}&organization={place}")).await.len();
        assert_eq!(of(tree.district.to_string()).await, 4);
        assert_eq!(of(tree.unit.to_string()).await, 3);
        assert_eq!(of(tree.window.to_string()).await, 1);
        assert_eq!(of(ids[0].to_string()).await, 0, "no such organization");
        let elsewhere = listed(&staff.unit, &format!("{until}&organization={}", tree.other_unit)).await;
        assert_eq!(elsewhere, Vec::<Value>::new());
        let last = listed(&staff.unit, until).await.pop().unwrap();
        assert_eq!((&last["honoree_id"], &last["reason"]), (&json!(ids[0]), &json!("interval")));
        assert_eq!((&last["last_reached_on"], &last["contact"]["state"]), (&json!("2027-01-30"), &json!("in_contact")));
        assert_eq!((&last["organization_name"], &last["overdue"]), (&json!("江汉区政务服务中心"), &json!(false)));
    }

    async fn what_is_overdue_is_asked_for_alone(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let ids = five(&app, &tree).await;
        app.set_clock("2027-05-10T02:00:00Z");
        tend(&app).await;
        visited(&app, &staff.unit, ids[1], visit("2027-05-10", true)).await;
        let overdue = listed(&staff.city, "overdue=true").await;
        assert_eq!(overdue.len(), 4);
        assert!(overdue.iter().all(|one| one["overdue"] == true && one["due_on"] == "2027-05-05"));
        let rest = listed(&staff.city, "overdue=false&until=2027-12-31").await;
        assert_eq!(rest.iter().map(|one| one["honoree_id"].clone()).collect::<Vec<_>>(), [json!(ids[1])]);
        let reply = staff.city.get("/visits/due/totals").await.expect(200);
        assert_eq!(reply.json["total"], json!({ "due": 4, "overdue": 4, "lost": 0 }));
    }

    async fn a_festival_that_has_passed_and_a_new_policy_change_the_plan(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = honoree(&app, &tree, 1).await;
        assert_eq!((tend(&app).await.planned, tend(&app).await.planned), (1, 0));
        assert_eq!(due(&staff.unit, id).await, "2027-02-06 festival");
        app.set_clock("2027-02-06T02:00:00Z");
        assert_eq!(tend(&app).await.planned, 0);
        app.set_clock("2027-02-07T02:00:00Z");
        assert_eq!((tend(&app).await.planned, tend(&app).await.planned), (1, 0));
        assert_eq!(due(&staff.unit, id).await, "2027-05-05 interval");
        let admin = app.admin().await;
        let cycle = admin.get("/cycles/2027-02").await.expect(200);
        let policy = json!({ "policy": { "visit_interval_months": 4, "visit_festivals": ["national_day"] } });
        admin.patch("/cycles/2027-02", &cycle.etag(), policy).await.expect(200);
        assert_eq!((tend(&app).await.planned, tend(&app).await.planned), (1, 0));
        assert_eq!(due(&staff.unit, id).await, "2027-03-05 interval");
        let twice = json!({ "policy": { "visit_festivals": ["national_day", "national_day"], "visit_window_days": 61 } });
        let etag = admin.get("/cycles/2027-02").await.expect(200).etag();
        let faults = admin.patch("/cycles/2027-02", &etag, twice).await.problem(422, "validation_failed").faults();
        let expected = [("/policy/visit_festivals/1", "duplicate"), ("/policy/visit_window_days", "too_large")];
        assert_eq!(faults, expected.map(|(at, code)| (at.to_owned(), code.to_owned())));
        let unknown = json!({ "policy": { "visit_festivals": ["new_year"] } });
        admin.patch("/cycles/2027-02", &etag, unknown).await.problem(422, "validation_failed");
    }

    async fn whoever_is_in_charge_is_reminded_once_a_week(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (_, other) = reviewer(&app, Role::UnitReviewer, tree.other_unit).await;
        five(&app, &tree).await;
        assert_eq!(told(&staff.unit, "visits_due").await, Vec::<Value>::new());
        // Monday, 1 February 2027: the festival is on Saturday.
        app.set_clock("2027-02-01T02:00:00Z");
        let second = app.beside().await;
        second.set_clock("2027-02-01T02:00:00Z");
        let rounds = haoren::service::aftercare::rounds::tend;
        let (one, two) = tokio::join!(rounds(&app.service), rounds(&second.service));
        one.unwrap();
        two.unwrap();
        tend(&app).await;
        let count = async |client: &Client| {
            told(client, "visits_due").await.iter().map(|one| one["waiting"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!((count(&staff.unit).await, count(&staff.district).await), (vec![3], vec![1]), "a window without reviewers is its unit's");
        assert_eq!((count(&other).await, count(&staff.city).await), (vec![1], vec![]));
        app.set_clock("2027-02-06T02:00:00Z");
        tend(&app).await;
        assert_eq!(count(&staff.unit).await, [3]);
        app.set_clock("2027-05-03T02:00:00Z");
        tend(&app).await;
        assert_eq!(count(&staff.unit).await.len(), 2);
    }
    async fn where_nobody_is_in_charge_those_above_are_reminded_of_the_sum(app: App) {
        let tree = app.tree().await;
        five(&app, &tree).await;
        let (_, district) = reviewer(&app, Role::DistrictReviewer, tree.district).await;
        let (_, city) = reviewer(&app, Role::CityReviewer, tree.city).await;
        app.set_clock("2027-02-01T02:00:00Z");
        tend(&app).await;
        let count = async |client: &Client| {
            told(client, "visits_due").await.iter().map(|one| one["waiting"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        let all = totals(&city, "until=2027-02-08").await.0;
        let of_district = totals(&district, "until=2027-02-08").await.0;
        assert!(0 < of_district && of_district < all, "{of_district} of {all}");
        assert_eq!((count(&district).await, count(&city).await), (vec![of_district], vec![all - of_district]));
    }
}
