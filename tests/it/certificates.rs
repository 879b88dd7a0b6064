//! Certificates: the public check, the files, what is recorded, and what is kept.

mod command;
mod missing;
mod names;
mod pdf;
mod reissues;

use std::io::Read as _;

use futures_util::future::join_all;
use haoren::{
    domain::{
        candidate::{Status, Subject, Visibility},
        id::{CandidateId, UserId},
        policy::ResultSource,
        role::Role,
    },
    service::{Error, sweeping},
    storage::{self, Connection, candidates::CandidateChange, files::FileKey, schema::candidates},
};
use serde_json::{Value, json};

use self::pdf::Pdf;
use crate::{
    harness::{App, Client, Reply, Tree},
    traces::traces,
};

const NUMBER: &str = "2026-11-DED-0001";
const PDF: &str = "/certificates/2026-11-DED-0001/pdf";
const RECORD: &str = "/certificates/2026-11-DED-0001/record";

struct Listed {
    candidate: CandidateId,
    honoree: haoren::domain::id::HonoreeId,
    city: Client,
    tree: Tree,
}

/// One name on the list of November.
async fn listed(app: &App, name: &str, source: ResultSource) -> Listed {
    let tree = app.tree().await;
    let (reviewer, city): (UserId, Client) = app.user(Role::CityReviewer, Some(tree.city)).await;
    let candidate = app.contender(&tree, Status::Listed, "dedication", name).await;
    app.set_clock("2026-12-01T02:00:00Z");
    let honoree = app.honour_from(source, candidate, reviewer).await;
    Listed { candidate, honoree, city, tree }
}

/// The candidate's name is corrected.
async fn rename(app: &App, id: CandidateId, name: &str) {
    let (now, name) = (app.service.clocks.campaign(), name.to_owned());
    app.write(move |db| {
        let version = storage::candidates::get(db, id)?.version;
        let mut change = CandidateChange::default();
        change.set_name(name);
        storage::candidates::update_if(db, (id, version), &change, now)?.ok_or_else(Error::not_found)
    })
    .await;
}

async fn withhold(app: &App, id: CandidateId) {
    let now = app.service.clocks.campaign();
    app.write(move |db| {
        let version = storage::candidates::get(db, id)?.version;
        let change = CandidateChange { visibility: Some(Visibility::Withheld), ..CandidateChange::default() };
        storage::candidates::update_if(db, (id, version), &change, now)?.ok_or_else(Error::not_found)
    })
    .await;
}

async fn revoke(app: &App, id: CandidateId) {
    let now = app.service.clocks.campaign();
    app.write(move |db| Ok(storage::honours::set_revoked(db, id, now, "事迹失实")?)).await;
}

/// A folder with the test's font of three rare characters, and with one that is broken.
fn fonts() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let rare = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fonts/rare.ttf");
    std::fs::copy(rare, folder.path().join("rare.ttf")).unwrap();
    std::fs::write(folder.path().join("broken.ttf"), b"no font").unwrap();
    folder
}

async fn files(app: &App) -> Vec<FileKey> {
    app.service.files.list().await.unwrap().into_iter().filter_map(|file| file.key).collect()
}

fn zip_of(reply: &Reply) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(reply.bytes.clone())).unwrap();
    let mut all = Vec::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        all.push((entry.name().unwrap().into_owned(), content));
    }
    all
}

/// The file that an export of the month comes to, with its result.
async fn month(client: &Client, format: &str) -> (Value, Reply) {
    let begun = client.get(&format!("/exports/certificates.{format}?cycle=2026-11")).await.expect(202);
    assert_eq!(begun.json["kind"], "certificate_export");
    let ended = client.ended(&begun).await;
    assert_eq!(ended.json["status"], "succeeded", "{}", ended.json);
    let file = client.get(&format!("/operations/{}/file", begun.id())).await;
    (ended.json, file)
}

