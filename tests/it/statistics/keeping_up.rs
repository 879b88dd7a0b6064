//! What is counted anew and what is not, and what a reader gets while counting is behind.

use diesel::prelude::*;
use haoren::{
    domain::{id::CandidateId, statistics::Level},
    service::{Error, statistics::recount},
    storage::{Connection, locks, schema::statistic_changes},
};
use serde_json::{Value, json};

use super::{ENDS, Month5, act, counts, numbers, scripted, stage};
use crate::{
    harness::{App, Client, Reply, Tree},
    reviews::decide,
};

/// Places that wait to be counted anew, as level, district and unit.
async fn waiting(app: &App) -> usize {
    let work = |db: &mut Connection| {
        let count: i64 = statistic_changes::table.count().get_result(db).unwrap();
        Ok::<_, Error>(usize::try_from(count).unwrap())
    };
    app.service.store.read(work).await.unwrap()
}

async fn change(admin: &Client, path: &str, patch: Value) -> Reply {
    let etag = admin.get(path).await.expect(200).etag();
    admin.patch(path, &etag, patch).await.expect(200)
}

async fn recommended(client: &Client, tree: &Tree, name: &str) -> CandidateId {
    let body = json!({ "category": "dedication", "name": name, "summary": "三十年如一日照顾孤寡老人。", "unit_id": tree.unit });
    client.post("/candidates", body).await.expect(201).id().parse().unwrap()
}

async fn verifications(client: &Client, month: &str) -> Vec<u64> {
    let read = numbers(client, &format!("cycle={month}")).await;
    counts(stage(&read["total"], "unit_verification"), &ENDS)
}

