//! Decisions on candidates: the straight way, its guards, and the order in which requests are checked.

use haoren::domain::{
    candidate::Status,
    id::CandidateId,
    role::Role,
    stage::StageCode::{CityScreening, DistrictEndorsement, UnitVerification},
};
use serde_json::{Value, json};

use crate::harness::{App, Client, Reply};

/// An approval with every answer given.
pub async fn approve(app: &App, client: &Client, id: CandidateId) -> Reply {
    let stage = app.stored(id).await.status.stage().expect("nothing to approve");
    let body = json!({ "decision": "approve", "opinion": "材料属实。", "checklist": app.checklist(stage).await });
    client.post_if(&format!("/candidates/{id}/reviews"), &app.tag(id).await, body).await
}

/// A return or rejection.
pub async fn decide(app: &App, client: &Client, id: CandidateId, decision: &str) -> Reply {
    let body = json!({ "decision": decision, "opinion": "请补充证明。" });
    client.post_if(&format!("/candidates/{id}/reviews"), &app.tag(id).await, body).await
}

async fn waiting(client: &Client) -> Vec<(String, String)> {
    let inbox = client.get("/inbox").await.expect(200);
    let items = inbox.json["items"].as_array().unwrap().iter();
    let text = |item: &Value, member: &str| item[member].as_str().unwrap().to_owned();
    items.map(|item| (text(item, "candidate_id"), text(item, "action"))).collect()
}

