//! Who looks after an honoree.

use haoren::domain::role::Role;
use serde_json::{Value, json};

use super::{assert_sealed, audited, honoree, honoree_at, reviewer, tend};
use crate::{
    harness::{App, Client},
    traces::traces,
};

async fn replace(client: &Client, path: &str, body: Value) -> crate::harness::Reply {
    let etag = client.get(path).await.expect(200).etag();
    client.put(path, Some(&etag), body).await
}

both! {
    async fn it_is_there_without_being_entered(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = honoree(&app, &tree, 1).await;
        let path = format!("/honorees/{id}/care");
        let care = staff.unit.get(&path).await.expect(200);
        assert_eq!(care.json["organization_id"], json!(tree.unit));
        assert_eq!((&care.json["handed_over"], &care.json["contact"]), (&json!(false), &Value::Null));
        let plan = json!({
            "due_on": "2027-02-06", "reason": "festival", "festival": "spring_festival", "last_reached_on": null,
        });
        assert_eq!(care.json["plan"], plan);
        assert_eq!(care.json["reachable"]["state"], "in_contact");
        for reader in [&staff.district, &staff.city] {
            assert_eq!(reader.get(&path).await.expect(200).json, care.json);
        }
        let without_unit = honoree_at(&app, &tree, (2, None, tree.other_district)).await;
        let path = format!("/honorees/{without_unit}/care");
        staff.unit.get(&path).await.problem(404, "not_found");
        staff.district.get(&path).await.problem(404, "not_found");
        let care = staff.city.get(&path).await.expect(200);
        assert_eq!(care.json["organization_id"], json!(tree.other_district));
    }

    async fn a_contact_is_masked_encrypted_and_read_where_it_is_audited(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = honoree(&app, &tree, 1).await;
        let (responsible, _) = reviewer(&app, Role::UnitReviewer, tree.unit).await;
        let path = format!("/honorees/{id}/care");
        let body = json!({
            "responsible_id": responsible, "note": "宜在周末联系。",
            "contact": { "of": "next_of_kin", "name": "欧阳芳", "phone": "138 0000 5678", "relationship": "女儿" },
        });
        staff.unit.put(&path, None, body.clone()).await.problem(428, "precondition_required");
        staff.unit.put(&path, Some("\"7.x\""), body.clone()).await.problem(412, "precondition_failed");
        let care = replace(&staff.unit, &path, body).await.expect(200);
        let masked =
            json!({ "of": "next_of_kin", "name": "欧阳*", "phone": "138****5678", "relationship": "女儿" });
        assert_eq!((&care.json["contact"], &care.json["note"]), (&masked, &json!("宜在周末联系。")));
        assert_eq!(care.json["responsible_id"], json!(responsible));
        assert_sealed(&app, 3, &["欧阳芳", "13800005678", "周末"]).await;
        assert_eq!(audited(&app, "care.contact_read").await, 0);
        let clear = staff.district.get(&format!("{path}/contact")).await.expect(200);
        let expected = json!({ "of": "next_of_kin", "name": "欧阳芳", "phone": "13800005678", "relationship": "女儿" });
        assert_eq!(clear.json, expected);
        assert_eq!(audited(&app, "care.contact_read").await, 1);
        // What clients see masked stays where they say nothing of it.
        let care = replace(&staff.unit, &path, json!({ "responsible_name": "何建国" })).await.expect(200);
        assert_eq!((&care.json["contact"], &care.json["note"]), (&masked, &Value::Null));
        assert_eq!((&care.json["responsible_id"], &care.json["responsible_name"]), (&Value::Null, &json!("何建国")));
        let care = replace(&staff.unit, &path, json!({ "contact": null })).await.expect(200);
        assert_eq!(care.json["contact"], Value::Null);
        let left = traces(&app, id).await;
        assert!(!left.texts.contains("欧阳") && !left.texts.contains("5678"), "{}", left.texts);
        let changed = left.announced.iter().filter(|kind| *kind == "care.changed").count();
        assert_eq!(changed, 3);
    }

    async fn what_is_no_care_is_refused_with_all_its_faults(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = honoree(&app, &tree, 1).await;
        let path = format!("/honorees/{id}/care");
        let (responsible, _) = reviewer(&app, Role::UnitReviewer, tree.sister_unit).await;
        let wrong = json!({
            "responsible_id": responsible, "responsible_name": "7", "note": " ",
            "contact": { "of": "honoree", "name": "8", "phone": "12", "relationship": "\u{200B}" },
        });
        let faults = replace(&staff.unit, &path, wrong).await.problem(422, "validation_failed").faults();
        let places: Vec<&str> = faults.iter().map(|(at, _)| at.as_str()).collect();
        for place in ["/contact/name", "/contact/phone", "/contact/relationship", "/note", "/responsible_name"] {
            assert!(places.contains(&place), "{place} in {places:?}");
        }
        let stranger = json!({ "responsible_id": responsible });
        let faults = replace(&staff.unit, &path, stranger).await.problem(422, "validation_failed").faults();
        assert_eq!(faults, [("/responsible_id".into(), "unknown_reference".into())]);
        for organization in [json!(tree.sister_unit), json!(tree.other_unit), json!(id)] {
            let elsewhere = json!({ "organization_id": organization });
            let faults = replace(&staff.unit, &path, elsewhere).await.problem(422, "validation_failed").faults();
            assert_eq!(faults, [("/organization_id".into(), "unknown_reference".into())]);
        }
    }

    async fn the_care_is_handed_on_and_its_history_kept(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (_, sister) = reviewer(&app, Role::UnitReviewer, tree.sister_unit).await;
        let (_, other) = reviewer(&app, Role::UnitReviewer, tree.other_unit).await;
        let id = honoree(&app, &tree, 1).await;
        let path = format!("/honorees/{id}/care");
        sister.get(&path).await.problem(404, "not_found");
        let outside = replace(&staff.district, &path, json!({ "organization_id": tree.other_unit })).await;
        outside.problem(422, "validation_failed");
        app.time.advance(chrono::Duration::milliseconds(1));
        let care = replace(&staff.district, &path, json!({ "organization_id": tree.sister_unit })).await.expect(200);
        assert_eq!((&care.json["handed_over"], &care.json["organization_id"]), (&json!(true), &json!(tree.sister_unit)));
        // The unit of the honour still sees it, and is in charge no more.
        replace(&staff.unit, &path, json!({})).await.problem(403, "forbidden");
        let kept = json!({ "organization_id": tree.sister_unit, "responsible_name": "何建国" });
        app.time.advance(chrono::Duration::milliseconds(1));
        replace(&sister, &path, kept).await.expect(200);
        app.time.advance(chrono::Duration::milliseconds(1));
        replace(&staff.city, &path, json!({ "organization_id": tree.other_unit })).await.expect(200);
        other.get(&path).await.expect(200);
        sister.get(&path).await.problem(404, "not_found");
        app.time.advance(chrono::Duration::milliseconds(1));
        let care = replace(&staff.city, &path, json!({})).await.expect(200);
        assert_eq!((&care.json["handed_over"], &care.json["organization_id"]), (&json!(false), &json!(tree.unit)));
        let mut seen = Vec::new();
        let mut next = format!("{path}/history?limit=2");
        loop {
            let page = staff.city.get(&next).await.expect(200);
            let items = page.json["items"].as_array().unwrap();
            seen.extend(items.iter().map(|term| (term["organization_id"].clone(), term["responsible_name"].clone())));
            let Some(cursor) = page.json["next_cursor"].as_str() else { break };
            next = format!("{path}/history?limit=2&cursor={cursor}");
        }
        let term = |place, name: Value| (json!(place), name);
        let expected = [
            term(tree.unit, Value::Null),
            term(tree.other_unit, Value::Null),
            term(tree.sister_unit, json!("何建国")),
            term(tree.sister_unit, Value::Null),
            term(tree.unit, Value::Null),
        ];
        assert_eq!(seen, expected);
    }

    async fn a_closed_unit_leaves_it_to_the_district(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = honoree_at(&app, &tree, (1, Some(tree.sister_unit), tree.district)).await;
        let path = format!("/honorees/{id}/care");
        let care = replace(&staff.district, &path, json!({ "responsible_name": "何建国" })).await.expect(200);
        assert_eq!(care.json["organization_id"], json!(tree.sister_unit));
        assert_eq!(tend(&app).await.planned, 0);
        let admin = app.admin().await;
        let unit = format!("/organizations/{}", tree.sister_unit);
        let etag = admin.get(&unit).await.expect(200).etag();
        let etag = admin.patch(&unit, &etag, json!({ "active": false })).await.expect(200).etag();
        assert_eq!(tend(&app).await.planned, 1);
        let care = staff.district.get(&path).await.expect(200);
        let shown = (&care.json["organization_id"], &care.json["responsible_name"], &care.json["handed_over"]);
        assert_eq!(shown, (&json!(tree.district), &Value::Null, &json!(false)));
        // Opened again, it is the unit's again.
        admin.patch(&unit, &etag, json!({ "active": true })).await.expect(200);
        assert_eq!((tend(&app).await.planned, tend(&app).await.planned), (1, 0));
        let care = staff.district.get(&path).await.expect(200);
        assert_eq!(care.json["organization_id"], json!(tree.sister_unit));
    }
}
