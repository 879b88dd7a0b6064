//! The whole month over HTTP: recommended through several channels, verified, endorsed, screened, forwarded, voted for,
//! objected to, published, checked, revoked.

use haoren::domain::id::CandidateId;
use image::{ImageFormat, RgbImage};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client, Staff, Tree},
    reviews::approve,
};

fn nomination(tree: &Tree, name: &str, channel: &str) -> Value {
    json!({
        "category": "dedication", "name": name, "summary": format!("{name}二十年照顾社区里的孤寡老人。"),
        "deed": "他每天清晨为老人送去早餐，风雨无阻。".repeat(35), "unit_id": tree.unit, "channel": channel,
        "contact_phone": "13800005678",
    })
}

async fn add_photos(client: &Client, id: &str) {
    for name in ["a.jpg", "b.jpg"] {
        let mut file = std::io::Cursor::new(Vec::new());
        RgbImage::new(400, 300).write_to(&mut file, ImageFormat::Jpeg).unwrap();
        client.upload(&format!("/candidates/{id}/photos"), None, name, file.into_inner()).await.expect(201);
    }
}

/// Recommends somebody online with an account, by telephone without one, and by a letter that the unit types in.
async fn recommend(app: &App, tree: &Tree, staff: &Staff) -> [CandidateId; 3] {
    let citizen = app.citizen().await;
    let online = citizen.post("/candidates", nomination(tree, "王小明", "online")).await.expect(201);
    add_photos(&citizen, &online.id()).await;
    let phone = app.anonymous().post("/candidates", nomination(tree, "李卫国", "phone")).await.expect(201);
    let code = phone.json["tracking_code"].as_str().unwrap();
    add_photos(&app.anonymous().with("Tracking-Code", code), &phone.id()).await;
    app.anonymous().get(&format!("/nominations/{code}")).await.expect(200);
    let mut letter = nomination(tree, "赵红梅", "letter");
    letter["nominator"] = json!({ "name": "钱大伯", "phone": "13900001234", "relationship": "邻居" });
    let letter = staff.unit.post("/candidates", letter).await.expect(201);
    add_photos(&staff.unit, &letter.id()).await;
    [online, phone, letter].map(|made| made.id().parse().unwrap())
}

async fn consent(staff: &Staff, id: CandidateId, name: &str) {
    let body = json!({
        "given_by": "self", "name": name, "scope": ["publication", "forwarding"], "text_version": "2026-1",
        "method": "paper", "given_at": "2026-11-04T02:00:00Z",
    });
    staff.unit.put(&format!("/candidates/{id}/consent"), None, body).await.expect(200);
}

/// The unit looks at the facts: without that it cannot verify.
async fn look_at_the_facts(app: &App, staff: &Staff, id: CandidateId) {
    approve(app, &staff.unit, id).await.problem(409, "verification_missing");
    let record = json!({
        "method": "interview", "verifiers": ["周敏", "何建国"], "held_at": "2026-11-04T06:00:00Z",
        "heard": [{ "name": "李大妈", "relationship": "邻居" }], "finding": "confirmed",
        "notes": "三位邻居分别谈话，所述时间、地点与材料一致。",
    });
    staff.unit.post(&format!("/candidates/{id}/verifications"), record).await.expect(201);
}

/// From the recommendation to the batch. The district has two places, so the third is not endorsed.
async fn bring_to_the_vote(app: &App, staff: &Staff, ids: [CandidateId; 3]) {
    for (id, name) in ids.into_iter().zip(["王小明", "李卫国", "赵红梅"]) {
        consent(staff, id, name).await;
        look_at_the_facts(app, staff, id).await;
        assert_eq!(approve(app, &staff.unit, id).await.expect(201).json["status"], "verified");
    }
    for id in &ids[..2] {
        approve(app, &staff.district, *id).await.expect(201);
    }
    approve(app, &staff.district, ids[2]).await.problem(409, "quota_exceeded");
    app.set_clock("2026-11-22T02:00:00Z");
    for id in &ids[..2] {
        assert_eq!(approve(app, &staff.city, *id).await.expect(201).json["status"], "screened");
    }
    app.anonymous().get(&format!("/candidates/{}", ids[0])).await.problem(404, "not_found");
    app.set_clock("2026-11-25T02:00:00Z");
    let batch = staff.city.post("/batches", json!({ "cycle": "2026-11" })).await.expect(201);
    assert_eq!(batch.json["items"].as_array().unwrap().len(), 2);
    assert_eq!(batch.json["items"][0]["photos"].as_array().unwrap().len(), 2);
}

both! {
    async fn from_the_recommendation_to_the_published_list(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let ids = recommend(&app, &tree, &staff).await;
        bring_to_the_vote(&app, &staff, ids).await;

        app.set_clock("2026-11-26T02:00:00Z");
        let public = app.anonymous();
        let shown = public.get(&format!("/candidates/{}", ids[0])).await.expect(200);
        assert_eq!((&shown.json["view"], &shown.json["name"]), (&json!("public"), &json!("王小明")));
        for _ in 0..2 {
            app.citizen().await.post("/votes", json!({ "candidate_id": ids[0] })).await.expect(201);
        }
        app.citizen().await.post("/votes", json!({ "candidate_id": ids[1] })).await.expect(201);
        let path = format!("/candidates/{}/objections", ids[1]);
        let objection = public.post(&path, json!({ "text": "事迹时间有误。", "contact": "13800001111" })).await.expect(201);

        app.set_clock("2026-12-01T02:00:00Z");
        let publish = json!({ "cycle": "2026-11" });
        staff.city.post("/lists", publish.clone()).await.problem(409, "objections_undecided");
        let decision = json!({ "upheld": false, "reason": "经核实，时间无误。" });
        staff.city.post(&format!("/objections/{}/decision", objection.id()), decision).await.expect(201);
        staff.city.post("/lists", publish).await.expect(201);
        let list = public.get("/lists/2026-11").await.expect(200);
        let entries = list.json["categories"]["dedication"].as_array().unwrap();
        let names: Vec<_> = entries.iter().map(|entry| entry["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["王小明", "李卫国"]);
        let check = public.get("/certificates/2026-11-DED-0002").await.expect(200);
        assert_eq!((&check.json["name"], &check.json["standing"]), (&json!("李*国"), &json!("shown")));

        let reason = json!({ "reason": "事迹失实" });
        let path = format!("/candidates/{}/revocation", ids[1]);
        staff.city.post_if(&path, &app.tag(ids[1]).await, reason).await.expect(201);
        let list = public.get("/lists/2026-11").await.expect(200);
        assert_eq!(list.json["revoked_count"], 1);
        let revoked = &list.json["categories"]["dedication"][1];
        assert_eq!((&revoked["name"], &revoked["revocation"]["reason"]), (&json!("李*国"), &json!("事迹失实")));
        let check = public.get("/certificates/2026-11-DED-0002").await.expect(200);
        assert_eq!(check.json["standing"], "revoked");
        public.get(&path.replace("/revocation", "")).await.problem(404, "not_found");
    }
}