/// Makes a group of a candidate.
async fn become_group(app: &App, id: haoren::domain::id::CandidateId, members: &[&str]) {
    let members = storage::sql_values::Stored(members.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
    app.write(move |db: &mut Connection| {
        use diesel::prelude::*;
        let target = candidates::table.filter(candidates::id.eq(id));
        diesel::update(target)
            .set((candidates::subject.eq(Subject::Group), candidates::members.eq(members)))
            .execute(db)
            .unwrap();
        Ok(())
    })
    .await;
}

both! {
    async fn a_certificate_is_given_out_to_anybody(app: App) {
        let listed = listed(&app, "买买提·艾力", ResultSource::Local).await;
        let public = app.anonymous();
        let check = public.get("/certificates/2026-11-DED-0001").await.expect(200);
        assert_eq!((&check.json["name"], &check.json["standing"]), (&json!("买****力"), &json!("shown")));
        assert_eq!(check.json["pdf_url"], format!("/api/v1{PDF}"));
        assert_eq!(check.json["record"], Value::Null);
        assert_eq!(check.header("cache-control"), "public, max-age=60, must-revalidate");
        let file = public.get(PDF).await.expect(200);
        assert_eq!(file.header("content-type"), "application/pdf");
        assert_eq!(file.header("cache-control"), "public, max-age=60, must-revalidate");
        assert_eq!(file.header("x-content-type-options"), "nosniff");
        assert_eq!(
            file.header("content-disposition"),
            "inline; filename=\"2026-11-DED-0001.pdf\"; filename*=UTF-8''2026-11-DED-0001%20%E4%B9%B0%E4%B9%B0%E6%8F%90%C2%B7%E8%89%BE%E5%8A%9B.pdf"
        );
        let pdf = Pdf::of(&file.bytes);
        assert!(pdf.text().contains("买买提·艾力："), "{}", pdf.text());
        assert!(pdf.text().contains("武汉市二〇二六年十二月一日证书编号2026-11-DED-0001"), "{}", pdf.text());
        assert_eq!(pdf.code(), "http://127.0.0.1:8080/api/v1/certificates/2026-11-DED-0001");
        let etag = file.header("etag");
        let known = public.with("If-None-Match", etag).get(PDF).await.expect(304);
        assert!(known.bytes.is_empty());
        let latest = public.get(&format!("/honorees/{}/certificate", listed.honoree)).await.expect(200);
        assert_eq!((latest.header("etag"), &latest.bytes), (etag, &file.bytes));
        for unknown in ["/certificates/2026-11-DED-0002/pdf", "/certificates/2026-11-ded-0001/pdf", "/honorees/x/certificate"] {
            public.get(unknown).await.problem(404, "not_found");
        }
        let left = traces(&app, NUMBER).await;
        assert_eq!((left.audited, left.announced), (vec!["certificate.issued".to_owned()], vec![]));
        assert!(!left.texts.contains("艾力"));
    }

    async fn what_was_revoked_or_withheld_is_not_given_out(app: App) {
        let listed = listed(&app, "王小明", ResultSource::Local).await;
        let public = app.anonymous();
        let file = public.get(PDF).await.expect(200);
        let knowing = public.with("If-None-Match", file.header("etag"));
        let latest = format!("/honorees/{}/certificate", listed.honoree);
        withhold(&app, listed.candidate).await;
        for client in [&public, &knowing] {
            client.get(PDF).await.problem(410, "certificate_withheld");
        }
        public.get(&latest).await.problem(404, "not_found");
        revoke(&app, listed.candidate).await;
        knowing.get(PDF).await.problem(410, "certificate_revoked");
        public.get(&latest).await.problem(404, "not_found");
        let check = public.get("/certificates/2026-11-DED-0001").await.expect(200);
        assert_eq!((&check.json["standing"], &check.json["pdf_url"]), (&json!("revoked"), &Value::Null));
        let (result, _) = month(&listed.city, "zip").await;
        let expected = json!({ "certificates": 0, "left_out": 1, "missing": [], "file_url": null });
        assert_eq!(result["result"], expected);
    }

    async fn certificates_of_the_national_list_are_recorded(app: App) {
        let listed = listed(&app, "王小明", ResultSource::Portal).await;
        let (public, city) = (app.anonymous(), &listed.city);
        public.get(PDF).await.problem(409, "certificate_issued_elsewhere");
        public.get(&format!("/honorees/{}/certificate", listed.honoree)).await.problem(409, "certificate_issued_elsewhere");
        city.get("/exports/certificates.zip?cycle=2026-11").await.problem(409, "certificate_issued_elsewhere");
        let body = json!({ "number": " 好人榜〔2026〕11号 ", "issuer": "中央文明办", "issued_on": "2026-11-30" });
        city.put(RECORD, None, body.clone()).await.problem(428, "precondition_required");
        city.put(RECORD, Some("\"9.x\""), body.clone()).await.problem(412, "precondition_failed");
        let etag = public.get("/certificates/2026-11-DED-0001").await.expect(200).etag();
        for (wrong, faults) in [
            (json!({ "number": "", "issuer": "\u{202E}", "issued_on": "2026-13-01" }), vec!["/issued_on", "/issuer", "/number"]),
            (json!({ "number": "1", "issuer": "文明办", "issued_on": "2026-10-31" }), vec!["/issued_on"]),
            (json!({ "number": "1", "issuer": "文明办", "issued_on": "2026-12-02" }), vec!["/issued_on"]),
            (json!({ "number": "1".repeat(65), "issuer": "文明办" }), vec!["/issued_on", "/number"]),
        ] {
            let refused = city.put(RECORD, Some(&etag), wrong.clone()).await.problem(422, "validation_failed");
            let mut found: Vec<String> = refused.faults().into_iter().map(|(pointer, _)| pointer).collect();
            found.dedup();
            // A date that is none is told before the rest is looked at.
            assert!(found.iter().all(|one| faults.contains(&one.as_str())) && !found.is_empty(), "{wrong}: {found:?}");
        }
        let recorded = city.put(RECORD, Some(&etag), body.clone()).await.expect(200);
        let shown = json!({ "number": "好人榜〔2026〕11号", "issuer": "中央文明办", "issued_on": "2026-11-30" });
        assert_eq!(recorded.json["record"], shown);
        let check = public.get("/certificates/2026-11-DED-0001").await.expect(200);
        assert_eq!((&check.json["record"], &check.json["pdf_url"]), (&shown, &Value::Null));
        assert_eq!(check.etag(), recorded.etag());
        city.put(RECORD, Some(&etag), body.clone()).await.problem(412, "precondition_failed");
        let again = json!({ "number": "12", "issuer": "中央文明办", "issued_on": "2026-12-01" });
        let etag = check.etag();
        let both = [city.put(RECORD, Some(&etag), again.clone()), city.put(RECORD, Some(&etag), again)];
        let mut answers: Vec<u16> = join_all(both).await.iter().map(|reply| reply.status.as_u16()).collect();
        answers.sort_unstable();
        assert_eq!(answers, [200, 412]);
        let left = traces(&app, NUMBER).await;
        assert_eq!(left.audited, ["certificate.recorded", "certificate.recorded"]);
        assert_eq!(left.announced, ["certificate.recorded", "certificate.recorded"]);
        revoke(&app, listed.candidate).await;
        let etag = public.get("/certificates/2026-11-DED-0001").await.expect(200).etag();
        city.put(RECORD, Some(&etag), body).await.problem(410, "certificate_revoked");
    }

    async fn what_is_printed_here_is_not_recorded(app: App) {
        let listed = listed(&app, "王小明", ResultSource::Local).await;
        let etag = app.anonymous().get("/certificates/2026-11-DED-0001").await.expect(200).etag();
        let body = json!({ "number": "1", "issuer": "中央文明办", "issued_on": "2026-11-30" });
        listed.city.put(RECORD, Some(&etag), body.clone()).await.problem(409, "certificate_issued_here");
        listed.city.put("/certificates/2026-11-DED-0002/record", Some(&etag), body.clone()).await.problem(404, "not_found");
        let (_, district) = app.user(Role::DistrictReviewer, Some(listed.tree.district)).await;
        district.put(RECORD, Some(&etag), body.clone()).await.problem(403, "forbidden");
        app.anonymous().put(RECORD, Some(&etag), body).await.problem(401, "unauthenticated");
    }

    async fn the_first_readers_all_get_what_one_of_them_has_issued(app: App) {
        let folder = fonts();
        let listed = listed(&app, "王小明", ResultSource::Local).await;
        // Two servers that would not draw the same: the addresses in their codes differ.
        let other = app.beside_as(|settings| {
            settings.public_url = Some("https://haoren.example.gov.cn".to_owned());
            settings.font_dir = Some(folder.path().to_owned());
        }).await;
        other.set_clock("2026-12-01T02:00:00Z");
        let (one, two) = (app.anonymous(), other.anonymous());
        let replies = join_all((0..8).map(|index| if index % 2 == 0 { one.get(PDF) } else { two.get(PDF) })).await;
        let first = replies[0].bytes.clone();
        for reply in replies {
            assert!(reply.expect(200).bytes == first, "two readers got different certificates");
        }
        assert_eq!(traces(&app, NUMBER).await.audited, ["certificate.issued"]);
        let _ = listed.city;
        // Whatever the others have drawn is swept; what was issued stays.
        app.time.advance(chrono::Duration::days(365 * 200));
        sweeping::sweep_files(&app.service).await.unwrap();
        assert_eq!(files(&app).await.len(), 1);
        assert!(one.get(PDF).await.expect(200).bytes == first);
    }

    async fn what_was_issued_stays_as_it_was(app: App) {
        let folder = fonts();
        listed(&app, "王𠀀·艾力", ResultSource::Local).await;
        let public = app.anonymous();
        let lacking = public.get(PDF).await.problem(409, "character_missing");
        assert_eq!(lacking.json["errors"][0]["character"], "U+20000");
        assert!(lacking.json["detail"].as_str().unwrap().contains("U+20000"), "{}", lacking.json);
        assert_eq!(files(&app).await, []);
        let provided = app.beside_as(|settings| settings.font_dir = Some(folder.path().to_owned())).await;
        let issued = provided.anonymous().get(PDF).await.expect(200);
        assert!(Pdf::of(&issued.bytes).text().contains("王𠀀·艾力："));
        // A server without the font gives out what was issued.
        assert!(public.get(PDF).await.expect(200).bytes == issued.bytes);
        let key = files(&app).await;
        app.service.files.delete(&key).await.unwrap();
        public.get(PDF).await.problem(500, "certificate_lost");
        // Whoever has the font draws the same again, and keeps it.
        assert!(provided.anonymous().get(PDF).await.expect(200).bytes == issued.bytes);
        assert_eq!(files(&app).await, key);
        app.service.files.put(key[0], bytes::Bytes::from_static(b"%PDF- damaged")).await.unwrap();
        public.get(PDF).await.problem(500, "certificate_lost");
        assert!(provided.anonymous().get(PDF).await.expect(200).bytes == issued.bytes);
        assert!(public.get(PDF).await.expect(200).bytes == issued.bytes);
    }

    async fn the_certificates_of_a_month_are_put_together(app: App) {
        let tree = app.tree().await;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        city.get("/exports/certificates.zip?cycle=2026-11").await.problem(404, "not_found");
        let mut ids = Vec::new();
        for (category, name) in [
            ("dedication", "王小明"), ("dedication", "王𰻝"), ("dedication", "已撤销"), ("bravery", "长江/救援队"),
            ("integrity", "未公开"),
        ] {
            let id = app.contender(&tree, Status::Forwarded, category, name).await;
            app.votes(id, 3 - i64::from(name == "已撤销")).await;
            ids.push(id);
        }
        become_group(&app, ids[3], &["李芳", "买买提·艾力"]).await;
        app.set_clock("2026-12-01T02:00:00Z");
        city.post("/lists", json!({ "cycle": "2026-11" })).await.expect(201);
        revoke(&app, ids[2]).await;
        withhold(&app, ids[4]).await;
        let (done, file) = month(&city, "zip").await;
        assert_eq!(done["progress"], json!({ "done": 5, "total": 5 }));
        let result = &done["result"];
        assert_eq!((&result["certificates"], &result["left_out"]), (&json!(2), &json!(2)));
        let missing = &result["missing"][0];
        assert_eq!((&missing["code"], &missing["characters"]), (&json!("character_missing"), &json!(["U+30EDD"])));
        assert!(missing["detail"].as_str().unwrap().contains("U+30EDD"), "{missing}");
        assert_eq!(missing["places"], json!([{ "character": "U+30EDD", "part": "name", "member": null, "positions": [2] }]));
        assert_eq!(result["missing"].as_array().unwrap().len(), 1);
        let file = file.expect(200);
        assert_eq!((file.header("content-type"), file.header("cache-control")), ("application/zip", "private, no-store"));
        assert!(file.header("content-disposition").contains("filename=\"certificates-2026-11.zip\""));
        let zip = zip_of(&file);
        let names: Vec<&str> = zip.iter().map(|(name, _)| name.as_str()).collect();
        let lacking = missing["number"].as_str().unwrap();
        let mine = if lacking == "2026-11-DED-0001" { "2026-11-DED-0002" } else { "2026-11-DED-0001" };
        let expected = ["2026-11-BRV-0001 长江_救援队.pdf".to_owned(), format!("{mine} 王小明.pdf"), "未生成的证书.txt".to_owned()];
        assert_eq!(names, expected);
        let told = std::str::from_utf8(&zip[2].1).unwrap();
        assert!(told.starts_with('\u{FEFF}') && told.contains(&format!("1. {lacking}　王𰻝（敬业奉献）\r\n")), "{told}");
        let alone = app.anonymous().get("/certificates/2026-11-BRV-0001/pdf").await.expect(200);
        assert!(alone.bytes == zip[0].1, "the ZIP has another certificate than the public is given");
        assert!(Pdf::of(&alone.bytes).text().contains("长江/救援队：成员：李芳、买买提·艾力在2026年11月"));
        assert!(month(&city, "zip").await.1.bytes == file.bytes, "another ZIP the second time");
        let (done, merged) = month(&city, "pdf").await;
        assert_eq!((&done["result"]["certificates"], &done["result"]["missing"]), (&json!(2), &result["missing"]));
        assert_eq!(merged.header("content-type"), "application/pdf");
        let pdf = Pdf::of(&merged.bytes);
        assert_eq!((pdf.pages(), pdf.text().matches("荣誉证书").count()), (2, 2));
        assert!(month(&city, "pdf").await.1.bytes == merged.bytes, "another PDF the second time");
        let path = done["result"]["file_url"].as_str().unwrap().strip_prefix("/api/v1").unwrap().to_owned();
        let (_, other) = app.user(Role::CityReviewer, Some(tree.city)).await;
        other.get(&path).await.problem(404, "not_found");
        sweeping::sweep_files(&app.service).await.unwrap();
        city.get(&path).await.expect(200);
    }

    async fn only_the_city_exports_certificates(app: App) {
        let listed = listed(&app, "王小明", ResultSource::Local).await;
        let district = app.user(Role::DistrictReviewer, Some(listed.tree.district)).await.1;
        for format in ["zip", "pdf"] {
            let path = format!("/exports/certificates.{format}");
            app.anonymous().get(&path).await.problem(401, "unauthenticated");
            district.get(&format!("{path}?cycle=2026-11")).await.problem(403, "forbidden");
            for wrong in ["", "?cycle=2026-13", "?cycle=2026-11&limit=2"] {
                listed.city.get(&format!("{path}{wrong}")).await.problem(400, "invalid_query");
            }
            listed.city.get(&format!("{path}?cycle=2026-10")).await.problem(404, "not_found");
        }
    }
}
