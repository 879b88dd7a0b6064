//! What a dismissed lead says of anybody is erased.

use haoren::service::sweeping;
use serde_json::{Value, json};

use super::{MESSAGE, audited, lead, reviewer, send, stored_text};
use crate::harness::App;

both! {
    async fn a_dismissed_lead_is_erased_when_its_time_is_over(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let anonymous = app.anonymous();
        let (sent, kept, open) =
            (send(&anonymous, lead(&tree)).await, send(&anonymous, lead(&tree)).await, send(&anonymous, lead(&tree)).await);
        staff.unit.post(&format!("/leads/{}/promotion", kept.id()), json!({})).await.expect(201);
        let path = format!("/leads/{}", sent.id());
        let dismissal = format!("{path}/dismissal");
        let reply = staff.unit.post(&dismissal, json!({})).await.problem(422, "validation_failed");
        assert_eq!(reply.faults(), [("/reason".into(), "required".into())]);
        let keyed = staff.unit.with("Idempotency-Key", "one");
        let dismissed = keyed.post(&dismissal, json!({ "reason": "与推荐无关。" })).await.expect(201);
        assert_eq!((&dismissed.json["status"], &dismissed.json["reason"]), (&json!("dismissed"), &json!("与推荐无关。")));
        let again = keyed.post(&dismissal, json!({ "reason": "与推荐无关。" })).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), "true");
        staff.unit.post(&dismissal, json!({ "reason": "再来。" })).await.problem(409, "already_decided");

        app.set_clock("2027-05-04T01:59:59Z");
        assert_eq!(sweeping::sweep_leads(&app.service).await.unwrap(), 0);
        assert_eq!(staff.unit.get(&path).await.expect(200).json["text"], MESSAGE);
        app.set_clock("2027-05-04T02:00:00Z");
        assert_eq!(sweeping::sweep_leads(&app.service).await.unwrap(), 1);
        assert_eq!(sweeping::sweep_leads(&app.service).await.unwrap(), 0);
        let gone = staff.unit.get(&path).await.expect(200);
        for member in ["text", "parsed", "reporter", "reason"] {
            assert_eq!(gone.json[member], Value::Null, "{member}");
        }
        assert_eq!((&gone.json["status"], &gone.json["channel"]), (&json!("dismissed"), &json!("phone")));
        assert!(gone.json["erased_at"].is_string());
        let stored = stored_text(&app, &sent.id()).await;
        for word in ["张三", "修家电", "王", "139*", "13900001234", "推荐"] {
            assert!(!stored.contains(word), "{word} in {stored}");
        }
        for other in [&kept, &open] {
            assert_eq!(staff.unit.get(&format!("/leads/{}", other.id())).await.expect(200).json["text"], MESSAGE);
        }
        let actions = audited(&app).await;
        assert_eq!(actions.iter().filter(|action| *action == "lead.erased").count(), 1);
    }

    async fn the_days_are_those_of_the_cycle_under_which_it_came(app: App) {
        let tree = app.tree().await;
        let unit = reviewer(&app, &tree).await;
        let admin = app.admin().await;
        let cycle = admin.get("/cycles/2026-11").await.expect(200);
        assert_eq!(cycle.json["policy"]["lead_retention_days"], 180);
        for (days, status) in [(0, 422), (3651, 422), (7, 200)] {
            let patch = json!({ "policy": { "lead_retention_days": days } });
            admin.patch("/cycles/2026-11", &cycle.etag(), patch).await.expect(status);
        }
        let now = send(&app.anonymous(), lead(&tree)).await.id();
        app.set_clock("2026-11-21T02:00:00Z");
        let later = send(&app.anonymous(), lead(&tree)).await.id();
        for id in [&now, &later] {
            unit.post(&format!("/leads/{id}/dismissal"), json!({ "reason": "无关。" })).await.expect(201);
        }
        assert_eq!(unit.get(&format!("/leads/{later}")).await.expect(200).json["cycle"], "2026-12");
        app.set_clock("2026-11-28T02:00:00Z");
        assert_eq!(sweeping::sweep_leads(&app.service).await.unwrap(), 1);
        assert!(unit.get(&format!("/leads/{now}")).await.expect(200).json["erased_at"].is_string());
        assert_eq!(unit.get(&format!("/leads/{later}")).await.expect(200).json["erased_at"], Value::Null);
    }
}
