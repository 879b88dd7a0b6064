//! Leadership groups with their terms, and those that led before.

use haoren::domain::role::Role;
use serde_json::{Value, json};

use crate::{
    harness::{App, Client},
    traces::traces,
};

async fn entered(admin: &Client, path: &str, group: Value) -> Value {
    let etag = admin.get(path).await.expect(200).etag();
    admin.put(path, Some(&etag), group).await.expect(200).json
}

both! {
    async fn a_group_has_a_term_and_leaves_its_days_behind(app: App) {
        let tree = app.tree().await;
        let admin = app.admin().await;
        let path = format!("/organizations/{}/leadership", tree.unit);
        let public = app.anonymous();
        let empty = public.get(&path).await.expect(200).json;
        assert_eq!((&empty["since"], &empty["expired"], &empty["term"]), (&Value::Null, &json!(false), &Value::Null));
        let first = json!({
            "head": "李建国", "document": " 武文明办〔2024〕1号 ", "term": { "from": "2024-01-01", "to": "2025-12-31" },
        });
        let first = entered(&admin, &path, first).await;
        assert_eq!(first["document"], "武文明办〔2024〕1号");
        assert_eq!(first["term"], json!({ "from": "2024-01-01", "to": "2025-12-31" }));
        assert_eq!((&first["since"], &first["until"]), (&json!("2024-01-01"), &Value::Null));
        // Nobody has replaced it, and it leads on: whoever looks sees that its term is over.
        assert_eq!(first["expired"], true);
        assert_eq!(public.get(&format!("{path}?on=2025-12-31")).await.expect(200).json["expired"], false);
        let second = json!({ "head": "陈红", "document": "武文明办〔2026〕3号", "term": { "from": "2026-03-01" } });
        let second = entered(&admin, &path, second).await;
        assert_eq!((&second["expired"], &second["term"]["to"]), (&json!(false), &Value::Null));
        let on = async |day: &str| public.get(&format!("{path}?on={day}")).await.expect(200);
        for (day, head, since, until) in [
            ("2023-12-31", Value::Null, Value::Null, Value::Null),
            ("2024-01-01", json!("李建国"), json!("2024-01-01"), json!("2026-02-28")),
            ("2026-02-28", json!("李建国"), json!("2024-01-01"), json!("2026-02-28")),
            ("2026-03-01", json!("陈红"), json!("2026-03-01"), Value::Null),
            ("2026-11-05", json!("陈红"), json!("2026-03-01"), Value::Null),
        ] {
            let group = on(day).await.json;
            assert_eq!((&group["head"], &group["since"], &group["until"]), (&head, &since, &until), "{day}");
        }
        assert_eq!(on("2026-02-28").await.json["expired"], true);
        // A former group's tag changes nothing.
        let former = on("2024-06-01").await;
        admin.put(&path, Some(&former.etag()), json!({ "head": "王芳" })).await.problem(412, "precondition_failed");
        assert!(former.header("cache-control").starts_with("public"));
        for bad in ["2026-13-01", "yesterday"] {
            public.get(&format!("{path}?on={bad}")).await.problem(400, "invalid_query");
        }
        public.get(&format!("/organizations/{}/leadership?on=2026-01-01", uuid::Uuid::nil())).await.problem(404, "not_found");
    }

    async fn a_correction_leaves_no_former_group_and_is_audited(app: App) {
        let tree = app.tree().await;
        let admin = app.admin().await;
        let path = format!("/organizations/{}/leadership", tree.unit);
        entered(&admin, &path, json!({ "head": "李建囯", "term": { "from": "2026-01-01" } })).await;
        let corrected = entered(&admin, &path, json!({ "head": "李建国", "corrects": true })).await;
        // What is left out is empty, the term too; since when it leads stays.
        assert_eq!((&corrected["term"], &corrected["since"]), (&Value::Null, &json!("2026-01-01")));
        let moved = json!({ "head": "李建国", "term": { "from": "2026-02-01" }, "corrects": true });
        assert_eq!(entered(&admin, &path, moved.clone()).await["since"], "2026-02-01");
        let history = format!("{path}/history");
        assert_eq!(app.anonymous().get(&history).await.expect(200).json["items"], json!([]));
        let left = traces(&app, tree.unit).await;
        let corrections = ["organization.leadership_corrected"; 2];
        assert_eq!(left.audited, [&corrections[..], &["organization.leadership_replaced"]].concat());
        assert!(!left.texts.contains("李建"), "{}", left.texts);
        // The same again is no change.
        let etag = admin.get(&path).await.expect(200).etag();
        let same = json!({ "head": "李建国", "term": { "from": "2026-02-01" } });
        assert_eq!(admin.put(&path, Some(&etag), same).await.expect(200).etag(), etag);
        assert_eq!(traces(&app, tree.unit).await.audited.len(), 3);
    }

    async fn the_history_is_public_and_paged(app: App) {
        let tree = app.tree().await;
        let admin = app.admin().await;
        let path = format!("/organizations/{}/leadership", tree.unit);
        for (day, head) in [(5, "一"), (6, "二"), (7, "三"), (8, "四")] {
            app.set_clock(&format!("2026-11-0{day}T02:00:00Z"));
            entered(&admin, &path, json!({ "head": head })).await;
        }
        let history = format!("{path}/history");
        let public = app.anonymous();
        let first = public.get(&format!("{history}?limit=2")).await.expect(200);
        let heads = |page: &Value| -> Vec<String> {
            page["items"].as_array().unwrap().iter().map(|one| one["head"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(heads(&first.json), ["三", "二"]);
        let entry = &first.json["items"][0];
        assert_eq!((&entry["since"], &entry["until"]), (&json!("2026-11-07"), &json!("2026-11-07")));
        assert_eq!((&entry["replaced_by"], &entry["replaced_by_name"]), (&Value::Null, &Value::Null));
        let cursor = first.json["next_cursor"].as_str().unwrap();
        let second = public.get(&format!("{history}?limit=2&cursor={cursor}")).await.expect(200);
        assert_eq!((heads(&second.json), &second.json["next_cursor"]), (vec!["一".to_owned()], &Value::Null));
        // Who replaced them is for staff.
        let unit = app.user(Role::UnitReviewer, Some(tree.other_unit)).await.1;
        for client in [&admin, &unit] {
            let seen = client.get(&history).await.expect(200);
            assert!(seen.json["items"][0]["replaced_by"].is_string(), "{}", seen.json);
            assert_eq!(seen.header("cache-control"), "private, no-store");
        }
        let citizen = app.citizen().await.get(&history).await.expect(200);
        assert_eq!(citizen.json["items"][0]["replaced_by"], Value::Null);
        public.get(&format!("{history}?colour=red")).await.problem(400, "invalid_query");
        public.get(&format!("/organizations/{}/leadership/history", uuid::Uuid::nil())).await.problem(404, "not_found");
    }

    async fn groups_that_were_entered_late_or_twice_a_day_do_no_harm(app: App) {
        let tree = app.tree().await;
        let admin = app.admin().await;
        let path = format!("/organizations/{}/leadership", tree.unit);
        entered(&admin, &path, json!({ "head": "一" })).await;
        // The same day again: the first led for no whole day.
        entered(&admin, &path, json!({ "head": "二" })).await;
        // Its term began before the former one was entered: who was entered last counts.
        entered(&admin, &path, json!({ "head": "三", "term": { "from": "2026-01-01" } })).await;
        let history = app.anonymous().get(&format!("{path}/history")).await.expect(200).json;
        for entry in history["items"].as_array().unwrap() {
            assert_eq!((&entry["since"], &entry["until"]), (&json!("2026-11-05"), &Value::Null));
        }
        for day in ["2026-01-01", "2026-11-05", "2026-12-01"] {
            let group = app.anonymous().get(&format!("{path}?on={day}")).await.expect(200).json;
            assert_eq!(group["head"], "三", "{day}");
        }
    }

    async fn every_wrong_day_is_named(app: App) {
        let tree = app.tree().await;
        let admin = app.admin().await;
        let path = format!("/organizations/{}/leadership", tree.unit);
        let etag = admin.get(&path).await.expect(200).etag();
        for (term, expected) in [
            (json!({ "from": "2026-11-06" }), vec![("/term/from", "too_large")]),
            (json!({ "from": "2026-11-05", "to": "2026-11-04" }), vec![("/term/to", "too_small")]),
            (json!({ "from": "1900-01-01", "to": "2300-01-01" }), vec![("/term/from", "too_small"), ("/term/to", "too_large")]),
            (json!({ "to": "2026-11-06" }), vec![("/term/from", "required")]),
            (json!({ "from": "2026-11-05", "until": 1 }), vec![("/term/until", "unknown_member")]),
        ] {
            let reply = admin.put(&path, Some(&etag), json!({ "head": "好", "term": term })).await;
            let faults = reply.problem(422, "validation_failed").faults();
            let expected: Vec<_> = expected.iter().map(|(at, code)| ((*at).to_owned(), (*code).to_owned())).collect();
            assert_eq!(faults, expected, "{term}");
        }
        for term in [json!({ "from": "2026-02-30" }), json!({ "from": "today" })] {
            admin.put(&path, Some(&etag), json!({ "term": term })).await.problem(422, "validation_failed");
        }
        let bad = json!({ "head": "好", "document": "文".repeat(101), "corrects": "yes" });
        let faults = admin.put(&path, Some(&etag), bad).await.problem(422, "validation_failed").faults();
        assert_eq!(faults, [("/corrects".into(), "wrong_type".into()), ("/document".into(), "too_long".into())]);
        // In Shanghai it is the 6th already.
        app.set_clock("2026-11-05T16:00:00Z");
        admin.put(&path, Some(&etag), json!({ "head": "好", "term": { "from": "2026-11-06" } })).await.expect(200);
    }

    async fn two_who_replace_a_group_at_once_leave_one_former(app: App) {
        let tree = app.tree().await;
        let admin = app.admin().await;
        let path = format!("/organizations/{}/leadership", tree.unit);
        for round in 1..=10 {
            let etag = admin.get(&path).await.expect(200).etag();
            let (one, other) = tokio::join!(
                admin.put(&path, Some(&etag), json!({ "head": format!("甲{round}") })),
                admin.put(&path, Some(&etag), json!({ "head": format!("乙{round}") })),
            );
            let mut statuses = [one.status.as_u16(), other.status.as_u16()];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 412]);
            let history = app.anonymous().get(&format!("{path}/history?limit=100")).await.expect(200);
            assert_eq!(history.json["items"].as_array().unwrap().len(), round - 1);
        }
    }
}
