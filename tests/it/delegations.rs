//! Who stands in for whom: entering and ending a delegation, and acting under one.

mod acting;
mod four_eyes;
mod long_work;
mod office;
mod races;

use diesel::prelude::*;
use haoren::{
    domain::{
        id::{OrganizationId, UserId},
        role::Role,
    },
    storage::schema::audit_events,
};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client, Reply, Tree},
    traces::traces,
};

/// A reviewer of the unit who is away, and one of the district who stands in.
pub struct Pair {
    pub delegator: UserId,
    pub away: Client,
    pub delegate: UserId,
    pub here: Client,
}

pub async fn pair(app: &App, tree: &Tree) -> Pair {
    let (delegator, away) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
    let (delegate, here) = app.user(Role::DistrictReviewer, Some(tree.district)).await;
    Pair { delegator, away, delegate, here }
}

pub fn days(delegate: UserId, from: &str, to: &str) -> Value {
    json!({ "delegate_id": delegate, "from": from, "to": to, "reason": "外出学习。" })
}

/// The pair's delegation from the 5th to the 10th of November.
pub async fn delegated(pair: &Pair) -> Reply {
    pair.away.post("/delegations", days(pair.delegate, "2026-11-05", "2026-11-10")).await.expect(201)
}

/// A reviewer who is away and one who stands in, from the 5th to the 10th of November; and the latter's client in that mode.
pub async fn standing_in(
    app: &App,
    (away_role, away_at): (Role, OrganizationId),
    (here_role, here_at): (Role, OrganizationId),
) -> (Pair, Client) {
    let (delegator, away) = app.user(away_role, Some(away_at)).await;
    let (delegate, here) = app.user(here_role, Some(here_at)).await;
    let pair = Pair { delegator, away, delegate, here };
    let acting = pair.here.with("Acting-For", &delegated(&pair).await.id());
    (pair, acting)
}

/// Ends a delegation at once, as its delegator does.
pub async fn taken_back(pair: &Pair, acting: &Client) {
    let path = format!("/delegations/{}/revocation", acting.header("acting-for"));
    pair.away.post(&path, json!({ "reason": "提前返岗。" })).await.expect(201);
}

/// Who did what is audited under an action, and with what details, in the order in which it happened.
pub async fn audit_of(app: &App, action: &'static str) -> Vec<(Option<UserId>, Value)> {
    type Row = (Option<UserId>, haoren::storage::sql_values::Stored<Value>);
    let rows = app.write(move |db| {
        let rows =
            audit_events::table.filter(audit_events::action.eq(action)).order((audit_events::at, audit_events::id));
        Ok(rows.select((audit_events::actor_id, audit_events::details)).load::<Row>(db).unwrap())
    });
    rows.await.into_iter().map(|(actor, details)| (actor, details.0)).collect()
}

async fn statuses(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/delegations?{query}")).await.expect(200);
    let items = page.json["items"].as_array().unwrap().clone();
    items.iter().map(|item| item["status"].as_str().unwrap().to_owned()).collect()
}

async fn told(client: &Client) -> Vec<(Value, Value)> {
    let page = client.get("/me/notifications").await.expect(200);
    let items = page.json["items"].as_array().unwrap().clone();
    let of_delegations = items.iter().filter(|item| item["kind"] == "delegated");
    of_delegations.map(|item| (item["delegation_id"].clone(), item["reason"].clone())).collect()
}

