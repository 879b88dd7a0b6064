//! What a step of a candidate leaves behind: an audit row and an outgoing event, with no word of anybody; and nothing
//! where it was refused.

use diesel::prelude::*;
use haoren::{
    domain::{candidate::Status, id::CandidateId, role::Role},
    service::{Error, packages},
    storage::{
        Connection,
        schema::{audit_events, outbox_events},
    },
};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client, Tree},
    reviews::{approve, decide},
};

/// What was left behind about one subject: the actions of the audit, the kinds of the events, and all their texts.
pub struct Traces {
    pub audited: Vec<String>,
    pub announced: Vec<String>,
    pub texts: String,
}

pub async fn traces(app: &App, subject: impl ToString) -> Traces {
    let subject = subject.to_string();
    let work = move |db: &mut Connection| {
        let audited: Vec<(String, Vec<u8>)> = match db {
            Connection::Sqlite(db) => audit_events::table
                .filter(audit_events::subject_id.eq(&subject))
                .order((audit_events::at, audit_events::id))
                .select((audit_events::action, diesel::dsl::sql::<diesel::sql_types::Binary>("CAST(details AS BLOB)")))
                .load(db),
            Connection::Postgres(db) => audit_events::table
                .filter(audit_events::subject_id.eq(&subject))
                .order((audit_events::at, audit_events::id))
                .select((
                    audit_events::action,
                    diesel::dsl::sql::<diesel::sql_types::Binary>("convert_to(details::text, 'UTF8')"),
                ))
                .load(db),
        }
        .unwrap();
        let announced: Vec<(String, Vec<u8>)> = match db {
            Connection::Sqlite(db) => outbox_events::table
                .filter(outbox_events::subject_id.eq(&subject))
                .select((outbox_events::kind, diesel::dsl::sql::<diesel::sql_types::Binary>("CAST(payload AS BLOB)")))
                .load(db),
            Connection::Postgres(db) => outbox_events::table
                .filter(outbox_events::subject_id.eq(&subject))
                .select((
                    outbox_events::kind,
                    diesel::dsl::sql::<diesel::sql_types::Binary>("convert_to(payload::text, 'UTF8')"),
                ))
                .load(db),
        }
        .unwrap();
        let texts = audited.iter().chain(&announced).map(|(_, text)| String::from_utf8_lossy(text).into_owned());
        let texts = texts.collect::<Vec<_>>().join("\n");
        let names = |rows: Vec<(String, Vec<u8>)>| {
            let mut names: Vec<String> = rows.into_iter().map(|(name, _)| name).collect();
            names.sort();
            names
        };
        Ok::<_, Error>(Traces { audited: names(audited), announced: names(announced), texts })
    };
    app.service.store.read(work).await.unwrap()
}

/// By these somebody who was public is so no more, which everybody is told.
const HIDING: [&str; 3] = ["candidate.disqualified", "candidate.refused", "candidate.withheld"];

/// One audit row and one event for each of these, and nothing else; none of them speaks of the person.
async fn assert_left(app: &App, subject: impl ToString, expected: &[&str]) {
    let left = traces(app, subject).await;
    assert_eq!(left.audited, expected);
    let (hidden, announced): (Vec<String>, Vec<String>) =
        left.announced.into_iter().partition(|event| event == "candidate.hidden");
    assert_eq!(announced, expected);
    assert_eq!(hidden.len(), expected.iter().filter(|event| HIDING.contains(event)).count(), "{expected:?}");
    for personal in ["陈桂兰", "5678", "三十年安全行车", "因故退回"] {
        assert!(!left.texts.contains(personal), "{personal} in {}", left.texts);
    }
}

struct Staff {
    unit: Client,
    district: Client,
    city: Client,
}

async fn act(app: &App, client: &Client, id: CandidateId, path: &str) {
    let body = json!({ "reason": "因故退回，请核对。" });
    client.post_if(&format!("/candidates/{id}/{path}"), &app.tag(id).await, body).await.expect(201);
}

async fn decided(app: &App, tree: &Tree, staff: &Staff) {
    for (status, client, event) in [
        (Status::Nominated, &staff.unit, "candidate.verified"),
        (Status::Verified, &staff.district, "candidate.endorsed"),
        (Status::Endorsed, &staff.city, "candidate.screened"),
    ] {
        let id = app.candidate(tree, status).await;
        app.set_clock("2026-11-20T16:00:00Z");
        if status != Status::Endorsed {
            approve(app, client, id).await.problem(409, "window_closed");
            assert_left(app, id, &[]).await;
        }
        app.set_clock("2026-11-10T02:00:00Z");
        approve(app, client, id).await.expect(201);
        assert_left(app, id, &[event]).await;
        for (decision, event) in [("return", "candidate.returned"), ("reject", "candidate.rejected")] {
            let id = app.candidate(tree, status).await;
            decide(app, client, id, decision).await.expect(201);
            assert_left(app, id, &[event]).await;
        }
    }
}

