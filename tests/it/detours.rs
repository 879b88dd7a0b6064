//! The ways beside the straight one: return and back, recall, reject, reinstate, withdraw, disqualify, carry over, revoke.

use haoren::{
    domain::{candidate::Status, id::CandidateId, role::Role, transition::Action},
    service::{Caller, Error, transitions},
    storage::Connection,
};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client, Reply},
    reviews::{approve, decide},
};

async fn act(app: &App, client: &Client, id: CandidateId, path: &str, body: Value) -> Reply {
    client.post_if(&format!("/candidates/{id}/{path}"), &app.tag(id).await, body).await
}

fn because() -> Value {
    json!({ "reason": "申诉成立，情况属实。" })
}

/// The status and cycle of a candidate.
async fn stands(app: &App, id: CandidateId) -> (Status, String) {
    let candidate = app.stored(id).await;
    (candidate.status, candidate.cycle.to_string())
}

/// What a batch, a receipt or a withdrawn consent does, as the city's reviewer.
async fn engine(app: &App, caller: &Caller, id: CandidateId, action: Action) -> Result<(), Error> {
    let (service, caller) = (app.service.clone(), caller.clone());
    let order = transitions::Order::new(action, Some("门户退回。".to_owned()));
    let work = move |db: &mut Connection| transitions::apply(&service, db, &caller, id, &order).map(|_| ());
    app.service.store.write(work).await
}

