//! Moving and closing organizations beside what happens to the candidates that they carry.

use haoren::{
    domain::{candidate::Status, id::OrganizationId, role::Role},
    service::Error,
    storage::{self, Connection},
};
use serde_json::{Value, json};

use crate::harness::{App, Client, Reply};

const ROUNDS: u32 = 8;

async fn change(admin: &Client, id: impl ToString, patch: Value) -> Reply {
    let path = format!("/organizations/{}", id.to_string());
    let etag = admin.get(&path).await.expect(200).etag();
    admin.patch(&path, &etag, patch).await
}

async fn district_of(app: &App, id: OrganizationId) -> Option<OrganizationId> {
    let work = move |db: &mut Connection| Ok::<_, Error>(storage::organizations::find(db, id)?);
    app.service.store.read(work).await.unwrap().unwrap().district_id
}

both! {
    async fn who_carries_open_candidates_is_neither_moved_nor_closed(app: App) {
        let tree = app.tree().await;
        let admin = app.admin().await;
        app.candidate_with(&tree, Status::Returned, {
            let sister = tree.sister_unit;
            move |candidate| candidate.unit_id = Some(sister)
        })
        .await;
        let sister = tree.sister_unit.to_string();
        change(&admin, &sister, json!({ "active": false })).await.problem(409, "organization_in_use");
        let refused = change(&admin, &sister, json!({ "parent_id": tree.other_district })).await;
        assert_eq!(refused.problem(409, "organization_in_use").json["errors"][0]["open_candidates"], 1);
        change(&admin, &sister, json!({ "name": "江汉区第一实验小学" })).await.expect(200);
        change(&admin, tree.other_unit, json!({ "active": false })).await.expect(200);
    }

    async fn who_has_leads_to_deal_with_is_not_closed(app: App) {
        let tree = app.tree().await;
        let (admin, staff) = (app.admin().await, app.staff(&tree).await);
        let lead = json!({ "channel": "phone", "text": "张三，江汉区，助，义务修家电。", "organization_id": tree.sister_unit });
        let lead = app.anonymous().post("/leads", lead).await.expect(201).id();
        let refused = change(&admin, tree.sister_unit, json!({ "active": false })).await;
        assert_eq!(refused.problem(409, "organization_in_use").json["errors"][0]["waiting_leads"], 1);
        let dismissal = json!({ "reason": "查无此人。" });
        staff.district.post(&format!("/leads/{lead}/dismissal"), dismissal).await.expect(201);
        change(&admin, tree.sister_unit, json!({ "active": false })).await.expect(200);
    }

    async fn a_unit_is_moved_beside_a_nomination_for_the_unit_below(app: App) {
        let tree = app.tree().await;
        let (admin, anybody) = (app.admin().await, app.anonymous());
        let mut homes = [tree.district, tree.other_district];
        for round in 0..ROUNDS {
            let body = json!({ "category": "dedication", "name": "陈桂兰", "summary": "好人好事。", "unit_id": tree.window });
            let path = format!("/organizations/{}", tree.unit);
            let etag = admin.get(&path).await.expect(200).etag();
            let moving = admin.patch(&path, &etag, json!({ "parent_id": homes[1] }));
            let nominating = anybody.post("/candidates", body);
            let (moved, made) = if round.is_multiple_of(2) {
                tokio::join!(moving, nominating)
            } else {
                let (made, moved) = tokio::join!(nominating, moving);
                (moved, made)
            };
            let made = made.expect(201);
            let candidate = app.stored(made.id().parse().unwrap()).await;
            match moved.status.as_u16() {
                200 => homes.reverse(),
                409 => assert_eq!(moved.json["code"], "organization_in_use"),
                other => panic!("{other} {}", moved.json),
            }
            assert_eq!(district_of(&app, tree.window).await, Some(homes[0]));
            assert_eq!(candidate.district_id, homes[0], "round {round}");
            let holder = anybody.with("Tracking-Code", made.json["tracking_code"].as_str().unwrap());
            let withdrawal = format!("/candidates/{}/withdrawal", made.id());
            holder.post_if(&withdrawal, &made.etag(), json!({})).await.expect(201);
        }
    }

    async fn who_is_reinstated_goes_to_the_district_where_the_unit_is_no_longer(app: App) {
        let tree = app.tree().await;
        let (admin, staff) = (app.admin().await, app.staff(&tree).await);
        let reinstate = async |unit: OrganizationId| {
            let id = app
                .candidate_with(&tree, Status::Rejected, move |candidate| candidate.unit_id = Some(unit))
                .await;
            let path = format!("/candidates/{id}/reinstatement");
            let reply = staff.city.post_if(&path, &app.tag(id).await, json!({ "reason": "申诉成立。" })).await.expect(201);
            (app.stored(id).await, reply)
        };
        app.user(Role::UnitReviewer, Some(tree.sister_unit)).await;
        let (kept, _) = reinstate(tree.sister_unit).await;
        assert_eq!((kept.unit_id, kept.district_id), (Some(tree.sister_unit), tree.district));
        change(&admin, tree.window, json!({ "active": false })).await.expect(200);
        let (closed, reply) = reinstate(tree.window).await;
        assert_eq!((closed.unit_id, closed.district_id), (None, tree.district));
        assert_eq!(reply.json["status"], "nominated");
        change(&admin, tree.unit, json!({ "parent_id": tree.other_district })).await.expect(200);
        let (moved, _) = reinstate(tree.unit).await;
        assert_eq!((moved.unit_id, moved.district_id), (None, tree.district));
        let waiting = staff.district.get("/inbox").await.expect(200).json;
        let asked: Vec<_> = waiting["items"].as_array().unwrap().iter().map(|item| &item["action"]).collect();
        assert_eq!(asked, [&json!("assign"), &json!("assign")]);
    }

    async fn a_unit_is_closed_beside_a_reinstatement(app: App) {
        let tree = app.tree().await;
        let admin = app.admin().await;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        for _ in 0..ROUNDS {
            let unit = tree.sister_unit;
            let id = app
                .candidate_with(&tree, Status::Rejected, move |candidate| candidate.unit_id = Some(unit))
                .await;
            let path = format!("/candidates/{id}/reinstatement");
            let reinstating = city.post_if(&path, "\"1.x\"", json!({ "reason": "申诉成立。" }));
            let (closed, reinstated) = tokio::join!(change(&admin, unit, json!({ "active": false })), reinstating);
            reinstated.expect(201);
            let candidate = app.stored(id).await;
            if closed.status == 200 {
                assert_eq!(candidate.unit_id, None);
                change(&admin, unit, json!({ "active": true })).await.expect(200);
            } else {
                closed.problem(409, "organization_in_use");
                assert_eq!(candidate.unit_id, Some(unit));
                let reject = json!({ "decision": "reject", "opinion": "不属实。" });
                city.post_if(&format!("/candidates/{id}/reviews"), &app.tag(id).await, reject).await.expect(201);
            }
        }
    }
}
