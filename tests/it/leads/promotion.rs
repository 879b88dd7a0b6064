//! A lead becomes a nomination.

use chrono::Duration;
use haoren::domain::{candidate::Status, role::Role};
use serde_json::{Value, json};

use super::{MESSAGE, assert_masked, audited, lead, reviewer, send};
use crate::harness::App;

both! {
    async fn a_lead_becomes_a_new_candidate(app: App) {
        let tree = app.tree().await;
        let (user, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let sent = send(&app.anonymous(), lead(&tree)).await;
        let path = format!("/leads/{}", sent.id());
        let keyed = unit.with("Idempotency-Key", "one");
        let body = json!({ "name": "张三丰", "occupation": "退休工人", "contact_phone": "13800005678" });
        let promoted = keyed.post(&format!("{path}/promotion"), body.clone()).await.expect(201);
        assert_eq!(promoted.json["status"], "promoted");
        assert_eq!(promoted.json["decided_by"], user.to_string());
        let again = keyed.post(&format!("{path}/promotion"), body.clone()).await.expect(201);
        assert_eq!((again.header("idempotency-replayed"), &again.json["candidate_id"]), ("true", &promoted.json["candidate_id"]));
        let id = promoted.json["candidate_id"].as_str().unwrap();
        let candidate = unit.get(&format!("/candidates/{id}")).await.expect(200);
        assert_masked(&candidate);
        for (member, value) in [
            ("name", "张三丰"), ("summary", "三十年义务修家电"), ("category", "helping_others"), ("channel", "phone"),
            ("unit_name", "江汉区政务服务中心"), ("status", "nominated"), ("occupation", "退休工人"),
        ] {
            assert_eq!(candidate.json[member], value, "{member}");
        }
        let nomination = &candidate.json["nominations"][0];
        assert_eq!((&nomination["id"], &nomination["is_first"]), (&promoted.json["nomination_id"], &json!(true)));
        assert_eq!(nomination["nominator"]["phone"], "139****1234");
        let clear = unit.get(&format!("/candidates/{id}/contacts")).await.expect(200);
        assert_eq!(clear.json["nominators"][0]["name"], "王小芳");
        // The reporter follows by the code of the lead; what came in is kept.
        let code = sent.json["tracking_code"].as_str().unwrap();
        let tracked = app.anonymous().get(&format!("/nominations/{code}")).await.expect(200);
        assert_eq!((&tracked.json["candidate_id"], &tracked.json["is_first"]), (&json!(id), &json!(true)));
        assert_eq!(unit.get(&path).await.expect(200).json["text"], MESSAGE);
        let of_candidate = unit.get(&format!("/leads?candidate={id}")).await.expect(200);
        assert_eq!(of_candidate.json["items"][0]["id"], sent.id());
        for (act, body) in [
            ("promotion", json!({})), ("dismissal", json!({ "reason": "无关。" })),
            ("assignment", json!({ "organization_id": tree.window, "reason": "给窗口。" })),
        ] {
            unit.post(&format!("{path}/{act}"), body).await.problem(409, "already_decided");
        }
        let actions = audited(&app).await;
        for action in ["lead.received", "lead.promoted", "candidate.nominated"] {
            assert_eq!(actions.iter().filter(|one| *one == action).count(), 1, "{action} in {actions:?}");
        }
    }

    async fn what_the_text_could_not_give_is_asked_for(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let raw = json!({ "channel": "media", "text": "报上说有位张师傅是好人。" });
        let sent = send(&staff.city, raw).await;
        let path = format!("/leads/{}/promotion", sent.id());
        let reply = staff.city.post(&path, json!({})).await.problem(422, "validation_failed");
        let required = |pointer: &str| (pointer.to_owned(), "required".to_owned());
        assert_eq!(reply.faults(), [required("/category"), required("/name"), required("/summary"), required("/unit_id")]);
        let wrong = json!({ "name": "1", "birth_year": 2031, "contact_phone": "x", "category": "kindness" });
        let faults = staff.city.post(&path, wrong).await.problem(422, "validation_failed").faults();
        assert!(faults.contains(&("/name".into(), "malformed".into())), "{faults:?}");
        let mut body = json!({
            "category": "kindness", "name": "张师傅", "summary": "修车不收钱。", "district_id": tree.unit,
            "nominator": { "name": "李读者", "phone": "13900007777" },
        });
        let faults = staff.city.post(&path, body.clone()).await.problem(422, "validation_failed").faults();
        assert_eq!(faults, [
            ("/category".to_owned(), "unknown_reference".to_owned()),
            ("/district_id".to_owned(), "unknown_reference".to_owned()),
        ]);
        (body["category"], body["district_id"]) = (json!("dedication"), json!(tree.district));
        let promoted = staff.city.post(&path, body).await.expect(201);
        let candidate = format!("/candidates/{}", promoted.json["candidate_id"].as_str().unwrap());
        let candidate = staff.city.get(&candidate).await.expect(200);
        assert_eq!((&candidate.json["unit_id"], &candidate.json["channel"]), (&Value::Null, &json!("media")));
        assert_eq!(candidate.json["nominations"][0]["nominator"]["name"], "李**");
        // Where the reporter is known, nobody else is the nominator.
        let known = send(&app.anonymous(), lead(&tree)).await;
        let other = json!({ "nominator": { "name": "李读者" } });
        let reply = staff.city.post(&format!("/leads/{}/promotion", known.id()), other).await;
        assert_eq!(reply.problem(422, "validation_failed").faults(), [("/nominator".into(), "inconsistent".into())]);
    }

    async fn a_lead_becomes_a_further_nomination(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let citizen = app.citizen().await;
        let id = app.candidate(&tree, Status::Verified).await;
        let sent = send(&citizen, lead(&tree)).await;
        let path = format!("/leads/{}/promotion", sent.id());
        let both = json!({ "candidate_id": id, "name": "张三", "unit_id": tree.unit });
        let reply = staff.unit.post(&path, both).await.problem(422, "validation_failed");
        assert_eq!(reply.faults(), [
            ("/name".to_owned(), "inconsistent".to_owned()), ("/unit_id".to_owned(), "inconsistent".to_owned()),
        ]);
        let elsewhere = app.candidate_with(&tree, Status::Nominated, {
            let (unit, district) = (tree.other_unit, tree.other_district);
            move |candidate| (candidate.unit_id, candidate.district_id) = (Some(unit), district)
        }).await;
        for unknown in [elsewhere.to_string(), sent.id()] {
            let reply = staff.unit.post(&path, json!({ "candidate_id": unknown })).await;
            let reply = reply.problem(422, "validation_failed");
            assert_eq!(reply.faults(), [("/candidate_id".into(), "unknown_reference".into())]);
        }
        let ended = app.candidate(&tree, Status::Rejected).await;
        let refused = staff.unit.post(&path, json!({ "candidate_id": ended })).await;
        refused.problem(409, "transition_not_allowed");
        app.time.advance(Duration::milliseconds(1));
        let promoted = staff.unit.post(&path, json!({ "candidate_id": id })).await.expect(201);
        assert_eq!(promoted.json["candidate_id"], id.to_string());
        let stored = app.stored(id).await;
        assert_eq!((stored.version, stored.status), (2, Status::Verified));
        let listed = staff.unit.get(&format!("/candidates/{id}/nominations")).await.expect(200);
        let further = &listed.json["items"].as_array().unwrap()[1];
        assert_eq!((&further["id"], &further["has_account"]), (&promoted.json["nomination_id"], &json!(true)));
        // The citizen follows by the account, and sees no more of the file than anybody.
        let mine = citizen.get("/me/nominations").await.expect(200);
        assert_eq!((&mine.json["items"][0]["candidate_id"], &mine.json["items"][0]["is_first"]), (&json!(id), &json!(false)));
        citizen.get(&format!("/candidates/{id}")).await.problem(404, "not_found");
    }

    async fn staff_do_not_judge_what_they_report_themselves(app: App) {
        let tree = app.tree().await;
        let unit = reviewer(&app, &tree).await;
        for (channel, reporter, expected) in
            [("online", None, "own_nomination"), ("phone", Some(json!({ "name": "王小芳" })), "materials_incomplete")]
        {
            let mut body = json!({ "channel": channel, "text": MESSAGE, "organization_id": tree.unit });
            if let Some(reporter) = reporter {
                body["reporter"] = reporter;
            }
            let sent = send(&unit, body).await;
            let promoted = unit.post(&format!("/leads/{}/promotion", sent.id()), json!({})).await.expect(201);
            let id = promoted.json["candidate_id"].as_str().unwrap().to_owned();
            let shown = unit.get(&format!("/candidates/{id}")).await.expect(200);
            let actions = shown.json["allowed_actions"].as_array().unwrap();
            let verify = actions.iter().find(|one| one["action"] == "verify").unwrap();
            let reasons: Vec<&str> =
                verify["reasons"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
            assert!(reasons.contains(&expected), "{reasons:?}");
            assert_eq!(reasons.contains(&"own_nomination"), channel == "online");
        }
    }

    async fn a_channel_closed_since_bars_no_promotion(app: App) {
        let tree = app.tree().await;
        let unit = reviewer(&app, &tree).await;
        let channel = unit.post("/channels", json!({ "kind": "phone", "name": "热线" })).await.expect(201);
        let mut body = lead(&tree);
        body["channel_id"] = json!(channel.id());
        let sent = send(&app.anonymous(), body).await;
        let closed = json!({ "active": false });
        unit.patch(&format!("/channels/{}", channel.id()), &channel.etag(), closed).await.expect(200);
        let promoted = unit.post(&format!("/leads/{}/promotion", sent.id()), json!({})).await.expect(201);
        assert_eq!(promoted.json["channel_name"], "热线");
        let id = promoted.json["candidate_id"].as_str().unwrap();
        let listed = unit.get(&format!("/candidates/{id}/nominations")).await.expect(200);
        assert_eq!(listed.json["items"][0]["channel_id"], channel.id());
    }
}
