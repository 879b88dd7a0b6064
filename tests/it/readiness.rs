//! What is missing of a file is named with what to do, and is what the guard refuses.

use haoren::{
    domain::{
        candidate::Status,
        consent::{ConsentMethod, ConsentScope, GivenBy},
        id::CandidateId,
        photo::PhotoType,
        role::Role,
    },
    service::{Error, generator},
    storage::{
        self, Connection,
        consents::ConsentRow,
        photos::PhotoRow,
        sql_values::{At, Stored},
    },
};
use serde_json::{Value, json};

use crate::{
    harness::App,
    reviews::{approve, decide},
};

/// Photos of these sizes, as a policy that was amended or another month's would have left them.
async fn put_photos(app: &App, id: CandidateId, sizes: &'static [(i32, i32)]) {
    let service = app.service.clone();
    let work = move |db: &mut Connection| {
        for known in storage::photos::list_of(db, id)? {
            storage::photos::delete(db, id, known.id)?;
        }
        for (position, (byte_size, height)) in (1..).zip(sizes) {
            let photo = PhotoRow {
                id: generator::new_id(&service.clocks)?,
                candidate_id: id,
                position: position * 3,
                media_type: PhotoType::Jpeg,
                byte_size: *byte_size,
                width: 4000,
                height: *height,
                sha256: vec![0; 32],
                uploaded_by: None,
                created_at: At(service.clocks.campaign()),
            };
            storage::photos::insert(db, &photo)?;
        }
        Ok::<_, Error>(())
    };
    app.service.store.write(work).await.unwrap();
}

async fn put_consent(app: &App, id: CandidateId, scope: Vec<ConsentScope>) {
    let recorder = app.user(Role::Citizen, None).await.0;
    let at = At(app.service.clocks.campaign());
    let row = ConsentRow {
        candidate_id: id,
        given_by: GivenBy::SelfGiven,
        name_cipher: vec![1],
        name_masked: "陈**".to_owned(),
        scope: Stored(scope),
        text_version: "2026-1".to_owned(),
        method: ConsentMethod::Paper,
        given_at: at,
        evidence: None,
        recorded_by: recorder,
        recorded_at: at,
        version: 1,
    };
    let work = move |db: &mut Connection| Ok::<_, Error>(storage::consents::replace(db, &row)?);
    app.service.store.write(work).await.unwrap();
}

/// The items that verification lacks, and the guard's faults, in the same form.
fn lacking(report: &Value) -> Vec<Value> {
    let items = report["items"].as_array().unwrap().iter();
    let lacking = items.filter(|item| item["ok"] == false && item["needed_to_verify"] == true);
    lacking.map(|item| json!([item["code"], item["actual"], item["required"], item["detail"]])).collect()
}

fn refused(problem: &Value) -> Vec<Value> {
    let faults = problem["errors"].as_array().unwrap().iter();
    let faults = faults.filter(|fault| fault["code"] == "materials_incomplete");
    faults.map(|fault| json!([fault["item"], fault["actual"], fault["required"], fault["detail"]])).collect()
}

