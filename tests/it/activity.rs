//! What units did in a cycle, and which of them did nothing.

use haoren::{
    domain::{candidate::Status, id::OrganizationId, organization::Organization, role::Role, scope::Scope},
    service::{
        Error,
        activity::{self, ActivityRequest},
        generator,
    },
    storage::{self, Connection},
};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client, Tree},
    queries::counted,
    reviews::approve,
};

async fn lines(client: &Client, query: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("/cycles/2026-11/activity?limit=2{query}{cursor}")).await.expect(200);
        found.extend(page.json["items"].as_array().unwrap().iter().cloned());
        match page.json["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

fn names(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["name"].as_str().unwrap()).collect()
}

fn line(lines: &[Value], of: OrganizationId) -> Value {
    lines.iter().find(|line| line["organization_id"] == of.to_string()).unwrap().clone()
}

const CENTRE: &str = "江汉区政务服务中心";
const SCHOOL: &str = "江汉区实验小学";
const WINDOW: &str = "综合服务窗口";
const HOSPITAL: &str = "武昌区人民医院";

/// The units in their order: districts as they were entered, which ids of one millisecond do not tell.
fn in_order(tree: &Tree) -> Vec<&'static str> {
    let (first, second) = (vec![SCHOOL, CENTRE, WINDOW], vec![HOSPITAL]);
    if tree.district < tree.other_district { [first, second].concat() } else { [second, first].concat() }
}

