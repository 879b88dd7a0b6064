//! What every answer has in common, whichever operation it comes from.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::harness::App;

#[tokio::test]
async fn citizens_are_counted_and_staff_type_on() {
    let app = App::with_flags(&["--rate-limits=on"]).await;
    let tree = app.tree().await;
    let body = json!({ "category": "dedication", "name": "张三", "summary": "好人好事。", "unit_id": tree.unit });
    let citizen = app.citizen().await;
    let first = citizen.post("/candidates", body.clone()).await.expect(201);
    assert_eq!(first.header("ratelimit-policy"), "\"own_nominations\";q=30;w=3600");
    for _ in 1..30 {
        citizen.post("/candidates", body.clone()).await.expect(201);
    }
    citizen.post("/candidates", body.clone()).await.problem(429, "rate_limited");
    app.citizen().await.post("/candidates", body.clone()).await.expect(201);
    let staff = app.user(haoren::domain::role::Role::UnitReviewer, Some(tree.unit)).await.1;
    assert_eq!(staff.post("/candidates", body).await.expect(201).header("ratelimit-policy"), "");
}

#[tokio::test]
async fn comments_and_reports_are_counted() {
    let app = App::with_flags(&["--rate-limits=on"]).await;
    let tree = app.tree().await;
    let id = app.contender(&tree, haoren::domain::candidate::Status::Forwarded, "dedication", "王小明").await;
    app.set_clock("2026-11-26T02:00:00Z");
    let (citizen, path) = (app.citizen().await, format!("/candidates/{id}/comments"));
    let first = citizen.post(&path, json!({ "body": "好样的！" })).await.expect(201);
    assert_eq!(first.header("ratelimit-policy"), "\"comments\";q=30;w=600");
    for _ in 1..30 {
        citizen.post(&path, json!({ "body": "好样的！" })).await.expect(201);
    }
    citizen.post(&path, json!({ "body": "好样的！" })).await.problem(429, "rate_limited");
    let path = format!("/comments/{}/reports", first.id());
    let reported = app.citizen().await.post(&path, json!({ "kind": "abuse" })).await.expect(201);
    assert_eq!(reported.header("ratelimit-policy"), "\"reports\";q=60;w=3600");
}

