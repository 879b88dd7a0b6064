//! Two honorees turn out to be one.

use super::*;

/// Two honorees of November under two names, and a candidate of December that is linked to the second.
async fn two(app: &App, tree: &Tree, city: &Client) -> (String, String, CandidateId) {
    let one = forwarded(app, tree, "王小明").await;
    let other = forwarded(app, tree, "王晓明").await;
    place(app, other, tree.other_district, tree.other_unit).await;
    publish(app, city, "2026-11").await;
    let (one, other) = (holder(app, one).await, holder(app, other).await);
    let next = in_december(app, tree, "integrity", "王小明").await;
    link(app, city, next, json!(other)).await.expect(200);
    (one, other, next)
}

both! {
    async fn a_merged_honoree_answers_as_the_survivor(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let (one, other, next) = two(&app, &tree, &city).await;
        city.post(&format!("/honorees/{other}/honours"), provincial()).await.expect(201);
        let merged = merge(&city, &one, &other).await.expect(201);
        assert_eq!((merged.id(), &merged.json["merged_ids"]), (one.clone(), &json!([other])));
        assert_eq!(merged.json["honours"].as_array().unwrap().len(), 2);
        assert_eq!(merged.json["outside_honours"].as_array().unwrap().len(), 1);
        let public = app.anonymous();
        let (shown, led) = (public.get(&format!("/honorees/{one}")).await, public.get(&format!("/honorees/{other}")).await);
        assert_eq!(shown.expect(200).json, led.expect(200).json);
        assert_eq!(ids(&public.get("/honorees").await.expect(200)), std::slice::from_ref(&one));
        let linked = city.get(&format!("/candidates/{next}/honorees")).await.expect(200);
        assert_eq!(linked.json["link"]["honoree_id"], json!(one));
        assert_eq!(linked.json["items"][0]["honoree"]["id"], json!(one));
        // What is linked to the merged one is honoured as the survivor.
        publish(&app, &city, "2026-12").await;
        assert_eq!(holder(&app, next).await, one);
        assert_eq!(audited(&app, "honoree.merged").await, 1);
    }

    async fn undoing_gives_back_what_was_handed_over_and_no_more(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let (one, other, next) = two(&app, &tree, &city).await;
        let undo = format!("/honorees/{other}/merger");
        city.delete(&undo, Some("\"1.x\"")).await.problem(404, "not_found");
        merge(&city, &one, &other).await.expect(201);
        publish(&app, &city, "2026-12").await;
        city.delete(&undo, None).await.problem(428, "precondition_required");
        city.delete(&undo, Some("\"1.x\"")).await.problem(412, "precondition_failed");
        let tag = app.anonymous().get(&format!("/honorees/{other}")).await.expect(200).etag();
        let parted = city.delete(&undo, Some(&tag)).await.expect(200);
        assert_eq!((parted.id(), parted.json["honours"].as_array().unwrap().len()), (other.clone(), 1));
        assert_eq!(parted.json["unit_id"], json!(tree.other_unit));
        let kept = city.get(&format!("/honorees/{one}?scope=inner")).await.expect(200);
        let numbers: Vec<&Value> = kept.json["honours"].as_array().unwrap().iter().map(|one| &one["certificate_number"]).collect();
        assert_eq!(numbers, [&json!("2026-12-INT-0001"), &json!("2026-11-DED-0001")]);
        assert_eq!((holder(&app, next).await, &kept.json["merged_ids"]), (one.clone(), &json!([])));
        assert!(parted.json["pool_entered_at"].is_string() && kept.json["pool_entered_at"].is_string());
        // And once more, the other way round.
        merge(&city, &other, &one).await.expect(201);
        assert_eq!(app.anonymous().get(&format!("/honorees/{one}")).await.expect(200).id(), other);
        assert_eq!((audited(&app, "honoree.merged").await, audited(&app, "honoree.unmerged").await), (2, 1));
    }

    async fn mergers_that_cannot_be(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let (one, other, _) = two(&app, &tree, &city).await;
        let path = format!("/honorees/{one}/merger");
        let body = |id: &str| json!({ "honoree_id": id, "reason": "同一人。" });
        city.post(&path, body(&other)).await.problem(428, "precondition_required");
        city.post_if(&path, "\"99.x\"", body(&other)).await.problem(412, "precondition_failed");
        let faults = async |id: &str| merge(&city, &one, id).await.problem(422, "validation_failed").faults();
        let at = |code: &str| vec![("/honoree_id".to_owned(), code.to_owned())];
        assert_eq!(faults(&one).await, at("inconsistent"));
        assert_eq!(faults("0192f1c5-7a00-7000-8000-000000000001").await, at("unknown_reference"));
        let tag = city.get(&format!("/honorees/{one}?scope=inner")).await.expect(200).etag();
        let silent = json!({ "honoree_id": other, "reason": " " });
        let refused = city.post_if(&path, &tag, silent).await.problem(422, "validation_failed");
        assert_eq!(refused.faults(), [("/reason".to_owned(), "too_short".to_owned())]);
        city.post_if("/honorees/nobody/merger", &tag, body(&other)).await.problem(404, "not_found");
        let district = app.user(Role::DistrictReviewer, Some(tree.district)).await.1;
        district.post_if(&path, &tag, body(&other)).await.problem(403, "forbidden");
        district.delete(&path, Some(&tag)).await.problem(403, "forbidden");

        merge(&city, &one, &other).await.expect(201);
        let third = in_december(&app, &tree, "bravery", "赵勇").await;
        publish(&app, &city, "2026-12").await;
        let third = holder(&app, third).await;
        let refused = merge(&city, &third, &other).await.problem(409, "honoree_merged");
        assert_eq!(refused.json["errors"][0]["merged_into"], json!(one));
        merge(&city, &other, &third).await.problem(409, "honoree_merged");
        city.post(&format!("/honorees/{other}/honours"), provincial()).await.problem(409, "honoree_merged");
        // A chain is followed to its end, and taken apart from there.
        merge(&city, &third, &one).await.expect(201);
        let end = app.anonymous().get(&format!("/honorees/{other}")).await.expect(200);
        assert_eq!(end.id(), third);
        city.delete(&format!("/honorees/{other}/merger"), Some(&end.etag())).await.problem(409, "honoree_merged");
        city.delete(&format!("/honorees/{one}/merger"), Some(&end.etag())).await.expect(200);
        let tag = app.anonymous().get(&format!("/honorees/{other}")).await.expect(200).etag();
        city.delete(&format!("/honorees/{other}/merger"), Some(&tag)).await.expect(200);
        assert_eq!(ids(&app.anonymous().get("/honorees").await.expect(200)).len(), 3);
    }
}
