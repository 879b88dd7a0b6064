//! Webhooks as their owners keep them: made, changed, taken away, and whose they are.

use super::*;

both! {
    async fn all_faults_are_named_at_once(app: App) {
        let admin = app.admin().await;
        let body = json!({
            "url": "http://10.0.0.1/",
            "description": "\u{202e}",
            "types": ["list.published", "list.published", "nothing.happens"],
        });
        let refused = admin.post("/webhooks", body).await.problem(422, "validation_failed");
        let expected = [
            ("/url", "address_not_allowed"),
            ("/url", "address_not_allowed"),
            ("/description", "forbidden_character"),
            ("/types/1", "duplicate"),
            ("/types/2", "unknown_value"),
        ];
        let faults = refused.faults();
        for (pointer, code) in expected {
            assert!(faults.contains(&(pointer.to_owned(), code.to_owned())), "{pointer} {code}: {faults:?}");
        }
        for url in ["https://user:secret@hooks.example.com/", "https://hooks.example.com/#x", "https://"] {
            let refused = admin.post("/webhooks", json!({ "url": url })).await.problem(422, "validation_failed");
            assert_eq!(refused.faults(), [("/url".to_owned(), "malformed".to_owned())], "{url}");
        }
        let refused = admin.post("/webhooks", json!({ "url": "https://a.example.com/", "types": [] })).await;
        assert_eq!(refused.problem(422, "validation_failed").faults()[0].0, "/types");
    }

    async fn a_webhook_is_changed_and_taken_away(app: App) {
        let admin = app.admin().await;
        let made = made(&admin, "https://hooks.example.com/a").await;
        let path = format!("/webhooks/{}", made.id());
        let change = json!({
            "url": "https://hooks.example.com/b", "description": "试用", "types": ["list.published"], "status": "paused",
        });
        admin.patch(&path, "\"9.x\"", change.clone()).await.problem(412, "precondition_failed");
        let changed = admin.patch(&path, &made.etag(), change).await.expect(200);
        assert_eq!((&changed.json["url"], &changed.json["types"]), (&json!("https://hooks.example.com/b"), &json!(["list.published"])));
        assert_eq!((&changed.json["status"], &changed.json["paused_because"]), (&json!("paused"), &json!("asked")));
        let back = json!({ "description": null, "types": null, "status": "active" });
        let back = admin.patch(&path, &changed.etag(), back).await.expect(200);
        assert_eq!((&back.json["description"], &back.json["types"], &back.json["status"]), (&Value::Null, &Value::Null, &json!("active")));
        let same = admin.patch(&path, &back.etag(), json!({ "status": "active" })).await.expect(200);
        assert_eq!(same.etag(), back.etag(), "nothing has changed");
        admin.patch(&path, &back.etag(), json!({ "url": "https://127.0.0.1/" })).await.problem(422, "validation_failed");
        admin.delete(&path, None).await.problem(428, "precondition_required");
        admin.delete(&path, Some(&back.etag())).await.expect(204);
        admin.get(&path).await.problem(404, "not_found");
        admin.get(&format!("{path}/deliveries")).await.problem(404, "not_found");
    }

    /// What happens before a webhook is there, or after it is gone, is not sent.
    async fn what_waits_for_a_webhook_goes_with_it(app: App) {
        let app = app.another_with(TRIAL).await;
        let sink = Sink::open(Answer::Status(500)).await;
        let admin = app.admin().await;
        happens(&app.service, EventKind::ListPublished, "before").await;
        let webhook = made(&admin, &sink.url()).await;
        happens(&app.service, EventKind::ListPublished, "1").await;
        assert_eq!(sent(&app.service).await, 1);
        let log = deliveries(&admin, &webhook.id()).await;
        admin.delete(&format!("/webhooks/{}", webhook.id()), Some(&webhook.etag())).await.expect(204);
        sink.answer(Answer::Status(200));
        app.time.advance(chrono::Duration::minutes(1));
        assert_eq!(sent(&app.service).await, 0);
        let path = format!("/deliveries/{}/retry", log[0]["id"].as_str().unwrap());
        admin.post(&path, json!({})).await.problem(404, "not_found");
        assert_eq!(haoren::service::sweeping::sweep_deliveries(&app.service).await.unwrap(), 1);
        assert_eq!(haoren::service::sweeping::sweep_deliveries(&app.service).await.unwrap(), 0);
    }

    async fn deliveries_are_kept_for_thirty_days(app: App) {
        let app = app.another_with(TRIAL).await;
        let sink = Sink::open(Answer::Status(200)).await;
        let webhook = made(&app.admin().await, &sink.url()).await.id();
        happens(&app.service, EventKind::ListPublished, "1").await;
        assert_eq!(sent(&app.service).await, 1);
        app.time.advance(chrono::Duration::days(30));
        happens(&app.service, EventKind::ListPublished, "2").await;
        assert_eq!(sent(&app.service).await, 1);
        assert_eq!(haoren::service::sweeping::sweep_deliveries(&app.service).await.unwrap(), 0);
        app.time.advance(chrono::Duration::seconds(1));
        assert_eq!(haoren::service::sweeping::sweep_deliveries(&app.service).await.unwrap(), 1);
        assert_eq!(deliveries(&app.admin().await, &webhook).await.len(), 1);
    }

    async fn each_portal_sees_its_own_and_an_administrator_all(app: App) {
        let (portal, other, admin) =
            (app.user(Role::Portal, None).await.1, app.user(Role::Portal, None).await.1, app.admin().await);
        let webhook = made(&portal, "https://hooks.example.com/a").await;
        made(&admin, "https://hooks.example.com/b").await;
        let urls = async |client: &Client| {
            let page = client.get("/webhooks").await.expect(200).json;
            page["items"].as_array().unwrap().iter().map(|one| one["url"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(urls(&portal).await, ["https://hooks.example.com/a"]);
        assert_eq!(urls(&other).await, Vec::<String>::new());
        assert_eq!(urls(&admin).await.len(), 2);
        let path = format!("/webhooks/{}", webhook.id());
        other.get(&path).await.problem(404, "not_found");
        other.patch(&path, &webhook.etag(), json!({ "status": "paused" })).await.problem(404, "not_found");
        other.delete(&path, Some(&webhook.etag())).await.problem(404, "not_found");
        other.post(&format!("{path}/test"), json!({})).await.problem(404, "not_found");
        admin.patch(&path, &webhook.etag(), json!({ "status": "paused" })).await.expect(200);
        let first = admin.get("/webhooks?limit=1").await.expect(200);
        let next = format!("/webhooks?limit=1&cursor={}", first.json["next_cursor"].as_str().unwrap());
        let second = admin.get(&next).await.expect(200);
        assert_eq!((second.json["items"].as_array().unwrap().len(), &second.json["next_cursor"]), (1, &Value::Null));
    }

    async fn an_account_has_twenty_webhooks_and_no_more(app: App) {
        let portal = app.user(Role::Portal, None).await.1;
        let body = json!({ "url": "https://hooks.example.com/" });
        let both: Vec<_> = (0..24).map(|_| portal.post("/webhooks", body.clone())).collect();
        let replies = futures_util::future::join_all(both).await;
        let made = replies.iter().filter(|reply| reply.status == 201).count();
        assert_eq!(made, 20);
        for refused in replies.into_iter().filter(|reply| reply.status != 201) {
            refused.problem(409, "webhook_limit");
        }
    }

    async fn who_asks_again_is_told_the_same_secret(app: App) {
        let portal = app.user(Role::Portal, None).await.1.with("Idempotency-Key", "once");
        let body = json!({ "url": "https://hooks.example.com/" });
        let (first, again) = (portal.post("/webhooks", body.clone()).await, portal.post("/webhooks", body).await);
        assert_eq!(first.expect(201).json["secret"], again.expect(201).json["secret"]);
        assert_eq!(portal.get("/webhooks").await.json["items"].as_array().unwrap().len(), 1);
    }

    /// Neither the secret nor the path of an address, which may be one, stands in the database as it is, or in the audit.
    async fn secrets_are_sealed(app: App) {
        use diesel::prelude::*;
        use haoren::storage::schema::{audit_events, webhooks};
        let made = made(&app.admin().await, "https://hooks.example.com/very-private-path").await;
        let secret = made.json["secret"].as_str().unwrap();
        let plain = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        assert_eq!(plain.len(), 32);
        let (sealed, audited) = app
            .write(|db| {
                let sealed: Vec<Vec<u8>> = webhooks::table.select(webhooks::secret).load(db).unwrap();
                let audited: Vec<haoren::storage::sql_values::Stored<Value>> = audit_events::table
                    .filter(audit_events::subject_kind.eq("webhook"))
                    .select(audit_events::details)
                    .load(db)
                    .unwrap();
                Ok((sealed, audited))
            })
            .await;
        assert!(!sealed[0].windows(plain.len()).any(|part| part == plain));
        assert_eq!(audited.len(), 1);
        assert_eq!(audited[0].0["host"], "hooks.example.com");
        assert!(!audited[0].0.to_string().contains("very-private-path"));
    }
}