both! {
    async fn an_unknown_path_is_a_problem(app: App) {
        for path in ["/nothing", "//", "//api/v2/me", "/me/", "//api/v1"] {
            let reply = app.anonymous().get(path).await.problem(404, "not_found");
            assert_eq!(reply.header("content-language"), "zh-CN");
            assert_eq!(reply.json["request_id"], reply.header("x-request-id"));
            assert!(reply.json["type"].as_str().unwrap().starts_with("urn:"));
            assert!(reply.json["errors"].as_array().unwrap().is_empty());
        }
    }

    async fn a_wrong_method_learns_what_is_allowed(app: App) {
        let client = app.anonymous();
        for (method, path, allow) in [
            (Method::DELETE, "/me", "GET, HEAD, PATCH, OPTIONS"),
            (Method::GET, "/auth/login", "POST, OPTIONS"),
            (Method::HEAD, "/auth/login", "POST, OPTIONS"),
            (Method::POST, "//healthz", "GET, HEAD, OPTIONS"),
            (Method::TRACE, "/me", "GET, HEAD, PATCH, OPTIONS"),
        ] {
            let reply = client.send(client.request(method.clone(), path)).await;
            assert_eq!(reply.status, 405, "{method} {path}");
            assert_eq!(reply.header("allow"), allow);
            if method != Method::HEAD {
                reply.problem(405, "method_not_allowed");
            }
        }
        let reply = client.send(client.request(Method::OPTIONS, "/me")).await.expect(204);
        assert_eq!(reply.header("allow"), "GET, HEAD, PATCH, OPTIONS");
        client.send(client.request(Method::OPTIONS, "/nothing")).await.problem(404, "not_found");
    }

    async fn head_is_get_without_the_body(app: App) {
        let client = app.citizen().await;
        for path in ["/me", "//healthz", "//openapi.json", "/nothing"] {
            let full = client.get(path).await;
            let head = client.send(client.request(Method::HEAD, path)).await;
            assert_eq!(head.status, full.status, "{path}");
            assert!(head.bytes.is_empty());
            assert_eq!(head.header("content-type"), full.header("content-type"));
            assert_eq!(head.header("etag"), full.header("etag"));
        }
    }

    async fn speaks_the_language_that_is_asked_for(app: App) {
        let reply = app.anonymous().with("Accept-Language", "en-GB,zh;q=0.5").get("/nothing").await.expect(404);
        assert_eq!(reply.header("content-language"), "en");
        assert_eq!(reply.json["title"], "There is no such thing");
        assert!(reply.header("vary").contains("Accept-Language"));
        let reply = app.anonymous().with("Accept-Language", "fr, en;q=0.1, zh;q=0.2").get("/nothing").await.expect(404);
        assert_eq!(reply.json["title"], "没有找到");
    }

    async fn names_requests(app: App) {
        let given = app.anonymous().with("X-Request-Id", "client-1.a").get("//healthz").await.expect(200);
        assert_eq!(given.header("x-request-id"), "client-1.a");
        for bad in ["with space", "<script>", &"a".repeat(129)] {
            let made = app.anonymous().with("X-Request-Id", bad).get("//healthz").await.expect(200);
            assert_ne!(made.header("x-request-id"), bad);
            assert_eq!(made.header("x-request-id").len(), 32);
        }
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let reply = app.anonymous().with("traceparent", trace).get("//healthz").await.expect(200);
        assert_eq!(reply.header("traceparent"), trace);
        assert_eq!(app.anonymous().with("traceparent", "nonsense").get("//healthz").await.header("traceparent"), "");
    }

    async fn every_answer_is_guarded(app: App) {
        for path in ["//healthz", "/nothing", "/me", "//openapi.yaml", "//docs/"] {
            let reply = app.anonymous().get(path).await;
            assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(reply.header("x-frame-options"), "DENY");
            assert!(reply.header("content-security-policy").contains("frame-ancestors 'none'"));
            assert_ne!(reply.header("cache-control"), "");
        }
    }

    async fn lives_and_is_ready(app: App) {
        assert_eq!(app.anonymous().get("//healthz").await.expect(200).json["status"], "ok");
        assert_eq!(app.anonymous().get("//readyz").await.expect(200).json["status"], "ok");
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_a_problem() {
    let app = App::on_sqlite().await;
    let client = app.anonymous();
    let send = async |kind: &'static str, body: Vec<u8>| {
        client.send(client.request(Method::POST, "/auth/login").header("Content-Type", kind).body(body)).await
    };
    for text in ["", "{", "{\"username\": }", "{} {}", "nonsense", "\u{feff}{}"] {
        send("application/json", text.into()).await.problem(400, "malformed_json");
    }
    send("application/json", b"{\"username\":\"\xff\"}".to_vec()).await.problem(400, "malformed_json");
    send("application/json", "[".repeat(100_000).into_bytes()).await.problem(400, "malformed_json");
    send("text/plain", b"{}".to_vec()).await.problem(415, "unsupported_media_type");
    send("application/x-www-form-urlencoded", b"username=a".to_vec()).await.problem(415, "unsupported_media_type");
    let reply = send("application/json", vec![b' '; 300 * 1024]).await.problem(413, "payload_too_large");
    assert_eq!(reply.json["errors"][0]["limit"], 256 * 1024);
    for value in ["null", "1", "\"a\"", "[]"] {
        let reply = send("application/json", value.into()).await.problem(422, "validation_failed");
        assert_eq!(reply.faults(), [(String::new(), "wrong_type".to_owned())]);
    }
}

#[tokio::test]
async fn all_faults_of_a_body_are_named_at_once() {
    let app = App::on_sqlite().await;
    let client = app.anonymous();
    let body = r#"{"username": 1, "display_name": "", "display_name": "", "stranger": true}"#;
    let request = client.request(Method::POST, "/auth/register").header("Content-Type", "application/json").body(body);
    let reply = client.send(request).await.problem(422, "validation_failed");
    let faults = reply.faults();
    for (pointer, code) in [
        ("/username", "wrong_type"),
        ("/display_name", "duplicate_member"),
        ("/display_name", "too_short"),
        ("/password", "required"),
        ("/stranger", "unknown_member"),
    ] {
        assert!(faults.contains(&(pointer.to_owned(), code.to_owned())), "{pointer} {code} not in {faults:?}");
    }
}

#[tokio::test]
async fn a_rejected_secret_is_not_repeated() {
    let app = App::on_sqlite().await;
    let secret = "hunter2-hunter2-hunter2";
    let body = json!({ "username": "wang.fang", "password": [secret], "display_name": "王芳" });
    let reply = app.anonymous().post("/auth/register", body).await.expect(422);
    assert!(!String::from_utf8(reply.bytes).unwrap().contains(secret));
}

#[tokio::test]
async fn pages_of_other_origins_are_let_in_by_setting() {
    let app = App::with_flags(&["--cors-origins=https://haoren.example.org"]).await;
    let client = app.anonymous();
    let preflight = |origin: &'static str| {
        client
            .request(Method::OPTIONS, "/me")
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "PATCH")
            .header("Access-Control-Request-Headers", "authorization,if-match")
    };
    let reply = client.send(preflight("https://haoren.example.org")).await.expect(200);
    assert_eq!(reply.header("access-control-allow-origin"), "https://haoren.example.org");
    assert!(reply.header("access-control-allow-methods").contains("PATCH"));
    assert!(reply.header("access-control-allow-headers").to_lowercase().contains("if-match"));
    let reply = client.send(preflight("https://evil.example.org")).await;
    assert_eq!(reply.header("access-control-allow-origin"), "");
    let refused = client.with("Origin", "https://haoren.example.org").get("/nothing").await.problem(404, "not_found");
    assert_eq!(refused.header("access-control-allow-origin"), "https://haoren.example.org");
    assert!(refused.header("access-control-expose-headers").to_lowercase().contains("etag"));
    let other = client.with("Origin", "https://evil.example.org").get("//healthz").await.expect(200);
    assert_eq!(other.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn without_the_setting_no_other_origin_is_let_in() {
    let app = App::on_sqlite().await;
    let reply = app.anonymous().with("Origin", "https://haoren.example.org").get("//healthz").await.expect(200);
    assert_eq!(reply.header("access-control-allow-origin"), "");
    let any = App::with_flags(&["--cors-origins=*"]).await;
    let reply = any.anonymous().with("Origin", "https://any.example.org").get("//healthz").await.expect(200);
    assert_eq!(reply.header("access-control-allow-origin"), "*");
}

#[tokio::test]
async fn large_answers_are_compressed_for_those_who_can_read_it() {
    let app = App::on_sqlite().await;
    let plain = app.anonymous().get("//openapi.json").await.expect(200);
    let packed = app.anonymous().with("Accept-Encoding", "gzip").get("//openapi.json").await.expect(200);
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.bytes.starts_with(&[0x1f, 0x8b]) && packed.bytes.len() < plain.bytes.len() / 2);
    assert!(packed.header("vary").to_lowercase().contains("accept-encoding"));
    assert_eq!(plain.header("content-encoding"), "");
}

