//! Visits: recorded, corrected, struck; and the facts of a hardship.

use haoren::domain::role::Role;
use serde_json::{Value, json};

use super::{assert_sealed, audited, due, honoree, reviewer, revoke, visit, visited};
use crate::{harness::App, traces::traces};

both! {
    async fn hardship_is_shown_to_be_there_and_read_one_at_a_time(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = honoree(&app, &tree, 1).await;
        let mut body = visit("2026-11-20", true);
        body["hardship"] = json!({ "facts": "本人患尘肺病，靠低保生活。" });
        let made = visited(&app, &staff.unit, id, body).await;
        assert_eq!((&made["has_hardship"], &made["situation"]), (&json!(true), &json!("身体健康，仍在社区做志愿服务。")));
        let list = staff.district.get(&format!("/honorees/{id}/visits")).await.expect(200);
        assert_eq!(list.json["items"][0]["has_hardship"], true);
        assert!(!String::from_utf8(list.bytes).unwrap().contains("尘肺"));
        assert_sealed(&app, 2, &["尘肺病", "志愿服务"]).await;
        assert_eq!(audited(&app, "visit.hardship_read").await, 0);
        let path = format!("/visits/{}", made["id"].as_str().unwrap());
        let facts = staff.city.get(&format!("{path}/hardship")).await.expect(200);
        assert_eq!(facts.json["facts"], "本人患尘肺病，靠低保生活。");
        assert_eq!(audited(&app, "visit.hardship_read").await, 1);
        let (_, sister) = reviewer(&app, Role::UnitReviewer, tree.sister_unit).await;
        sister.get(&format!("{path}/hardship")).await.problem(404, "not_found");
        app.admin().await.get(&format!("{path}/hardship")).await.problem(403, "forbidden");
        assert_eq!(audited(&app, "visit.hardship_read").await, 1);
        let left = traces(&app, made["id"].as_str().unwrap()).await;
        assert_eq!((left.audited, left.announced), (vec!["visit.hardship_read".into(), "visit.recorded".into()], vec!["visit.recorded".to_owned()]));
        for personal in ["尘肺", "周敏", "健康", "王小"] {
            assert!(!left.texts.contains(personal), "{personal} in {}", left.texts);
        }
    }

    async fn a_mistake_is_corrected_or_struck_and_the_plan_follows(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (_, colleague) = reviewer(&app, Role::UnitReviewer, tree.unit).await;
        let id = honoree(&app, &tree, 1).await;
        let mut body = visit("2026-11-20", true);
        body["hardship"] = json!({ "facts": "本人患病。" });
        let made = visited(&app, &staff.unit, id, body).await;
        let path = format!("/visits/{}", made["id"].as_str().unwrap());
        assert_eq!(due(&staff.unit, id).await, "2027-02-06 festival");
        app.set_clock("2027-02-20T02:00:00Z");
        let stay = visited(&app, &colleague, id, visit("2027-02-20", true)).await;
        assert_eq!(due(&staff.unit, id).await, "2027-08-20 interval");
        let etag = made["etag"].as_str().unwrap();
        staff.unit.patch(&path, "\"9.x\"", json!({})).await.problem(412, "precondition_failed");
        let changed = staff.unit.patch(&path, etag, json!({ "visited_on": "2026-11-19", "hardship": null, "next_on": "2027-06-01" })).await.expect(200);
        assert_eq!((&changed.json["visited_on"], &changed.json["has_hardship"]), (&json!("2026-11-19"), &json!(false)));
        assert_eq!(changed.json["situation"], made["situation"]);
        // Another visit has come since: what was agreed on then is over.
        assert_eq!(due(&staff.unit, id).await, "2027-08-20 interval");
        let strike = format!("/visits/{}/withdrawal", stay["id"].as_str().unwrap());
        let struck = staff.unit.post(&strike, json!({ "reason": "记到了别人的名下。" })).await.expect(201);
        assert_eq!(struck.json["struck"]["reason"], "记到了别人的名下。");
        assert_eq!(due(&staff.unit, id).await, "2027-05-19 interval");
        staff.unit.post(&strike, json!({ "reason": "再次。" })).await.problem(409, "already_decided");
        let late = staff.unit.patch(&format!("/visits/{}", struck.id()), &struck.etag(), json!({ "reached": false })).await;
        late.problem(409, "already_decided");
        let list = staff.unit.get(&format!("/honorees/{id}/visits")).await.expect(200);
        assert_eq!(list.json["items"].as_array().unwrap().len(), 2, "nothing is deleted");
    }

    async fn who_neither_recorded_it_nor_is_in_charge_corrects_nothing(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (_, sister) = reviewer(&app, Role::UnitReviewer, tree.sister_unit).await;
        let id = honoree(&app, &tree, 1).await;
        let own = visited(&app, &staff.unit, id, visit("2026-11-20", true)).await;
        let of_district = visited(&app, &staff.district, id, visit("2026-11-21", true)).await;
        let care = format!("/honorees/{id}/care");
        let etag = staff.district.get(&care).await.expect(200).etag();
        staff.district.put(&care, Some(&etag), json!({ "organization_id": tree.sister_unit })).await.expect(200);
        let path = |made: &Value| format!("/visits/{}", made["id"].as_str().unwrap());
        let other = json!({ "kind": "telephone" });
        let patch = async |client: &crate::harness::Client, made: &Value| {
            client.patch(&path(made), made["etag"].as_str().unwrap(), other.clone()).await
        };
        patch(&staff.unit, &of_district).await.problem(403, "forbidden");
        staff.unit.post(&format!("{}/withdrawal", path(&of_district)), json!({ "reason": "错。" })).await.problem(403, "forbidden");
        patch(&staff.unit, &own).await.expect(200);
        patch(&sister, &of_district).await.expect(200);
    }

    async fn what_is_no_visit_is_refused_with_all_its_faults(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = honoree(&app, &tree, 1).await;
        let path = format!("/honorees/{id}/visits");
        let wrong = json!({
            "visited_on": "2026-11-05", "kind": "home", "reached": true, "visitors": ["7"], "situation": " ",
            "hardship": { "facts": "\u{200B}" }, "next_on": "2026-11-05",
        });
        let faults = staff.unit.post(&path, wrong).await.problem(422, "validation_failed").faults();
        let places: Vec<&str> = faults.iter().map(|(at, _)| at.as_str()).collect();
        for place in ["/hardship/facts", "/next_on", "/situation", "/visitors/0"] {
            assert!(places.contains(&place), "{place} in {places:?}");
        }
        for (day, code) in [("2026-11-06", "too_large"), ("2026-11-04", "too_small")] {
            let faults = staff.unit.post(&path, visit(day, true)).await.problem(422, "validation_failed").faults();
            assert_eq!(faults, [("/visited_on".into(), code.into())]);
        }
        let mut far = visit("2026-11-05", true);
        far["next_on"] = json!("2028-11-06");
        let faults = staff.unit.post(&path, far).await.problem(422, "validation_failed").faults();
        assert_eq!(faults, [("/next_on".into(), "too_large".into())]);
        let keyed = staff.unit.with("Idempotency-Key", "visit");
        let first = keyed.post(&path, visit("2026-11-05", true)).await.expect(201);
        let again = keyed.post(&path, visit("2026-11-05", true)).await.expect(201);
        assert_eq!((again.header("idempotency-replayed"), again.id()), ("true", first.id()));
        // A correction is held against the same rules.
        let at = format!("/visits/{}", first.id());
        let faults = staff.unit.patch(&at, &first.etag(), json!({ "visited_on": "2026-11-06" })).await;
        assert_eq!(faults.problem(422, "validation_failed").faults(), [("/visited_on".into(), "too_large".into())]);
    }

    async fn when_the_last_honour_is_revoked_nothing_is_due_and_all_stays_readable(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = honoree(&app, &tree, 1).await;
        let made = visited(&app, &staff.unit, id, visit("2026-11-20", true)).await;
        assert_eq!(due(&staff.unit, id).await, "2027-02-06 festival");
        revoke(&app, &staff.city, id).await;
        assert_eq!(due(&staff.unit, id).await, "never");
        let list = staff.unit.get(&format!("/honorees/{id}/visits")).await.expect(200);
        assert_eq!(list.json["items"][0]["id"], made["id"]);
        let due = staff.city.get("/visits/due?until=2030-01-01").await.expect(200);
        assert_eq!(due.json["items"], json!([]));
        let help = json!({ "kind": "money", "amount_fen": 1, "fund_source": "fiscal", "purpose": "慰问。" });
        staff.unit.post(&format!("/honorees/{id}/assistance"), help).await.problem(409, "no_honour_stands");
        let lost = json!({ "reason": "搬走了。" });
        staff.unit.post(&format!("/honorees/{id}/contact-loss"), lost).await.problem(409, "no_honour_stands");
    }
}
