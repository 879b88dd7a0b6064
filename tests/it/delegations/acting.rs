//! Acting in somebody's place: what it opens, what it bars, what it leaves behind, and when it is over.

use diesel::prelude::*;
use haoren::{
    domain::{
        candidate::Status,
        id::{CandidateId, UserId},
        role::Role,
    },
    storage::schema::{audit_events, nominations, organizations, users},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Pair, days, delegated, pair};
use crate::{
    harness::{App, Client, Reply},
    reviews::{approve, decide},
};

/// The delegate's client that acts under a delegation.
fn acting(pair: &Pair, delegation: &Reply) -> Client {
    pair.here.with("Acting-For", &delegation.id())
}

async fn set_phone(app: &App, user: UserId, index: u8) {
    app.write(move |db| {
        let phone = users::phone_index.eq(Some(vec![index; 32]));
        diesel::update(users::table.find(user)).set(phone).execute(db).unwrap();
        Ok(())
    })
    .await;
}

async fn nominated_by_phone(app: &App, id: CandidateId, index: u8) {
    app.write(move |db| {
        let of = nominations::table.filter(nominations::candidate_id.eq(id));
        diesel::update(of).set(nominations::phone_index.eq(Some(vec![index; 32]))).execute(db).unwrap();
        Ok(())
    })
    .await;
}