both! {
    async fn the_report_and_the_refusal_agree_in_figures_and_words(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate_with(&tree, Status::Nominated, |it| it.deed = Some("好".repeat(412))).await;
        put_photos(&app, id, &[(40_000, 280), (393_217, 3000), (1, 300)]).await;
        let path = format!("/candidates/{id}/readiness");
        for language in ["zh-CN", "en"] {
            let unit = staff.unit.with("Accept-Language", language);
            let report = unit.get(&path).await.expect(200);
            let refusal = approve(&app, &unit, id).await.problem(409, "materials_incomplete");
            assert_eq!(report.json["ready"], false);
            assert_eq!(lacking(&report.json), refused(&refusal.json));
            assert_eq!(lacking(&report.json).len(), 4, "{}", report.json);
            let shown = unit.get(&format!("/candidates/{id}")).await.expect(200);
            let actions = shown.json["allowed_actions"].as_array().unwrap();
            let verify = actions.iter().find(|action| action["action"] == "verify").unwrap();
            let reasons: Vec<_> = verify["reasons"].as_array().unwrap().iter().map(|reason| reason["detail"].clone()).collect();
            let details: Vec<_> = lacking(&report.json).into_iter().map(|item| item[3].clone()).collect();
            assert_eq!(reasons, details);
        }
        let report = staff.unit.get(&path).await.expect(200);
        let details: Vec<_> = lacking(&report.json).into_iter().map(|item| item[3].as_str().unwrap().to_owned()).collect();
        assert_eq!(details[0], "事迹材料 412 字，要求 500–1000 字，还差 88 字，请补充");
        assert_eq!(details[1], "照片多出 1 张（现有 3 张，要求 2 张），请选定要用的，删去其余的");
        // The place is that in the order shown, whatever was removed before.
        assert_eq!(details[2], "照片第 1 张短边 280 像素，至少 300 像素，请换用更大的原图");
        assert!(details[3].starts_with("照片第 2 张文件 393217 字节，至多 393216 字节"), "{}", details[3]);
        let shown = staff.unit.get(&format!("/candidates/{id}")).await.expect(200);
        assert_eq!(lacking(&report.json)[2][1]["photo_id"], shown.json["photos"][0]["id"]);
    }

    async fn every_item_is_mended_and_then_the_unit_verifies(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let body = json!({ "category": "dedication", "name": "陈桂兰", "summary": "三十年如一日。", "unit_id": tree.unit });
        let made = app.anonymous().post("/candidates", body).await.expect(201);
        let id: CandidateId = made.id().parse().unwrap();
        let path = format!("/candidates/{id}/readiness");
        let codes = |report: &Value| lacking(report).iter().map(|item| item[0].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let report = staff.unit.get(&path).await.expect(200);
        assert_eq!(codes(&report.json), ["deed_length", "photo_count", "contact_phone", "verification_records"]);
        // Who holds the tracking code reads the same.
        let tracked = app.anonymous().get(&format!("/nominations/{}", made.json["tracking_code"].as_str().unwrap())).await.expect(200);
        assert_eq!(tracked.json["missing"].as_array().unwrap().len(), 3);
        assert_eq!(tracked.json["missing"][1]["detail"], "还缺 2 张照片（现有 0 张，要求 2 张），请补传");
        let change = json!({ "deed": "好".repeat(500), "contact_phone": "13800005678" });
        staff.unit.patch(&format!("/candidates/{id}"), &app.tag(id).await, change).await.expect(200);
        put_photos(&app, id, &[(40_000, 600), (40_000, 600)]).await;
        let record = json!({
            "method": "interview", "verifiers": ["周敏"], "held_at": "2026-11-04T06:00:00Z",
            "heard": [{ "name": "李大妈", "relationship": "邻居" }], "finding": "confirmed", "notes": "所述与材料一致。",
        });
        staff.unit.post(&format!("/candidates/{id}/verifications"), record).await.expect(201);
        let report = staff.unit.get(&path).await.expect(200);
        assert_eq!((&report.json["ready"], codes(&report.json)), (&json!(true), vec![]));
        approve(&app, &staff.unit, id).await.expect(201);
    }

    async fn the_scopes_that_a_consent_lacks_are_named(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Endorsed).await;
        let path = format!("/candidates/{id}/readiness");
        for (scope, missing, said) in [
            (vec![ConsentScope::Publication], json!(["forwarding"]), "尚未登记本人对上报的同意"),
            (vec![ConsentScope::Forwarding], json!(["publication"]), "尚未登记本人对公示的同意"),
        ] {
            put_consent(&app, id, scope).await;
            let report = staff.city.get(&path).await.expect(200);
            let item = report.json["items"].as_array().unwrap().iter().find(|item| item["code"] == "consent").unwrap().clone();
            assert_eq!((&item["ok"], &item["needed_to_verify"]), (&json!(false), &json!(false)));
            assert!(item["detail"].as_str().unwrap().starts_with(said), "{item}");
            let refusal = approve(&app, &staff.city, id).await.problem(409, "consent_missing");
            assert_eq!((&refusal.json["errors"][0]["missing"], &refusal.json["errors"][0]["detail"]), (&missing, &item["detail"]));
        }
        put_consent(&app, id, vec![ConsentScope::Publication, ConsentScope::Forwarding]).await;
        approve(&app, &staff.city, id).await.expect(201);
        decide(&app, &staff.city, id, "return").await.expect(201);
    }
}