both! {
    async fn who_falls_back_into_an_extended_month_stays_counted_in_the_later_one(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        // Reporting of November is over: what comes in now runs in December.
        app.set_clock("2026-11-21T02:00:00Z");
        let one = recommended(&app.anonymous(), &tree, "陈桂兰").await;
        let other = recommended(&app.anonymous(), &tree, "王小明").await;
        decide(&app, &staff.unit, one, "return").await.expect(201);
        assert_eq!(verifications(&staff.city, "2026-12").await, [2, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
        let later = json!({ "reporting": { "closes_at": "2026-11-24T16:00:00Z" } });
        change(&app.admin().await, "/cycles/2026-11", json!({ "windows": later, "reason": "延期。" })).await;
        act(&app, &staff.unit, one, "resubmission", json!({ "answer": "已补充证明。" })).await.expect(201);
        assert_eq!(app.stored(one).await.cycle.to_string(), "2026-11");
        assert_eq!(verifications(&staff.city, "2026-12").await, [2, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
        // Something happens in December alone: it is counted anew, with who ran in it before.
        decide(&app, &staff.unit, other, "return").await.expect(201);
        assert_eq!(verifications(&staff.city, "2026-12").await, [2, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(verifications(&staff.city, "2026-11").await, [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        let both = numbers(&staff.unit, "cycle=2026-11&cycle=2026-12").await;
        assert_eq!(both["total"]["candidates"], 2);
    }

    async fn what_changes_no_number_is_not_counted_anew(app: App) {
        let Month5 { tree, staff, ids } = scripted(&app).await;
        app.set_clock("2026-11-26T02:00:00Z");
        act(&app, &staff.unit, ids[4], "carry-over", json!({})).await.expect(201);
        let lead = json!({ "channel": "phone", "text": "张三，武昌区，助，义务修家电。", "organization_id": tree.other_unit });
        app.anonymous().post("/leads", lead).await.expect(201);
        let admin = app.admin().await;
        let query = "cycle=2026-11&cycle=2026-12&group_by=cycle&group_by=unit";
        let before = numbers(&staff.city, query).await;
        assert_eq!((before["behind"].clone(), waiting(&app).await), (json!([]), 0));
        for (id, patch) in [
            (tree.unit, json!({ "name": "江汉区市民中心", "responsible_name": "李芳", "headcount": 80 })),
            (tree.window, json!({ "name": "一号窗口" })),
            (tree.district, json!({ "responsible_name": "李芳" })),
            (tree.city, json!({ "list_title": "江城好人榜" })),
            (tree.sister_unit, json!({ "headcount": null })),
        ] {
            change(&admin, &format!("/organizations/{id}"), patch).await;
            assert_eq!(waiting(&app).await, 0, "{id}");
        }
        for (month, patch) in [
            ("2026-11", json!({ "policy": { "objection_days": 20 }, "reason": "延长。" })),
            ("2026-11", json!({ "windows": { "voting": { "closes_at": "2026-12-01T16:00:00Z" } }, "reason": "延期。" })),
            ("2026-12", json!({ "policy": { "list_per_category": 10 } })),
            ("2026-12", json!({ "windows": { "screening": { "opens_at": "2026-12-02T16:00:00Z" } }, "reason": "推迟。" })),
        ] {
            change(&admin, &format!("/cycles/{month}"), patch.clone()).await;
            assert_eq!(waiting(&app).await, 0, "{patch}");
        }
let path = "/review-stages/district_endorsement";
        let mut checklist = admin.get(path).await.expect(200).json["checklist"].clone();
        checklist[0]["text"]["zh"] = json!("材料齐全、事迹属实");
        change(&admin, path, json!({ "checklist": checklist })).await;
        assert_eq!(waiting(&app).await, 0);

        // A last day decides what was in time, at each of the four places of the month.
        let later = json!({ "screening": { "closes_at": "2026-11-27T16:00:00Z" }, "forwarding": { "closes_at": "2026-11-27T16:00:00Z" } });
        change(&admin, "/cycles/2026-11", json!({ "windows": later, "reason": "延期。" })).await;
        assert_eq!(waiting(&app).await, 4);
        let after = numbers(&staff.city, query).await;
        assert_eq!((after["behind"].clone(), waiting(&app).await), (json!([]), 0));
        assert_eq!(after["items"].as_array().unwrap().len(), before["items"].as_array().unwrap().len());
    }

    async fn a_unit_that_is_moved_takes_its_leads_along(app: App) {
        let tree = app.tree().await;
        let (staff, admin) = (app.staff(&tree).await, app.admin().await);
        for unit in [tree.sister_unit, tree.other_unit] {
            let lead = json!({ "channel": "phone", "text": "张三，助，义务修家电。", "organization_id": unit });
            app.anonymous().post("/leads", lead).await.expect(201);
        }
        let here = async |district| {
            let read = numbers(&staff.city, &format!("cycle=2026-11&district={district}")).await;
            read["total"]["leads"]["total"].clone()
        };
        assert_eq!((here(tree.district).await, here(tree.other_district).await), (json!(1), json!(1)));
        // Within the district its place in the tree is nothing that is counted.
        let path = format!("/organizations/{}", tree.sister_unit);
        change(&admin, &path, json!({ "parent_id": tree.unit })).await;
        assert_eq!(waiting(&app).await, 0);
        change(&admin, &path, json!({ "parent_id": tree.other_district })).await;
        assert_eq!(waiting(&app).await, 2, "where its lead was, and where it is");
        assert_eq!((here(tree.district).await, here(tree.other_district).await), (json!(0), json!(2)));
        // Those under it go with it.
        change(&admin, &path, json!({ "parent_id": tree.district })).await;
        let window = json!({ "kind": "unit", "name": "值班室", "parent_id": tree.sister_unit });
        let window = admin.post("/organizations", window).await.expect(201).id();
        let lead = json!({ "channel": "letter", "text": "李四，助，义务理发。", "organization_id": window });
        app.anonymous().post("/leads", lead).await.expect(201);
        assert_eq!((here(tree.district).await, here(tree.other_district).await), (json!(2), json!(1)));
        change(&admin, &path, json!({ "parent_id": tree.other_district })).await;
        assert_eq!((here(tree.district).await, here(tree.other_district).await), (json!(0), json!(3)));
    }

    async fn who_reads_is_answered_although_counting_is_held_up(app: App) {
        let Month5 { staff, ids, .. } = scripted(&app).await;
        let before = numbers(&staff.city, "cycle=2026-11").await;
        app.set_clock("2026-11-23T02:00:00Z");
        decide(&app, &staff.district, ids[1], "return").await.expect(201);
        // Another process counts, and does not get to its end.
        let beside = app.beside().await;
        let (has_begun, begun) = tokio::sync::oneshot::channel();
        let (go_on, may_go_on) = tokio::sync::oneshot::channel();
        let clocks = beside.service.clocks.clone();
        let store = beside.service.store.clone();
        let held_up = tokio::spawn(async move {
            let work = move |db: &mut Connection| {
                assert!(recount::step(&clocks, db, Level::Unit)? > 0);
                has_begun.send(()).unwrap();
                may_go_on.blocking_recv().unwrap();
                Err::<(), Error>(Error::not_found())
            };
            store.write(work).await.unwrap_err();
        });
        begun.await.unwrap();
        let reports = async || staff.city.get("/exports/monthly-report.xlsx?cycle=2026-11").await;
        let (one, other, report) = tokio::join!(numbers(&staff.city, "cycle=2026-11"), numbers(&staff.city, "cycle=2026-11&group_by=unit"), reports());
        for read in [&one, &other] {
            assert_eq!((&read["behind"], &read["as_of"]), (&json!(["2026-11"]), &before["as_of"]));
            assert_eq!(read["total"], before["total"]);
        }
        report.expect(200);
        go_on.send(()).unwrap();
        held_up.await.unwrap();
        let after = numbers(&staff.city, "cycle=2026-11").await;
        assert_eq!((&after["behind"], &after["as_of"]), (&json!([]), &json!("2026-11-23T02:00:00Z")));
        assert_eq!(after["total"]["by_status"]["returned"], 1);
    }

    async fn who_reads_is_answered_although_a_month_is_held(app: App) {
        let Month5 { staff, ids, .. } = scripted(&app).await;
        let before = numbers(&staff.city, "cycle=2026-11").await;
        decide(&app, &staff.district, ids[1], "return").await.expect(201);
        // Somebody else holds the month, whose windows are looked at while it is counted.
        let beside = app.beside().await;
        let (has_begun, begun) = tokio::sync::oneshot::channel();
        let (go_on, may_go_on) = tokio::sync::oneshot::channel();
        let store = beside.service.store.clone();
        let held = tokio::spawn(async move {
            let work = move |db: &mut Connection| {
                locks::cycle(db, "2026-11".parse().unwrap())?;
                has_begun.send(()).unwrap();
                may_go_on.blocking_recv().unwrap();
                Ok::<_, Error>(())
            };
            store.write(work).await.unwrap();
        });
        begun.await.unwrap();
        let read = numbers(&staff.city, "cycle=2026-11").await;
        assert_eq!((&read["behind"], &read["total"]), (&json!(["2026-11"]), &before["total"]));
        go_on.send(()).unwrap();
        held.await.unwrap();
        let after = numbers(&staff.city, "cycle=2026-11").await;
        assert_eq!((&after["behind"], &after["total"]["by_status"]["returned"]), (&json!([]), &json!(1)));
    }
}
