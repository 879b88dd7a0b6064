//! The numbers of the campaign: a month that was counted by hand, who sees what of it, and what is refused.

use std::collections::BTreeMap;

use calamine::{Data, Reader, Xlsx};
use haoren::{
    domain::{
        candidate::{Candidate, Channel, Status},
        history::Step,
        id::{CandidateId, OrganizationId},
        month::Month,
        role::Role,
        statistics::{Level, Move, Sheet, passages},
    },
    service::{Error, generator, statistics::recount},
    storage::{
        self, Connection,
        statistics::cells::{self, Filter},
    },
};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client, Reply, Staff, Tree},
    reviews::{approve, decide},
};

/// A candidate at a unit, with the step of its recommendation.
pub async fn nominated(app: &App, tree: &Tree, change: impl FnOnce(&mut Candidate) + Send + 'static) -> CandidateId {
    app.time.advance(chrono::Duration::milliseconds(1));
    let id = app.candidate_with(tree, Status::Nominated, change).await;
    let candidate = app.stored(id).await;
    let step = Step {
        id: generator::new_id(&app.service.clocks).unwrap(),
        candidate_id: id,
        cycle: candidate.cycle,
        action: None,
        from_status: None,
        to_status: Status::Nominated,
        actor_id: None,
        actor_role: None,
        organization_id: None,
        reason: None,
        review_id: None,
        candidate_version: candidate.version,
        at: app.service.clocks.campaign(),
        other_candidate_id: None,
    };
    app.write(move |db| Ok(storage::transitions::insert(db, &step)?)).await;
    id
}

async fn act(app: &App, client: &Client, id: CandidateId, path: &str, body: Value) -> Reply {
    client.post_if(&format!("/candidates/{id}/{path}"), &app.tag(id).await, body).await
}

async fn numbers(client: &Client, query: &str) -> Value {
    client.get(&format!("/statistics?{query}")).await.expect(200).json.clone()
}

/// What a stage of some figures says.
fn stage<'a>(figures: &'a Value, name: &str) -> &'a Value {
    figures["stages"].as_array().unwrap().iter().find(|stage| stage["stage"] == name).unwrap()
}

fn counts(stage: &Value, members: &[&str]) -> Vec<u64> {
    members.iter().map(|member| stage[*member].as_u64().unwrap()).collect()
}

const ENDS: [&str; 10] = [
    "entered",
    "passed",
    "returned",
    "rejected",
    "not_listed",
    "withdrawn",
    "merged",
    "reopened",
    "carried_over",
    "waiting",
];

/// The month that is counted by hand.
///
/// | | place, category, channel | 5th, 10:00 | 6th | 7th | 8th, 22:00 | 22nd |
/// | --- | --- | --- | --- | --- | --- | --- |
/// | a | unit, dedication, online | nominated | verified after 24 h | endorsed after 24 h | | screened after 360 h |
/// | b | unit, bravery, telephone | nominated | returned after 24 h | handed in again | verified after 36 h | |
/// | c | sister unit, dedication, online | nominated | | | verified by the district in its place after 84 h | |
/// | d | other district, dedication, letter | nominated | | | rejected after 84 h | |
/// | e | window of the unit, dedication, online | nominated | | | | |
struct Month5 {
    tree: Tree,
    staff: Staff,
    ids: [CandidateId; 5],
}

