//! How far honorees are looked after: in each district and unit as in all.

use haoren::domain::{id::HonoreeId, role::Role};
use serde_json::{Value, json};

use super::{
    numbers,
    report::{follow_ups_agree, report_agrees, sheet},
};
use crate::{
    aftercare::{honoree, honoree_at, tend, visit, visited},
    harness::{App, Client, Staff, Tree},
};

/// Five honorees: two of the unit, one of its window, one of the district alone, one of the other district's unit. In
/// January one is seen and helped, one is looked for in vain.
async fn looked_after(app: &App) -> (Tree, Staff) {
    let tree = app.tree().await;
    let staff = app.staff(&tree).await;
    let mut ids: Vec<HonoreeId> = vec![honoree(app, &tree, 1).await, honoree(app, &tree, 2).await];
    for (serial, unit, district) in [
        (3, Some(tree.window), tree.district),
        (4, None, tree.district),
        (5, Some(tree.other_unit), tree.other_district),
    ] {
        ids.push(honoree_at(app, &tree, (serial, unit, district)).await);
    }
    tend(app).await;
    visited(app, &staff.unit, ids[0], visit("2027-01-20", true)).await;
    visited(app, &staff.unit, ids[1], visit("2027-01-21", false)).await;
    visited(app, &staff.district, ids[3], visit("2027-01-22", true)).await;
    let colleague = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
    let grant = json!({ "kind": "money", "amount_fen": 50_000, "fund_source": "fiscal", "purpose": "住院补助。" });
    let grant = staff.unit.post(&format!("/honorees/{}/assistance", ids[0]), grant).await.expect(201).id();
    let decision = json!({ "approved": true, "reason": "同意。" });
    colleague.post(&format!("/assistance/{grant}/decision"), decision).await.expect(201);
    let handover = json!({ "given_by": "周敏", "given_on": "2027-01-22" });
    staff.unit.post(&format!("/assistance/{grant}/handover"), handover).await.expect(201);
    app.set_clock("2027-05-28T02:00:00Z");
    tend(app).await;
    (tree, staff)
}

const MEMBERS: [&str; 7] = ["due", "overdue", "lost", "visits", "reached", "assistance_entries", "assistance_fen"];

fn parts(of: &Value) -> [i64; 7] {
    MEMBERS.map(|member| of[member].as_i64().unwrap_or_else(|| panic!("no {member} in {of}")))
}

/// Every group of all pages, with its numbers.
async fn groups(client: &Client, query: &str, limit: usize) -> Vec<(Value, [i64; 7])> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = numbers(client, &format!("{query}&limit={limit}{cursor}")).await;
        found.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let name = |group: &Value| match (group.get("district"), group.get("unit")) {
        (Some(district), Some(unit)) => json!([district["name"], unit["name"]]),
        (Some(one), None) | (None, Some(one)) => one["name"].clone(),
        (None, None) => Value::Null,
    };
    found.iter().map(|group| (name(group), parts(&group["follow_ups"]))).collect()
}

fn sum(groups: &[(Value, [i64; 7])]) -> [i64; 7] {
    let mut sum = [0; 7];
    for (_, numbers) in groups {
        for (all, one) in sum.iter_mut().zip(numbers) {
            *all += one;
        }
    }
    sum
}

fn of(groups: &[(Value, [i64; 7])], name: &Value) -> [i64; 7] {
    groups.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name} in {groups:?}")).1
}

