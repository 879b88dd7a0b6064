//! Merging two candidates who are one person, and undoing it.

use haoren::{
    domain::{
        candidate::{Candidate, Status},
        id::CandidateId,
        role::Role,
    },
    service::Error,
    storage::{self, Connection, nominations::NominationRow, photos::PhotoRow},
};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client, Reply, Tree},
    reviews::{approve, decide},
};

pub async fn merge(app: &App, client: &Client, from: CandidateId, into: CandidateId) -> Reply {
    let body = json!({ "into": into, "reason": "两份推荐为同一人。" });
    client.post_if(&format!("/candidates/{from}/merge"), &app.tag(from).await, body).await
}

pub async fn undo(app: &App, client: &Client, id: CandidateId) -> Reply {
    client.delete(&format!("/candidates/{id}/merge?reason=重名"), Some(&app.tag(id).await)).await
}

pub async fn nominations(app: &App, id: CandidateId) -> Vec<NominationRow> {
    let work = move |db: &mut Connection| Ok::<_, Error>(storage::nominations::list_of(db, id)?);
    app.service.store.read(work).await.unwrap()
}

pub async fn photos(app: &App, id: CandidateId) -> Vec<PhotoRow> {
    let work = move |db: &mut Connection| Ok::<_, Error>(storage::photos::list_of(db, id)?);
    app.service.store.read(work).await.unwrap()
}

/// All of a candidate that a merger and its undoing may touch: status, since when, nominations, photos in their places.
async fn whole(app: &App, id: CandidateId) -> Value {
    let candidate = app.stored(id).await;
    let nominations = nominations(app, id).await.into_iter();
    let nominations: Vec<_> =
        nominations.map(|row| json!([row.id, row.is_first, row.withdrawn_at.map(|at| at.0)])).collect();
    let photos: Vec<_> = photos(app, id).await.into_iter().map(|row| json!([row.id, row.position])).collect();
    json!({
        "status": candidate.status.as_str(), "since": candidate.status_changed_at, "cycle": candidate.cycle,
        "unit": candidate.unit_id, "returned_from": candidate.returned_from.map(Status::as_str),
        "nominations": nominations, "photos": photos,
    })
}

/// A candidate recommended without an account, and its tracking code.
async fn recommended(app: &App, tree: &Tree) -> (CandidateId, String) {
    let body = json!({ "category": "dedication", "name": "陈桂兰", "summary": "三十年如一日。", "unit_id": tree.unit });
    let made = app.anonymous().post("/candidates", body).await.expect(201);
    (made.id().parse().unwrap(), made.json["tracking_code"].as_str().unwrap().to_owned())
}

async fn in_unit(app: &App, unit: haoren::domain::id::OrganizationId, tree: &Tree, status: Status) -> CandidateId {
    app.candidate_with(tree, status, move |candidate: &mut Candidate| candidate.unit_id = Some(unit)).await
}

