//! Organizations, leadership groups, categories and review stages.

use haoren::{
    domain::{month::Month, role::Role},
    service::Error,
    storage,
};
use serde_json::{Value, json};

use crate::harness::{App, Client, Reply};

fn pairs<const N: usize>(faults: [(&str, &str); N]) -> Vec<(String, String)> {
    faults.iter().map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned())).collect()
}

async fn enter(admin: &Client, body: Value) -> Reply {
    admin.post("/organizations", body).await
}

fn names(list: &Reply) -> Vec<&str> {
    list.json["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

both! {
    async fn a_city_is_built_from_its_root(app: App) {
        let admin = app.admin().await;
        let city = enter(&admin, json!({ "kind": "city", "code": "420100", "name": "武汉市" })).await.expect(201);
        assert_eq!(city.header("location"), format!("/api/v1/organizations/{}", city.id()));
        assert_eq!(city.header("etag"), city.etag());
        assert_eq!(city.json["active"], true);
        enter(&admin, json!({ "kind": "city", "code": "420200", "name": "黄石市" })).await.problem(409, "root_exists");
        let district = json!({ "kind": "district", "parent_id": city.id(), "code": "420103", "name": "江汉区" });
        let district = enter(&admin, district).await.expect(201);
        assert_eq!(district.json["district_id"], district.json["id"]);
        let center = json!({ "kind": "unit", "parent_id": district.id(), "name": "江汉区政务服务中心", "headcount": 86 });
        let center = enter(&admin, center).await.expect(201);
        let window = json!({ "kind": "unit", "parent_id": center.id(), "name": "综合服务窗口" });
        let window = enter(&admin, window).await.expect(201);
        assert_eq!(window.json["district_id"], district.json["id"]);
        let third = json!({ "kind": "unit", "parent_id": window.id(), "name": "三层" });
        let refused = enter(&admin, third).await.problem(422, "validation_failed");
        assert_eq!(refused.faults(), pairs([("/parent_id", "inconsistent")]));
        let same = json!({ "kind": "unit", "parent_id": district.id(), "name": "江汉区政务服务中心" });
        assert_eq!(enter(&admin, same).await.problem(409, "already_exists").faults(), pairs([("/name", "already_exists")]));
        let code = json!({ "kind": "district", "parent_id": city.id(), "code": "420103", "name": "另一区" });
        assert_eq!(enter(&admin, code).await.problem(409, "already_exists").faults(), pairs([("/code", "already_exists")]));
    }

    async fn all_faults_of_an_organization_are_named(app: App) {
        let admin = app.admin().await;
        let body = json!({ "kind": "district", "name": "区\u{202e}名", "code": "4201", "headcount": -1, "boss": "x" });
        let faults = enter(&admin, body).await.problem(422, "validation_failed").faults();
        let expected = [
            ("/boss", "unknown_member"),
            ("/code", "malformed"),
            ("/headcount", "too_small"),
            ("/name", "forbidden_character"),
        ];
        assert_eq!(faults, pairs(expected));
        let body = json!({ "kind": "district", "name": "区\u{202e}名", "code": "4201", "responsible_name": "\u{200b}王" });
        let faults = enter(&admin, body).await.problem(422, "validation_failed").faults();
        let expected = [("/code", "malformed"), ("/name", "forbidden_character"), ("/responsible_name", "forbidden_character")];
        assert_eq!(faults, pairs(expected));
        let orphan = json!({ "kind": "district", "name": "江汉区", "code": "420103" });
        assert_eq!(enter(&admin, orphan).await.problem(422, "validation_failed").faults(), pairs([("/parent_id", "required")]));
        let stray = json!({ "kind": "unit", "name": "单位", "parent_id": "0192f1c5-7a00-7000-8000-000000000001" });
        let faults = enter(&admin, stray).await.problem(422, "validation_failed").faults();
        assert_eq!(faults, pairs([("/parent_id", "unknown_reference")]));
        let kind = json!({ "kind": "village", "name": "村" });
        assert_eq!(enter(&admin, kind).await.problem(422, "validation_failed").faults(), pairs([("/kind", "unknown_value")]));
    }

    async fn the_city_sets_what_heads_its_lists(app: App) {
        let tree = app.tree().await;
        let admin = app.admin().await;
        let (city, unit) = (format!("/organizations/{}", tree.city), format!("/organizations/{}", tree.unit));
        let etag = admin.get(&city).await.expect(200).etag();
        let heading = json!({ "list_title": "武汉好人榜", "list_issuer": "武汉市文明办" });
        let set = admin.patch(&city, &etag, heading.clone()).await.expect(200);
        assert_eq!((&set.json["list_title"], &set.json["list_issuer"]), (&heading["list_title"], &heading["list_issuer"]));
        let national = admin.patch(&city, &set.etag(), json!({ "list_title": "中国好人榜" })).await;
        assert_eq!(national.problem(422, "validation_failed").faults(), pairs([("/list_title", "inconsistent")]));
        let etag = admin.get(&unit).await.expect(200).etag();
        let refused = admin.patch(&unit, &etag, heading).await.problem(422, "validation_failed");
        assert_eq!(refused.faults(), pairs([("/list_issuer", "inconsistent"), ("/list_title", "inconsistent")]));
        admin.patch(&city, &set.etag(), json!({ "list_title": null })).await.expect(200);
    }

    async fn the_same_request_enters_one_organization(app: App) {
        let admin = app.admin().await.with("Idempotency-Key", "the-city");
        let body = json!({ "kind": "city", "code": "420100", "name": "武汉市" });
        let first = enter(&admin, body.clone()).await.expect(201);
        let again = enter(&admin, body).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(first.json, again.json);
    }

    async fn organizations_are_listed_and_kept_by_clients(app: App) {
        let tree = app.tree().await;
        let client = app.anonymous();
        let all = client.get("/organizations?limit=100").await.expect(200);
        assert_eq!(names(&all).len(), 7);
        assert!(all.json["items"].as_array().unwrap().iter().all(|item| item["etag"].is_string()));
        let units = client.get("/organizations?kind=unit&kind=district&limit=4").await.expect(200);
        let cursor = units.json["next_cursor"].as_str().unwrap();
        let rest = client.get(&format!("/organizations?kind=unit&kind=district&limit=4&cursor={cursor}")).await.expect(200);
        assert_eq!(names(&units).len() + names(&rest).len(), 6);
        assert!(names(&units).iter().all(|name| !names(&rest).contains(name)));
        let district = client.get(&format!("/organizations?district={}", tree.district)).await.expect(200);
        assert_eq!(names(&district).len(), 4);
        let below = client.get(&format!("/organizations?parent={}", tree.unit)).await.expect(200);
        assert_eq!(names(&below), ["综合服务窗口"]);
        client.get("/organizations?colour=red").await.problem(400, "invalid_query");
        client.get("/organizations?kind=village").await.problem(400, "invalid_query");
        let one = client.get(&format!("/organizations/{}", tree.unit)).await.expect(200);
        assert!(one.header("cache-control").starts_with("public"));
        let known = client.with("If-None-Match", &one.etag()).get(&format!("/organizations/{}", tree.unit)).await.expect(304);
        assert!(known.bytes.is_empty());
        client.get("/organizations/nowhere").await.problem(404, "not_found");
        client.get("/organizations/0192f1c5-7a00-7000-8000-000000000001").await.problem(404, "not_found");
    }

    async fn an_organization_is_changed_by_its_version(app: App) {
        let tree = app.tree().await;
        let admin = app.admin().await;
        let path = format!("/organizations/{}", tree.unit);
        let seen = admin.get(&path).await.expect(200);
        admin.patch(&path, "", json!({ "name": "x" })).await.problem(400, "invalid_header");
        let plain = admin.request(reqwest::Method::PATCH, &path).json(&json!({ "name": "x" }));
        admin.send(plain).await.problem(428, "precondition_required");
        let wished = json!({ "name": "江汉区市民之家", "headcount": null, "code": "jh-01" });
        let changed = admin.patch(&path, &seen.etag(), wished).await.expect(200);
        assert_eq!(changed.json["name"], "江汉区市民之家");
        assert_eq!(changed.json["headcount"], Value::Null);
        assert_eq!(changed.json["code"], "jh-01");
        assert_eq!(changed.json["responsible_name"], "周敏");
        admin.patch(&path, &seen.etag(), json!({ "name": "y" })).await.problem(412, "precondition_failed");
        let etag = changed.etag();
        let bad = json!({ "name": null, "code": "有汉字", "kind": "city", "active": "yes" });
        let faults = admin.patch(&path, &etag, bad).await.problem(422, "validation_failed").faults();
        let expected = [("/active", "wrong_type"), ("/code", "malformed"), ("/kind", "unknown_member"), ("/name", "wrong_type")];
        assert_eq!(faults, pairs(expected));
        let bad = admin.patch(&path, &etag, json!({ "code": "有汉字" })).await.problem(422, "validation_failed");
        assert_eq!(bad.faults(), pairs([("/code", "malformed")]));
    }

    async fn a_unit_moves_with_those_below_it(app: App) {
        let tree = app.tree().await;
        let admin = app.admin().await;
        let path = format!("/organizations/{}", tree.unit);
        let seen = admin.get(&path).await.expect(200);
        let under_unit = json!({ "parent_id": tree.sister_unit });
        let refused = admin.patch(&path, &seen.etag(), under_unit).await.problem(422, "validation_failed");
        assert_eq!(refused.faults(), pairs([("/parent_id", "inconsistent")]));
        let (_, reviewer) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let quota = reviewer.get("/cycles/2026-11/quotas").await.expect(200);
        assert_eq!(quota.json["items"][0]["district_id"], tree.district.to_string());
        let moved = admin.patch(&path, &seen.etag(), json!({ "parent_id": tree.other_district })).await.expect(200);
        assert_eq!(moved.json["district_id"], tree.other_district.to_string());
        let window = admin.get(&format!("/organizations/{}", tree.window)).await.expect(200);
        assert_eq!(window.json["district_id"], tree.other_district.to_string());
        let quota = reviewer.get("/cycles/2026-11/quotas").await.expect(200);
        assert_eq!(quota.json["items"][0]["district_id"], tree.other_district.to_string());
    }

    async fn what_carries_open_organizations_is_not_closed(app: App) {
        let tree = app.tree().await;
        let admin = app.admin().await;
        let close = async |id: String| {
            let path = format!("/organizations/{id}");
            let etag = admin.get(&path).await.expect(200).etag();
            admin.patch(&path, &etag, json!({ "active": false })).await
        };
        close(tree.unit.to_string()).await.problem(409, "organization_in_use");
        close(tree.window.to_string()).await.expect(200);
        close(tree.unit.to_string()).await.expect(200);
        let path = format!("/organizations/{}", tree.window);
        let etag = admin.get(&path).await.expect(200).etag();
        let refused = admin.patch(&path, &etag, json!({ "active": true })).await.problem(422, "validation_failed");
        assert_eq!(refused.faults(), pairs([("/parent_id", "unknown_reference")]));
    }

    async fn a_leadership_group_is_empty_until_it_is_entered(app: App) {
        let tree = app.tree().await;
        let admin = app.admin().await;
        let path = format!("/organizations/{}/leadership", tree.unit);
        let empty = app.anonymous().get(&path).await.expect(200);
        assert_eq!(empty.json["members"], json!([]));
        let group = json!({ "head": "李建国", "deputies": ["王𠀀"], "members": ["阿依古丽·买买提"], "office_director": "周敏" });
        admin.put(&path, None, group.clone()).await.problem(428, "precondition_required");
        let entered = admin.put(&path, Some(&empty.etag()), group.clone()).await.expect(200);
        assert_eq!(entered.json["members"], json!(["阿依古丽·买买提"]));
        assert_eq!(entered.json["office_phone"], Value::Null);
        admin.put(&path, Some(&empty.etag()), group).await.problem(412, "precondition_failed");
        let again = admin.put(&path, Some(&entered.etag()), json!({ "head": "陈红" })).await.expect(200);
        assert_eq!(again.json["deputies"], json!([]));
        let bad = json!({ "head": "", "members": ["好", "", "坏\u{7}"], "chief": "x" });
        let faults = admin.put(&path, Some(&again.etag()), bad).await.problem(422, "validation_failed").faults();
        let expected = [
            ("/chief", "unknown_member"),
            ("/head", "too_short"),
        ];
        assert!(expected.iter().all(|(at, code)| faults.contains(&((*at).to_owned(), (*code).to_owned()))), "{faults:?}");
        let bad = json!({ "members": ["好", "", "坏\u{7}"] });
        let faults = admin.put(&path, Some(&again.etag()), bad).await.problem(422, "validation_failed").faults();
        assert_eq!(faults, pairs([("/members/1", "too_short"), ("/members/2", "forbidden_character")]));
    }

    async fn the_five_categories_are_there_from_the_start(app: App) {
        let list = app.anonymous().get("/categories").await.expect(200);
        let items = list.json["items"].as_array().unwrap();
        let codes: Vec<_> = items.iter().map(|item| item["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["helping_others", "bravery", "integrity", "dedication", "filial_piety"]);
        assert_eq!(items[3]["mark"], "DED");
        assert_eq!(items[3]["name"]["zh"], "敬业奉献");
        assert_eq!(list.json["next_cursor"], Value::Null);
        let one = app.anonymous().get("/categories/bravery").await.expect(200);
        assert_eq!(one.json["etag"], items[1]["etag"]);
        app.anonymous().get("/categories/cooking").await.problem(404, "not_found");
        app.anonymous().get("/categories/No%20Code").await.problem(404, "not_found");
    }

    async fn a_category_is_entered_and_changed(app: App) {
        let admin = app.admin().await;
        let body = json!({
            "code": "volunteering", "mark": "VOL", "short": "志",
            "name": { "zh": "志愿服务", "en": "Volunteering" },
            "criteria": { "zh": "热心志愿服务。", "en": "Devoted to voluntary service." }
        });
        let keyed = admin.with("Idempotency-Key", "sixth");
        let first = keyed.post("/categories", body.clone()).await.expect(201);
        assert_eq!(first.json["position"], 6);
        let again = keyed.post("/categories", body.clone()).await.expect(201);
        assert_eq!((again.header("idempotency-replayed"), &again.json), ("true", &first.json));
        admin.post("/categories", body.clone()).await.problem(409, "already_exists");
        let mut same_mark = body.clone();
        same_mark["code"] = json!("other_code");
        same_mark["short"] = json!("愿");
        let refused = admin.post("/categories", same_mark).await.problem(409, "already_exists");
        assert_eq!(refused.faults(), pairs([("/mark", "already_exists")]));
        let bad = json!({
            "code": "Bad Code", "mark": "vol", "short": "志愿", "position": 10_001,
            "name": { "zh": "坏\u{202e}", "en": "x".repeat(41) }, "criteria": { "zh": "好", "en": "" }
        });
        let faults = admin.post("/categories", bad).await.problem(422, "validation_failed").faults();
        for expected in [
            ("/code", "malformed"),
            ("/criteria/en", "too_short"),
            ("/mark", "malformed"),
            ("/name/en", "too_long"),
            ("/name/zh", "forbidden_character"),
            ("/position", "too_large"),
            ("/short", "malformed"),
        ] {
            assert!(faults.contains(&(expected.0.to_owned(), expected.1.to_owned())), "{expected:?} in {faults:?}");
        }
        let path = "/categories/volunteering";
        let wished = json!({ "name": { "en": "Voluntary service" }, "active": false });
        let changed = admin.patch(path, &first.etag(), wished).await.expect(200);
        assert_eq!(changed.json["name"], json!({ "zh": "志愿服务", "en": "Voluntary service" }));
        assert_eq!(changed.json["active"], false);
        admin.patch(path, &first.etag(), json!({ "active": true })).await.problem(412, "precondition_failed");
        let fixed = admin.patch(path, &changed.etag(), json!({ "mark": "XXX" })).await.problem(422, "validation_failed");
        assert_eq!(fixed.faults(), pairs([("/mark", "unknown_member")]));
    }

    async fn a_new_checklist_holds_where_nobody_is_verified(app: App) {
        let admin = app.admin().await;
        let list = app.anonymous().get("/review-stages").await.expect(200);
        let stages = list.json["items"].as_array().unwrap();
        assert_eq!(stages.len(), 5);
        assert_eq!((&stages[0]["role"], &stages[0]["from"], &stages[0]["to"]),
            (&json!("unit_reviewer"), &json!("nominated"), &json!("verified")));
        app.anonymous().get("/cycles/current").await.expect(200);
        let november = Month::parse("2026-11").unwrap();
        let now = app.service.clocks.campaign();
        let freeze = move |db: &mut storage::Connection| Ok::<_, Error>(storage::cycles::freeze_materials(db, november, now)?);
        app.service.store.write(freeze).await.unwrap();

        let path = "/review-stages/unit_verification";
        let seen = admin.get(path).await.expect(200);
        let item = json!({ "code": "facts_true", "text": { "zh": "事迹真实", "en": "The facts are true" } });
        let changed = admin.patch(path, &seen.etag(), json!({ "checklist": [item] })).await.expect(200);
        assert_eq!(changed.json["checklist"], json!([item]));
        assert_eq!(changed.json["label"]["zh"], "核实");
        let frozen = admin.get("/cycles/2026-11").await.expect(200);
        assert_eq!(frozen.json["checklists"]["unit_verification"].as_array().unwrap().len(), 7);
        let free = admin.get("/cycles/2026-12").await.expect(200);
        assert_eq!(free.json["checklists"]["unit_verification"], json!([item]));
        app.set_clock("2026-12-03T02:00:00Z");
        let new = admin.get("/cycles/2027-02").await.expect(200);
        assert_eq!(new.json["checklists"]["unit_verification"], json!([item]));

        let doubled = json!({ "checklist": [item, item, { "code": "X", "text": { "zh": "", "en": "坏\u{0}" } }] });
        let faults = admin.patch(path, &changed.etag(), doubled).await.problem(422, "validation_failed").faults();
        for expected in [("/checklist/2/text/zh", "too_short"), ("/checklist/2/text/en", "forbidden_character")] {
            assert!(faults.contains(&(expected.0.to_owned(), expected.1.to_owned())), "{expected:?} in {faults:?}");
        }
        let doubled = json!({ "checklist": [item, item] });
        let faults = admin.patch(path, &changed.etag(), doubled).await.problem(422, "validation_failed").faults();
        assert_eq!(faults, pairs([("/checklist/1/code", "duplicate")]));
        let listing = admin.get("/review-stages/listing").await.expect(200);
        let refused = admin.patch("/review-stages/listing", &listing.etag(), json!({ "checklist": [item] })).await;
        assert_eq!(refused.problem(422, "validation_failed").faults(), pairs([("/checklist", "inconsistent")]));
    }
}
