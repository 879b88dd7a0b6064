//! Three years of one honoree: six visits, one loss, two grants, and the end.

use haoren::domain::role::Role;
use serde_json::json;

use super::{due, honoree, reviewer, revoke, tend, told, visit, visited};
use crate::harness::App;

both! {
    async fn three_years_of_an_honoree(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (_, colleague) = reviewer(&app, Role::UnitReviewer, tree.unit).await;
        let id = honoree(&app, &tree, 1).await;
        assert_eq!(due(&staff.unit, id).await, "2027-02-06 festival");
        // Spring Festival is on 6 February 2027, 26 January 2028 and 13 February 2029; Mid-Autumn on 15 September 2027, 3 October 2028 and 22 September 2029.
        for (day, reached, next_on, expected) in [
            ("2027-01-28", true, None, "2027-07-28 interval"),
            ("2027-07-20", true, None, "2027-09-15 festival"),
            ("2027-09-10", true, Some("2027-12-01"), "2027-12-01 agreed"),
            ("2027-12-01", false, None, "2028-01-26 festival"),
        ] {
            let mut body = visit(day, reached);
            body["next_on"] = json!(next_on);
            visited(&app, &staff.unit, id, body).await;
            assert_eq!(due(&staff.unit, id).await, expected, "after {day}");
            tend(&app).await;
            assert_eq!(due(&staff.unit, id).await, expected, "a round changes nothing that is right");
        }
        app.set_clock("2028-01-27T02:00:00Z");
        tend(&app).await;
        assert_eq!(due(&staff.unit, id).await, "2028-03-10 interval");
        app.set_clock("2028-10-10T02:00:00Z");
        assert_eq!(tend(&app).await.alarms, 2, "a year after 10 September 2027, and thirty days");
        assert_eq!(told(&staff.district, "contact_lost").await.len(), 1);
        assert_eq!(due(&staff.unit, id).await, "2028-03-10 interval");
        visited(&app, &staff.district, id, visit("2028-10-20", true)).await;
        let care = staff.unit.get(&format!("/honorees/{id}/care")).await.expect(200);
        assert_eq!(care.json["reachable"]["state"], "in_contact");
        assert_eq!(due(&staff.unit, id).await, "2029-02-13 festival");
        visited(&app, &staff.unit, id, visit("2029-02-01", true)).await;
        assert_eq!(due(&staff.unit, id).await, "2029-08-01 interval");

        for amount_fen in [50_000, 120_000] {
            let body = json!({ "kind": "money", "amount_fen": amount_fen, "fund_source": "moral_model_fund", "purpose": "春节慰问。" });
            let entry = staff.unit.post(&format!("/honorees/{id}/assistance"), body).await.expect(201).id();
            let decision = json!({ "approved": true, "reason": "同意。" });
            colleague.post(&format!("/assistance/{entry}/decision"), decision).await.expect(201);
            let handover = json!({ "given_by": "周敏", "given_on": "2029-02-01" });
            staff.unit.post(&format!("/assistance/{entry}/handover"), handover).await.expect(201);
        }
        app.set_clock("2029-11-05T02:00:00Z");
        revoke(&app, &staff.city, id).await;
        tend(&app).await;
        assert_eq!(due(&staff.unit, id).await, "never");
        let visits = staff.unit.get(&format!("/honorees/{id}/visits?limit=100")).await.expect(200);
        assert_eq!(visits.json["items"].as_array().unwrap().len(), 6);
        let totals = staff.unit.get("/assistance/totals").await.expect(200);
        assert_eq!(totals.json["total"], json!({ "entries": 2, "amount_fen": 170_000 }));
        app.set_clock("2031-11-05T02:00:00Z");
        assert_eq!(tend(&app).await.alarms, 0, "nobody is looked for any more");
    }
}