both! {
    async fn a_delegation_is_entered_read_and_ended(app: App) {
        let tree = app.tree().await;
        let pair = pair(&app, &tree).await;
        let keyed = pair.away.with("Idempotency-Key", "one");
        let body = days(pair.delegate, "2026-11-05", "2026-11-10");
        let made = keyed.post("/delegations", body.clone()).await.expect(201);
        let again = keyed.post("/delegations", body).await.expect(201);
        assert_eq!((again.id(), again.header("idempotency-replayed")), (made.id(), "true"));
        assert_eq!(made.header("location"), format!("/api/v1/delegations/{}", made.id()));
        for (member, value) in [
            ("delegator_id", json!(pair.delegator)),
            ("delegate_id", json!(pair.delegate)),
            ("role", json!("unit_reviewer")),
            ("organization_id", json!(tree.unit)),
            ("organization_name", json!("江汉区政务服务中心")),
            ("from", json!("2026-11-05")),
            ("to", json!("2026-11-10")),
            ("status", json!("in_force")),
            ("entered_by", json!(pair.delegator)),
            ("revoked_at", Value::Null),
        ] {
            assert_eq!(made.json[member], value, "{member}");
        }
        let path = format!("/delegations/{}", made.id());
        for client in [&pair.away, &pair.here, &app.admin().await] {
            assert_eq!(client.get(&path).await.expect(200).json, made.json);
        }
        assert_eq!(told(&pair.here).await, [(json!(made.id()), json!("外出学习。"))]);
        assert_eq!(told(&pair.away).await, []);
        let revoked = pair.away.with("Idempotency-Key", "two");
        let end = format!("{path}/revocation");
        let ended = revoked.post(&end, json!({ "reason": "提前返岗。" })).await.expect(201);
        assert_eq!((&ended.json["status"], &ended.json["revoked_reason"]), (&json!("revoked"), &json!("提前返岗。")));
        assert_eq!(ended.json["revoked_by"], json!(pair.delegator));
        assert_ne!(ended.etag(), made.etag());
        let again = revoked.post(&end, json!({ "reason": "提前返岗。" })).await.expect(201);
        assert_eq!((&again.json, again.header("idempotency-replayed")), (&ended.json, "true"));
        let over = pair.here.post(&end, json!({})).await.problem(409, "transition_not_allowed");
        assert_eq!(over.json["errors"][0]["status"], "revoked");
        assert_eq!(told(&pair.here).await.len(), 2);
        let left = traces(&app, made.id()).await;
        assert_eq!(left.audited, ["delegation.created", "delegation.revoked"]);
        assert_eq!(left.announced, left.audited);
        assert!(!left.texts.contains("学习") && !left.texts.contains("返岗"), "{}", left.texts);
    }

    async fn the_delegate_may_decline_and_days_pass(app: App) {
        let tree = app.tree().await;
        let pair = pair(&app, &tree).await;
        let made = pair.away.post("/delegations", days(pair.delegate, "2026-11-06", "2026-11-06")).await.expect(201);
        assert_eq!(made.json["status"], "scheduled");
        let end = format!("/delegations/{}/revocation", made.id());
        let declined = pair.here.post(&end, json!({})).await.expect(201);
        assert_eq!((&declined.json["revoked_by"], &declined.json["revoked_reason"]), (&json!(pair.delegate), &Value::Null));
        assert_eq!(told(&pair.away).await, [(json!(made.id()), Value::Null)]);
        // What was revoked is in nobody's way.
        let made = pair.away.post("/delegations", days(pair.delegate, "2026-11-06", "2026-11-06")).await.expect(201);
        let path = format!("/delegations/{}", made.id());
        for (now, status) in [
            ("2026-11-05T15:59:59Z", "scheduled"),
            ("2026-11-05T16:00:00Z", "in_force"),
            ("2026-11-06T15:59:59Z", "in_force"),
            ("2026-11-06T16:00:00Z", "ended"),
        ] {
            app.set_clock(now);
            assert_eq!(pair.here.get(&path).await.expect(200).json["status"], status, "{now}");
        }
        let end = format!("/delegations/{}/revocation", made.id());
        let over = pair.away.post(&end, json!({})).await.problem(409, "transition_not_allowed");
        assert_eq!(over.json["errors"][0]["status"], "ended");
    }

    async fn an_administrator_enters_one_for_somebody(app: App) {
        let tree = app.tree().await;
        let (pair, admin) = (pair(&app, &tree).await, app.admin().await);
        let mut body = days(pair.delegate, "2026-11-05", "2026-11-10");
        let reply = admin.post("/delegations", body.clone()).await.problem(422, "validation_failed");
        assert_eq!(reply.faults(), [("/delegator_id".into(), "required".into())]);
        body["delegator_id"] = json!(pair.delegator);
        // Nobody gives away what is another's.
        let reply = pair.here.post("/delegations", body.clone()).await.problem(422, "validation_failed");
        assert_eq!(reply.faults(), [("/delegator_id".into(), "unknown_reference".into())]);
        let made = admin.post("/delegations", body.clone()).await.expect(201);
        assert_ne!(made.json["entered_by"], json!(pair.delegator));
        for client in [&pair.away, &pair.here] {
            assert_eq!(told(client).await, [(json!(made.id()), json!("外出学习。"))]);
        }
        admin.post(&format!("/delegations/{}/revocation", made.id()), json!({ "reason": "误录。" })).await.expect(201);
        assert_eq!(told(&pair.away).await.len(), 2);
        // By name is as good as by silence.
        pair.away.post("/delegations", body).await.expect(201);
    }

    async fn only_reviewers_of_one_line_stand_in(app: App) {
        let tree = app.tree().await;
        let (delegator, away) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        for (next, (role, place)) in (5..).zip([
            (Role::UnitReviewer, tree.unit),
            (Role::UnitReviewer, tree.window),
            (Role::DistrictReviewer, tree.district),
            (Role::CityReviewer, tree.city),
        ]) {
            let delegate = app.user(role, Some(place)).await.0;
            let day = format!("2026-11-{next:02}");
            away.post("/delegations", days(delegate, &day, &day)).await.expect(201);
        }
        let refused = async |delegate: UserId, code: &str| {
            let reply = away.post("/delegations", days(delegate, "2026-12-01", "2026-12-02")).await;
            let faults = reply.problem(422, "validation_failed").faults();
            assert_eq!(faults, [("/delegate_id".to_owned(), code.to_owned())]);
        };
        for (role, place) in [
            (Role::UnitReviewer, Some(tree.sister_unit)),
            (Role::DistrictReviewer, Some(tree.other_district)),
            (Role::Citizen, Some(tree.unit)),
            (Role::Portal, None),
            (Role::Admin, None),
        ] {
            refused(app.user(role, place).await.0, "unknown_reference").await;
        }
        refused(uuid::Uuid::nil().into(), "unknown_reference").await;
        refused(delegator, "inconsistent").await;
        // And the other way: a reviewer of the unit for the one of the district, of the city.
        for (role, place) in [(Role::DistrictReviewer, tree.district), (Role::CityReviewer, tree.city)] {
            let above = app.user(role, Some(place)).await.1;
            above.post("/delegations", days(delegator, "2026-11-05", "2026-11-06")).await.expect(201);
        }
    }

    async fn every_wrong_field_is_named(app: App) {
        let tree = app.tree().await;
        let pair = pair(&app, &tree).await;
        let faults = async |body: Value| pair.away.post("/delegations", body).await.problem(422, "validation_failed").faults();
        let named = |expected: &[(&str, &str)]| -> Vec<(String, String)> {
            expected.iter().map(|(at, code)| ((*at).to_owned(), (*code).to_owned())).collect()
        };
        for (from, to, expected) in [
            ("2026-11-03", "2026-11-05", vec![("/from", "too_small")]),
            ("2026-11-04", "2026-11-04", vec![("/to", "too_small")]),
            ("2026-11-06", "2026-11-05", vec![("/to", "too_small")]),
            ("2026-11-05", "2027-02-05", vec![("/to", "too_large")]),
            ("2027-11-07", "2027-11-08", vec![("/from", "too_large")]),
        ] {
            assert_eq!(faults(days(pair.delegate, from, to)).await, named(&expected), "{from} {to}");
        }
        let empty = named(&[("/delegate_id", "required"), ("/from", "required"), ("/reason", "required"), ("/to", "required")]);
        assert_eq!(faults(json!({})).await, empty);
        let mut body = days(pair.delegate, "2026-11-05", "2026-11-06");
        body["reason"] = json!("外\u{202e}出");
        body["days"] = json!(2);
        assert_eq!(faults(body).await, named(&[("/days", "unknown_member"), ("/reason", "forbidden_character")]));
        // What is wrong with the days and with the delegate is said together.
        let wrong = days(uuid::Uuid::nil().into(), "2026-11-01", "2026-11-05");
        assert_eq!(faults(wrong).await, named(&[("/delegate_id", "unknown_reference"), ("/from", "too_small")]));
        // Yesterday and 92 days are in order.
        pair.away.post("/delegations", days(pair.delegate, "2026-11-04", "2027-02-03")).await.expect(201);
        let overlap = pair.away.post("/delegations", days(pair.delegate, "2027-02-03", "2027-02-03")).await;
        assert!(overlap.problem(409, "delegation_overlaps").json["errors"][0]["delegation_id"].is_string());
        pair.away.post("/delegations", days(pair.delegate, "2027-02-04", "2027-02-04")).await.expect(201);
        let id = pair.away.get("/delegations?limit=1").await.expect(200).json["items"][0]["id"].as_str().unwrap().to_owned();
        let reply = pair.away.post(&format!("/delegations/{id}/revocation"), json!({ "reason": "长".repeat(501) })).await;
        assert_eq!(reply.problem(422, "validation_failed").faults(), named(&[("/reason", "too_long")]));
    }

    async fn everybody_lists_the_own_and_administrators_all(app: App) {
        let tree = app.tree().await;
        let (pair, admin) = (pair(&app, &tree).await, app.admin().await);
        let (stranger, as_stranger) = app.user(Role::UnitReviewer, Some(tree.other_unit)).await;
        delegated(&pair).await;
        app.set_clock("2026-11-06T02:00:00Z");
        pair.here.post("/delegations", days(pair.delegator, "2026-11-20", "2026-11-21")).await.expect(201);
        let over = pair.away.post("/delegations", days(pair.delegate, "2026-11-11", "2026-11-12")).await.expect(201).id();
        pair.here.post(&format!("/delegations/{over}/revocation"), json!({})).await.expect(201);
        app.set_clock("2026-11-10T16:00:00Z");
        let (all, none) = (3, 0);
        for (client, query, count) in [
            (&pair.away, "", all),
            (&pair.here, "", all),
            (&admin, "", all),
            (&as_stranger, "", none),
            (&pair.away, "mine=given", 2),
            (&pair.away, "mine=received", 1),
            (&pair.here, "mine=given", 1),
            (&pair.here, "mine=received", 2),
            (&admin, "mine=given", none),
            (&admin, "status=ended", 1),
            (&admin, "status=scheduled", 1),
            (&admin, "status=revoked", 1),
            (&admin, "status=in_force", none),
            (&admin, "status=ended&status=revoked", 2),
            (&pair.away, "mine=given&status=scheduled", none),
        ] {
            assert_eq!(statuses(client, query).await.len(), count, "{query}");
        }
        let first = admin.get("/delegations?limit=2").await.expect(200);
        assert_eq!(first.json["items"].as_array().unwrap().len(), 2);
        let cursor = first.json["next_cursor"].as_str().unwrap();
        assert_eq!(statuses(&admin, &format!("limit=2&cursor={cursor}")).await, ["ended"]);
        admin.get(&format!("/delegations?mine=given&cursor={cursor}")).await.problem(400, "invalid_cursor");
        for bad in ["status=open", "mine=theirs", "colour=red"] {
            pair.away.get(&format!("/delegations?{bad}")).await.problem(400, "invalid_query");
        }
        for path in [format!("/delegations/{over}"), format!("/delegations/{}", uuid::Uuid::nil())] {
            as_stranger.get(&path).await.problem(404, "not_found");
            as_stranger.post(&format!("{path}/revocation"), json!({})).await.problem(404, "not_found");
        }
        as_stranger.get(&format!("/delegations/{stranger}")).await.problem(404, "not_found");
    }

    async fn who_may_stand_in_can_be_looked_up(app: App) {
        let tree = app.tree().await;
        let pair = pair(&app, &tree).await;
        let window = app.user(Role::UnitReviewer, Some(tree.window)).await.0;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.0;
        let elsewhere = app.user(Role::UnitReviewer, Some(tree.sister_unit)).await.0;
        app.user(Role::Citizen, Some(tree.unit)).await;
        let ids = async |client: &Client, query: &str| {
            let page = client.get(&format!("/delegates?{query}")).await.expect(200);
            let items = page.json["items"].as_array().unwrap().clone();
            let mut ids: Vec<String> = items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
            ids.sort();
            ids
        };
        let named = |of: &[UserId]| {
            let mut ids: Vec<String> = of.iter().map(ToString::to_string).collect();
            ids.sort();
            ids
        };
        assert_eq!(ids(&pair.away, "").await, named(&[pair.delegate, window, city]));
        assert_eq!(ids(&pair.here, "").await, named(&[pair.delegator, window, city, elsewhere]));
        let admin = app.admin().await;
        assert_eq!(ids(&admin, "").await, [""; 0]);
        let of = format!("delegator={}", pair.delegator);
        assert_eq!(ids(&admin, &of).await, named(&[pair.delegate, window, city]));
        // Nobody but an administrator asks for others.
        assert_eq!(ids(&pair.here, &of).await, named(&[pair.delegator, window, city, elsewhere]));
        let first = pair.away.get("/delegates?limit=2").await.expect(200);
        let cursor = first.json["next_cursor"].as_str().unwrap();
        assert_eq!(ids(&pair.away, &format!("limit=2&cursor={cursor}")).await.len(), 1);
    }
}
