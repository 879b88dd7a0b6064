//! Who deals with a lead, and how it is given to somebody else.

use chrono::Duration;
use haoren::domain::role::Role;
use serde_json::{Value, json};

use super::{audited, lead, reviewer, send, without};
use crate::harness::{App, Client};

both! {
    async fn clear_contacts_are_read_by_who_deals_with_it_and_audited(app: App) {
        let tree = app.tree().await;
        let unit = reviewer(&app, &tree).await;
        let sent = send(&app.anonymous(), lead(&tree)).await;
        let path = format!("/leads/{}/contacts", sent.id());
        let (_, sister) = app.user(Role::UnitReviewer, Some(tree.sister_unit)).await;
        sister.get(&path).await.problem(404, "not_found");
        app.admin().await.get(&path).await.problem(403, "forbidden");
        let clear = unit.get(&path).await.expect(200);
        assert_eq!((clear.json["name"].as_str(), clear.json["phone"].as_str()), (Some("王小芳"), Some("13900001234")));
        assert_eq!(clear.header("cache-control"), "private, no-store");
        assert_eq!(audited(&app).await.iter().filter(|action| *action == "lead.contacts_read").count(), 1);
    }

    async fn a_lead_of_nobody_is_the_citys_which_gives_it_on(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (_, elsewhere) = app.user(Role::DistrictReviewer, Some(tree.other_district)).await;
        let sent = send(&app.anonymous(), without(lead(&tree), "organization_id")).await;
        let path = format!("/leads/{}", sent.id());
        for who in [&staff.unit, &staff.district, &elsewhere] {
            who.get(&path).await.problem(404, "not_found");
            assert_eq!(who.get("/leads").await.expect(200).json["items"], json!([]));
        }
        let assignment = format!("{path}/assignment");
        staff.district.post(&assignment, json!({ "nonsense": 1 })).await.problem(404, "not_found");
        assert_eq!(staff.city.get("/leads?assigned=false").await.expect(200).json["items"][0]["id"], sent.id());
        let keyed = staff.city.with("Idempotency-Key", "one");
        let given = keyed.post(&assignment, json!({ "organization_id": tree.district })).await.expect(201);
        assert_eq!((&given.json["organization_id"], &given.json["status"]), (&json!(tree.district), &json!("received")));
        let again = keyed.post(&assignment, json!({ "organization_id": tree.district })).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), "true");
        elsewhere.get(&path).await.problem(404, "not_found");
        let down = json!({ "organization_id": tree.unit });
        let reply = staff.district.post(&assignment, down.clone()).await.problem(422, "validation_failed");
        assert_eq!(reply.faults(), [("/reason".into(), "required".into())]);
        let outside = json!({ "organization_id": tree.other_unit, "reason": "他们的。" });
        let reply = staff.district.post(&assignment, outside).await.problem(422, "validation_failed");
        assert_eq!(reply.faults(), [("/organization_id".into(), "unknown_reference".into())]);
        let down = json!({ "organization_id": tree.unit, "reason": "是该单位的人。" });
        staff.district.post(&assignment, down.clone()).await.expect(201);
        let reply = staff.unit.post(&assignment, down).await.problem(422, "validation_failed");
        assert_eq!(reply.faults(), [("/organization_id".into(), "inconsistent".into())]);
        assert_eq!(staff.unit.get(&path).await.expect(200).json["assignment_reason"], "是该单位的人。");
        staff.unit.post(&assignment, json!({ "organization_id": tree.district, "reason": "不是。" })).await.expect(201);
        staff.unit.get(&path).await.problem(404, "not_found");
        staff.district.post(&assignment, json!({ "organization_id": null, "reason": "不知是谁的。" })).await.expect(201);
        staff.district.get(&path).await.problem(404, "not_found");
        assert_eq!(staff.city.get(&path).await.expect(200).json["organization_id"], Value::Null);
        let last = audited(&app).await;
        assert_eq!(last.iter().filter(|action| *action == "lead.assigned").count(), 4);
    }

    async fn leads_are_listed_by_subtree_and_filter(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let places = [Some(tree.unit), Some(tree.window), Some(tree.sister_unit), Some(tree.district), Some(tree.city), None];
        let mut ids = Vec::new();
        for (place, channel) in places.into_iter().zip(["phone", "letter", "phone", "online", "media", "other"]) {
            let body = json!({ "channel": channel, "text": "好人好事。", "organization_id": place });
            ids.push(send(&app.anonymous(), body).await.id());
            app.time.advance(Duration::milliseconds(1));
        }
        let seen = async |client: &Client, query: &str| -> Vec<usize> {
            let reply = client.get(&format!("/leads?{query}")).await.expect(200);
            let items = reply.json["items"].as_array().unwrap().clone();
            items.iter().map(|item| ids.iter().position(|id| item["id"] == *id).unwrap()).collect()
        };
        assert_eq!(seen(&staff.unit, "").await, [0, 1]);
        assert_eq!(seen(&staff.district, "").await, [0, 1, 2, 3]);
        assert_eq!(seen(&staff.city, "").await, [0, 1, 2, 3, 4, 5]);
        assert_eq!(seen(&staff.city, "assigned=true&channel=phone&channel=media").await, [0, 2, 4]);
        assert_eq!(seen(&staff.district, &format!("organization={}", tree.window)).await, [1]);
        assert_eq!(seen(&staff.unit, &format!("organization={}", tree.sister_unit)).await, [0; 0]);
        staff.unit.post(&format!("/leads/{}/dismissal", ids[0]), json!({ "reason": "重复。" })).await.expect(201);
        assert_eq!(seen(&staff.city, "status=dismissed").await, [0]);
        assert_eq!(seen(&staff.city, "status=received&status=promoted&limit=2").await, [1, 2]);
        let first = staff.city.get("/leads?limit=4").await.expect(200);
        let cursor = first.json["next_cursor"].as_str().unwrap();
        assert_eq!(seen(&staff.city, &format!("limit=4&cursor={cursor}")).await, [4, 5]);
        staff.city.get("/leads?colour=red").await.problem(400, "invalid_query");
    }
}
