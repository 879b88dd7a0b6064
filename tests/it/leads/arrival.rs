//! A lead comes in: what its sender learns, and what is read from it.

use haoren::domain::role::Role;
use serde_json::{Value, json};

use super::{MESSAGE, assert_masked, lead, reviewer, send, stored_text, without};
use crate::harness::App;

both! {
    async fn the_public_sends_a_lead_and_learns_only_that_it_came(app: App) {
        let tree = app.tree().await;
        let key = "0199c1f0-8d5a-7c3e-9b1f-2d4e6f8a0b1c";
        let anonymous = app.anonymous().with("Idempotency-Key", key);
        let sent = send(&anonymous, lead(&tree)).await;
        let members: Vec<&String> = sent.json.as_object().unwrap().keys().collect();
        assert_eq!(members, ["channel", "created_at", "id", "status", "tracking_code"]);
        assert_eq!(sent.header("cache-control"), "private, no-store");
        assert_masked(&sent);
        let again = send(&anonymous, lead(&tree)).await;
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!((again.id(), &again.json["tracking_code"]), (sent.id(), &sent.json["tracking_code"]));
        app.anonymous().get(&format!("/leads/{}", sent.id())).await.problem(401, "unauthenticated");
        // The code shows nothing before there is a nomination.
        let code = sent.json["tracking_code"].as_str().unwrap();
        app.anonymous().get(&format!("/nominations/{code}")).await.problem(404, "not_found");

        let citizen = app.citizen().await;
        let own = send(&citizen, without(lead(&tree), "reporter")).await;
        assert_eq!(own.json.get("tracking_code"), None);
        citizen.get(&format!("/leads/{}", own.id())).await.problem(403, "forbidden");
        let (_, portal) = app.user(Role::Portal, None).await;
        portal.post("/leads", lead(&tree)).await.problem(403, "forbidden");
    }

    async fn the_short_message_is_read_and_the_reporter_masked(app: App) {
        let tree = app.tree().await;
        let (operator, typist) = app.user(Role::UnitReviewer, Some(tree.other_unit)).await;
        let unit = reviewer(&app, &tree).await;
        let sent = send(&typist, lead(&tree)).await;
        assert!(sent.json["tracking_code"].is_string());
        let read = unit.get(&format!("/leads/{}", sent.id())).await.expect(200);
        assert_masked(&read);
        assert_eq!(read.json["text"], MESSAGE);
        assert_eq!(read.json["parsed"], json!({
            "name": "张三", "place": "江汉区政务服务中心", "category": "helping_others", "summary": "三十年义务修家电",
            "unit_id": tree.unit, "district_id": tree.district,
        }));
        assert_eq!(read.json["reporter"], json!({ "name": "王**", "phone": "139****1234" }));
        assert_eq!((&read.json["status"], &read.json["cycle"]), (&json!("received"), &json!("2026-11")));
        assert_eq!(read.json["operator_id"], operator.to_string());
        assert_eq!(read.json["organization_name"], "江汉区政务服务中心");
        assert!(!stored_text(&app, &sent.id()).await.contains("王小芳"));

        let raw = json!({ "channel": "letter", "text": "我想推荐我们小区的张三。\r\n他是好人。", "organization_id": tree.unit });
        let sent = send(&typist, raw).await;
        let read = unit.get(&format!("/leads/{}", sent.id())).await.expect(200);
        assert_eq!(read.json["text"], "我想推荐我们小区的张三。\n他是好人。");
        assert!(read.json["parsed"].as_object().unwrap().values().all(Value::is_null));
        assert_eq!((&read.json["reporter"], &read.json["operator_id"]), (&Value::Null, &json!(operator)));
    }

    async fn a_place_that_two_could_mean_is_not_guessed(app: App) {
        let tree = app.tree().await;
        let (unit, admin) = (reviewer(&app, &tree).await, app.admin().await);
        for district in [tree.district, tree.other_district] {
            let twin = json!({ "kind": "unit", "parent_id": district, "name": "人民医院" });
            admin.post("/organizations", twin).await.expect(201);
        }
        for (place, unit_id, district_id) in [
            ("人民医院", Value::Null, Value::Null),
            ("武昌区人民医院", json!(tree.other_unit), json!(tree.other_district)),
            ("湖北省武汉市江汉区", Value::Null, json!(tree.district)),
            ("江汉区与武昌区之间", Value::Null, Value::Null),
        ] {
            let text = format!("李四，{place}，诚，拾金不昧");
            let body = json!({ "channel": "online", "text": text, "organization_id": tree.unit });
            let sent = send(&app.anonymous(), body).await;
            let parsed = unit.get(&format!("/leads/{}", sent.id())).await.expect(200).json["parsed"].clone();
            assert_eq!(parsed["place"], place);
            assert_eq!((&parsed["unit_id"], &parsed["district_id"]), (&unit_id, &district_id), "{place}");
        }
        // Of the two, the district that is named has one.
        let body = json!({ "channel": "online", "text": "李四，江汉区 人民医院，诚，拾金不昧", "organization_id": tree.unit });
        let sent = send(&app.anonymous(), body).await;
        let parsed = unit.get(&format!("/leads/{}", sent.id())).await.expect(200).json["parsed"].clone();
        assert!(parsed["unit_id"].is_string());
        assert_eq!(parsed["district_id"], json!(tree.district));
    }

    async fn every_fault_of_a_lead_is_named(app: App) {
        let tree = app.tree().await;
        let wrong = json!({
            "channel": "smoke", "text": "\u{202E}", "reporter": { "name": "1", "phone": "x" }, "colour": 1,
        });
        let faults = app.anonymous().post("/leads", wrong).await.problem(422, "validation_failed").faults();
        for pointer in ["/channel", "/colour"] {
            assert!(faults.iter().any(|(at, _)| at == pointer), "{pointer} in {faults:?}");
        }
        let hotline = reviewer(&app, &tree).await;
        let hotline = hotline.post("/channels", json!({ "kind": "phone", "name": "热线" })).await.expect(201);
        for (member, value, pointer, code) in [
            ("text", json!(" "), "/text", "too_short"),
            ("text", json!("好".repeat(5001)), "/text", "too_long"),
            ("reporter", json!({}), "/reporter/name", "required"),
            ("reporter", json!({ "phone": "12" }), "/reporter/phone", "malformed"),
            ("organization_id", json!(hotline.id()), "/organization_id", "unknown_reference"),
            ("channel_id", json!(tree.unit), "/channel_id", "unknown_reference"),
        ] {
            let mut body = lead(&tree);
            body[member] = value;
            let faults = app.anonymous().post("/leads", body).await.problem(422, "validation_failed").faults();
            assert!(faults.contains(&(pointer.to_owned(), code.to_owned())), "{pointer} {code} in {faults:?}");
        }
        let mut body = lead(&tree);
        (body["channel_id"], body["channel"]) = (json!(hotline.id()), json!("letter"));
        let reply = app.anonymous().post("/leads", body.clone()).await.problem(422, "validation_failed");
        assert_eq!(reply.faults(), [("/channel".into(), "inconsistent".into())]);
        body["channel"] = json!("phone");
        send(&app.anonymous(), body).await;
    }
}

#[tokio::test]
async fn the_public_sends_so_many_leads_an_hour() {
    let app = App::with_flags(&["--rate-limits=on"]).await;
    let tree = app.tree().await;
    let first = send(&app.anonymous(), lead(&tree)).await;
    assert_eq!(first.header("ratelimit-policy"), "\"nominations\";q=60;w=3600");
    for _ in 1..60 {
        send(&app.anonymous(), lead(&tree)).await;
    }
    app.anonymous().post("/leads", lead(&tree)).await.problem(429, "rate_limited");
    let unit = reviewer(&app, &tree).await;
    send(&unit, lead(&tree)).await;
}
