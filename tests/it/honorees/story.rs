//! The whole story, and what a revocation reaches.

use super::*;

async fn whole(client: &Client, honoree: &str, limit: usize) -> Vec<Value> {
    let mut told = Vec::new();
    let mut path = format!("/honorees/{honoree}/story?limit={limit}");
    loop {
        let page = client.get(&path).await.expect(200);
        told.extend(page.json["items"].as_array().unwrap().clone());
        let Some(cursor) = page.json["next_cursor"].as_str() else { return told };
        path = format!("/honorees/{honoree}/story?limit={limit}&cursor={cursor}");
    }
}

fn kinds(story: &[Value]) -> Vec<&str> {
    story.iter().map(|entry| entry["kind"].as_str().unwrap()).collect()
}

both! {
    async fn the_story_is_told_in_its_order_and_page_by_page(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        app.policy(|policy| policy.district_quota = 10).await;
        let nominator = app.user(Role::Citizen, None).await.0;
        let id = app.candidate(&tree, Status::Nominated).await;
        app.nomination(id, nominator, false).await;
        let later = async || app.time.advance(chrono::Duration::minutes(1));
        for client in [&staff.unit, &staff.district, &staff.city] {
            later().await;
            crate::reviews::approve(&app, client, id).await.expect(201);
        }
        app.give_files(id).await;
        app.set_clock("2026-11-25T02:00:00Z");
        staff.city.post("/batches", json!({ "cycle": "2026-11" })).await.expect(201);
        app.votes(id, 5).await;
        let twin = forwarded(&app, &tree, "陈桂蓝").await;
        publish(&app, &staff.city, "2026-11").await;
        let (honoree, twin) = (holder(&app, id).await, holder(&app, twin).await);
        app.set_clock("2026-12-02T02:00:00Z");
        staff.city.post(&format!("/honorees/{honoree}/honours"), provincial()).await.expect(201);
        app.set_clock("2026-12-03T02:00:00Z");
        merge(&staff.city, &honoree, &twin).await.expect(201);
        app.set_clock("2026-12-04T02:00:00Z");
        revoke(&app, &staff.city, id, "事迹失实").await;

        let story = whole(&staff.unit, &honoree, 100).await;
        assert!(kinds(&story).starts_with(&["nominated", "nominated", "reviewed"]), "{:?}", kinds(&story));
        assert_eq!(kinds(&story).split_off(2), [
            "reviewed", "reviewed", "reviewed", "forwarded", "listed", "listed", "pool_entered", "pool_entered",
            "outside_honour", "merged", "pool_left", "revoked",
        ]);
        let of = |kind: &str| story.iter().find(|entry| entry["kind"] == kind).unwrap();
        assert_eq!(of("reviewed")["details"]["stage"], "unit_verification");
        assert_eq!(of("reviewed")["organization"], "江汉区政务服务中心");
        let listed = story.iter().find(|entry| entry["kind"] == "listed" && entry["candidate_id"] == json!(id)).unwrap();
        assert_eq!((&listed["details"]["votes"], &listed["details"]["rank"], &listed["details"]["level"]), (&json!(5), &json!(1), &json!("municipal")));
        assert_eq!(of("outside_honour")["details"]["title"], "湖北好人");
        assert_eq!(of("merged")["details"]["honoree_id"], json!(twin));
        assert_eq!(of("revoked")["details"]["reason"], "事迹失实");
        assert!(!serde_json::to_string(&story).unwrap().contains(&nominator.to_string()), "a nominator is named");
        for limit in [1, 2, 4] {
            assert_eq!(whole(&staff.unit, &honoree, limit).await, story, "{limit} on a page");
        }
        // Who was merged leads to the same story.
        assert_eq!(whole(&staff.district, &twin, 100).await, story);

        let path = format!("/honorees/{honoree}/story");
        app.user(Role::UnitReviewer, Some(tree.other_unit)).await.1.get(&path).await.problem(404, "not_found");
        app.citizen().await.get(&path).await.problem(403, "forbidden");
        app.anonymous().get(&path).await.problem(401, "unauthenticated");
        staff.city.get(&format!("{path}?cursor=x")).await.problem(400, "invalid_cursor");
        staff.city.get("/honorees/nobody/story").await.problem(404, "not_found");
    }

    async fn a_revocation_reaches_list_certificate_pool_story_and_keepers(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (id, honoree) = honoured(&app, &tree, &staff.city, "王小明").await;
        let public = app.anonymous();
        assert_eq!(ids(&public.get("/moral-model-pool").await.expect(200)), std::slice::from_ref(&honoree));
        app.set_clock("2026-12-05T02:00:00Z");
        revoke(&app, &staff.city, id, "事迹失实，经核实撤销。").await;
        assert!(ids(&public.get("/moral-model-pool").await.expect(200)).is_empty());
        public.get(&format!("/honorees/{honoree}")).await.problem(404, "not_found");
        let list = public.get("/lists/2026-11").await.expect(200);
        assert_eq!(list.json["categories"]["dedication"][0]["revocation"]["reason"], "事迹失实，经核实撤销。");
        assert_eq!(public.get("/certificates/2026-11-DED-0001").await.expect(200).json["standing"], "revoked");
        let story = whole(&staff.district, &honoree, 100).await;
        assert_eq!(kinds(&story), ["listed", "pool_entered", "revoked", "pool_left"]);
        assert_eq!(story[3]["details"], json!({ "cause": "rule", "reason": "事迹失实，经核实撤销。" }));
        for client in [&staff.unit, &staff.district] {
            let told = client.get("/me/notifications").await.expect(200);
            let told = &told.json["items"][0];
            assert_eq!((&told["kind"], &told["honoree_id"]), (&json!("honour_revoked"), &json!(honoree)));
            assert_eq!((&told["candidate_id"], &told["reason"]), (&json!(id), &json!("事迹失实，经核实撤销。")));
        }
        let others = app.user(Role::UnitReviewer, Some(tree.other_unit)).await.1;
        assert_eq!(others.get("/me/notifications").await.expect(200).json["items"], json!([]));
        assert_eq!((audited(&app, "entry.revoked").await, audited(&app, "pool.left").await), (1, 1));
    }

    async fn one_of_two_honours_revoked_leaves_the_other(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let (_, honoree) = honoured(&app, &tree, &city, "王小明").await;
        let again = in_december(&app, &tree, "integrity", "王小明").await;
        link(&app, &city, again, json!(honoree)).await.expect(200);
        publish(&app, &city, "2026-12").await;
        revoke(&app, &city, again, "事迹失实").await;
        let shown = app.anonymous().get(&format!("/honorees/{honoree}")).await.expect(200);
        assert_eq!(shown.json["honours"].as_array().unwrap().len(), 1);
        assert!(shown.json["pool_entered_at"].is_string());
        let inner = city.get(&format!("/honorees/{honoree}?scope=inner")).await.expect(200);
        assert_eq!(inner.json["honours"][0]["revocation"]["reason"], "事迹失实");
        assert!(ids(&app.anonymous().get("/honorees?cycle=2026-12").await.expect(200)).is_empty());
    }
}
