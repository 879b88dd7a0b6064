//! One of each thing that a path can name, all of them in the same unit.

use haoren::domain::{candidate::Status, id::HonoreeId};
use serde_json::json;

use crate::harness::{App, Tree};

/// The things that the paths of the contract name.
pub struct World {
    pub tree: Tree,
    names: Vec<(&'static str, String)>,
}

impl World {
    #[expect(clippy::too_many_lines, reason = "a table: a line for each thing that a path names")]
    pub async fn build(app: &App) -> Self {
        let tree = app.tree().await;
        let (user, _) = app.user(haoren::domain::role::Role::UnitReviewer, Some(tree.unit)).await;
        let nominated = nominated(app, &tree).await;
        let public = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        let (objection, batch) = (app.objection(public).await, app.batch(public, user).await);
        app.votes(public, 3).await;
        let opener = app.user(haoren::domain::role::Role::CityReviewer, Some(tree.city)).await.1;
        let held = serde_json::json!({ "cycle": "2026-11", "sequences": [0], "reason": "同一网络短时间内集中投票。" });
        let quarantine = opener.post("/quarantines", held).await.expect(201).json["id"].as_str().unwrap().to_owned();
        let honoree = app.honour(public, user).await;
        let (visit, assistance) = aftercare(app, &tree, honoree).await;
        haoren::service::vote_log::advance(&app.service).await.unwrap();
        let (member, _) = app.user(haoren::domain::role::Role::Citizen, Some(tree.unit)).await;
        let study = app.studied(public, member, Some("很受教育。")).await;
        let (channel, lead) = channel_and_lead(app, &tree).await;
        let author = app.user(haoren::domain::role::Role::Citizen, None).await.0;
        let comment = app.comment(&tree, public, author).await;
        let (webhook, delivery) = webhook(app).await;
        let honoured = honoured(app, &tree, &honoree.to_string()).await;
        let (publicity, announcement) = publicity_and_announcement(app, &tree, &honoree.to_string()).await;
        let audited = audited(app).await;
        let names = vec![
            ("/audit-events/{id}", format!("/audit-events/{audited}")),
            ("/honorees/{id}/merger", format!("/honorees/{}/merger", honoured.merged)),
            ("/honorees/{id}/honours/{honour_id}", format!("/honorees/{honoree}/honours/{}", honoured.honour)),
            ("/moral-model-pool/{honoree_id}", format!("/moral-model-pool/{honoree}")),
            ("/pool-recommendations/{id}", format!("/pool-recommendations/{}", honoured.recommendation)),
            ("/delegations/{id}", format!("/delegations/{}", delegation(app, &tree).await)),
            ("/publicity/{id}", format!("/publicity/{publicity}")),
            ("/announcements/{id}", format!("/announcements/{announcement}")),
            ("/webhooks/{id}", format!("/webhooks/{webhook}")),
            ("/deliveries/{id}", format!("/deliveries/{delivery}")),
            ("/channels/{id}", format!("/channels/{channel}")),
            ("/leads/{id}", format!("/leads/{lead}")),
            ("/batches/{id}", format!("/batches/{batch}")),
            ("/candidates/{id}/study-", format!("/candidates/{public}/study-")),
            ("/study-records/{id}", format!("/study-records/{study}")),
            ("/organizations/{id}/members/{user_id}", format!("/organizations/{}/members/{member}", tree.unit)),
            ("/comments/{id}", format!("/comments/{comment}")),
            ("/candidates/{id}/comments", format!("/candidates/{public}/comments")),
            ("/candidates/{id}/objections", format!("/candidates/{public}/objections")),
            ("/certificates/{number}", "/certificates/2026-11-DED-0001".to_owned()),
            ("/honorees/{id}", format!("/honorees/{honoree}")),
            ("/visits/{id}", format!("/visits/{visit}")),
            ("/assistance/{id}", format!("/assistance/{assistance}")),
            ("/lists/{month}", "/lists/2026-11".to_owned()),
            ("/operations/{id}", format!("/operations/{}", operation(app, &tree).await)),
            ("/quarantines/{id}", format!("/quarantines/{quarantine}")),
            ("/objections/{id}", format!("/objections/{objection}")),
            ("/candidates/{id}/photos/{photo_id}", format!("/candidates/{}/photos/{}", nominated.id, nominated.photo)),
            (
                "/candidates/{id}/verifications/{verification_id}",
                format!("/candidates/{}/verifications/{}", nominated.id, nominated.verification),
            ),
            (
                "/candidates/{id}/nominations/{nomination_id}",
                format!("/candidates/{}/nominations/{}", nominated.id, nominated.typed_in),
            ),
            ("/attachments/{id}", format!("/attachments/{}", nominated.attachment)),
            ("/candidates/{id}", format!("/candidates/{}", nominated.id)),
            ("/photos/{id}", format!("/photos/{}", nominated.photo)),
            ("/nominations/{tracking_code}", format!("/nominations/{}", nominated.code)),
            ("/users/{id}", format!("/users/{user}")),
            ("/organizations/{id}", format!("/organizations/{}", tree.unit)),
            ("/categories/{code}", "/categories/bravery".to_owned()),
            ("/review-stages/{code}", "/review-stages/unit_verification".to_owned()),
            ("/cycles/{month}", "/cycles/2026-11".to_owned()),
        ];
        Self { tree, names }
    }

