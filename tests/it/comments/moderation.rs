//! What is held, and what moderators make of it.

use haoren::domain::policy::CommentModeration;

use super::*;
use crate::traces::traces;

both! {
    async fn doubtful_comments_wait_for_a_moderator(app: App) {
        let (tree, id) = forwarded(&app).await;
        let (city, author) = (city(&app, &tree).await, app.citizen().await);
        list_words(&city, &["代开发票", "赌博"], &["反赌博"]).await.expect(200);
        say(&app, &author, id, "反赌博宣传员，好样的！").await.expect(201);
        let held = say(&app, &author, id, "代·開·發·票，联系我").await.expect(201);
        assert_eq!((&held.json["status"], &held.json["view"]), (&json!("held"), &json!("author")));
        assert_eq!(held.json["hold"], json!({ "reason": "words", "words": null }));
        assert_eq!(held.json["body"], "代·開·發·票，联系我");
        assert_eq!(threads(&app, id).await.len(), 1);
        let path = format!("/comments/{}", held.id());
        app.anonymous().get(&path).await.problem(404, "not_found");
        app.citizen().await.get(&path).await.problem(404, "not_found");
        reply(&app, &author, id, &held.id()).await.problem(422, "validation_failed");

        let district = app.user(Role::DistrictReviewer, Some(tree.district)).await.1;
        let (other, unit) = (
            app.user(Role::DistrictReviewer, Some(tree.other_district)).await.1,
            app.user(Role::UnitReviewer, Some(tree.unit)).await.1,
        );
        for (moderator, count) in [(&city, 1), (&district, 1), (&other, 0)] {
            let queue = moderator.get("/comments?status=held").await.expect(200);
            assert_eq!(queue.json["items"].as_array().unwrap().len(), count);
        }
        let queue = district.get(&format!("/comments?status=held&candidate={id}&cycle=2026-11")).await.expect(200);
        assert_eq!(queue.json["items"][0]["hold"], json!({ "reason": "words", "words": ["代开发票"] }));
        unit.get("/comments?status=held").await.problem(403, "forbidden");
        unit.get(&path).await.problem(404, "not_found");
        decide(&app, &other, &held.id(), "show", None).await.problem(404, "not_found");
        decide(&app, &app.admin().await, &held.id(), "show", None).await.problem(403, "forbidden");

        let shown = decide(&app, &district, &held.id(), "show", None).await.expect(201);
        assert_eq!((&shown.json["status"], &shown.json["moderation"]["decision"]), (&json!("shown"), &json!("show")));
        assert_eq!(threads(&app, id).await.len(), 2);
        decide(&app, &district, &held.id(), "show", None).await.problem(409, "already_decided");
        let refused = decide(&app, &city, &held.id(), "hide", None).await.problem(422, "validation_failed");
        assert_eq!(refused.faults(), [("/reason".to_owned(), "required".to_owned())]);
        decide(&app, &city, &held.id(), "hide", Some("含有广告内容。")).await.expect(201);
        assert_eq!(threads(&app, id).await.len(), 1);
        let own = author.get(&path).await.expect(200);
        assert_eq!((&own.json["status"], &own.json["moderation"]["reason"]), (&json!("hidden"), &json!("含有广告内容。")));
        assert_eq!((&own.json["moderation"]["decided_by"], &own.json["report_count"]), (&Value::Null, &Value::Null));
        decide(&app, &city, &held.id(), "show", Some("经核实无误。")).await.expect(201);
        assert_eq!(told(&author).await, [
            ("comment_shown".to_owned(), json!("经核实无误。")),
            ("comment_hidden".to_owned(), json!("含有广告内容。")),
            ("comment_shown".to_owned(), Value::Null),
        ]);
    }

    async fn before_moderation_all_wait(app: App) {
        let (tree, id) = forwarded(&app).await;
        app.policy(|policy| policy.comment_moderation = CommentModeration::Pre).await;
        let author = app.citizen().await;
        let held = say(&app, &author, id, "好人一生平安").await.expect(201);
        assert_eq!(held.json["hold"]["reason"], "pre_moderation");
        assert!(threads(&app, id).await.is_empty());
        decide(&app, &city(&app, &tree).await, &held.id(), "show", None).await.expect(201);
        assert_eq!(threads(&app, id).await.len(), 1);
    }

    async fn replies_are_counted_as_they_come_and_go(app: App) {
        let (tree, id) = forwarded(&app).await;
        let (city, author) = (city(&app, &tree).await, app.citizen().await);
        let beginning = say(&app, &author, id, "好！").await.expect(201);
        let answer = reply(&app, &author, id, &beginning.id()).await.expect(201);
        let count = async || app.anonymous().get(&format!("/comments/{}", beginning.id())).await.json["reply_count"].clone();
        assert_eq!(count().await, 1);
        decide(&app, &city, &answer.id(), "hide", Some("重复。")).await.expect(201);
        assert_eq!(count().await, 0);
        decide(&app, &city, &answer.id(), "show", None).await.expect(201);
        assert_eq!(count().await, 1);
        decide(&app, &city, &beginning.id(), "hide", Some("不妥。")).await.expect(201);
        let seen = threads(&app, id).await;
        assert_eq!((&seen[0]["comment"]["status"], &seen[0]["comment"]["body"]), (&json!("hidden"), &Value::Null));
        reply(&app, &author, id, &answer.id()).await.expect(201);
        assert_eq!(count().await, 2);
        let same = author.get(&format!("/comments/{}", beginning.id())).await.expect(200);
        author.delete(&format!("/comments/{}", beginning.id()), Some(&same.etag())).await.expect(204);
        decide(&app, &city, &beginning.id(), "show", None).await.problem(409, "transition_not_allowed");
    }

    async fn many_are_decided_at_once_and_each_by_itself(app: App) {
        let (tree, id) = forwarded(&app).await;
        let (city, author) = (city(&app, &tree).await, app.citizen().await);
        list_words(&city, &["广告"], &[]).await.expect(200);
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(say(&app, &author, id, "看广告").await.expect(201));
        }
        let stale = decide(&app, &city, &held[2].id(), "show", None).await.expect(201);
        let unknown = "0192f1c5-7a00-7000-8000-000000000001";
        let mut items: Vec<Value> = held.iter().map(|one| json!({ "id": one.id(), "etag": one.etag() })).collect();
        items.push(json!({ "id": unknown, "etag": "\"1.x\"" }));
        let body = json!({ "decision": "hide", "reason": "广告。", "items": items });
        let keyed = city.with("Idempotency-Key", "bulk");
        let done = keyed.post("/comment-moderations", body.clone()).await.expect(200);
        let outcome = |reply: &Reply| -> Vec<(bool, Value, Value)> {
            let items = reply.json["items"].as_array().unwrap().clone();
            items.iter().map(|one| (one["done"] == true, one["status"].clone(), one["problem"]["code"].clone())).collect()
        };
        let expected = [
            (true, json!("hidden"), Value::Null),
            (true, json!("hidden"), Value::Null),
            (false, Value::Null, json!("precondition_failed")),
            (false, Value::Null, json!("not_found")),
        ];
        assert_eq!(outcome(&done), expected);
        let again = keyed.post("/comment-moderations", body.clone()).await.expect(200);
        assert_eq!(outcome(&again), expected);
        assert_eq!(told(&author).await.len(), 3, "nobody is told twice");
        let read = city.get(&format!("/comments/{}", held[0].id())).await.expect(200);
        assert_eq!(done.json["items"][0]["etag"], read.etag());
        let mut twice = body;
        twice["items"][1]["id"] = twice["items"][0]["id"].clone();
        let refused = city.post("/comment-moderations", twice).await.problem(422, "validation_failed");
        assert_eq!(refused.faults(), [("/items/1/id".to_owned(), "duplicate".to_owned())]);
        assert_eq!(stale.json["status"], "shown");
    }

    async fn notifications_are_read_and_marked(app: App) {
        let (tree, id) = forwarded(&app).await;
        let (city, author, other) = (city(&app, &tree).await, app.citizen().await, app.citizen().await);
        for _ in 0..3 {
            let comment = say(&app, &author, id, "好！").await.expect(201);
            app.time.advance(chrono::Duration::milliseconds(1));
            decide(&app, &city, &comment.id(), "hide", Some("不妥。")).await.expect(201);
        }
        let page = author.get("/me/notifications?limit=2").await.expect(200);
        let items = page.json["items"].as_array().unwrap();
        let ids: Vec<&Value> = items.iter().map(|told| &told["id"]).collect();
        assert_eq!(items[0]["candidate_id"], id.to_string());
        let marked = author.post("/me/notifications/read", json!({ "ids": ids })).await.expect(200);
        assert_eq!(marked.json["unread"], 1);
        assert_eq!(author.post("/me/notifications/read", json!({ "ids": ids })).await.expect(200).json["unread"], 1);
        let unread = author.get("/me/notifications?unread=true").await.expect(200);
        assert_eq!(unread.json["items"].as_array().unwrap().len(), 1);
        let refused = other.post("/me/notifications/read", json!({ "ids": ids })).await.problem(422, "validation_failed");
        assert_eq!(refused.faults()[0], ("/ids/0".to_owned(), "unknown_reference".to_owned()));
        assert!(told(&other).await.is_empty());
    }

    async fn what_is_done_leaves_its_traces_and_no_word_of_it(app: App) {
        let (tree, id) = forwarded(&app).await;
        let (city, author) = (city(&app, &tree).await, app.citizen().await);
        list_words(&city, &["广告"], &[]).await.expect(200);
        let comment = say(&app, &author, id, "看广告").await.expect(201);
        decide(&app, &city, &comment.id(), "show", Some("无妨。")).await.expect(201);
        let report = json!({ "kind": "advertising", "note": "是广告" });
        city.post(&format!("/comments/{}/reports", comment.id()), report).await.expect(201);
        let own = author.get(&format!("/comments/{}", comment.id())).await.expect(200);
        author.delete(&format!("/comments/{}", comment.id()), Some(&own.etag())).await.expect(204);
        let left = traces(&app, comment.id()).await;
        let mut audited = left.audited;
        audited.sort();
        assert_eq!(audited, ["comment.created", "comment.deleted", "comment.reported", "comment.shown"]);
        let mut announced = left.announced;
        announced.sort();
        assert_eq!(announced, ["comment.deleted", "comment.held", "comment.shown"]);
        assert!(!left.texts.contains("广告") && !left.texts.contains("无妨"), "{}", left.texts);
        assert!(left.texts.contains(&id.to_string()));
        assert_eq!(traces(&app, 1).await.audited, ["word_lists.replaced"]);
    }
}