both! {
    async fn returned_by_the_city_after_the_20th_and_back_in_time(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Endorsed).await;
        app.set_clock("2026-11-23T02:00:00Z");
        decide(&app, &staff.city, id, "return").await.expect(201);
        assert_eq!(app.places(&tree, "2026-11").await, 0);
        act(&app, &staff.unit, id, "resubmission", json!({})).await.problem(409, "nothing_changed");
        let back = act(&app, &staff.unit, id, "resubmission", json!({ "answer": "已补充证明。" })).await.expect(201);
        assert_eq!((&back.json["status"], &back.json["cycle"]), (&json!("nominated"), &json!("2026-11")));
        approve(&app, &staff.unit, id).await.expect(201);
        app.set_clock("2026-11-25T15:59:59.999Z");
        approve(&app, &staff.district, id).await.expect(201);
        approve(&app, &staff.city, id).await.expect(201);
        assert_eq!(stands(&app, id).await, (Status::Screened, "2026-11".to_owned()));
        assert_eq!(app.places(&tree, "2026-11").await, 1);
    }

    async fn returned_by_the_unit_goes_on_in_the_next_month(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        decide(&app, &staff.unit, id, "return").await.expect(201);
        app.set_clock("2026-11-21T02:00:00Z");
        act(&app, &staff.unit, id, "resubmission", json!({ "answer": "已补充。" })).await.expect(201);
        assert_eq!(stands(&app, id).await, (Status::Nominated, "2026-12".to_owned()));
        approve(&app, &staff.unit, id).await.problem(409, "window_closed");
        app.set_clock("2026-12-01T02:00:00Z");
        approve(&app, &staff.unit, id).await.expect(201);
    }

    async fn an_approval_is_recalled_by_its_stage(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Endorsed).await;
        act(&app, &staff.unit, id, "recall", because()).await.problem(409, "next_stage_decided");
        act(&app, &staff.city, id, "recall", because()).await.problem(409, "stage_staffed");
        act(&app, &staff.district, id, "recall", json!({})).await.problem(422, "validation_failed");
        act(&app, &staff.district, id, "recall", because()).await.expect(201);
        assert_eq!((app.stored(id).await.status, app.places(&tree, "2026-11").await), (Status::Verified, 0));
        act(&app, &staff.district, id, "recall", because()).await.problem(409, "stage_staffed");
        act(&app, &staff.unit, id, "recall", because()).await.expect(201);
        assert_eq!(app.stored(id).await.status, Status::Nominated);
        act(&app, &staff.unit, id, "recall", because()).await.problem(409, "transition_not_allowed");
    }

    async fn a_rejected_one_is_reinstated_by_the_city(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Screened).await;
        decide(&app, &staff.city, id, "reject").await.expect(201);
        assert_eq!((app.stored(id).await.status, app.places(&tree, "2026-11").await), (Status::Rejected, 0));
        act(&app, &staff.district, id, "reinstatement", because()).await.problem(403, "forbidden");
        app.set_clock("2026-11-24T02:00:00Z");
        act(&app, &staff.city, id, "reinstatement", because()).await.expect(201);
        assert_eq!(stands(&app, id).await, (Status::Nominated, "2026-12".to_owned()));
    }

    async fn nominators_and_units_withdraw(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (user, later) = app.user(Role::Citizen, None).await;
        let id = app.candidate(&tree, Status::Verified).await;
        let stranger = app.citizen().await;
        act(&app, &stranger, id, "withdrawal", json!({})).await.problem(404, "not_found");
        app.nomination(id, user, false).await;
        let own = act(&app, &later, id, "withdrawal", json!({})).await.expect(201);
        assert_eq!(own.json["status"], "verified");
        act(&app, &later, id, "withdrawal", json!({})).await.problem(409, "already_decided");
        act(&app, &staff.district, id, "withdrawal", json!({})).await.problem(403, "forbidden");
        let reply = act(&app, &staff.unit, id, "withdrawal", json!({})).await.expect(201);
        assert_eq!(reply.json["status"], "withdrawn");
        act(&app, &staff.unit, id, "withdrawal", json!({})).await.problem(409, "transition_not_allowed");
    }

    async fn the_level_above_keeps_the_file_of_an_empty_unit(app: App) {
        let tree = app.tree().await;
        let district = app.user(Role::DistrictReviewer, Some(tree.district)).await.1;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        let id = app.candidate(&tree, Status::Nominated).await;
        decide(&app, &district, id, "return").await.expect(201);
        act(&app, &city, id, "resubmission", json!({ "answer": "已补充。" })).await.problem(403, "forbidden");
        let path = format!("/candidates/{id}");
        let change = json!({ "summary": "三十年安全行车一百二十万公里。" });
        city.patch(&path, &app.tag(id).await, change.clone()).await.problem(403, "forbidden");
        app.time.advance(chrono::Duration::seconds(1));
        district.patch(&path, &app.tag(id).await, change).await.expect(200);
        act(&app, &district, id, "resubmission", json!({})).await.expect(201);
        assert_eq!(app.stored(id).await.status, Status::Nominated);
        act(&app, &district, id, "withdrawal", json!({})).await.expect(201);
        assert_eq!(app.stored(id).await.status, Status::Withdrawn);
        // Once the unit has somebody, the file is the unit's again.
        let other = app.candidate(&tree, Status::Nominated).await;
        app.user(Role::UnitReviewer, Some(tree.unit)).await;
        act(&app, &district, other, "withdrawal", json!({})).await.problem(403, "forbidden");
        district.patch(&format!("/candidates/{other}"), &app.tag(other).await, json!({})).await.problem(403, "forbidden");
    }

    async fn a_later_nominator_follows_the_status_alone(app: App) {
        let tree = app.tree().await;
        let (user, later) = app.user(Role::Citizen, None).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        app.nomination(id, user, false).await;
        later.get(&format!("/candidates/{id}")).await.problem(404, "not_found");
        later.get(&format!("/candidates/{id}/readiness")).await.problem(404, "not_found");
        let own = later.get("/me/nominations").await.expect(200).json["items"][0].clone();
        assert_eq!((&own["status"], &own["is_first"]), (&json!("nominated"), &json!(false)));
        let withdrawal = format!("/candidates/{id}/withdrawal");
        later.post_if(&withdrawal, own["etag"].as_str().unwrap(), json!({})).await.expect(201);
        assert_eq!(app.stored(id).await.status, Status::Nominated);
    }

    async fn a_nominator_without_an_account_acts_by_the_tracking_code(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let body = json!({ "category": "dedication", "name": "陈桂兰", "summary": "三十年如一日。", "unit_id": tree.unit });
        let made = app.anonymous().post("/candidates", body).await.expect(201);
        let id: CandidateId = made.id().parse().unwrap();
        let holder = app.anonymous().with("Tracking-Code", made.json["tracking_code"].as_str().unwrap());
        decide(&app, &staff.unit, id, "return").await.expect(201);
        act(&app, &app.anonymous(), id, "resubmission", json!({})).await.problem(401, "unauthenticated");
        act(&app, &holder, id, "recall", because()).await.problem(401, "unauthenticated");
        act(&app, &holder, id, "resubmission", json!({ "answer": "已补充。" })).await.expect(201);
        act(&app, &holder, id, "withdrawal", json!({})).await.expect(201);
        assert_eq!(app.stored(id).await.status, Status::Withdrawn);
        let history = staff.unit.get(&format!("/candidates/{id}/history")).await.expect(200);
        let steps: Vec<_> = history.json["items"].as_array().unwrap().iter().map(|step| step["action"].clone()).collect();
        assert_eq!(steps, ["nominate", "return", "resubmit", "withdraw"]);
    }

    async fn a_disqualified_or_refused_one_leaves_the_vote_and_its_place(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let portal = app.user(Role::Portal, None).await.0;
        let first = app.candidate(&tree, Status::Forwarded).await;
        let second = app.candidate(&tree, Status::Forwarded).await;
        act(&app, &staff.unit, first, "disqualification", because()).await.problem(403, "forbidden");
        act(&app, &staff.city, first, "disqualification", because()).await.expect(201);
        assert_eq!((app.stored(first).await.status, app.places(&tree, "2026-11").await), (Status::Rejected, 1));
        engine(&app, &caller(&app, portal).await, second, Action::Refuse).await.unwrap();
        assert_eq!((app.stored(second).await.status, app.places(&tree, "2026-11").await), (Status::Returned, 0));
        // What the portal refused goes on in the intake cycle.
        act(&app, &staff.unit, second, "resubmission", json!({ "answer": "已更正。" })).await.expect(201);
        assert_eq!(stands(&app, second).await, (Status::Nominated, "2026-11".to_owned()));
    }

    async fn a_withdrawn_consent_ends_what_is_not_yet_listed(app: App) {
        let tree = app.tree().await;
        let city = caller(&app, app.user(Role::CityReviewer, Some(tree.city)).await.0).await;
        for status in [Status::Nominated, Status::Endorsed, Status::Forwarded, Status::Returned] {
            let id = app.candidate(&tree, status).await;
            engine(&app, &city, id, Action::WithdrawConsent).await.unwrap();
            assert_eq!((app.stored(id).await.status, app.places(&tree, "2026-11").await), (Status::Withdrawn, 0));
        }
    }

    async fn a_listed_one_is_revoked_and_its_place_is_not_refilled(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Listed).await;
        act(&app, &staff.district, id, "revocation", because()).await.problem(403, "forbidden");
        act(&app, &staff.city, id, "revocation", because()).await.expect(201);
        assert_eq!((app.stored(id).await.status, app.places(&tree, "2026-11").await), (Status::Revoked, 1));
    }

    async fn carried_over_from_every_state(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        for (status, client, deed, expected) in [
            (Status::Nominated, &staff.unit, true, Status::Nominated),
            (Status::Verified, &staff.district, true, Status::Verified),
            (Status::Verified, &staff.unit, false, Status::Nominated),
            (Status::Returned, &staff.unit, true, Status::Returned),
            (Status::Endorsed, &staff.city, true, Status::Verified),
            (Status::Screened, &staff.city, true, Status::Verified),
            (Status::Screened, &staff.city, false, Status::Nominated),
        ] {
            app.set_clock("2026-11-10T02:00:00Z");
            let id = app
                .candidate_with(&tree, status, move |candidate| {
                    if !deed {
                        candidate.deed = None;
                    }
                })
                .await;
            act(&app, client, id, "carry-over", json!({})).await.problem(409, "window_still_open");
            app.set_clock("2026-11-25T16:00:00Z");
            let reply = act(&app, client, id, "carry-over", json!({})).await.expect(201);
            assert_eq!(reply.json["cycle"], "2026-12");
            assert_eq!(stands(&app, id).await, (expected, "2026-12".to_owned()), "{status}");
            assert_eq!(app.places(&tree, "2026-11").await, 0);
        }
        for status in [Status::Forwarded, Status::Rejected, Status::Withdrawn] {
            let id = app.candidate(&tree, status).await;
            act(&app, &staff.city, id, "carry-over", json!({})).await.problem(409, "transition_not_allowed");
        }
        let id = app.candidate(&tree, Status::Endorsed).await;
        act(&app, &staff.unit, id, "carry-over", json!({})).await.problem(409, "transition_not_allowed");
    }

    async fn many_at_once_each_for_itself(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let good = app.candidate(&tree, Status::Nominated).await;
        let stale = app.candidate(&tree, Status::Nominated).await;
        let foreign = app.candidate_with(&tree, Status::Nominated, { let unit = tree.sister_unit; move |it| it.unit_id = Some(unit) }).await;
        let body = json!({ "action": "return", "reason": "材料不全。", "items": [
            { "id": good, "etag": app.tag(good).await },
            { "id": stale, "etag": "\"7.x\"" },
            { "id": foreign, "etag": app.tag(foreign).await },
        ] });
        let reply = staff.unit.post("/candidate-actions", body).await.expect(200);
        let items = reply.json["items"].as_array().unwrap();
        assert_eq!((&items[0]["done"], &items[0]["status"]), (&json!(true), &json!("returned")));
        assert_eq!(items[1]["problem"]["code"], "precondition_failed");
        assert_eq!(items[2]["problem"]["code"], "not_found");
        let other = app.candidate(&tree, Status::Nominated).await;
        let keyed = staff.unit.with("Idempotency-Key", "bulk");
        let body = json!({ "action": "return", "reason": "材料不全。", "items": [{ "id": other, "etag": app.tag(other).await }] });
        let first = keyed.post("/candidate-actions", body.clone()).await.expect(200).json;
        assert_eq!(first["items"][0]["done"], true);
        assert_eq!(keyed.post("/candidate-actions", body.clone()).await.expect(200).json, first);
        let changed = json!({ "action": "reject", "reason": "不属实。", "items": body["items"] });
        keyed.post("/candidate-actions", changed).await.problem(422, "idempotency_key_reused");
        let twice = json!({ "action": "return", "reason": "材料不全。", "items": [
            { "id": good, "etag": "\"2.x\"" }, { "id": good, "etag": "none" },
        ] });
        let reply = staff.unit.post("/candidate-actions", twice).await.problem(422, "validation_failed");
        let malformed = ("/items/1/etag".to_owned(), "malformed".to_owned());
        assert_eq!(reply.faults(), [malformed, ("/items/1/id".to_owned(), "duplicate".to_owned())]);
    }
}

/// A caller of the service for an account.
async fn caller(app: &App, id: haoren::domain::id::UserId) -> Caller {
    let account = app.service.store.read(move |db| haoren::service::caller::find_account(db, id, 1)).await.unwrap();
    Caller { account, ..Caller::default() }
}
