//! Requests about one comment that meet: whatever comes first, counts and statuses agree.

use futures_util::future::join_all;

use super::*;

async fn citizens(app: &App, count: usize) -> Vec<Client> {
    let mut clients = Vec::new();
    for _ in 0..count {
        clients.push(app.citizen().await);
    }
    clients
}

/// The count of the thread's replies agrees with the replies that everybody sees; returns it.
async fn counted(app: &App, id: &str) -> usize {
    let comment = app.anonymous().get(&format!("/comments/{id}")).await.expect(200);
    let replies = app.anonymous().get(&format!("/comments/{id}/replies?limit=100")).await.expect(200);
    let listed = replies.json["items"].as_array().unwrap().len();
    assert_eq!(comment.json["reply_count"], listed);
    listed
}

both! {
    async fn replies_come_beside_each_other_and_beside_decisions(app: App) {
        let (tree, id) = forwarded(&app).await;
        let (city, author) = (city(&app, &tree).await, app.citizen().await);
        let beginning = say(&app, &author, id, "好！").await.expect(201);
        let first = reply(&app, &author, id, &beginning.id()).await.expect(201).id();
        let others = citizens(&app, 5).await;
        let replies = join_all(others.iter().map(|client| reply(&app, client, id, &first)));
        let decision = decide(&app, &city, &first, "hide", Some("不妥。"));
        let (decision, replies) = tokio::join!(decision, replies);
        decision.expect(201);
        let taken = replies.iter().filter(|reply| reply.status == 201).count();
        assert!(replies.iter().all(|reply| [201, 422].contains(&reply.status.as_u16())), "an answer to nothing");
        assert_eq!(counted(&app, &beginning.id()).await, taken);
    }

    async fn two_moderators_decide_at_once_and_one_decision_stands(app: App) {
        let (tree, id) = forwarded(&app).await;
        let (one, other, author) = (city(&app, &tree).await, city(&app, &tree).await, app.citizen().await);
        for _ in 0..4 {
            let comment = say(&app, &author, id, "好！").await.expect(201).id();
            let (left, right) =
                tokio::join!(decide(&app, &one, &comment, "hide", Some("甲")), decide(&app, &other, &comment, "hide", Some("乙")));
            let mut statuses = [left.status.as_u16(), right.status.as_u16()];
            statuses.sort_unstable();
            assert_eq!(statuses, [201, 409]);
        }
        assert_eq!(told(&author).await.len(), 4);
    }

    async fn many_report_at_once_and_the_comment_is_held_once(app: App) {
        let (tree, id) = forwarded(&app).await;
        let author = app.citizen().await;
        let comment = say(&app, &author, id, "好！").await.expect(201).id();
        let path = format!("/comments/{comment}/reports");
        let reporters = citizens(&app, 8).await;
        let reports = join_all(reporters.iter().map(|client| client.post(&path, json!({ "kind": "abuse" })))).await;
        let taken = reports.iter().filter(|reply| reply.status == 201).count();
        assert_eq!(taken, 5, "who comes later finds nothing to report");
        assert!(reports.iter().all(|reply| [201, 404].contains(&reply.status.as_u16())));
        assert_eq!(told(&author).await.len(), 1);
        let queue = city(&app, &tree).await.get("/comments?status=held").await.expect(200);
        assert_eq!(queue.json["items"][0]["report_count"], 5);
    }

    async fn the_author_deletes_beside_a_decision(app: App) {
        let (tree, id) = forwarded(&app).await;
        let (city, author) = (city(&app, &tree).await, app.citizen().await);
        for _ in 0..4 {
            let comment = say(&app, &author, id, "好！").await.expect(201);
            let (comment, tag) = (comment.id(), comment.etag());
            let (path, reason) = (format!("/comments/{comment}"), Some("不妥。"));
            let (deleted, decided) =
                tokio::join!(author.delete(&path, Some(&tag)), decide(&app, &city, &comment, "hide", reason));
            let stands = author.get(&path).await.expect(200);
            if deleted.status == 412 {
                assert_eq!((decided.expect(201).json["status"].as_str(), &stands.json["status"]), (Some("hidden"), &json!("hidden")));
            } else {
                deleted.expect(204);
                decided.problem(409, "transition_not_allowed");
                assert_eq!(stands.json["status"], "deleted");
            }
        }
    }

    async fn a_comment_sent_twice_at_once_is_written_once(app: App) {
        let (_, id) = forwarded(&app).await;
        let citizen = app.citizen().await.with("Idempotency-Key", "same");
        let (left, right) = tokio::join!(say(&app, &citizen, id, "好！"), say(&app, &citizen, id, "好！"));
        assert_eq!(left.expect(201).id(), right.expect(201).id());
        assert_eq!(threads(&app, id).await.len(), 1);
    }

    async fn the_lists_change_beside_comments_and_hold_from_then_on(app: App) {
        let (tree, id) = forwarded(&app).await;
        let city = city(&app, &tree).await;
        let authors = citizens(&app, 5).await;
        let etag = city.get("/moderation/word-lists").await.expect(200).etag();
        let body = json!({ "words": ["丙丁"], "allowed": [] });
        let writing = join_all(authors.iter().map(|author| say(&app, author, id, "丙丁")));
        let (replaced, written) = tokio::join!(city.put("/moderation/word-lists", Some(&etag), body), writing);
        replaced.expect(200);
        let shown = written.into_iter().filter(|reply| reply.json["status"] == "shown").count();
        assert_eq!(threads(&app, id).await.len(), shown);
        assert_eq!(say(&app, &authors[0], id, "丙丁").await.expect(201).json["status"], "held");
    }
}
