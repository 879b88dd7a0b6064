//! The fact-verification file: records, their files, and what they mean for an approval.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use haoren::{
    domain::{
        candidate::Status,
        document,
        id::{AttachmentId, CandidateId, UserId},
        role::Role,
    },
    service::{generator, sweeping},
    storage::{self, Connection, files::FileKey, sql_values::At},
};
use image::{ImageFormat, RgbImage};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client, Reply},
    reviews::{approve, decide},
};

pub const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nxref\n0 1\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n";

pub fn record(finding: &str) -> Value {
    json!({
        "method": "interview", "verifiers": ["周敏", "何建国"], "held_at": "2026-11-04T06:00:00Z",
        "heard": [{ "name": "李翠花", "relationship": "邻居" }, { "name": "欧阳娜娜" }], "finding": finding,
        "notes": "分别谈话，\r\n所述一致。",
    })
}

fn path(id: CandidateId) -> String {
    format!("/candidates/{id}/verifications")
}

/// Approves as a unit, district or city would, with the refuting records that the opinion answers.
async fn approve_answering(app: &App, client: &Client, id: CandidateId, answered: &[&str]) -> Reply {
    let stage = app.stored(id).await.status.stage().unwrap();
    let body = json!({
        "decision": "approve", "opinion": "反映的情况已逐项核实，不影响事迹。", "checklist": app.checklist(stage).await,
        "answered_verifications": answered,
    });
    client.post_if(&format!("/candidates/{id}/reviews"), &app.tag(id).await, body).await
}

/// A nominated candidate whose builder's record was struck, so that its file is empty.
async fn unverified(app: &App, tree: &crate::harness::Tree, unit: &Client) -> CandidateId {
    let id = app.candidate(tree, Status::Nominated).await;
    let list = unit.get(&path(id)).await.expect(200);
    let first = list.json["items"][0]["id"].as_str().unwrap().to_owned();
    let strike = format!("{}/{first}/withdrawal", path(id));
    unit.post_if(&strike, &app.tag(id).await, json!({ "reason": "录错了人。" })).await.expect(201);
    id
}

fn picture(format: ImageFormat) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    RgbImage::new(60, 40).write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// What the audit has of a candidate, sorted.
async fn audited(app: &App, id: CandidateId) -> Vec<String> {
    use haoren::storage::{StoreError, schema::audit_events};
    let work = move |db: &mut Connection| {
        let of_candidate = audit_events::table.filter(audit_events::subject_id.eq(id.to_string()));
        Ok::<Vec<String>, StoreError>(of_candidate.select(audit_events::action).order(audit_events::action).load(db)?)
    };
    app.service.store.read(work).await.unwrap()
}

/// Strikes all records of a candidate, straight in the storage.
async fn strike_all(app: &App, id: CandidateId, by: UserId) {
    app.write(move |db| {
        for record in storage::verifications::list_of(db, id, None, 100)? {
            let struck = (by, At(record.recorded_at.0), "录错了人。");
            assert!(storage::verifications::strike(db, record.id, struck)?);
        }
        Ok(())
    })
    .await;
}