    /// A path of the contract with the names of things that exist.
    pub fn fill(&self, path: &str) -> String {
        let filled = self.names.iter().fold(path.to_owned(), |path, (template, name)| path.replace(template, name));
        assert!(!filled.contains('{'), "tests/it/actors/world.rs knows nothing to put into {path}");
        filled
    }
}

/// Chains what was done; returns what was done first.
async fn audited(app: &App) -> String {
    haoren::service::audit_events::seal(&app.service).await.unwrap();
    let read = |db: &mut _| Ok::<_, haoren::service::Error>(haoren::storage::audit_events::list_chain(db, 0, 1)?);
    app.service.store.read(read).await.unwrap()[0].event.id.to_string()
}

/// A channel that the unit minds, and a lead that the unit was given.
async fn channel_and_lead(app: &App, tree: &Tree) -> (String, String) {
    let (_, unit) = app.user(haoren::domain::role::Role::UnitReviewer, Some(tree.unit)).await;
    let channel = unit.post("/channels", json!({ "kind": "phone", "name": "好人热线" })).await.expect(201);
    let lead = json!({
        "channel": "phone", "text": "有位师傅天天免费修车。", "organization_id": tree.unit,
        "reporter": { "name": "王芳", "phone": "13900001234" },
    });
    (channel.id(), app.anonymous().post("/leads", lead).await.expect(201).id())
}

/// That a reviewer of the district stands in for one of the unit.
async fn delegation(app: &App, tree: &Tree) -> String {
    let (_, unit) = app.user(haoren::domain::role::Role::UnitReviewer, Some(tree.unit)).await;
    let (delegate, _) = app.user(haoren::domain::role::Role::DistrictReviewer, Some(tree.district)).await;
    let days = json!({ "delegate_id": delegate, "from": "2026-11-05", "to": "2026-11-30", "reason": "外出学习。" });
    unit.post("/delegations", days).await.expect(201).id()
}

/// A record that the honoree was told of, and what the unit announces now.
async fn publicity_and_announcement(app: &App, tree: &Tree, honoree: &str) -> (String, String) {
    let (_, unit) = app.user(haoren::domain::role::Role::UnitReviewer, Some(tree.unit)).await;
    let record =
        json!({ "outlet": "长江日报", "kind": "newspaper", "title": "好人王小明", "published_on": "2026-11-04" });
    let record = unit.post(&format!("/honorees/{honoree}/publicity"), record).await.expect(201);
    let notice = json!({
        "kind": "notice", "title": "启事", "body": "即日起开始推荐。", "publish_at": "2026-11-01T00:00:00Z",
    });
    (record.id(), unit.post("/announcements", notice).await.expect(201).id())
}

/// A visit to an honoree of the unit, and an entry of assistance.
async fn aftercare(app: &App, tree: &Tree, honoree: HonoreeId) -> (String, String) {
    let (_, unit) = app.user(haoren::domain::role::Role::UnitReviewer, Some(tree.unit)).await;
    let path = format!("/honorees/{honoree}");
    let visit = crate::aftercare::visit("2026-11-05", true);
    let visit = unit.post(&format!("{path}/visits"), visit).await.expect(201).id();
    let help = json!({ "kind": "goods", "amount_fen": 30_000, "fund_source": "donation", "purpose": "慰问品。" });
    (visit, unit.post(&format!("{path}/assistance"), help).await.expect(201).id())
}

/// A webhook of a portal's that nothing is ever sent to, and a delivery.
async fn webhook(app: &App) -> (String, String) {
    let (owner, portal) = app.user(haoren::domain::role::Role::Portal, None).await;
    let made = portal.post("/webhooks", json!({ "url": "https://hooks.example.com/" })).await.expect(201);
    app.write(move |db| {
        use diesel::prelude::*;
        use haoren::storage::schema::webhooks;
        let target = webhooks::table.filter(webhooks::owner_id.eq(owner));
        diesel::update(target).set(webhooks::url.eq("https://127.0.0.1/")).execute(db).unwrap();
        Ok(())
    })
    .await;
    let test = portal.post(&format!("/webhooks/{}/test", made.id()), json!({})).await.expect(200);
    assert_eq!(test.json["attempts"][0]["failure"], "address_refused", "{}", test.json);
    (made.id(), test.id())
}

/// A dry run of an import that somebody of the unit has started.
async fn operation(app: &App, tree: &Tree) -> String {
    let (_, unit) = app.user(haoren::domain::role::Role::UnitReviewer, Some(tree.unit)).await;
    let table = "姓名,类别,一句话事迹,单位\n张三,助,好人好事。,综合服务窗口\n";
    unit.upload("/imports/nominations?dry_run=true", None, "a.csv", table.into()).await.expect(200).id()
}

/// A candidate of the unit, recommended without an account, with a photo, a consent and a verification record.
struct Nominated {
    id: String,
    photo: String,
    code: String,
    typed_in: String,
    verification: String,
    attachment: String,
}

async fn nominated(app: &App, tree: &Tree) -> Nominated {
    let body = json!({
        "category": "dedication", "name": "张三", "summary": "好人好事。", "unit_id": tree.unit,
        "contact_phone": "13800005678",
    });
    let made = app.anonymous().post("/candidates", body).await.expect(201);
    let code = made.json["tracking_code"].as_str().unwrap().to_owned();
    let path = format!("/candidates/{}", made.id());
    let mut picture = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(300, 300).write_to(&mut picture, image::ImageFormat::Png).unwrap();
    let holder = app.anonymous().with("Tracking-Code", &code);
    let picture = picture.into_inner();
    let photo = holder.upload(&format!("{path}/photos"), None, "a.png", picture.clone()).await.expect(201);
    let (_, unit) = app.user(haoren::domain::role::Role::UnitReviewer, Some(tree.unit)).await;
    let other = json!({ "channel": "phone", "nominator": { "name": "赵小六", "phone": "13900006666" } });
    let typed_in = unit.post(&format!("{path}/nominations"), other).await.expect(201).id();
    let consent = json!({
        "given_by": "self", "name": "张三", "scope": ["publication", "forwarding"], "text_version": "2026-1",
        "method": "paper", "given_at": "2026-11-04T02:00:00Z",
    });
    unit.put(&format!("{path}/consent"), None, consent).await.expect(200);
    let path = format!("{path}/verifications");
    let verification = json!({
        "method": "documents", "verifiers": ["周敏"], "held_at": "2026-11-04T02:00:00Z", "finding": "confirmed",
        "notes": "所述属实。",
    });
    let verification = unit.post(&path, verification).await.expect(201).id();
    let path = format!("{path}/{verification}/attachments");
    let attachment = unit.upload(&path, None, "a.png", picture).await.expect(201).id();
    Nominated { id: made.id(), photo: photo.id(), code, typed_in, verification, attachment }
}

/// What belongs to the unit's honoree: an honour of others, who was merged into it, a recommendation upwards.
struct Honoured {
    honour: String,
    merged: String,
    recommendation: String,
}

async fn honoured(app: &App, tree: &Tree, honoree: &str) -> Honoured {
    let city = app.user(haoren::domain::role::Role::CityReviewer, Some(tree.city)).await.1;
    let outside =
        json!({ "level": "provincial", "title": "湖北好人", "issuer": "湖北省文明办", "awarded_on": "2026-10-15" });
    // With it the honoree enters the pool of moral models.
    let honour = city.post(&format!("/honorees/{honoree}/honours"), outside).await.expect(201).id();
    let twin = app.contender(tree, Status::Forwarded, "dedication", "王晓明").await;
    let merged: haoren::domain::id::HonoreeId = haoren::service::generator::new_id(&app.service.clocks).unwrap();
    let now = app.service.clocks.campaign();
    app.write(move |db| Ok(haoren::storage::honorees::insert_of(db, merged, twin, now)?)).await;
    let tag = city.get(&format!("/honorees/{honoree}?scope=inner")).await.expect(200).etag();
    let body = json!({ "honoree_id": merged, "reason": "同一人。" });
    city.post_if(&format!("/honorees/{honoree}/merger"), &tag, body).await.expect(201);
    let unit = app.user(haoren::domain::role::Role::UnitReviewer, Some(tree.unit)).await.1;
    let proposal = json!({ "level": "provincial", "reason": "事迹突出。" });
    let path = format!("/moral-model-pool/{honoree}/recommendations");
    let recommendation = unit.post(&path, proposal).await.expect(201).id();
    Honoured { honour, merged: merged.to_string(), recommendation }
}
