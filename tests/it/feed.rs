//! The feed for media: JSON Feed 1.1 of lists and announcements, in which nobody stands who is not to be named.

use haoren::{
    domain::{candidate::Status, id::CandidateId, role::Role},
    storage::{self, announcements::AnnouncementFilter, publicity::PublicityFilter},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::{App, Client, Reply, Tree},
    queries::counted,
};

const CLOSED: &str = "2026-12-01T02:00:00Z";

/// What the standard asks of a feed, and the forms of what this server writes beside.
fn standard() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let address = json!({ "type": "string", "pattern": "^https?://[^/]+/" });
    let moment = json!({ "type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$" });
    let authors = json!({
        "type": "array",
        "items": { "type": "object", "properties": { "name": text, "url": address, "avatar": address }, "minProperties": 1, "additionalProperties": false },
    });
    json!({
        "type": "object",
        "required": ["version", "title", "items"],
        "properties": {
            "version": { "const": "https://jsonfeed.org/version/1.1" },
            "title": text, "description": text, "language": { "const": "zh-CN" },
            "home_page_url": address, "feed_url": address, "next_url": address, "authors": authors,
            "items": {
                "type": "array",
                "items": {
                    "type": "object",
                    // One of the two contents is required.
                    "required": ["id", "content_text"],
                    "properties": {
                        "id": text, "url": address, "external_url": address, "title": text, "content_text": text,
                        "date_published": moment, "date_modified": moment, "authors": authors,
                        "tags": { "type": "array", "items": text },
                    },
                    "additionalProperties": false,
                },
            },
        },
        "additionalProperties": false,
    })
}

/// The feed, if it is one by the standard.
async fn feed(client: &Client, path: &str) -> Reply {
    let reply = client.get(path).await.expect(200);
    assert_eq!(reply.header("content-type"), "application/feed+json");
    let schema = jsonschema::validator_for(&standard()).unwrap();
    let faults: Vec<String> = schema.iter_errors(&reply.json).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}: {}", reply.json);
    reply
}

fn list_item(feed: &Value) -> Value {
    feed["items"].as_array().unwrap().iter().find(|item| item["id"] == "urn:haoren:list:2026-11").unwrap().clone()
}

/// A published list with these people, and a reviewer of the city.
async fn published(app: &App, tree: &Tree, names: &[&str]) -> (Vec<CandidateId>, Client) {
    let mut ids = Vec::new();
    for name in names {
        let id = app.contender(tree, Status::Forwarded, "dedication", name).await;
        app.votes(id, 1).await;
        ids.push(id);
    }
    app.set_clock(CLOSED);
    let (user, city) = app.user(Role::CityReviewer, Some(tree.city)).await;
    for id in &ids {
        app.consent(*id, user).await;
    }
    city.post("/lists", json!({ "cycle": "2026-11" })).await.expect(201);
    (ids, city)
}

async fn announce(client: &Client, title: &str, publish_at: &str) -> Reply {
    let body = json!({ "kind": "notice", "title": title, "body": "正文。", "publish_at": publish_at });
    client.post("/announcements", body).await.expect(201)
}

