//! Where two persons are wanted, who stands in and who is stood in for are one.

use haoren::domain::{candidate::Status, role::Role};
use serde_json::{Value, json};

use super::{audit_of, standing_in, taken_back};
use crate::{
    aftercare::{self, told},
    harness::{App, Client, Reply},
    honorees,
};

async fn proposed(app: &App, client: &Client, honoree: &str) -> String {
    app.time.advance(chrono::Duration::milliseconds(1));
    let help = json!({ "kind": "money", "amount_fen": 50_000, "fund_source": "fiscal", "purpose": "补贴医药费。" });
    client.post(&format!("/honorees/{honoree}/assistance"), help).await.expect(201).id()
}

async fn decided(client: &Client, id: &str) -> Reply {
    client.post(&format!("/assistance/{id}/decision"), json!({ "approved": true, "reason": "情况属实。" })).await
}

async fn handed_over(client: &Client, id: &str) -> Reply {
    let body = json!({ "given_by": "周敏", "given_on": "2026-11-05" });
    client.post(&format!("/assistance/{id}/handover"), body).await
}

async fn reversed(client: &Client, id: &str) -> Reply {
    client.post(&format!("/assistance/{id}/reversal"), json!({ "reason": "重复登记。" })).await
}

async fn recommended(app: &App, client: &Client, honoree: &str, level: &str) -> Reply {
    // Ids follow the clock, which stands still.
    app.time.advance(chrono::Duration::milliseconds(1));
    let body = json!({ "level": level, "reason": "事迹突出，群众公认。" });
    client.post(&format!("/moral-model-pool/{honoree}/recommendations"), body).await.expect(201)
}

async fn reviewed(app: &App, client: &Client, recommendation: &Reply) -> Reply {
    app.time.advance(chrono::Duration::milliseconds(1));
    let path = format!("/pool-recommendations/{}/review", recommendation.id());
    client.post_if(&path, &recommendation.etag(), json!({ "decision": "approve", "opinion": "材料翔实。" })).await
}

async fn held(client: &Client, sequence: i64) -> Reply {
    let body = json!({ "cycle": "2026-11", "sequences": [sequence], "reason": "同一网络短时间内集中投票。" });
    client.post("/quarantines", body).await.expect(201)
}

async fn released(client: &Client, quarantine: &Reply) -> Reply {
    let path = format!("/quarantines/{}/decision", quarantine.id());
    client.post_if(&path, &quarantine.etag(), json!({ "decision": "release", "reason": "核查合规。" })).await
}

