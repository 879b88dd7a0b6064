//! Honorees: one person with several honours, those of others, mergers, the whole story, and what a revocation reaches.

mod listed;
mod merging;
mod outside;
mod races;
mod story;

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use haoren::{
    domain::{
        candidate::{Status, Visibility},
        id::{CandidateId, OrganizationId},
        month::Month,
        policy::Policy,
        role::Role,
    },
    service::{Error, cycles},
    storage::{self, candidates::CandidateChange, schema::audit_events},
};
use serde_json::{Value, json};

use crate::harness::{App, Client, Reply, Tree};

/// After the vote of November.
pub const NOVEMBER_CLOSED: &str = "2026-12-01T02:00:00Z";
/// After the vote of December.
pub const DECEMBER_CLOSED: &str = "2027-01-01T02:00:00Z";

/// A reviewer of the city.
pub async fn city(app: &App, tree: &Tree) -> Client {
    app.user(Role::CityReviewer, Some(tree.city)).await.1
}

/// Changes the policy of a month.
pub async fn policy_of(app: &App, month: &'static str, change: impl FnOnce(&mut Policy) + Send + 'static) {
    let (service, now) = (app.service.clone(), app.service.clocks.campaign());
    app.write(move |db| {
        cycles::ensure(&service, db)?;
        let month: Month = month.parse().unwrap();
        let mut cycle = storage::cycles::find(db, month)?.unwrap();
        change(&mut cycle.policy);
        assert!(storage::cycles::update_if(db, &cycle, now)?);
        Ok(())
    })
    .await;
}

/// Changes a candidate that is stored.
pub async fn change(app: &App, id: CandidateId, change: CandidateChange) {
    let now = app.service.clocks.campaign();
    app.write(move |db| {
        let version = storage::candidates::get(db, id)?.version;
        storage::candidates::update_if(db, (id, version), &change, now)?.ok_or_else(Error::not_found)
    })
    .await;
}

/// Withdraws what may be shown of a candidate.
pub async fn withhold(app: &App, id: CandidateId) {
    let withheld = CandidateChange { visibility: Some(Visibility::Withheld), ..CandidateChange::default() };
    change(app, id, withheld).await;
}

/// Puts a candidate into another unit of a district.
pub async fn place(app: &App, id: CandidateId, district: OrganizationId, unit: OrganizationId) {
    let moved =
        CandidateChange { district_id: Some(district), unit_id: Some(Some(unit)), ..CandidateChange::default() };
    change(app, id, moved).await;
}

/// A forwarded candidate of November, with three votes.
pub async fn forwarded(app: &App, tree: &Tree, name: &str) -> CandidateId {
    let id = app.contender(tree, Status::Forwarded, "dedication", name).await;
    app.votes(id, 3).await;
    id
}

/// A forwarded candidate of December, whose list asks for no votes.
pub async fn in_december(app: &App, tree: &Tree, category: &str, name: &str) -> CandidateId {
    let id = app.contender_in("2026-12", tree, (Status::Forwarded, category), name).await;
    policy_of(app, "2026-12", |policy| policy.list_min_votes = 0).await;
    id
}

/// Publishes a month's list.
pub async fn publish(app: &App, city: &Client, month: &str) -> Reply {
    app.set_clock(if month == "2026-11" { NOVEMBER_CLOSED } else { DECEMBER_CLOSED });
    city.post("/lists", json!({ "cycle": month })).await.expect(201)
}

/// Who holds the honour of a candidate.
pub async fn holder(app: &App, id: CandidateId) -> String {
    let found = app.write(move |db| {
        Ok(storage::honours::list(db, storage::honours::Which::Candidate(id))?.pop().map(|entry| entry.honour.honoree))
    });
    found.await.expect("the candidate has no honour").to_string()
}

/// An honoree of the November list.
pub async fn honoured(app: &App, tree: &Tree, city: &Client, name: &str) -> (CandidateId, String) {
    let id = forwarded(app, tree, name).await;
    publish(app, city, "2026-11").await;
    (id, holder(app, id).await)
}

/// Links a candidate at its present version.
pub async fn link(app: &App, client: &Client, id: CandidateId, honoree: Value) -> Reply {
    let body = json!({ "honoree_id": honoree });
    client.put(&format!("/candidates/{id}/honoree"), Some(&app.tag(id).await), body).await
}

/// Revokes a listed candidate.
pub async fn revoke(app: &App, client: &Client, id: CandidateId, reason: &str) -> Reply {
    let path = format!("/candidates/{id}/revocation");
    client.post_if(&path, &app.tag(id).await, json!({ "reason": reason })).await.expect(201)
}

/// Merges an honoree into another, at the survivor's present tag.
pub async fn merge(client: &Client, survivor: &str, merged: &str) -> Reply {
    let tag = client.get(&format!("/honorees/{survivor}?scope=inner")).await.expect(200).etag();
    let body = json!({ "honoree_id": merged, "reason": "身份证件核对一致。" });
    client.post_if(&format!("/honorees/{survivor}/merger"), &tag, body).await
}

/// An honour of others as it is recorded.
pub fn provincial() -> Value {
    json!({ "level": "provincial", "title": "湖北好人", "issuer": "湖北省文明办", "awarded_on": "2026-10-15" })
}

/// The ids on a page.
pub fn ids(reply: &Reply) -> Vec<String> {
    let items = reply.json["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// How often something was audited.
pub async fn audited(app: &App, action: &'static str) -> i64 {
    app.write(move |db| {
        let rows = audit_events::table.filter(audit_events::action.eq(action));
        Ok(rows.count().get_result(db).map_err(storage::StoreError::from)?)
    })
    .await
}
