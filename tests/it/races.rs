//! What happens when two want the same thing at once.

use futures_util::future::join_all;
use haoren::{
    domain::{
        candidate::{Candidate, Status},
        id::CandidateId,
        role::Role,
        stage::StageCode,
        transition::Action,
    },
    service::{Caller, Error, caller, transitions},
    storage::{self, Connection},
};
use serde_json::json;

use crate::{
    harness::{App, Change, Client, Reply},
    verifications::{PDF, record},
};

const AT_ONCE: usize = 64;
const ROUNDS: u32 = 50;

async fn verify(app: &App, unit: &Client, id: CandidateId) -> Reply {
    let checklist = app.checklist(StageCode::UnitVerification).await;
    let body = json!({ "decision": "approve", "opinion": "属实。", "checklist": checklist });
    unit.post_if(&format!("/candidates/{id}/reviews"), "\"1.x\"", body).await
}

async fn photos(app: &App, id: CandidateId) -> Vec<storage::photos::PhotoRow> {
    let work = move |db: &mut Connection| Ok::<_, Error>(storage::photos::list_of(db, id)?);
    app.service.store.read(work).await.unwrap()
}

both! {
    async fn a_photo_is_removed_beside_a_verification(app: App) {
        let tree = app.tree().await;
        let unit = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        for _ in 0..10 {
            let id = app.candidate(&tree, Status::Nominated).await;
            let path = format!("/candidates/{id}/photos/{}", photos(&app, id).await[0].id);
            let (review, removed) = tokio::join!(verify(&app, &unit, id), unit.delete(&path, Some("\"1.x\"")));
            if review.status == 201 {
                assert!([409, 412].contains(&removed.status.as_u16()), "{}", removed.json);
                assert_eq!(photos(&app, id).await.len(), 2);
            } else {
                assert!(removed.status.is_success(), "{}", removed.json);
                review.problem(412, "precondition_failed");
                assert_eq!(app.stored(id).await.status, Status::Nominated);
            }
        }
    }

    async fn a_refuting_record_is_made_beside_a_verification(app: App) {
        let tree = app.tree().await;
        let unit = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        for _ in 0..10 {
            let id = app.candidate(&tree, Status::Nominated).await;
            let path = format!("/candidates/{id}/verifications");
            let (review, made) = tokio::join!(verify(&app, &unit, id), unit.post(&path, record("refuted")));
            let made = made.expect(201).id();
            if review.status == 201 {
                // The record came after: the next approval has to answer it.
                let district = app.user(Role::DistrictReviewer, Some(tree.district)).await.1;
                let refused = crate::reviews::approve(&app, &district, id).await.problem(409, "verification_unanswered");
                assert_eq!(refused.json["errors"][0]["verifications"], json!([made]));
            } else {
                review.problem(412, "precondition_failed");
                assert_eq!(app.stored(id).await.status, Status::Nominated);
            }
        }
    }

    async fn a_record_is_struck_beside_a_verification(app: App) {
        let tree = app.tree().await;
        let unit = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        for _ in 0..10 {
            let id = app.candidate(&tree, Status::Nominated).await;
            let path = format!("/candidates/{id}/verifications");
            let first = unit.get(&path).await.expect(200).json["items"][0]["id"].as_str().unwrap().to_owned();
            let strike = format!("{path}/{first}/withdrawal");
            let reason = json!({ "reason": "录错了人。" });
            let (review, struck) = tokio::join!(verify(&app, &unit, id), unit.post_if(&strike, "\"1.x\"", reason));
            if review.status == 201 {
                assert!([409, 412].contains(&struck.status.as_u16()), "{}", struck.json);
            } else {
                struck.expect(201);
                assert!([409, 412].contains(&review.status.as_u16()), "{}", review.json);
                assert_eq!(app.stored(id).await.status, Status::Nominated);
            }
        }
    }

    async fn the_last_place_of_a_record_is_wanted_by_many(app: App) {
        let tree = app.tree().await;
        let unit = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        let id = app.candidate(&tree, Status::Nominated).await;
        let path = format!("/candidates/{id}/verifications");
        let made = unit.post(&path, record("confirmed")).await.expect(201).id();
        let path = format!("{path}/{made}/attachments");
        let replies = join_all((0..13).map(|_| unit.upload(&path, None, "a.pdf", PDF.to_vec()))).await;
        let (taken, full): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 201);
        assert_eq!((taken.len(), full.len()), (10, 3));
        for reply in full {
            reply.problem(409, "attachment_limit");
        }
        assert_eq!(app.service.files.list().await.unwrap().len(), 10);
    }

    async fn a_consent_is_withdrawn_beside_the_forwarding(app: App) {
        let tree = app.tree().await;
        let (user, city) = app.user(Role::CityReviewer, Some(tree.city)).await;
        let account = app.service.store.read(move |db| caller::find_account(db, user, 1)).await.unwrap();
        let caller = Caller { account, ..Caller::default() };
        app.set_clock("2026-11-25T02:00:00Z");
        for _ in 0..10 {
            let id = app.candidate(&tree, Status::Screened).await;
            let (service, caller) = (app.service.clone(), caller.clone());
            let order = transitions::Order::new(Action::Forward, None);
            let forward = app.service.store.write(move |db| transitions::apply(&service, db, &caller, id, &order));
            let path = format!("/candidates/{id}/consent");
            let (forwarded, withdrawn) = tokio::join!(forward, city.delete(&path, Some("\"1.x\"")));
            if forwarded.is_ok() {
                withdrawn.problem(412, "precondition_failed");
                city.delete(&path, Some(&app.tag(id).await)).await.expect(200);
            } else {
                withdrawn.expect(200);
            }
            assert_eq!((app.stored(id).await.status, app.places(&tree, "2026-11").await), (Status::Withdrawn, 0));
        }
    }

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
                    as Change
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
