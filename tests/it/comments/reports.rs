//! Reports: once per person, and several of them hold a comment.

use super::*;

async fn report(client: &Client, id: &str) -> Reply {
    client.post(&format!("/comments/{id}/reports"), json!({ "kind": "abuse", "note": "骂人" })).await
}

both! {
    async fn five_people_hold_a_comment_until_a_moderator_looks(app: App) {
        let (tree, id) = forwarded(&app).await;
        let (city, author, first) = (city(&app, &tree).await, app.citizen().await, app.citizen().await);
        let comment = say(&app, &author, id, "难听的话").await.expect(201);
        let reported = report(&first, &comment.id()).await.expect(201);
        assert_eq!((&reported.json["kind"], &reported.json["note"]), (&json!("abuse"), &json!("骂人")));
        let again = first.post(&format!("/comments/{}/reports", comment.id()), json!({ "kind": "other" })).await.expect(200);
        assert_eq!(again.json, reported.json);
        for _ in 0..3 {
            report(&app.citizen().await, &comment.id()).await.expect(201);
        }
        assert_eq!(threads(&app, id).await.len(), 1, "four are not enough");
        let queue = city.get("/comments?reported=true").await.expect(200);
        assert_eq!(queue.json["items"][0]["report_count"], 4);
        let seen = queue.json["items"][0]["etag"].as_str().unwrap();
        report(&city, &comment.id()).await.expect(201);
        assert!(threads(&app, id).await.is_empty());
        report(&app.citizen().await, &comment.id()).await.problem(404, "not_found");
        report(&first, &comment.id()).await.expect(200);
        let own = author.get(&format!("/comments/{}", comment.id())).await.expect(200);
        assert_eq!((&own.json["status"], &own.json["hold"]["reason"]), (&json!("held"), &json!("reports")));
        let body = json!({ "decision": "show", "items": [{ "id": comment.id(), "etag": seen }] });
        let stale = city.post("/comment-moderations", body).await.expect(200);
        assert_eq!(stale.json["items"][0]["problem"]["code"], "precondition_failed");

        let path = format!("/comments/{}/reports?limit=4", comment.id());
        let page = city.get(&path).await.expect(200);
        let cursor = page.json["next_cursor"].as_str().unwrap();
        let rest = city.get(&format!("{path}&cursor={cursor}")).await.expect(200);
        assert_eq!((page.json["items"].as_array().unwrap().len(), rest.json["items"].as_array().unwrap().len()), (4, 1));
        decide(&app, &city, &comment.id(), "show", None).await.expect(201);
        assert_eq!(threads(&app, id).await.len(), 1);
        assert!(city.get("/comments?reported=true").await.expect(200).json["items"].as_array().unwrap().is_empty());
        report(&app.citizen().await, &comment.id()).await.expect(201);
        assert_eq!(threads(&app, id).await.len(), 1, "the reports of before are settled");
        decide(&app, &city, &comment.id(), "show", Some("属正常评论。")).await.expect(201);
        let told = told(&author).await;
        let kinds: Vec<&str> = told.iter().map(|(kind, _)| kind.as_str()).collect();
        assert_eq!(kinds, ["comment_shown", "comment_held"], "what changes nothing is not told");
    }

    async fn a_reported_reply_leaves_its_thread(app: App) {
        let (_, id) = forwarded(&app).await;
        let author = app.citizen().await;
        let beginning = say(&app, &author, id, "好！").await.expect(201);
        let answer = reply(&app, &author, id, &beginning.id()).await.expect(201);
        for _ in 0..5 {
            report(&app.citizen().await, &answer.id()).await.expect(201);
        }
        let seen = threads(&app, id).await;
        assert_eq!((&seen[0]["comment"]["reply_count"], &seen[0]["replies"]), (&json!(0), &json!([])));
    }
}
