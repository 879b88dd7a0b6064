//! A consent narrowed or withdrawn late, and changes of the file that change nothing.

use haoren::{
    domain::{
        candidate::{Status, Visibility},
        id::CandidateId,
        role::Role,
    },
    service::Error,
    storage::{self, Connection},
};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client},
    reviews::decide,
};

fn consent(scope: &[&str]) -> Value {
    json!({
        "given_by": "self", "name": "陈桂兰", "scope": scope, "text_version": "2026-2", "method": "paper",
        "given_at": "2026-11-04T02:00:00Z",
    })
}

/// The candidate's photos are no longer anybody's to read.
async fn assert_gone(app: &App, id: CandidateId) {
    let work = move |db: &mut Connection| Ok::<_, Error>(storage::photos::list_of(db, id)?);
    let photos = app.service.store.read(work).await.unwrap();
    assert_eq!(photos.len(), 2);
    for photo in photos {
        app.anonymous().get(&format!("/photos/{}", photo.id)).await.problem(404, "not_found");
    }
    app.anonymous().get(&format!("/candidates/{id}")).await.problem(404, "not_found");
    assert_eq!(app.anonymous().get("/candidates").await.expect(200).json["items"], json!([]));
}

/// What stands in the withheld columns.
async fn withheld(app: &App, id: CandidateId) -> (Option<String>, bool) {
    use diesel::prelude::*;
    use haoren::storage::{StoreError, schema::candidates};
    let work = move |db: &mut storage::Connection| {
        let row = candidates::table
            .filter(candidates::id.eq(id))
            .select((candidates::withheld_reason, candidates::withheld_at))
            .first::<(Option<String>, Option<chrono::DateTime<chrono::Utc>>)>(db)?;
        Ok::<_, StoreError>(row)
    };
    let (reason, at) = app.service.store.read(work).await.unwrap();
    (reason, at == Some(app.service.clocks.campaign()))
}

async fn withdraw(app: &App, client: &Client, id: CandidateId) {
    let path = format!("/candidates/{id}/consent");
    let before = app.stored(id).await;
    client.delete(&path, None).await.problem(428, "precondition_required");
    client.delete(&path, Some("\"9.x\"")).await.problem(412, "precondition_failed");
    let gone = client.delete(&format!("{path}?reason=本人要求"), Some(&app.tag(id).await)).await.expect(200);
    assert_eq!((&gone.json["status"], &gone.json["has_consent"]), (&json!(before.status), &json!(false)));
    client.get(&path).await.problem(404, "not_found");
    let after = app.stored(id).await;
    assert_eq!((after.status, after.visibility), (before.status, Visibility::Withheld));
    assert_eq!(withheld(app, id).await, (Some("本人要求".to_owned()), true));
    let history = client.get(&format!("/candidates/{id}/history")).await.expect(200);
    let step = history.json["items"].as_array().unwrap().last().unwrap();
    assert_eq!((&step["action"], &step["reason"]), (&json!("withdraw_consent"), &json!("本人要求")));
    assert_eq!((&step["from"], &step["to"]), (&json!(before.status), &json!(before.status)));
    client.delete(&path, Some(&app.tag(id).await)).await.problem(409, "transition_not_allowed");
}

