//! Importing tables of recommendations.

use calamine::{Data, Reader, Xlsx};
use haoren::{
    domain::{id::OperationId, role::Role},
    service::{Error, operations},
    storage::{self, Connection},
};
use serde_json::{Value, json};

use crate::harness::{App, Client, Reply, Tree};

const HEADER: &str = "姓名,类别,一句话事迹,单位,联系电话,推荐人,出生年份,性别,民族\n";
const PATH: &str = "/imports/nominations";

fn csv(rows: &[String]) -> Vec<u8> {
    format!("\u{FEFF}{HEADER}{}", rows.join("")).into_bytes()
}

fn good(number: usize) -> String {
    format!("张三{number},敬业奉献,三十年如一日第{number}。,江汉区政务服务中心,138{number:08},王芳,1970,男,汉族\n")
}

async fn send(client: &Client, query: &str, file: Vec<u8>) -> Reply {
    client.upload(&format!("{PATH}{query}"), None, "表.csv", file).await
}

fn figures(result: &Value) -> [i64; 5] {
    ["total", "created", "valid", "duplicate", "refused"].map(|name| result[name].as_i64().unwrap())
}

fn sheet(bytes: &[u8], name: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes.to_vec())).unwrap();
    let range = book.worksheet_range(name).unwrap();
    range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

fn audited(db: &mut Connection, action: &str) -> i64 {
    let query = format!("SELECT COUNT(*) AS count FROM audit_events WHERE action = '{action}'");
    diesel::RunQueryDsl::get_result::<Count>(diesel::sql_query(query), db).unwrap().count
}

async fn city(app: &App, tree: &Tree) -> Client {
    app.user(Role::CityReviewer, Some(tree.city)).await.1
}

/// 37 faults of 9 kinds, each in a row of its own.
fn faulty() -> Vec<(String, &'static str, &'static str)> {
    let row = |name: &str, category: &str, summary: &str, unit: &str, rest: &str| {
        format!("{name},{category},{summary},{unit},{rest}\n")
    };
    let unit = "江汉区政务服务中心";
    let long = "好".repeat(141);
    let kinds: [(String, &str, &str); 9] = [
        (row("", "助", "好。", unit, ",,,,"), "A", "required"),
        (row("张三", "助", &long, unit, ",,,,"), "C", "too_long"),
        (row("张三", "没有", "好。", unit, ",,,,"), "B", "unknown_reference"),
        (row("张三", "助", "好。", unit, "12345,,,,"), "E", "malformed"),
        (row("张三", "助", "好\u{202E}。", unit, ",,,,"), "C", "forbidden_character"),
        (row("张三", "助", "好。", unit, ",,2030,,"), "G", "too_large"),
        (row("张三", "助", "好。", unit, ",,1800,,"), "G", "too_small"),
        (row("张三", "助", "好。", unit, ",,,不详,"), "H", "unknown_value"),
        (row("张三", "助", "好。", unit, ",,,,,多余"), "J", "unknown_member"),
    ];
    (0..37).map(|number| kinds[number % 9].clone()).collect()
}

