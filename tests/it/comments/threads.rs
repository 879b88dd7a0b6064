//! What everybody reads, and when something may be written.

use haoren::{
    domain::policy::ResultSource,
    service::{Caller, Error, comments::read},
    storage::{self, Connection},
};
use uuid::Uuid;

use super::*;

both! {
    async fn comments_are_listed_with_the_first_replies_to_them(app: App) {
        let (_, id) = forwarded(&app).await;
        let (author, other) = (app.citizen().await, app.citizen().await);
        let first = say(&app, &author, id, "  向他学习！\r\n不容易。 ").await.expect(201);
        assert_eq!(first.header("location"), format!("/api/v1/comments/{}", first.id()));
        assert_eq!((&first.json["status"], &first.json["body"]), (&json!("shown"), &json!("向他学习！\n不容易。")));
        assert_eq!((&first.json["author"], &first.json["own"]), (&json!("测试 citizen"), &json!(true)));
        say(&app, &other, id, "点赞").await.expect(201);
        let answer = reply(&app, &other, id, &first.id()).await.expect(201);
        assert_eq!((&answer.json["parent_id"], &answer.json["reply_to_id"]), (&json!(first.id()), &Value::Null));
        let deeper = reply(&app, &author, id, &answer.id()).await.expect(201);
        assert_eq!((&deeper.json["parent_id"], &deeper.json["reply_to_id"]), (&json!(first.id()), &json!(answer.id())));
        for _ in 0..3 {
            reply(&app, &author, id, &first.id()).await.expect(201);
        }
        let seen = threads(&app, id).await;
        let texts: Vec<_> = seen.iter().map(|thread| thread["comment"]["body"].as_str().unwrap()).collect();
        assert_eq!(texts, ["点赞", "向他学习！\n不容易。"]);
        assert_eq!(seen[1]["comment"]["reply_count"], 5);
        assert_eq!((seen[1]["comment"]["own"].as_bool(), &seen[1]["comment"]["hold"]), (Some(false), &Value::Null));
        let nested: Vec<_> = seen[1]["replies"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
        assert_eq!((nested.len(), nested[0], nested[1]), (3, &json!(answer.id()), &json!(deeper.id())));
        let path = format!("/comments/{}/replies", first.id());
        let page = app.anonymous().get(&format!("{path}?limit=4")).await.expect(200);
        assert_eq!(page.json["items"].as_array().unwrap().len(), 4);
        let cursor = page.json["next_cursor"].as_str().unwrap();
        let rest = app.anonymous().get(&format!("{path}?limit=4&cursor={cursor}")).await.expect(200);
        assert_eq!((rest.json["items"].as_array().unwrap().len(), &rest.json["next_cursor"]), (1, &Value::Null));
        let path = format!("/candidates/{id}/comments?sort=created_at&limit=1");
        let page = app.anonymous().get(&path).await.expect(200);
        assert_eq!(page.json["items"][0]["comment"]["id"], first.id());
        assert!(page.header("cache-control").starts_with("public"));
        let next = format!("{path}&cursor={}", page.json["next_cursor"].as_str().unwrap());
        assert_eq!(app.anonymous().get(&next).await.expect(200).json["items"][0]["comment"]["body"], "点赞");
        let mine = author.get(&format!("/candidates/{id}/comments")).await.expect(200);
        assert_eq!(mine.json["items"][1]["comment"]["own"], true);
        assert_eq!(mine.header("cache-control"), "private, no-store");
    }

    async fn a_comment_sent_again_is_answered_with_the_first(app: App) {
        let (_, id) = forwarded(&app).await;
        let citizen = app.citizen().await.with("Idempotency-Key", "one");
        let first = say(&app, &citizen, id, "好！").await.expect(201);
        let again = say(&app, &citizen, id, "好！").await.expect(201);
        assert_eq!((again.id(), again.header("idempotency-replayed")), (first.id(), "true"));
        say(&app, &citizen, id, "不同的话").await.problem(422, "idempotency_key_reused");
        assert_eq!(threads(&app, id).await.len(), 1);
    }

    async fn only_what_everybody_sees_is_answered(app: App) {
        let (tree, id) = forwarded(&app).await;
        let other = app.contender(&tree, Status::Forwarded, "bravery", "李四").await;
        let (author, city) = (app.citizen().await, city(&app, &tree).await);
        let elsewhere = say(&app, &author, other, "好！").await.expect(201);
        let hidden = say(&app, &author, id, "好！").await.expect(201);
        decide(&app, &city, &hidden.id(), "hide", Some("与主题无关。")).await.expect(201);
        for parent in [elsewhere.id(), hidden.id(), Uuid::from_u128(7).to_string()] {
            let refused = reply(&app, &author, id, &parent).await.problem(422, "validation_failed");
            assert_eq!(refused.faults(), [("/parent_id".to_owned(), "unknown_reference".to_owned())]);
        }
        let nominated = app.contender(&tree, Status::Nominated, "bravery", "赵六").await;
        say(&app, &author, nominated, "好！").await.problem(404, "not_found");
        app.anonymous().get(&format!("/candidates/{nominated}/comments")).await.problem(404, "not_found");
        city.get(&format!("/comments/{}", hidden.id())).await.expect(200);
        app.anonymous().get(&format!("/comments/{}", hidden.id())).await.problem(404, "not_found");
        app.anonymous().get(&format!("/comments/{}/replies", hidden.id())).await.problem(404, "not_found");
    }

    async fn comments_are_taken_in_the_voting_window_and_read_as_long_as_the_candidate(app: App) {
        let (tree, id) = forwarded(&app).await;
        app.policy(|policy| {
            policy.result_source = ResultSource::Portal;
            policy.voting_url = Some("https://www.wenming.cn/".to_owned());
        })
        .await;
        let citizen = app.citizen().await;
        app.set_clock("2026-11-24T15:59:59Z");
        let refused = say(&app, &citizen, id, "好！").await.problem(409, "window_closed");
        assert_eq!(refused.json["errors"][0]["window"], "voting");
        assert_eq!(refused.json["errors"][0]["opens_at"], "2026-11-24T16:00:00Z");
        app.set_clock("2026-11-24T16:00:00Z");
        let written = say(&app, &citizen, id, "好！").await.expect(201);
        app.set_clock("2026-11-30T16:00:00Z");
        say(&app, &citizen, id, "好！").await.problem(409, "window_closed");
        assert_eq!(threads(&app, id).await.len(), 1);
        let (path, comment) = (format!("/candidates/{id}/comments"), format!("/comments/{}", written.id()));
        let tag = app.tag(id).await;
        let gone = json!({ "reason": "事迹失实。" });
        city(&app, &tree).await.post_if(&format!("/candidates/{id}/disqualification"), &tag, gone).await.expect(201);
        app.anonymous().get(&path).await.problem(404, "not_found");
        app.anonymous().get(&comment).await.problem(404, "not_found");
        assert_eq!(citizen.get(&comment).await.expect(200).json["body"], "好！");
        citizen.delete(&comment, Some(&written.etag())).await.expect(204);
    }

    async fn what_its_author_deletes_leaves_a_place_holder_where_it_was_answered(app: App) {
        let (_, id) = forwarded(&app).await;
        let (author, other) = (app.citizen().await, app.citizen().await);
        let lonely = say(&app, &author, id, "不妥的话").await.expect(201);
        let answered = say(&app, &author, id, "后悔的话").await.expect(201);
        let answer = reply(&app, &other, id, &answered.id()).await.expect(201);
        let path = |of: &Reply| format!("/comments/{}", of.id());
        author.delete(&path(&lonely), None).await.problem(428, "precondition_required");
        author.delete(&path(&lonely), Some("\"9.x\"")).await.problem(412, "precondition_failed");
        other.delete(&path(&lonely), Some(&lonely.etag())).await.problem(404, "not_found");
        author.delete(&path(&lonely), Some(&lonely.etag())).await.expect(204);
        author.delete(&path(&answered), Some(&answered.etag())).await.expect(204);
        let seen = threads(&app, id).await;
        assert_eq!(seen.len(), 1);
        let left = &seen[0]["comment"];
        assert_eq!((&left["status"], &left["body"], &left["author"]), (&json!("deleted"), &Value::Null, &Value::Null));
        assert_eq!(seen[0]["replies"][0]["id"], answer.id());
        assert_eq!(app.anonymous().get(&path(&answered)).await.expect(200).json["body"], Value::Null);
        app.anonymous().get(&path(&lonely)).await.problem(404, "not_found");
        let own = author.get(&path(&lonely)).await.expect(200);
        assert_eq!((&own.json["status"], &own.json["body"]), (&json!("deleted"), &Value::Null));
        author.delete(&path(&lonely), Some(&own.etag())).await.expect(204);
        other.delete(&path(&answer), Some(&answer.etag())).await.expect(204);
        assert!(threads(&app, id).await.is_empty(), "nothing is left to hold a place for");
    }

    async fn one_s_own_comments_are_listed_and_stay_when_the_account_is_closed(app: App) {
        let (_, id) = forwarded(&app).await;
        let (user, author) = app.user(Role::Citizen, None).await;
        let first = say(&app, &author, id, "一").await.expect(201);
        let second = say(&app, &author, id, "二").await.expect(201);
        say(&app, &app.citizen().await, id, "别人的").await.expect(201);
        author.delete(&format!("/comments/{}", first.id()), Some(&first.etag())).await.expect(204);
        let ids = async |query: &str| -> Vec<String> {
            let reply = author.get(&format!("/me/comments?{query}")).await.expect(200);
            reply.json["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(ids("").await, [second.id(), first.id()]);
        assert_eq!(ids(&format!("status=shown&candidate={id}")).await, [second.id()]);
        let page = author.get("/me/comments?limit=1").await.expect(200);
        let cursor = page.json["next_cursor"].as_str().unwrap();
        assert_eq!(ids(&format!("limit=1&cursor={cursor}")).await, [first.id()]);
        let admin = app.admin().await;
        let account = admin.get(&format!("/users/{user}")).await.expect(200);
        admin.patch(&format!("/users/{user}"), &account.etag(), json!({ "active": false })).await.expect(200);
        let seen = threads(&app, id).await;
        assert_eq!((seen.len(), &seen[1]["comment"]["author"]), (2, &json!("测试 citizen")));
    }

    async fn a_page_takes_as_many_questions_however_much_is_on_it(app: App) {
        let (_, id) = forwarded(&app).await;
        let mut parents = Vec::new();
        for _ in 0..6 {
            let author = app.citizen().await;
            let comment = say(&app, &author, id, "好！").await.expect(201).id();
            for _ in 0..2 {
                reply(&app, &author, id, &comment).await.expect(201);
            }
            parents.push(comment);
        }
        let (service, caller) = (app.service.clone(), Caller::default());
        let all = read::list_threads(&service, &caller, (id, false), None, 7).await.unwrap();
        assert_eq!(all.iter().map(|thread| thread.replies.len()).sum::<usize>(), 12);
        let counted = app.service.store.read(move |db: &mut Connection| {
            let parents: Vec<_> = parents.iter().map(|parent| parent.parse().unwrap()).collect();
            let few = crate::queries::counted(db, |db| storage::comments::first_replies(db, &parents[..1], 3).unwrap());
            let many = crate::queries::counted(db, |db| {
                let replies = storage::comments::first_replies(db, &parents, 1).unwrap();
                assert_eq!(replies.len(), 6, "one of each thread");
            });
            Ok::<_, Error>((few, many))
        });
        assert_eq!(counted.await.unwrap(), (2, 2));
    }
}