both! {
    async fn a_lead_follows_with_its_nomination_and_comes_back(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let body = json!({
            "channel": "phone", "text": "陈桂兰，综合服务窗口，敬，三十年如一日。", "organization_id": tree.unit,
            "reporter": { "name": "王芳", "phone": "13900001234" },
        });
        let lead = app.anonymous().post("/leads", body).await.expect(201).id();
        let body = json!({ "category": "dedication", "name": "陈桂兰", "summary": "三十年如一日。", "unit_id": tree.unit });
        staff.unit.post(&format!("/leads/{lead}/promotion"), body).await.expect(201);
        let path = format!("/leads/{lead}");
        let of_lead = async || staff.unit.get(&path).await.expect(200).json["candidate_id"].clone();
        let merged: CandidateId = of_lead().await.as_str().unwrap().parse().unwrap();
        let survivor = app.candidate(&tree, Status::Nominated).await;
        merge(&app, &staff.unit, merged, survivor).await.expect(201);
        assert_eq!(of_lead().await, json!(survivor));
        undo(&app, &staff.unit, merged).await.expect(200);
        assert_eq!(of_lead().await, json!(merged));
    }

    async fn nominations_codes_and_photos_follow_and_come_back(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (first_user, first) = app.user(Role::Citizen, None).await;
        let survivor = app.candidate(&tree, Status::Nominated).await;
        let (merged, code) = recommended(&app, &tree).await;
        app.nomination(merged, first_user, false).await;
        let before = (whole(&app, merged).await, whole(&app, survivor).await);
        app.time.advance(chrono::Duration::seconds(5));
        let reply = merge(&app, &staff.unit, merged, survivor).await.expect(201);
        assert_eq!((&reply.json["action"], &reply.json["status"]), (&json!("merge"), &json!("withdrawn")));
        assert_eq!(reply.json["survivor"]["id"], json!(survivor));
        assert_eq!((app.stored(merged).await.version, app.stored(survivor).await.version), (2, 2));
        // Both nominators follow the survivor now, and are later ones of it.
        for tracked in [
            app.anonymous().get(&format!("/nominations/{code}")).await.expect(200).json,
            first.get("/me/nominations").await.expect(200).json["items"][0].clone(),
        ] {
            assert_eq!((&tracked["candidate_id"], &tracked["status"]), (&json!(survivor), &json!("nominated")));
            assert_eq!(tracked["is_first"], false);
        }
        let rows = nominations(&app, survivor).await;
        assert_eq!((rows.len(), rows.iter().filter(|row| row.is_first).count()), (3, 1));
        assert_eq!(nominations(&app, merged).await.len(), 0);
        let holder = app.anonymous().with("Tracking-Code", &code);
        holder.get(&format!("/candidates/{survivor}")).await.problem(404, "not_found");
        holder.get(&format!("/candidates/{merged}")).await.problem(404, "not_found");
        // Reviewers see where it went, and who came.
        let shown = staff.unit.get(&format!("/candidates/{merged}")).await.expect(200);
        assert_eq!((&shown.json["merged_into"], &shown.json["merged_from"]), (&json!(survivor), &json!([])));
        let shown = staff.unit.get(&format!("/candidates/{survivor}")).await.expect(200);
        assert_eq!((&shown.json["merged_into"], &shown.json["merged_from"]), (&Value::Null, &json!([merged])));
        let last = |reply: Reply| reply.json["items"].as_array().unwrap().last().unwrap().clone();
        let step = last(staff.unit.get(&format!("/candidates/{merged}/history")).await.expect(200));
        assert_eq!((&step["action"], &step["merged_into"]), (&json!("merge"), &json!(survivor)));
        assert_eq!((&step["reason"], &step["merged_from"]), (&json!("两份推荐为同一人。"), &Value::Null));
        let step = last(staff.unit.get(&format!("/candidates/{survivor}/history")).await.expect(200));
        assert_eq!((&step["merged_from"], &step["merged_into"]), (&json!(merged), &Value::Null));
        // All of it goes back.
        app.time.advance(chrono::Duration::seconds(5));
        let reply = undo(&app, &staff.unit, merged).await.expect(200);
        assert_eq!((&reply.json["action"], &reply.json["status"]), (&json!("unmerge"), &json!("nominated")));
        assert_eq!((whole(&app, merged).await, whole(&app, survivor).await), before);
        let tracked = app.anonymous().get(&format!("/nominations/{code}")).await.expect(200).json;
        assert_eq!((&tracked["candidate_id"], &tracked["is_first"]), (&json!(merged), &json!(true)));
        holder.get(&format!("/candidates/{merged}")).await.expect(200);
        let step = last(staff.unit.get(&format!("/candidates/{merged}/history")).await.expect(200));
        assert_eq!((&step["action"], &step["merged_into"]), (&json!("unmerge"), &json!(survivor)));
        undo(&app, &staff.unit, merged).await.problem(409, "transition_not_allowed");
    }

    async fn photos_may_be_chosen_from_and_readiness_names_the_surplus(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let survivor = app.candidate(&tree, Status::Nominated).await;
        let merged = app.candidate(&tree, Status::Verified).await;
        let own = photos(&app, merged).await;
        merge(&app, &staff.unit, merged, survivor).await.expect(201);
        let report = staff.unit.get(&format!("/candidates/{survivor}/readiness")).await.expect(200);
        assert_eq!(report.json["ready"], false);
        let count = report.json["items"].as_array().unwrap().iter().find(|item| item["code"] == "photo_count").unwrap().clone();
        assert_eq!((&count["ok"], &count["actual"], &count["required"]), (&json!(false), &json!(4), &json!(2)));
        assert_eq!(count["detail"], "照片多出 2 张（现有 4 张，要求 2 张），请选定要用的，删去其余的");
        approve(&app, &staff.unit, survivor).await.problem(409, "materials_incomplete");
        let all: Vec<_> = photos(&app, survivor).await;
        assert_eq!(all.iter().map(|photo| photo.position).collect::<Vec<_>>(), [1, 2, 3, 4]);
        for gone in [&all[0], &all[3]] {
            let path = format!("/candidates/{survivor}/photos/{}", gone.id);
            staff.unit.delete(&path, Some(&app.tag(survivor).await)).await.expect(204);
        }
        approve(&app, &staff.unit, survivor).await.expect(201);
        // A photo that was removed stays removed, so what was verified is not what comes back.
        undo(&app, &staff.unit, merged).await.expect(200);
        assert_eq!(app.stored(merged).await.status, Status::Nominated);
        let left: Vec<_> = photos(&app, merged).await.iter().map(|photo| (photo.id, photo.position)).collect();
        assert_eq!(left, [(own[0].id, 1)]);
        assert_eq!(photos(&app, survivor).await.len(), 1);
    }

    async fn a_verified_survivor_is_verified_again_only_where_photos_come(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let survivor = app.candidate(&tree, Status::Verified).await;
        let (bare, _) = recommended(&app, &tree).await;
        let reply = merge(&app, &staff.district, bare, survivor).await.expect(201);
        assert_eq!(reply.json["survivor"]["status"], "verified");
        let merged = app.candidate(&tree, Status::Returned).await;
        let before = (whole(&app, merged).await, whole(&app, survivor).await);
        app.time.advance(chrono::Duration::seconds(5));
        let reply = merge(&app, &staff.district, merged, survivor).await.expect(201);
        assert_eq!(reply.json["survivor"]["status"], "nominated");
        undo(&app, &staff.unit, merged).await.expect(200);
        // Nothing had followed, so the file is what was verified.
        assert_eq!((whole(&app, merged).await, whole(&app, survivor).await), before);
        assert_eq!(app.stored(survivor).await.status, Status::Verified);
    }

    async fn a_nomination_withdrawn_meanwhile_stays_withdrawn(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let survivor = app.candidate(&tree, Status::Nominated).await;
        let (merged, code) = recommended(&app, &tree).await;
        merge(&app, &staff.unit, merged, survivor).await.expect(201);
        let holder = app.anonymous().with("Tracking-Code", &code);
        let path = format!("/candidates/{survivor}/withdrawal");
        let tag = app.tag(survivor).await;
        let reply = holder.post_if(&path, &tag, json!({})).await.expect(201);
        assert_eq!(reply.json["status"], "nominated");
        undo(&app, &staff.unit, merged).await.expect(200);
        let rows = nominations(&app, merged).await;
        assert_eq!(rows.len(), 1);
        assert!(rows[0].is_first && rows[0].withdrawn_at.is_some());
    }

    async fn undone_until_the_survivor_is_endorsed(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let survivor = app.candidate(&tree, Status::Verified).await;
        let (merged, code) = recommended(&app, &tree).await;
        merge(&app, &staff.unit, merged, survivor).await.expect(201);
        approve(&app, &staff.district, survivor).await.expect(201);
        let refused = undo(&app, &staff.unit, merged).await.problem(409, "next_stage_decided");
        assert_eq!(refused.json["errors"][0]["status"], "endorsed");
        let shown = staff.unit.get(&format!("/candidates/{merged}")).await.expect(200);
        let allowed = shown.json["allowed_actions"].as_array().unwrap().iter().find(|one| one["action"] == "unmerge").unwrap().clone();
        assert_eq!((&allowed["allowed"], &allowed["reasons"][0]["code"]), (&json!(false), &json!("next_stage_decided")));
        let tracked = app.anonymous().get(&format!("/nominations/{code}")).await.expect(200);
        assert_eq!(tracked.json["status"], "endorsed");
        // What the city returned is the unit's again.
        decide(&app, &staff.city, survivor, "return").await.expect(201);
        undo(&app, &staff.unit, merged).await.expect(200);
        assert_eq!(app.stored(merged).await.status, Status::Nominated);
    }

    async fn what_cannot_be_merged(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        let itself = merge(&app, &staff.unit, id, id).await.problem(422, "validation_failed");
        assert_eq!(itself.faults(), [("/into".to_owned(), "inconsistent".to_owned())]);
        let elsewhere = { let (unit, district) = (tree.other_unit, tree.other_district); app.candidate_with(&tree, Status::Nominated, move |it| (it.unit_id, it.district_id) = (Some(unit), district)).await };
        for (client, code) in [(&staff.district, "unknown_reference"), (&staff.city, "inconsistent")] {
            let refused = merge(&app, client, id, elsewhere).await.problem(422, "validation_failed");
            assert_eq!(refused.faults(), [("/into".to_owned(), code.to_owned())]);
        }
        for status in [Status::Endorsed, Status::Rejected, Status::Withdrawn] {
            let other = app.candidate(&tree, status).await;
            merge(&app, &staff.district, other, id).await.problem(409, "transition_not_allowed");
            let refused = merge(&app, &staff.district, id, other).await.problem(409, "survivor_unfit");
            assert_eq!(refused.json["errors"][0]["status"], status.as_str());
        }
        let voted = app.candidate(&tree, Status::Returned).await;
        app.votes(voted, 1).await;
        merge(&app, &staff.unit, voted, id).await.problem(409, "has_votes");
        merge(&app, &staff.unit, id, voted).await.problem(409, "has_votes");
        let path = format!("/candidates/{id}/merge");
        let body = json!({ "into": voted, "reason": "同一人。" });
        staff.unit.post(&path, body.clone()).await.problem(428, "precondition_required");
        staff.unit.post_if(&path, "\"9.x\"", body).await.problem(412, "precondition_failed");
        staff.unit.delete(&path, Some(&app.tag(id).await)).await.problem(409, "transition_not_allowed");
        assert_eq!(app.stored(id).await.version, 1);
    }

    async fn who_merges(app: App) {
        let tree = app.tree().await;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        let id = app.candidate(&tree, Status::Nominated).await;
        let sister = in_unit(&app, tree.sister_unit, &tree, Status::Nominated).await;
        let inbox = app.candidate_with(&tree, Status::Nominated, |it| it.unit_id = None).await;
        // Nobody is at the district yet: the city acts in its place.
        merge(&app, &city, id, sister).await.expect(201);
        undo(&app, &city, id).await.expect(200);
        let (own, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let district = app.user(Role::DistrictReviewer, Some(tree.district)).await.1;
        merge(&app, &city, id, sister).await.problem(409, "stage_staffed");
        let refused = merge(&app, &unit, id, sister).await.problem(422, "validation_failed");
        assert_eq!(refused.faults(), [("/into".to_owned(), "unknown_reference".to_owned())]);
        merge(&app, &unit, inbox, id).await.problem(404, "not_found");
        merge(&app, &app.citizen().await, id, sister).await.problem(403, "forbidden");
        merge(&app, &district, inbox, sister).await.expect(201);
        merge(&app, &district, id, sister).await.expect(201);
        // The unit's own was merged into another unit's, which only the district takes apart.
        let refused = undo(&app, &unit, id).await.problem(409, "stage_staffed");
        assert_eq!(refused.json["errors"][0]["level"], "district");
        undo(&app, &district, id).await.expect(200);
        // Nobody merges the own nomination, on whichever side.
        let other = app.candidate(&tree, Status::Nominated).await;
        app.nomination(other, own, false).await;
        merge(&app, &unit, other, id).await.problem(409, "own_nomination");
        merge(&app, &unit, id, other).await.problem(409, "own_nomination");
        merge(&app, &district, other, id).await.expect(201);
        undo(&app, &unit, other).await.problem(409, "own_nomination");
        undo(&app, &district, other).await.expect(200);
    }

    async fn chains_are_taken_apart_from_their_end(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (one, _) = recommended(&app, &tree).await;
        let two = app.candidate(&tree, Status::Nominated).await;
        let three = app.candidate(&tree, Status::Nominated).await;
        let before = [whole(&app, one).await, whole(&app, two).await, whole(&app, three).await];
        app.time.advance(chrono::Duration::seconds(5));
        merge(&app, &staff.unit, one, two).await.expect(201);
        merge(&app, &staff.unit, two, three).await.expect(201);
        assert_eq!(nominations(&app, three).await.iter().filter(|row| row.is_first).count(), 1);
        assert_eq!((nominations(&app, three).await.len(), photos(&app, three).await.len()), (3, 4));
        let four = app.candidate(&tree, Status::Nominated).await;
        let refused = merge(&app, &staff.unit, four, two).await.problem(409, "survivor_merged");
        assert_eq!(refused.json["errors"][0]["merged_into"], json!(three));
        undo(&app, &staff.unit, one).await.problem(409, "survivor_merged");
        undo(&app, &staff.unit, two).await.expect(200);
        undo(&app, &staff.unit, one).await.expect(200);
        assert_eq!([whole(&app, one).await, whole(&app, two).await, whole(&app, three).await], before);
        // Once undone it may be merged anew, the other way round.
        merge(&app, &staff.unit, two, one).await.expect(201);
        undo(&app, &staff.unit, two).await.expect(200);
        assert_eq!(whole(&app, two).await, before[1]);
    }

    async fn what_comes_back_keeps_its_cycle_and_is_carried_over(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let merged = app.candidate(&tree, Status::Verified).await;
        let next = app.candidate_with(&tree, Status::Nominated, |it| it.cycle = it.cycle.next()).await;
        merge(&app, &staff.unit, merged, next).await.expect(201);
        app.set_clock("2026-11-24T02:00:00Z");
        let reply = undo(&app, &staff.unit, merged).await.expect(200);
        assert_eq!((&reply.json["status"], &reply.json["cycle"]), (&json!("verified"), &json!("2026-11")));
        let path = format!("/candidates/{merged}/carry-over");
        let reply = staff.unit.post_if(&path, &reply.etag(), json!({})).await.expect(201);
        assert_eq!((&reply.json["status"], &reply.json["cycle"]), (&json!("verified"), &json!("2026-12")));
    }

    async fn a_unit_that_was_closed_meanwhile_does_not_come_back(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let admin = app.admin().await;
        let merged = in_unit(&app, tree.sister_unit, &tree, Status::Verified).await;
        let survivor = app.candidate(&tree, Status::Nominated).await;
        merge(&app, &staff.district, merged, survivor).await.expect(201);
        let path = format!("/organizations/{}", tree.sister_unit);
        let shown = admin.get(&path).await.expect(200);
        admin.patch(&path, &shown.etag(), json!({ "active": false })).await.expect(200);
        let reply = undo(&app, &staff.district, merged).await.expect(200);
        assert_eq!((&reply.json["status"], &reply.json["unit_id"]), (&json!("nominated"), &Value::Null));
    }

    async fn the_same_merger_sent_twice_is_answered_alike(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (merged, survivor) = (app.candidate(&tree, Status::Nominated).await, app.candidate(&tree, Status::Nominated).await);
        let keyed = staff.unit.with("Idempotency-Key", "merge-once");
        let body = json!({ "into": survivor, "reason": "同一人。" });
        let path = format!("/candidates/{merged}/merge");
        let first = keyed.post_if(&path, "\"1.x\"", body.clone()).await.expect(201);
        let again = keyed.post_if(&path, "\"1.x\"", body).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(again.json, first.json);
        assert_eq!(nominations(&app, survivor).await.len(), 2);
    }
}