#[tokio::test]
async fn the_contract_and_its_page_are_served_without_another_host() {
    let app = App::on_sqlite().await;
    let client = app.anonymous();
    let contract = client.get("//openapi.json").await.expect(200);
    assert_eq!(contract.json, crate::contract::contract());
    let tag = contract.header("etag").to_owned();
    client.with("If-None-Match", &tag).get("//openapi.json").await.expect(304);
    assert!(
        String::from_utf8(client.get("//openapi.yaml").await.expect(200).bytes).unwrap().starts_with("openapi: 3.1")
    );
    let page = client.get("//docs").await.expect(200);
    let page = String::from_utf8(page.bytes).unwrap();
    assert!(page.contains("swagger-ui"), "{page}");
    assert!(!page.contains("http://") && !page.contains("https://"), "{page}");
    for file in ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js", "swagger-initializer.js"]
    {
        let reply = client.get(&format!("//docs/{file}")).await.expect(200);
        assert!(!reply.bytes.is_empty(), "{file}");
    }
    let start = client.get("//docs/swagger-initializer.js").await.expect(200);
    assert!(String::from_utf8(start.bytes).unwrap().contains("/openapi.json"));
    client.get("//docs/nothing.js").await.problem(404, "not_found");
}

#[tokio::test]
async fn what_comes_too_often_is_told_when_to_come_again() {
    let app = App::with_flags(&["--rate-limits=on"]).await;
    let wrong = async || app.anonymous().post("/auth/refresh", json!({ "refresh_token": "none" })).await;
    let first = wrong().await.expect(401);
    assert_eq!(first.header("ratelimit-policy"), "\"login\";q=60;w=60");
    assert_eq!(first.header("ratelimit"), "\"login\";r=59;t=1");
    for _ in 1..60 {
        wrong().await.expect(401);
    }
    let refused = wrong().await.problem(429, "rate_limited");
    assert_eq!(refused.header("retry-after"), "1");
    assert!(refused.header("ratelimit").starts_with("\"login\";r=0;"));
    app.anonymous().get("//healthz").await.expect(200);
    app.time.advance(chrono::Duration::seconds(1));
    wrong().await.expect(401);
    wrong().await.problem(429, "rate_limited");
}

