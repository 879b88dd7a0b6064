//! Reissues: what is drawn anew, what is kept of before, what is refused, and two who meet.

use sha2::{Digest as _, Sha256};

use super::*;

const PATH: &str = "/certificates/2026-11-DED-0001";
const REISSUES: &str = "/certificates/2026-11-DED-0001/reissues";
const PRINTS: &str = "/certificates/2026-11-DED-0001/prints";

fn because() -> Value {
    json!({ "reason": "姓名“晓”误作“小”，已更正。" })
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

async fn prints(city: &Client) -> Vec<Value> {
    city.get(PRINTS).await.expect(200).json["items"].as_array().unwrap().clone()
}

/// The statuses of replies, sorted.
fn statuses(replies: &[Reply]) -> Vec<u16> {
    let mut found: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
    found.sort_unstable();
    found
}

both! {
    async fn a_certificate_is_reissued_with_what_is_known_now(app: App) {
        let listed = listed(&app, "王小明", ResultSource::Local).await;
        let (public, city) = (app.anonymous(), &listed.city);
        let first = public.get(PDF).await.expect(200);
        let before = public.get(PATH).await.expect(200);
        assert_eq!((&before.json["issued_on"], &before.json["reissued_on"]), (&json!("2026-12-01"), &Value::Null));

        // Everything on it has changed: name, name of the category, issuer, and the public address.
        rename(&app, listed.candidate, "王晓明").await;
        let admin = app.admin().await;
        let tag = public.get("/categories/dedication").await.expect(200).etag();
        let name = json!({ "name": { "zh": "爱岗敬业", "en": "Dedication" } });
        admin.patch("/categories/dedication", &tag, name).await.expect(200);
        let place = format!("/organizations/{}", listed.tree.city);
        let tag = admin.get(&place).await.expect(200).etag();
        admin.patch(&place, &tag, json!({ "list_issuer": "武汉市文明办" })).await.expect(200);
        let known = app.beside_as(|settings| settings.public_url = Some("https://haoren.example.gov.cn".to_owned())).await;
        known.set_clock("2026-12-05T02:00:00Z");
        assert!(public.get(PDF).await.expect(200).bytes == first.bytes, "until it is reissued it stays");
        let clerk = known.with_token(city.token().to_owned());
        let reissued = clerk.post(REISSUES, because()).await.expect(201);

        let shown = &reissued.json;
        assert_eq!((&shown["number"], &shown["sequence"], &shown["is_current"]), (&json!(NUMBER), &json!(2), &json!(true)));
        assert_eq!((&shown["reason"], &shown["printed_at"]), (&because()["reason"], &json!("2026-12-05T02:00:00Z")));
        assert_eq!((&shown["check_url"], &shown["issuer"]), (&json!(format!("https://haoren.example.gov.cn/api/v1{PATH}")), &json!("武汉市文明办")));
        assert_eq!(reissued.header("location"), shown["pdf_url"]);
        let second = public.get(PDF).await.expect(200);
        assert_eq!((sha256(&second.bytes), second.bytes.len()), (shown["sha256"].as_str().unwrap().to_owned(), usize::try_from(shown["byte_size"].as_u64().unwrap()).unwrap()));
        let pdf = Pdf::of(&second.bytes);
        for said in ["王晓明：", "爱岗敬业类好人", "武汉市文明办二〇二六年十二月一日", NUMBER] {
            assert!(pdf.text().contains(said), "{said}: {}", pdf.text());
        }
        assert_eq!(pdf.code(), format!("https://haoren.example.gov.cn/api/v1{PATH}"));
        let latest = public.get(&format!("/honorees/{}/certificate", listed.honoree)).await.expect(200);
        assert!(latest.bytes == second.bytes);
        let check = public.get(PATH).await.expect(200);
        assert_eq!((&check.json["issued_on"], &check.json["reissued_on"]), (&json!("2026-12-01"), &json!("2026-12-05")));
        public.with("If-None-Match", &before.etag()).get(PATH).await.expect(200);
        public.with("If-None-Match", first.header("etag")).get(PDF).await.expect(200);

        // What was printed before is kept, and read by the city.
        let all = prints(city).await;
        assert_eq!((all.len(), &all[0]), (2, shown));
        let old = &all[1];
        assert_eq!((&old["sequence"], &old["is_current"], &old["sha256"]), (&json!(1), &json!(false), &json!(sha256(&first.bytes))));
        assert_eq!((&old["reason"], &old["printed_by"], &old["printed_by_name"]), (&Value::Null, &Value::Null, &Value::Null));
        assert_eq!(old["printed_at"], "2026-12-01T02:00:00Z");
        for (print, bytes) in [(old, &first.bytes), (shown, &second.bytes)] {
            let file = city.get(print["pdf_url"].as_str().unwrap().strip_prefix("/api/v1").unwrap()).await.expect(200);
            assert!(file.bytes == *bytes);
            assert_eq!((file.header("content-type"), file.header("cache-control")), ("application/pdf", "private, no-store"));
        }
        let page = city.get(&format!("{PRINTS}?limit=1")).await.expect(200);
        let next = format!("{PRINTS}?limit=1&cursor={}", page.json["next_cursor"].as_str().unwrap());
        let next = city.get(&next).await.expect(200);
        assert_eq!((&next.json["items"], &next.json["next_cursor"]), (&json!([old]), &Value::Null));
        let left = traces(&app, NUMBER).await;
        assert_eq!(left.audited, ["certificate.issued", "certificate.reissued"]);
        assert_eq!(left.announced, ["certificate.reissued"]);
        for private in ["晓", "更正"] {
            assert!(!left.texts.contains(private), "{}", left.texts);
        }
    }

    async fn every_print_is_kept_and_drawn_again_as_it_was(app: App) {
        let listed = listed(&app, "王小明", ResultSource::Local).await;
        let (public, city) = (app.anonymous(), &listed.city);
        let first = public.get(PDF).await.expect(200).bytes;
        let known = app.beside_as(|settings| settings.public_url = Some("https://haoren.example.gov.cn".to_owned())).await;
        known.with_token(city.token().to_owned()).post(REISSUES, because()).await.expect(201);
        let second = public.get(PDF).await.expect(200).bytes;
        assert!(first != second);
        app.time.advance(chrono::Duration::days(365 * 200));
        sweeping::sweep_files(&app.service).await.unwrap();
        let keys = files(&app).await;
        assert_eq!(keys.len(), 2, "nothing that was printed is swept");
        // Both are lost: each is drawn again with the address that stands on it, whichever the server has.
        app.service.files.delete(&keys).await.unwrap();
        assert!(public.get(PDF).await.expect(200).bytes == second);
        let city = app.user(Role::CityReviewer, Some(listed.tree.city)).await.1;
        let old = prints(&city).await[1]["pdf_url"].as_str().unwrap().strip_prefix("/api/v1").unwrap().to_owned();
        assert!(city.get(&old).await.expect(200).bytes == first);
        assert_eq!(files(&app).await.len(), 2);
        revoke(&app, listed.candidate).await;
        assert!(city.get(&old).await.expect(200).bytes == first, "the city reads what was printed, whatever became of it");
    }

    async fn what_cannot_be_reissued_is_refused(app: App) {
        let listed = listed(&app, "王小明", ResultSource::Local).await;
        let (public, city) = (app.anonymous(), &listed.city);
        let district = app.user(Role::DistrictReviewer, Some(listed.tree.district)).await.1;
        for path in [REISSUES, PRINTS] {
            let ask = async |client: &Client| {
                if path == REISSUES { client.post(path, because()).await } else { client.get(path).await }
            };
            ask(&public).await.problem(401, "unauthenticated");
            ask(&district).await.problem(403, "forbidden");
            ask(&app.admin().await).await.problem(403, "forbidden");
        }
        for unknown in ["/certificates/2026-11-DED-0002", "/certificates/2026-11-ded-0001", "/certificates/x"] {
            city.post(&format!("{unknown}/reissues"), because()).await.problem(404, "not_found");
            city.get(&format!("{unknown}/prints")).await.problem(404, "not_found");
        }
        for (body, code) in [
            (json!({}), "required"),
            (json!({ "reason": " \n " }), "too_short"),
            (json!({ "reason": "更".repeat(501) }), "too_long"),
            (json!({ "reason": "更\u{202E}正" }), "forbidden_character"),
            (json!({ "reason": 1 }), "wrong_type"),
        ] {
            let refused = city.post(REISSUES, body.clone()).await.problem(422, "validation_failed");
            assert_eq!(refused.faults(), [("/reason".to_owned(), code.to_owned())], "{body}");
        }
        let stranger = city.post(REISSUES, json!({ "reason": "更正", "number": NUMBER })).await.problem(422, "validation_failed");
        assert_eq!(stranger.faults(), [("/number".to_owned(), "unknown_member".to_owned())]);
        city.post(REISSUES, because()).await.problem(409, "certificate_not_issued");
        assert_eq!(prints(city).await, Vec::<Value>::new());
        let first = public.get(PDF).await.expect(200).bytes;
        city.post(REISSUES, because()).await.problem(409, "certificate_unchanged");
        rename(&app, listed.candidate, "王𠀀明").await;
        let lacking = city.post(REISSUES, because()).await.problem(409, "character_missing");
        assert_eq!(lacking.json["errors"][0]["character"], "U+20000");
        rename(&app, listed.candidate, "王晓明").await;
        withhold(&app, listed.candidate).await;
        city.post(REISSUES, because()).await.problem(409, "honour_withheld");
        revoke(&app, listed.candidate).await;
        city.post(REISSUES, because()).await.problem(409, "honour_revoked");
        let all = prints(city).await;
        assert_eq!((all.len(), &all[0]["sha256"]), (1, &json!(sha256(&first))));
        assert_eq!(traces(&app, NUMBER).await.audited, ["certificate.issued"]);
        let id = all[0]["id"].as_str().unwrap();
        city.get(&format!("{PRINTS}/{id}/pdf")).await.expect(200);
        city.get(&format!("/certificates/2026-11-DED-0002/prints/{id}/pdf")).await.problem(404, "not_found");
        for unknown in ["x", "0192f1c5-7a00-7000-8000-000000000001"] {
            city.get(&format!("{PRINTS}/{unknown}/pdf")).await.problem(404, "not_found");
        }
        district.get(&format!("{PRINTS}/{id}/pdf")).await.problem(403, "forbidden");
        for wrong in ["?limit=0", "?cursor=x", "?page=2"] {
            assert_eq!(city.get(&format!("{PRINTS}{wrong}")).await.status, 400, "{wrong}");
        }
    }

    async fn certificates_of_the_national_list_are_not_reissued(app: App) {
        let listed = listed(&app, "王小明", ResultSource::Portal).await;
        listed.city.post(REISSUES, because()).await.problem(409, "certificate_issued_elsewhere");
        assert_eq!(prints(&listed.city).await, Vec::<Value>::new());
        let check = app.anonymous().get(PATH).await.expect(200);
        assert_eq!((&check.json["issued_on"], &check.json["reissued_on"]), (&Value::Null, &Value::Null));
        revoke(&app, listed.candidate).await;
        listed.city.post(REISSUES, because()).await.problem(409, "certificate_issued_elsewhere");
    }

    async fn the_same_request_reissues_once(app: App) {
        let listed = listed(&app, "王小明", ResultSource::Local).await;
        app.anonymous().get(PDF).await.expect(200);
        rename(&app, listed.candidate, "王晓明").await;
        let keyed = listed.city.with("Idempotency-Key", "reissue-1");
        let first = keyed.post(REISSUES, because()).await.expect(201);
        // Also when another reissue has followed, and the honour was revoked.
        rename(&app, listed.candidate, "王小名").await;
        listed.city.post(REISSUES, because()).await.expect(201);
        revoke(&app, listed.candidate).await;
        let again = keyed.post(REISSUES, because()).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!((&again.json["id"], again.header("location")), (&first.json["id"], first.header("location")));
        assert_eq!(again.json["is_current"], false);
        keyed.post(REISSUES, json!({ "reason": "另一个原因" })).await.problem(422, "idempotency_key_reused");
        assert_eq!(prints(&listed.city).await.len(), 3);
    }

    async fn two_who_reissue_at_once_make_one_print(app: App) {
        let listed = listed(&app, "王小明", ResultSource::Local).await;
        app.anonymous().get(PDF).await.expect(200);
        let other = app.beside().await;
        other.set_clock("2026-12-01T02:00:00Z");
        let clerks = [listed.city.clone(), other.with_token(listed.city.token().to_owned())];
        for (round, name) in (2..).zip(["王晓明", "王筱明", "王小名"]) {
            rename(&app, listed.candidate, name).await;
            let replies = join_all((0..6).map(|count| clerks[count % 2].post(REISSUES, because()))).await;
            assert_eq!(statuses(&replies), [201, 409, 409, 409, 409, 409]);
            for refused in replies.into_iter().filter(|reply| reply.status == 409) {
                refused.problem(409, "certificate_unchanged");
            }
            assert_eq!(prints(&listed.city).await.len(), round);
        }
        // With one key both get the same answer.
        rename(&app, listed.candidate, "王明").await;
        let keyed = clerks.map(|clerk| clerk.with("Idempotency-Key", "reissue-2"));
        let replies = join_all(keyed.iter().map(|clerk| clerk.post(REISSUES, because()))).await;
        assert_eq!(statuses(&replies), [201, 201]);
        assert_eq!(replies[0].json["id"], replies[1].json["id"]);
        assert_eq!(prints(&listed.city).await.len(), 5);
    }

    async fn a_reissue_and_a_revocation_at_once_end_revoked(app: App) {
        let listed = listed(&app, "王小明", ResultSource::Local).await;
        let public = app.anonymous();
        public.get(PDF).await.expect(200);
        rename(&app, listed.candidate, "王晓明").await;
        let other = app.beside().await;
        other.set_clock("2026-12-01T02:00:00Z");
        let clerk = other.with_token(listed.city.token().to_owned());
        let (tag, path) = (app.tag(listed.candidate).await, format!("/candidates/{}/revocation", listed.candidate));
        let reason = json!({ "reason": "事迹失实" });
        let (reissued, revoked) = tokio::join!(clerk.post(REISSUES, because()), listed.city.post_if(&path, &tag, reason));
        revoked.expect(201);
        let printed = if reissued.status == 201 {
            2
        } else {
            reissued.problem(409, "honour_revoked");
            1
        };
        assert_eq!(prints(&listed.city).await.len(), printed);
        public.get(PDF).await.problem(410, "certificate_revoked");
        clerk.post(REISSUES, because()).await.problem(409, "honour_revoked");
    }

    async fn an_export_of_before_is_not_handed_out(app: App) {
        let listed = listed(&app, "王小明", ResultSource::Local).await;
        let (done, before) = month(&listed.city, "zip").await;
        let path = done["result"]["file_url"].as_str().unwrap().strip_prefix("/api/v1").unwrap().to_owned();
        rename(&app, listed.candidate, "王晓明").await;
        listed.city.get(&path).await.expect(200);
        listed.city.post(REISSUES, because()).await.expect(201);
        listed.city.get(&path).await.problem(409, "export_overtaken");
        let (_, after) = month(&listed.city, "zip").await;
        let (before, after) = (zip_of(&before.expect(200)), zip_of(&after.expect(200)));
        assert_eq!((before[0].0.as_str(), after[0].0.as_str()), ("2026-11-DED-0001 王小明.pdf", "2026-11-DED-0001 王晓明.pdf"));
        assert!(after[0].1 == app.anonymous().get(PDF).await.expect(200).bytes);
    }
}
