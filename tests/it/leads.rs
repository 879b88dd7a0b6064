//! 线索: what comes in before it is a nomination, and what becomes of it.

use std::sync::Mutex;

use chrono::Duration;
use haoren::{
    domain::{candidate::Status, role::Role},
    service::{Error, sweeping},
    storage::{self, Connection},
};
use serde_json::{Value, json};

use crate::harness::{App, Client, Reply, Tree};

const MESSAGE: &str = "张三，江汉区政务服务中心，助，三十年义务修家电";

fn lead(tree: &Tree) -> Value {
    json!({
        "channel": "phone", "text": MESSAGE, "organization_id": tree.unit,
        "reporter": { "name": "王小芳", "phone": "139 0000 1234" },
    })
}

async fn reviewer(app: &App, tree: &Tree) -> Client {
    app.user(Role::UnitReviewer, Some(tree.unit)).await.1
}

async fn send(client: &Client, body: Value) -> Reply {
    client.post("/leads", body).await.expect(201)
}

fn without(mut body: Value, member: &str) -> Value {
    body.as_object_mut().unwrap().remove(member);
    body
}

#[track_caller]
fn assert_masked(reply: &Reply) {
    let text = String::from_utf8_lossy(&reply.bytes);
    for secret in ["13900001234", "139 0000 1234", "王小芳"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

/// The actions in the audit, in their order, with whether anything of a person is in them.
async fn audited(app: &App) -> Vec<String> {
    use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        action: String,
        #[diesel(sql_type = Text)]
        details: String,
    }
    let work = |db: &mut Connection| {
        let rows: Vec<Row> = match db {
            Connection::Postgres(inner) => {
                sql_query("SELECT action, details::text AS details FROM audit_events ORDER BY at, id").load(inner)
            }
            Connection::Sqlite(inner) => {
                sql_query("SELECT action, CAST(details AS TEXT) AS details FROM audit_events ORDER BY at, id")
                    .load(inner)
            }
        }
        .unwrap();
        let outbox: Vec<Row> = match db {
            Connection::Postgres(inner) => {
                sql_query("SELECT kind AS action, payload::text AS details FROM outbox_events").load(inner)
            }
            Connection::Sqlite(inner) => {
                sql_query("SELECT kind AS action, CAST(payload AS TEXT) AS details FROM outbox_events").load(inner)
            }
        }
        .unwrap();
        for row in rows.iter().chain(&outbox) {
            for secret in ["王小芳", "王*", "13900001234", "139*", "张三", "义务", "无关"] {
                assert!(!row.details.contains(secret), "{secret} in {} {}", row.action, row.details);
            }
        }
        Ok::<_, Error>(rows.into_iter().map(|row| row.action).collect())
    };
    app.service.store.read(work).await.unwrap()
}

/// The stored row of a lead, every text of it.
async fn stored_text(app: &App, id: &str) -> String {
    let id = id.parse().unwrap();
    let work = move |db: &mut Connection| {
        let lead = storage::leads::find(db, id)?.unwrap();
        let reporter = storage::leads::reporters(db, &[id])?;
        Ok::<_, Error>(format!("{lead:?} {reporter:?}"))
    };
    app.service.store.read(work).await.unwrap()
}

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

    async fn a_dismissed_lead_is_erased_when_its_time_is_over(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let anonymous = app.anonymous();
        let (sent, kept, open) =
            (send(&anonymous, lead(&tree)).await, send(&anonymous, lead(&tree)).await, send(&anonymous, lead(&tree)).await);
        staff.unit.post(&format!("/leads/{}/promotion", kept.id()), json!({})).await.expect(201);
        let path = format!("/leads/{}", sent.id());
        let dismissal = format!("{path}/dismissal");
        let reply = staff.unit.post(&dismissal, json!({})).await.problem(422, "validation_failed");
        assert_eq!(reply.faults(), [("/reason".into(), "required".into())]);
        let keyed = staff.unit.with("Idempotency-Key", "one");
        let dismissed = keyed.post(&dismissal, json!({ "reason": "与推荐无关。" })).await.expect(201);
        assert_eq!((&dismissed.json["status"], &dismissed.json["reason"]), (&json!("dismissed"), &json!("与推荐无关。")));
        let again = keyed.post(&dismissal, json!({ "reason": "与推荐无关。" })).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), "true");
        staff.unit.post(&dismissal, json!({ "reason": "再来。" })).await.problem(409, "already_decided");

        app.set_clock("2027-05-04T01:59:59Z");
        assert_eq!(sweeping::sweep_leads(&app.service).await.unwrap(), 0);
        assert_eq!(staff.unit.get(&path).await.expect(200).json["text"], MESSAGE);
        app.set_clock("2027-05-04T02:00:00Z");
        assert_eq!(sweeping::sweep_leads(&app.service).await.unwrap(), 1);
        assert_eq!(sweeping::sweep_leads(&app.service).await.unwrap(), 0);
        let gone = staff.unit.get(&path).await.expect(200);
        for member in ["text", "parsed", "reporter", "reason"] {
            assert_eq!(gone.json[member], Value::Null, "{member}");
        }
        assert_eq!((&gone.json["status"], &gone.json["channel"]), (&json!("dismissed"), &json!("phone")));
        assert!(gone.json["erased_at"].is_string());
        let stored = stored_text(&app, &sent.id()).await;
        for word in ["张三", "修家电", "王", "139*", "13900001234", "推荐"] {
            assert!(!stored.contains(word), "{word} in {stored}");
        }
        for other in [&kept, &open] {
            assert_eq!(staff.unit.get(&format!("/leads/{}", other.id())).await.expect(200).json["text"], MESSAGE);
        }
        let actions = audited(&app).await;
        assert_eq!(actions.iter().filter(|action| *action == "lead.erased").count(), 1);
    }

    async fn the_days_are_those_of_the_cycle_under_which_it_came(app: App) {
        let tree = app.tree().await;
        let unit = reviewer(&app, &tree).await;
        let admin = app.admin().await;
        let cycle = admin.get("/cycles/2026-11").await.expect(200);
        assert_eq!(cycle.json["policy"]["lead_retention_days"], 180);
        for (days, status) in [(0, 422), (3651, 422), (7, 200)] {
            let patch = json!({ "policy": { "lead_retention_days": days } });
            admin.patch("/cycles/2026-11", &cycle.etag(), patch).await.expect(status);
        }
        let now = send(&app.anonymous(), lead(&tree)).await.id();
        app.set_clock("2026-11-21T02:00:00Z");
        let later = send(&app.anonymous(), lead(&tree)).await.id();
        for id in [&now, &later] {
            unit.post(&format!("/leads/{id}/dismissal"), json!({ "reason": "无关。" })).await.expect(201);
        }
        assert_eq!(unit.get(&format!("/leads/{later}")).await.expect(200).json["cycle"], "2026-12");
        app.set_clock("2026-11-28T02:00:00Z");
        assert_eq!(sweeping::sweep_leads(&app.service).await.unwrap(), 1);
        assert!(unit.get(&format!("/leads/{now}")).await.expect(200).json["erased_at"].is_string());
        assert_eq!(unit.get(&format!("/leads/{later}")).await.expect(200).json["erased_at"], Value::Null);
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

/// Keeps every line that the program logs.
struct Lines(Mutex<Vec<String>>);

static LINES: Lines = Lines(Mutex::new(Vec::new()));

struct Line(String);

impl<'kvs> log::kv::VisitSource<'kvs> for Line {
    fn visit_pair(&mut self, key: log::kv::Key<'kvs>, value: log::kv::Value<'kvs>) -> Result<(), log::kv::Error> {
        self.0 = format!("{} {key}={value}", self.0);
        Ok(())
    }
}

impl log::Log for Lines {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        if record.target().starts_with("haoren") {
            let mut line = Line(record.args().to_string());
            record.key_values().visit(&mut line).unwrap();
            self.0.lock().unwrap().push(line.0);
        }
    }

    fn flush(&self) {}
}

