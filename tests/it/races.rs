//! What happens when two want the same thing at once.

use futures_util::future::join_all;
use haoren::domain::{candidate::Candidate, candidate::Status, role::Role, stage::StageCode};
use serde_json::json;

use crate::harness::App;

const AT_ONCE: usize = 64;
const ROUNDS: u32 = 50;

both! {
    async fn two_places_and_sixty_four_who_want_them(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let recorder = app.user(Role::Citizen, None).await.0;
        app.candidate(&tree, Status::Nominated).await;
        let checklist = app.checklist(StageCode::DistrictEndorsement).await;
        let body = json!({ "decision": "approve", "opinion": "同意推荐。", "checklist": checklist });
        for round in 0..ROUNDS {
            let changes = (0..AT_ONCE).map(|_| {
                Box::new(|candidate: &mut Candidate| candidate.status = Status::Verified)
                    as Box<dyn FnOnce(&mut Candidate) + Send>
            });
            let ids = app.candidates(&tree, recorder, changes.collect()).await;
            let paths: Vec<_> = ids.iter().map(|id| format!("/candidates/{id}/reviews")).collect();
            let replies = join_all(paths.iter().map(|path| staff.district.post_if(path, "\"1.x\"", body.clone()))).await;
            let (won, lost): (Vec<_>, Vec<_>) = ids.iter().zip(replies).partition(|(_, reply)| reply.status == 201);
            assert_eq!(won.len(), 2, "round {round}");
            for (_, loser) in lost {
                let loser = loser.problem(409, "quota_exceeded");
                assert_eq!(loser.json["errors"][0]["limit"], 2);
                assert_eq!(loser.json["errors"][0]["used"], 2);
            }
            for (id, winner) in won {
                assert_eq!(app.stored(*id).await.status, Status::Endorsed);
                let recall = format!("/candidates/{id}/recall");
                let reason = json!({ "reason": "下一轮。" });
                staff.district.post_if(&recall, &winner.etag(), reason).await.expect(201);
            }
            assert_eq!(app.places(&tree, "2026-11").await, 0);
        }
    }

    async fn the_same_candidate_reviewed_twice(app: App) {
        let tree = app.tree().await;
        let first = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        let second = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        for _ in 0..20 {
            let id = app.candidate(&tree, Status::Nominated).await;
            let checklist = app.checklist(StageCode::UnitVerification).await;
            let body = json!({ "decision": "approve", "opinion": "属实。", "checklist": checklist });
            let path = format!("/candidates/{id}/reviews");
            let (one, other) = tokio::join!(
                first.post_if(&path, "\"1.x\"", body.clone()),
                second.post_if(&path, "\"1.x\"", body.clone()),
            );
            let (won, lost) = if one.status == 201 { (one, other) } else { (other, one) };
            won.expect(201);
            lost.problem(412, "precondition_failed");
        }
    }

    async fn a_reviewer_is_closed_while_reviewing(app: App) {
        let tree = app.tree().await;
        let admin = app.admin().await;
        for _ in 0..10 {
            let (user, reviewer) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
            let id = app.candidate(&tree, Status::Nominated).await;
            let shown = admin.get(&format!("/users/{user}")).await.expect(200);
            let body = json!({ "decision": "reject", "opinion": "不属实。" });
            let path = format!("/candidates/{id}/reviews");
            let user_path = format!("/users/{user}");
            let (etag, close) = (shown.etag(), json!({ "active": false }));
            let (review, closed) = tokio::join!(
                reviewer.post_if(&path, "\"1.x\"", body.clone()),
                admin.patch(&user_path, &etag, close),
            );
            closed.expect(200);
            let expected = if review.status == 201 { Status::Rejected } else { Status::Nominated };
            assert!(review.status == 201 || review.status == 401, "{}", review.status);
            assert_eq!(app.stored(id).await.status, expected);
            reviewer.get("/inbox").await.problem(401, "unauthenticated");
        }
    }
}