both! {
    async fn everybody_sees_the_units_of_the_own_subtree(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        app.candidate(&tree, Status::Nominated).await;
        assert_eq!(names(&lines(&staff.city, "").await), in_order(&tree));
        assert_eq!(names(&lines(&app.admin().await, "").await), in_order(&tree));
        assert_eq!(names(&lines(&staff.district, "").await), [SCHOOL, CENTRE, WINDOW]);
        assert_eq!(names(&lines(&staff.unit, "").await), [CENTRE, WINDOW]);
        let of = |district| format!("&district={district}");
        assert_eq!(names(&lines(&staff.city, &of(tree.other_district)).await), [HOSPITAL]);
        assert_eq!(names(&lines(&staff.district, &of(tree.other_district)).await), [""; 0]);
        app.anonymous().get("/cycles/2026-11/activity").await.problem(401, "unauthenticated");
        app.citizen().await.get("/cycles/2026-11/activity").await.problem(403, "forbidden");
        staff.city.get("/cycles/1999-01/activity").await.problem(404, "not_found");
        staff.city.get("/cycles/none/activity").await.problem(404, "not_found");
        for bad in ["active=perhaps", "district=x", "sort=votes", "limit=101", "cursor=x"] {
            assert_eq!(staff.city.get(&format!("/cycles/2026-11/activity?{bad}")).await.status, 400, "{bad}");
        }
    }

    async fn whatever_a_unit_does_counts(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        assert_eq!(lines(&staff.city, "&active=false").await.len(), 4);
        assert_eq!(lines(&staff.city, "&active=true").await.len(), 0);
        // A recommendation and its verification at the centre, a lead at the school, a study record of a member of the hospital.
        let id = app.candidate(&tree, Status::Nominated).await;
        app.set_clock("2026-11-05T03:00:00Z");
        approve(&app, &staff.unit, id).await.expect(201);
        let lead = json!({ "channel": "phone", "text": "有位师傅天天免费修车。", "organization_id": tree.sister_unit });
        let lead = app.anonymous().post("/leads", lead).await.expect(201).id();
        assert_eq!(line(&lines(&staff.city, "").await, tree.sister_unit)["active"], false, "it only waits");
        let school = app.user(Role::UnitReviewer, Some(tree.sister_unit)).await.1;
        school.post(&format!("/leads/{lead}/dismissal"), json!({ "reason": "重复。" })).await.expect(201);
        let public = app.contender(&tree, Status::Forwarded, "bravery", "王小明").await;
        let member = app.user(Role::Citizen, Some(tree.other_unit)).await.0;
        app.studied(public, member, None).await;
        let all = lines(&staff.city, "").await;
        let centre = line(&all, tree.unit);
        // The contender is carried by the centre, too.
        assert_eq!((&centre["active"], &centre["verifications"], &centre["leads"]), (&json!(true), &json!(1), &json!(0)));
        assert!(centre["nominations"].as_u64().unwrap() >= 1);
        let last = centre["last_act_at"].clone();
        assert!(last.as_str().unwrap().starts_with("2026-11-05T03:00:00"), "{last}");
        assert_eq!(line(&all, tree.sister_unit)["leads"], 1);
        let hospital = line(&all, tree.other_unit);
        assert_eq!((&hospital["active"], &hospital["studied"]["claimed"]), (&json!(true), &json!(1)));
        assert_eq!((&hospital["last_act_at"], &hospital["has_reviewer"]), (&Value::Null, &json!(false)));
        assert_eq!(names(&lines(&staff.city, "&active=false").await), [WINDOW]);
        assert_eq!(lines(&staff.city, "&active=true").await.len(), 3);
        // Another month is another matter; when something was done there last is not.
        app.set_clock("2026-12-02T02:00:00Z");
        let idle = staff.city.get("/cycles/2026-12/activity?active=false").await.expect(200).json;
        let idle = idle["items"].as_array().unwrap();
        assert_eq!(idle.len(), 4);
        assert_eq!(line(idle, tree.unit)["last_act_at"], last);
    }

    async fn a_centre_works_when_its_window_does(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let window = tree.window;
        app.candidate_with(&tree, Status::Nominated, move |candidate| candidate.unit_id = Some(window)).await;
        let all = lines(&staff.district, "").await;
        for of in [tree.unit, tree.window] {
            let line = line(&all, of);
            assert_eq!((&line["active"], &line["nominations"]), (&json!(true), &json!(1)));
            assert_eq!(line["last_act_at"], "2026-11-05T02:00:00Z");
        }
        assert_eq!(names(&lines(&staff.district, "&active=false").await), [SCHOOL]);
    }

    async fn the_district_learns_whom_to_ask(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let admin = app.admin().await;
        let path = format!("/organizations/{}", tree.sister_unit);
        let etag = admin.get(&path).await.expect(200).etag();
        admin.patch(&path, &etag, json!({ "responsible_name": "周敏" })).await.expect(200);
        let path = format!("{path}/leadership");
        let etag = admin.get(&path).await.expect(200).etag();
        let group = json!({ "head": "李建国", "term": { "from": "2024-01-01", "to": "2026-11-05" } });
        admin.put(&path, Some(&etag), group).await.expect(200);
        let school = async || line(&lines(&staff.district, "").await, tree.sister_unit);
        let before = school().await;
        assert_eq!((&before["responsible_name"], &before["has_reviewer"]), (&json!("周敏"), &json!(false)));
        assert_eq!(before["leadership_expired"], false);
        app.user(Role::UnitReviewer, Some(tree.sister_unit)).await;
        app.set_clock("2026-11-05T16:00:00Z");
        let after = school().await;
        assert_eq!((&after["has_reviewer"], &after["leadership_expired"]), (&json!(true), &json!(true)));
        // The centre's reviewer decides for the window.
        let all = lines(&staff.district, "").await;
        assert_eq!(line(&all, tree.window)["has_reviewer"], true);
        // A closed unit takes no part.
        let path = format!("/organizations/{}", tree.window);
        let etag = admin.get(&path).await.expect(200).etag();
        admin.patch(&path, &etag, json!({ "active": false })).await.expect(200);
        assert_eq!(names(&lines(&staff.district, "").await), [SCHOOL, CENTRE]);
    }

    async fn two_thousand_units_take_no_more_queries_than_four(app: App) {
        let tree = app.tree().await;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        app.candidate(&tree, Status::Nominated).await;
        let (service, unit) = (app.service.clone(), tree.unit);
        let work = move |db: &mut Connection| {
            let (month, today) = ("2026-11".parse().unwrap(), "2026-11-05".parse().unwrap());
            let asked = |active| ActivityRequest { active, district: None };
            let queries = |db: &mut Connection, active| {
                let page = |db: &mut Connection| {
                    activity::page(db, (&Scope::City, today), (month, &asked(active)), None, 100).unwrap()
                };
                counted(db, page)
            };
            let few = [queries(db, None), queries(db, Some(false))];
            let like: Organization = storage::organizations::find(db, unit)?.unwrap();
            for number in 0..2000 {
                let id = generator::new_id(&service.clocks)?;
                let one = Organization { id, name: format!("社区{number:04}"), ..like.clone() };
                storage::organizations::insert(db, &one)?;
            }
            assert_eq!(few, [queries(db, None), queries(db, Some(false))]);
            Ok::<_, Error>(())
        };
        app.write(work).await;
        let page = city.get("/cycles/2026-11/activity?active=false&limit=100").await.expect(200);
        assert_eq!(page.json["items"].as_array().unwrap().len(), 100);
        assert!(page.json["next_cursor"].is_string());
    }
}
