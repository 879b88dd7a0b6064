//! What can be asked of statistics, and what is refused.

use serde_json::json;

use super::{Month5, numbers, scripted};
use crate::harness::App;

both! {
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
}
