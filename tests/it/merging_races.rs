//! What happens when a merger meets another change of either candidate.

use haoren::{
    domain::{candidate::Status, id::CandidateId, role::Role, stage::StageCode},
    storage,
};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client, Reply, Tree},
    merging::{nominations, photos, undo},
};

const ROUNDS: u32 = 10;

/// Asks for a merger at the first version of the merged one.
async fn merge(client: &Client, from: CandidateId, into: CandidateId) -> Reply {
    let body = json!({ "into": into, "reason": "同一人。" });
    client.post_if(&format!("/candidates/{from}/merge"), "\"1.x\"", body).await
}

async fn pair(app: &App, tree: &Tree, statuses: (Status, Status)) -> (CandidateId, CandidateId) {
    (app.candidate(tree, statuses.0).await, app.candidate(tree, statuses.1).await)
}

/// Each nomination and photo is somewhere, and one nomination of each candidate that has any is the first.
async fn assert_whole(app: &App, one: CandidateId, other: CandidateId, count: (usize, usize)) {
    let (mut nominated, mut pictured) = (0, 0);
    for id in [one, other] {
        let rows = nominations(app, id).await;
        assert_eq!(rows.iter().filter(|row| row.is_first).count(), usize::from(!rows.is_empty()));
        nominated += rows.len();
        pictured += photos(app, id).await.len();
    }
    assert_eq!((nominated, pictured), count);
}

both! {
    async fn a_merger_beside_a_verification_of_the_merged_one(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        // The cycles come into being with the first candidate.
        app.candidate(&tree, Status::Nominated).await;
        let checklist = app.checklist(StageCode::UnitVerification).await;
        let body = json!({ "decision": "approve", "opinion": "属实。", "checklist": checklist });
        for _ in 0..ROUNDS {
            let (merged, survivor) = pair(&app, &tree, (Status::Nominated, Status::Nominated)).await;
            let path = format!("/candidates/{merged}/reviews");
            let (joined, verified) = tokio::join!(
                merge(&staff.district, merged, survivor),
                staff.unit.post_if(&path, "\"1.x\"", body.clone()),
            );
            if joined.status == 201 {
                verified.problem(412, "precondition_failed");
                assert_eq!(app.stored(merged).await.status, Status::Withdrawn);
            } else {
                joined.problem(412, "precondition_failed");
                verified.expect(201);
                assert_eq!(app.stored(merged).await.status, Status::Verified);
            }
            assert_whole(&app, merged, survivor, (2, 4)).await;
        }
    }

    async fn two_mergers_crosswise(app: App) {
        let tree = app.tree().await;
        let (unit, district) = {
            let staff = app.staff(&tree).await;
            (staff.unit, staff.district)
        };
        for _ in 0..ROUNDS {
            let (one, other) = pair(&app, &tree, (Status::Nominated, Status::Returned)).await;
            let (left, right) = tokio::join!(merge(&unit, one, other), merge(&district, other, one));
            let (won, lost, gone, stays) =
                if left.status == 201 { (left, right, one, other) } else { (right, left, other, one) };
            won.expect(201);
            lost.problem(412, "precondition_failed");
            assert_eq!(app.stored(gone).await.status, Status::Withdrawn);
            assert_ne!(app.stored(stays).await.status, Status::Withdrawn);
            assert_eq!(nominations(&app, stays).await.len(), 2);
            assert_whole(&app, one, other, (2, 4)).await;
        }
    }

    async fn a_merger_beside_a_photo(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let mut picture = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(300, 300).write_to(&mut picture, image::ImageFormat::Png).unwrap();
        for _ in 0..ROUNDS {
            let body = json!({ "category": "dedication", "name": "陈桂兰", "summary": "三十年。", "unit_id": tree.unit });
            let made = app.anonymous().post("/candidates", body).await.expect(201);
            let merged: CandidateId = made.id().parse().unwrap();
            let survivor = app.candidate(&tree, Status::Nominated).await;
            let path = format!("/candidates/{merged}/photos");
            let (joined, sent) = tokio::join!(
                merge(&staff.district, merged, survivor),
                staff.unit.upload(&path, None, "a.png", picture.get_ref().clone()),
            );
            let taken = sent.status == 201;
            if !taken {
                sent.problem(409, "transition_not_allowed");
            }
            if joined.status == 201 {
                assert!(!taken, "a photo came to a merged one");
                assert_eq!(photos(&app, merged).await.len(), 0);
            } else {
                joined.problem(412, "precondition_failed");
                assert!(taken);
            }
            assert_whole(&app, merged, survivor, (2, if taken { 3 } else { 2 })).await;
        }
    }

    async fn a_merger_beside_the_withdrawal_of_a_nomination(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        for _ in 0..ROUNDS {
            let (merged, survivor) = pair(&app, &tree, (Status::Nominated, Status::Nominated)).await;
            let (user, later) = app.user(Role::Citizen, None).await;
            app.nomination(merged, user, false).await;
            let path = format!("/candidates/{merged}/withdrawal");
            let (joined, withdrawn) = tokio::join!(
                merge(&staff.unit, merged, survivor),
                later.post_if(&path, "\"1.x\"", json!({})),
            );
            if joined.status == 201 {
                assert!([404, 412].contains(&withdrawn.status.as_u16()), "{}", withdrawn.json);
                let own = later.get("/me/nominations").await.expect(200).json["items"][0].clone();
                assert_eq!((&own["candidate_id"], &own["withdrawn_at"]), (&json!(survivor), &Value::Null));
                let again = format!("/candidates/{survivor}/withdrawal");
                later.post_if(&again, own["etag"].as_str().unwrap(), json!({})).await.expect(201);
            } else {
                joined.problem(412, "precondition_failed");
                withdrawn.expect(201);
            }
            let gone = |rows: Vec<storage::nominations::NominationRow>| rows.iter().filter(|row| !row.stands()).count();
            assert_eq!(gone(nominations(&app, merged).await) + gone(nominations(&app, survivor).await), 1);
            assert_whole(&app, merged, survivor, (3, 4)).await;
        }
    }

    async fn undoing_beside_the_endorsement_of_the_survivor(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        app.candidate(&tree, Status::Nominated).await;
        let checklist = app.checklist(StageCode::DistrictEndorsement).await;
        let body = json!({ "decision": "approve", "opinion": "同意推荐。", "checklist": checklist });
        for _ in 0..ROUNDS {
            let survivor = app.candidate(&tree, Status::Verified).await;
            let made = json!({ "category": "dedication", "name": "陈桂兰", "summary": "三十年。", "unit_id": tree.unit });
            let merged: CandidateId = app.anonymous().post("/candidates", made).await.expect(201).id().parse().unwrap();
            merge(&staff.unit, merged, survivor).await.expect(201);
            let path = format!("/candidates/{survivor}/reviews");
            let (undone, endorsed) = tokio::join!(
                undo(&app, &staff.unit, merged),
                staff.district.post_if(&path, "\"2.x\"", body.clone()),
            );
            if endorsed.status == 201 {
                undone.problem(409, "next_stage_decided");
                assert_eq!(app.stored(merged).await.status, Status::Withdrawn);
                let recall = format!("/candidates/{survivor}/recall");
                staff.district.post_if(&recall, &app.tag(survivor).await, json!({ "reason": "下一轮。" })).await.expect(201);
            } else {
                undone.expect(200);
                endorsed.problem(412, "precondition_failed");
                assert_eq!(app.stored(merged).await.status, Status::Nominated);
            }
            assert_whole(&app, merged, survivor, (2, 2)).await;
        }
    }
}
