//! Changes of a cycle beside the decisions that they concern: whatever comes first, both cannot stand.

use haoren::domain::{candidate::Status, month::Month, stage::StageCode};
use serde_json::{Value, json};

use crate::harness::{App, Client, Reply, Tree};

const ROUNDS: u32 = 8;

/// One round's month, with a candidate in it that waits for its verification.
struct Round {
    month: Month,
    cycle: String,
    review: String,
    body: Value,
}

async fn begin(app: &App, tree: &Tree, number: u32) -> Round {
    let month = Month::new(2026 + i32::try_from((10 + number) / 12).unwrap(), (10 + number) % 12 + 1).unwrap();
    app.set_clock(&format!("{month}-05T02:00:00Z"));
    let id = app.candidate_with(tree, Status::Nominated, move |candidate| candidate.cycle = month).await;
    let checklist = app.checklist(StageCode::UnitVerification).await;
    Round {
        month,
        cycle: format!("/cycles/{month}"),
        review: format!("/candidates/{id}/reviews"),
        body: json!({ "decision": "approve", "opinion": "属实。", "checklist": checklist }),
    }
}

/// Sends both at once, in turn one and the other a little earlier.
async fn race(number: u32, round: &Round, (reviewer, admin): (&Client, &Client), patch: Value) -> (Reply, Reply) {
    let etag = admin.get(&round.cycle).await.expect(200).etag();
    let review = reviewer.post_if(&round.review, "\"1.x\"", round.body.clone());
    let change = admin.patch(&round.cycle, &etag, patch);
    if number.is_multiple_of(2) {
        tokio::join!(review, change)
    } else {
        let (change, review) = tokio::join!(change, review);
        (review, change)
    }
}

/// One of the two stands; the other is refused with one of these codes.
fn assert_one_stands(round: &Round, (review, change): (Reply, Reply), late_review: &str, late_change: &str) {
    match (review.status.as_u16(), change.status.as_u16()) {
        (201, 409) => assert_eq!(change.json["code"], late_change, "{}", round.month),
        // The first verification froze the cycle, which is a change of it, too.
        (201, 412) => {}
        (409, 200) => assert_eq!(review.json["code"], late_review, "{}", round.month),
        other => panic!("{}: {other:?} {} {}", round.month, review.json, change.json),
    }
}

both! {
    async fn the_policy_is_changed_beside_the_first_verification(app: App) {
        let tree = app.tree().await;
        let (staff, admin) = (app.staff(&tree).await, app.admin().await);
        for number in 0..ROUNDS {
            let round = begin(&app, &tree, number).await;
            let etag = admin.get(&round.cycle).await.expect(200).etag();
            admin.patch(&round.cycle, &etag, json!({ "policy": { "photo_count": null } })).await.expect(200);
            let answers = race(number, &round, (&staff.unit, &admin), json!({ "policy": { "photo_count": 3 } })).await;
            assert_one_stands(&round, answers, "materials_incomplete", "policy_frozen");
        }
    }

    async fn a_window_is_moved_beside_a_verification(app: App) {
        let tree = app.tree().await;
        let (staff, admin) = (app.staff(&tree).await, app.admin().await);
        for number in 0..ROUNDS {
            let round = begin(&app, &tree, number).await;
            let closed = format!("{}-05T01:59:59Z", round.month);
            let patch = json!({ "windows": { "reporting": { "closes_at": closed } }, "reason": "提前结束报送" });
            let answers = race(number, &round, (&staff.unit, &admin), patch).await;
            assert_one_stands(&round, answers, "window_closed", "contradicts_records");
        }
    }

    async fn a_window_keeps_the_decisions_inside(app: App) {
        let tree = app.tree().await;
        let (staff, admin) = (app.staff(&tree).await, app.admin().await);
        let round = begin(&app, &tree, 0).await;
        staff.unit.post_if(&round.review, "\"1.x\"", round.body.clone()).await.expect(201);
        let move_to = async |opens_at: &str, closes_at: &str| {
            let etag = admin.get(&round.cycle).await.expect(200).etag();
            let window = json!({ "opens_at": opens_at, "closes_at": closes_at });
            admin.patch(&round.cycle, &etag, json!({ "windows": { "reporting": window }, "reason": "调整" })).await
        };
        let early = move_to("2026-11-01T00:00:00Z", "2026-11-05T02:00:00Z").await.problem(409, "contradicts_records");
        let place = ("/windows/reporting/closes_at".to_owned(), "contradicts_records".to_owned());
        assert_eq!(early.faults(), [place]);
        let late = move_to("2026-11-05T02:00:00.001Z", "2026-11-19T00:00:00Z").await.problem(409, "contradicts_records");
        let place = ("/windows/reporting/opens_at".to_owned(), "contradicts_records".to_owned());
        assert_eq!(late.faults(), [place]);
        move_to("2026-11-05T02:00:00Z", "2026-11-05T02:00:00.001Z").await.expect(200);
    }

    async fn a_quota_does_not_fall_under_its_use(app: App) {
        let tree = app.tree().await;
        let (staff, admin) = (app.staff(&tree).await, app.admin().await);
        let names = [app.candidate(&tree, Status::Endorsed).await, app.candidate(&tree, Status::Screened).await];
        let path = "/cycles/2026-11";
        let set = async |quota: u32| {
            let etag = admin.get(path).await.expect(200).etag();
            admin.patch(path, &etag, json!({ "policy": { "district_quota": quota }, "reason": "调整名额" })).await
        };
        let refused = set(1).await.problem(409, "contradicts_records");
        assert_eq!(refused.json["errors"][0]["used"], 2);
        set(5).await.expect(200);
        set(2).await.expect(200);
        let shown = staff.district.get(&format!("{path}/quotas")).await.expect(200);
        let district = &shown.json["items"][0];
        assert_eq!((&district["limit"], &district["used"]), (&json!(2), &json!(2)));
        let holders: Vec<_> = district["candidates"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
        assert!(names.iter().all(|id| holders.contains(&&json!(id.to_string()))), "{holders:?}");
    }
}