async fn detours(app: &App, tree: &Tree, staff: &Staff) {
    for (status, client, path, event) in [
        (Status::Verified, &staff.unit, "recall", "candidate.recalled"),
        (Status::Rejected, &staff.city, "reinstatement", "candidate.reinstated"),
        (Status::Nominated, &staff.unit, "withdrawal", "candidate.withdrawn"),
        (Status::Forwarded, &staff.city, "disqualification", "candidate.disqualified"),
        (Status::Listed, &staff.city, "revocation", "entry.revoked"),
    ] {
        let id = app.candidate(tree, status).await;
        act(app, client, id, path).await;
        assert_left(app, id, &[event]).await;
    }
    let id = app.candidate(tree, Status::Returned).await;
    let answer = json!({ "answer": "因故退回之处已补正。" });
    let path = format!("/candidates/{id}/resubmission");
    staff.unit.post_if(&path, &app.tag(id).await, json!({})).await.problem(409, "nothing_changed");
    assert_left(app, id, &[]).await;
    staff.unit.post_if(&path, &app.tag(id).await, answer).await.expect(201);
    assert_left(app, id, &["candidate.resubmitted"]).await;
    let id = app.candidate(tree, Status::Nominated).await;
    let elsewhere = json!({ "unit_id": tree.sister_unit, "reason": "因故退回区级改派。" });
    let path = format!("/candidates/{id}/unit");
    staff.district.put(&path, Some(&app.tag(id).await), elsewhere).await.expect(200);
    assert_left(app, id, &["candidate.assigned"]).await;
    let id = app.candidate(tree, Status::Nominated).await;
    let path = format!("/candidates/{id}/consent?reason=%E5%9B%A0%E6%95%85%E9%80%80%E5%9B%9E");
    staff.unit.delete(&path, Some(&app.tag(id).await)).await.expect(200);
    assert_left(app, id, &["candidate.consent_withdrawn"]).await;
    let id = app.candidate(tree, Status::Nominated).await;
    app.set_clock("2026-11-20T16:00:00Z");
    act_plain(app, &staff.unit, id, "carry-over").await;
    assert_left(app, id, &["candidate.carried_over"]).await;
}

async fn act_plain(app: &App, client: &Client, id: CandidateId, path: &str) {
    client.post_if(&format!("/candidates/{id}/{path}"), &app.tag(id).await, json!({})).await.expect(201);
}

both! {
    async fn every_step_is_audited_and_announced_once(app: App) {
        let tree = app.tree().await;
        app.policy(|policy| policy.district_quota = 100).await;
        let staff = app.staff(&tree).await;
        let staff = Staff { unit: staff.unit, district: staff.district, city: staff.city };
        decided(&app, &tree, &staff).await;
        detours(&app, &tree, &staff).await;
    }

    async fn forwarding_receiving_and_publishing_are_audited_and_announced(app: App) {
        let tree = app.tree().await;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        let portal = app.user(Role::Portal, None).await.1;
        let kept = app.packable(&tree, "陈桂兰").await;
        let refused = app.packable(&tree, "陈桂兰").await;
        app.set_clock("2026-11-25T02:00:00Z");
        let november: Value = json!({ "cycle": "2026-11" });
        let batch = city.post("/batches", november.clone()).await.expect(201).id();
        assert_left(&app, kept, &["candidate.forwarded"]).await;
        let left = traces(&app, &batch).await;
        assert_eq!((left.audited, left.announced.len()), (vec!["batch.forwarded".to_owned()], 0), "until it can be fetched");
        assert_eq!(packages::build_due(&app.service).await.unwrap(), 1);
        assert_left(&app, &batch, &["batch.forwarded"]).await;
        let receipt = json!({ "accepted": false, "refused": [{ "candidate_id": refused, "reason": "因故退回" }] });
        portal.post(&format!("/batches/{batch}/receipt"), receipt.clone()).await.expect(201);
        portal.post(&format!("/batches/{batch}/receipt"), receipt).await.expect(200);
        assert_left(&app, refused, &["candidate.forwarded", "candidate.refused"]).await;
        let left = traces(&app, &batch).await;
        assert_eq!(left.audited, ["batch.forwarded", "batch.received"]);
        assert_eq!(left.announced, ["batch.corrected", "batch.forwarded", "batch.received"]);
        assert!(!left.texts.contains("因故退回") && !left.texts.contains("陈桂兰"), "{}", left.texts);
        app.votes(kept, 3).await;
        app.set_clock("2026-12-01T02:00:00Z");
        city.post("/lists", november).await.expect(201);
        assert_left(&app, kept, &["candidate.forwarded", "candidate.listed"]).await;
        assert_left(&app, "2026-11", &["list.published"]).await;
        city.delete(&format!("/candidates/{kept}/consent"), Some(&app.tag(kept).await)).await.expect(200);
        assert_left(&app, kept, &["candidate.forwarded", "candidate.listed", "candidate.withheld"]).await;
    }
}
