//! Signing in, staying signed in, and what ends it.

use chrono::Duration;
use haoren::domain::role::Role;
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

    async fn a_changed_role_takes_effect_at_once(app: App) {
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
