//! Cycles: how they come into being, how windows move and policies freeze.

use std::sync::Arc;

use haoren::{
    domain::{month::Month, role::Role},
    service::{Error, cycles, startup},
    storage::{self, Connection},
};
use serde_json::{Value, json};

use crate::harness::{App, Client, Reply};

const CYCLE: &str = "/cycles/2026-11";

fn pairs<const N: usize>(faults: [(&str, &str); N]) -> Vec<(String, String)> {
    faults.iter().map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned())).collect()
}

async fn change(admin: &Client, body: Value) -> Reply {
    let etag = admin.get(CYCLE).await.expect(200).etag();
    admin.patch(CYCLE, &etag, body).await
}

fn months(list: &Reply) -> Vec<&str> {
    list.json["items"].as_array().unwrap().iter().map(|item| item["month"].as_str().unwrap()).collect()
}

impl App {
    async fn in_storage(&self, work: impl FnOnce(&mut Connection, Month) -> Result<(), Error> + Send + 'static) {
        let month = Month::parse("2026-11").unwrap();
        self.service.store.write(move |db| work(db, month)).await.unwrap();
    }
}

both! {
    async fn the_running_month_and_the_two_after_always_exist(app: App) {
        let client = app.anonymous();
        let list = client.get("/cycles").await.expect(200);
        assert_eq!(months(&list), ["2027-01", "2026-12", "2026-11"]);
        app.set_clock("2026-11-30T15:59:59.999Z");
        assert_eq!(client.get("/cycles/current").await.expect(200).json["month"], "2026-11");
        app.set_clock("2026-11-30T16:00:00Z");
        assert_eq!(client.get("/cycles/current").await.expect(200).json["month"], "2026-12");
        let first = client.get("/cycles?limit=3").await.expect(200);
        assert_eq!(months(&first), ["2027-02", "2027-01", "2026-12"]);
        let cursor = first.json["next_cursor"].as_str().unwrap();
        let second = client.get(&format!("/cycles?limit=3&cursor={cursor}")).await.expect(200);
        assert_eq!(months(&second), ["2026-11"]);
        client.get("/cycles?month=2026-11").await.problem(400, "invalid_query");
        for path in ["/cycles/2027-03", "/cycles/2026-13", "/cycles/november", "/cycles/2026-1"] {
            client.get(path).await.problem(404, "not_found");
        }
    }

    async fn many_who_come_first_make_each_cycle_once(app: App) {
        // A second process on the same database.
        let (settings, time) = (app.settings.clone(), app.time.clone());
        let opened = move || startup::open(&settings.setup(true).unwrap(), Arc::new(time)).unwrap();
        let other = tokio::task::spawn_blocking(opened).await.unwrap();
        let asked = (0..32).map(|number| {
            let service = if number % 2 == 0 { app.service.clone() } else { other.clone() };
            tokio::spawn(async move { cycles::ensure_exist(&service).await })
        });
        for answer in asked.collect::<Vec<_>>() {
            answer.await.unwrap().unwrap();
        }
        assert_eq!(months(&app.anonymous().get("/cycles").await.expect(200)), ["2027-01", "2026-12", "2026-11"]);
    }

    async fn a_cycle_says_where_it_stands(app: App) {
        let client = app.anonymous();
        for (moment, phase, open, intake) in [
            ("2026-11-05T02:00:00Z", "reporting", json!(["reporting", "screening"]), "2026-11"),
            ("2026-11-20T15:59:59.999Z", "reporting", json!(["reporting", "screening"]), "2026-11"),
            ("2026-11-20T16:00:00Z", "screening", json!(["screening"]), "2026-12"),
            ("2026-11-24T16:00:00Z", "voting", json!(["screening", "forwarding", "voting"]), "2026-12"),
            ("2026-11-25T16:00:00Z", "voting", json!(["voting"]), "2026-12"),
            ("2026-11-30T15:59:59.999Z", "voting", json!(["voting"]), "2026-12"),
        ] {
            app.set_clock(moment);
            let current = client.get("/cycles/current").await.expect(200);
            assert_eq!(current.json["phase"], phase, "{moment}");
            assert_eq!(current.json["open"], open, "{moment}");
            assert_eq!(current.json["intake"], intake, "{moment}");
        }
        app.set_clock("2026-11-30T16:00:00Z");
        let past = client.get(CYCLE).await.expect(200);
        assert_eq!((&past.json["phase"], &past.json["open"]), (&json!("counting"), &json!([])));
        assert_eq!(past.json.get("intake"), None);
        assert_eq!(past.json["windows"]["reporting"]["closes_at"], "2026-11-20T16:00:00Z");
        let known = client.with("If-None-Match", &past.etag()).get(CYCLE).await;
        known.expect(304);
    }

    async fn the_tag_follows_the_moment_and_if_match_the_version(app: App) {
        let admin = app.admin().await;
        let before = admin.get(CYCLE).await.expect(200).etag();
        app.set_clock("2026-11-22T02:00:00Z");
        let after = admin.get(CYCLE).await.expect(200).etag();
        assert_ne!(before, after);
        admin.patch(CYCLE, &before, json!({ "policy": { "objection_days": 10 } })).await.expect(200);
        admin.patch(CYCLE, &after, json!({ "policy": { "objection_days": 11 } })).await.problem(412, "precondition_failed");
    }

    async fn a_new_cycle_starts_with_the_policy_of_the_month_before(app: App) {
        let admin = app.admin().await;
        let january = admin.get("/cycles/2027-01").await.expect(200);
        let patch = json!({ "policy": { "deed_max_chars": 2000, "photo_count": 4 } });
        admin.patch("/cycles/2027-01", &january.etag(), patch).await.expect(200);
        app.set_clock("2026-12-01T02:00:00Z");
        let february = admin.get("/cycles/2027-02").await.expect(200);
        assert_eq!(february.json["policy"]["deed_max_chars"], 2000);
        assert_eq!(february.json["policy"]["photo_count"], 4);
        assert_eq!(february.json["amendments"], json!([]));
    }

    async fn a_policy_is_changed_until_it_freezes(app: App) {
        let admin = app.admin().await;
        let changed = change(&admin, json!({ "policy": { "district_quota": 3, "photo_count": 3 } })).await.expect(200);
        assert_eq!(changed.json["policy"]["district_quota"], 3);
        assert_eq!(changed.json["amendments"], json!([]));
        let now = app.service.clocks.campaign();
        app.in_storage(move |db, month| Ok(storage::cycles::freeze_materials(db, month, now)?)).await;
        let refused = change(&admin, json!({ "policy": { "district_quota": 4, "photo_count": 4, "objection_days": 3 } })).await;
        let refused = refused.problem(409, "policy_frozen");
        let expected = [("/policy/district_quota", "policy_frozen"), ("/policy/photo_count", "policy_frozen")];
        assert_eq!(refused.faults(), pairs(expected));
        let amended = change(&admin, json!({ "policy": { "district_quota": null }, "reason": "名额恢复为两个" })).await.expect(200);
        assert_eq!(amended.json["policy"]["district_quota"], 2);
        let amendment = &amended.json["amendments"][0];
        assert_eq!(amendment["reason"], "名额恢复为两个");
        assert_eq!(amendment["changes"], json!([{ "pointer": "/policy/district_quota", "from": 3, "to": 2 }]));
        let same = change(&admin, json!({ "policy": { "district_quota": 2 } })).await.expect(200);
        assert_eq!(same.json["etag"], amended.json["etag"]);
    }

    async fn ballot_fields_stand_while_voting_is_open(app: App) {
        let admin = app.admin().await;
        app.set_clock("2026-11-24T16:00:00Z");
        let ballot = json!({ "policy": { "results_visibility": "after_close" }, "reason": "减少跟风" });
        change(&admin, ballot.clone()).await.problem(409, "policy_frozen");
        change(&admin, json!({ "policy": { "list_per_category": 3 } })).await.problem(409, "policy_frozen");
        change(&admin, json!({ "policy": { "list_per_category": 3 }, "reason": "名额调整" })).await.expect(200);
        app.set_clock("2026-11-30T16:00:00Z");
        let amended = change(&admin, ballot).await.expect(200);
        assert_eq!(amended.json["amendments"].as_array().unwrap().len(), 2);
        let now = app.service.clocks.campaign();
        app.in_storage(move |db, month| storage::cycles::set_published(db, month, now).map(|_| ()).map_err(Error::from)).await;
        let late = change(&admin, json!({ "policy": { "objection_days": 30 }, "reason": "延长" })).await;
        late.problem(409, "already_published");
        assert_eq!(admin.get(CYCLE).await.expect(200).json["phase"], "published");
    }

    async fn a_window_is_moved_with_a_reason(app: App) {
        let admin = app.admin().await;
        let later = json!({ "windows": { "reporting": { "closes_at": "2026-11-23T00:00:00+08:00" } } });
        let refused = change(&admin, later.clone()).await.problem(422, "validation_failed");
        assert_eq!(refused.faults(), pairs([("/reason", "required")]));
        let mut with_reason = later;
        with_reason["reason"] = json!("国庆假期顺延");
        let moved = change(&admin, with_reason).await.expect(200);
        assert_eq!(moved.json["windows"]["reporting"]["closes_at"], "2026-11-22T16:00:00Z");
        assert_eq!(moved.json["amendments"][0]["changes"][0]["pointer"], "/windows/reporting");
        app.set_clock("2026-11-21T02:00:00Z");
        assert_eq!(admin.get("/cycles/current").await.expect(200).json["intake"], "2026-11");
    }

    async fn amendments_are_read_page_by_page(app: App) {
        let admin = app.admin().await;
        for hour in 0..23 {
            let closes = format!("2026-11-22T{hour:02}:00:00Z");
            let reason = format!("第{hour}次调整");
            let patch = json!({ "windows": { "reporting": { "closes_at": closes } }, "reason": reason });
            change(&admin, patch).await.expect(200);
            app.time.advance(chrono::Duration::seconds(1));
        }
        let public = app.anonymous();
        let shown = public.get(CYCLE).await.expect(200).json;
        let reasons = |items: &Value| -> Vec<String> {
            items.as_array().unwrap().iter().map(|item| item["reason"].as_str().unwrap().to_owned()).collect()
        };
        let expected: Vec<String> = (0..23).map(|hour| format!("第{hour}次调整")).collect();
        assert_eq!((shown["amendment_count"].as_u64(), reasons(&shown["amendments"])), (Some(23), expected[3..].to_vec()));
        let (mut read, mut path) = (vec![], format!("{CYCLE}/amendments?limit=10"));
        loop {
            let page = public.get(&path).await.expect(200).json;
            read.extend(reasons(&page["items"]));
            let Some(next) = page["next_cursor"].as_str() else { break };
            path = format!("{CYCLE}/amendments?limit=10&cursor={next}");
        }
        assert_eq!(read, expected);
        public.get("/cycles/2031-01/amendments").await.problem(404, "not_found");
    }

    async fn all_faults_of_a_change_are_named(app: App) {
        let admin = app.admin().await;
        let bad = json!({
            "windows": { "voting": { "opens_at": "tomorrow", "closes_at": null }, "lunch": {} },
            "policy": { "photo_count": "two", "colour": 1, "repeat": "weekly" }, "reason": "", "why": 1
        });
        let faults = change(&admin, bad).await.problem(422, "validation_failed").faults();
        for expected in [
            ("/windows/lunch", "unknown_member"),
            ("/windows/voting/closes_at", "wrong_type"),
            ("/policy/photo_count", "wrong_type"),
            ("/policy/colour", "unknown_member"),
            ("/policy/repeat", "unknown_value"),
            ("/reason", "too_short"),
            ("/why", "unknown_member"),
        ] {
            assert!(faults.contains(&(expected.0.to_owned(), expected.1.to_owned())), "{expected:?} in {faults:?}");
        }
        let bad = json!({ "windows": { "voting": { "opens_at": "tomorrow" }, "reporting": { "opens_at": "" } }, "reason": "坏\u{0}" });
        let faults = change(&admin, bad).await.problem(422, "validation_failed").faults();
        let expected = [
            ("/reason", "forbidden_character"),
            ("/windows/reporting/opens_at", "malformed"),
            ("/windows/voting/opens_at", "malformed"),
        ];
        assert_eq!(faults, pairs(expected));
        let bad = json!({
            "windows": { "reporting": { "closes_at": "2026-10-01T00:00:00Z" } },
            "policy": { "deed_min_chars": 2000, "district_quota": 0, "result_source": "portal", "voting_url": "ftp://x" }
        });
        let faults = change(&admin, bad).await.problem(422, "validation_failed").faults();
        let expected = [
            ("/policy/deed_max_chars", "inconsistent"),
            ("/policy/district_quota", "too_small"),
            ("/policy/voting_url", "malformed"),
            ("/reason", "required"),
            ("/windows/reporting/closes_at", "inconsistent"),
        ];
        assert_eq!(faults, pairs(expected));
        change(&admin, json!({ "policy": { "result_source": "portal" } })).await.problem(422, "validation_failed");
        let portal = json!({ "policy": { "result_source": "portal", "voting_url": "https://www.wenming.cn/sbhr" } });
        change(&admin, portal).await.expect(200);
    }

    async fn quotas_are_shown_as_far_as_a_reviewer_reaches(app: App) {
        let tree = app.tree().await;
        let districts = |reply: Reply| {
            let items = reply.expect(200).json["items"].clone();
            let ids = items.as_array().unwrap().iter().map(|item| {
                assert_eq!((&item["limit"], &item["used"], &item["candidates"]), (&json!(2), &json!(0), &json!([])));
                item["district_id"].as_str().unwrap().to_owned()
            });
            ids.collect::<Vec<_>>()
        };
        let path = "/cycles/2026-11/quotas";
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        assert_eq!(districts(city.get(path).await), [tree.district.to_string(), tree.other_district.to_string()]);
        let district = app.user(Role::DistrictReviewer, Some(tree.district)).await.1;
        assert_eq!(districts(district.get(path).await), [tree.district.to_string()]);
        let unit = app.user(Role::UnitReviewer, Some(tree.other_unit)).await.1;
        assert_eq!(districts(unit.get(path).await), [tree.other_district.to_string()]);
        assert_eq!(city.get(path).await.expect(200).header("cache-control"), "private, no-store");
        city.get("/cycles/2030-01/quotas").await.problem(404, "not_found");
        app.anonymous().get(path).await.problem(401, "unauthenticated");
        app.admin().await.get(path).await.problem(403, "forbidden");
    }
}
