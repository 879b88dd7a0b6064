//! Two who act on the same honoree at once.

use futures_util::future::join_all;

use super::*;

both! {
    async fn publication_and_a_link_at_once(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let (_, honoree) = honoured(&app, &tree, &city, "王小明").await;
        let next = in_december(&app, &tree, "integrity", "王小明").await;
        let other = crate::honorees::city(&app, &tree).await;
        app.set_clock(DECEMBER_CLOSED);
        let (published, linked) = tokio::join!(
            city.post("/lists", json!({ "cycle": "2026-12" })),
            link(&app, &other, next, json!(honoree)),
        );
        published.expect(201);
        let holder = holder(&app, next).await;
        if linked.status == 200 {
            assert_eq!(holder, honoree);
        } else {
            assert!([409, 412].contains(&linked.status.as_u16()), "{}", linked.json);
            assert_ne!(holder, honoree);
        }
        let found = ids(&app.anonymous().get("/honorees?cycle=2026-12").await.expect(200));
        assert_eq!(found, [holder]);
    }

    async fn two_mergers_of_the_same_two_at_once(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let (one, other) = (forwarded(&app, &tree, "王小明").await, forwarded(&app, &tree, "王晓明").await);
        publish(&app, &city, "2026-11").await;
        let (one, other) = (holder(&app, one).await, holder(&app, other).await);
        let replies = join_all((0..6).map(|number| {
            let (survivor, merged) = if number % 2 == 0 { (&one, &other) } else { (&other, &one) };
            merge(&city, survivor, merged)
        }))
        .await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
        for reply in replies.into_iter().filter(|reply| reply.status != 201) {
            assert!([409, 412].contains(&reply.status.as_u16()), "{}", reply.json);
        }
        assert_eq!(ids(&app.anonymous().get("/honorees").await.expect(200)).len(), 1);
        let led = async |id: &str| app.anonymous().get(&format!("/honorees/{id}")).await.expect(200).json;
        assert_eq!(led(&one).await, led(&other).await);
    }

    async fn a_merger_and_the_publication_of_a_linked_one_at_once(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let (one, other) = (forwarded(&app, &tree, "王小明").await, forwarded(&app, &tree, "王晓明").await);
        publish(&app, &city, "2026-11").await;
        let (one, other) = (holder(&app, one).await, holder(&app, other).await);
        let next = in_december(&app, &tree, "integrity", "王小明").await;
        link(&app, &city, next, json!(other)).await.expect(200);
        app.set_clock(DECEMBER_CLOSED);
        let (published, merged) =
            tokio::join!(city.post("/lists", json!({ "cycle": "2026-12" })), merge(&city, &one, &other));
        published.expect(201);
        merged.expect(201);
        assert_eq!(holder(&app, next).await, one);
        let shown = app.anonymous().get(&format!("/honorees/{other}")).await.expect(200);
        assert_eq!((shown.id(), shown.json["honours"].as_array().unwrap().len()), (one, 3));
    }
}
