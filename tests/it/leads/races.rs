//! Two want to deal with one lead at once: one does, the other is told so.

use futures_util::future::join_all;
use haoren::{
    domain::{candidate::Status, id::CandidateId, role::Role},
    service::{Error, sweeping},
    storage::{self, Connection},
};
use serde_json::json;

use crate::harness::{App, Tree};

async fn lead(app: &App, tree: &Tree) -> String {
    let body = json!({ "channel": "phone", "text": "张三，江汉区，助，义务理发", "organization_id": tree.unit });
    app.anonymous().post("/leads", body).await.expect(201).id()
}

async fn nominations(app: &App, id: CandidateId) -> usize {
    let work = move |db: &mut Connection| Ok::<_, Error>(storage::nominations::list_of(db, id)?.len());
    app.service.store.read(work).await.unwrap()
}

both! {
    async fn several_promote_one_lead(app: App) {
        let tree = app.tree().await;
        let (unit, district, city) = {
            let staff = app.staff(&tree).await;
            (staff.unit, staff.district, staff.city)
        };
        for round in 0..8 {
            let path = format!("/leads/{}/promotion", lead(&app, &tree).await);
            let all = [&unit, &district, &city, &unit].map(|client| client.post(&path, json!({})));
            let (won, lost): (Vec<_>, Vec<_>) = join_all(all).await.into_iter().partition(|reply| reply.status == 201);
            assert_eq!(won.len(), 1, "round {round}");
            for reply in lost {
                reply.problem(409, "already_decided");
            }
        }
        let made = city.get("/candidates?limit=100").await.expect(200);
        assert_eq!(made.json["items"].as_array().unwrap().len(), 8);
    }

    async fn one_promotes_what_another_dismisses(app: App) {
        let tree = app.tree().await;
        let unit = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        let district = app.user(Role::DistrictReviewer, Some(tree.district)).await.1;
        let mut expected = 0;
        for _ in 0..10 {
            let path = format!("/leads/{}", lead(&app, &tree).await);
            let (promotion, dismissal) = (format!("{path}/promotion"), format!("{path}/dismissal"));
            let (promoted, dismissed) = tokio::join!(
                unit.post(&promotion, json!({})),
                district.post(&dismissal, json!({ "reason": "无关。" })),
            );
            let shown = unit.get(&path).await.expect(200);
            if promoted.status == 201 {
                dismissed.problem(409, "already_decided");
                assert_eq!(shown.json["status"], "promoted");
                expected += 1;
            } else {
                promoted.problem(409, "already_decided");
                dismissed.expect(201);
                assert_eq!(shown.json["status"], "dismissed");
            }
        }
        let made = unit.get("/candidates?limit=100").await.expect(200);
        assert_eq!(made.json["items"].as_array().unwrap().len(), expected);
    }

    async fn a_lead_is_promoted_while_it_is_given_away(app: App) {
        let tree = app.tree().await;
        let unit = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        for _ in 0..10 {
            let path = format!("/leads/{}", lead(&app, &tree).await);
            let (promotion, assignment) = (format!("{path}/promotion"), format!("{path}/assignment"));
            let away = json!({ "organization_id": tree.other_unit, "reason": "是他们的人。" });
            let (promoted, given) =
                tokio::join!(unit.post(&promotion, json!({})), city.post(&assignment, away));
            if promoted.status == 201 {
                given.problem(409, "already_decided");
            } else {
                // It is none of the unit's business any more.
                promoted.problem(404, "not_found");
                given.expect(201);
            }
        }
    }

    async fn many_leads_of_one_candidate_at_once(app: App) {
        let tree = app.tree().await;
        let unit = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        let id = app.candidate(&tree, Status::Nominated).await;
        let mut paths = Vec::new();
        for _ in 0..8 {
            paths.push(format!("/leads/{}/promotion", lead(&app, &tree).await));
        }
        let replies = join_all(paths.iter().map(|path| unit.post(path, json!({ "candidate_id": id })))).await;
        for reply in replies {
            reply.expect(201);
        }
        assert_eq!((app.stored(id).await.version, nominations(&app, id).await), (9, 9));
    }

    async fn a_lead_becomes_a_nomination_of_a_candidate_that_ends(app: App) {
        let tree = app.tree().await;
        let unit = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        let other = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        for _ in 0..10 {
            let id = app.candidate(&tree, Status::Nominated).await;
            let (promotion, review) =
                (format!("/leads/{}/promotion", lead(&app, &tree).await), format!("/candidates/{id}/reviews"));
            let rejection = json!({ "decision": "reject", "opinion": "不属实。" });
            let (promoted, rejected) = tokio::join!(
                unit.post(&promotion, json!({ "candidate_id": id })),
                other.post_if(&review, "\"1.x\"", rejection),
            );
            let (status, count) = if promoted.status == 201 {
                rejected.problem(412, "precondition_failed");
                (Status::Nominated, 2)
            } else {
                promoted.problem(409, "transition_not_allowed");
                rejected.expect(201);
                (Status::Rejected, 1)
            };
            assert_eq!((app.stored(id).await.status, nominations(&app, id).await), (status, count));
        }
    }

    async fn several_processes_erase_at_once(app: App) {
        let tree = app.tree().await;
        let unit = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        for _ in 0..5 {
            let path = format!("/leads/{}/dismissal", lead(&app, &tree).await);
            unit.post(&path, json!({ "reason": "无关。" })).await.expect(201);
        }
        app.set_clock("2027-06-01T02:00:00Z");
        let erased = join_all((0..4).map(|_| sweeping::sweep_leads(&app.service))).await;
        assert_eq!(erased.into_iter().map(Result::unwrap).sum::<usize>(), 5);
    }
}