both! {
    async fn groups_by_district_and_unit_say_how_honorees_are_looked_after(app: App) {
        let (_, staff) = looked_after(&app).await;
        for (client, query) in [
            (&staff.city, "cycle=2027-01"),
            (&staff.city, "year=2027"),
            (&staff.city, "cycle=2026-11"),
            (&staff.district, "cycle=2027-01"),
            (&staff.unit, "cycle=2027-01"),
        ] {
            let total = parts(&numbers(client, query).await["follow_ups"]);
            for by in ["group_by=district", "group_by=unit", "group_by=district&group_by=unit", "group_by=unit&group_by=district"] {
                let all = groups(client, &format!("{query}&{by}"), 100).await;
                assert_eq!(sum(&all), total, "{query}&{by}: {all:?}");
                assert_eq!(groups(client, &format!("{query}&{by}"), 1).await, all, "{query}&{by}");
            }
        }
        let total = parts(&numbers(&staff.city, "cycle=2027-01").await["follow_ups"]);
        assert_eq!(total[3..], [3, 2, 1, 50_000]);
        assert!(total[0] >= 1 && total[1] >= 1, "{total:?}");

        // Of January there is no candidate: who is looked after is there all the same.
        let by_district = groups(&staff.city, "cycle=2027-01&group_by=district", 100).await;
        assert_eq!(of(&by_district, &json!("江汉区"))[3..], [3, 2, 1, 50_000]);
        assert_eq!(of(&by_district, &json!("武昌区"))[3..], [0, 0, 0, 0]);
        let by_unit = groups(&staff.city, "cycle=2027-01&group_by=unit", 100).await;
        assert_eq!(of(&by_unit, &json!("江汉区政务服务中心"))[3..], [2, 1, 1, 50_000]);
        // What a district does itself belongs to none of its units.
        assert_eq!(of(&by_unit, &Value::Null)[3..], [1, 1, 0, 0]);
        let by_both = groups(&staff.city, "cycle=2027-01&group_by=unit&group_by=district", 100).await;
        assert_eq!(of(&by_both, &json!(["江汉区", null]))[3..], [1, 1, 0, 0]);
        assert_eq!(of(&by_both, &json!(["武昌区", "武昌区人民医院"]))[..2], of(&by_district, &json!("武昌区"))[..2]);
    }

    async fn other_groups_say_nothing_of_it(app: App) {
        let (tree, staff) = looked_after(&app).await;
        for by in ["cycle", "category", "channel"] {
            for more in ["", "&group_by=district", "&group_by=unit"] {
                let read = numbers(&staff.city, &format!("cycle=2026-11&group_by={by}{more}&limit=100")).await;
                let items = read["items"].as_array().unwrap();
                assert!(!items.is_empty() && items.iter().all(|group| group.get("follow_ups").is_none()), "{by}{more}");
                assert!(!read["follow_ups"].is_null());
                // A group of which there is nothing else is left out there.
                assert!(items.iter().all(|group| group["figures"]["candidates"] != 0), "{by}{more}");
            }
        }
        for only in ["category=dedication", "channel=online"] {
            let read = numbers(&staff.city, &format!("cycle=2026-11&{only}&group_by=district")).await;
            assert!(read["follow_ups"].is_null());
            assert!(read["items"].as_array().unwrap().iter().all(|group| group.get("follow_ups").is_none()));
        }
        // Nothing of another's part.
        let all = groups(&staff.district, "year=2027&group_by=district", 100).await;
        assert_eq!(all.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(), [json!("江汉区")]);
        let other = format!("year=2027&group_by=district&district={}", tree.other_district);
        assert_eq!(groups(&staff.district, &other, 100).await, []);
        let narrow = format!("year=2027&group_by=unit&unit={}", tree.window);
        let names: Vec<_> = groups(&staff.city, &narrow, 100).await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, [json!("综合服务窗口")]);
    }

    async fn the_report_has_no_lines_of_candidates_for_who_is_only_looked_after(app: App) {
        let (_, staff) = looked_after(&app).await;
        report_agrees(&staff.city, "2027-01").await;
        let file = staff.district.get("/exports/monthly-report.xlsx?cycle=2027-01").await.expect(200);
        let names = |name| sheet(&file.bytes, name).iter().map(|row| row[0].to_string()).collect::<Vec<_>>();
        assert!(!names("各单位情况").contains(&"待分配".to_owned()));
        assert!(names("回访帮扶").contains(&"江汉区".to_owned()), "what the district does itself is under its name");
        follow_ups_agree(&staff.district, "2027-01", &sheet(&file.bytes, "回访帮扶")).await;
    }
}