both! {
    async fn a_record_is_kept_shown_masked_and_read_in_clear_where_it_is_audited(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        let keyed = staff.unit.with("Idempotency-Key", "record");
        let made = keyed.post(&path(id), record("confirmed")).await.expect(201);
        assert_eq!(made.json["heard"], json!([{ "name": "李**", "relationship": "邻居" }, { "name": "欧阳**", "relationship": null }]));
        assert_eq!((&made.json["notes"], &made.json["struck"]), (&json!("分别谈话，\n所述一致。"), &Value::Null));
        assert_eq!(made.json["verifiers"], json!(["周敏", "何建国"]));
        assert_eq!(made.etag(), made.header("etag"));
        assert!(app.tag(id).await.starts_with("\"2."));
        let at = made.header("location").strip_prefix("/api/v1").unwrap().to_owned();
        assert_eq!(staff.city.get(&at).await.expect(200).json, made.json);
        let again = keyed.post(&path(id), record("confirmed")).await.expect(201);
        assert_eq!((again.header("idempotency-replayed"), again.id()), ("true", made.id()));
        for reader in [&staff.unit, &staff.district, &staff.city, &app.admin().await] {
            let first = reader.get(&format!("{}?limit=1", path(id))).await.expect(200);
            let next = format!("{}?limit=1&cursor={}", path(id), first.json["next_cursor"].as_str().unwrap());
            let second = reader.get(&next).await.expect(200);
            assert_eq!(second.json["items"][0]["id"], made.id());
            assert_eq!(second.json["items"].as_array().unwrap().len(), 1);
        }
        // The builder's number is no ciphertext, so the file gets one that can be read.
        let contact = json!({ "contact_phone": "13800005678" });
        staff.unit.patch(&format!("/candidates/{id}"), &app.tag(id).await, contact).await.expect(200);
        let contacts = staff.city.get(&format!("/candidates/{id}/contacts")).await.expect(200);
        let heard = json!([
            { "verification_id": made.id(), "name": "李翠花", "relationship": "邻居" },
            { "verification_id": made.id(), "name": "欧阳娜娜", "relationship": null },
        ]);
        assert_eq!(contacts.json["heard"], heard);
        let done = audited(&app, id).await;
        assert_eq!(done, ["candidate.contacts_read", "candidate.updated", "candidate.verification_recorded"]);
    }

    async fn what_is_no_record_is_refused_with_all_its_faults(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        let mut wrong = record("confirmed");
        wrong["verifiers"] = json!(["7"]);
        wrong["held_at"] = json!("2026-11-06T06:00:00Z");
        wrong["heard"] = json!([]);
        let faults = staff.unit.post(&path(id), wrong.clone()).await.problem(422, "validation_failed").faults();
        assert_eq!(faults, [("/heard".into(), "too_few".into()), ("/verifiers/0".into(), "malformed".into())]);
        wrong["verifiers"] = json!(["周敏"]);
        wrong["method"] = json!("consultation");
        wrong["department"] = json!("江岸区公安分局");
        let faults = staff.unit.post(&path(id), wrong).await.problem(422, "validation_failed").faults();
        assert_eq!(faults, [("/held_at".into(), "too_large".into())]);
        assert!(app.tag(id).await.starts_with("\"1."));
    }

    async fn the_unit_verifies_with_a_confirming_record_that_stands(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = unverified(&app, &tree, &staff.unit).await;
        let readiness = format!("/candidates/{id}/readiness");
        let lacks = |reply: Reply| {
            let items = reply.json["items"].as_array().unwrap().clone();
            items.into_iter().find(|item| item["code"] == "verification_records").map(|item| (item["ok"].clone(), item["actual"].clone()))
        };
        assert_eq!(lacks(staff.unit.get(&readiness).await.expect(200)), Some((json!(false), json!(0))));
        let citizen = app.citizen().await;
        let own = json!({ "category": "dedication", "name": "张三", "summary": "好人好事。", "unit_id": tree.unit });
        let own = citizen.post("/candidates", own).await.expect(201).id();
        let report = citizen.get(&format!("/candidates/{own}/readiness")).await.expect(200);
        assert_eq!(lacks(report), None, "what the unit found out is none of the nominator's business");
        let refused = approve(&app, &staff.unit, id).await.problem(409, "verification_missing");
        assert_eq!((&refused.json["errors"][0]["required"], &refused.json["errors"][0]["actual"]), (&json!(1), &json!(0)));
        staff.unit.post(&path(id), record("partly")).await.expect(201);
        approve(&app, &staff.unit, id).await.problem(409, "verification_missing");
        staff.unit.post(&path(id), record("confirmed")).await.expect(201);
        assert_eq!(lacks(staff.unit.get(&readiness).await.expect(200)), Some((json!(true), json!(1))));
        approve(&app, &staff.unit, id).await.expect(201);
    }

    async fn a_refuting_record_is_answered_by_name(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        let confirming = staff.unit.get(&path(id)).await.expect(200).json["items"][0]["id"].as_str().unwrap().to_owned();
        let first = staff.unit.post(&path(id), record("refuted")).await.expect(201).id();
        let refused = approve(&app, &staff.unit, id).await.problem(409, "verification_unanswered");
        assert_eq!(refused.json["errors"][0]["verifications"], json!([first]));
        assert_eq!(refused.faults(), [("/answered_verifications".into(), "verification_unanswered".into())]);
        let wrong = approve_answering(&app, &staff.unit, id, &[&first, &confirming, &first]).await;
        let places = ["/answered_verifications/1", "/answered_verifications/2"].map(str::to_owned);
        assert_eq!(wrong.problem(422, "validation_failed").faults().into_iter().map(|(at, _)| at).collect::<Vec<_>>(), places);
        let body = json!({ "decision": "return", "opinion": "请说明。", "answered_verifications": [first] });
        let returned = staff.unit.post_if(&format!("/candidates/{id}/reviews"), &app.tag(id).await, body).await;
        returned.problem(422, "validation_failed");
        let verified = approve_answering(&app, &staff.unit, id, &[&first]).await.expect(201);
        assert_eq!(verified.json["answered_verifications"], json!([first]));

        let second = staff.unit.post(&path(id), record("refuted")).await.expect(201).id();
        let refused = approve(&app, &staff.district, id).await.problem(409, "verification_unanswered");
        assert_eq!(refused.json["errors"][0]["verifications"], json!([second]));
        approve_answering(&app, &staff.district, id, &[&second]).await.expect(201);
        approve(&app, &staff.city, id).await.expect(201);
        staff.unit.post(&path(id), record("refuted")).await.problem(409, "transition_not_allowed");
        let reviews = staff.city.get(&format!("/candidates/{id}/reviews")).await.expect(200);
        let answered: Vec<_> = reviews.json["items"].as_array().unwrap().iter().map(|one| one["answered_verifications"].clone()).collect();
        assert_eq!(answered, [json!([first]), json!([second]), json!([])]);
    }

    async fn a_record_made_in_error_is_struck_and_stays_to_be_read(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        let made = staff.unit.post(&path(id), record("refuted")).await.expect(201);
        let strike = format!("{}/{}/withdrawal", path(id), made.id());
        let reason = json!({ "reason": "记到了别人的名下。" });
        staff.unit.post(&strike, reason.clone()).await.problem(428, "precondition_required");
        staff.unit.post_if(&strike, "\"1.x\"", reason.clone()).await.problem(412, "precondition_failed");
        let elsewhere = strike.replace(&made.id(), &id.to_string());
        staff.unit.post_if(&elsewhere, &made.etag(), reason.clone()).await.problem(404, "not_found");
        let struck = staff.unit.post_if(&strike, &made.etag(), reason.clone()).await.expect(201);
        assert_eq!(struck.json["struck"]["reason"], "记到了别人的名下。");
        staff.unit.post_if(&strike, &struck.etag(), reason.clone()).await.problem(409, "already_decided");
        let upload = format!("{}/{}/attachments", path(id), made.id());
        staff.unit.upload(&upload, None, "a.pdf", PDF.to_vec()).await.problem(409, "already_decided");
        let list = staff.city.get(&path(id)).await.expect(200);
        assert_eq!(list.json["items"][1]["struck"]["at"], struck.json["struck"]["at"]);
        let kept = list.json["items"][0]["id"].as_str().unwrap().to_owned();
        approve(&app, &staff.unit, id).await.expect(201);
        let late = format!("{}/{kept}/withdrawal", path(id));
        staff.unit.post_if(&late, &app.tag(id).await, reason.clone()).await.problem(409, "transition_not_allowed");
        decide(&app, &staff.district, id, "return").await.expect(201);
        staff.unit.post_if(&late, &app.tag(id).await, reason).await.expect(201);
    }

    async fn files_are_added_read_and_kept_from_others(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        let made = staff.unit.post(&path(id), record("confirmed")).await.expect(201);
        let upload = format!("{}/{}/attachments", path(id), made.id());
        let keyed = staff.unit.with("Idempotency-Key", "file");
        let pdf = keyed.upload(&upload, None, "李翠花.exe", PDF.to_vec()).await.expect(201);
        assert_eq!((&pdf.json["media_type"], &pdf.json["byte_size"]), (&json!("application/pdf"), &json!(PDF.len())));
        assert_eq!(keyed.upload(&upload, None, "李翠花.exe", PDF.to_vec()).await.expect(201).id(), pdf.id());
        let trailing = [picture(ImageFormat::Jpeg), b"PK\x05\x06 and more".to_vec()].concat();
        let jpeg = staff.unit.upload(&upload, None, "a.pdf", trailing).await.expect(201);
        assert_eq!(jpeg.json["media_type"], "image/jpeg");
        let read = staff.district.get(&format!("/attachments/{}", jpeg.id())).await.expect(200);
        assert!(read.bytes.ends_with(&[0xFF, 0xD9]), "what follows the picture is dropped");

        let address = format!("/attachments/{}", pdf.id());
        let read = staff.city.get(&address).await.expect(200);
        assert_eq!(read.bytes, PDF);
        for (name, value) in [
            ("content-type", "application/pdf"),
            ("cache-control", "private, no-store"),
            ("x-content-type-options", "nosniff"),
            ("content-disposition", &*format!("attachment; filename=\"verification-{}.pdf\"", pdf.id())),
        ] {
            assert_eq!(read.header(name), value);
        }
        staff.city.with("If-None-Match", read.header("etag")).get(&address).await.expect(304);
        app.anonymous().get(&address).await.problem(401, "unauthenticated");
        app.citizen().await.get(&address).await.problem(403, "forbidden");
        let (_, sister) = app.user(Role::UnitReviewer, Some(tree.sister_unit)).await;
        sister.get(&address).await.problem(404, "not_found");
        let listed = staff.unit.get(&path(id)).await.expect(200);
        let files: Vec<_> = listed.json["items"][1]["attachments"].as_array().unwrap().iter().map(|file| file["id"].clone()).collect();
        assert_eq!(files, [json!(pdf.id()), json!(jpeg.id())]);
    }

    async fn what_is_no_fitting_file_is_refused(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        let made = staff.unit.post(&path(id), record("confirmed")).await.expect(201);
        let upload = format!("{}/{}/attachments", path(id), made.id());
        let cut = picture(ImageFormat::Png)[..60].to_vec();
        for file in [b"MZ\x90".to_vec(), b"%PDF-1.7".to_vec(), [PDF, b"<script>"].concat(), cut, b"GIF89a".to_vec(), vec![]] {
            let refused = staff.unit.upload(&upload, None, "a.pdf", file).await.problem(422, "attachment_unreadable");
            assert_eq!(refused.faults(), [("/file".into(), "attachment_unreadable".into())]);
        }
        let padding = vec![b' '; document::UPLOAD_MAX_BYTES + 1 - PDF.len()];
        let large = [b"%PDF-1.7\n", &padding[..], &PDF[9..]].concat();
        staff.unit.upload(&upload, None, "a.pdf", large).await.problem(413, "payload_too_large");
        staff.unit.post(&upload, json!({})).await.problem(415, "unsupported_media_type");
        for _ in 0..10 {
            staff.unit.upload(&upload, None, "a.pdf", PDF.to_vec()).await.expect(201);
        }
        let full = staff.unit.upload(&upload, None, "a.pdf", PDF.to_vec()).await.problem(409, "attachment_limit");
        assert_eq!(full.json["errors"][0]["limit"], 10);
        assert_eq!(app.service.files.list().await.unwrap().len(), 10);
    }

    async fn attachments_without_a_row_are_swept(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        let made = staff.unit.post(&path(id), record("confirmed")).await.expect(201);
        let upload = format!("{}/{}/attachments", path(id), made.id());
        let kept = staff.unit.upload(&upload, None, "a.pdf", PDF.to_vec()).await.expect(201).id();
        let orphan: AttachmentId = generator::new_id(&app.service.clocks).unwrap();
        app.service.files.put(FileKey::Attachment(orphan), bytes::Bytes::from_static(PDF)).await.unwrap();
        app.time.advance(chrono::Duration::days(365 * 200));
        assert_eq!(sweeping::sweep_files(&app.service).await.unwrap(), 1);
        let left: Vec<_> = app.service.files.list().await.unwrap().into_iter().map(|file| file.key).collect();
        assert_eq!(left, [Some(FileKey::Attachment(kept.parse().unwrap()))]);
    }

    async fn the_level_above_keeps_the_file_of_a_unit_that_has_nobody(app: App) {
        let tree = app.tree().await;
        let (_, district) = app.user(Role::DistrictReviewer, Some(tree.district)).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        district.post(&path(id), record("confirmed")).await.expect(201);
        let (_, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        district.post(&path(id), record("confirmed")).await.problem(403, "forbidden");
        unit.post(&path(id), record("confirmed")).await.expect(201);
    }

    async fn who_carries_over_what_lacks_a_record_begins_again(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let [id, with_record] =
            [app.candidate(&tree, Status::Endorsed).await, app.candidate(&tree, Status::Endorsed).await];
        strike_all(&app, id, app.user(Role::Citizen, None).await.0).await;
        app.set_clock("2026-11-26T02:00:00Z");
        for (one, status) in [(id, "nominated"), (with_record, "verified")] {
            let carry = format!("/candidates/{one}/carry-over");
            let carried = staff.city.post_if(&carry, &app.tag(one).await, json!({})).await.expect(201);
            assert_eq!(carried.json["status"], status);
        }
    }
}