both! {
    async fn from_the_recommendation_to_the_screening(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        for (client, action, status) in [
            (&staff.unit, "verify", "verified"),
            (&staff.district, "endorse", "endorsed"),
            (&staff.city, "screen", "screened"),
        ] {
            assert_eq!(waiting(client).await, [(id.to_string(), action.to_owned())]);
            let reply = approve(&app, client, id).await.expect(201);
            assert_eq!(reply.json["status"], status);
            assert_eq!(reply.json["decision"], "approve");
            assert_eq!(reply.json["acting_for"], Value::Null);
            assert_eq!(reply.etag(), reply.header("etag"));
            assert_eq!(waiting(&staff.unit).await, []);
        }
        assert_eq!(waiting(&staff.city).await, [(id.to_string(), "forward".to_owned())]);
        assert_eq!(app.places(&tree, "2026-11").await, 1);
        let history = staff.unit.get(&format!("/candidates/{id}/history")).await.expect(200);
        let steps: Vec<_> = history.json["items"].as_array().unwrap().iter().map(|step| step["action"].clone()).collect();
        assert_eq!(steps, ["verify", "endorse", "screen"]);
        let first = staff.city.get(&format!("/candidates/{id}/reviews?limit=2")).await.expect(200);
        let cursor = first.json["next_cursor"].as_str().unwrap();
        let second = staff.city.get(&format!("/candidates/{id}/reviews?limit=2&cursor={cursor}")).await.expect(200);
        assert_eq!(second.json["items"][0]["stage"], "city_screening");
        assert_eq!(second.json["items"].as_array().unwrap().len(), 1);
    }

    async fn all_that_stands_against_a_decision_is_named_together(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate_with(&tree, Status::Nominated, |candidate| candidate.deed = None).await;
        app.set_clock("2026-11-20T16:00:00Z");
        let items = app.checklist(UnitVerification).await;
        let mut answers = items.as_object().unwrap().clone();
        let (first, second) = (answers.keys().next().unwrap().clone(), answers.keys().nth(1).unwrap().clone());
        answers.remove(&first);
        answers.insert(second.clone(), json!(false));
        let body = json!({ "decision": "approve", "opinion": "同意。", "checklist": answers });
        let reply = staff.unit.post_if(&format!("/candidates/{id}/reviews"), &app.tag(id).await, body).await;
        let reply = reply.problem(409, "window_closed");
        let mut expected = vec![
            (String::new(), "materials_incomplete".to_owned()),
            (String::new(), "window_closed".to_owned()),
            (format!("/checklist/{first}"), "checklist_incomplete".to_owned()),
            (format!("/checklist/{second}"), "checklist_incomplete".to_owned()),
        ];
        expected.sort();
        assert_eq!(reply.faults(), expected);
        let closed = &reply.json["errors"][0];
        assert_eq!(closed["window"], "reporting");
        assert_eq!(closed["closes_at"], "2026-11-20T16:00:00Z");
        assert_eq!(reply.json["errors"][1]["item"], "deed_length");
        assert_eq!(app.stored(id).await.status, Status::Nominated);
    }

    async fn the_first_check_that_fails_answers(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let outsider = app.user(Role::UnitReviewer, Some(tree.other_unit)).await.1;
        let id = app.candidate(&tree, Status::Verified).await;
        let path = format!("/candidates/{id}/reviews");
        let bad = json!({ "decision": "perhaps" });
        app.anonymous().post(&path, bad.clone()).await.problem(401, "unauthenticated");
        app.citizen().await.post(&path, bad.clone()).await.problem(403, "forbidden");
        app.admin().await.post(&path, bad.clone()).await.problem(403, "forbidden");
        outsider.post(&path, bad.clone()).await.problem(404, "not_found");
        staff.unit.post("/candidates/none/reviews", bad.clone()).await.problem(404, "not_found");
        staff.unit.post(&path, bad.clone()).await.problem(428, "precondition_required");
        staff.unit.post_if(&path, "\"7.x\"", bad.clone()).await.problem(412, "precondition_failed");
        let reply = staff.unit.post_if(&path, &app.tag(id).await, bad).await.problem(422, "validation_failed");
        let required = ("/opinion".to_owned(), "required".to_owned());
        assert_eq!(reply.faults(), [("/decision".to_owned(), "unknown_value".to_owned()), required]);
        let unknown = json!({ "decision": "approve", "opinion": "同意。", "checklist": { "sings_well": true } });
        let reply = staff.district.post_if(&path, &app.tag(id).await, unknown).await.problem(422, "validation_failed");
        assert_eq!(reply.faults(), [("/checklist/sings_well".to_owned(), "unknown_member".to_owned())]);
        // The stage is the district's, and that a verified candidate is verified again is a matter of its status.
        decide(&app, &staff.unit, id, "return").await.problem(409, "transition_not_allowed");
        decide(&app, &staff.city, id, "return").await.problem(409, "stage_staffed");
    }

    async fn the_same_request_gets_its_first_answer(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        let client = staff.unit.with("Idempotency-Key", "verify-once");
        let tag = app.tag(id).await;
        let body = json!({ "decision": "approve", "opinion": "同意。", "checklist": app.checklist(UnitVerification).await });
        let path = format!("/candidates/{id}/reviews");
        let first = client.post_if(&path, &tag, body.clone()).await.expect(201);
        let again = client.post_if(&path, &tag, body.clone()).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(first.json, again.json);
        staff.unit.post_if(&path, &tag, body.clone()).await.problem(412, "precondition_failed");
        let other = json!({ "decision": "reject", "opinion": "不同意。" });
        client.post_if(&path, &tag, other).await.problem(422, "idempotency_key_reused");
    }

    async fn the_level_above_decides_for_an_empty_one(app: App) {
        let tree = app.tree().await;
        let district = app.user(Role::DistrictReviewer, Some(tree.district)).await.1;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        let id = app.candidate(&tree, Status::Nominated).await;
        assert_eq!(waiting(&district).await, [(id.to_string(), "verify".to_owned())]);
        assert_eq!(waiting(&city).await, []);
        let reply = approve(&app, &district, id).await.expect(201);
        assert_eq!(reply.json["acting_for"], "unit");
        assert_eq!(reply.json["stage"], "unit_verification");
        // Who verified may not endorse; as nobody else of the district is there, the city does, and another one screens.
        approve(&app, &district, id).await.problem(409, "decided_before");
        let reply = approve(&app, &city, id).await.expect(201);
        assert_eq!(reply.json["acting_for"], "district");
        approve(&app, &city, id).await.problem(409, "decided_before");
        let other = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        approve(&app, &other, id).await.expect(201);
    }

    async fn the_inbox_holds_what_nobody_below_may_decide_and_no_more(app: App) {
        let tree = app.tree().await;
        let (user, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let district = app.user(Role::DistrictReviewer, Some(tree.district)).await.1;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        let own = app.candidate(&tree, Status::Nominated).await;
        app.nomination(own, user, false).await;
        let others = app.candidate(&tree, Status::Nominated).await;
        let sister = tree.sister_unit;
        let orphan = app.candidate_with(&tree, Status::Nominated, move |it| it.unit_id = Some(sister)).await;
        let (elsewhere, other_unit) = (tree.other_district, tree.other_unit);
        let far = app
            .candidate_with(&tree, Status::Verified, move |it| {
                it.district_id = elsewhere;
                it.unit_id = Some(other_unit);
            })
            .await;
        let screened = app.candidate(&tree, Status::Screened).await;
        let sorted = |mut items: Vec<(String, String)>| {
            items.sort();
            items
        };
        let names = |ids: &[(CandidateId, &str)]| {
            sorted(ids.iter().map(|(id, action)| (id.to_string(), (*action).to_owned())).collect())
        };
        assert_eq!(sorted(waiting(&unit).await), names(&[(others, "verify")]));
        assert_eq!(sorted(waiting(&district).await), names(&[(own, "verify"), (orphan, "verify")]));
        assert_eq!(sorted(waiting(&city).await), names(&[(far, "endorse"), (screened, "forward")]));
    }

    async fn nobody_reviews_the_own_nomination(app: App) {
        let tree = app.tree().await;
        let (user, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let district = app.user(Role::DistrictReviewer, Some(tree.district)).await.1;
        let id = app.candidate(&tree, Status::Nominated).await;
        app.nomination(id, user, false).await;
        approve(&app, &unit, id).await.problem(409, "own_nomination");
        assert_eq!(waiting(&unit).await, []);
        assert_eq!(approve(&app, &district, id).await.expect(201).json["acting_for"], "unit");
    }

    async fn the_district_assigns_and_the_unit_hands_back(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate_with(&tree, Status::Nominated, |candidate| candidate.unit_id = None).await;
        let path = format!("/candidates/{id}/unit");
        let put = async |client: &Client, body: Value| client.put(&path, Some(&app.tag(id).await), body).await;
        assert_eq!(waiting(&staff.district).await, [(id.to_string(), "assign".to_owned())]);
        put(&staff.unit, json!({ "unit_id": tree.unit })).await.problem(404, "not_found");
        let foreign = put(&staff.district, json!({ "unit_id": tree.other_unit })).await;
        let foreign = foreign.problem(422, "validation_failed");
        assert_eq!(foreign.faults(), [("/unit_id".to_owned(), "unknown_reference".to_owned())]);
        let reply = put(&staff.district, json!({ "unit_id": tree.unit })).await.expect(200);
        assert_eq!(reply.json["unit_id"], tree.unit.to_string());
        assert_eq!(waiting(&staff.unit).await, [(id.to_string(), "verify".to_owned())]);
        let silent = put(&staff.unit, json!({ "unit_id": null })).await.problem(422, "validation_failed");
        assert_eq!(silent.faults(), [("/reason".to_owned(), "required".to_owned())]);
        put(&staff.unit, json!({ "unit_id": null, "reason": "不是本单位人员。" })).await.expect(200);
        put(&staff.unit, json!({ "unit_id": null, "reason": "再来。" })).await.problem(404, "not_found");
        decide(&app, &staff.district, id, "return").await.expect(201);
        assert_eq!(app.stored(id).await.status, Status::Returned);
    }

    async fn a_district_endorses_as_many_as_it_has_places(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        for _ in 0..2 {
            let id = app.candidate(&tree, Status::Verified).await;
            approve(&app, &staff.district, id).await.expect(201);
        }
        let third = app.candidate(&tree, Status::Verified).await;
        let reply = approve(&app, &staff.district, third).await.problem(409, "quota_exceeded");
        assert_eq!((&reply.json["errors"][0]["limit"], &reply.json["errors"][0]["used"]), (&json!(2), &json!(2)));
        assert_eq!(app.places(&tree, "2026-11").await, 2);
    }

    async fn the_window_closes_at_its_last_instant(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        for (client, status, closes) in [
            (&staff.unit, Status::Nominated, "2026-11-20T16:00:00Z"),
            (&staff.district, Status::Verified, "2026-11-20T16:00:00Z"),
            (&staff.city, Status::Endorsed, "2026-11-25T16:00:00Z"),
        ] {
            let id = app.candidate(&tree, status).await;
            app.set_clock(closes);
            approve(&app, client, id).await.problem(409, "window_closed");
            app.set_clock(&closes.replace("16:00:00Z", "15:59:59.999Z"));
            approve(&app, client, id).await.expect(201);
            app.set_clock("2026-11-10T02:00:00Z");
        }
        assert!(app.checklist(CityScreening).await.is_object() && app.checklist(DistrictEndorsement).await.is_object());
    }
}