both! {
    async fn a_delegate_decides_in_the_delegators_place(app: App) {
        let tree = app.tree().await;
        let pair = pair(&app, &tree).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        // The unit has somebody: the district does not decide for it in its own right.
        approve(&app, &pair.here, id).await.problem(409, "stage_staffed");
        let made = delegated(&pair).await;
        let stand_in = acting(&pair, &made);
        let inbox = stand_in.get("/inbox").await.expect(200);
        assert_eq!(inbox.json["items"][0]["action"], "verify");
        assert_eq!(pair.here.get("/inbox").await.expect(200).json["items"], json!([]));
        let review = approve(&app, &stand_in, id).await.expect(201).json;
        for (member, value) in [
            ("status", json!("verified")),
            ("reviewer_id", json!(pair.delegate)),
            ("on_behalf_of", json!(pair.delegator)),
            ("on_behalf_of_name", json!("测试 unit_reviewer")),
            ("organization_id", json!(tree.unit)),
            ("acting_for", Value::Null),
        ] {
            assert_eq!(review[member], value, "{member}");
        }
        let history = pair.away.get(&format!("/candidates/{id}/history")).await.expect(200);
        let step = &history.json["items"][0];
        assert_eq!((&step["actor_id"], &step["on_behalf_of"]), (&json!(pair.delegate), &json!(pair.delegator)));
        assert_eq!((&step["actor_role"], &step["on_behalf_of_name"]), (&json!("unit_reviewer"), &json!("测试 unit_reviewer")));
        let reviews = pair.away.get(&format!("/candidates/{id}/reviews")).await.expect(200);
        assert_eq!(reviews.json["items"][0]["on_behalf_of"], json!(pair.delegator));
        let (subject, delegation) = (id.to_string(), made.id());
        let details = app.write(move |db| {
            type Row = (Option<UserId>, haoren::storage::sql_values::Stored<Value>);
            let row = audit_events::table
                .filter(audit_events::subject_id.eq(subject))
                .filter(audit_events::action.eq("candidate.verified"))
                .select((audit_events::actor_id, audit_events::details));
            Ok(row.first::<Row>(db).unwrap())
        });
        let (actor, details) = details.await;
        assert_eq!(actor, Some(pair.delegate));
        assert_eq!(details.0["on_behalf_of"], json!(pair.delegator));
        assert_eq!(details.0["delegation_id"], json!(delegation));
        // Neither of the two decides at another stage.
        approve(&app, &pair.here, id).await.problem(409, "decided_before");
        let colleague = app.user(Role::DistrictReviewer, Some(tree.district)).await.1;
        let endorsed = approve(&app, &colleague, id).await.expect(201);
        assert_eq!(endorsed.json["on_behalf_of"], Value::Null);
    }

    async fn what_one_has_decided_bars_the_other(app: App) {
        let tree = app.tree().await;
        let (verifier, as_verifier) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let as_endorser = app.user(Role::DistrictReviewer, Some(tree.district)).await.1;
        let id = app.candidate(&tree, Status::Nominated).await;
        approve(&app, &as_verifier, id).await.expect(201);
        // The district's reviewer is away, and whoever verified is to stand in.
        let first = as_endorser.post("/delegations", days(verifier, "2026-11-05", "2026-11-10")).await.expect(201).id();
        let stand_in = as_verifier.with("Acting-For", &first);
        let refused = approve(&app, &stand_in, id).await.problem(409, "decided_before");
        assert_eq!(refused.json["errors"][0]["stage"], "unit_verification");
        let seen = stand_in.get(&format!("/candidates/{id}")).await.expect(200).json;
        let endorse = seen["allowed_actions"].as_array().unwrap().iter().find(|one| one["action"] == "endorse").unwrap();
        assert_eq!(endorse["allowed"], false);
        // Somebody else stands in for who verified, and is barred by that.
        let (other, as_other) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        let made = as_verifier.post("/delegations", days(other, "2026-11-05", "2026-11-10")).await.expect(201).id();
        approve(&app, &as_other.with("Acting-For", &made), id).await.expect(201);
        let mut last = first;
        for (person, client) in [(verifier, &as_verifier), (other, &as_other)] {
            as_endorser.post(&format!("/delegations/{last}/revocation"), json!({})).await.expect(201);
            last = as_endorser.post("/delegations", days(person, "2026-11-05", "2026-11-10")).await.expect(201).id();
            approve(&app, &client.with("Acting-For", &last), id).await.problem(409, "decided_before");
        }
    }

    async fn what_either_has_recommended_bars_both_and_opens_nothing(app: App) {
        let tree = app.tree().await;
        let pair = pair(&app, &tree).await;
        let stand_in = acting(&pair, &delegated(&pair).await);
        for nominator in [pair.delegator, pair.delegate] {
            let id = app.candidate(&tree, Status::Nominated).await;
            app.nomination(id, nominator, false).await;
            approve(&app, &stand_in, id).await.problem(409, "own_nomination");
            decide(&app, &stand_in, id, "reject").await.problem(409, "own_nomination");
        }
        for (person, index) in [(pair.delegator, 1), (pair.delegate, 2)] {
            set_phone(&app, person, index).await;
            let id = app.candidate(&tree, Status::Nominated).await;
            nominated_by_phone(&app, id, index).await;
            approve(&app, &stand_in, id).await.problem(409, "own_nomination");
        }
        // A file elsewhere that belongs to one of them is not opened by acting.
        let elsewhere = tree.other_unit;
        let other = tree.other_district;
        let id = app.candidate_with(&tree, Status::Nominated, move |candidate| {
            candidate.unit_id = Some(elsewhere);
            candidate.district_id = other;
        });
        let id = id.await;
        app.nomination(id, pair.delegate, false).await;
        pair.here.post_if(&format!("/candidates/{id}/withdrawal"), &app.tag(id).await, json!({})).await.expect(201);
        app.nomination(id, pair.delegator, false).await;
        stand_in.get(&format!("/candidates/{id}/history")).await.problem(404, "not_found");
        let reply = stand_in.post_if(&format!("/candidates/{id}/withdrawal"), &app.tag(id).await, json!({})).await;
        reply.problem(404, "not_found");
    }

    async fn it_holds_on_its_days(app: App) {
        let tree = app.tree().await;
        let pair = pair(&app, &tree).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        let path = format!("/candidates/{id}/history");
        let made = pair.away.post("/delegations", days(pair.delegate, "2026-11-06", "2026-11-07")).await.expect(201);
        let stand_in = acting(&pair, &made);
        for (now, holds) in [
            ("2026-11-05T15:59:59Z", false),
            ("2026-11-05T16:00:00Z", true),
            ("2026-11-07T15:59:59Z", true),
            ("2026-11-07T16:00:00Z", false),
        ] {
            app.set_clock(now);
            let reply = stand_in.get(&path).await;
            if holds {
                reply.expect(200);
            } else {
                reply.problem(403, "delegation_not_in_force");
                decide(&app, &stand_in, id, "return").await.problem(403, "delegation_not_in_force");
            }
        }
    }

    async fn it_holds_while_both_serve_where_they_served(app: App) {
        let tree = app.tree().await;
        let pair = pair(&app, &tree).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        let path = format!("/candidates/{id}/history");
        let made = delegated(&pair).await;
        let admin = app.admin().await;
        let change = async |user: UserId, change: Value| {
            let path = format!("/users/{user}");
            let etag = admin.get(&path).await.expect(200).etag();
            admin.patch(&path, &etag, change).await.expect(200);
        };
        let refused = async |client: &Client| client.get(&path).await.problem(403, "delegation_not_in_force");
        for (user, there, back) in [
            (pair.delegator, json!({ "active": false }), json!({ "active": true })),
            (pair.delegator, json!({ "organization_id": tree.sister_unit }), json!({ "organization_id": tree.unit })),
            (
                pair.delegator,
                json!({ "role": "district_reviewer", "organization_id": tree.district }),
                json!({ "role": "unit_reviewer", "organization_id": tree.unit }),
            ),
            (pair.delegate, json!({ "organization_id": tree.other_district }), json!({ "organization_id": tree.district })),
        ] {
            change(user, there.clone()).await;
            let stand_in = app.again(pair.delegate).await.with("Acting-For", &made.id());
            refused(&stand_in).await;
            assert_eq!(app.again(pair.delegate).await.get("/me").await.expect(200).json["acting_for"], json!([]), "{there}");
            change(user, back).await;
            app.again(pair.delegate).await.with("Acting-For", &made.id()).get(&path).await.expect(200);
        }
        // A new password of the delegator ends nothing.
        change(pair.delegator, json!({ "password": "seven-lanterns-on-the-Han" })).await;
        let stand_in = app.again(pair.delegate).await.with("Acting-For", &made.id());
        stand_in.get(&path).await.expect(200);
    }

    async fn it_holds_while_its_organizations_stand_in_one_line(app: App) {
        let tree = app.tree().await;
        let pair = pair(&app, &tree).await;
        let stand_in = acting(&pair, &delegated(&pair).await);
        let unit = tree.unit;
        let set = async |active: bool, district| {
            app.write(move |db| {
                let of = organizations::table.find(unit);
                let columns = (organizations::active.eq(active), organizations::district_id.eq(Some(district)));
                diesel::update(of).set(columns).execute(db).unwrap();
                Ok(())
            })
            .await;
        };
        for (active, district) in [(false, tree.district), (true, tree.other_district)] {
            set(active, district).await;
            stand_in.get("/inbox").await.problem(403, "delegation_not_in_force");
        }
        set(true, tree.district).await;
        stand_in.get("/inbox").await.expect(200);
    }

    async fn a_revocation_holds_at_once_in_every_process(app: App) {
        let tree = app.tree().await;
        let pair = pair(&app, &tree).await;
        let made = delegated(&pair).await;
        let stand_in = acting(&pair, &made);
        let beside = app.beside().await;
        let there = beside.with_token(stand_in.token().to_owned()).with("Acting-For", &made.id());
        there.get("/inbox").await.expect(200);
        pair.away.post(&format!("/delegations/{}/revocation", made.id()), json!({})).await.expect(201);
        for client in [&stand_in, &there] {
            client.get("/inbox").await.problem(403, "delegation_not_in_force");
        }
        beside.stop().await;
    }

    async fn nothing_is_learned_of_others_delegations(app: App) {
        let tree = app.tree().await;
        let pair = pair(&app, &tree).await;
        let made = delegated(&pair).await.id();
        let thief = app.user(Role::DistrictReviewer, Some(tree.district)).await.1;
        let citizen = app.citizen().await;
        for client in [&thief, &citizen, &pair.away] {
            let foreign = client.with("Acting-For", &made).get("/inbox").await.problem(403, "delegation_not_in_force");
            let unknown = client.with("Acting-For", &uuid::Uuid::nil().to_string()).get("/inbox").await;
            let unknown = unknown.problem(403, "delegation_not_in_force");
            assert_eq!((&foreign.json["detail"], &foreign.json["errors"]), (&unknown.json["detail"], &unknown.json["errors"]));
        }
        for bad in ["", "mine", &format!("{made}, {made}"), "\u{7f}"] {
            let Ok(value) = reqwest::header::HeaderValue::from_bytes(bad.as_bytes()) else { continue };
            let request = pair.here.request(Method::GET, "/inbox").header("Acting-For", value);
            let reply = pair.here.send(request).await.problem(400, "invalid_header");
            assert_eq!(reply.faults(), [("/Acting-For".into(), "malformed".into())]);
        }
        let twice = pair.here.with("Acting-For", &made);
        let twice = twice.request(Method::GET, "/inbox").header("Acting-For", &made);
        pair.here.send(twice).await.problem(400, "invalid_header");
        let nobody = app.anonymous().with("Acting-For", &made);
        nobody.get("/inbox").await.problem(401, "unauthenticated");
        nobody.get("/candidates").await.problem(401, "unauthenticated");
        // Where nobody asks who calls, nothing depends on it.
        nobody.get("/categories").await.expect(200);
        // The acting ends with the token of who acts.
        let id = app.candidate(&tree, Status::Nominated).await;
        let stand_in = pair.here.with("Acting-For", &made);
        assert_eq!(stand_in.get(&format!("/candidates/{id}/history")).await.expect(200).status, 200);
        stand_in.get("/candidates?scope=public").await.expect(200);
    }

    async fn what_is_ones_own_nobody_does_for_another(app: App) {
        let tree = app.tree().await;
        let pair = pair(&app, &tree).await;
        let stand_in = acting(&pair, &delegated(&pair).await);
        let id = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        app.set_clock("2026-11-08T02:00:00Z");
        for (method, path) in [
            (Method::GET, "/me".to_owned()),
            (Method::PATCH, "/me".to_owned()),
            (Method::GET, "/me/votes".to_owned()),
            (Method::GET, "/me/notifications".to_owned()),
            (Method::GET, "/delegations".to_owned()),
            (Method::POST, "/delegations".to_owned()),
            (Method::GET, "/delegates".to_owned()),
            (Method::POST, "/votes".to_owned()),
            (Method::POST, "/ballots".to_owned()),
            (Method::POST, format!("/candidates/{id}/comments")),
            (Method::POST, format!("/candidates/{id}/study-records")),
            (Method::POST, "/candidates".to_owned()),
            (Method::POST, "/leads".to_owned()),
            (Method::POST, "/events/tickets".to_owned()),
            (Method::GET, "/events".to_owned()),
            (Method::GET, "/webhooks".to_owned()),
            (Method::PUT, "/me/password".to_owned()),
            (Method::GET, "/users".to_owned()),
            (Method::POST, "/organizations".to_owned()),
            (Method::POST, format!("/candidates/{id}/objections")),
        ] {
            let request = stand_in.request(method.clone(), &path);
            let request = if method == Method::GET { request } else { request.json(&json!({})) };
            let reply = stand_in.send(request).await;
            assert_eq!(reply.json["code"], "acting_not_possible", "{method} {path}: {}", reply.json);
            assert_eq!(reply.status, 400, "{method} {path}");
        }
    }

    async fn the_same_key_in_another_name_is_another_request(app: App) {
        let tree = app.tree().await;
        let (delegate, here) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let (_, away) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let made = away.post("/delegations", days(delegate, "2026-11-05", "2026-11-10")).await.expect(201).id();
        let keyed = here.with("Idempotency-Key", "one");
        let id = app.candidate(&tree, Status::Nominated).await;
        let path = format!("/candidates/{id}/reviews");
        let (tag, body) = (app.tag(id).await, json!({ "decision": "return", "opinion": "请补充证明。" }));
        let first = keyed.post_if(&path, &tag, body.clone()).await.expect(201);
        assert_eq!(first.json["on_behalf_of"], Value::Null);
        // Not the answer to what was sent in the own name.
        let other = keyed.with("Acting-For", &made);
        other.post_if(&path, &tag, body.clone()).await.problem(412, "precondition_failed");
        assert_eq!(keyed.post_if(&path, &tag, body).await.expect(201).header("idempotency-replayed"), "true");
    }

    async fn one_sees_for_whom_one_may_act(app: App) {
        let tree = app.tree().await;
        let pair = pair(&app, &tree).await;
        assert_eq!(pair.here.get("/me").await.expect(200).json["acting_for"], json!([]));
        let made = delegated(&pair).await;
        let before = pair.here.get("/me").await.expect(200);
        assert_eq!(before.json["acting_for"], json!([{
            "delegation_id": made.id(), "delegator_id": pair.delegator, "delegator_name": "测试 unit_reviewer",
            "role": "unit_reviewer", "organization_id": tree.unit, "organization_name": "江汉区政务服务中心",
            "from": "2026-11-05", "to": "2026-11-10",
        }]));
        assert_eq!(pair.away.get("/me").await.expect(200).json["acting_for"], json!([]));
        let renamed = pair.here.patch("/me", &before.etag(), json!({ "display_name": "王芳" })).await.expect(200);
        assert_eq!(renamed.json["acting_for"][0]["delegation_id"], made.id());
        app.set_clock("2026-11-10T16:00:00Z");
        assert_eq!(pair.here.get("/me").await.expect(200).json["acting_for"], json!([]));
        // What is delegated is what the delegator may in its own right, not what was delegated to the delegator.
        app.set_clock("2026-11-06T02:00:00Z");
        let (third, as_third) = app.user(Role::CityReviewer, Some(tree.city)).await;
        let next = pair.here.post("/delegations", days(third, "2026-11-06", "2026-11-07")).await.expect(201).id();
        as_third.with("Acting-For", &made.id()).get("/inbox").await.problem(403, "delegation_not_in_force");
        let id = app.candidate(&tree, Status::Nominated).await;
        approve(&app, &as_third.with("Acting-For", &next), id).await.problem(409, "stage_staffed");
    }
}

#[tokio::test]
async fn pages_of_other_origins_may_send_the_header() {
    let app = App::with_flags(&["--cors-origins=https://haoren.example.org"]).await;
    let client = app.anonymous();
    let request = client
        .request(Method::OPTIONS, "/inbox")
        .header("Origin", "https://haoren.example.org")
        .header("Access-Control-Request-Method", "GET")
        .header("Access-Control-Request-Headers", "authorization,acting-for");
    let reply = client.send(request).await.expect(200);
    assert!(reply.header("access-control-allow-headers").to_lowercase().contains("acting-for"));
    assert!(client.get("/organizations").await.expect(200).header("vary").contains("Acting-For"));
}