async fn scripted(app: &App) -> Month5 {
    let tree = app.tree().await;
    let staff = app.staff(&tree).await;
    let elsewhere = app.user(Role::UnitReviewer, Some(tree.other_unit)).await.1;
    let (sister, other, district, window) = (tree.sister_unit, tree.other_unit, tree.other_district, tree.window);
    app.set_clock("2026-11-05T02:00:00Z");
    let ids = [
        nominated(app, &tree, |_| {}).await,
        nominated(app, &tree, |one| {
            one.category = "bravery".parse().unwrap();
            one.channel = Channel::Phone;
        })
        .await,
        nominated(app, &tree, move |one| one.unit_id = Some(sister)).await,
        nominated(app, &tree, move |one| {
            (one.unit_id, one.district_id, one.channel) = (Some(other), district, Channel::Letter);
        })
        .await,
        nominated(app, &tree, move |one| one.unit_id = Some(window)).await,
    ];
    let [a, b, c, d, _] = ids;
    app.set_clock("2026-11-06T02:00:00Z");
    approve(app, &staff.unit, a).await.expect(201);
    decide(app, &staff.unit, b, "return").await.expect(201);
    app.set_clock("2026-11-07T02:00:00Z");
    approve(app, &staff.district, a).await.expect(201);
    act(app, &staff.unit, b, "resubmission", json!({ "answer": "已补充证明。" })).await.expect(201);
    app.set_clock("2026-11-08T14:00:00Z");
    approve(app, &staff.unit, b).await.expect(201);
    approve(app, &staff.district, c).await.expect(201);
    decide(app, &elsewhere, d, "reject").await.expect(201);
    app.set_clock("2026-11-22T02:00:00Z");
    approve(app, &staff.city, a).await.expect(201);
    Month5 { tree, staff, ids }
}

