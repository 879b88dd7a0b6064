//! Recommending, reading and editing candidates.

use haoren::{
    domain::{candidate::Status, month::Month, role::Role, stage::StageCode},
    storage::{self, Connection},
};
use serde_json::{Value, json};

use crate::harness::{App, Client, Reply, Tree};

fn recommendation(tree: &Tree) -> Value {
    json!({
        "category": "helping_others",
        "name": "张三",
        "summary": "三十年如一日为邻里义务修理家电。",
        "unit_id": tree.unit,
        "contact_phone": "138 0000 5678",
        "contact_name": "李小四",
        "contact_relationship": "儿子",
        "occupation": "退休工人",
        "gender": "male",
        "birth_year": 1960,
        "ethnicity": "汉族",
    })
}

async fn nominate(client: &Client, body: Value) -> Reply {
    client.post("/candidates", body).await.expect(201)
}

fn merged(mut body: Value, changes: &Value) -> Value {
    let members = body.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    body
}

/// No clear contact detail of [`recommendation`] is anywhere in the answer.
#[track_caller]
fn assert_masked(reply: &Reply) {
    let text = String::from_utf8_lossy(&reply.bytes);
    for secret in ["13800005678", "138 0000 5678", "李小四"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

both! {
    async fn a_citizen_recommends(app: App) {
        let tree = app.tree().await;
        let citizen = app.citizen().await;
        let made = nominate(&citizen, recommendation(&tree)).await;
        assert_eq!(made.json["status"], "nominated");
        assert_eq!(made.json["cycle"], "2026-11");
        assert_eq!(made.json["view"], "full");
        assert_eq!(made.json["unit_name"], "江汉区政务服务中心");
        assert_eq!(made.json["district_id"], tree.district.to_string());
        assert_eq!(made.json["contact"]["phone"], "138****5678");
        assert_eq!(made.json.get("tracking_code"), None);
        assert_eq!(made.header("location"), format!("/api/v1/candidates/{}", made.id()));
        assert_masked(&made);
        let read = citizen.get(&format!("/candidates/{}", made.id())).await.expect(200);
        assert_eq!(read.json["view"], "full");
        assert_eq!(read.header("cache-control"), "private, no-store");
        assert_masked(&read);
        let mine = citizen.get("/me/nominations").await.expect(200);
        assert_eq!(mine.json["items"][0]["candidate_id"], made.id());
        assert_eq!(mine.json["items"][0]["etag"].as_str().unwrap().split('.').next(), made.etag().split('.').next());
    }

    async fn after_the_twentieth_it_goes_to_the_next_month(app: App) {
        let tree = app.tree().await;
        let citizen = app.citizen().await;
        app.set_clock("2026-11-20T15:59:59.999Z");
        assert_eq!(nominate(&citizen, recommendation(&tree)).await.json["cycle"], "2026-11");
        app.set_clock("2026-11-20T16:00:00Z");
        assert_eq!(nominate(&citizen, recommendation(&tree)).await.json["cycle"], "2026-12");
    }

    async fn without_an_account_a_tracking_code_is_given_once(app: App) {
        let tree = app.tree().await;
        let key = "0199c1f0-8d5a-7c3e-9b1f-2d4e6f8a0b1c";
        let anonymous = app.anonymous().with("Idempotency-Key", key);
        let made = nominate(&anonymous, recommendation(&tree)).await;
        let code = made.json["tracking_code"].as_str().unwrap().to_owned();
        assert_eq!(code.len(), 19);
        assert_eq!(made.json["contact"], Value::Null);
        let again = nominate(&anonymous, recommendation(&tree)).await;
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(again.json["tracking_code"], code.as_str());
        assert_eq!(again.id(), made.id());
        app.anonymous()
            .with("Idempotency-Key", "no-uuid")
            .post("/candidates", recommendation(&tree))
            .await
            .problem(400, "invalid_header");
        // Another body under the same key is another request of somebody else.
        let other = nominate(&anonymous, merged(recommendation(&tree), &json!({ "name": "王五" }))).await;
        assert_ne!(other.id(), made.id());

        let path = format!("/candidates/{}", made.id());
        app.anonymous().get(&path).await.problem(404, "not_found");
        let typed = code.to_lowercase().replace('-', " ");
        let holder = app.anonymous().with("Tracking-Code", &typed);
        assert_eq!(holder.get(&path).await.expect(200).json["contact"], Value::Null);
        let tracked = app.anonymous().get(&format!("/nominations/{code}")).await.expect(200);
        assert_eq!(tracked.json["name"], "张三");
        assert_eq!(tracked.json["status"], "nominated");
        let missing: Vec<&str> =
            tracked.json["missing"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap()).collect();
        assert_eq!(missing, ["deed_length", "photo_count"]);
        assert_masked(&tracked);
        app.anonymous().get("/nominations/2222-2222-2222-2222").await.problem(404, "not_found");
        app.anonymous().get("/nominations/x").await.problem(404, "not_found");

        let change = json!({ "summary": "改过的一句话。" });
        app.anonymous().patch(&path, &tracked.etag(), change.clone()).await.problem(401, "unauthenticated");
        let changed = holder.patch(&path, &tracked.etag(), change).await.expect(200);
        assert_eq!(changed.json["summary"], "改过的一句话。");
        holder.get(&format!("{path}/readiness")).await.expect(200);
    }

    async fn the_same_key_of_one_account_is_one_nomination(app: App) {
        let tree = app.tree().await;
        let citizen = app.citizen().await.with("Idempotency-Key", "one");
        let made = nominate(&citizen, recommendation(&tree)).await;
        let again = nominate(&citizen, recommendation(&tree)).await;
        assert_eq!(again.id(), made.id());
        assert_eq!(again.header("idempotency-replayed"), "true");
        let other = merged(recommendation(&tree), &json!({ "name": "王五" }));
        citizen.post("/candidates", other).await.problem(422, "idempotency_key_reused");
        let page = citizen.get("/me/nominations").await.expect(200);
        assert_eq!(page.json["items"].as_array().unwrap().len(), 1);
    }

    async fn every_fault_of_a_recommendation_is_named(app: App) {
        let tree = app.tree().await;
        let citizen = app.citizen().await;
        let wrong = merged(recommendation(&tree), &json!({
            "category": "kindness", "name": "张\u{202E}三", "summary": "好".repeat(141), "contact_phone": "12345",
            "members": [{ "name": "李四" }], "birth_year": 2031, "occupation": "\u{200B}", "colour": "red",
        }));
        let reply = citizen.post("/candidates", wrong).await.problem(422, "validation_failed");
        let faults = reply.faults();
        for (pointer, code) in [
            ("/colour", "unknown_member"), ("/name", "forbidden_character"), ("/summary", "too_long"),
            ("/contact_phone", "malformed"), ("/members", "inconsistent"), ("/occupation", "too_short"),
        ] {
            assert!(faults.contains(&(pointer.to_owned(), code.to_owned())), "{pointer} {code} in {faults:?}");
        }
        for (change, pointer, code) in [
            (json!({ "category": "kindness" }), "/category", "unknown_reference"),
            (json!({ "unit_id": tree.district }), "/unit_id", "unknown_reference"),
            (json!({ "unit_id": null }), "/unit_id", "required"),
            (json!({ "unit_id": null, "district_id": tree.unit }), "/district_id", "unknown_reference"),
            (json!({ "district_id": tree.other_district }), "/district_id", "inconsistent"),
            (json!({ "birth_year": 2031 }), "/birth_year", "too_large"),
            (json!({ "subject": "group" }), "/members", "too_few"),
            (json!({ "channel_id": tree.unit }), "/channel_id", "unknown_reference"),
            (json!({ "name": "" }), "/name", "too_short"),
            (json!({ "nominator": { "name": "王芳", "phone": "1" } }), "/nominator/phone", "malformed"),
        ] {
            let reply = citizen.post("/candidates", merged(recommendation(&tree), &change)).await;
            let faults = reply.problem(422, "validation_failed").faults();
            assert_eq!(faults, [(pointer.to_owned(), code.to_owned())], "{change}");
        }
        for name in ["𬭎㛃", "阿卜杜拉·艾力", "买买提•吐尔逊"] {
            let body = merged(recommendation(&tree), &json!({ "name": name }));
            assert_eq!(nominate(&citizen, body).await.json["name"], name);
        }
    }

    async fn a_group_names_its_members(app: App) {
        let tree = app.tree().await;
        let citizen = app.citizen().await;
        let group = json!({
            "subject": "group", "name": "汉口橙色救援队", "members": [{ "name": "李四" }, { "name": "王五" }],
            "gender": null, "birth_year": null, "unit_id": null, "district_id": tree.district,
        });
        let made = nominate(&citizen, merged(recommendation(&tree), &group)).await;
        assert_eq!(made.json["members"], json!([{ "name": "李四" }, { "name": "王五" }]));
        assert_eq!(made.json["unit_id"], Value::Null);
        let path = format!("/candidates/{}", made.id());
        let reply = citizen.patch(&path, &made.etag(), json!({ "subject": "individual" })).await;
        assert_eq!(reply.problem(422, "validation_failed").faults(), [("/members".into(), "inconsistent".into())]);
        let person = json!({ "subject": "individual", "members": null });
        assert_eq!(citizen.patch(&path, &made.etag(), person).await.expect(200).json["members"], json!([]));
    }

    async fn only_the_own_nominator_and_the_unit_edit(app: App) {
        let tree = app.tree().await;
        let citizen = app.citizen().await;
        let made = nominate(&citizen, recommendation(&tree)).await;
        let path = format!("/candidates/{}", made.id());
        let change = json!({ "deed": "事迹。", "occupation": null, "contact_phone": "027-82345678" });
        let (_, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let (_, window) = app.user(Role::UnitReviewer, Some(tree.window)).await;
        let (_, sister) = app.user(Role::UnitReviewer, Some(tree.sister_unit)).await;
        let (_, district) = app.user(Role::DistrictReviewer, Some(tree.district)).await;
        let (_, city) = app.user(Role::CityReviewer, Some(tree.city)).await;
        let (_, portal) = app.user(Role::Portal, None).await;
        let (admin, other) = (app.admin().await, app.citizen().await);
        for (who, status, code) in [
            (&app.anonymous(), 401, "unauthenticated"), (&admin, 403, "forbidden"), (&portal, 403, "forbidden"),
            (&district, 403, "forbidden"), (&city, 403, "forbidden"), (&window, 404, "not_found"),
            (&sister, 404, "not_found"), (&other, 404, "not_found"),
        ] {
            who.patch(&path, "\"9.x\"", json!({ "nonsense": 1 })).await.problem(status, code);
        }
        let bare = unit.request(reqwest::Method::PATCH, &path).header("Content-Type", "application/merge-patch+json");
        unit.send(bare.body("{}")).await.problem(428, "precondition_required");
        unit.patch(&path, "\"9.x\"", json!({ "nonsense": 1 })).await.problem(412, "precondition_failed");
        unit.patch(&path, &made.etag(), json!({ "nonsense": 1 })).await.problem(422, "validation_failed");
        let changed = unit.patch(&path, &made.etag(), change).await.expect(200);
        assert_eq!(changed.json["deed"], "事迹。");
        assert_eq!(changed.json["occupation"], Value::Null);
        assert_eq!(changed.json["contact"]["phone"], "027-****5678");
        assert_eq!(changed.json["contact"]["name"], "李**");
        citizen.patch(&path, &made.etag(), json!({ "name": "张四" })).await.problem(412, "precondition_failed");
        citizen.patch(&path, &changed.etag(), json!({ "name": "张四" })).await.expect(200);
    }

    async fn contacts_are_read_by_the_subtree_and_audited(app: App) {
        let tree = app.tree().await;
        let body = merged(recommendation(&tree), &json!({ "nominator": { "name": "王芳", "phone": "13900001234" } }));
        let made = nominate(&app.anonymous(), body).await;
        let path = format!("/candidates/{}/contacts", made.id());
        let (_, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let (_, sister) = app.user(Role::UnitReviewer, Some(tree.sister_unit)).await;
        app.anonymous().get(&path).await.problem(401, "unauthenticated");
        app.citizen().await.get(&path).await.problem(403, "forbidden");
        app.admin().await.get(&path).await.problem(403, "forbidden");
        sister.get(&path).await.problem(404, "not_found");
        let read = unit.get(&path).await.expect(200);
        assert_eq!(read.header("cache-control"), "private, no-store");
        assert_eq!(read.json["contact"], json!({ "name": "李小四", "phone": "13800005678", "relationship": "儿子" }));
        assert_eq!(read.json["nominators"][0]["phone"], "13900001234");
        assert_eq!(audited(&app, "candidate.contacts_read").await, 1);
        let shown = unit.get(&format!("/candidates/{}", made.id())).await.expect(200);
        assert_masked(&shown);
        assert_eq!(shown.json["nominations"][0]["nominator"]["phone"], "139****1234");
    }

    async fn everybody_lists_what_is_theirs(app: App) {
        let tree = app.tree().await;
        let citizen = app.citizen().await;
        for (name, unit) in [("张三", tree.unit), ("欧阳娜娜", tree.window), ("王五", tree.other_unit)] {
            let body = merged(recommendation(&tree), &json!({ "name": name, "unit_id": unit }));
            nominate(&citizen, body).await;
            app.time.advance(chrono::Duration::milliseconds(1));
        }
        let names = |reply: Reply| -> Vec<String> {
            let items = reply.expect(200).json["items"].as_array().unwrap().clone();
            items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
        };
        let (_, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let (_, district) = app.user(Role::DistrictReviewer, Some(tree.district)).await;
        let (_, city) = app.user(Role::CityReviewer, Some(tree.city)).await;
        let admin = app.admin().await;
        assert_eq!(names(app.anonymous().get("/candidates").await), [""; 0]);
        assert_eq!(names(citizen.get("/candidates").await), [""; 0]);
        assert_eq!(names(city.get("/candidates?scope=public").await), [""; 0]);
        assert_eq!(names(unit.get("/candidates?sort=created_at").await), ["张三", "欧阳娜娜"]);
        assert_eq!(names(district.get("/candidates").await), ["欧阳娜娜", "张三"]);
        assert_eq!(names(city.get("/candidates").await), ["王五", "欧阳娜娜", "张三"]);
        assert_eq!(names(admin.get("/candidates").await), ["王五", "欧阳娜娜", "张三"]);
        for (query, expected) in [
            ("q=欧阳", vec!["欧阳娜娜"]),
            ("q=三", vec!["王五", "欧阳娜娜", "张三"]),
            ("q=娜娜", vec!["欧阳娜娜"]),
            ("q=阳欧", vec![]),
            (&format!("district={}", tree.other_district), vec!["王五"]),
            (&format!("unit={}", tree.unit), vec!["欧阳娜娜", "张三"]),
            (&format!("unit={}&unit={}", tree.window, tree.other_unit), vec!["王五", "欧阳娜娜"]),
            ("status=verified", vec![]),
            ("status=verified&status=nominated&category=helping_others&cycle=2026-11&channel=online", vec!["王五", "欧阳娜娜", "张三"]),
            ("cycle=2026-12", vec![]),
            ("category=bravery", vec![]),
            ("channel=letter", vec![]),
        ] {
            assert_eq!(names(city.get(&format!("/candidates?{query}")).await), expected, "{query}");
        }
        for wrong in ["colour=red", "status=good", "cycle=11", "sort=name", "scope=all", "limit=0", "limit=101", "unit=x", "q="] {
            city.get(&format!("/candidates?{wrong}")).await.problem(400, "invalid_query");
        }
    }

    async fn pages_are_walked_whole(app: App) {
        let tree = app.tree().await;
        let citizen = app.citizen().await;
        for index in 0..5 {
            nominate(&citizen, merged(recommendation(&tree), &json!({ "name": format!("候选人{index}") }))).await;
        }
        let (_, city) = app.user(Role::CityReviewer, Some(tree.city)).await;
        let mut seen = Vec::new();
        let mut path = "/candidates?limit=2&category=helping_others".to_owned();
        loop {
            let page = city.get(&path).await.expect(200);
            seen.extend(page.json["items"].as_array().unwrap().iter().map(|item| item["id"].clone()));
            let Some(cursor) = page.json["next_cursor"].as_str() else { break };
            assert!(page.header("link").contains("rel=\"next\""));
            city.get(&format!("/candidates?limit=2&cursor={cursor}")).await.problem(400, "invalid_cursor");
            path = format!("/candidates?limit=2&category=helping_others&cursor={cursor}");
        }
        assert_eq!(seen.len(), 5);
        seen.dedup();
        assert_eq!(seen.len(), 5);
    }

    async fn the_consent_is_recorded_by_the_unit(app: App) {
        let tree = app.tree().await;
        let made = nominate(&app.citizen().await, recommendation(&tree)).await;
        let path = format!("/candidates/{}/consent", made.id());
        let consent = json!({
            "given_by": "self", "name": "张三", "scope": ["publication", "forwarding"], "text_version": "2026-1",
            "method": "paper", "given_at": "2026-11-04T02:00:00Z",
        });
        let (_, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let (_, district) = app.user(Role::DistrictReviewer, Some(tree.district)).await;
        let (_, other) = app.user(Role::UnitReviewer, Some(tree.other_unit)).await;
        app.anonymous().put(&path, None, consent.clone()).await.problem(401, "unauthenticated");
        app.citizen().await.put(&path, None, consent.clone()).await.problem(403, "forbidden");
        district.put(&path, None, consent.clone()).await.problem(403, "forbidden");
        other.put(&path, None, consent.clone()).await.problem(404, "not_found");
        unit.get(&path).await.problem(404, "not_found");
        for (change, pointer, code) in [
            (json!({ "given_by": "next_of_kin" }), "/given_by", "inconsistent"),
            (json!({ "given_at": "2026-11-06T02:00:00Z" }), "/given_at", "too_large"),
            (json!({ "scope": ["publication", "publication"] }), "/scope/1", "duplicate"),
            (json!({ "name": "\u{202E}张" }), "/name", "forbidden_character"),
        ] {
            let reply = unit.put(&path, None, merged(consent.clone(), &change)).await.problem(422, "validation_failed");
            assert_eq!(reply.faults(), [(pointer.to_owned(), code.to_owned())]);
        }
        let put = unit.put(&path, None, consent.clone()).await.expect(200);
        assert_eq!(put.json["name"], "张*");
        unit.put(&path, None, consent.clone()).await.problem(428, "precondition_required");
        unit.put(&path, Some(&made.etag()), consent.clone()).await.problem(412, "precondition_failed");
        unit.put(&path, Some(&put.etag()), consent).await.expect(200);
        assert_eq!(district.get(&path).await.expect(200).json["given_by"], "self");
        let shown = unit.get(&format!("/candidates/{}", made.id())).await.expect(200);
        assert_eq!(shown.json["has_consent"], true);
        unit.delete(&path, None).await.problem(428, "precondition_required");
        district.delete(&path, Some(&shown.etag())).await.problem(403, "forbidden");
        let gone = unit.delete(&path, Some(&shown.etag())).await.expect(200);
        assert_eq!(gone.json["status"], "withdrawn");
        unit.get(&path).await.problem(404, "not_found");
    }

    async fn a_consent_stands_for_the_person_of_the_file_alone(app: App) {
        let tree = app.tree().await;
        let (unit, city) = (app.user(Role::UnitReviewer, Some(tree.unit)).await.1, app.user(Role::CityReviewer, Some(tree.city)).await.1);
        let id = app.candidate(&tree, Status::Nominated).await;
        let path = format!("/candidates/{id}");
        let ok = async || {
            let items = unit.get(&format!("{path}/readiness")).await.expect(200).json["items"].clone();
            items.as_array().unwrap().iter().find(|item| item["code"] == "consent").unwrap()["ok"].clone()
        };
        assert_eq!(ok().await, json!(true));
        for (change, stands) in [
            (json!({ "posthumous": true }), false),
            (json!({ "posthumous": false, "birth_year": 2015 }), false),
            (json!({ "birth_year": null }), true),
        ] {
            unit.patch(&path, &app.tag(id).await, change).await.expect(200);
            assert_eq!(ok().await, json!(stands));
        }
        let endorsed = app.candidate_with(&tree, Status::Endorsed, |candidate| candidate.posthumous = true).await;
        let body = json!({ "decision": "approve", "opinion": "同意。", "checklist": app.checklist(StageCode::CityScreening).await });
        let reviews = format!("/candidates/{endorsed}/reviews");
        city.post_if(&reviews, &app.tag(endorsed).await, body).await.problem(409, "consent_missing");
        let stray = json!({ "decision": "return", "opinion": "请补充。", "checklist": { "a\u{0}": true } });
        let screened = app.candidate(&tree, Status::Screened).await;
        let refused = city.post_if(&format!("/candidates/{screened}/reviews"), &app.tag(screened).await, stray).await;
        assert_eq!(refused.problem(422, "validation_failed").json["errors"][0]["code"], "unknown_member");
    }

    async fn what_one_may_do_is_shown_with_why_not_the_rest(app: App) {
        let tree = app.tree().await;
        let (user, nominator) = app.user(Role::Citizen, None).await;
        let unit = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        let body = recommendation(&tree);
        let id = nominate(&nominator, body).await.expect(201).id();
        let path = format!("/candidates/{id}");
        let actions = |reply: Reply| -> Vec<(String, bool, Vec<String>)> {
            let shown = reply.expect(200).json["allowed_actions"].clone();
            let shown = shown.as_array().unwrap().iter().map(|action| {
                let reasons = action["reasons"].as_array().unwrap().iter();
                let reasons = reasons.map(|reason| reason["code"].as_str().unwrap().to_owned()).collect();
                (action["action"].as_str().unwrap().to_owned(), action["allowed"].as_bool().unwrap(), reasons)
            });
            shown.collect()
        };
        let of = |shown: &[(String, bool, Vec<String>)], name: &str| shown.iter().find(|one| one.0 == name).cloned();
        let seen = actions(unit.get(&path).await);
        assert!(of(&seen, "reject").unwrap().1);
        let verify = of(&seen, "verify").unwrap();
        assert!(!verify.1 && verify.2.iter().all(|code| ["materials_incomplete", "verification_missing"].contains(&code.as_str())), "{verify:?}");
        assert_eq!(of(&seen, "endorse"), None);
        let of_list = unit.get("/candidates").await.expect(200).json["items"][0]["allowed_actions"].clone();
        assert_eq!(of_list, unit.get(&path).await.json["allowed_actions"]);
        // Others who recommend the same person are none of the nominator's business.
        let other = app.user(Role::Citizen, None).await.0;
        app.nomination(id.parse().unwrap(), other, false).await;
        let own = actions(nominator.get(&path).await);
        assert_eq!(of(&own, "withdraw"), Some(("withdraw".to_owned(), true, vec![])));
        assert!(app.stored(id.parse().unwrap()).await.version > 0 && user != other);
    }

    async fn a_cursor_of_ones_own_making_is_refused(app: App) {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        let tree = app.tree().await;
        for _ in 0..2 {
            app.candidate(&tree, Status::Forwarded).await;
        }
        let public = app.anonymous();
        let next = public.get("/candidates?limit=1").await.expect(200).json["next_cursor"].as_str().unwrap().to_owned();
        public.get(&format!("/candidates?limit=1&cursor={next}")).await.expect(200);
        public.get(&format!("/candidates?limit=1&category=bravery&cursor={next}")).await.problem(400, "invalid_cursor");
        let bytes = URL_SAFE_NO_PAD.decode(&next).unwrap();
        let key = String::from_utf8_lossy(&bytes[16..]).replace("2026-", "-9999-");
        let forged = URL_SAFE_NO_PAD.encode([&bytes[..16], key.as_bytes()].concat());
        for wrong in [forged, URL_SAFE_NO_PAD.encode(r#"["-9999-01-01T00:00:00Z"]"#), "x".to_owned()] {
            public.get(&format!("/candidates?limit=1&cursor={wrong}")).await.problem(400, "invalid_cursor");
        }
        public.get(&format!("/candidates?{}", "category=bravery&".repeat(51))).await.problem(400, "invalid_query");
    }

    async fn a_consent_withdrawn_after_publication_withholds(app: App) {
        let tree = app.tree().await;
        let id = app.candidate(&tree, Status::Listed).await;
        let path = format!("/candidates/{id}");
        let shown = app.anonymous().get(&path).await.expect(200);
        assert_eq!(shown.json["view"], "public");
        for inner in ["contact", "gender", "birth_year", "ethnicity", "nominations", "members", "allowed_actions"] {
            assert_eq!(shown.json.get(inner), None, "{inner}");
        }
        let (_, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let tag = app.tag(id).await;
        let gone = unit.delete(&format!("{path}/consent?reason=本人要求"), Some(&tag)).await.expect(200);
        assert_eq!(gone.json["status"], "listed");
        unit.delete(&format!("{path}/consent"), Some(&tag)).await.problem(412, "precondition_failed");
        app.anonymous().get(&path).await.problem(404, "not_found");
        assert_eq!(app.anonymous().get("/candidates").await.expect(200).json["items"], json!([]));
    }

    async fn the_not_listed_are_public_for_thirty_days(app: App) {
        let tree = app.tree().await;
        let id = app.candidate(&tree, Status::NotListed).await;
        publish(&app, "2026-12-01T02:00:00Z").await;
        for (moment, status) in [("2026-12-31T01:59:59Z", 200), ("2026-12-31T02:00:00Z", 404)] {
            app.set_clock(moment);
            app.anonymous().get(&format!("/candidates/{id}")).await.expect(status);
            let listed = app.anonymous().get("/candidates?status=not_listed").await.expect(200);
            assert_eq!(listed.json["items"].as_array().unwrap().is_empty(), status == 404);
        }
    }

    async fn a_claimed_number_opens_no_file(app: App) {
        let tree = app.tree().await;
        let body = merged(recommendation(&tree), &json!({ "nominator": { "name": "王芳", "phone": "13900001234" } }));
        let made = nominate(&app.anonymous(), body).await;
        let claimant = app.citizen().await;
        let me = claimant.get("/me").await.expect(200);
        claimant.patch("/me", &me.etag(), json!({ "phone": "139 0000 1234" })).await.expect(200);
        let path = format!("/candidates/{}", made.id());
        claimant.get(&path).await.problem(404, "not_found");
        claimant.patch(&path, &made.etag(), json!({ "name": "张四" })).await.problem(404, "not_found");
        claimant.post_if(&format!("{path}/withdrawal"), &made.etag(), json!({})).await.problem(404, "not_found");
    }

    async fn readiness_is_reported_by_the_code_that_guards(app: App) {
        let tree = app.tree().await;
        let citizen = app.citizen().await;
        let made = nominate(&citizen, merged(recommendation(&tree), &json!({ "deed": "好".repeat(500) }))).await;
        let path = format!("/candidates/{}/readiness", made.id());
        app.anonymous().get(&path).await.problem(401, "unauthenticated");
        app.citizen().await.get(&path).await.problem(404, "not_found");
        let report = citizen.get(&path).await.expect(200);
        assert_eq!(report.json["ready"], false);
        let items = report.json["items"].as_array().unwrap();
        let ok: Vec<_> = items.iter().map(|item| (item["code"].as_str().unwrap(), item["ok"].as_bool().unwrap())).collect();
        let expected = [("deed_length", true), ("photo_count", false), ("photo_size", true), ("contact_phone", true), ("consent", false)];
        assert_eq!(ok, expected);
        assert_eq!(items[1]["actual"], 0);
        assert_eq!(items[1]["required"], 2);
    }
}

/// Notes that the list of November 2026 was published.
async fn publish(app: &App, moment: &str) {
    let (month, moment) = (Month::parse("2026-11").unwrap(), moment.parse().unwrap());
    let work = move |db: &mut Connection| storage::cycles::set_published(db, month, moment);
    assert!(app.service.store.write(work).await.unwrap());
}

/// How many audit events of an action there are.
async fn audited(app: &App, action: &'static str) -> i64 {
    use diesel::prelude::*;
    use haoren::storage::{StoreError, schema::audit_events};
    let work = move |db: &mut storage::Connection| {
        Ok::<i64, StoreError>(audit_events::table.filter(audit_events::action.eq(action)).count().get_result(db)?)
    };
    app.service.store.read(work).await.unwrap()
}
