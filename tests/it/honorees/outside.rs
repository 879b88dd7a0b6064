//! Honours that others have given.

use super::*;

both! {
    async fn honours_of_others_are_recorded_corrected_and_struck(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let (_, honoree) = honoured(&app, &tree, &city, "王小明").await;
        let public = app.anonymous();
        let path = format!("/honorees/{honoree}/honours");
        let keyed = city.with("Idempotency-Key", "record-1");
        let made = keyed.post(&path, provincial()).await.expect(201);
        let again = keyed.post(&path, provincial()).await.expect(201);
        assert_eq!((made.id(), again.header("idempotency-replayed")), (again.id(), "true"));
        let one = format!("{path}/{}", made.id());
        assert_eq!(made.header("location"), format!("/api/v1{one}"));
        assert_eq!(public.get(&one).await.expect(200).json, made.json);
        let shown = public.get(&format!("/honorees/{honoree}")).await.expect(200);
        assert_eq!(shown.json["outside_honours"], json!([made.json]));
        assert_eq!((&made.json["level"], &made.json["awarded_on"]), (&json!("provincial"), &json!("2026-10-15")));

        city.patch(&one, "\"9.x\"", json!({ "title": "荆楚楷模" })).await.problem(412, "precondition_failed");
        let better = json!({ "title": " 荆楚楷模 ", "number": "12", "category": "dedication", "source_url": "https://www.hubei.gov.cn/1" });
        let corrected = city.patch(&one, &made.etag(), better).await.expect(200);
        assert_eq!((&corrected.json["title"], &corrected.json["number"]), (&json!("荆楚楷模"), &json!("12")));
        assert_eq!(corrected.json["issuer"], made.json["issuer"]);
        let emptied = city.patch(&one, &corrected.etag(), json!({ "number": null, "category": null })).await.expect(200);
        assert_eq!((&emptied.json["number"], &emptied.json["category"]), (&Value::Null, &Value::Null));
        city.patch(&one, &corrected.etag(), json!({ "title": "x" })).await.problem(412, "precondition_failed");

        let strike = format!("{one}/revocation");
        city.post(&strike, json!({ "reason": "误录" })).await.problem(428, "precondition_required");
        let struck = city.post_if(&strike, &emptied.etag(), json!({ "reason": "误录" })).await.expect(201);
        assert_eq!(struck.json["revocation"]["reason"], "误录");
        public.get(&one).await.problem(404, "not_found");
        assert_eq!(city.get(&one).await.expect(200).json["revocation"]["reason"], "误录");
        assert_eq!(public.get(&format!("/honorees/{honoree}")).await.expect(200).json["outside_honours"], json!([]));
        let inner = city.get(&format!("/honorees/{honoree}?scope=inner")).await.expect(200);
        assert_eq!(inner.json["outside_honours"].as_array().unwrap().len(), 1);
        city.post_if(&strike, &struck.etag(), json!({ "reason": "再次" })).await.problem(409, "already_decided");
        city.patch(&one, &struck.etag(), json!({ "title": "x" })).await.problem(409, "already_decided");
        for (action, count) in [("outside_honour.recorded", 1), ("outside_honour.corrected", 2), ("outside_honour.revoked", 1)] {
            assert_eq!(audited(&app, action).await, count, "{action}");
        }
    }

    async fn what_is_wrong_with_an_honour_of_others_is_named(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let (candidate, honoree) = honoured(&app, &tree, &city, "王小明").await;
        let path = format!("/honorees/{honoree}/honours");
        let with = |member: &str, value: Value| {
            let mut body = provincial();
            body[member] = value;
            body
        };
        for (member, value, code) in [
            ("level", json!("galactic"), "unknown_value"),
            ("title", json!(""), "too_short"),
            ("title", json!("好".repeat(201)), "too_long"),
            ("issuer", json!(" "), "too_short"),
            ("number", json!("号".repeat(101)), "too_long"),
            ("awarded_on", json!("2026-12-02"), "too_large"),
            ("awarded_on", json!("1948-12-31"), "too_small"),
            ("awarded_on", json!("2026-02-30"), "malformed"),
            ("category", json!("unheard_of"), "unknown_reference"),
            ("source_url", json!("ftp://x"), "malformed"),
            ("votes", json!(1), "unknown_member"),
        ] {
            let refused = city.post(&path, with(member, value.clone())).await.problem(422, "validation_failed");
            let expected = (format!("/{member}"), code.to_owned());
            assert!(refused.faults().contains(&expected), "{member} {value}: {}", refused.json);
        }
        // Today is a day of the deployment's zone: there December has begun.
        city.post(&path, with("awarded_on", json!("2026-12-01"))).await.expect(201);
        city.post("/honorees/0192f1c5-7a00-7000-8000-000000000001/honours", provincial()).await.problem(404, "not_found");
        for client in [app.user(Role::DistrictReviewer, Some(tree.district)).await.1, app.citizen().await] {
            client.post(&path, provincial()).await.problem(403, "forbidden");
        }
        app.anonymous().post(&path, provincial()).await.problem(401, "unauthenticated");
        // Of whom nothing is shown, no honour is.
        let made = city.post(&path, provincial()).await.expect(201);
        let one = format!("{path}/{}", made.id());
        withhold(&app, candidate).await;
        app.anonymous().get(&one).await.problem(404, "not_found");
        let district = app.user(Role::DistrictReviewer, Some(tree.district)).await.1;
        district.get(&one).await.expect(200);
        app.user(Role::DistrictReviewer, Some(tree.other_district)).await.1.get(&one).await.problem(404, "not_found");
        assert!(ids(&app.anonymous().get("/honorees?level=provincial").await.expect(200)).is_empty());
    }
}