both! {
    async fn a_grant_is_approved_by_neither_of_the_two(app: App) {
        let tree = app.tree().await;
        let (pair, acting) =
            standing_in(&app, (Role::UnitReviewer, tree.unit), (Role::DistrictReviewer, tree.district)).await;
        let (_, colleague) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let honoree = aftercare::honoree(&app, &tree, 1).await.to_string();
        // The deputy's own proposal, that of whom it stands in for, and one made in that place.
        let own = proposed(&app, &pair.here, &honoree).await;
        decided(&acting, &own).await.problem(409, "another_person_needed");
        let absent = proposed(&app, &pair.away, &honoree).await;
        decided(&acting, &absent).await.problem(409, "another_person_needed");
        let before = (told(&pair.away, "assistance_waiting").await.len(), told(&colleague, "assistance_waiting").await.len());
        let entry = proposed(&app, &acting, &honoree).await;
        let after = (told(&pair.away, "assistance_waiting").await.len(), told(&colleague, "assistance_waiting").await.len());
        assert_eq!(after, (before.0, before.1 + 1), "who cannot approve it is not asked to");
        for client in [&acting, &pair.here, &pair.away] {
            decided(client, &entry).await.problem(409, "another_person_needed");
        }
        let approved = decided(&colleague, &entry).await.expect(201).json;
        assert_eq!(
            (&approved["proposed_by"], &approved["proposed_on_behalf_of"], &approved["decided_on_behalf_of"]),
            (&json!(pair.delegate), &json!(pair.delegator), &Value::Null)
        );
        // What somebody else proposed the deputy approves, hands over and may not take back; nor may the one who was away.
        let other = proposed(&app, &colleague, &honoree).await;
        let approved = decided(&acting, &other).await.expect(201).json;
        assert_eq!((&approved["decided_by"], &approved["decided_on_behalf_of"]), (&json!(pair.delegate), &json!(pair.delegator)));
        let given = handed_over(&acting, &other).await.expect(201).json;
        let given = (&given["handed_over_by"], &given["handed_over_on_behalf_of"]);
        assert_eq!(given, (&json!(pair.delegate), &json!(pair.delegator)));
        taken_back(&pair, &acting).await;
        decided(&acting, &own).await.problem(403, "delegation_not_in_force");
        for client in [&pair.here, &pair.away, &colleague] {
            reversed(client, &other).await.problem(409, "another_person_needed");
        }
        app.time.advance(chrono::Duration::milliseconds(1));
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        reversed(&city, &other).await.expect(201);
        for action in ["assistance.decided", "assistance.given"] {
            let (actor, details) = audit_of(&app, action).await.pop().unwrap();
            assert_eq!((actor, &details["on_behalf_of"]), (Some(pair.delegate), &json!(pair.delegator)), "{action}");
        }
    }

    async fn what_was_taken_back_in_ones_place_says_so(app: App) {
        let tree = app.tree().await;
        let (pair, acting) =
            standing_in(&app, (Role::UnitReviewer, tree.unit), (Role::DistrictReviewer, tree.district)).await;
        let (_, colleague) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let honoree = aftercare::honoree(&app, &tree, 1).await.to_string();
        let entry = proposed(&app, &colleague, &honoree).await;
        let withdrawn = reversed(&acting, &entry).await.expect(201).json;
        let by = (&withdrawn["withdrawn_by"], &withdrawn["withdrawn_on_behalf_of"]);
        assert_eq!(by, (&json!(pair.delegate), &json!(pair.delegator)));
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        let entry = proposed(&app, &colleague, &honoree).await;
        decided(&city, &entry).await.expect(201);
        handed_over(&city, &entry).await.expect(201);
        app.time.advance(chrono::Duration::milliseconds(1));
        let counter = reversed(&acting, &entry).await.expect(201).json;
        let by = (&counter["proposed_by"], &counter["proposed_on_behalf_of"], &counter["decided_on_behalf_of"]);
        assert_eq!(by, (&json!(pair.delegate), &json!(pair.delegator), &json!(pair.delegator)));
    }

    async fn a_recommendation_upwards_is_reviewed_by_neither_of_the_two(app: App) {
        let tree = app.tree().await;
        let city = honorees::city(&app, &tree).await;
        let (_, honoree) = honorees::honoured(&app, &tree, &city, "王小明").await;
        app.set_clock("2026-11-05T02:00:00Z");
        let (pair, acting) =
            standing_in(&app, (Role::CityReviewer, tree.city), (Role::DistrictReviewer, tree.district)).await;
        let own = recommended(&app, &pair.here, &honoree, "municipal_model").await;
        reviewed(&app, &acting, &own).await.problem(409, "own_recommendation");
        let absent = recommended(&app, &pair.away, &honoree, "provincial").await;
        reviewed(&app, &acting, &absent).await.problem(409, "own_recommendation");
        let entry = recommended(&app, &acting, &honoree, "national").await;
        for client in [&acting, &pair.away] {
            reviewed(&app, client, &entry).await.problem(409, "own_recommendation");
        }
        let approved = reviewed(&app, &city, &entry).await.expect(201).json;
        let step = &approved["steps"][0];
        assert_eq!((&step["actor_id"], &step["on_behalf_of"]), (&json!(pair.delegate), &json!(pair.delegator)));
        assert_eq!((&step["actor_name"], &step["on_behalf_of_name"]), (&json!("测试 district_reviewer"), &json!("测试 city_reviewer")));
        assert_eq!(approved["steps"][1]["on_behalf_of"], Value::Null);
        // Both hear of it.
        for client in [&pair.here, &pair.away] {
            assert_eq!(told(client, "pool_decided").await.len(), 1);
        }
        // It bars both afterwards, too.
        taken_back(&pair, &acting).await;
        let returned = json!({ "decision": "return", "opinion": "请补充。" });
        let path = format!("/pool-recommendations/{}/review", absent.id());
        city.post_if(&path, &absent.etag(), returned).await.expect(201);
        let (actor, details) = audit_of(&app, "pool.recommended").await.pop().unwrap();
        assert_eq!((actor, &details["on_behalf_of"]), (Some(pair.delegate), &json!(pair.delegator)));
        // What nobody of the two has put forward the deputy reviews.
        let (second, acting) =
            standing_in(&app, (Role::CityReviewer, tree.city), (Role::DistrictReviewer, tree.district)).await;
        let reviewed = reviewed(&app, &acting, &own).await.expect(201).json;
        let step = &reviewed["steps"][1];
        assert_eq!((&step["actor_id"], &step["on_behalf_of"]), (&json!(second.delegate), &json!(second.delegator)));
    }

    async fn a_quarantine_is_decided_by_neither_of_the_two(app: App) {
        let tree = app.tree().await;
        let candidate = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        app.votes(candidate, 5).await;
        let (pair, acting) =
            standing_in(&app, (Role::CityReviewer, tree.city), (Role::CityReviewer, tree.city)).await;
        let third = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        for (opener, sequence) in [(&pair.here, 0), (&pair.away, 1)] {
            let opened = held(opener, sequence).await;
            released(&acting, &opened).await.problem(409, "own_quarantine");
        }
        let opened = held(&acting, 2).await;
        let by = (&opened.json["opened_by"], &opened.json["opened_on_behalf_of"]);
        assert_eq!(by, (&json!(pair.delegate), &json!(pair.delegator)));
        for client in [&acting, &pair.here, &pair.away] {
            released(client, &opened).await.problem(409, "own_quarantine");
        }
        let others = held(&third, 3).await;
        let decided = released(&acting, &others).await.expect(201).json;
        let by = (&decided["decided_by"], &decided["decided_on_behalf_of"]);
        assert_eq!(by, (&json!(pair.delegate), &json!(pair.delegator)));
        taken_back(&pair, &acting).await;
        for client in [&pair.here, &pair.away] {
            released(client, &opened).await.problem(409, "own_quarantine");
        }
        released(&third, &opened).await.expect(201);
        for action in ["quarantine.opened", "quarantine.decided"] {
            let audited = audit_of(&app, action).await;
            let in_place = audited.iter().filter(|(actor, details)| {
                *actor == Some(pair.delegate) && details["on_behalf_of"] == json!(pair.delegator)
            });
            assert_eq!(in_place.count(), 1, "{action}");
        }
    }
}
