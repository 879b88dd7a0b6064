//! Several recommenders of one candidate, who follow it and never learn of each other.

use haoren::{
    domain::{candidate::Status, role::Role, stage::StageCode},
    storage::{self, Connection},
};
use serde_json::{Value, json};

use crate::harness::{App, Client, Reply, Tree};

fn further() -> Value {
    json!({
        "channel": "phone",
        "nominator": { "name": "赵小六", "phone": "13900006666", "relationship": "同事" },
    })
}

async fn first(app: &App, tree: &Tree) -> Reply {
    let body = json!({
        "category": "dedication", "name": "张三", "summary": "好人好事。", "unit_id": tree.unit,
        "contact_phone": "13800005678", "nominator": { "name": "王小芳", "phone": "13900001234" },
    });
    app.anonymous().post("/candidates", body).await.expect(201)
}

async fn reviewer(app: &App, tree: &Tree) -> Client {
    app.user(Role::UnitReviewer, Some(tree.unit)).await.1
}

fn version(etag: &str) -> i64 {
    etag.trim_matches('"').split('.').next().unwrap().parse().unwrap()
}

#[track_caller]
fn assert_says_nothing_of(reply: &Reply, secrets: &[&str]) {
    let text = String::from_utf8_lossy(&reply.bytes);
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

both! {
    async fn staff_type_in_who_else_recommends(app: App) {
        let tree = app.tree().await;
        let (user, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let made = first(&app, &tree).await;
        let path = format!("/candidates/{}/nominations", made.id());
        app.time.advance(chrono::Duration::milliseconds(1));
        let keyed = unit.with("Idempotency-Key", "one");
        let added = keyed.post(&path, further()).await.expect(201);
        assert_eq!(added.json["operator_id"], user.to_string());
        assert_eq!(added.json["is_first"], false);
        assert_eq!(added.json["candidate_id"], made.id());
        assert_eq!(added.json["nominator"], json!({ "name": "赵**", "phone": "139****6666", "relationship": "同事" }));
        assert_eq!(version(&added.etag()), version(&made.etag()) + 1);
        let code = added.json["tracking_code"].as_str().unwrap().to_owned();
        let again = keyed.post(&path, further()).await.expect(201);
        assert_eq!((again.id(), again.json["tracking_code"].as_str()), (added.id(), Some(code.as_str())));
        assert_eq!(again.header("idempotency-replayed"), "true");
        let (mut other, reused) = (further(), "idempotency_key_reused");
        other["nominator"]["name"] = json!("钱七");
        keyed.post(&path, other).await.problem(422, reused);

        let listed = unit.get(&path).await.expect(200);
        assert_says_nothing_of(&listed, &["赵小六", "13900006666", "王小芳", "13900001234", &code]);
        let ids: Vec<&str> =
            listed.json["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!((ids.len(), ids[1]), (2, added.json["id"].as_str().unwrap()));
        let page = unit.get(&format!("{path}?limit=1")).await.expect(200);
        let cursor = page.json["next_cursor"].as_str().unwrap();
        let rest = unit.get(&format!("{path}?limit=1&cursor={cursor}")).await.expect(200);
        assert_eq!((&rest.json["items"][0]["id"], &rest.json["next_cursor"]), (&added.json["id"], &Value::Null));
        let clear = unit.get(&format!("/candidates/{}/contacts", made.id())).await.expect(200);
        assert_eq!(clear.json["nominators"][1]["phone"], "13900006666");
    }

    async fn recommenders_follow_and_never_learn_of_each_other(app: App) {
        let tree = app.tree().await;
        let unit = reviewer(&app, &tree).await;
        let made = first(&app, &tree).await;
        let (file, path) = (format!("/candidates/{}", made.id()), format!("/candidates/{}/nominations", made.id()));
        let added = unit.post(&path, further()).await.expect(201);
        let (one, other) = (&made.json["tracking_code"], &added.json["tracking_code"]);
        let (one, other) = (one.as_str().unwrap(), other.as_str().unwrap());
        for (code, is_first) in [(one, true), (other, false)] {
            let tracked = app.anonymous().get(&format!("/nominations/{code}")).await.expect(200);
            assert_eq!((&tracked.json["status"], &tracked.json["is_first"]), (&json!("nominated"), &json!(is_first)));
            assert_says_nothing_of(&tracked, &["赵", "王", "139*", "138*", "13900006666", "13900001234", "13800005678", "同事"]);
        }
        // The file is the first one's; a later one neither sees nor edits it, and ends the own nomination alone.
        let later = app.anonymous().with("Tracking-Code", other);
        later.get(&file).await.problem(404, "not_found");
        later.patch(&file, &added.etag(), json!({ "name": "张四" })).await.problem(404, "not_found");
        let owner = app.anonymous().with("Tracking-Code", one);
        let seen = owner.get(&file).await.expect(200);
        assert_eq!(seen.json["nominations"], json!([]));
        assert_says_nothing_of(&seen, &["赵", "13900006666", "****6666"]);
        owner.get(&path).await.problem(401, "unauthenticated");
        let withdrawn = later.post_if(&format!("{file}/withdrawal"), &added.etag(), json!({})).await.expect(201);
        assert_eq!(withdrawn.json["status"], "nominated");
        let tracked = app.anonymous().get(&format!("/nominations/{one}")).await.expect(200);
        assert_eq!((&tracked.json["status"], &tracked.json["withdrawn_at"]), (&json!("nominated"), &Value::Null));
        let tracked = app.anonymous().get(&format!("/nominations/{other}")).await.expect(200);
        assert!(tracked.json["withdrawn_at"].is_string());
    }

    async fn nominations_are_the_subtrees_business(app: App) {
        let tree = app.tree().await;
        let made = first(&app, &tree).await;
        let path = format!("/candidates/{}/nominations", made.id());
        let (_, sister) = app.user(Role::UnitReviewer, Some(tree.sister_unit)).await;
        let (_, elsewhere) = app.user(Role::DistrictReviewer, Some(tree.other_district)).await;
        let (_, district) = app.user(Role::DistrictReviewer, Some(tree.district)).await;
        let (_, city) = app.user(Role::CityReviewer, Some(tree.city)).await;
        for outside in [&sister, &elsewhere] {
            outside.get(&path).await.problem(404, "not_found");
            outside.post(&path, json!({ "nonsense": 1 })).await.problem(404, "not_found");
        }
        let admin = app.admin().await;
        assert_says_nothing_of(&admin.get(&path).await.expect(200), &["王小芳", "13900001234"]);
        admin.post(&path, further()).await.problem(403, "forbidden");
        district.post(&path, further()).await.expect(201);
        city.post(&path, further()).await.expect(201);
        let absent = "/candidates/0192f1c5-7a00-7000-8000-000000000001/nominations";
        city.post(absent, further()).await.problem(404, "not_found");
    }

    async fn every_fault_of_a_further_nomination_is_named(app: App) {
        let tree = app.tree().await;
        let unit = reviewer(&app, &tree).await;
        let path = format!("/candidates/{}/nominations", first(&app, &tree).await.id());
        let wrong = json!({ "nominator": { "name": "1", "phone": "x", "relationship": "\u{200B}" }, "colour": 1 });
        let faults = unit.post(&path, wrong).await.problem(422, "validation_failed").faults();
        for (pointer, code) in [
            ("/channel", "required"), ("/colour", "unknown_member"), ("/nominator/name", "malformed"),
            ("/nominator/phone", "malformed"), ("/nominator/relationship", "too_short"),
        ] {
            assert!(faults.contains(&(pointer.to_owned(), code.to_owned())), "{pointer} {code} in {faults:?}");
        }
        let hotline = unit.post("/channels", json!({ "kind": "phone", "name": "热线" })).await.expect(201);
        let named = json!({ "channel_id": hotline.id(), "nominator": { "name": "赵小六" } });
        let added = unit.post(&path, named).await.expect(201);
        assert_eq!((&added.json["channel"], &added.json["channel_id"]), (&json!("phone"), &json!(hotline.id())));
        let contrary =
            json!({ "channel": "letter", "channel_id": hotline.id(), "nominator": { "name": "赵小六" } });
        let reply = unit.post(&path, contrary).await.problem(422, "validation_failed");
        assert_eq!(reply.faults(), [("/channel".into(), "inconsistent".into())]);
        let unknown = json!({ "channel_id": tree.unit, "nominator": { "name": "赵小六" } });
        let reply = unit.post(&path, unknown).await.problem(422, "validation_failed");
        assert_eq!(reply.faults(), [("/channel_id".into(), "unknown_reference".into())]);
    }

    async fn nobody_is_added_to_a_candidate_that_has_ended(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        for status in [Status::Nominated, Status::Returned, Status::Verified, Status::Forwarded] {
            let id = app.candidate(&tree, status).await;
            staff.city.post(&format!("/candidates/{id}/nominations"), further()).await.expect(201);
            assert_eq!(app.stored(id).await.version, 2);
        }
        for status in [Status::Rejected, Status::Withdrawn, Status::NotListed] {
            let id = app.candidate(&tree, status).await;
            let reply = staff.city.post(&format!("/candidates/{id}/nominations"), further()).await;
            let reply = reply.problem(409, "transition_not_allowed");
            assert_eq!(reply.json["errors"][0]["status"], status.as_str());
            assert_eq!(app.stored(id).await.version, 1);
        }
    }

    async fn another_recommender_mends_nothing_of_what_was_returned(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        let returning = json!({ "decision": "return", "opinion": "请补充。" });
        app.time.advance(chrono::Duration::minutes(1));
        staff.unit.post_if(&format!("/candidates/{id}/reviews"), "\"1.x\"", returning).await.expect(201);
        app.time.advance(chrono::Duration::minutes(1));
        staff.unit.post(&format!("/candidates/{id}/nominations"), further()).await.expect(201);
        let resubmitted =
            staff.unit.post_if(&format!("/candidates/{id}/resubmission"), &app.tag(id).await, json!({})).await;
        resubmitted.problem(409, "nothing_changed");
    }

    async fn who_types_may_judge_and_who_recommends_may_not(app: App) {
        let tree = app.tree().await;
        let (user, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let second = reviewer(&app, &tree).await;
        let me = second.get("/me").await.expect(200);
        second.patch("/me", &me.etag(), json!({ "phone": "13900006666" })).await.expect(200);
        let id = app.candidate(&tree, Status::Nominated).await;
        let added = unit.post(&format!("/candidates/{id}/nominations"), further()).await.expect(201);
        assert_eq!(added.json["operator_id"], user.to_string());
        let path = format!("/candidates/{id}/reviews");
        let checklist = app.checklist(StageCode::UnitVerification).await;
        let body = json!({ "decision": "approve", "opinion": "属实。", "checklist": checklist });
        second.post_if(&path, &added.etag(), body.clone()).await.problem(409, "own_nomination");
        unit.post_if(&path, &added.etag(), body).await.expect(201);
    }

    async fn staff_hand_the_code_on_to_the_one_for_whom_they_type(app: App) {
        let tree = app.tree().await;
        let unit = reviewer(&app, &tree).await.with("Idempotency-Key", "one");
        let mut body = json!({
            "category": "dedication", "name": "张三", "summary": "好人好事。", "unit_id": tree.unit,
            "channel": "letter", "nominator": { "name": "王小芳" },
        });
        let typed = unit.post("/candidates", body.clone()).await.expect(201);
        let code = typed.json["tracking_code"].as_str().unwrap();
        app.anonymous().get(&format!("/nominations/{code}")).await.expect(200);
        let again = unit.post("/candidates", body.clone()).await.expect(201);
        assert_eq!((again.id(), &again.json["tracking_code"]), (typed.id(), &typed.json["tracking_code"]));
        body.as_object_mut().unwrap().remove("nominator");
        let own = unit.with("Idempotency-Key", "two").post("/candidates", body).await.expect(201);
        assert_eq!(own.json.get("tracking_code"), None);
    }

    async fn a_nomination_beside_a_verification_is_no_lost_update(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        app.candidate(&tree, Status::Nominated).await;
        let checklist = app.checklist(StageCode::UnitVerification).await;
        let body = json!({ "decision": "approve", "opinion": "属实。", "checklist": checklist });
        for _ in 0..10 {
            let id = app.candidate(&tree, Status::Nominated).await;
            let (review, add) = (format!("/candidates/{id}/reviews"), format!("/candidates/{id}/nominations"));
            let (review, added) = tokio::join!(
                staff.unit.post_if(&review, "\"1.x\"", body.clone()),
                staff.district.post(&add, further()),
            );
            added.expect(201);
            let (status, version) = if review.status == 201 {
                (Status::Verified, 3)
            } else {
                review.problem(412, "precondition_failed");
                (Status::Nominated, 2)
            };
            let stored = app.stored(id).await;
            assert_eq!((stored.status, stored.version), (status, version));
            let count = move |db: &mut Connection| {
                Ok::<_, haoren::service::Error>(storage::nominations::list_of(db, id)?.len())
            };
            assert_eq!(app.service.store.read(count).await.unwrap(), 2);
        }
    }
}
