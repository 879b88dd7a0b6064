//! The master key is changed: what was written before is still read, and numbers are still recognised.

use std::sync::Arc;

use haoren::{
    service::{Error, Service, renewing},
    storage::{
        self, Connection,
        phone_indexes::{Keeper, list_stale},
        vault::MasterKey,
    },
};
use serde_json::json;

use crate::harness::App;

/// The service with a second key behind the one that it has.
fn with_second_key(app: &App) -> Service {
    let first = std::fs::read_to_string(app.settings.key_path()).unwrap();
    let second = MasterKey::from_random([9; 32]).to_file_text().replace("-key 1 ", "-key 2 ");
    let line = second.lines().find(|line| !line.starts_with('#')).unwrap();
    let keys = MasterKey::parse(&format!("{first}{line}\n")).unwrap();
    Service { vault: Arc::new(keys), ..app.service.clone() }
}

async fn stale(service: &Service) -> usize {
    let work = |db: &mut Connection| {
        let pages = Keeper::ALL.map(|keeper| list_stale(db, keeper, (2, None), 100).map(|page| page.len()));
        let counts = pages.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok::<_, Error>(counts.into_iter().sum())
    };
    service.store.read(work).await.unwrap()
}

both! {
    async fn telephone_numbers_are_recognised_under_the_new_key(app: App) {
        let tree = app.tree().await;
        let citizen = app.citizen().await;
        let me = citizen.get("/me").await.expect(200);
        citizen.patch("/me", &me.etag(), json!({ "phone": "13800001111" })).await.expect(200);
        let body = json!({
            "category": "dedication", "name": "张三", "summary": "好人好事。", "unit_id": tree.unit,
            "contact_phone": "13800002222", "nominator": { "name": "李四", "phone": "13800001111" },
        });
        let id = app.anonymous().post("/candidates", body).await.expect(201).id();
        let lead = json!({ "channel": "phone", "text": "好人好事。", "reporter": { "phone": "13800003333" } });
        app.anonymous().post("/leads", lead).await.expect(201);
        assert_eq!(renewing::renew_phone_indexes(&app.service).await.unwrap(), 0);
        let service = with_second_key(&app);
        assert_eq!(stale(&service).await, 4);
        assert_eq!(renewing::renew_phone_indexes(&service).await.unwrap(), 4);
        assert_eq!((stale(&service).await, renewing::renew_phone_indexes(&service).await.unwrap()), (0, 0));
        let id = id.parse().unwrap();
        let work = move |db: &mut Connection| {
            Ok::<_, Error>((storage::contacts::find(db, id)?.unwrap(), storage::nominations::list_of(db, id)?.remove(0)))
        };
        let (contact, nomination) = service.store.read(work).await.unwrap();
        assert_eq!(contact.phone_index, Some(service.vault.blind_index("phone", "13800002222")));
        assert_eq!(nomination.phone_index, Some(service.vault.blind_index("phone", "13800001111")));
    }
}
