//! Announcements and items of columns: published by the clock, told of once, kept by the reviewers of who announces them.

use futures_util::future::join_all;
use haoren::{
    domain::{candidate::Status, role::Role},
    service::announcements,
    storage,
};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client, Tree},
    traces::traces,
};

/// Before the clock of the tests, and at it.
const BEFORE: &str = "2026-11-01T00:00:00Z";
const NOW: &str = "2026-11-05T02:00:00Z";

fn notice(title: &str, publish_at: Option<&str>) -> Value {
    json!({ "kind": "notice", "title": title, "body": "第一段。\n\n第二段。", "publish_at": publish_at })
}

fn item(title: &str, column: &str) -> Value {
    json!({ "kind": "column_item", "column": column, "title": title, "body": "故事。", "publish_at": BEFORE })
}

async fn reviewer(app: &App, tree: &Tree) -> Client {
    app.user(Role::UnitReviewer, Some(tree.unit)).await.1
}

fn titles(page: &Value) -> String {
    page["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect()
}

async fn listed(client: &Client, query: &str) -> String {
    titles(&client.get(&format!("/announcements{query}")).await.expect(200).json)
}

/// Of how many announcements was told of by now.
async fn told(app: &App) -> usize {
    announcements::tell(&app.service).await.unwrap()
}

both! {
    async fn an_announcement_is_entered_read_changed_and_taken_away(app: App) {
        let tree = app.tree().await;
        let (user, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let once = unit.with("Idempotency-Key", "one");
        let body = json!({
            "kind": "notice", "title": "推荐开始", "body": " 第一段。\r\n第二段。 ", "url": "https://example.org/",
            "cycle": "2026-11", "publish_at": BEFORE, "pinned": true,
        });
        let made = once.post("/announcements", body.clone()).await.expect(201);
        assert_eq!(made.header("location"), format!("/api/v1/announcements/{}", made.id()));
        assert_eq!((&made.json["status"], &made.json["body"]), (&json!("published"), &json!("第一段。\n第二段。")));
        assert_eq!((&made.json["organization_id"], &made.json["inner"]["entered_by"]), (&json!(tree.unit), &json!(user)));
        let again = once.post("/announcements", body).await.expect(201);
        assert_eq!((again.id(), again.header("idempotency-replayed")), (made.id(), "true"));

        let path = format!("/announcements/{}", made.id());
        let public = app.anonymous();
        let seen = public.get(&path).await.expect(200);
        assert_eq!((&seen.json["inner"], &seen.json["organization_name"]), (&Value::Null, &json!("江汉区政务服务中心")));
        assert_eq!(seen.header("cache-control"), "public, max-age=60, must-revalidate");
        public.with("If-None-Match", seen.header("etag")).get(&path).await.expect(304);
        let page = public.get("/announcements").await.expect(200);
        assert_eq!((&page.json["items"][0]["excerpt"], &page.json["items"][0]["body"]), (&json!("第一段。 第二段。"), &Value::Null));
        public.with("If-None-Match", page.header("etag")).get("/announcements").await.expect(304);

        let change = json!({ "title": "推荐继续", "url": null, "cycle": null, "pinned": false });
        let changed = unit.patch(&path, &made.etag(), change).await.expect(200);
        assert_eq!((&changed.json["title"], &changed.json["url"], &changed.json["cycle"]), (&json!("推荐继续"), &Value::Null, &Value::Null));
        public.with("If-None-Match", page.header("etag")).get("/announcements").await.expect(200);
        let same = unit.patch(&path, &changed.etag(), json!({ "pinned": false })).await.expect(200);
        assert_eq!(same.etag(), changed.etag());
        unit.patch(&path, &made.etag(), json!({ "title": "迟" })).await.problem(412, "precondition_failed");
        unit.delete(&path, None).await.problem(428, "precondition_required");
        unit.delete(&path, Some(&made.etag())).await.problem(412, "precondition_failed");
        unit.delete(&path, Some(&changed.etag())).await.expect(204);
        unit.get(&path).await.problem(404, "not_found");
        assert_eq!(listed(&public, "").await, "");
        let left = traces(&app, made.id()).await;
        assert_eq!(left.audited, ["announcement.created", "announcement.removed", "announcement.updated"]);
        assert_eq!(left.announced, ["announcement.published", "announcement.updated", "announcement.withdrawn"]);
        assert!(!left.texts.contains("推荐"), "{}", left.texts);
    }

    async fn it_is_published_and_expires_at_its_moments(app: App) {
        let tree = app.tree().await;
        let (unit, public) = (reviewer(&app, &tree).await, app.anonymous());
        let mut body = notice("启事", Some("2026-11-05T02:00:30Z"));
        body["expires_at"] = json!("2026-11-05T02:02:00Z");
        let made = unit.post("/announcements", body).await.expect(201);
        let path = format!("/announcements/{}", made.id());
        assert_eq!(made.json["status"], "scheduled");
        public.get(&path).await.problem(404, "not_found");
        assert_eq!(told(&app).await, 0);
        let page = public.get("/announcements").await.expect(200);
        assert_eq!(page.header("cache-control"), "public, max-age=30, must-revalidate", "until it is published");
        app.set_clock("2026-11-05T02:00:29.5Z");
        assert_eq!(public.get("/announcements").await.header("cache-control"), "public, max-age=0, must-revalidate");
        app.set_clock("2026-11-05T02:00:30Z");
        assert_eq!(listed(&public, "").await, "启事");
        let changed = public.with("If-None-Match", page.header("etag")).get("/announcements").await.expect(200);
        assert_eq!(changed.header("cache-control"), "public, max-age=60, must-revalidate");
        // It is told of once, whoever looks first.
        let looks = join_all((0..4).map(|_| told(&app))).await;
        assert_eq!(looks.iter().sum::<usize>(), 1);
        assert_eq!(traces(&app, made.id()).await.announced, ["announcement.published"]);
        app.set_clock("2026-11-05T02:01:50Z");
        assert_eq!(public.get(&path).await.expect(200).header("cache-control"), "public, max-age=10, must-revalidate");
        app.set_clock("2026-11-05T02:02:00Z");
        public.get(&path).await.problem(404, "not_found");
        assert_eq!(listed(&public, "").await, "");
        let expired = unit.get(&path).await.expect(200);
        assert_eq!(expired.json["status"], "expired");
        // Prolonged, it is published anew, and told of so.
        let prolonged = unit.patch(&path, &expired.etag(), json!({ "expires_at": null })).await.expect(200);
        assert_eq!(prolonged.json["status"], "published");
        assert_eq!(told(&app).await, 0);
        assert_eq!(traces(&app, made.id()).await.announced, ["announcement.published", "announcement.published"]);
    }

    async fn a_draft_is_published_by_its_moment_and_taken_off_again(app: App) {
        let tree = app.tree().await;
        let (unit, public) = (reviewer(&app, &tree).await, app.anonymous());
        let made = unit.post("/announcements", notice("稿", None)).await.expect(201);
        let path = format!("/announcements/{}", made.id());
        assert_eq!((&made.json["status"], told(&app).await), (&json!("draft"), 0));
        unit.patch(&path, &made.etag(), json!({ "title": "改稿" })).await.expect(200);
        assert_eq!(traces(&app, made.id()).await.announced, [""; 0], "nobody is told of a draft");
        let etag = unit.get(&path).await.etag();
        let published = unit.patch(&path, &etag, json!({ "publish_at": NOW })).await.expect(200);
        assert_eq!(listed(&public, "").await, "改稿");
        // Its place in the list is its moment, which stays.
        let moved = unit.patch(&path, &published.etag(), json!({ "publish_at": BEFORE })).await;
        moved.problem(409, "contradicts_records");
        let later = unit.patch(&path, &published.etag(), json!({ "publish_at": "2026-11-06T00:00:00Z" })).await.expect(200);
        assert_eq!((&later.json["status"], listed(&public, "").await), (&json!("scheduled"), String::new()));
        app.set_clock("2026-11-06T00:00:00Z");
        assert_eq!(told(&app).await, 1);
        let draft = unit.patch(&path, &later.etag(), json!({ "publish_at": null })).await.expect(200);
        assert_eq!(draft.json["status"], "draft");
        unit.delete(&path, Some(&draft.etag())).await.expect(204);
        let left = traces(&app, made.id()).await;
        assert_eq!(left.announced, [
            "announcement.published", "announcement.published", "announcement.withdrawn", "announcement.withdrawn",
        ]);
    }

    async fn the_subtree_keeps_and_reads_its_own(app: App) {
        let tree = app.tree().await;
        let unit = reviewer(&app, &tree).await;
        let sister = app.user(Role::UnitReviewer, Some(tree.sister_unit)).await.1;
        let district = app.user(Role::DistrictReviewer, Some(tree.district)).await.1;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        let elsewhere = app.user(Role::DistrictReviewer, Some(tree.other_district)).await.1;
        let mut made = Vec::new();
        for (client, body) in [
            (&unit, notice("a", None)),
            (&sister, notice("b", Some("2026-11-06T00:00:00Z"))),
            (&district, notice("c", Some(BEFORE))),
            (&city, notice("d", None)),
        ] {
            made.push(client.post("/announcements", body).await.expect(201));
            app.time.advance(chrono::Duration::milliseconds(1));
        }
        for (client, expected) in [(&unit, "a"), (&sister, "b"), (&district, "cba"), (&city, "dcba"), (&elsewhere, "")] {
            assert_eq!(listed(client, "?scope=inner").await, expected);
            assert_eq!(listed(client, "").await, "c");
        }
        for (status, expected) in [("draft", "da"), ("scheduled", "b"), ("published", "c"), ("expired", ""), ("draft&status=published", "dca")] {
            assert_eq!(listed(&city, &format!("?scope=inner&status={status}")).await, expected, "{status}");
        }
        let path = format!("/announcements/{}", made[0].id());
        for client in [&sister, &elsewhere] {
            client.get(&path).await.problem(404, "not_found");
            client.patch(&path, "\"9.x\"", json!({ "title": 1 })).await.problem(404, "not_found");
            client.delete(&path, Some(&made[0].etag())).await.problem(404, "not_found");
        }
        for outside in [tree.city, tree.district, tree.sister_unit] {
            let mut body = notice("外", None);
            body["organization_id"] = json!(outside);
            let reply = unit.post("/announcements", body).await.problem(422, "validation_failed");
            assert_eq!(reply.faults(), [("/organization_id".into(), "unknown_reference".into())]);
        }
        let moved = district.patch(&path, &made[0].etag(), json!({ "organization_id": tree.window })).await.expect(200);
        assert_eq!(moved.json["organization_name"], "综合服务窗口");
        let moved = city.patch(&path, &moved.etag(), json!({ "organization_id": tree.sister_unit })).await.expect(200);
        unit.get(&path).await.problem(404, "not_found");
        sister.patch(&path, &moved.etag(), json!({ "title": "归我" })).await.expect(200);

        app.anonymous().get("/announcements?scope=inner").await.problem(401, "unauthenticated");
        for other in [app.citizen().await, app.user(Role::Portal, None).await.1, app.admin().await] {
            other.get("/announcements?scope=inner").await.problem(403, "forbidden");
            other.post("/announcements", notice("公告", None)).await.problem(403, "forbidden");
            other.get(&path).await.problem(404, "not_found");
        }
    }

    async fn every_wrong_field_is_named(app: App) {
        let tree = app.tree().await;
        let unit = reviewer(&app, &tree).await;
        for (member, value, code) in [
            ("kind", json!("poster"), "unknown_value"),
            ("column", json!("专栏"), "inconsistent"),
            ("title", json!(" "), "too_short"),
            ("title", json!("题".repeat(201)), "too_long"),
            ("body", json!("\n"), "too_short"),
            ("body", json!("文".repeat(20_001)), "too_long"),
            ("body", json!("a\u{202E}b"), "forbidden_character"),
            ("url", json!("ftp://example.org"), "malformed"),
            ("cycle", json!("2031-01"), "unknown_reference"),
            ("cycle", json!("2026-13"), "malformed"),
            ("honoree_id", json!("0192f1c5-7a00-7000-8000-000000000001"), "unknown_reference"),
            ("organization_id", json!("0192f1c5-7a00-7000-8000-000000000001"), "unknown_reference"),
            ("publish_at", json!("yesterday"), "malformed"),
            ("expires_at", json!(NOW), "too_small"),
            ("pinned", json!("yes"), "wrong_type"),
            ("colour", json!("red"), "unknown_member"),
        ] {
            let mut body = notice("启事", Some(NOW));
            body[member] = value.clone();
            let reply = unit.post("/announcements", body).await.problem(422, "validation_failed");
            assert_eq!(reply.faults(), [(format!("/{member}"), code.to_owned())], "{member}: {value}");
        }
        let mut several = notice("启事", None);
        several["kind"] = json!("column_item");
        several["expires_at"] = json!(NOW);
        several["cycle"] = json!("2031-01");
        let reply = unit.post("/announcements", several).await.problem(422, "validation_failed");
        let faults = [("/column", "required"), ("/cycle", "unknown_reference"), ("/expires_at", "inconsistent")];
        assert_eq!(reply.faults(), faults.map(|(at, code)| (at.to_owned(), code.to_owned())));

        let made = unit.post("/announcements", item("故事", "身边好人故事")).await.expect(201);
        let path = format!("/announcements/{}", made.id());
        for (change, at, code) in [
            (json!({ "kind": "notice" }), "/kind", "unknown_member"),
            (json!({ "column": null }), "/column", "required"),
            (json!({ "expires_at": BEFORE }), "/expires_at", "too_small"),
            (json!({ "title": null }), "/title", "wrong_type"),
            (json!({ "honoree_id": tree.unit }), "/honoree_id", "unknown_reference"),
        ] {
            let reply = unit.patch(&path, &made.etag(), change).await.problem(422, "validation_failed");
            assert_eq!(reply.faults(), [(at.to_owned(), code.to_owned())]);
        }
        for wrong in ["scope=all", "status=draft", "status=draft&scope=public", "kind=poster", "column=", "pinned=perhaps", "cycle=1"] {
            unit.get(&format!("/announcements?{wrong}")).await.problem(400, "invalid_query");
        }
    }

    async fn announcements_are_listed_by_filter_and_page_by_page(app: App) {
        let tree = app.tree().await;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        for (title, column, hour, extra) in [
            ("a", None, 1, json!({ "pinned": true, "cycle": "2026-11" })),
            ("b", Some("身边好人故事"), 3, json!({})),
            ("c", Some("好人心语"), 2, json!({ "organization_id": tree.unit })),
            ("d", None, 3, json!({ "cycle": "2026-12" })),
        ] {
            let mut body = column.map_or_else(|| notice(title, None), |column| item(title, column));
            body["publish_at"] = json!(format!("2026-11-01T0{hour}:00:00Z"));
            body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            city.post("/announcements", body).await.expect(201);
            app.time.advance(chrono::Duration::milliseconds(1));
        }
        let public = app.anonymous();
        for (query, expected) in [
            (String::new(), "dbca"),
            ("?kind=notice".to_owned(), "da"),
            ("?kind=column_item".to_owned(), "bc"),
            ("?column=%E8%BA%AB%E8%BE%B9%E5%A5%BD%E4%BA%BA%E6%95%85%E4%BA%8B".to_owned(), "b"),
            ("?pinned=true".to_owned(), "a"),
            ("?pinned=false&kind=notice".to_owned(), "d"),
            ("?cycle=2026-12&scope=public".to_owned(), "d"),
            (format!("?organization={}", tree.unit), "c"),
        ] {
            assert_eq!(listed(&public, &query).await, expected, "{query}");
        }
        let (mut seen, mut query) = (String::new(), "?limit=1".to_owned());
        loop {
            let page = public.get(&format!("/announcements{query}")).await.expect(200);
            seen += &titles(&page.json);
            let Some(cursor) = page.json["next_cursor"].as_str() else { break };
            query = format!("?limit=1&cursor={cursor}");
        }
        assert_eq!(seen, "dbca", "those of one moment, too, once each");
    }

    async fn what_is_about_somebody_who_is_shown_no_more_is_taken_from_the_public(app: App) {
        let tree = app.tree().await;
        let (user, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let candidate = app.contender(&tree, Status::Listed, "dedication", "王小明").await;
        let honoree = app.honour(candidate, user).await;
        let mut body = item("王小明的故事", "身边好人故事");
        body["honoree_id"] = json!(honoree);
        let made = unit.post("/announcements", body.clone()).await.expect(201);
        body["publish_at"] = json!("2026-11-06T00:00:00Z");
        let later = unit.post("/announcements", body.clone()).await.expect(201);
        let path = format!("/announcements/{}", made.id());
        let public = app.anonymous();
        assert_eq!(listed(&public, &format!("?honoree={honoree}")).await, "王小明的故事");
        let now = app.service.clocks.campaign();
        app.write(move |db| Ok(storage::honours::set_revoked(db, candidate, now, "事迹失实")?)).await;
        assert_eq!(listed(&public, "").await, "");
        public.get(&path).await.problem(404, "not_found");
        let inner = unit.get(&path).await.expect(200);
        assert_eq!((&inner.json["inner"]["withheld"], &inner.json["status"]), (&json!(true), &json!("published")));
        // Who was told of it is told that it is gone; nobody is told when the moment of the other comes.
        assert_eq!((told(&app).await, told(&app).await), (1, 0));
        let gone = ["announcement.published", "announcement.withdrawn"];
        assert_eq!(traces(&app, made.id()).await.announced, gone);
        app.set_clock("2026-11-06T00:00:00Z");
        assert_eq!(told(&app).await, 0);
        assert_eq!(traces(&app, later.id()).await.announced, [""; 0]);
        // Nothing more is announced about such a person.
        let reply = unit.post("/announcements", body).await.problem(422, "validation_failed");
        assert_eq!(reply.faults(), [("/honoree_id".into(), "unknown_reference".into())]);
        unit.patch(&path, &inner.etag(), json!({ "title": "更正" })).await.expect(200);
        assert_eq!(traces(&app, made.id()).await.announced, gone);
        // An honour that stands again, as after the undoing of a merger, brings both back.
        app.write(move |db| {
            use diesel::prelude::*;
            use haoren::storage::schema::honours;
            let none: Option<haoren::storage::sql_values::At> = None;
            let of = honours::table.filter(honours::candidate_id.eq(candidate));
            diesel::update(of).set(honours::revoked_at.eq(none)).execute(db).unwrap();
            Ok(())
        })
        .await;
        assert_eq!((told(&app).await, told(&app).await), (2, 0));
        let again = ["announcement.published", "announcement.published", "announcement.withdrawn"];
        assert_eq!(traces(&app, made.id()).await.announced, again);
        assert_eq!(traces(&app, later.id()).await.announced, ["announcement.published"]);
    }

    async fn of_two_who_change_an_announcement_at_once_one_is_first(app: App) {
        let tree = app.tree().await;
        let unit = reviewer(&app, &tree).await;
        let made = unit.post("/announcements", notice("启事", None)).await.expect(201);
        let (path, etag) = (format!("/announcements/{}", made.id()), made.etag());
        let publish = |_| unit.patch(&path, &etag, json!({ "publish_at": NOW }));
        let replies = join_all((0..4).map(publish)).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
        assert!(replies.iter().all(|reply| [200, 412].contains(&reply.status.as_u16())));
        assert_eq!(traces(&app, made.id()).await.announced, ["announcement.published"]);
        let etag = unit.get(&path).await.etag();
        let gone = join_all((0..4).map(|_| unit.delete(&path, Some(&etag)))).await;
        assert_eq!(gone.iter().filter(|reply| reply.status == 204).count(), 1);
        assert_eq!(traces(&app, made.id()).await.announced, ["announcement.published", "announcement.withdrawn"]);
    }
}