both! {
    async fn lists_and_announcements_stand_in_one_feed(app: App) {
        let empty = feed(&app.anonymous(), "//feed.json").await;
        assert_eq!(empty.json["items"], json!([]));
        let tree = app.tree().await;
        let (_, city) = published(&app, &tree, &["王小明", "李四"]).await;
        announce(&city, "早", "2026-11-02T00:00:00Z").await;
        let story = json!({
            "kind": "column_item", "column": "身边好人故事", "title": "故事", "body": "第一段。\n第二段。", "cycle": "2026-11",
            "url": "https://example.org/story", "publish_at": "2026-12-01T01:00:00Z",
        });
        let story = city.post("/announcements", story).await.expect(201);
        city.post("/announcements", json!({ "kind": "notice", "title": "稿", "body": "草稿。" })).await.expect(201);
        announce(&city, "将来", "2026-12-02T00:00:00Z").await;

        let shown = feed(&app.anonymous(), "//feed.json").await.json;
        assert_eq!((&shown["title"], &shown["authors"]), (&json!("武汉市身边好人榜"), &json!([{ "name": "武汉市" }])));
        assert_eq!(shown["feed_url"], format!("{}/feed.json", app.base));
        assert_eq!(shown["home_page_url"], format!("{}/", app.base));
        assert_eq!(shown["next_url"], Value::Null);
        let titles: Vec<&str> = shown["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect();
        assert_eq!(titles, ["身边好人榜（2026 年 11 月）", "故事", "早"]);
        let list = &shown["items"][0];
        assert_eq!((&list["id"], &list["tags"]), (&json!("urn:haoren:list:2026-11"), &json!(["好人榜", "2026-11"])));
        assert_eq!(list["url"], format!("{}/api/v1/lists/2026-11", app.base));
        assert_eq!((&list["date_published"], &list["date_modified"]), (&json!(CLOSED), &json!(CLOSED)));
        let text = list["content_text"].as_str().unwrap();
        assert!(text.starts_with("武汉市发布身边好人榜（2026 年 11 月），共 2 人（组）上榜。\n\n敬业奉献\n"), "{text}");
        assert!(text.contains("王小明（江汉区，江汉区政务服务中心）：王小明二十年如一日"), "{text}");
        assert!(!text.contains("助人为乐"), "{text}");
        let item = &shown["items"][1];
        assert_eq!(item["id"], format!("urn:uuid:{}", story.id()));
        assert_eq!(item["url"], format!("{}/api/v1/announcements/{}", app.base, story.id()));
        assert_eq!((&item["external_url"], &item["content_text"]), (&json!("https://example.org/story"), &json!("第一段。\n第二段。")));
        assert_eq!((&item["tags"], &item["authors"]), (&json!(["身边好人故事", "2026-11"]), &json!([{ "name": "武汉市" }])));
        app.anonymous().get("//feed.json?page=2").await.problem(400, "invalid_query");
        app.anonymous().get("//feed.json?cursor=x").await.problem(400, "invalid_cursor");
    }

    async fn who_is_revoked_or_withheld_is_not_named_in_it(app: App) {
        let tree = app.tree().await;
        let (ids, city) = published(&app, &tree, &["王小明", "李四", "赵六", "陈桂兰"]).await;
        let before = feed(&app.anonymous(), "//feed.json").await;
        app.set_clock("2026-12-02T02:00:00Z");
        let reason = json!({ "reason": "经查事迹失实。" });
        city.post_if(&format!("/candidates/{}/revocation", ids[0]), &app.tag(ids[0]).await, reason.clone()).await.expect(201);
        let revoked = feed(&app.anonymous(), "//feed.json").await;
        assert_ne!(revoked.header("etag"), before.header("etag"));
        assert_eq!(list_item(&revoked.json)["date_modified"], "2026-12-02T02:00:00Z");
        let text = list_item(&revoked.json)["content_text"].as_str().unwrap().to_owned();
        assert!(text.contains("2026-11-DED-0001：已于 2026-12-02 撤销，原因：经查事迹失实。"), "{text}");
        assert!(text.contains("共 3 人（组）") && !text.contains("王小明"), "{text}");
        app.set_clock("2026-12-03T02:00:00Z");
        city.delete(&format!("/candidates/{}/consent", ids[1]), Some(&app.tag(ids[1]).await)).await.expect(200);
        let withheld = feed(&app.anonymous(), "//feed.json").await;
        assert_eq!(list_item(&withheld.json)["date_modified"], "2026-12-03T02:00:00Z");
        let text = list_item(&withheld.json)["content_text"].as_str().unwrap().to_owned();
        assert!(text.contains("2026-11-DED-0002：不公布姓名") && !text.contains("李四"), "{text}");
        // Both: revoked after the consent was withdrawn.
        app.set_clock("2026-12-04T02:00:00Z");
        city.post_if(&format!("/candidates/{}/revocation", ids[1]), &app.tag(ids[1]).await, json!({ "reason": "李四事迹失实。" })).await.expect(201);
        let both = feed(&app.anonymous(), "//feed.json").await;
        let whole = String::from_utf8(both.bytes).unwrap();
        assert!(whole.contains("2026-11-DED-0002：已于 2026-12-04 撤销") && !whole.contains("李四"), "{whole}");
        assert!(whole.contains("赵六") && whole.contains("陈桂兰"), "{whole}");
        assert_eq!(list_item(&both.json)["date_published"], CLOSED);
    }

    async fn it_is_asked_for_again_by_tag_or_date(app: App) {
        let tree = app.tree().await;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        announce(&city, "一", "2026-11-01T00:00:00Z").await;
        let last = announce(&city, "二", "2026-11-01T00:00:00Z").await;
        let public = app.anonymous();
        let fresh = feed(&public, "//feed.json").await;
        assert_eq!(fresh.header("last-modified"), "", "more could change in the same second");
        assert_eq!(fresh.header("cache-control"), "public, max-age=60, must-revalidate");
        app.set_clock("2026-11-05T02:00:01Z");
        let reply = feed(&public, "//feed.json").await;
        let date = reply.header("last-modified").to_owned();
        assert_eq!(date, "Thu, 05 Nov 2026 02:00:00 GMT");
        public.with("If-None-Match", reply.header("etag")).get("//feed.json").await.expect(304);
        public.with("If-None-Match", "\"other\"").with("If-Modified-Since", &date).get("//feed.json").await.expect(200);
        let same = public.with("If-Modified-Since", &date).get("//feed.json").await.expect(304);
        assert!(same.bytes.is_empty() && same.header("last-modified") == date);
        let head = public.send(public.request(Method::HEAD, "//feed.json")).await.expect(200);
        assert!(head.bytes.is_empty());
        assert_eq!((head.header("etag"), head.header("content-type")), (reply.header("etag"), "application/feed+json"));
        // What is taken away is a change, too, although nothing that is left has changed.
        city.delete(&format!("/announcements/{}", last.id()), Some(&last.etag())).await.expect(204);
        app.set_clock("2026-11-05T02:00:03Z");
        let changed = public.with("If-Modified-Since", &date).get("//feed.json").await.expect(200);
        assert_eq!(changed.header("last-modified"), "Thu, 05 Nov 2026 02:00:01 GMT");
        // And so is what expires by itself.
        let body = json!({
            "kind": "notice", "title": "三", "body": "短。", "publish_at": "2026-11-01T00:00:00Z", "expires_at": "2026-11-05T02:00:20Z",
        });
        city.post("/announcements", body).await.expect(201);
        app.set_clock("2026-11-05T02:00:10Z");
        let short = feed(&public, "//feed.json").await;
        assert_eq!(short.header("cache-control"), "public, max-age=10, must-revalidate");
        app.set_clock("2026-11-05T02:00:21Z");
        let gone = public.with("If-Modified-Since", short.header("last-modified")).get("//feed.json").await.expect(200);
        assert_eq!(gone.json["items"].as_array().unwrap().len(), 1);
        assert_eq!(gone.header("last-modified"), "Thu, 05 Nov 2026 02:00:20 GMT");
    }

    async fn a_page_takes_as_many_queries_whatever_stands_on_it(app: App) {
        let tree = app.tree().await;
        let (_, city) = published(&app, &tree, &["王小明", "李四"]).await;
        let honorees = app.anonymous().get("/honorees").await.expect(200).json;
        let path = format!("/honorees/{}/publicity", honorees["items"][0]["id"].as_str().unwrap());
        for number in 1..=6 {
            announce(&city, &number.to_string(), "2026-11-01T00:00:00Z").await;
            let record = json!({ "outlet": "台", "kind": "radio", "title": "好人", "published_on": format!("2026-11-0{number}") });
            city.post(&path, record).await.expect(201);
        }
        let now = app.service.clocks.campaign();
        app.write(move |db| {
            let filter = AnnouncementFilter::public(now);
            let mut page = |limit| counted(db, |db| storage::announcements::list(db, &filter, None, limit).unwrap());
            assert_eq!((page(1), page(6)), (1, 1));
            let filter = PublicityFilter { public_only: true, ..PublicityFilter::default() };
            let mut page = |limit| counted(db, |db| storage::publicity::list(db, &filter, None, limit).unwrap());
            assert_eq!((page(1), page(6)), (3, 3));
            Ok(())
        })
        .await;
    }

    async fn older_items_are_on_further_pages(app: App) {
        let tree = app.tree().await;
        let (_, city) = published(&app, &tree, &["王小明"]).await;
        // Some at the moment of the list itself, some before.
        for number in 0..120 {
            let at = if number % 3 == 0 { CLOSED.to_owned() } else { format!("2026-11-{:02}T00:00:00Z", 1 + number % 20) };
            announce(&city, &format!("第 {number} 号"), &at).await;
            app.time.advance(chrono::Duration::milliseconds(1));
        }
        let (mut path, mut seen, mut sizes) = ("//feed.json".to_owned(), Vec::new(), Vec::new());
        loop {
            let page = feed(&app.anonymous(), &path).await.json;
            let items = page["items"].as_array().unwrap().clone();
            sizes.push(items.len());
            seen.extend(items.iter().map(|item| (item["date_published"].clone().to_string(), item["id"].to_string())));
            let Some(next) = page["next_url"].as_str() else { break };
            path = format!("/{}", next.strip_prefix(&app.base).unwrap());
        }
        assert_eq!(sizes, [50, 50, 21]);
        assert_eq!(seen[0].1, "\"urn:haoren:list:2026-11\"", "lists come first of a moment");
        let mut sorted = seen.clone();
        sorted.sort_by(|left, right| right.0.cmp(&left.0));
        assert_eq!(seen.iter().map(|one| &one.0).collect::<Vec<_>>(), sorted.iter().map(|one| &one.0).collect::<Vec<_>>());
        let mut ids: Vec<&String> = seen.iter().map(|one| &one.1).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 121);
    }

    async fn it_names_the_address_that_the_operator_says(app: App) {
        let mut app = app;
        app.settings.public_url = Some("https://haoren.example.cn/city".to_owned());
        let server = app.beside().await;
        let tree = app.tree().await;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        let made = announce(&city, "启事", "2026-11-01T00:00:00Z").await;
        let shown = feed(&server.anonymous(), "//feed.json").await.json;
        assert_eq!(shown["feed_url"], "https://haoren.example.cn/city/feed.json");
        assert_eq!(shown["items"][0]["url"], format!("https://haoren.example.cn/city/api/v1/announcements/{}", made.id()));
        // Without the operator's word, what was asked; never what somebody claims to have forwarded.
        let forged = app.anonymous().with("X-Forwarded-Host", "evil.example").with("Forwarded", "host=evil.example;proto=https");
        let shown = feed(&forged, "//feed.json").await.json;
        assert_eq!(shown["feed_url"], format!("{}/feed.json", app.base));
        let named = app.anonymous().with("Host", "haoren.example:8080");
        assert_eq!(feed(&named, "//feed.json").await.json["feed_url"], "http://haoren.example:8080/feed.json");
    }
}
