//! What becomes of forwarded candidates afterwards: corrections to the batch, and a package that stays as it is.

use super::*;

both! {
    async fn withdrawals_refusals_and_disqualifications_correct_the_batch_and_leave_the_package(app: App) {
        let tree = app.tree().await;
        app.policy(|policy| policy.district_quota = 10).await;
        let [refused, withdrawn] = [app.packable(&tree, "王小明").await, app.packable(&tree, "李四").await];
        let Sides { city, portal } = sides(&app, &tree).await;
        let batch = forwarded(&app, &city).await;
        let path = format!("/batches/{}", batch.id());
        let corrections = format!("{path}/corrections");
        assert_eq!(portal.get(&corrections).await.expect(200).json["items"], json!([]));
        built(&app).await;
        let zip = portal.get(&format!("{path}/package")).await.expect(200).bytes;

        let receipt = json!({ "accepted": false, "refused": [{ "candidate_id": refused, "reason": "照片不清晰" }] });
        portal.post(&format!("{path}/receipt"), receipt.clone()).await.expect(201);
        portal.post(&format!("{path}/receipt"), receipt).await.expect(200);
        let unit = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        unit.delete(&format!("/candidates/{withdrawn}/consent"), Some(&app.tag(withdrawn).await)).await.expect(200);
        // Who came back withdraws the consent too: the portal has the file all the same.
        unit.delete(&format!("/candidates/{refused}/consent"), Some(&app.tag(refused).await)).await.expect(200);
        let listed = portal.get(&corrections).await.expect(200);
        let expected = [(refused, "refused"), (withdrawn, "consent_withdrawn"), (refused, "consent_withdrawn")];
        let told: Vec<Value> = (1..).zip(expected).map(|(number, (candidate, kind))| {
            json!({ "number": number, "candidate_id": candidate, "kind": kind, "at": FORWARDING })
        }).collect();
        assert_eq!(listed.json["items"], json!(told));
        let mut cursor = String::new();
        for (at, correction) in told.iter().enumerate() {
            let page = city.get(&format!("{corrections}?limit=1{cursor}")).await.expect(200);
            assert_eq!(page.json["items"], json!([correction]));
            assert_eq!(page.json["next_cursor"].is_null(), at + 1 == told.len());
            cursor = format!("&cursor={}", page.json["next_cursor"].as_str().unwrap_or_default());
        }
        for wrong in ["?limit=0", "?limit=101", "?cursor=x", "?kind=refused"] {
            assert_eq!(city.get(&format!("{corrections}{wrong}")).await.status, 400, "{wrong}");
        }
        city.get(&format!("/batches/{}/corrections", tree.unit)).await.problem(404, "not_found");
        let left = traces(&app, batch.id()).await;
        assert_eq!(left.announced.iter().filter(|kind| *kind == "batch.corrected").count(), 3);
        assert!(!left.texts.contains("照片不清晰") && !left.texts.contains("李四"), "{}", left.texts);
        assert_eq!(portal.get(&format!("{path}/package")).await.expect(200).bytes, zip, "the package never changes");
    }

    async fn a_disqualification_corrects_the_last_batch_and_a_withdrawal_after_publication_too(app: App) {
        let tree = app.tree().await;
        let [out, listed] = [app.packable(&tree, "王小明").await, app.packable(&tree, "李四").await];
        let never = app.candidate_with(&tree, haoren::domain::candidate::Status::Nominated, |_| ()).await;
        let Sides { city, portal } = sides(&app, &tree).await;
        let batch = forwarded(&app, &city).await;
        let reason = json!({ "reason": "经查实不符合条件。" });
        city.post_if(&format!("/candidates/{out}/disqualification"), &app.tag(out).await, reason).await.expect(201);
        city.delete(&format!("/candidates/{never}/consent"), Some(&app.tag(never).await)).await.expect(200);
        app.votes(listed, 3).await;
        app.set_clock("2026-12-01T02:00:00Z");
        city.post("/lists", json!({ "cycle": "2026-11" })).await.expect(201);
        city.delete(&format!("/candidates/{listed}/consent"), Some(&app.tag(listed).await)).await.expect(200);
        let announced = traces(&app, batch.id()).await.announced;
        assert!(announced.is_empty(), "nobody has heard of the batch yet: {announced:?}");
        built(&app).await;
        let kinds = app.write(|db| {
            use diesel::prelude::*;
            use haoren::storage::schema::outbox_events::dsl::{arrived, kind, outbox_events, subject_kind};
            let of_batches = outbox_events.filter(subject_kind.eq("batch")).order(arrived);
            Ok(of_batches.select(kind).load::<String>(db).unwrap())
        });
        assert_eq!(kinds.await, ["batch.forwarded", "batch.corrected", "batch.corrected"]);
        let told = portal.get(&format!("/batches/{}/corrections", batch.id())).await.expect(200);
        let told: Vec<_> = told.json["items"].as_array().unwrap().iter().map(|one| (one["candidate_id"].clone(), one["kind"].clone())).collect();
        assert_eq!(told, [(json!(out), json!("disqualified")), (json!(listed), json!("consent_withdrawn"))]);
    }
}