both! {
    async fn a_small_table_is_taken_at_once(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let file = csv(&[good(1), good(2), good(1)]);
        let dry = send(&city, "?dry_run=true", file.clone()).await.expect(200);
        assert_eq!(figures(&dry.json["result"]), [3, 0, 2, 1, 0]);
        assert_eq!(city.get("/candidates").await.expect(200).json["items"].as_array().unwrap().len(), 0);

        let keyed = city.with("Idempotency-Key", "table");
        let taken = send(&keyed, "", file.clone()).await.expect(201);
        assert_eq!(figures(&taken.json["result"]), [3, 2, 0, 1, 0]);
        let rows = taken.json["result"]["rows"].as_array().unwrap();
        assert_eq!((&rows[0]["row"], &rows[0]["status"]), (&json!(2), &json!("created")));
        assert_eq!((&rows[2]["status"], &rows[2]["repeats_row"]), (&json!("duplicate"), &json!(2)));
        assert_eq!(rows[2]["candidate_id"], rows[0]["candidate_id"]);
        let again = send(&keyed, "", file.clone()).await.expect(201);
        assert_eq!((again.header("idempotency-replayed"), again.id()), ("true", taken.id()));
        send(&keyed, "", csv(&[good(3)])).await.problem(422, "idempotency_key_reused");

        let candidate = city.get(&format!("/candidates/{}", rows[0]["candidate_id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&candidate.json["name"], &candidate.json["cycle"]), (&json!("张三1"), &json!("2026-11")));
        assert_eq!(candidate.json["contact"]["phone"], "138****0001");
        assert_eq!(candidate.json["nominations"][0]["nominator"]["name"], "王*");
        let contacts = city.get(&format!("/candidates/{}/contacts", candidate.id())).await.expect(200);
        assert_eq!(contacts.json["contact"]["phone"], "13800000001");
        assert_eq!(contacts.json["nominators"][0]["name"], "王芳");
        let history = city.get(&format!("/candidates/{}/history", candidate.id())).await.expect(200);
        assert_eq!(history.json["items"][0]["action"], "nominate");
        let found = city.get("/candidates?q=张三1").await.expect(200);
        assert_eq!(found.json["items"].as_array().unwrap().len(), 1);

        let known = send(&city, "", file).await.expect(200);
        assert_eq!(figures(&known.json["result"]), [3, 0, 0, 3, 0]);
        assert_eq!(known.json["result"]["rows"][0]["candidate_id"], rows[0]["candidate_id"]);
    }

    async fn five_thousand_rows_with_thirty_seven_faults(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let mut rows: Vec<String> = (0..4963).map(good).collect();
        let mut expected = Vec::new();
        for (index, (row, column, code)) in faulty().into_iter().enumerate() {
            let place = index * 130 + 7;
            rows.insert(place, row);
            expected.push((place + 2, format!("{column}{}", place + 2), code.to_owned()));
        }
        let file = csv(&rows);
        let started = send(&city, "", file.clone()).await.expect(202);
        let whole = city.ended(&started).await;
        assert_eq!(whole.json["status"], "succeeded", "{}", whole.json["problem"]);
        assert_eq!(figures(&whole.json["result"]), [5000, 0, 4963, 0, 37]);
        let found: Vec<(usize, String, String)> = whole.json["result"]["rows"].as_array().unwrap().iter().map(|row| {
            let errors = row["errors"].as_array().unwrap();
            assert_eq!(errors.len(), 1, "{row}");
            let number = usize::try_from(row["row"].as_u64().unwrap()).unwrap();
            (number, errors[0]["cell"].as_str().unwrap().to_owned(), errors[0]["code"].as_str().unwrap().to_owned())
        }).collect();
        assert_eq!(found, expected);
        assert_eq!(city.get("/candidates").await.expect(200).json["items"].as_array().unwrap().len(), 0);

        let started = send(&city, "?partial=true", file).await.expect(202);
        // Reviews go on meanwhile: each is answered long before the import has ended.
        let staff = app.staff(&tree).await;
        let mut beside = 0;
        for _ in 0..3 {
            let id = app.candidate(&tree, haoren::domain::candidate::Status::Nominated).await;
            let reason = json!({ "decision": "return", "opinion": "请补充。", "checklist": {} });
            staff.unit.post_if(&format!("/candidates/{id}/reviews"), "\"1.x\"", reason).await.expect(201);
            beside += usize::from(city.get(&format!("/operations/{}", started.id())).await.expect(200).json["status"] == "running");
        }
        assert!(beside > 0, "no review was answered while the import went on");
        let part = city.ended(&started).await;
        assert_eq!(figures(&part.json["result"]), [5000, 4963, 0, 0, 37]);
        assert_eq!(part.json["progress"], json!({ "done": 5000, "total": 5000 }));
        let id: OperationId = part.id().parse().unwrap();
        let left = app.service.store.read(move |db| Ok::<_, Error>(storage::staged_candidates::list_rows(db, id, 10)?));
        assert_eq!(left.await.unwrap(), Vec::<i32>::new());
        let found = city.get("/candidates?q=张三4962").await.expect(200);
        assert_eq!(found.json["items"].as_array().unwrap().len(), 1);
        let page = city.get(&format!("/operations/{}/rows?status=refused&limit=30", part.id())).await.expect(200);
        let next = page.json["next_cursor"].as_str().unwrap();
        let rest = city.get(&format!("/operations/{}/rows?status=refused&limit=30&cursor={next}", part.id())).await.expect(200);
        assert_eq!(rest.json["items"].as_array().unwrap().len(), 7);
    }

    async fn rows_stay_within_the_importers_subtree(app: App) {
        let tree = app.tree().await;
        let unit = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        let other = good(1).replace("江汉区政务服务中心", "武昌区人民医院");
        let window = good(2).replace("江汉区政务服务中心", "综合服务窗口");
        let reply = send(&unit, "?partial=true", csv(&[other, window])).await.expect(201);
        assert_eq!(figures(&reply.json["result"]), [2, 1, 0, 0, 1]);
        let error = &reply.json["result"]["rows"][0]["errors"][0];
        assert_eq!((&error["code"], &error["cell"], &error["pointer"]), (&json!("unknown_reference"), &json!("D2"), &json!("/unit_id")));
        assert!(!error["detail"].as_str().unwrap().is_empty());

        app.citizen().await.upload(PATH, None, "a.csv", csv(&[good(1)])).await.problem(403, "forbidden");
        app.anonymous().upload(PATH, None, "a.csv", csv(&[good(1)])).await.problem(401, "unauthenticated");
        let stranger = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        stranger.get(&format!("/operations/{}", reply.id())).await.problem(404, "not_found");
        stranger.get(&format!("/operations/{}/result.xlsx", reply.id())).await.problem(404, "not_found");

        let annotated = unit.get(&format!("/operations/{}/result.xlsx", reply.id())).await.expect(200);
        assert!(annotated.header("content-disposition").contains("filename*=UTF-8''%E5%AF%BC"));
        assert_eq!(annotated.header("cache-control"), "private, no-store");
        let rows = sheet(&annotated.bytes, "导入结果");
        assert_eq!(rows[1][..2], ["2".to_owned(), "有误".to_owned()]);
        assert!(rows[1][2].starts_with("D2 "), "{:?}", rows[1]);
        assert_eq!((rows[2][1].as_str(), rows[2][6].as_str()), ("已导入", "综合服务窗口"));
    }

    async fn the_template_can_be_filled_and_sent_back(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let template = city.get("/imports/nominations/template.xlsx").await.expect(200);
        let rows = sheet(&template.bytes, "推荐表");
        assert_eq!(rows[0][1], "姓名*\nname");
        assert!(rows[1][1].starts_with("（示例）"));
        assert_eq!(sheet(&template.bytes, "填写说明 Notes").len(), 25);
        let empty = send(&city, "", template.bytes.clone()).await.problem(422, "validation_failed");
        assert_eq!(empty.faults(), [("/file".to_owned(), "too_few".to_owned())]);
        assert_eq!(template.bytes, city.get("/imports/nominations/template.xlsx").await.bytes);
    }

    async fn a_row_whose_candidate_was_rejected_is_taken_again(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let first = send(&city, "", csv(&[good(1), good(2)])).await.expect(201);
        let id = first.json["result"]["rows"][0]["candidate_id"].as_str().unwrap().to_owned();
        let staff = app.staff(&tree).await;
        let etag = staff.unit.get(&format!("/candidates/{id}")).await.expect(200).etag();
        let body = json!({ "decision": "reject", "opinion": "不属实。" });
        staff.unit.post_if(&format!("/candidates/{id}/reviews"), &etag, body).await.expect(201);
        let again = send(&city, "?partial=true", csv(&[good(1), good(2)])).await.expect(201);
        assert_eq!(figures(&again.json["result"]), [2, 1, 0, 1, 0]);
        let made = &again.json["result"]["rows"][0]["candidate_id"];
        assert_ne!(made.as_str().unwrap(), id);
        let third = send(&city, "", csv(&[good(1)])).await.expect(200);
        assert_eq!(&third.json["result"]["rows"][0]["candidate_id"], made);
    }

    async fn an_imported_recommender_is_given_a_code(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let taken = send(&city, "", csv(&[good(1)])).await.expect(201);
        let id = taken.json["result"]["rows"][0]["candidate_id"].as_str().unwrap().to_owned();
        let path = format!("/candidates/{id}/nominations");
        let listed = city.get(&path).await.expect(200);
        let nomination = listed.json["items"][0]["id"].as_str().unwrap();
        let given = city.put(&format!("{path}/{nomination}/tracking-code"), None, json!({})).await.expect(200);
        let first = given.json["tracking_code"].as_str().unwrap().to_owned();
        let followed = app.anonymous().get(&format!("/nominations/{first}")).await.expect(200);
        assert_eq!(followed.json["name"], "张三1");
        let given = city.put(&format!("{path}/{nomination}/tracking-code"), None, json!({})).await.expect(200);
        app.anonymous().get(&format!("/nominations/{first}")).await.problem(404, "not_found");
        app.anonymous().get(&format!("/nominations/{}", given.json["tracking_code"].as_str().unwrap())).await.expect(200);
        // Who recommends in the own name has a code of the own.
        let body = json!({ "category": "dedication", "name": "李四", "summary": "好人好事。", "unit_id": tree.unit });
        let own = app.anonymous().post("/candidates", body).await.expect(201);
        let path = format!("/candidates/{}/nominations", own.id());
        let nomination = city.get(&path).await.expect(200).json["items"][0]["id"].as_str().unwrap().to_owned();
        city.put(&format!("{path}/{nomination}/tracking-code"), None, json!({})).await.problem(409, "already_exists");
        let elsewhere = format!("/candidates/{id}/nominations/{nomination}/tracking-code");
        city.put(&elsewhere, None, json!({})).await.problem(404, "not_found");
        let read = app.service.store.read(|db| Ok::<_, Error>(audited(db, "nomination.tracking_code_renewed")));
        assert_eq!(read.await.unwrap(), 2);
    }

    async fn an_import_that_is_sent_again_has_one_answer(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let keyed = city.with("Idempotency-Key", "table-1");
        let sent = (0..4).map(|_| send(&keyed, "", csv(&[good(1)])));
        let replies = futures_util::future::join_all(sent).await;
        let ids: std::collections::BTreeSet<String> = replies.into_iter().map(|reply| reply.expect(201).id()).collect();
        assert_eq!(ids.len(), 1);
        let keyed = city.with("Idempotency-Key", "table-2");
        let first = send(&keyed, "", csv(&[good(1)])).await.expect(200);
        assert_eq!(send(&keyed, "", csv(&[good(1)])).await.expect(200).id(), first.id());
    }

    async fn who_has_another_standing_does_not_get_the_table_back(app: App) {
        let tree = app.tree().await;
        let (user, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let reply = send(&unit, "", csv(&[good(1)])).await.expect(201);
        let path = format!("/operations/{}/result.xlsx", reply.id());
        unit.get(&path).await.expect(200);
        let read = app.service.store.read(|db| Ok::<_, Error>(audited(db, "import.result_read")));
        assert_eq!(read.await.unwrap(), 1);
        let admin = app.admin().await;
        let account = admin.get(&format!("/users/{user}")).await.expect(200);
        let moved = json!({ "organization_id": tree.sister_unit });
        admin.patch(&format!("/users/{user}"), &account.etag(), moved).await.expect(200);
        let unit = app.again(user).await;
        unit.get(&path).await.problem(404, "not_found");
        unit.get(&format!("/operations/{}", reply.id())).await.expect(200);
    }

    async fn what_was_taken_does_not_fail(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let reply = send(&city, "", csv(&[good(1)])).await.expect(201);
        let id: OperationId = reply.id().parse().unwrap();
        let revive = move |db: &mut Connection| {
            let mut row = storage::operations::find(db, id)?.unwrap();
            row.id = OperationId(uuid::Uuid::from_u128(8));
            row.status = haoren::domain::operation::OperationStatus::Running;
            row.finished_at = None;
            storage::operations::insert(db, &row)?;
            Ok::<_, Error>(row.id)
        };
        let uncertain = app.service.store.write(revive).await.unwrap();
        operations::fail(&app.service, uncertain, &Error::Internal("the line broke at the commit".to_owned())).await.unwrap();
        let found = city.get(&format!("/operations/{uncertain}")).await.expect(200);
        assert_eq!((&found.json["status"], &found.json["result"]["created"]), (&json!("succeeded"), &json!(1)));
    }

    async fn one_table_is_not_taken_twice_at_once(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let file = csv(&(0..20).map(good).collect::<Vec<_>>());
        let sent = (0..4).map(|_| send(&city, "", file.clone()));
        let replies = futures_util::future::join_all(sent).await;
        let created: i64 = replies.iter().map(|reply| reply.json["result"]["created"].as_i64().unwrap()).sum();
        let duplicate: i64 = replies.iter().map(|reply| reply.json["result"]["duplicate"].as_i64().unwrap()).sum();
        assert_eq!((created, duplicate), (20, 60));
    }

    async fn work_whose_process_died_has_failed(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let reply = send(&city, "?dry_run=true", csv(&[good(1)])).await.expect(200);
        let id: OperationId = reply.id().parse().unwrap();
        let revive = move |db: &mut Connection| {
            let mut row = storage::operations::find(db, id)?.unwrap();
            row.id = haoren::domain::id::OperationId(uuid::Uuid::from_u128(7));
            row.status = haoren::domain::operation::OperationStatus::Running;
            (row.result, row.finished_at) = (None, None);
            storage::operations::insert(db, &row)?;
            Ok::<_, Error>(row.id)
        };
        let dead = app.service.store.write(revive).await.unwrap();
        assert_eq!(city.get(&format!("/operations/{dead}")).await.expect(200).json["status"], "running");
        app.time.advance(chrono::Duration::minutes(3));
        let found = city.get(&format!("/operations/{dead}")).await.expect(200);
        assert_eq!((&found.json["status"], &found.json["problem"]["code"]), (&json!("failed"), &json!("operation_interrupted")));
        assert_eq!(operations::settle_at_start(&app.service).await.unwrap(), 0);
        app.time.advance(chrono::Duration::days(8));
        assert_eq!(haoren::service::sweeping::sweep_staged(&app.service).await.unwrap(), 1);
        // The caller's token has run out by now, so the rows are looked for in the database.
        let left = app.service.store.read(move |db| Ok::<_, Error>(storage::staged_rows::count(db, id)?));
        assert_eq!(left.await.unwrap(), []);
    }
}