#[tokio::test]
async fn nothing_of_a_lead_is_logged() {
    log::set_logger(&LINES).unwrap();
    log::set_max_level(log::LevelFilter::Debug);
    let app = App::on_sqlite().await;
    let tree = app.tree().await;
    let unit = reviewer(&app, &tree).await;
    let mut body = lead(&tree);
    body["text"] = json!("闻人墨白，江汉区，助，在灯塔下修了一辈子收音机");
    body["reporter"] = json!({ "name": "太史知秋", "phone": "18977776666" });
    let sent = send(&app.anonymous(), body.clone()).await;
    unit.post(&format!("/leads/{}/promotion", sent.id()), json!({})).await.expect(201);
    let sent = send(&app.anonymous(), body.clone()).await;
    unit.get(&format!("/leads/{}/contacts", sent.id())).await.expect(200);
    unit.post(&format!("/leads/{}/dismissal", sent.id()), json!({ "reason": "闻人墨白不在本区。" })).await.expect(201);
    body["reporter"]["phone"] = json!("太史知秋");
    app.anonymous().post("/leads", body).await.expect(422);
    app.set_clock("2027-06-01T02:00:00Z");
    sweeping::sweep_leads(&app.service).await.unwrap();
    let lines = LINES.0.lock().unwrap();
    assert!(lines.iter().any(|line| line.contains("/api/v1/leads")), "the requests are logged");
    for secret in ["闻人", "墨白", "太史", "知秋", "18977776666", "收音机"] {
        assert!(!lines.iter().any(|line| line.contains(secret)), "{secret} was logged");
    }
}