both! {
    async fn a_consent_is_not_narrowed_from_the_screening_on(app: App) {
        let tree = app.tree().await;
        let (_, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        for status in [Status::Screened, Status::Forwarded] {
            let id = app.candidate(&tree, status).await;
            let path = format!("/candidates/{id}/consent");
            for scope in ["publication", "forwarding"] {
                let refused = unit.put(&path, Some(&app.tag(id).await), consent(&[scope])).await;
                let refused = refused.problem(409, "consent_missing");
                assert_eq!(refused.faults(), [("/scope".to_owned(), "consent_missing".to_owned())]);
                assert_eq!(refused.json["errors"][0]["hint"], "DELETE");
            }
            assert_eq!(app.stored(id).await.version, 1);
            let whole = consent(&["forwarding", "publication"]);
            unit.put(&path, Some(&app.tag(id).await), whole).await.expect(200);
        }
        let early = app.candidate(&tree, Status::Verified).await;
        let path = format!("/candidates/{early}/consent");
        unit.put(&path, Some(&app.tag(early).await), consent(&["publication"])).await.expect(200);
    }

    async fn a_listed_one_keeps_its_place_and_loses_its_name(app: App) {
        let tree = app.tree().await;
        let (city, client) = app.user(Role::CityReviewer, Some(tree.city)).await;
        let id = app.candidate(&tree, Status::Listed).await;
        app.honour(id, city).await;
        let (_, district) = app.user(Role::DistrictReviewer, Some(tree.district)).await;
        let (_, sister) = app.user(Role::UnitReviewer, Some(tree.sister_unit)).await;
        let path = format!("/candidates/{id}/consent");
        district.delete(&path, Some(&app.tag(id).await)).await.problem(403, "forbidden");
        sister.delete(&path, Some(&app.tag(id).await)).await.problem(404, "not_found");
        withdraw(&app, &client, id).await;
        assert_gone(&app, id).await;
        let list = app.anonymous().get("/lists/2026-11").await.expect(200);
        let entry = &list.json["categories"]["dedication"][0];
        assert_eq!((&entry["certificate_number"], &entry["position"]), (&json!("2026-11-DED-0001"), &json!(1)));
        assert_eq!((&entry["standing"], &entry["name"], &entry["entry"]), (&json!("withheld"), &Value::Null, &Value::Null));
        let check = app.anonymous().get("/certificates/2026-11-DED-0001").await.expect(200);
        assert_eq!((&check.json["standing"], &check.json["name"]), (&json!("withheld"), &Value::Null));
        assert_eq!(app.anonymous().get("/honorees").await.expect(200).json["items"], json!([]));
    }

    async fn a_not_listed_one_leaves_the_public_view(app: App) {
        let tree = app.tree().await;
        let (_, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let id = app.candidate(&tree, Status::NotListed).await;
        app.write(|db| {
            let month = "2026-11".parse().unwrap();
            let moment = "2026-11-04T02:00:00Z".parse().unwrap();
            assert!(storage::cycles::set_published(db, month, moment)?);
            Ok(())
        })
        .await;
        app.anonymous().get(&format!("/candidates/{id}")).await.expect(200);
        withdraw(&app, &unit, id).await;
        assert_gone(&app, id).await;
    }

    async fn a_revoked_one_loses_even_the_masked_name(app: App) {
        let tree = app.tree().await;
        let (city, _) = app.user(Role::CityReviewer, Some(tree.city)).await;
        let (_, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let id = app.candidate(&tree, Status::Revoked).await;
        app.honour(id, city).await;
        let now = app.service.clocks.campaign();
        app.write(move |db| Ok(storage::honours::set_revoked(db, id, now, "事迹失实")?)).await;
        let check = app.anonymous().get("/certificates/2026-11-DED-0001").await.expect(200);
        assert_eq!(check.json["name"], "陈*兰");
        withdraw(&app, &unit, id).await;
        let check = app.anonymous().get("/certificates/2026-11-DED-0001").await.expect(200);
        assert_eq!((&check.json["standing"], &check.json["name"]), (&json!("revoked"), &Value::Null));
        let list = app.anonymous().get("/lists/2026-11").await.expect(200);
        let entry = &list.json["categories"]["dedication"][0];
        assert_eq!((&entry["name"], &entry["revocation"]["reason"]), (&Value::Null, &json!("事迹失实")));
    }

    async fn saying_the_same_again_changes_nothing(app: App) {
        let tree = app.tree().await;
        let (_, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        let path = format!("/candidates/{id}");
        let file = json!({
            "name": "陈桂兰", "occupation": "公交司机", "birth_year": 1970, "contact_phone": "138 0000 5678",
            "contact_name": "李小四", "contact_relationship": "儿子",
        });
        unit.patch(&path, &app.tag(id).await, file.clone()).await.expect(200);
        let consent = consent(&["publication", "forwarding"]);
        unit.put(&format!("{path}/consent"), Some(&app.tag(id).await), consent.clone()).await.expect(200);
        app.set_clock("2026-11-06T02:00:00Z");
        decide(&app, &unit, id, "return").await.expect(201);
        app.set_clock("2026-11-07T02:00:00Z");
        let before = app.stored(id).await;
        for same in [json!({}), file, json!({ "contact_phone": "13800005678" })] {
            unit.patch(&path, &app.tag(id).await, same).await.expect(200);
        }
        let again = json!(["forwarding", "publication"]);
        let mut reordered = consent.clone();
        reordered["scope"] = again;
        for same in [consent.clone(), reordered] {
            unit.put(&format!("{path}/consent"), Some(&app.tag(id).await), same).await.expect(200);
        }
        assert_eq!(app.stored(id).await, before);
        let resubmission = format!("{path}/resubmission");
        unit.post_if(&resubmission, &app.tag(id).await, json!({})).await.problem(409, "nothing_changed");
        let mut other = consent;
        other["name"] = json!("陈桂英");
        unit.put(&format!("{path}/consent"), Some(&app.tag(id).await), other).await.expect(200);
        unit.patch(&path, &app.tag(id).await, json!({ "contact_name": "李小五" })).await.expect(200);
        assert_eq!(app.stored(id).await.version, before.version + 2);
        unit.post_if(&resubmission, &app.tag(id).await, json!({})).await.expect(201);
    }
}
