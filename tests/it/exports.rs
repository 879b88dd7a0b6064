//! Tables and forms for clerks.

use calamine::{Data, Reader, Xlsx};
use haoren::{
    domain::{candidate::Status, role::Role},
    service::{Error, exports::AT_ONCE_ROWS, sweeping},
    storage::Connection,
};

use crate::harness::{App, Change};

fn sheet(bytes: &[u8], name: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes.to_vec())).unwrap();
    assert!(book.worksheet_formula(name).unwrap().is_empty(), "there is a formula");
    book.worksheet_range(name).unwrap().rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

both! {
    async fn candidates_are_exported_within_the_subtree(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        app.candidate_with(&tree, Status::Nominated, |one| "=HYPERLINK(\"x\")".clone_into(&mut one.name)).await;
        app.time.advance(chrono::Duration::seconds(1));
        app.candidate_with(&tree, Status::Verified, |one| "@甲,\"乙\"".clone_into(&mut one.summary)).await;
        let xlsx = staff.unit.get("/exports/candidates.xlsx?sort=created_at").await.expect(200);
        assert!(xlsx.header("content-type").starts_with("application/vnd.openxmlformats"));
        assert_eq!(xlsx.header("cache-control"), "private, no-store");
        assert!(xlsx.header("content-disposition").contains("filename*=UTF-8''%E5%80%99"));
        let rows = sheet(&xlsx.bytes, "候选人");
        assert_eq!((rows.len(), rows[0].len(), rows[1][4].as_str()), (3, 25, "=HYPERLINK(\"x\")"));
        assert!(rows.iter().skip(1).all(|row| row[19] == "138****5678"));
        assert_eq!(sheet(&xlsx.bytes, "字段说明 Columns").len(), 26);
        let csv = staff.unit.get("/exports/candidates.csv?status=verified").await.expect(200);
        let text = String::from_utf8(csv.bytes).unwrap();
        assert!(text.starts_with("\u{FEFF}\"编号\""));
        assert!(text.contains("\"'@甲,\"\"乙\"\"\""), "{text}");
        assert_eq!(text.lines().count(), 2);
        let other = app.user(Role::UnitReviewer, Some(tree.other_unit)).await.1;
        assert_eq!(sheet(&other.get("/exports/candidates.xlsx").await.expect(200).bytes, "候选人").len(), 1);
        staff.unit.get("/exports/candidates.xlsx?limit=5").await.problem(400, "invalid_query");
        staff.unit.get("/exports/candidates.xlsx?scope=public&contacts=true").await.problem(400, "invalid_query");
        app.admin().await.get("/exports/candidates.xlsx").await.problem(403, "forbidden");
    }

    async fn clear_contacts_are_exported_with_an_audit_event(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let body = serde_json::json!({ "category": "dedication", "name": "张三", "summary": "好人好事。", "unit_id": tree.unit, "contact_phone": "13800005678" });
        let made = app.anonymous().post("/candidates", body).await.expect(201);
        let clear = staff.district.get("/exports/candidates.xlsx?contacts=true").await.expect(200);
        assert_eq!(sheet(&clear.bytes, "候选人")[1][19], "13800005678");
        let query = format!(
            "SELECT COUNT(*) AS count FROM audit_events WHERE action = 'candidates.exported' AND CAST({} AS TEXT) LIKE '%{}%'",
            "details", made.id()
        );
        let counted = app.service.store.read(move |db: &mut Connection| {
            Ok::<_, Error>(diesel::RunQueryDsl::get_result::<Count>(diesel::sql_query(query), db).unwrap().count)
        });
        assert_eq!(counted.await.unwrap(), 1);
    }

    async fn a_district_has_its_summary_and_a_candidate_its_form(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Endorsed).await;
        let path = format!("/exports/summary.xlsx?cycle=2026-11&district={}", tree.district);
        let summary = sheet(&staff.district.get(&path).await.expect(200).bytes, "汇总表");
        assert!(summary[0][0].contains("汇总表（2026-11）"));
        assert_eq!(summary[3][1..3], ["敬业奉献".to_owned(), "陈桂兰".to_owned()]);
        staff.unit.get(&path).await.problem(404, "not_found");
        let other = format!("/exports/summary.xlsx?cycle=2026-11&district={}", tree.other_district);
        staff.district.get(&other).await.problem(404, "not_found");
        staff.city.get(&other).await.expect(200);
        staff.city.get("/exports/summary.xlsx?cycle=2026-13").await.problem(400, "invalid_query");
        let form = format!("/candidates/{id}/application-form.xlsx");
        let shown = staff.unit.get(&form).await.expect(200);
        assert!(shown.header("content-disposition").contains("%E7%94%B3%E6%8A%A5%E8%A1%A8"));
        let rows = sheet(&shown.bytes, "申报表");
        assert!(rows[0][0].contains("申报表"));
        assert_eq!(rows[2][..2], ["姓名".to_owned(), "陈桂兰".to_owned()]);
        assert!(rows.iter().any(|row| row[0].contains("市级") && row[1].contains("（盖章）")));
        assert_eq!(shown.bytes, staff.unit.get(&form).await.bytes);
    }

    async fn a_large_export_goes_on_beside_the_requests(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let recorder = app.user(Role::Citizen, None).await.0;
        let nominated = |_| -> Change { Box::new(|one| one.status = Status::Nominated) };
        app.candidates(&tree, recorder, (0..AT_ONCE_ROWS).map(nominated).collect()).await;
        staff.district.get("/exports/candidates.csv").await.expect(200);
        app.time.advance(chrono::Duration::seconds(1));
        app.candidates(&tree, recorder, vec![Box::new(|one| "@甲".clone_into(&mut one.summary))]).await;
        staff.district.get("/exports/candidates.xlsx?contacts=true").await.problem(400, "invalid_query");
        for (format, media_type) in [("xlsx", "application/vnd.openxmlformats"), ("csv", "text/csv")] {
            let begun = staff.district.get(&format!("/exports/candidates.{format}?sort=created_at")).await.expect(202);
            assert_eq!(begun.json["kind"], "candidate_export");
            assert_eq!(begun.json["progress"]["total"], AT_ONCE_ROWS + 1);
            let path = format!("/operations/{}", begun.id());
            let ended = staff.district.ended(&begun).await;
            assert_eq!(ended.json["status"], "succeeded", "{}", ended.json);
            assert_eq!(ended.json["progress"]["done"], AT_ONCE_ROWS + 1);
            assert_eq!(ended.json["result"]["total"], AT_ONCE_ROWS + 1);
            assert_eq!(ended.json["result"]["file_url"], format!("/api/v1{path}/file"));
            staff.city.get(&path).await.problem(404, "not_found");
            staff.city.get(&format!("{path}/file")).await.problem(404, "not_found");
            staff.district.get(&format!("{path}/result.xlsx")).await.problem(404, "not_found");
            let file = staff.district.get(&format!("{path}/file")).await.expect(200);
            assert!(file.header("content-type").starts_with(media_type));
            assert_eq!(file.header("cache-control"), "private, no-store");
            if format == "xlsx" {
                let rows = sheet(&file.bytes, "候选人");
                assert_eq!((rows.len(), rows[AT_ONCE_ROWS + 1][14].as_str()), (AT_ONCE_ROWS + 2, "@甲"));
                assert_eq!(sheet(&file.bytes, "字段说明 Columns").len(), 26);
            } else {
                let text = String::from_utf8(file.bytes).unwrap();
                assert_eq!((text.lines().count(), text.contains("\"'@甲\"")), (AT_ONCE_ROWS + 2, true));
            }
        }
        assert_eq!(app.service.files.list().await.unwrap().len(), 2);
        sweeping::sweep_files(&app.service).await.unwrap();
        assert_eq!(app.service.files.list().await.unwrap().len(), 2);
        // The files' own times are the system's, wherever the test's clock stands.
        app.time.advance(chrono::Duration::days(365 * 200));
        assert_eq!(sweeping::sweep_files(&app.service).await.unwrap(), 2);
    }
}
