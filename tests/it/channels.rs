//! Recommendation channels in use: kept by who minds them, and named by what comes through them.

use haoren::domain::role::Role;
use serde_json::{Value, json};

use crate::harness::{App, Client, Tree};

fn column() -> Value {
    json!({
        "kind": "media", "name": "身边好人专栏", "outlet": "长江日报", "url": "https://www.example.org/haoren",
        "phones": ["027-82345678", "12345"], "address": "江汉区新华路 1 号", "responsible_name": "周敏",
    })
}

async fn reviewer(app: &App, tree: &Tree) -> Client {
    app.user(Role::UnitReviewer, Some(tree.unit)).await.1
}

fn recommendation(tree: &Tree) -> Value {
    json!({ "category": "dedication", "name": "张三", "summary": "好人好事。", "unit_id": tree.unit })
}

both! {
    async fn a_channel_is_entered_read_and_changed(app: App) {
        let tree = app.tree().await;
        let unit = reviewer(&app, &tree).await.with("Idempotency-Key", "one");
        let made = unit.post("/channels", column()).await.expect(201);
        assert_eq!(made.json["organization_id"], tree.unit.to_string());
        assert_eq!(made.json["phones"], json!(["027-82345678", "12345"]));
        assert_eq!(made.header("location"), format!("/api/v1/channels/{}", made.id()));
        let again = unit.post("/channels", column()).await.expect(201);
        assert_eq!((again.id(), again.header("idempotency-replayed")), (made.id(), "true"));
        unit.with("Idempotency-Key", "two").post("/channels", column()).await.problem(409, "already_exists");

        let path = format!("/channels/{}", made.id());
        let read = app.anonymous().get(&path).await.expect(200);
        assert_eq!((read.json["outlet"].as_str(), read.json["active"].as_bool()), (Some("长江日报"), Some(true)));
        assert!(read.header("cache-control").starts_with("public"));
        let change = json!({ "phones": [], "url": null, "name": "好人专栏" });
        let changed = unit.patch(&path, &made.etag(), change).await.expect(200);
        assert_eq!((&changed.json["phones"], &changed.json["url"]), (&json!([]), &Value::Null));
        assert_eq!(changed.json["outlet"], "长江日报");
        unit.patch(&path, &made.etag(), json!({ "active": false })).await.problem(412, "precondition_failed");
        let same = unit.patch(&path, &changed.etag(), json!({ "name": "好人专栏" })).await.expect(200);
        assert_eq!(same.etag(), changed.etag());
        let reply = unit.patch(&path, &changed.etag(), json!({ "kind": "phone" })).await;
        assert_eq!(reply.problem(422, "validation_failed").faults(), [("/kind".into(), "unknown_member".into())]);
        unit.patch(&path, &changed.etag(), json!({ "active": false })).await.expect(200);
    }

    async fn only_who_minds_it_keeps_a_channel(app: App) {
        let tree = app.tree().await;
        let unit = reviewer(&app, &tree).await;
        let (_, sister) = app.user(Role::UnitReviewer, Some(tree.sister_unit)).await;
        let (_, district) = app.user(Role::DistrictReviewer, Some(tree.district)).await;
        let (_, city) = app.user(Role::CityReviewer, Some(tree.city)).await;
        let made = unit.post("/channels", column()).await.expect(201);
        let path = format!("/channels/{}", made.id());
        sister.patch(&path, "\"9.x\"", json!({ "name": 1 })).await.problem(404, "not_found");
        app.admin().await.patch(&path, &made.etag(), json!({ "name": "新名" })).await.problem(403, "forbidden");
        for outside in [tree.city, tree.district, tree.sister_unit] {
            let mut body = column();
            body["organization_id"] = json!(outside);
            let reply = unit.post("/channels", body).await.problem(422, "validation_failed");
            assert_eq!(reply.faults(), [("/organization_id".into(), "unknown_reference".into())]);
        }
        let moved = district.patch(&path, &made.etag(), json!({ "organization_id": tree.window })).await.expect(200);
        let moved = unit.patch(&path, &moved.etag(), json!({ "name": "窗口专栏" })).await.expect(200);
        let moved = city.patch(&path, &moved.etag(), json!({ "organization_id": tree.sister_unit })).await.expect(200);
        unit.patch(&path, &moved.etag(), json!({ "name": "专栏" })).await.problem(404, "not_found");
        sister.patch(&path, &moved.etag(), json!({ "name": "专栏" })).await.expect(200);
    }

    async fn channels_are_listed_page_by_page(app: App) {
        let tree = app.tree().await;
        let (_, city) = app.user(Role::CityReviewer, Some(tree.city)).await;
        for (kind, active) in [("phone", true), ("letter", true), ("phone", false), ("in_person", true)] {
            let name = format!("{kind} {active}");
            let body = json!({ "kind": kind, "name": name, "active": active, "organization_id": tree.district });
            city.post("/channels", body).await.expect(201);
            app.time.advance(chrono::Duration::milliseconds(1));
        }
        let public = app.anonymous();
        let names = async |query: &str| -> Vec<String> {
            let reply = public.get(&format!("/channels?{query}")).await.expect(200);
            let items = reply.json["items"].as_array().unwrap().clone();
            items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names("kind=phone").await, ["phone true", "phone false"]);
        assert_eq!(names("kind=phone&kind=letter&active=true").await, ["phone true", "letter true"]);
        assert_eq!(names(&format!("organization={}", tree.unit)).await, [""; 0]);
        let first = public.get("/channels?limit=3").await.expect(200);
        let cursor = first.json["next_cursor"].as_str().unwrap();
        assert_eq!(names(&format!("limit=3&cursor={cursor}")).await, ["in_person true"]);
        public.get("/channels?colour=red").await.problem(400, "invalid_query");
    }

    async fn a_nomination_names_the_channel_it_came_through(app: App) {
        let tree = app.tree().await;
        let unit = reviewer(&app, &tree).await;
        let channel = unit.post("/channels", column()).await.expect(201);
        let citizen = app.citizen().await;
        let mut body = recommendation(&tree);
        body["channel_id"] = json!(channel.id());
        let made = citizen.post("/candidates", body.clone()).await.expect(201);
        assert_eq!(made.json["channel"], "media");
        let seen = unit.get(&format!("/candidates/{}", made.id())).await.expect(200);
        assert_eq!(seen.json["nominations"][0]["channel_id"], channel.id());
        body["channel"] = json!("media");
        citizen.post("/candidates", body.clone()).await.expect(201);
        body["channel"] = json!("phone");
        let reply = citizen.post("/candidates", body.clone()).await.problem(422, "validation_failed");
        assert_eq!(reply.faults(), [("/channel".into(), "inconsistent".into())]);
        let path = format!("/channels/{}", channel.id());
        unit.patch(&path, &channel.etag(), json!({ "active": false })).await.expect(200);
        body["channel"] = json!("media");
        let reply = citizen.post("/candidates", body).await.problem(422, "validation_failed");
        assert_eq!(reply.faults(), [("/channel_id".into(), "unknown_reference".into())]);
    }
}