#[tokio::test]
async fn behind_a_trusted_proxy_clients_are_counted_one_by_one() {
    let wrong = async |app: &App, client: &str| {
        let proxied = app.anonymous().with("X-Forwarded-For", client);
        proxied.post("/auth/refresh", json!({ "refresh_token": "none" })).await.header("ratelimit").to_owned()
    };
    let trusting = App::with_flags(&["--rate-limits=on", "--trusted-proxies=127.0.0.0/8"]).await;
    assert_eq!(wrong(&trusting, "1.1.1.1").await, "\"login\";r=59;t=1");
    assert_eq!(wrong(&trusting, "2.2.2.2").await, "\"login\";r=59;t=1");
    let wary = App::with_flags(&["--rate-limits=on"]).await;
    assert_eq!(wrong(&wary, "1.1.1.1").await, "\"login\";r=59;t=1");
    assert_eq!(wrong(&wary, "2.2.2.2").await, "\"login\";r=58;t=2");
}

async fn raw(app: &App) -> TcpStream {
    TcpStream::connect(app.base.strip_prefix("http://").unwrap()).await.unwrap()
}

async fn rest_of(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
    read.expect("the connection was not closed").unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_given_up() {
    let app = App::with_flags(&["--body-seconds=1"]).await;
    let mut stream = raw(&app).await;
    let head =
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = rest_of(stream).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("request_timeout"), "{answer}");
}

#[tokio::test]
async fn a_shutdown_finishes_what_was_begun() {
    let app = App::on_sqlite().await;
    let mut stream = raw(&app).await;
    let body = r#"{"username":"nobody","password":"none"}"#;
    let head = format!(
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The interim answer shows that the request has been taken up.
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).await.unwrap();
    assert!(interim.starts_with(b"HTTP/1.1 100"), "{}", String::from_utf8_lossy(&interim));
    let ((), answer) = tokio::join!(app.stop(), async {
        stream.write_all(body.as_bytes()).await.unwrap();
        rest_of(stream).await
    });
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert!(TcpStream::connect(app.base.strip_prefix("http://").unwrap()).await.is_err(), "it still listens");
}
