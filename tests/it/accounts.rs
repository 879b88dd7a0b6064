//! Signing in, staying signed in, and what ends it.

use chrono::Duration;
use haoren::domain::{candidate::Status, role::Role};
use serde_json::{Value, json};

use crate::harness::{App, Client};

const PASSWORD: &str = "seven-lanterns-on-the-Han";

async fn register(app: &App, username: &str) {
    let body = json!({ "username": username, "password": PASSWORD, "display_name": "王芳" });
    let reply = app.anonymous().post("/auth/register", body).await.expect(201);
    assert_eq!(reply.json["role"], "citizen");
}

async fn login(app: &App, username: &str) -> Value {
    let body = json!({ "username": username, "password": PASSWORD });
    app.anonymous().post("/auth/login", body).await.expect(200).json
}

fn bearer(app: &App, session: &Value) -> Client {
    app.with_token(session["access_token"].as_str().unwrap().to_owned())
}

both! {
    async fn registers_signs_in_and_out(app: App) {
        register(&app, "wang.fang").await;
        let session = login(&app, "WANG.Fang").await;
        assert_eq!(session["token_type"], "Bearer");
        assert_eq!(session["expires_in"], 900);
        let me = bearer(&app, &session).get("/me").await.expect(200);
        assert_eq!(me.json["username"], "wang.fang");
        assert_eq!(me.header("cache-control"), "private, no-store");
        app.anonymous().post("/auth/logout", json!({ "refresh_token": session["refresh_token"] })).await.expect(204);
        let again = app.anonymous().post("/auth/refresh", json!({ "refresh_token": session["refresh_token"] })).await;
        again.problem(401, "invalid_refresh_token");
    }

    async fn a_name_belongs_to_one_account(app: App) {
        register(&app, "wang.fang").await;
        let body = json!({ "username": "Wang.Fang", "password": PASSWORD, "display_name": "另一位" });
        let reply = app.anonymous().post("/auth/register", body).await.problem(409, "already_exists");
        assert_eq!(reply.faults(), [("/username".to_owned(), "already_exists".to_owned())]);
    }

    async fn an_access_token_ends_after_a_quarter_of_an_hour(app: App) {
        register(&app, "wang.fang").await;
        let client = bearer(&app, &login(&app, "wang.fang").await);
        app.time.advance(Duration::seconds(899));
        client.get("/me").await.expect(200);
        app.time.advance(Duration::seconds(1));
        client.get("/me").await.problem(401, "unauthenticated");
    }

    async fn using_a_refresh_token_twice_ends_the_family(app: App) {
        register(&app, "wang.fang").await;
        let first = login(&app, "wang.fang").await;
        let exchange = async |session: &Value| {
            app.anonymous().post("/auth/refresh", json!({ "refresh_token": session["refresh_token"] })).await
        };
        let second = exchange(&first).await.expect(200).json;
        assert_ne!(first["refresh_token"], second["refresh_token"]);
        exchange(&first).await.problem(401, "invalid_refresh_token");
        exchange(&second).await.problem(401, "invalid_refresh_token");
    }

    async fn five_failures_lock_an_account_for_a_while(app: App) {
        register(&app, "wang.fang").await;
        let wrong = json!({ "username": "wang.fang", "password": "something else entirely" });
        for _ in 0..5 {
            app.anonymous().post("/auth/login", wrong.clone()).await.problem(401, "invalid_credentials");
        }
        let right = json!({ "username": "wang.fang", "password": PASSWORD });
        let locked = app.anonymous().post("/auth/login", right.clone()).await.problem(429, "account_locked");
        assert!(locked.header("retry-after").parse::<i64>().unwrap() > 800);
        app.time.advance(Duration::minutes(15));
        app.anonymous().post("/auth/login", right).await.expect(200);
    }

    async fn a_changed_role_or_place_takes_effect_at_once(app: App) {
        let (admin, tree) = (app.admin().await, app.tree().await);
        let (id, client) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let candidate = app.candidate(&tree, Status::Nominated).await;
        let path = format!("/candidates/{candidate}/history");
        client.get(&path).await.expect(200);
        let user = format!("/users/{id}");
        let change = async |patch: Value| {
            let etag = admin.get(&user).await.expect(200).etag();
            admin.patch(&user, &etag, patch).await.expect(200);
        };
        change(json!({ "organization_id": tree.other_unit })).await;
        client.get(&path).await.problem(401, "unauthenticated");
        let (_, beside) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        beside.get(&path).await.expect(200);
        // The reviewers of a unit that is closed act nowhere, whatever their tokens say.
        let sister = tree.sister_unit;
        let past = app.candidate_with(&tree, Status::Withdrawn, move |it| it.unit_id = Some(sister)).await;
        let (_, of_sister) = app.user(Role::UnitReviewer, Some(sister)).await;
        let path = format!("/candidates/{past}/history");
        of_sister.get(&path).await.expect(200);
        let unit = format!("/organizations/{sister}");
        admin.patch(&unit, &admin.get(&unit).await.etag(), json!({ "active": false })).await.expect(200);
        of_sister.get(&path).await.problem(404, "not_found");
        change(json!({ "role": "citizen", "organization_id": null })).await;
        client.get("/inbox").await.problem(401, "unauthenticated");
    }

    async fn tokens_are_checked_by_the_served_keys_and_nothing_else_is_taken(app: App) {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        register(&app, "token").await;
        let session = login(&app, "token").await;
        let token = session["access_token"].as_str().unwrap();
        let keys = app.anonymous().get("//.well-known/jwks.json").await.expect(200).json;
        let jwk = &keys["keys"][0];
        assert_eq!((&jwk["kty"], &jwk["crv"], &jwk["alg"]), (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA")));
        let key = jsonwebtoken::DecodingKey::from_ed_components(jwk["x"].as_str().unwrap()).unwrap();
        let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
        rules.validate_exp = false;
        rules.validate_aud = false;
        let read = jsonwebtoken::decode::<Value>(token, &key, &rules).unwrap();
        assert_eq!(read.claims["role"], "citizen");
        assert!(["sub", "iss", "aud", "exp", "iat", "jti"].iter().all(|claim| read.claims.get(claim).is_some()));
        let parts: Vec<&str> = token.split('.').collect();
        let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let mut header = serde_json::to_value(&read.header).unwrap();
        let mut claims = read.claims.clone();
        claims["role"] = json!("admin");
        let changed = format!("{}.{}.{}", parts[0], encoded(&claims), parts[2]);
        header["alg"] = json!("none");
        let none = format!("{}.{}.", encoded(&header), parts[1]);
        header["alg"] = json!("HS256");
        let confused = {
            let signing = jsonwebtoken::EncodingKey::from_secret(jwk["x"].as_str().unwrap().as_bytes());
            let header = jsonwebtoken::Header { kid: read.header.kid.clone(), ..jsonwebtoken::Header::default() };
            jsonwebtoken::encode(&header, &read.claims, &signing).unwrap()
        };
        app.with_token(token.to_owned()).get("/me").await.expect(200);
        for wrong in [changed, none, confused, format!("{token}x"), String::new(), "a.b.c".to_owned()] {
            app.with_token(wrong).get("/me").await.problem(401, "unauthenticated");
        }
    }

    async fn names_that_no_account_can_have_are_simply_wrong(app: App) {
        for name in ["a\u{0}", "admin\u{202e}", "\u{feff}admin"] {
            let body = json!({ "username": name, "password": "x" });
            app.anonymous().post("/auth/login", body).await.problem(401, "invalid_credentials");
        }
    }

    async fn a_closed_account_is_signed_out_at_once(app: App) {
        let admin = app.admin().await;
        let (id, client) = app.user(Role::Citizen, None).await;
        client.get("/me").await.expect(200);
        let path = format!("/users/{id}");
        let user = admin.get(&path).await.expect(200);
        let closed = admin.patch(&path, &user.etag(), json!({ "active": false })).await.expect(200);
        assert_eq!(closed.json["active"], false);
        client.get("/me").await.problem(401, "unauthenticated");
        admin.patch(&path, &user.etag(), json!({ "active": true })).await.problem(412, "precondition_failed");
    }

    async fn the_same_request_makes_one_account(app: App) {
        let admin = app.admin().await;
        let body = json!({ "username": "portal", "password": PASSWORD, "display_name": "省门户", "role": "portal" });
        let keyed = admin.with("Idempotency-Key", "first-portal");
        let first = keyed.post("/users", body.clone()).await.expect(201);
        let again = keyed.post("/users", body).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(first.json, again.json);
        let other = json!({ "username": "other", "password": PASSWORD, "display_name": "x", "role": "portal" });
        keyed.post("/users", other).await.problem(422, "idempotency_key_reused");
    }

    async fn every_fault_of_a_body_is_named(app: App) {
        let body = json!({ "username": "", "password": "short", "nickname": "x", "organization_id": 7 });
        let reply = app.anonymous().post("/auth/register", body).await.problem(422, "validation_failed");
        let expected = [
            ("/display_name", "required"),
            ("/nickname", "unknown_member"),
            ("/organization_id", "wrong_type"),
            ("/password", "too_short"),
            ("/username", "too_short"),
        ];
        assert_eq!(reply.faults(), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    }

    async fn accounts_are_listed_in_pages(app: App) {
        let admin = app.admin().await;
        for _ in 0..5 {
            app.citizen().await;
        }
        let first = admin.get("/users?role=citizen&limit=3").await.expect(200);
        assert_eq!(first.json["items"].as_array().unwrap().len(), 3);
        let cursor = first.json["next_cursor"].as_str().unwrap();
        assert!(first.header("link").contains("rel=\"next\""));
        let second = admin.get(&format!("/users?role=citizen&limit=3&cursor={cursor}")).await.expect(200);
        assert_eq!(second.json["items"].as_array().unwrap().len(), 2);
        assert_eq!(second.json["next_cursor"], Value::Null);
        admin.get(&format!("/users?role=admin&cursor={cursor}")).await.problem(400, "invalid_cursor");
        admin.get("/users?colour=red").await.problem(400, "invalid_query");
        admin.get("/users?limit=101").await.problem(400, "invalid_query");
    }

    async fn an_old_token_does_not_stand_in_the_way_of_a_new_one(app: App) {
        register(&app, "wang.fang").await;
        let session = login(&app, "wang.fang").await;
        app.time.advance(Duration::minutes(16));
        let old = bearer(&app, &session);
        old.get("/me").await.problem(401, "unauthenticated");
        old.post("/auth/refresh", json!({ "refresh_token": session["refresh_token"] })).await.expect(200);
    }

    async fn the_last_administrator_stays(app: App) {
        let admin = app.admin().await;
        let me = admin.get("/me").await.expect(200);
        let path = format!("/users/{}", me.id());
        admin.patch(&path, &me.etag(), json!({ "active": false })).await.problem(409, "last_administrator");
        app.user(Role::Admin, None).await;
        admin.patch(&path, &me.etag(), json!({ "active": false })).await.expect(200);
        admin.get("/me").await.problem(401, "unauthenticated");
    }

    async fn a_key_is_bound_to_the_request_whatever_its_query(app: App) {
        let admin = app.admin().await.with("Idempotency-Key", "k1");
        let body = json!({ "username": "portal", "password": PASSWORD, "display_name": "省门户", "role": "portal" });
        admin.post("/users", body.clone()).await.expect(201);
        admin.post("/users?x=1", body).await.problem(422, "idempotency_key_reused");
    }
}