both! {
    async fn a_month_is_counted_as_by_hand(app: App) {
        let Month5 { staff, .. } = scripted(&app).await;
        let read = numbers(&staff.city, "cycle=2026-11").await;
        assert_eq!((&read["cycles"], &read["behind"]), (&json!(["2026-11"]), &json!([])));
        assert_eq!(read["as_of"], "2026-11-22T02:00:00Z");
        assert_eq!((&read["items"], &read["next_cursor"]), (&json!([]), &Value::Null));
        let total = &read["total"];
        assert_eq!((&total["candidates"], &total["nominations"]), (&json!(5), &json!(5)));
        let statuses = &total["by_status"];
        assert_eq!(counts(statuses, &["nominated", "verified", "endorsed", "screened", "rejected", "returned"]), [1, 2, 0, 1, 1, 0]);

        let unit = stage(total, "unit_verification");
        assert_eq!(counts(unit, &ENDS), [6, 3, 1, 1, 0, 0, 0, 0, 0, 1]);
        assert_eq!(unit["pass_rate"], json!({ "numerator": 3, "denominator": 5, "rate": 0.6 }));
        assert_eq!(unit["return_rate"], json!({ "numerator": 1, "denominator": 5, "rate": 0.2 }));
        // e waits although reporting closed on the 20th.
        assert_eq!(unit["on_time"], json!({ "numerator": 5, "denominator": 6, "rate": 0.8333 }));
        assert_eq!(unit["days"], json!({ "decided": 5, "median": 1.5, "p90": 3.5 }));

        let district = stage(total, "district_endorsement");
        assert_eq!(counts(district, &ENDS), [3, 1, 0, 0, 0, 0, 0, 0, 0, 2]);
        assert_eq!(district["on_time"], json!({ "numerator": 1, "denominator": 3, "rate": 0.3333 }));
        assert_eq!(district["days"], json!({ "decided": 1, "median": 1.0, "p90": 1.0 }));
        let city = stage(total, "city_screening");
        assert_eq!(counts(city, &ENDS), [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(city["days"], json!({ "decided": 1, "median": 15.0, "p90": 15.0 }));
        let forwarding = stage(total, "forwarding");
        assert_eq!(counts(forwarding, &ENDS), [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(forwarding["on_time"], json!({ "numerator": 0, "denominator": 0, "rate": null }));
        let listing = stage(total, "listing");
        assert_eq!((counts(listing, &ENDS), &listing["on_time"]), (vec![0; 10], &Value::Null));
        assert_eq!(listing["days"], json!({ "decided": 0, "median": null, "p90": null }));

        let coverage = &total["coverage"];
        assert_eq!(coverage["units"], json!({ "numerator": 4, "denominator": 4, "rate": 1.0 }));
        assert_eq!(coverage["quotas"], json!({ "numerator": 0, "denominator": 2, "rate": 0.0 }));
        assert_eq!(total["leads"], json!({ "total": 0, "received": 0, "promoted": 0, "dismissed": 0 }));
        assert!(!read.to_string().contains("votes"));
    }

    async fn what_is_carried_over_counts_in_both_months(app: App) {
        let Month5 { staff, ids, .. } = scripted(&app).await;
        app.set_clock("2026-11-26T02:00:00Z");
        act(&app, &staff.unit, ids[4], "carry-over", json!({ "reason": "本期未及核实。" })).await.expect(201);
        let (first, next) = (numbers(&staff.city, "cycle=2026-11").await, numbers(&staff.city, "cycle=2026-12").await);
        assert_eq!((&first["total"]["candidates"], &next["total"]["candidates"]), (&json!(4), &json!(1)));
        let unit = stage(&first["total"], "unit_verification");
        assert_eq!(counts(unit, &ENDS), [6, 3, 1, 1, 0, 0, 0, 0, 1, 0]);
        assert_eq!(unit["on_time"], json!({ "numerator": 5, "denominator": 6, "rate": 0.8333 }));
        assert_eq!(counts(stage(&next["total"], "unit_verification"), &ENDS), [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        let both = numbers(&staff.city, "from=2026-11&until=2026-12").await;
        assert_eq!((&both["total"]["candidates"], &both["cycles"]), (&json!(5), &json!(["2026-11", "2026-12"])));
        assert_eq!(counts(stage(&both["total"], "unit_verification"), &ENDS), [7, 3, 1, 1, 0, 0, 0, 0, 1, 1]);
        assert_eq!(both["total"]["coverage"]["quotas"]["denominator"], 4);
    }

    async fn everybody_sees_the_own_part(app: App) {
        let Month5 { tree, staff, .. } = scripted(&app).await;
        let candidates = |read: &Value| read["total"]["candidates"].as_u64().unwrap();
        // The unit and its window; the first district; everything.
        for (client, expected) in [(&staff.unit, 3), (&staff.district, 4), (&staff.city, 5), (&app.admin().await, 5)] {
            assert_eq!(candidates(&numbers(client, "cycle=2026-11").await), expected);
        }
        let unit = numbers(&staff.unit, "cycle=2026-11").await;
        assert_eq!(counts(stage(&unit["total"], "unit_verification"), &ENDS), [4, 2, 1, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(unit["total"]["coverage"], json!({ "units": { "numerator": 2, "denominator": 2, "rate": 1.0 }, "quotas": null }));
        let district = numbers(&staff.district, "cycle=2026-11").await;
        assert_eq!(district["total"]["coverage"]["units"], json!({ "numerator": 3, "denominator": 3, "rate": 1.0 }));
        assert_eq!(district["total"]["coverage"]["quotas"]["denominator"], 1);
        // What lies elsewhere is nothing to them.
        for other in [format!("district={}", tree.other_district), format!("unit={}", tree.other_unit)] {
            for client in [&staff.unit, &staff.district] {
                let read = numbers(client, &format!("cycle=2026-11&{other}&group_by=unit")).await;
                assert_eq!((candidates(&read), &read["items"]), (0, &json!([])), "{other}");
            }
            assert_eq!(candidates(&numbers(&staff.city, &format!("cycle=2026-11&{other}")).await), 1);
        }
        app.citizen().await.get("/statistics").await.problem(403, "forbidden");
        app.user(Role::Portal, None).await.1.get("/statistics").await.problem(403, "forbidden");
        app.anonymous().get("/statistics").await.problem(401, "unauthenticated");
    }

    async fn filters_keep_what_they_name(app: App) {
        let Month5 { tree, staff, .. } = scripted(&app).await;
        for (query, expected) in [
            (String::new(), 5),
            ("category=bravery".to_owned(), 1),
            ("category=dedication&category=bravery".to_owned(), 5),
            ("category=integrity".to_owned(), 0),
            ("channel=phone".to_owned(), 1),
            ("channel=letter&channel=phone".to_owned(), 2),
            ("channel=letter&category=bravery".to_owned(), 0),
            (format!("district={}", tree.district), 4),
            (format!("district={}&district={}", tree.district, tree.other_district), 5),
            (format!("unit={}", tree.unit), 3),
            (format!("unit={}", tree.window), 1),
            (format!("unit={}&unit={}", tree.window, tree.sister_unit), 2),
            (format!("unit={}&district={}", tree.unit, tree.other_district), 0),
            ("from=2026-10&until=2026-12".to_owned(), 5),
            ("year=2026".to_owned(), 5),
            ("year=2025".to_owned(), 0),
            ("cycle=2026-12".to_owned(), 0),
            ("cycle=2026-12&cycle=2026-11".to_owned(), 5),
            ("cycle=2031-12".to_owned(), 0),
        ] {
            let read = numbers(&staff.city, &query).await;
            assert_eq!(read["total"]["candidates"], expected, "{query}");
            let is_of_kinds = query.contains("category") || query.contains("channel");
            assert_eq!(read["total"]["coverage"].is_null(), is_of_kinds, "{query}");
            assert_eq!(read["total"]["leads"].is_null(), query.contains("category"), "{query}");
        }
    }

    async fn groups_add_up_and_are_paged_in_order(app: App) {
        let Month5 { tree, staff, .. } = scripted(&app).await;
        let whole = numbers(&staff.city, "cycle=2026-11&group_by=district").await;
        let mut expected = [(tree.district, "江汉区", 4), (tree.other_district, "武昌区", 1)];
        expected.sort_by_key(|(id, ..)| *id);
        for (group, (id, name, candidates)) in whole["items"].as_array().unwrap().iter().zip(expected) {
            assert_eq!(group["district"], json!({ "id": id, "name": name }));
            assert_eq!(group["figures"]["candidates"], candidates);
            assert_eq!(group["figures"]["coverage"]["quotas"]["denominator"], 1);
            assert!(group.get("unit").is_none() && group.get("category").is_none() && group.get("cycle").is_none());
        }
        for by in ["cycle", "district", "unit", "category", "channel"] {
            let read = numbers(&staff.city, &format!("cycle=2026-11&group_by={by}&limit=100")).await;
            let sum: u64 = read["items"].as_array().unwrap().iter().map(|group| group["figures"]["candidates"].as_u64().unwrap()).sum();
            assert_eq!(sum, 5, "{by}");
        }
        let all = numbers(&staff.city, "cycle=2026-11&group_by=unit&group_by=category&group_by=channel&limit=100").await;
        let all = all["items"].as_array().unwrap().clone();
        assert_eq!(all.len(), 5);
        for limit in 1..=4 {
            let (mut found, mut cursor) = (Vec::new(), String::new());
            loop {
                let query = format!("cycle=2026-11&group_by=unit&group_by=category&group_by=channel&limit={limit}{cursor}");
                let page = numbers(&staff.city, &query).await;
                assert_eq!(page["total"]["candidates"], 5);
                found.extend(page["items"].as_array().unwrap().clone());
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(found, all, "{limit}");
        }
        let first = staff.city.get("/statistics?cycle=2026-11&group_by=unit&limit=1").await.expect(200);
        assert!(first.header("link").contains("rel=\"next\""));
        let cursor = first.json["next_cursor"].as_str().unwrap();
        let other = format!("/statistics?cycle=2026-11&group_by=district&limit=1&cursor={cursor}");
        staff.city.get(&other).await.problem(400, "invalid_cursor");
    }

    async fn leads_are_counted_where_they_lie(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let text = "江汉区实验小学的王老师二十年照顾孤寡老人。";
        let made = app.anonymous().post("/leads", json!({ "channel": "phone", "text": text })).await.expect(201);
        app.anonymous().post("/leads", json!({ "channel": "letter", "text": text })).await.expect(201);
        let lead = staff.city.get(&format!("/leads/{}", made.id())).await.expect(200);
        let body = json!({ "organization_id": tree.unit });
        staff.city.post_if(&format!("/leads/{}/assignment", made.id()), &lead.etag(), body).await.expect(201);
        let leads = |read: &Value| counts(&read["total"]["leads"], &["total", "received", "promoted", "dismissed"]);
        assert_eq!(leads(&numbers(&staff.city, "cycle=2026-11").await), [2, 2, 0, 0]);
        assert_eq!(leads(&numbers(&staff.city, "cycle=2026-11&channel=letter").await), [1, 1, 0, 0]);
        assert_eq!(leads(&numbers(&staff.district, "cycle=2026-11").await), [1, 1, 0, 0]);
        assert_eq!(leads(&numbers(&staff.unit, "cycle=2026-11").await), [1, 1, 0, 0]);
        let lead = staff.unit.get(&format!("/leads/{}", made.id())).await.expect(200);
        let body = json!({ "reason": "与本单位无关。" });
        staff.unit.post_if(&format!("/leads/{}/dismissal", made.id()), &lead.etag(), body).await.expect(201);
        assert_eq!(leads(&numbers(&staff.unit, "cycle=2026-11").await), [1, 0, 0, 1]);
        let groups = numbers(&staff.city, "cycle=2026-11&group_by=district").await;
        let places: Vec<_> = groups["items"].as_array().unwrap().iter().map(|group| group["district"]["name"].clone()).collect();
        assert_eq!(places, [Value::Null, json!("江汉区")]);
        assert_eq!(groups["items"][0]["figures"]["leads"]["received"], 1);
    }

    async fn what_is_asked_wrongly_is_named(app: App) {
        let tree = app.tree().await;
        let city = app.staff(&tree).await.city;
        for (query, expected) in [
            ("votes=1", "/votes"),
            ("cycle=2026-13", "/cycle/0"),
            ("group_by=votes", "/group_by/0"),
            ("group_by=unit&group_by=unit", "/group_by"),
            ("group_by=unit&group_by=cycle&group_by=channel&group_by=category", "/group_by"),
            ("category=A", "/category/0"),
            ("channel=pigeon", "/channel/0"),
            ("district=1", "/district/0"),
            ("unit=1", "/unit/0"),
            ("from=2026-11", "/until"),
            ("until=2026-11", "/from"),
            ("from=2026-11&until=2026-10", "/until"),
            ("from=2020-01&until=2026-10", "/until"),
            ("year=2026&cycle=2026-11", "/year"),
            ("year=26", "/year"),
            ("year=x", "/year"),
            ("from=2026-01&until=2026-02&cycle=2026-11", "/from"),
            ("limit=0", "/limit"),
            ("limit=101", "/limit"),
        ] {
            let reply = city.get(&format!("/statistics?{query}")).await.problem(400, "invalid_query");
            assert_eq!(reply.faults().into_iter().map(|(pointer, _)| pointer).collect::<Vec<_>>(), [expected], "{query}");
        }
        city.get("/statistics?cursor=abc").await.problem(400, "invalid_cursor");
    }

    async fn who_has_the_numbers_is_not_sent_them_again(app: App) {
        let Month5 { staff, ids, .. } = scripted(&app).await;
        let read = staff.city.get("/statistics?cycle=2026-11").await.expect(200);
        assert_eq!(read.header("cache-control"), "private, no-store");
        let known = staff.city.with("If-None-Match", read.header("etag"));
        known.get("/statistics?cycle=2026-11").await.expect(304);
        decide(&app, &staff.district, ids[1], "return").await.expect(201);
        known.get("/statistics?cycle=2026-11").await.expect(200);
    }

    async fn a_moved_window_changes_what_was_in_time(app: App) {
        let Month5 { staff, .. } = scripted(&app).await;
        let admin = app.admin().await;
        let cycle = admin.get("/cycles/2026-11").await.expect(200);
        let windows = json!({ "reporting": { "opens_at": "2026-10-31T16:00:00Z", "closes_at": "2026-11-08T00:00:00Z" } });
        let reply = admin.patch("/cycles/2026-11", &cycle.etag(), json!({ "windows": windows, "reason": "提前截止。" })).await;
        if reply.status == 409 {
            // A window is not moved so that a decision lies outside: then nothing is late that was in time.
            let cycle = admin.get("/cycles/2026-11").await.expect(200);
            let later = json!({ "reporting": { "opens_at": "2026-10-31T16:00:00Z", "closes_at": "2026-11-24T16:00:00Z" } });
            admin.patch("/cycles/2026-11", &cycle.etag(), json!({ "windows": later, "reason": "延期。" })).await.expect(200);
            let read = numbers(&staff.city, "cycle=2026-11").await;
            assert_eq!(stage(&read["total"], "unit_verification")["on_time"], json!({ "numerator": 5, "denominator": 5, "rate": 1.0 }));
            return;
        }
        reply.expect(200);
        let read = numbers(&staff.city, "cycle=2026-11").await;
        assert_eq!(stage(&read["total"], "unit_verification")["on_time"]["numerator"], 2);
    }

    async fn a_report_holds_the_same_numbers(app: App) {
        let Month5 { tree, staff, .. } = scripted(&app).await;
        report_agrees(&staff.city, "2026-11").await;
        let file = staff.district.get("/exports/monthly-report.xlsx?cycle=2026-11").await.expect(200);
        let units = sheet(&file.bytes, "各单位情况");
        let names: Vec<_> = units[3..6].iter().map(|row| row[0].to_string()).collect();
        let mut expected = [(tree.unit, "江汉区政务服务中心"), (tree.window, "综合服务窗口"), (tree.sister_unit, "江汉区实验小学")];
        expected.sort_by_key(|(id, _)| *id);
        assert_eq!(names, expected.map(|(_, name)| name));
        assert_eq!(row(&units, "江汉区政务服务中心")[1], Data::Float(2.0));
        assert!(sheet(&file.bytes, "上榜名单").iter().any(|row| row[0].to_string().contains("尚未发布")));
        // The same numbers make the same file.
        assert_eq!(staff.district.get("/exports/monthly-report.xlsx?cycle=2026-11").await.bytes, file.bytes);
        staff.unit.get("/exports/monthly-report.xlsx?cycle=2026-11").await.expect(200);
        staff.city.get("/exports/monthly-report.xlsx?cycle=2031-11").await.problem(404, "not_found");
        staff.city.get("/exports/monthly-report.xlsx").await.problem(400, "invalid_query");
        staff.city.get("/exports/monthly-report.xlsx?cycle=2026-13").await.problem(400, "invalid_query");
        app.admin().await.get("/exports/monthly-report.xlsx?cycle=2026-11").await.problem(403, "forbidden");
    }

    async fn sums_are_those_of_a_naive_recount_whatever_happens(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let beside = app.beside().await;
        let units = [Some(tree.unit), Some(tree.window), Some(tree.sister_unit), None];
        let mut ids = Vec::new();
        for number in 0..16_usize {
            let unit = units[number % units.len()];
            let change = move |one: &mut Candidate| {
                one.unit_id = unit;
                one.channel = Channel::ALL[number % 3];
                one.category = ["dedication", "bravery"][number % 2].parse().unwrap();
            };
            ids.push(nominated(&app, &tree, change).await);
        }
        let mut dice = Dice(7);
        for turn in 0..220 {
            // The clock walks through November into December.
            let day = 5 + turn / 8;
            let (month, day) = if day > 30 { (12, day - 30) } else { (11, day) };
            app.set_clock(&format!("2026-{month}-{day:02}T{:02}:00:00Z", turn % 8));
            let id = ids[dice.below(ids.len())];
            random_act(&app, &tree, &staff, id, &mut dice).await;
            if turn % 5 == 0 {
                let (one, other) = tokio::join!(recount::catch_up(&app.service), recount::catch_up(&beside.service));
                (one.unwrap(), other.unwrap());
            }
        }
        recount::catch_up(&beside.service).await.unwrap();
        let (kept, naive) = app.service.store.read(|db| Ok::<_, Error>((kept(db), naively(db)))).await.unwrap();
        assert_eq!(kept[0], naive);
        assert_eq!(kept[1], naive);
        assert_eq!(kept[2], naive);
        assert!(naive.len() > 1, "the months were walked through");
    }
}

/// A report's sheet, row by row.
fn sheet(bytes: &[u8], name: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes.to_vec())).unwrap();
    assert!(book.worksheet_formula(name).unwrap().is_empty(), "there is a formula");
    book.worksheet_range(name).unwrap().rows().map(<[Data]>::to_vec).collect()
}

/// The row of a sheet that begins with a name.
fn row<'a>(rows: &'a [Vec<Data>], name: &str) -> &'a [Data] {
    rows.iter().find(|row| row[0].to_string() == name).unwrap_or_else(|| panic!("no row {name}"))
}

/// A number of the API as it stands in a cell.
fn cell(number: &Value) -> Data {
    number.as_f64().map_or_else(|| Data::String("—".to_owned()), Data::Float)
}

/// The report of a month holds the numbers of the API, cell by cell.
pub async fn report_agrees(client: &Client, month: &str) {
    let read = |by: &str| numbers_owned(client.clone(), format!("cycle={month}&limit=100{by}"));
    let file = client.get(&format!("/exports/monthly-report.xlsx?cycle={month}")).await.expect(200);
    assert!(file.header("content-disposition").contains("%E5%B7%A5%E4%BD%9C%E6%9C%88%E6%8A%A5"));
    let total = read("").await["total"].clone();
    let overview = sheet(&file.bytes, "概览");
    for (name, number) in [
        ("候选人（人/组）", &total["candidates"]),
        ("推荐（件）", &total["nominations"]),
        ("线索（条）", &total["leads"]["total"]),
        ("有推荐的单位", &total["coverage"]["units"]["numerator"]),
        ("在用单位", &total["coverage"]["units"]["denominator"]),
        ("单位覆盖率", &total["coverage"]["units"]["rate"]),
        ("上榜（人/组）", &total["by_status"]["listed"]),
        ("核实通过率", &stage(&total, "unit_verification")["pass_rate"]["rate"]),
        ("核实按时率", &stage(&total, "unit_verification")["on_time"]["rate"]),
        ("核实用时中位数（天）", &stage(&total, "unit_verification")["days"]["median"]),
    ] {
        assert_eq!(row(&overview, name)[1], cell(number), "{name}");
    }
    let stages = sheet(&file.bytes, "各环节用时与按时率");
    let names = ["单位核实", "区级推荐", "市级筛选", "上报", "上榜"];
    for (name, of) in names.iter().zip(total["stages"].as_array().unwrap()) {
        let mut expected: Vec<Data> = ENDS.iter().map(|end| cell(&of[*end])).collect();
        expected.extend([&of["pass_rate"]["rate"], &of["return_rate"]["rate"]].map(cell));
        expected.extend(["numerator", "denominator", "rate"].map(|part| cell(&of["on_time"][part])));
        expected.extend([&of["days"]["median"], &of["days"]["p90"]].map(cell));
        assert_eq!(row(&stages, name)[1..], expected, "{name}");
    }
    for (name, by) in [("各区情况", "district"), ("各类别", "category"), ("推荐渠道", "channel")] {
        let rows = sheet(&file.bytes, name);
        for group in read(&format!("&group_by={by}")).await["items"].as_array().unwrap() {
            let label = match by {
                "district" => group["district"]["name"].as_str().unwrap_or("市本级").to_owned(),
                "category" => client
                    .get(&format!("/categories/{}", group["category"].as_str().unwrap()))
                    .await
                    .expect(200)
                    .json["name"]["zh"]
                    .as_str()
                    .unwrap()
                    .to_owned(),
                _ => CHANNELS.iter().find(|(code, _)| group["channel"] == *code).unwrap().1.to_owned(),
            };
            let (row, figures) = (row(&rows, &label), &group["figures"]);
            if by == "channel" {
                assert_eq!(
                    row[1],
                    cell(&total["nominations_by_channel"][group["channel"].as_str().unwrap()]),
                    "{label}"
                );
                assert_eq!(
                    row[2..5],
                    [&figures["candidates"], &figures["by_status"]["listed"], &figures["leads"]["total"]].map(cell),
                    "{label}"
                );
                continue;
            }
            let passed = |name| cell(&stage(figures, name)["passed"]);
            let expected = [
                cell(&figures["candidates"]),
                cell(&figures["nominations"]),
                passed("unit_verification"),
                passed("district_endorsement"),
                passed("city_screening"),
                passed("forwarding"),
                cell(&figures["by_status"]["listed"]),
            ];
            assert_eq!(row[1..8], expected, "{label}");
        }
    }
}

const CHANNELS: [(&str, &str); 6] = [
    ("online", "网络"),
    ("media", "媒体"),
    ("phone", "电话"),
    ("letter", "信函"),
    ("in_person", "来访"),
    ("other", "其他"),
];

async fn numbers_owned(client: Client, query: String) -> Value {
    numbers(&client, &query).await
}

/// What is kept of each month: the sum of units, of districts, of the city.
fn kept(db: &mut Connection) -> [BTreeMap<Month, Sheet>; 3] {
    let cycles: Vec<Month> = ["2026-11", "2026-12", "2027-01"].map(|month| month.parse().unwrap()).to_vec();
    [Level::Unit, Level::District, Level::City].map(|level| {
        let mut sums: BTreeMap<Month, Sheet> = BTreeMap::new();
        let filter = Filter { level, cycles: cycles.clone(), districts: None, units: None };
        for counted in cells::sheets(db, &filter).unwrap() {
            sums.entry(counted.place.cycle).or_default().merge(&counted.sheet);
        }
        sums
    })
}

/// The same from every candidate and step there is, without a thought of places.
fn naively(db: &mut Connection) -> BTreeMap<Month, Sheet> {
    use diesel::{QueryDsl, RunQueryDsl};
    use haoren::storage::schema::candidates;
    let ids: Vec<CandidateId> = candidates::table.select(candidates::id).load(db).unwrap();
    let mut sums: BTreeMap<Month, Sheet> = BTreeMap::new();
    for candidate in storage::candidates::list_of(db, &ids).unwrap() {
        let cell = |sums: &mut BTreeMap<Month, Sheet>,
                    month: Month,
                    note: &mut dyn FnMut(&mut haoren::domain::statistics::Counts)| {
            note(sums.entry(month).or_default().cell(&candidate.category, candidate.channel));
        };
        cell(&mut sums, candidate.cycle, &mut |counts| counts.note_candidate(candidate.status));
        for nomination in storage::nominations::list_of(db, candidate.id).unwrap() {
            if nomination.stands() {
                cell(&mut sums, candidate.cycle, &mut |counts| counts.note_nominations(nomination.channel, 1));
            }
        }
        let steps = storage::transitions::list_of(db, candidate.id, None, 1_000).unwrap();
        let moves: Vec<Move> = steps.iter().map(Move::from).collect();
        for passage in passages(&moves) {
            let windows = storage::cycles::find(db, passage.cycle).unwrap().unwrap().windows;
            cell(&mut sums, passage.cycle, &mut |counts| counts.note_passage(&passage, &windows));
        }
    }
    sums
}

/// The same seed, the same acts.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let value = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        usize::try_from((value ^ (value >> 27)) % count as u64).unwrap()
    }
}

/// Something that somebody tries; it may be refused.
async fn random_act(app: &App, tree: &Tree, staff: &Staff, id: CandidateId, dice: &mut Dice) {
    let because = || json!({ "reason": "情况有变。" });
    let client = [&staff.unit, &staff.district, &staff.city][dice.below(3)];
    match dice.below(12) {
        0..=4 => {
            if app.stored(id).await.status.stage().is_some_and(haoren::domain::stage::StageCode::has_checklist) {
                for client in [&staff.unit, &staff.district, &staff.city] {
                    if approve(app, client, id).await.status == 201 {
                        break;
                    }
                }
            }
        }
        5 => drop(decide(app, client, id, "return").await),
        6 => drop(decide(app, client, id, "reject").await),
        7 => drop(act(app, &staff.unit, id, "resubmission", json!({ "answer": "已补充。" })).await),
        8 => drop(act(app, client, id, "recall", because()).await),
        9 => drop(act(app, &staff.city, id, "reinstatement", because()).await),
        10 => drop(act(app, client, id, "carry-over", because()).await),
        _ => {
            let unit: OrganizationId = [tree.unit, tree.window, tree.sister_unit][dice.below(3)];
            let path = format!("/candidates/{id}/unit");
            let body = json!({ "unit_id": unit, "reason": "由该单位办理。" });
            drop(staff.district.put(&path, Some(&app.tag(id).await), body).await);
        }
    }
}
