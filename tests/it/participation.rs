//! Who belongs where, and how many of them took part.

use std::collections::BTreeSet;

use calamine::{Data, Reader, Xlsx};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use haoren::{
    domain::{candidate::Status, id::OrganizationId, id::UserId, month::Month, role::Role, scope::Scope},
    service::{Error, participation},
    storage::{self, Connection, schema::organizations, votes::NewVote},
};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client, Tree},
    queries::counted,
};

const VOTING: &str = "2026-11-26T02:00:00Z";

async fn set_headcount(app: &App, id: OrganizationId, headcount: Option<i32>) {
    app.write(move |db| {
        diesel::update(organizations::table.find(id)).set(organizations::headcount.eq(headcount)).execute(db).unwrap();
        Ok(())
    })
    .await;
}

/// The lines of a reviewer, all pages.
async fn lines(client: &Client, query: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("/cycles/2026-11/participation?limit=3{query}{cursor}")).await.expect(200);
        found.extend(page.json["items"].as_array().unwrap().iter().cloned());
        match page.json["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

fn ids(lines: &[Value]) -> Vec<String> {
    lines.iter().map(|line| line["organization_id"].as_str().unwrap().to_owned()).collect()
}

fn names(of: &[OrganizationId]) -> Vec<String> {
    of.iter().map(ToString::to_string).collect()
}

/// The first district with its units, and the other one: each before its units, siblings by id.
fn branches(tree: &Tree) -> [Vec<OrganizationId>; 2] {
    let (unit, sister) = (vec![tree.unit, tree.window], vec![tree.sister_unit]);
    let units = if tree.unit < tree.sister_unit { [unit, sister] } else { [sister, unit] };
    [[vec![tree.district], units.concat()].concat(), vec![tree.other_district, tree.other_unit]]
}

/// The whole tree in its order.
fn whole(tree: &Tree) -> Vec<OrganizationId> {
    let mut branches = branches(tree);
    branches.sort();
    [vec![tree.city], branches.concat()].concat()
}

/// What a line says of a number.
fn people(lines: &[Value], of: OrganizationId, number: &str) -> (u64, u64) {
    let line = lines.iter().find(|line| line["organization_id"] == of.to_string()).unwrap();
    (line[number]["claimed"].as_u64().unwrap(), line[number]["confirmed"].as_u64().unwrap())
}

/// Two claimed and a confirmed citizen and a reviewer at the unit, one claimed at its window and one in the other district:
/// the first claimed and the confirmed have studied two candidates and voted twice, the reviewer has voted.
async fn people_who_took_part(app: &App, tree: &Tree) -> UserId {
    app.set_clock(VOTING);
    let staff = app.staff(tree).await;
    let one = app.contender(tree, Status::Forwarded, "dedication", "王小明").await;
    let two = app.contender(tree, Status::Forwarded, "bravery", "李小红").await;
    let (first, as_first) = app.user(Role::Citizen, Some(tree.unit)).await;
    app.user(Role::Citizen, Some(tree.unit)).await;
    let (confirmed, as_confirmed) = app.user(Role::Citizen, Some(tree.unit)).await;
    let window = app.user(Role::Citizen, Some(tree.window)).await.1;
    let elsewhere = app.user(Role::Citizen, Some(tree.other_unit)).await.1;
    staff.unit.post(&confirmation(tree.unit, confirmed), json!({})).await.expect(201);
    for client in [&as_first, &as_confirmed] {
        for candidate in [one, two] {
            client.post(&format!("/candidates/{candidate}/study-records"), json!({})).await.expect(201);
            client.post("/votes", json!({ "candidate_id": candidate })).await.expect(201);
        }
    }
    for candidate in [one, two] {
        as_first.post(&format!("/candidates/{candidate}/comments"), json!({ "body": "向您学习。" })).await.expect(201);
    }
    window.post(&format!("/candidates/{one}/study-records"), json!({})).await.expect(201);
    elsewhere.post("/votes", json!({ "candidate_id": one })).await.expect(201);
    staff.unit.post("/votes", json!({ "candidate_id": one })).await.expect(201);
    app.citizen().await.post("/votes", json!({ "candidate_id": one })).await.expect(201);
    first
}

fn confirmation(organization: OrganizationId, user: UserId) -> String {
    format!("/organizations/{organization}/members/{user}/confirmation")
}

both! {
    async fn numbers_are_people_of_the_subtree_in_the_order_of_the_tree(app: App) {
        let tree = app.tree().await;
        people_who_took_part(&app, &tree).await;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        let all = lines(&city, "").await;
        assert_eq!(ids(&all), names(&whole(&tree)));
        assert_eq!(people(&all, tree.unit, "members"), (3, 2));
        assert_eq!(people(&all, tree.unit, "studied"), (2, 1));
        assert_eq!(people(&all, tree.unit, "voted"), (1, 2));
        assert_eq!(people(&all, tree.unit, "commented"), (1, 0));
        assert_eq!(people(&all, tree.window, "members"), (1, 0));
        assert_eq!(people(&all, tree.sister_unit, "members"), (0, 0));
        assert_eq!(people(&all, tree.district, "members"), (3, 3));
        assert_eq!(people(&all, tree.district, "voted"), (1, 2));
        assert_eq!(people(&all, tree.other_district, "voted"), (1, 0));
        // The city's own staff: its two reviewers. Who belongs nowhere counts nowhere.
        assert_eq!(people(&all, tree.city, "members"), (4, 5));
        assert_eq!(people(&all, tree.city, "voted"), (2, 2));
        let unit = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        assert_eq!(ids(&lines(&unit, "").await), names(&[tree.unit, tree.window]));
        let district = app.user(Role::DistrictReviewer, Some(tree.district)).await.1;
        assert_eq!(ids(&lines(&district, "").await), names(&branches(&tree)[0]));
        let mut districts = [tree.district, tree.other_district];
        districts.sort();
        assert_eq!(ids(&lines(&city, "&kind=district").await), names(&districts));
        let other = format!("&district={}", tree.other_district);
        assert_eq!(ids(&lines(&city, &other).await), names(&branches(&tree)[1]));
        assert!(lines(&district, &other).await.is_empty());
        city.get("/cycles/2026-12/participation").await.expect(200);
        city.get("/cycles/2031-12/participation").await.problem(404, "not_found");
        app.admin().await.get("/cycles/2026-11/participation").await.problem(403, "forbidden");
    }

    async fn closed_accounts_and_voters_without_one_count_nowhere(app: App) {
        let tree = app.tree().await;
        let first = people_who_took_part(&app, &tree).await;
        let (month, now): (Month, _) = ("2026-11".parse().unwrap(), app.service.clocks.campaign());
        app.write(move |db| {
            let vote = NewVote { voter: 9_000_000, candidate: 1, day: 0, prefix: 0, client: 0, tier: 0 };
            let size = storage::votes::lock_log(db, month)?;
            Ok(storage::votes::append(db, (month, size), &[vote], now)?)
        })
        .await;
        let admin = app.admin().await;
        let user = admin.get(&format!("/users/{first}")).await.expect(200);
        admin.patch(&format!("/users/{first}"), &user.etag(), json!({ "active": false })).await.expect(200);
        let all = lines(&app.user(Role::CityReviewer, Some(tree.city)).await.1, "").await;
        assert_eq!(people(&all, tree.unit, "members"), (2, 2));
        assert_eq!(people(&all, tree.unit, "voted"), (0, 2));
        assert_eq!(people(&all, tree.city, "voted"), (1, 2));
    }

    async fn numbers_beyond_the_people_carry_a_note(app: App) {
        let tree = app.tree().await;
        people_who_took_part(&app, &tree).await;
        set_headcount(&app, tree.unit, Some(2)).await;
        for id in [tree.window, tree.district] {
            set_headcount(&app, id, None).await;
        }
        set_headcount(&app, tree.sister_unit, None).await;
        let all = lines(&app.user(Role::CityReviewer, Some(tree.city)).await.1, "").await;
        let of = |id: OrganizationId| all.iter().find(|line| line["organization_id"] == id.to_string()).unwrap();
        let beyond = |number: &str, people: u32| json!({ "code": "headcount_exceeded", "number": number, "people": people, "headcount": 2 });
        assert_eq!(of(tree.unit)["notes"], json!([beyond("members", 5), beyond("studied", 3), beyond("voted", 3)]));
        assert_eq!(of(tree.window)["notes"], json!([{ "code": "headcount_missing" }]));
        assert_eq!(of(tree.window)["headcount"], json!(null));
        assert_eq!(of(tree.district)["headcount"], 2);
        let incomplete = json!({ "code": "headcount_incomplete", "units": 1 });
        assert_eq!(
            of(tree.district)["notes"],
            json!([beyond("members", 6), beyond("studied", 3), beyond("voted", 3), incomplete])
        );
        assert_eq!(of(tree.city)["notes"], json!([]));
    }

    async fn members_are_listed_confirmed_and_taken_back(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (first, as_first) = app.user(Role::Citizen, Some(tree.unit)).await;
        app.time.advance(chrono::Duration::milliseconds(1));
        let (second, _) = app.user(Role::Citizen, Some(tree.unit)).await;
        let path = format!("/organizations/{}/members", tree.unit);
        let users = async |client: &Client, query: &str| {
            let page = client.get(&format!("{path}{query}")).await.expect(200);
            let items = page.json["items"].as_array().unwrap().clone();
            items.iter().map(|item| item["user_id"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
        };
        let both = BTreeSet::from([first.to_string(), second.to_string()]);
        assert_eq!(users(&staff.unit, "").await.len(), 3);
        assert_eq!(users(&staff.district, "?status=claimed").await, both);
        let confirm = confirmation(tree.unit, first);
        as_first.post(&confirm, json!({})).await.problem(403, "forbidden");
        app.user(Role::UnitReviewer, Some(tree.sister_unit)).await.1.post(&confirm, json!({})).await.problem(404, "not_found");
        let made = staff.unit.post(&confirm, json!({})).await.expect(201);
        assert_eq!(made.json["status"], "confirmed");
        assert_eq!(staff.district.post(&confirm, json!({})).await.expect(200).json, made.json);
        assert_eq!(users(&staff.unit, "?status=claimed").await, BTreeSet::from([second.to_string()]));
        assert_eq!(users(&staff.unit, "?status=confirmed").await.len(), 2);
        let page = staff.unit.get(&format!("{path}?limit=2")).await.expect(200);
        let cursor = page.json["next_cursor"].as_str().unwrap();
        assert_eq!(users(&staff.unit, &format!("?limit=2&cursor={cursor}")).await, BTreeSet::from([second.to_string()]));
        staff.unit.post(&confirmation(tree.window, first), json!({})).await.problem(404, "not_found");
        staff.unit.delete(&confirm, None).await.problem(428, "precondition_required");
        staff.unit.delete(&confirm, Some("\"1.x\"")).await.problem(412, "precondition_failed");
        staff.unit.delete(&confirm, Some(&made.etag())).await.expect(204);
        staff.unit.delete(&confirm, Some(&made.etag())).await.problem(404, "not_found");
        assert_eq!(users(&staff.unit, "?status=claimed").await, both);
        let own = staff.unit.get("/me").await.expect(200).id();
        let own = format!("{path}/{own}/confirmation");
        let staffed = staff.unit.post(&own, json!({})).await.expect(200);
        assert_eq!((staffed.json["status"].as_str(), staffed.json["confirmed_by"].as_str()), (Some("confirmed"), None));
        staff.unit.delete(&own, Some(&staffed.etag())).await.problem(404, "not_found");
        // It opens nothing.
        staff.unit.post(&confirm, json!({})).await.expect(201);
        as_first.get(&path).await.problem(403, "forbidden");
        as_first.get("/inbox").await.problem(403, "forbidden");
    }

    async fn another_organization_ends_the_confirmation_for_good(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (user, _) = app.user(Role::Citizen, Some(tree.unit)).await;
        staff.unit.post(&confirmation(tree.unit, user), json!({})).await.expect(201);
        let admin = app.admin().await;
        let path = format!("/users/{user}");
        let named = admin.get(&path).await.expect(200);
        let named = admin.patch(&path, &named.etag(), json!({ "display_name": "王芳" })).await.expect(200);
        let confirmed = async || {
            let listed = staff.unit.get(&format!("/organizations/{}/members?status=confirmed", tree.unit)).await.expect(200);
            listed.json["items"].as_array().unwrap().len()
        };
        assert_eq!(confirmed().await, 2);
        let moved = admin.patch(&path, &named.etag(), json!({ "organization_id": tree.sister_unit })).await.expect(200);
        assert_eq!(confirmed().await, 1);
        admin.patch(&path, &moved.etag(), json!({ "organization_id": tree.unit })).await.expect(200);
        assert_eq!(confirmed().await, 1);
    }

    async fn confirming_and_moving_at_once_leaves_no_confirmation_elsewhere(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let admin = app.admin().await;
        for _ in 0..4 {
            let (user, _) = app.user(Role::Citizen, Some(tree.unit)).await;
            let (path, confirm) = (format!("/users/{user}"), confirmation(tree.unit, user));
            let etag = admin.get(&path).await.expect(200).etag();
            let (moved, confirmed) = tokio::join!(
                admin.patch(&path, &etag, json!({ "organization_id": tree.sister_unit })),
                staff.unit.post(&confirm, json!({})),
            );
            moved.expect(200);
            assert!(matches!(confirmed.status.as_u16(), 201 | 404), "{}", confirmed.json);
            let left = app.service.store.read(move |db| {
                let of_user = storage::schema::membership_confirmations::table.find(user);
                Ok::<_, Error>(of_user.count().get_result::<i64>(db).unwrap())
            });
            assert_eq!(left.await.unwrap(), 0);
        }
    }

    async fn the_workbook_has_the_same_numbers(app: App) {
        let tree = app.tree().await;
        people_who_took_part(&app, &tree).await;
        set_headcount(&app, tree.unit, Some(2)).await;
        set_headcount(&app, tree.window, None).await;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        let reply = city.get("/exports/participation.xlsx?cycle=2026-11").await.expect(200);
        assert_eq!(reply.header("cache-control"), "private, no-store");
        assert!(reply.header("content-disposition").contains("filename*=UTF-8''%E5%8F%82"));
        let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(reply.bytes.clone())).unwrap();
        assert!(book.worksheet_formula("参与情况").unwrap().is_empty(), "there is a formula");
        let range = book.worksheet_range("参与情况").unwrap();
        let rows: Vec<&[Data]> = range.rows().collect();
        assert_eq!(rows.len(), 4 + 7);
        assert!(rows[1][0].to_string().contains("2026-11"));
        let heads: Vec<String> = rows[2].iter().map(Data::to_string).filter(|text| !text.is_empty()).collect();
        assert_eq!(heads, ["单位", "类别", "总人数", "归属人数", "学习", "留言", "投票", "说明"]);
        let of = |name: &str| rows.iter().find(|row| row[0].to_string().trim() == name).unwrap();
        let unit = of("江汉区政务服务中心");
        let numbers: Vec<f64> = unit[2..15].iter().map(|cell| if let Data::Float(number) = cell { *number } else { -1.0 }).collect();
        assert_eq!(numbers, [2.0, 3.0, 2.0, 5.0, 2.0, 1.0, 3.0, 1.0, 0.0, 1.0, 1.0, 2.0, 3.0]);
        let notes = unit[15].to_string();
        assert!(notes.contains("归属人数（5）超过总人数（2）") && notes.contains("[headcount_exceeded]"), "{notes}");
        assert_eq!(notes.lines().count(), 3);
        assert!(of("综合服务窗口")[15].to_string().contains("The headcount is not entered [headcount_missing]"));
        assert_eq!(rows[4][5], Data::Float(9.0));
        assert_eq!(city.get("/exports/participation.xlsx?cycle=2026-11").await.expect(200).bytes, reply.bytes);
        let english = city.with("Accept-Language", "en").get("/exports/participation.xlsx?cycle=2026-11").await.expect(200);
        let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(english.bytes)).unwrap();
        assert_eq!(book.worksheet_range("参与情况").unwrap().get_value((2, 3)).unwrap().to_string(), "归属人数\nMembers");
        let unit = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        let own = unit.get("/exports/participation.xlsx?cycle=2026-11").await.expect(200);
        let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(own.bytes)).unwrap();
        assert_eq!(book.worksheet_range("参与情况").unwrap().rows().count(), 4 + 2);
        city.get("/exports/participation.xlsx").await.problem(400, "invalid_query");
        city.get("/exports/participation.xlsx?cycle=2031-01").await.problem(404, "not_found");
    }

    async fn a_page_takes_the_same_number_of_queries_however_long_it_is(app: App) {
        let tree = app.tree().await;
        people_who_took_part(&app, &tree).await;
        let work = move |db: &mut Connection| {
            let month: Month = "2026-11".parse().unwrap();
            let page = |db: &mut Connection, limit| {
                participation::page(db, &Scope::City, (month, &participation::ParticipationRequest::default()), None, limit).unwrap()
            };
            let (few, many) = (counted(db, |db| page(db, 1)), counted(db, |db| page(db, 100)));
            assert!(few >= 3, "{few} queries were counted");
            assert_eq!(few, many);
            Ok::<_, Error>(())
        };
        app.service.store.read(work).await.unwrap();
    }
}
